// Makes the store say what the configuration file declares: providers, rules, provisioning tokens. What the file
// leaves out stays as it is. A second start with the same file changes nothing and makes no event.

import type { Clock } from './clock.ts';
import { ConfigError, type ConfigProblem, type DeclaredProvider, type Settings } from './config.ts';
import { systemRoles } from './edge/admin/permissions.ts';
import type { DeclaredApiKey } from './edge/parts.ts';
import { fold } from './fold.ts';
import { namedId, newId } from './id.ts';
import { type Provider, type ProviderSettings, providerIdFor } from './identity/provider.ts';
import type { Change, Ledger } from './ledger/ledger.ts';
import type { ProviderState } from './mapping/decide.ts';
import type { Rule, TargetKind } from './mapping/rule.ts';
import { everyGroupBecomesTeam, ruleId } from './mapping/ruleset.ts';
import { equalJson } from './scim/json.ts';
import { sha256Hex } from './secret.ts';

export function declaredApiKeys(settings: Settings): DeclaredApiKey[] {
  return (settings.declared?.apiKeys ?? []).map(({ name, key, role }) => ({
    id: namedId('api-key', name),
    name,
    role,
    hash: sha256Hex(key),
  }));
}

export async function applyDeclared(ledger: Ledger, settings: Settings, clock: Clock): Promise<void> {
  const by: Change = {
    at: clock.now(),
    actor: { kind: 'system', id: 'configuration' },
    cause: { kind: 'start', id: newId(clock.now()) },
  };
  await seedRoles(ledger, by);
  const declared = settings.declared?.providers ?? [];
  checkRoles(declared, new Set((await ledger.roles()).map((role) => role.name)));
  for (const provider of declared) await applyProvider(ledger, provider, by);
  await releaseOthers(ledger, new Set(declared.map((provider) => fold(provider.name))), by);
}

/** The system roles, as this version knows them. A role with other permissions decides anew who wins. */
async function seedRoles(ledger: Ledger, by: Change): Promise<void> {
  const known = new Map((await ledger.roles()).map((role) => [role.id, role]));
  let changed = false;
  for (const { name, permissions } of systemRoles) {
    const id = name.toLowerCase();
    const before = known.get(id);
    if (before && equalJson(before.permissions, permissions)) continue;
    await ledger.saveRole({ id, name, system: true, permissions, permissionCount: permissions.length });
    changed ||= before !== undefined;
  }
  if (!changed) return;
  for (const { ruleset } of await ledger.providers()) await ledger.applyRuleset(ruleset, by);
}

