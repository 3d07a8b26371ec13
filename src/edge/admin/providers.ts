// Providers: list, one, add, edit, remove. Enabling SCIM gives what the administrator enters in Entra: the endpoint and,
// once, a provisioning token.

import { Type } from 'typebox';
import type { DeclaredProvider } from '../../config.ts';
import { type Provider, providerIdFor } from '../../identity/provider.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { everyGroupBecomesTeam } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import { equalJson, isObject } from '../../scim/json.ts';
import { seal, sha256Hex } from '../../secret.ts';
import { listQuery, type ProviderJson, pageOf, providerShape, rfc3339, search } from './contract.ts';
import { lockedKeys, refuseLocked } from './lock.ts';
import { needProvider } from './look-up.ts';
import { pageInMemory } from './page.ts';
import {
  blockOf,
  durationText,
  mappingKeys,
  merged,
  readBlock,
  SEALED_SECRET,
  settingsOf,
} from './provider-block.ts';
import { providerBlockSchema, providerEditSchema } from './provider-schema.ts';
import { badInput } from './read-input.ts';
import { type AdminParts, type Call, changeBy, type Route, route } from './route.ts';
import { changeRules, wantedRules } from './rules-change.ts';
import { addToken, endpointOf, liveTokens } from './tokens.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

function showProvider(parts: AdminParts, { provider, ruleset }: ProviderState): ProviderJson {
  const { id, name, enabled, declared, scimEnabled, revision, settings, createdAt } = provider;
  const { [SEALED_SECRET]: sealed, ...connection } = settings.connection;
  const { mode, everyMs } = settings.reconcile;
  return {
    id,
    name,
    kind: settings.kind,
    enabled,
    declared,
    locked: lockedKeys(parts.settings, provider),
    scim: { enabled: scimEnabled, endpoint: endpointOf(parts) },
    claimsSyncMode: settings.claimsSyncMode,
    roleResolutionStrategy: ruleset.strategy,
    scope: settings.scope,
    groupsMatchedBy: settings.groupsMatchedBy,
    memberReplaceIsAdd: settings.memberReplaceIsAdd,
    guard: { ...settings.guard },
    reconcile: { mode, every: durationText(everyMs) },
    connection,
    hasClientSecret: sealed !== undefined || hasDeclaredSecret(parts, provider),
    ruleset: ruleset.number,
    revision,
    createdAt: rfc3339(createdAt),
  };
}

function hasDeclaredSecret({ settings }: AdminParts, provider: Provider): boolean {
  const block = settings.declared?.providers.find((each) => each.name === provider.name);
  return provider.declared && block?.clientSecret !== undefined;
}

async function answer(call: Call, id: string, token: string | null = null) {
  const state = await needProvider(call.parts.ledger, id);
  const shown = showProvider(call.parts, state);
  const scim = token === null ? shown.scim : { ...shown.scim, token };
  const headers = { etag: revisionTag(state.provider.revision), 'cache-control': 'no-store' };
  return { headers, body: { ...shown, scim } };
}

// --- reading ----------------------------------------------------------------------------------------------------

const listProviders = route({
  method: 'GET',
  path: '/providers',
  permission: { resource: 'providers', operation: 'read' },
  summary: 'All providers, by name',
  query: Type.Object({ ...listQuery, search }, { additionalProperties: false }),
  response: pageOf(providerShape),
  async handle({ parts, query }) {
    const shown = (await parts.ledger.providers()).map((state) => showProvider(parts, state));
    return { body: pageInMemory('providers', shown, query) };
  },
});

const getProvider = route({
  method: 'GET',
  path: '/providers/{id}',
  permission: { resource: 'providers', operation: 'read' },
  summary: 'One provider',
  response: providerShape,
  versioned: true,
  handle: (call) => answer(call, call.params.id),
});

// --- adding -----------------------------------------------------------------------------------------------------

const object = Type.Unsafe<Record<string, unknown>>({ type: 'object' });

const addProvider = route({
  method: 'POST',
  path: '/providers',
  permission: { resource: 'providers', operation: 'create' },
  summary: 'Add a provider',
  description:
    'The same keys as in the configuration file, except for references to the environment. With SCIM enabled and no `provisioningToken`, the answer has a new token, once.',
  body: object,
  bodySchema: providerBlockSchema,
  status: 201,
  response: providerShape,
  versioned: true,
  refuses: { 409: 'A provider has that name, or the token was used before' },
  async handle(call) {
    const { parts, body, at } = call;
    const { ledger } = parts;
    const block = readBlock(parts.settings, body);
    const taken = new Set((await ledger.providers()).map((state) => state.provider.id));
    const id = providerIdFor(block.name, taken);
    const rules = await wantedRules(ledger, id, block, null);
    const token = block.scim?.provisioningToken ?? null;
    if (token !== null && (await ledger.knowsTokenHash(sha256Hex(token)))) {
      throw new Refusal(
        'uniqueness',
        'This provisioning token was used before. Choose another, or leave it out.',
      );
    }
    const provider: Provider = {
      id,
      name: block.name,
      enabled: block.enabled,
      scimEnabled: block.scim?.enabled ?? false,
      declared: false,
      revision: 1,
      settings: withSecret(parts, id, settingsOf(block), block.clientSecret),
      createdAt: at,
    };
    const everyGroup = provider.scimEnabled && block.attributeTeamMappings === undefined;
    const withTeams = everyGroup ? { ...rules, rules: [...rules.rules, everyGroupBecomesTeam(id)] } : rules;
    // Asked for together, written together: the ledger takes what waits in one transaction.
    await Promise.all([
      ledger.saveProvider(provider, 0, changeBy(call)),
      ledger.applyRuleset(withTeams, changeBy(call)),
    ]);
    const made = provider.scimEnabled ? await firstToken(call, id, token) : null;
    return answer(call, id, made);
  },
});

