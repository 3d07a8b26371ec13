// Makes the store say what the configuration file declares: providers, rules, provisioning tokens. What the file
// leaves out stays as it is. A second start with the same file changes nothing and makes no event.

import type { Clock } from './clock.ts';
import { ConfigError, type ConfigProblem, type DeclaredProvider, type Settings } from './config.ts';
import { everything, isOwnResource, systemRoles } from './edge/admin/permissions.ts';
import { declaredOver, rulesOf } from './edge/admin/provider-block.ts';
import { changedKeys, type WantedRules } from './edge/admin/rule-keys.ts';
import { applyOrHold, batchOfSame, planRules, type RulesChange } from './edge/admin/rules-guard.ts';
import type { DeclaredApiKey } from './edge/parts.ts';
import { fold } from './fold.ts';
import { namedId, newId } from './id.ts';
import { isClosed, type Provider, providerIdFor } from './identity/provider.ts';
import type { Change, Ledger } from './ledger/ledger.ts';
import type { Batch } from './ledger/reconciliation.ts';
import type { ProviderState } from './mapping/decide.ts';
import type { Rule } from './mapping/rule.ts';
import { everyGroupBecomesTeam } from './mapping/ruleset.ts';
import { nearest } from './nearest.ts';
import { equalJson } from './scim/json.ts';
import { sha256Hex } from './secret.ts';

export function declaredApiKeys(settings: Settings): DeclaredApiKey[] {
  return (settings.declared?.apiKeys ?? []).map(({ name, key, role, permissions }) => ({
    id: namedId('api-key', name),
    name,
    role,
    permissions: permissions ?? null,
    hash: sha256Hex(key),
  }));
}

export async function applyDeclared(
  ledger: Ledger,
  settings: Settings,
  clock: Clock,
  warn: (said: string) => void,
): Promise<void> {
  const by: Change = {
    at: clock.now(),
    actor: { kind: 'system', id: 'configuration' },
    cause: { kind: 'start', id: newId(clock.now()) },
  };
  checkPermissions(settings);
  await ledger.seedRoles(systemRoles, by);
  const declared = settings.declared?.providers ?? [];
  checkRoles(declared, new Set((await ledger.roles()).map((role) => role.name)));
  const making = { ledger, by, warn };
  for (const provider of declared) await applyProvider(making, provider);
  await releaseOthers(ledger, new Set(declared.map((provider) => fold(provider.name))), by);
}

/** A permission of an application that had the name of one of ours would be ours to whoever holds it. */
function checkPermissions(settings: Settings): void {
  const problems = (settings.declared?.permissions ?? []).flatMap(({ resource }, at) => {
    if (!isOwnResource(resource)) return [];
    const message = `"${resource}" is a resource of Bifrost itself: choose another name`;
    return [{ path: `permissions[${at}].resource`, message }];
  });
  problems.push(...unknownPermissions(settings));
  if (problems.length > 0) throw new ConfigError(problems);
}

