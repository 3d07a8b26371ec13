// Makes the store say what the configuration file declares: providers, rules, provisioning tokens. What the file
// leaves out stays as it is. A second start with the same file changes nothing and makes no event.

import type { Clock } from './clock.ts';
import { ConfigError, type ConfigProblem, type DeclaredProvider, type Settings } from './config.ts';
import { isOwnResource, systemRoles } from './edge/admin/permissions.ts';
import { declaredOver, rulesOf } from './edge/admin/provider-block.ts';
import type { DeclaredApiKey } from './edge/parts.ts';
import { fold } from './fold.ts';
import { namedId, newId } from './id.ts';
import { isClosed, type Provider, providerIdFor } from './identity/provider.ts';
import type { Change, Ledger } from './ledger/ledger.ts';
import type { ProviderState } from './mapping/decide.ts';
import type { Rule } from './mapping/rule.ts';
import { everyGroupBecomesTeam } from './mapping/ruleset.ts';
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
  checkPermissions(settings);
  await ledger.seedRoles(systemRoles, by);
  const declared = settings.declared?.providers ?? [];
  checkRoles(declared, new Set((await ledger.roles()).map((role) => role.name)));
  for (const provider of declared) await applyProvider(ledger, provider, by);
  await releaseOthers(ledger, new Set(declared.map((provider) => fold(provider.name))), by);
}

/** A permission of an application that had the name of one of ours would be ours to whoever holds it. */
function checkPermissions(settings: Settings): void {
  const problems = (settings.declared?.permissions ?? []).flatMap(({ resource }, at) => {
    if (!isOwnResource(resource)) return [];
    const message = `"${resource}" is a resource of Bifrost itself: choose another name`;
    return [{ path: `permissions[${at}].resource`, message }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
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
  const named = states.filter((state) => fold(state.provider.name) === fold(declared.name));
  const before = named.find((state) => !isClosed(state.provider)) ?? null;
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
  ledger: Ledger,
  declared: DeclaredProvider,
  provider: string,
  before: ProviderState | null,
  by: Change,
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
  const wanted = { provider, strategy, rules, scimAttributes } as Parameters<Ledger['applyRuleset']>[0];
  // Number 0 was never applied: a start that was cut short between a provider and its rules goes on here.
  const same =
    stored &&
    stored.number > 0 &&
    equalJson(stored.rules, rules) &&
    stored.strategy === strategy &&
    equalJson(stored.scimAttributes, scimAttributes);
  if (!same) await ledger.applyRuleset(wanted, by);
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
