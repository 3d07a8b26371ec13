// Trying a provider before people depend on it: every step of signing in by name, for one that is stored and for a draft,
// and what an issuer says of itself. Keeps when a stored one was last tried; what is tried is src/provider/verification.ts.

import { type Static, Type } from 'typebox';
import type { Provider } from '../../identity/provider.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Check } from '../../provider/check.ts';
import type { Reach } from '../../provider/reach.ts';
import { discoverEndpoints, verifyProvider } from '../../provider/verification.ts';
import { Refusal } from '../../refusal.ts';
import type { Parts } from '../parts.ts';
import { type providerVerificationShape, rfc3339 } from './contract.ts';
import { needProvider } from './look-up.ts';
import { readBlock, settingsOf, writtenSecret } from './provider-block.ts';
import { refuseWhileGoing } from './provider-going.ts';
import { providerBlockSchema } from './provider-schema.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import {
  discoveredShape,
  type ProviderTrialJson,
  providerTrialShape,
  signInAddresses,
} from './sign-in-contract.ts';

// --- when it was last tried -------------------------------------------------------------------------------------

/** As it is stored. Times in milliseconds. */
interface LastTrial {
  at: number;
  ok: boolean;
  failed: string[];
  /** When all was last well; null: never so far. */
  okAt: number | null;
}

const settingOf = (provider: Provider): string => `provider-verification/${provider.id}`;

/** Null where it never was. An id may be taken anew: what was tried before the provider was there is not its own. */
export async function lastVerification(
  ledger: Ledger,
  provider: Provider,
): Promise<Static<typeof providerVerificationShape> | null> {
  const last = await readLast(ledger, provider);
  if (!last.value) return null;
  const { at, ok, failed, okAt } = last.value;
  return { at: rfc3339(at), ok, failed, lastOkAt: rfc3339(okAt) };
}

async function readLast(ledger: Ledger, provider: Provider) {
  const stored = await ledger.ownSettings.read(settingOf(provider));
  const value = (stored?.value ?? null) as LastTrial | null;
  return {
    revision: stored?.revision ?? 0,
    value: value && value.at >= provider.createdAt ? value : null,
  };
}

/** Tried twice at the same moment, one of both results is kept. */
async function keep(call: Call, provider: Provider, checks: readonly Check[]): Promise<void> {
  const { ledger } = call.parts;
  const failed = failedOf(checks);
  const ok = failed.length === 0;
  const last = await readLast(ledger, provider);
  const trial: LastTrial = { at: call.at, ok, failed, okAt: ok ? call.at : (last.value?.okAt ?? null) };
  const subject = { kind: 'provider', id: provider.id } as const;
  const draft = { type: 'provider.verified', subject, data: { ok, failed } } as const;
  const told = { draft, provider: provider.id };
  try {
    await ledger.ownSettings.save(settingOf(provider), trial, last.revision, changeBy(call), told);
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== 'stale') throw error;
  }
}

function failedOf(checks: readonly Check[]): string[] {
  return checks.filter(({ state }) => state === 'failed').map(({ name }) => name);
}

// --- trying -----------------------------------------------------------------------------------------------------

async function tried(
  { publicUrl }: Pick<Parts, 'publicUrl'>,
  reach: Reach,
  provider: Provider,
): Promise<readonly Check[]> {
  const { redirectUri, discoverRedirectUri } = signInAddresses(publicUrl());
  return verifyProvider(reach, provider, { redirectUri, discoverRedirectUri });
}

function showTrial(call: Call, checks: readonly Check[]): ProviderTrialJson {
  return {
    ok: failedOf(checks).length === 0,
    at: rfc3339(call.at),
    checks: checks.map(({ name, state, sentence, advice }) => ({ name, state, sentence, advice })),
  };
}

const about =
  'Discovery, keys, clock, client secret, each permission of Microsoft Graph, assignment and redirect URIs, one by one. Takes 15 seconds at most; nobody is signed in.';