function checkRoles(providers: readonly DeclaredProvider[], known: ReadonlySet<string>): void {
  const problems: ConfigProblem[] = [];
  for (const [i, provider] of providers.entries()) {
    for (const [k, { role }] of (provider.attributeRoleMappings ?? []).entries()) {
      if (known.has(role)) continue;
      const path = `providers[${i}].attributeRoleMappings[${k}].role`;
      problems.push({ path, message: `there is no role with this name; there are ${[...known].join(', ')}` });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

async function applyProvider(ledger: Ledger, declared: DeclaredProvider, by: Change): Promise<void> {
  const states = await ledger.providers();
  const before = states.find((state) => fold(state.provider.name) === fold(declared.name)) ?? null;
  const id =
    before?.provider.id ?? providerIdFor(declared.name, new Set(states.map((each) => each.provider.id)));
  const wanted = providerOf(declared, id, before?.provider ?? null, by.at);
  if (!before) await ledger.saveProvider(wanted, 0, by);
  else if (!equalJson({ ...wanted, revision: 0 }, { ...before.provider, revision: 0 })) {
    await ledger.saveProvider(wanted, before.provider.revision, by);
  }
  await applyRules(ledger, declared, id, before, by);
  const token = declared.scim?.provisioningToken;
  if (token !== undefined) await seedToken(ledger, id, token, by);
}

/** Exported for the API, which takes a provider in the same shape. */
export function providerOf(
  declared: DeclaredProvider,
  id: string,
  before: Provider | null,
  at: number,
): Provider {
  return {
    id,
    name: declared.name,
    enabled: declared.enabled,
    scimEnabled: declared.scim ? declared.scim.enabled : (before?.scimEnabled ?? false),
    declared: true,
    revision: (before?.revision ?? 0) + 1,
    settings: settingsOf(declared),
    createdAt: before?.createdAt ?? at,
  };
}

/** What is neither a rule nor a secret nor a column of its own. */
const notConnection: ReadonlySet<string> = new Set([
  'name',
  'kind',
  'clientSecret',
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

function settingsOf(declared: DeclaredProvider): ProviderSettings {
  const { kind, claimsSyncMode, scope, groupsMatchedBy, memberReplaceIsAdd, guard, reconcile } = declared;
  const connection = Object.fromEntries(Object.entries(declared).filter(([key]) => !notConnection.has(key)));
  return {
    kind,
    claimsSyncMode,
    scope,
    groupsMatchedBy,
    memberReplaceIsAdd,
    guard,
    reconcile,
    connection,
  } as ProviderSettings;
}

// --- rules ------------------------------------------------------------------------------------------------------

async function applyRules(
  ledger: Ledger,
  declared: DeclaredProvider,
  provider: string,
  before: ProviderState | null,
  by: Change,
): Promise<void> {
  const stored = before?.ruleset;
  const rules = [
    ...rulesOf(provider, 'role', declared.attributeRoleMappings, stored?.rules),
    ...teamRules(provider, declared, stored?.rules),
    ...rulesOf(provider, 'businessUnit', declared.attributeBusinessUnitMappings, stored?.rules),
  ];
  const strategy = declared.declaredKeys.includes('roleResolutionStrategy')
    ? declared.roleResolutionStrategy
    : (stored?.strategy ?? declared.roleResolutionStrategy);
  const scimAttributes = declared.claimScimAttributes ?? stored?.scimAttributes ?? {};
  const wanted = { provider, strategy, rules, scimAttributes } as Parameters<Ledger['applyRuleset']>[0];
  const same =
    stored &&
    equalJson(stored.rules, rules) &&
    stored.strategy === strategy &&
    equalJson(stored.scimAttributes, scimAttributes);
  if (!same) await ledger.applyRuleset(wanted, by);
}

type Mapping = { attribute: string; value: string; sticky: boolean } & (
  | { role: string }
  | { team: string }
  | { businessUnit: string }
);

/** A list that the file leaves out keeps its stored rules. */
function rulesOf(
  provider: string,
  kind: TargetKind,
  mappings: readonly Mapping[] | undefined,
  stored: readonly Rule[] | undefined,
): Rule[] {
  if (!mappings) return (stored ?? []).filter((rule) => rule.kind === kind);
  return mappings.map((mapping) => {
    const target = 'role' in mapping ? mapping.role : 'team' in mapping ? mapping.team : mapping.businessUnit;
    const { attribute, value, sticky } = mapping;
    const rule = { kind, attribute, value, target, sticky };
    return { ...rule, id: ruleId(provider, rule) };
  });
}

/** SCIM without any word about teams: every synced group becomes one, by a rule that people see and can remove. */
function teamRules(
  provider: string,
  declared: DeclaredProvider,
  stored: readonly Rule[] | undefined,
): Rule[] {
  const fresh =
    stored === undefined && declared.attributeTeamMappings === undefined && declared.scim?.enabled;
  if (fresh) return [everyGroupBecomesTeam(provider)];
  return rulesOf(provider, 'team', declared.attributeTeamMappings, stored);
}

// --- tokens -----------------------------------------------------------------------------------------------------

/**
 * A value that was ever here is not seeded again, so that a restart does not revive what somebody revoked. A changed
 * value takes the place of the one that the file seeded before.
 */
async function seedToken(ledger: Ledger, provider: string, token: string, by: Change): Promise<void> {
  const hash = sha256Hex(token);
  if (await ledger.knowsTokenHash(hash)) return;
  const former = (await ledger.tokens(provider)).filter((each) => each.declared && each.revokedAt === null);
  const seeded = {
    provider,
    id: newId(by.at),
    name: 'from the configuration file',
    lastFour: token.slice(-4),
    createdAt: by.at,
    createdBy: `${by.actor.kind}:${by.actor.id}`,
    expiresAt: null,
    revokedAt: null,
    untilUseOf: null,
    declared: true,
    lastUsedAt: null,
    lastUsedFrom: null,
  };
  await ledger.addToken(seeded, hash, by);
  for (const each of former) await ledger.revokeToken(provider, each.id, { at: by.at }, by);
}

/** A provider that the file no longer names belongs to the dashboard from now on. */
async function releaseOthers(ledger: Ledger, declared: ReadonlySet<string>, by: Change): Promise<void> {
  for (const { provider } of await ledger.providers()) {
    if (!provider.declared || declared.has(fold(provider.name))) continue;
    const released = { ...provider, declared: false, revision: provider.revision + 1 };
    await ledger.saveProvider(released, provider.revision, by);
  }
}
