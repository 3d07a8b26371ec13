// Providers with their rules, roles, and which people a job has still to reach: what every decision stands on, read
// whole. Both engines keep it in memory, and each has its own way to know when it is old.

import { type Provider, type ProviderSettings, scimRests } from '../../identity/provider.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import type { Rule } from '../../mapping/rule.ts';
import {
  type CompiledRuleset,
  compileRuleset,
  type RoleStrategy,
  type Ruleset,
  type ScimAttribute,
} from '../../mapping/ruleset.ts';
import type { StoredRole } from '../ledger.ts';
import { all, one, type Script } from './statement.ts';

/** Members of these groups, or all whose access rests on more than SCIM, may have stored access that is out of date. */
export interface Unsettled {
  groups: readonly string[];
  others: boolean;
}

export interface StoredSettings {
  states: ReadonlyMap<string, ProviderState>;
  roles: readonly StoredRole[];
  unsettled: ReadonlyMap<string, Unsettled>;
}

export interface RulesetColumns {
  strategy: RoleStrategy | null;
  rules: string | null;
  scim_attributes: string | null;
}

interface ProviderColumns extends RulesetColumns {
  id: string;
  name: string;
  enabled: number;
  scim_enabled: number;
  declared: number;
  revision: number;
  settings: string;
  ruleset: number;
  groups_by_scim: number;
  created_at: number;
}

const providerColumns = [
  'id',
  'name',
  'enabled',
  'scim_enabled',
  'declared',
  'revision',
  'settings',
  'ruleset',
  'groups_by_scim',
  'created_at',
]
  .map((column) => `p.${column}`)
  .join(', ');

export function* readSettings(): Script<StoredSettings> {
  const roles = (yield* all<RoleColumns>(
    'SELECT id, name, description, system, permissions, revision FROM roles ORDER BY name',
  )).map(readRole);
  const rows = yield* all<ProviderColumns>(
    `SELECT ${providerColumns}, r.strategy, r.rules, r.scim_attributes FROM providers p
     LEFT JOIN rulesets r ON r.provider = p.id AND r.number = p.ruleset ORDER BY p.created_at, p.id`,
  );
  const states = new Map<string, ProviderState>();
  for (const row of rows) states.set(row.id, yield* withFormer(readState(row, roles), row));
  return { states, roles, unsettled: yield* readUnsettled() };
}

interface RoleColumns {
  id: string;
  name: string;
  description: string;
  system: number;
  permissions: string;
  revision: number;
}

function readRole(row: RoleColumns): StoredRole {
  const permissions = JSON.parse(row.permissions) as string[];
  const { id, name, description, revision } = row;
  const system = row.system === 1;
  return { id, name, description, system, permissions, permissionCount: permissions.length, revision };
}

function readState(row: ProviderColumns, roles: readonly StoredRole[]): ProviderState {
  const provider: Provider = {
    id: row.id,
    name: row.name,
    enabled: row.enabled === 1,
    scimEnabled: row.scim_enabled === 1,
    declared: row.declared === 1,
    revision: row.revision,
    settings: JSON.parse(row.settings) as ProviderSettings,
    createdAt: row.created_at,
  };
  const ruleset = readRuleset(row.id, row.ruleset, row);
  const byScim = row.groups_by_scim === 1;
  return { provider, ruleset: compileRuleset(ruleset, roles, byScim, scimRests(provider)), roles };
}

export function readRuleset(provider: string, number: number, row: RulesetColumns): Ruleset {
  return {
    provider,
    number,
    strategy: row.strategy ?? ('most-permissions' as const),
    rules: row.rules === null ? [] : (JSON.parse(row.rules) as Rule[]),
    scimAttributes:
      row.scim_attributes === null ? {} : (JSON.parse(row.scim_attributes) as Record<string, ScimAttribute>),
  };
}

/** While the provider or its SCIM goes: with the rules of before. */
function* withFormer(state: ProviderState, row: ProviderColumns): Script<ProviderState> {
  const { retirement, scimRests: rested } = state.provider.settings;
  if (!retirement || retirement.done) return state;
  const found = yield* one<RulesetColumns>(
    'SELECT strategy, rules, scim_attributes FROM rulesets WHERE provider = ? AND number = ?',
    row.id,
    retirement.former,
  );
  if (!found) return state;
  const rules = readRuleset(row.id, retirement.former, found);
  // Where SCIM itself goes, it counted until then; where the provider goes, it counted or had gone before.
  const rests = retirement.of === 'provider' && rested === true;
  const former: CompiledRuleset = compileRuleset(rules, state.roles, row.groups_by_scim === 1, rests);
  return { ...state, former };
}

function* readUnsettled(): Script<Map<string, Unsettled>> {
  const rows = yield* all<{ provider: string; kind: string; subject: string }>(
    `SELECT provider, kind, subject FROM jobs
     WHERE finished_at IS NULL AND kind IN ('resolve-members', 'leave-group', 'resolve-others')`,
  );
  const unsettled = new Map<string, { groups: string[]; others: boolean }>();
  for (const { provider, kind, subject } of rows) {
    const known = unsettled.get(provider) ?? { groups: [], others: false };
    if (kind === 'resolve-others') known.others = true;
    else known.groups.push(subject);
    unsettled.set(provider, known);
  }
  return unsettled;
}
