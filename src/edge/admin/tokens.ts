// Provisioning tokens: making one (its text is in that one answer), what becomes of those before it, ending one.

import { type Static, Type } from 'typebox';
import { newId } from '../../id.ts';
import type { Provider } from '../../identity/provider.ts';
import { isEnded, type Ledger, type Token, type TokenEnds } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { mintToken, sha256Hex } from '../../secret.ts';
import { SCIM_BASE } from '../scim/call.ts';
import { namesOf } from './actor-names.ts';
import {
  choice,
  listQuery,
  pageOf,
  rfc3339,
  search,
  sortedBy,
  type TokenJson,
  text,
  tokenShape,
} from './contract.ts';
import { needProvider } from './look-up.ts';
import { pageInMemory } from './page.ts';
import { refuseWhileGoing } from './provider-going.ts';
import { type AdminParts, type Call, changeBy, type Route, route } from './route.ts';

const TOKEN_PREFIX = 'bifrost_scim';
/** Hours for which a rotation can keep the tokens before it: a week of holidays and a day. */
const LONGEST_OVERLAP_H = 192;
const HOUR_MS = 3_600_000;

export function endpointOf(parts: AdminParts): string {
  return parts.publicUrl() + SCIM_BASE;
}

export function isLive(token: Token, at: number): boolean {
  return !isEnded(token, at) && (token.expiresAt === null || token.expiresAt > at);
}

function showToken(token: Token, at: number, createdByName: string | null): TokenJson {
  return {
    id: token.id,
    name: token.name,
    lastFour: token.lastFour,
    live: isLive(token, at),
    createdAt: rfc3339(token.createdAt),
    createdBy: token.createdBy,
    createdByName,
    expiresAt: rfc3339(token.expiresAt),
    revokedAt: rfc3339(token.revokedAt),
    untilUseOf: token.untilUseOf,
    declared: token.declared,
    lastUsedAt: rfc3339(token.lastUsedAt),
    lastUsedFrom: token.lastUsedFrom,
  };
}

/** The name of whoever made each token; null where nobody has one, or has it no more. */
async function makersOf(
  parts: AdminParts,
  tokens: readonly Token[],
): Promise<(token: Token) => string | null> {
  const idOf = ({ createdBy }: Token) => createdBy.slice(createdBy.indexOf(':') + 1);
  const names = await namesOf(parts, tokens.map(idOf));
  return (token) => (/^(user|admin|key):/.test(token.createdBy) && names.get(idOf(token))) || null;
}

/** A token for a provider, not stored yet; `secret` is its text, or null to mint one. */
export function newToken(
  call: Call,
  provider: string,
  given: { name: string; secret: string | null; expiresAt: number | null },
): { token: Token; hash: string; secret: string } {
  const secret = given.secret ?? mintToken(TOKEN_PREFIX);
  const { actor } = changeBy(call);
  const token: Token = {
    provider,
    id: newId(call.at),
    name: given.name,
    lastFour: secret.slice(-4),
    createdAt: call.at,
    createdBy: `${actor.kind}:${actor.id}`,
    expiresAt: given.expiresAt,
    revokedAt: null,
    ended: false,
    untilUseOf: null,
    declared: false,
    lastUsedAt: null,
    lastUsedFrom: null,
  };
  return { token, hash: sha256Hex(secret), secret };
}

export async function liveTokens(ledger: Ledger, provider: string, at: number): Promise<Token[]> {
  return (await ledger.tokens(provider)).filter((token) => isLive(token, at));
}

/** When the last of them ends that is live, or ended by itself; null: one does not end, or all were revoked. */
export function tokensEndAt(tokens: readonly Token[], at: number): number | null {
  const ends = tokens
    .filter((token) => !isEnded(token, at))
    .map(({ expiresAt, revokedAt }) => Math.min(expiresAt ?? Infinity, revokedAt ?? Infinity));
  const last = Math.max(...ends);
  return Number.isFinite(last) ? last : null;
}

// --- routes -----------------------------------------------------------------------------------------------------