/** The text of a token that was made now; null when the administrator has one already. */
async function firstToken(call: Call, provider: string, given: string | null): Promise<string | null> {
  if (given === null && (await liveTokens(call.parts.ledger, provider, call.at)).length > 0) return null;
  const name = given === null ? `made by ${call.caller.name}` : `given by ${call.caller.name}`;
  const { secret } = await addToken(call, provider, { name, secret: given, expiresAt: null });
  return given === null ? secret : null;
}

/** A secret that is not given stays as it is. */
function withSecret(
  { secretKey }: AdminParts,
  id: string,
  settings: Provider['settings'],
  secret: string | undefined,
  before?: unknown,
): Provider['settings'] {
  const sealed = secret === undefined ? before : seal(secretKey, secret, `providers/${id}/clientSecret`);
  if (sealed === undefined) return settings;
  return { ...settings, connection: { ...settings.connection, [SEALED_SECRET]: sealed } };
}

// --- editing ----------------------------------------------------------------------------------------------------

const editProvider = route({
  method: 'PATCH',
  path: '/providers/{id}',
  permission: { resource: 'providers', operation: 'edit' },
  summary: 'Edit a provider',
  description:
    'Keys that are left out stay; null takes a key back to its default. Enabling SCIM where no rule makes teams adds one that makes a team of every group, and where no token is live the answer has a new one, once.',
  body: object,
  bodySchema: providerEditSchema,
  response: providerShape,
  versioned: true,
  refuses: { 409: 'The configuration file owns it, or another provider has that name' },
  async handle(call) {
    const { parts, params } = call;
    const { provider } = await needProvider(parts.ledger, params.id);
    return edit(call, provider.id, call.body);
  },
});

async function edit(call: Call, id: string, written: Record<string, unknown>) {
  const { parts, at } = call;
  const state = await needProvider(parts.ledger, id);
  const before = state.provider;
  checkIfMatch(call.ifMatch, revisionTag(before.revision));
  refuseElsewhere(written);
  refuseLocked(parts.settings, before, Object.keys(written));
  const block = readBlock(parts.settings, merged(blockOf(before), written));
  const after = edited(parts, before, block, written);
  if (!equalJson(after, before)) {
    await parts.ledger.saveProvider(
      { ...after, revision: before.revision + 1 },
      before.revision,
      changeBy(call),
    );
  }
  if (after.scimEnabled && !before.scimEnabled) await addTeamRule(call, state);
  const wantsToken = after.scimEnabled && isObject(written.scim) && written.scim.enabled === true;
  const token = wantsToken ? await firstToken({ ...call, at }, id, null) : null;
  return answer(call, id, token);
}

/** What has an address of its own is not edited here. */
function refuseElsewhere(written: Record<string, unknown>): void {
  const problems = [];
  const rules = [...Object.values(mappingKeys), 'claimScimAttributes', 'roleResolutionStrategy'];
  for (const key of Object.keys(written)) {
    if (key === 'kind') problems.push({ path: '/kind', problem: 'stays what it was: add another provider' });
    if (rules.includes(key)) problems.push({ path: `/${key}`, problem: 'is changed by PUT .../mappings' });
  }
  if (isObject(written.scim) && 'provisioningToken' in written.scim) {
    problems.push({ path: '/scim/provisioningToken', problem: 'is made by POST .../tokens' });
  }
  if (problems.length > 0) throw badInput('The edit', problems);
}

function edited(
  parts: AdminParts,
  before: Provider,
  block: DeclaredProvider,
  written: Record<string, unknown>,
): Provider {
  const kept = written.clientSecret === null ? undefined : before.settings.connection[SEALED_SECRET];
  return {
    ...before,
    name: block.name,
    enabled: block.enabled,
    scimEnabled: block.scim?.enabled ?? false,
    settings: withSecret(parts, before.id, settingsOf(block), block.clientSecret, kept),
  };
}

async function addTeamRule(call: Call, { provider, ruleset }: ProviderState): Promise<void> {
  const hasTeamRule = ruleset.byKind.team.length > 0;
  const isOwnedByFile = lockedKeys(call.parts.settings, provider).includes(mappingKeys.team);
  if (hasTeamRule || isOwnedByFile) return;
  const rules = [...ruleset.rules, everyGroupBecomesTeam(provider.id)];
  const { strategy, scimAttributes } = ruleset;
  await changeRules(
    call,
    { provider, ruleset, roles: [] },
    { provider: provider.id, strategy, rules, scimAttributes },
  );
}

export const providerRoutes: readonly Route[] = [listProviders, getProvider, addProvider, editProvider];