/** A key that was given what there is not would be refused without anybody knowing why. */
function unknownPermissions({ declared }: Settings): ConfigProblem[] {
  return (declared?.apiKeys ?? []).flatMap(({ permissions = [] }, at) =>
    permissions.flatMap((permission, k) => {
      if (everything.includes(permission)) return [];
      const meant = nearest(permission, everything);
      const message = `there is no permission "${permission}"${meant ? `; did you mean "${meant}"?` : ''}`;
      return [{ path: `apiKeys[${at}].permissions[${k}]`, message }];
    }),
  );
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

interface Making {
  readonly ledger: Ledger;
  readonly by: Change;
  /** For what the start says, and goes on. */
  warn(said: string): void;
}

async function applyProvider(making: Making, declared: DeclaredProvider): Promise<void> {
  const { ledger, by } = making;
  const states = await ledger.providers();
  const named = states.filter((state) => fold(state.provider.name) === fold(declared.name));
  const before = named.find((state) => !isClosed(state.provider)) ?? null;
  const id =
    before?.provider.id ?? providerIdFor(declared.name, new Set(states.map((each) => each.provider.id)));
  const wanted = providerOf(declared, id, before?.provider ?? null, by.at);
  if (!before) await ledger.saveProvider(wanted, 0, by);
  else if (!equalJson({ ...wanted, revision: 0 }, { ...before.provider, revision: 0 })) {
    await ledger.saveProvider(wanted, before.provider.revision, by);
  }
  await applyRules(making, declared, id, before);
  const token = declared.scim?.provisioningToken;
  if (token !== undefined) await seedToken(ledger, id, token, by);
}

function providerOf(declared: DeclaredProvider, id: string, before: Provider | null, at: number): Provider {
  return {
    ...declaredOver(declared, before),
    id,
    declared: true,
    revision: (before?.revision ?? 0) + 1,
    createdAt: before?.createdAt ?? at,
  };
}

// --- rules ------------------------------------------------------------------------------------------------------

async function applyRules(
  making: Making,
  declared: DeclaredProvider,
  provider: string,
  before: ProviderState | null,
): Promise<void> {
  const stored = before?.ruleset;
  const rules = [
    ...rulesOf(provider, 'role', declared.attributeRoleMappings, stored?.rules ?? []),
    ...teamRules(provider, declared, before),
    ...rulesOf(provider, 'businessUnit', declared.attributeBusinessUnitMappings, stored?.rules ?? []),
  ];
  const strategy = declared.declaredKeys.includes('roleResolutionStrategy')
    ? declared.roleResolutionStrategy
    : (stored?.strategy ?? declared.roleResolutionStrategy);
  const scimAttributes = declared.claimScimAttributes ?? stored?.scimAttributes ?? {};
  const wanted = { provider, strategy, rules, scimAttributes } as WantedRules;
  // Number 0 was never applied: a start that was cut short between a provider and its rules goes on here.
  if (!stored || stored.number === 0) await making.ledger.applyRuleset(wanted, making.by);
  else await changeRules(making, provider, wanted);
}

/**
 * What would take something from more people than the guard lets pass waits for a person, once: a restart with the same file
 * holds it no second time, also after somebody dropped it or took it back.
 */
async function changeRules(
  { ledger, by, warn }: Making,
  provider: string,
  wanted: WantedRules,
): Promise<void> {
  // With the settings that were saved a moment ago.
  const state = (await ledger.provider(provider))!;
  const changed = changedKeys(state.ruleset, wanted);
  if (changed.length === 0) return;
  const change = { ledger, state, wanted, changed, by, person: null };
  const decided = await batchOfSame(change, ['dropped', 'undone']);
  const held = decided && (await isTooMuch(change)) ? decided : await applyOrHold(change, { origin: FILE });
  if (held) warn(heldWords(state.provider.name, held));
}

async function isTooMuch(change: RulesChange): Promise<boolean> {
  return (await planRules(change)).confirm !== null;
}

/** Where a batch came from, as it is shown. */
const FILE = 'configuration';

function heldWords(provider: string, { id, state, people, active }: Batch): string {
  const what = `The rules that the configuration file has for the provider "${provider}" take something from ${people} of ${active} active users, more than its guard lets pass, and are not applied: the former ones hold.`;
  if (state === 'held') {
    return `${what} Look at them: bifrost batch show ${id}. Then: bifrost batch approve ${id}, or bifrost batch drop ${id}.`;
  }
  const decided = state === 'dropped' ? 'dropped them' : 'took them back';
  return `${what} Somebody ${decided} before (batch ${id}): change the file, or apply them with PUT /api/providers/{id}/mappings after taking them out of it.`;
}

/**
 * SCIM switched on where no team rule ever stood: every synced group becomes a team, by a rule that people see and
 * can remove. Once it was on, a missing rule is somebody's decision.
 */
function teamRules(provider: string, declared: DeclaredProvider, before: ProviderState | null): Rule[] {
  const stored = before?.ruleset.rules ?? [];
  const rules = rulesOf(provider, 'team', declared.attributeTeamMappings, stored);
  const switchedOn = declared.scim?.enabled && !(before?.provider.scimEnabled && before.ruleset.number > 0);
  const unsaid = declared.attributeTeamMappings === undefined && rules.length === 0;
  return switchedOn && unsaid ? [everyGroupBecomesTeam(provider)] : rules;
}

// --- tokens -----------------------------------------------------------------------------------------------------

/**
 * A value that was ever here is not seeded again, so that a restart does not revive what somebody revoked. A changed
 * value takes the place of the one that the file seeded before.
 */
async function seedToken(ledger: Ledger, provider: string, token: string, by: Change): Promise<void> {
  const hash = sha256Hex(token);
  if (await ledger.knowsTokenHash(hash)) return;
  const seeded = {
    provider,
    id: newId(by.at),
    name: 'from the configuration file',
    lastFour: token.slice(-4),
    createdAt: by.at,
    createdBy: `${by.actor.kind}:${by.actor.id}`,
    expiresAt: null,
    revokedAt: null,
    ended: false,
    untilUseOf: null,
    declared: true,
    lastUsedAt: null,
    lastUsedFrom: null,
  };
  await ledger.addToken(seeded, hash, by, { which: 'declared', how: { at: by.at } });
}

/** A provider that the file no longer names belongs to the dashboard from now on. */
async function releaseOthers(ledger: Ledger, declared: ReadonlySet<string>, by: Change): Promise<void> {
  for (const { provider } of await ledger.providers()) {
    if (!provider.declared || declared.has(fold(provider.name))) continue;
    const released = { ...provider, declared: false, revision: provider.revision + 1 };
    await ledger.saveProvider(released, provider.revision, by);
  }
}