const verifyStored = route({
  method: 'POST',
  path: '/providers/{id}/verify',
  permission: { resource: 'providers', operation: 'edit' },
  summary: 'Try whether people could sign in with a provider',
  description: `${about} When that was, and how it went, stands in the provider.`,
  optionalBody: true,
  body: Type.Object({}, { additionalProperties: false }),
  response: providerTrialShape,
  refuses: { 409: 'It is being removed, or was' },
  async handle(call) {
    const { parts, params } = call;
    const { provider } = await needProvider(parts.ledger, params.id);
    refuseWhileGoing(provider);
    const checks = await tried(parts, parts.reach, provider);
    await keep(call, provider, checks);
    return { headers: { 'cache-control': 'no-store' }, body: showTrial(call, checks) };
  },
});

const object = Type.Unsafe<Record<string, unknown>>({ type: 'object' });

const verifyDraft = route({
  method: 'POST',
  path: '/providers/verify',
  permission: { resource: 'providers', operation: 'create' },
  summary: 'Try a provider before it is added',
  description: `The same block as for adding one; \`name\` may be left out. ${about} Nothing is stored.`,
  body: object,
  bodySchema: providerBlockSchema,
  response: providerTrialShape,
  async handle(call) {
    const { parts, body, at } = call;
    const block = readBlock(parts.settings, { name: 'draft', ...body });
    const draft: Provider = {
      // No id of a stored provider has a colon: nothing that is kept for one is taken for the draft's.
      id: 'draft:',
      name: block.name,
      enabled: true,
      scimEnabled: false,
      declared: false,
      revision: 0,
      settings: settingsOf(block),
      createdAt: at,
    };
    const reach: Reach = {
      ...parts.reach,
      secretOf: (_, name = 'clientSecret') => writtenSecret(block, name) ?? null,
    };
    return {
      headers: { 'cache-control': 'no-store' },
      body: showTrial(call, await tried(parts, reach, draft)),
    };
  },
});

// --- what an issuer says of itself ------------------------------------------------------------------------------

const discover = route({
  method: 'POST',
  path: '/providers/discover-endpoints',
  permission: { resource: 'providers', operation: 'create' },
  summary: 'Read the addresses of an issuer from its discovery document',
  description:
    'Nothing is stored. Where it is not reached, the answer says why, and which trusted network would help.',
  body: Type.Object(
    {
      issuer: Type.String({
        minLength: 1,
        maxLength: 2_048,
        description: 'Such as https://login.example.com.',
      }),
    },
    { additionalProperties: false },
  ),
  response: discoveredShape,
  async handle({ parts, body }) {
    // Held to what the configuration file holds an issuer to.
    readBlock(parts.settings, { name: 'draft', kind: 'oidc', clientId: 'draft', issuer: body.issuer });
    const found = await discoverEndpoints(parts.reach, body.issuer);
    if (!found.ok) {
      const { sentence, advice, network } = found;
      return { body: { ok: false, endpoints: null, sentence, advice, trustedNetwork: network } };
    }
    const { metadata, isIssuerAsAsked } = found;
    const { issuer, authorizationEndpoint, tokenEndpoint, jwksUri } = metadata;
    const { userinfoEndpoint, endSessionEndpoint } = metadata;
    const named = { issuer, authorizationEndpoint, tokenEndpoint, jwksUri };
    return {
      body: {
        ok: true,
        endpoints: { ...named, userinfoEndpoint, endSessionEndpoint },
        sentence: isIssuerAsAsked
          ? 'The discovery document was read.'
          : `It names another issuer: ${issuer}.`,
        advice: isIssuerAsAsked ? null : `Enter ${issuer} as the issuer, if that is the one you mean.`,
        trustedNetwork: null,
      },
    };
  },
});

export const providerVerificationRoutes: readonly Route[] = [verifyStored, verifyDraft, discover];
