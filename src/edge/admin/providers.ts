// Providers: list, one, add, edit, remove. Enabling SCIM gives what the administrator enters in Entra: the endpoint and,
// once, a provisioning token.

import { Type } from 'typebox';
import type { DeclaredProvider } from '../../config.ts';
import {
  isRemoved,
  type Provider,
  type ProviderSettings,
  providerIdFor,
  SEALED_AS,
  type SecretName,
  sealedSecret,
  secretIdentity,
  secretNames,
} from '../../identity/provider.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { everyGroupBecomesTeam } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import { equalJson, isObject } from '../../scim/json.ts';
import { sha256Hex } from '../../secret.ts';
import { choice, listQuery, pageOf, providerShape, search, sortedBy } from './contract.ts';
import { lockedKeys, refuseLocked } from './lock.ts';
import { needProvider } from './look-up.ts';
import { pageInMemory } from './page.ts';
import {
  blockOf,
  goingOn,
  mappingKeys,
  merged,
  ofThisSecret,
  readBlock,
  settingsOf,
  writtenSecret,
} from './provider-block.ts';
import { refuseWhileGoing } from './provider-going.ts';
import { providerBlockSchema, providerEditSchema } from './provider-schema.ts';
import { badInput } from './read-input.ts';
import { type AdminParts, type Call, changeBy, type Route, route } from './route.ts';
import type { WantedRules } from './rule-keys.ts';
import { wantedRules } from './rules-change.ts';
import { endScim, readScimEnd } from './scim-end.ts';
import { showProvider } from './shown-provider.ts';
import { liveTokens, newToken } from './tokens.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

/** `token`: the text of one that was made now. */
async function answer(call: Call, id: string, token?: string) {
  const state = await needProvider(call.parts.ledger, id);
  const shown = await showProvider(call.parts, state);
  const scim = token === undefined ? shown.scim : { ...shown.scim, token };
  const headers = { etag: revisionTag(state.provider.revision), 'cache-control': 'no-store' };
  return { headers, body: { ...shown, scim } };
}

// --- reading ----------------------------------------------------------------------------------------------------

const removed = Type.Optional(
  choice(['true', 'false'], '`true`: those that were removed and are the home of people who were kept.'),
);

const listProviders = route({
  method: 'GET',
  path: '/providers',
  permission: { resource: 'providers', operation: 'read' },
  summary: 'All providers, by name; those that were removed where they are asked for',
  query: Type.Object(
    { ...listQuery, search, removed, sort: sortedBy('name', '-name') },
    { additionalProperties: false },
  ),
  response: pageOf(providerShape),
  async handle({ parts, query: { removed: asked, ...query } }) {
    const wanted = asked === 'true';
    const states = (await parts.ledger.providers()).filter(({ provider }) => isRemoved(provider) === wanted);
    const shown = await Promise.all(states.map((state) => showProvider(parts, state)));
    return { body: pageInMemory(wanted ? 'removed providers' : 'providers', shown, query) };
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
    const given = block.scim?.provisioningToken ?? null;
    if (given !== null && (await ledger.knowsTokenHash(sha256Hex(given)))) {
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
      settings: settingsOf(block),
      createdAt: at,
    };
    const wanted = await wantedRules(ledger, id, block, null);
    const everyGroup = provider.scimEnabled && block.attributeTeamMappings === undefined;
    const ruleset = everyGroup ? withTeamOfEveryGroup(wanted) : wanted;
    const token = provider.scimEnabled ? firstToken(call, id, given) : null;
    const settings = withSecrets(parts, id, provider.settings, block, {});
    await ledger.saveProvider({ ...provider, settings }, 0, changeBy(call), {
      ruleset,
      ...(token && { token }),
    });
    return answer(call, id, given === null ? token?.secret : undefined);
  },
});

function withTeamOfEveryGroup(rules: WantedRules): WantedRules {
  return { ...rules, rules: [...rules.rules, everyGroupBecomesTeam(rules.provider)] };
}

/** `given`: the text of one that the administrator has already. */
function firstToken(call: Call, provider: string, given: string | null = null) {
  const name = given === null ? `made by ${call.caller.name}` : `given by ${call.caller.name}`;
  return newToken(call, provider, { name, secret: given, expiresAt: null });
}

/**
 * A secret that is not given stays as it is. Called in the same turn as what saves it: a rotation of the key that comes
 * in between would not find it.
 */
function withSecrets(
  { keys }: AdminParts,
  id: string,
  settings: ProviderSettings,
  block: DeclaredProvider,
  before: Partial<Record<SecretName, string>>,
): ProviderSettings {
  const sealed = secretNames.flatMap((name) => {
    const secret = writtenSecret(block, name);
    const text = secret === undefined ? before[name] : keys.seal(secret, secretIdentity(id, name));
    return text === undefined ? [] : [[SEALED_AS[name], text] as const];
  });
  return { ...settings, connection: { ...settings.connection, ...Object.fromEntries(sealed) } };
}

