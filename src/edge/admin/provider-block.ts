// A provider as the configuration file and the API write it, and as it is stored: one reader for both (config.ts),
// so that what the file refuses, the API refuses in the same words.

import { ConfigError, type DeclaredProvider, readSettings, type Settings } from '../../config.ts';
import {
  type Provider,
  type ProviderSettings,
  SEALED_AS,
  type SecretName,
  secretNames,
  withoutSecrets,
} from '../../identity/provider.ts';
import type { Rule, TargetKind } from '../../mapping/rule.ts';
import { ruleId } from '../../mapping/ruleset.ts';
import { equalJson, isObject } from '../../scim/json.ts';
import { badInput } from './read-input.ts';

/** Checks a block as it would be checked in the file. References to the environment are not for the API. */
export function readBlock(settings: Settings, block: Record<string, unknown>): DeclaredProvider {
  const env = { BIFROST_DEVELOPMENT: settings.development ? '1' : '0' };
  try {
    return readSettings({ env, config: { providers: [block] } }).declared!.providers[0]!;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.problems.map(({ path, message }) => ({
      path: pointerOf(path.replace(/^providers\[0\]/, '')),
      problem: message,
    }));
    throw badInput('The provider', problems);
  }
}

/** `.guard.count`, `.rules[0]`, `.claims["a.b"]` as a JSON Pointer. */
function pointerOf(path: string): string {
  const parts = [...path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.[\]]+)/g)];
  const names = parts.map(([, index, quoted, plain]) => index ?? quoted ?? plain ?? '');
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Keys of a block that are stored elsewhere than in `connection`. */
const notConnection: ReadonlySet<string> = new Set([
  'name',
  'kind',
  ...secretNames,
  'enabled',
  'scope',
  'groupsMatchedBy',
  'memberReplaceIsAdd',
  'guard',
  'claimsSyncMode',
  'roleResolutionStrategy',
  'scim',
  'reconcile',
  'attributeRoleMappings',
  'attributeTeamMappings',
  'attributeBusinessUnitMappings',
  'claimScimAttributes',
  'declaredKeys',
]);

/** In the clear, as it was written; undefined where the block says nothing of it. */
export function writtenSecret(block: DeclaredProvider, name: SecretName): string | undefined {
  if (name === 'clientSecret') return block.clientSecret;
  return block.kind === 'okta' ? block.directoryToken : undefined;
}

export function settingsOf(declared: DeclaredProvider): ProviderSettings {
  const { kind, claimsSyncMode, scope, groupsMatchedBy, memberReplaceIsAdd, guard, reconcile } = declared;
  const connection = Object.fromEntries(Object.entries(declared).filter(([key]) => !notConnection.has(key)));
  return { kind, claimsSyncMode, scope, groupsMatchedBy, memberReplaceIsAdd, guard, reconcile, connection };
}

/** What no edit says or takes away. */
export function goingOn({ retirement, scimRests }: ProviderSettings): Partial<ProviderSettings> {
  return { ...(retirement && { retirement }), ...(scimRests && { scimRests }) };
}

/** The block that would make what is stored, without its rules and secrets: what an edit starts from. */
export function blockOf({ name, enabled, scimEnabled, settings }: Provider): Record<string, unknown> {
  const { kind, claimsSyncMode, scope, groupsMatchedBy, memberReplaceIsAdd, guard, reconcile } = settings;
  const { allowedTenants, ...connection } = withoutSecrets(settings.connection);
  // A list that says no more than the default follows the tenant when that is edited.
  const ownTenants = equalJson(allowedTenants, [connection.tenantId]) ? {} : { allowedTenants };
  const mode = isDefaultMode(settings, scimEnabled) ? {} : { mode: reconcile.mode };
  return {
    ...connection,
    ...(allowedTenants === undefined ? {} : ownTenants),
    name,
    kind,
    enabled,
    claimsSyncMode,
    scope,
    groupsMatchedBy,
    memberReplaceIsAdd,
    guard,
    reconcile: { ...mode, every: durationText(reconcile.everyMs) },
    scim: { enabled: scimEnabled },
  };
}

/** A mode that nobody chose follows the others when they are edited (SEMANTICS: modes of a provider). */
function isDefaultMode({ claimsSyncMode, reconcile }: ProviderSettings, scimEnabled: boolean): boolean {
  return reconcile.mode === defaultMode(claimsSyncMode, scimEnabled);
}

function defaultMode(claimsSyncMode: ProviderSettings['claimsSyncMode'], scimEnabled: boolean) {
  return claimsSyncMode === 'scim' && scimEnabled ? 'report' : 'heal';
}