const listTokens = route({
  method: 'GET',
  path: '/providers/{id}/tokens',
  permission: { resource: 'tokens', operation: 'read' },
  summary: 'Provisioning tokens of a provider, newest first, ended ones included',
  query: Type.Object(
    { ...listQuery, search, sort: sortedBy('-createdAt', 'createdAt', 'name', '-name') },
    { additionalProperties: false },
  ),
  response: pageOf(tokenShape),
  async handle({ parts, params, query, at }) {
    const { ledger } = parts;
    const { provider } = await needProvider(ledger, params.id);
    const tokens = await ledger.tokens(provider.id);
    const makerOf = await makersOf(parts, tokens);
    const shown = tokens.map((token) => showToken(token, at, makerOf(token)));
    const sortedOf = query.sort?.endsWith('name') ? undefined : (token: TokenJson) => token.createdAt;
    return { body: pageInMemory(`tokens ${provider.id}`, shown, query, sortedOf) };
  },
});

const keepPrevious = Type.Union([
  choice(['none', 'until-used', 'all']),
  Type.Object(
    { hours: Type.Integer({ minimum: 1, maximum: LONGEST_OVERLAP_H }) },
    { additionalProperties: false },
  ),
]);

const createToken = route({
  method: 'POST',
  path: '/providers/{id}/tokens',
  permission: { resource: 'tokens', operation: 'create' },
  summary: 'Make a new provisioning token; the answer has it, once',
  description:
    'Tokens before it are refused from now on (`keepPrevious: "none"`), after some hours, or once the new one is first used (`"until-used"`); `"all"` leaves them as they are.',
  body: Type.Object(
    {
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
      expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650 })),
      keepPrevious: Type.Optional(keepPrevious),
    },
    { additionalProperties: false },
  ),
  optionalBody: true,
  status: 201,
  response: Type.Object({
    ...tokenShape.properties,
    token: text('Provisioning Token: what Entra calls the Secret Token. It is not shown again.'),
    endpoint: text('SCIM Endpoint URL: what Entra calls the Tenant URL.'),
  }),
  refuses: { 409: 'The provider is being removed, or was' },
  async handle(call) {
    const { parts, params, body, at } = call;
    const { provider } = await needProvider(parts.ledger, params.id);
    refuseWhileGoing(provider);
    const days = body.expiresInDays;
    const expiresAt = days === undefined ? null : at + days * 24 * HOUR_MS;
    const name = body.name ?? `made by ${call.caller.name}`;
    const { token, hash, secret } = newToken(call, provider.id, { name, secret: null, expiresAt });
    const ends = endOfPrevious(body.keepPrevious ?? 'none', token.id, at);
    await parts.ledger.addToken(token, hash, changeBy(call), ends);
    return {
      headers: { 'cache-control': 'no-store' },
      body: { ...showToken(token, at, call.caller.name), token: secret, endpoint: endpointOf(parts) },
    };
  },
});

function endOfPrevious(keep: Static<typeof keepPrevious>, newer: string, at: number): TokenEnds | undefined {
  if (keep === 'all') return undefined;
  if (keep === 'none') return { which: 'all', how: { at } };
  return {
    which: 'all',
    how: keep === 'until-used' ? { untilUseOf: newer } : { at: at + keep.hours * HOUR_MS },
  };
}

const revokeToken = route({
  method: 'DELETE',
  path: '/providers/{id}/tokens/{tokenId}',
  permission: { resource: 'tokens', operation: 'revoke' },
  summary: 'End a provisioning token at once',
  description: 'The next request with it is refused. A token that has ended already stays so.',
  status: 204,
  async handle(call) {
    const { parts, params, at } = call;
    const { provider } = await needProvider(parts.ledger, params.id);
    const token = await findToken(parts.ledger, provider, params.tokenId);
    if (isLive(token, at)) await parts.ledger.revokeToken(provider.id, token.id, { at }, changeBy(call));
    return {};
  },
});

async function findToken(ledger: Ledger, provider: Provider, id: string): Promise<Token> {
  const token = (await ledger.tokens(provider.id)).find((each) => each.id === id);
  if (!token) throw new Refusal('notFound', `The provider ${provider.name} has no token ${shorten(id)}.`);
  return token;
}

export const tokenRoutes: readonly Route[] = [listTokens, createToken, revokeToken];