// --- editing ----------------------------------------------------------------------------------------------------

const editProvider = route({
  method: 'PATCH',
  path: '/providers/{id}',
  permission: { resource: 'providers', operation: 'edit' },
  summary: 'Edit a provider',
  description:
    'Keys that are left out stay; null takes a key back to its default. Disabling SCIM where it has brought people wants `scim.people` (keep, suspend or remove, the last with the permission `providers:delete`), and a job decides on them (GET /jobs); GET .../removal-plan?of=scim shows what each means. Enabling SCIM where no rule makes teams adds one that makes a team of every group, and where no token is live the answer has a new one, once.',
  body: object,
  bodySchema: providerEditSchema,
  response: providerShape,
  versioned: true,
  refuses: {
    409: 'The configuration file owns it, another provider has that name, SCIM has brought people of whom nothing was said, or it is being removed',
  },
  async handle(call) {
    const { parts, params } = call;
    const { provider } = await needProvider(parts.ledger, params.id);
    return edit(call, provider.id, call.body);
  },
});

async function edit(call: Call, id: string, given: Record<string, unknown>) {
  const { parts } = call;
  const state = await needProvider(parts.ledger, id);
  const before = state.provider;
  refuseWhileGoing(before);
  const { written, end } = readScimEnd(given);
  checkIfMatch(call.ifMatch, revisionTag(before.revision));
  refuseElsewhere(written);
  refuseLocked(parts.settings, before, Object.keys(written));
  const edit = ofThisSecret(written, lockedKeys(parts.settings, before));
  const block = readBlock(parts.settings, merged(blockOf(before), edit));
  const after = edited(parts, before, block, written);
  refuseWhileGoing(before, after);
  const endsScim = before.scimEnabled && !after.scimEnabled;
  if (endsScim && (await endScim(call, before, after, end))) return answer(call, id);
  const asksForScim = block.scim?.enabled === true && isObject(written.scim) && written.scim.enabled === true;
  const ruleset = asksForScim ? firstTeamRule(call, state) : null;
  const isFirst = asksForScim && (await liveTokens(parts.ledger, id, call.at)).length === 0;
  const token = isFirst ? firstToken(call, id) : null;
  if (ruleset || !equalJson(after, before)) {
    const also = {
      ...(ruleset && { ruleset, expectedRuleset: state.ruleset.number }),
      ...(token && { token }),
    };
    const saved = { ...after, revision: before.revision + 1 };
    await parts.ledger.saveProvider(saved, before.revision, changeBy(call), also);
  } else if (token) {
    await parts.ledger.addToken(token.token, token.hash, changeBy(call));
  }
  if (ruleset) parts.wakeWork();
  return answer(call, id, token?.secret);
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
  const settings = { ...settingsOf(block), ...goingOn(before.settings) };
  const kept: Partial<Record<SecretName, string>> = {};
  for (const name of secretNames) {
    const secret = written[name] === null ? null : sealedSecret(before, name);
    if (secret === null) continue;
    if (written[name] === undefined) refuseToCarry(name, before.settings, settings);
    kept[name] = secret.sealed;
  }
  return {
    ...before,
    name: block.name,
    enabled: block.enabled,
    scimEnabled: block.scim?.enabled ?? false,
    settings: withSecrets(parts, before.id, settings, block, kept),
  };
}

/** Whom each secret is sent to. */
const secretGoesTo: Readonly<Record<SecretName, readonly string[]>> = {
  clientSecret: [
    'clientId',
    'tenantId',
    'cloud',
    'authorityUrl',
    'issuer',
    'serverUrl',
    'realm',
    'domain',
    'tokenEndpoint',
    // of Graph, which gets tokens that the secret buys
    'graphUrl',
  ],
  directoryToken: ['issuer'],
};

/** A secret that was entered for one issuer is not handed to another by whoever may not even read it. */
function refuseToCarry(name: SecretName, before: ProviderSettings, after: ProviderSettings): void {
  const moved = secretGoesTo[name].filter((key) => !equalJson(before.connection[key], after.connection[key]));
  if (moved.length === 0) return;
  const problem = `must be sent anew with another ${moved.join(', ')} (null: without one)`;
  throw badInput('The edit', [{ path: `/${name}`, problem }]);
}

/** With every group as a team, where SCIM is switched on without a team rule; later (number > 0) that is a decision. */
function firstTeamRule(call: Call, { provider, ruleset }: ProviderState): WantedRules | null {
  if (provider.scimEnabled && ruleset.number !== 0) return null;
  const isOwnedByFile = lockedKeys(call.parts.settings, provider).includes(mappingKeys.team);
  if (ruleset.byKind.team.length > 0 || isOwnedByFile) return null;
  const { strategy, rules, scimAttributes } = ruleset;
  return withTeamOfEveryGroup({ provider: provider.id, strategy, rules, scimAttributes });
}

export const providerRoutes: readonly Route[] = [listProviders, getProvider, addProvider, editProvider];