type Declarable = Pick<Provider, 'name' | 'enabled' | 'scimEnabled' | 'settings'>;

/** The file over what is stored: the keys that it wrote are its (lock.ts), the others stay; defaults are for a new one. */
export function declaredOver(declared: DeclaredProvider, before: Provider | null): Declarable {
  const { name, enabled, scim } = declared;
  const fresh = settingsOf(declared);
  if (before?.settings.kind !== declared.kind) {
    return { name, enabled, scimEnabled: scim?.enabled ?? false, settings: fresh };
  }
  const isWritten = (key: string) => declared.declaredKeys.includes(key);
  const stored = before.settings;
  const scimEnabled = scim ? scim.enabled : before.scimEnabled;
  const settings = {
    ...overlaid(fresh, stored, isWritten),
    connection: connectionOver(fresh, stored, isWritten),
  };
  if (!isWritten('reconcile') && isDefaultMode(stored, before.scimEnabled)) {
    const mode = defaultMode(settings.claimsSyncMode, scimEnabled);
    settings.reconcile = { ...stored.reconcile, mode };
  }
  return { name, enabled: isWritten('enabled') ? enabled : before.enabled, scimEnabled, settings };
}

function connectionOver(
  fresh: ProviderSettings,
  stored: ProviderSettings,
  isWritten: (key: string) => boolean,
): Record<string, unknown> {
  const { allowedTenants, ...before } = withoutSecrets(stored.connection);
  // A list that said no more than the default follows the tenant.
  const isDefault = allowedTenants === undefined || equalJson(allowedTenants, [before.tenantId]);
  const kept = isDefault ? before : { ...before, allowedTenants };
  const secrets = secretNames
    .filter((name) => !isWritten(name) && stored.connection[SEALED_AS[name]] !== undefined)
    .map((name) => [SEALED_AS[name], stored.connection[SEALED_AS[name]]]);
  return {
    ...overlaid<Record<string, unknown>>(fresh.connection, kept, isWritten),
    ...Object.fromEntries(secrets),
  };
}

/** `stored`, and over it what was written and what it lacks. */
function overlaid<Values extends object>(
  fresh: Values,
  stored: Values,
  isWritten: (key: string) => boolean,
): Values {
  const over = Object.entries(fresh).filter(([key]) => isWritten(key) || !Object.hasOwn(stored, key));
  return { ...stored, ...Object.fromEntries(over) };
}

const units = [
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

export function durationText(ms: number): string {
  for (const [unit, unitMs] of units) if (ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  return `${ms / 1000}s`;
}

/** An edit names what changes; sections (`scim`, `guard`, `reconcile`) key by key. null takes a key away. */
export function merged(
  block: Record<string, unknown>,
  edit: Record<string, unknown>,
): Record<string, unknown> {
  const result = { ...block };
  for (const [key, value] of Object.entries(edit)) {
    const before = result[key];
    if (value === null) delete result[key];
    else result[key] = isObject(value) && isObject(before) ? { ...before, ...value } : value;
  }
  return result;
}

/** A typed end is of one secret: another one that comes without any has none. */
export function ofThisSecret(
  edit: Record<string, unknown>,
  locked: readonly string[],
): Record<string, unknown> {
  const isNew = 'clientSecret' in edit && !('clientSecretExpiresAt' in edit);
  return isNew && !locked.includes('clientSecretExpiresAt') ? { ...edit, clientSecretExpiresAt: null } : edit;
}

// --- rules ------------------------------------------------------------------------------------------------------

export const mappingKeys = {
  role: 'attributeRoleMappings',
  team: 'attributeTeamMappings',
  businessUnit: 'attributeBusinessUnitMappings',
} as const satisfies Record<TargetKind, string>;

type Mapping = { attribute: string; value: string; sticky: boolean } & (
  | { role: string }
  | { team: string }
  | { businessUnit: string }
);

/** A list that is left out keeps its stored rules. */
export function rulesOf(
  provider: string,
  kind: TargetKind,
  mappings: readonly Mapping[] | undefined,
  stored: readonly Rule[],
): Rule[] {
  if (!mappings) return stored.filter((rule) => rule.kind === kind);
  return mappings.map((mapping) => {
    const target = 'role' in mapping ? mapping.role : 'team' in mapping ? mapping.team : mapping.businessUnit;
    const { attribute, value, sticky } = mapping;
    const rule = { kind, attribute, value, target, sticky };
    return { ...rule, id: ruleId(provider, rule) };
  });
}
