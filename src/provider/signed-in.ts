// From the tokens of a provider to a person and their claims: the same for signing in and for a refresh. Owns which token
// counts, and what is asked of Graph where a token is too small for its groups.

import type { Provider } from '../identity/provider.ts';
import { type JsonObject, own } from '../scim/json.ts';
import { isCleanText } from '../scim/value.ts';
import { type Claims, readClaims, withClaim, withClaimsOf } from './claims.ts';
import type { Endpoints } from './endpoints.ts';
import { groupsOf } from './graph-people.ts';
import {
  type Occasion,
  type PersonKey,
  type VerifiedToken,
  verifyAccessToken,
  verifyIdToken,
} from './id-token.ts';
import type { Reach } from './reach.ts';

/** What an ID token says beside the claims that become facts. */
export interface IdTokenFacts {
  readonly iss: string;
  readonly sub: string;
  /** Session at the provider, for its front-channel logout. */
  readonly sid: string | null;
  /** Lower case, as is `oid`. */
  readonly tid: string | null;
  readonly oid: string | null;
  /** Opaque; the best value for `login_hint` and for signing out. */
  readonly loginHint: string | null;
  /** `preferred_username`, else `upn`, else `unique_name` of version 1.0 tokens. Changes hands: never a key. */
  readonly userName: string | null;
  /** For showing only: people can set it themselves. */
  readonly email: string | null;
  readonly name: string | null;
}

export interface SignedInPerson {
  readonly key: PersonKey;
  readonly idToken: IdTokenFacts;
  /** By name as the tokens have it; absent is no news, present and empty is news. */
  readonly claims: JsonObject;
  /** Names of which nothing is known this time: no news, whatever was there before. */
  readonly claimsUnknown: readonly string[];
  /** The ID token as it came, for whoever sets up rules. Not for storing. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** `at`: milliseconds. Rejects with a SignInRefusal where the ID token is not to be believed. */
export async function readPerson(
  reach: Reach,
  asked: { readonly provider: Provider; readonly endpoints: Endpoints },
  tokens: { readonly idToken: string; readonly accessToken: string | null },
  occasion: Occasion,
  at: number,
): Promise<SignedInPerson> {
  const { provider, endpoints } = asked;
  const token = await verifyIdToken(reach, endpoints, tokens.idToken, occasion, at);
  const told = await withAccessToken(
    reach,
    endpoints,
    readClaims(token.payload),
    token,
    tokens.accessToken,
    at,
  );
  const { claims, unknown } = await withGroups(reach, provider, endpoints, told, token.key);
  const { key, payload } = token;
  return { key, idToken: factsOf(payload), claims, claimsUnknown: unknown, payload };
}

/** Keycloak's default mappers put roles into the access token alone (`realm_access.roles`). */
async function withAccessToken(
  reach: Reach,
  endpoints: Endpoints,
  claims: Claims,
  { key }: VerifiedToken,
  accessToken: string | null,
  at: number,
): Promise<Claims> {
  if (endpoints.kind !== 'keycloak' || accessToken === null) return claims;
  const payload = await verifyAccessToken(reach, endpoints, accessToken, key, at);
  return payload ? withClaimsOf(claims, readClaims(payload)) : claims;
}

async function withGroups(
  reach: Reach,
  provider: Provider,
  endpoints: Endpoints,
  claims: Claims,
  { subject }: PersonKey,
): Promise<Claims> {
  const isAskable = endpoints.kind === 'entra' && reach.secretOf(provider) !== null;
  if (!claims.unknown.includes('groups') || !isAskable) return claims;
  const found = await groupsOf(reach, provider, subject);
  return found.known ? withClaim(claims, 'groups', [...found.groups]) : claims;
}

const SHOWN_CHARACTERS = 1_024;

function factsOf(payload: Readonly<Record<string, unknown>>): IdTokenFacts {
  const text = (name: string) => {
    const value = own(payload, name);
    return typeof value === 'string' && value !== '' && value.length <= SHOWN_CHARACTERS && isCleanText(value)
      ? value
      : null;
  };
  return {
    iss: text('iss') ?? '',
    sub: text('sub') ?? '',
    sid: text('sid'),
    tid: text('tid')?.toLowerCase() ?? null,
    oid: text('oid')?.toLowerCase() ?? null,
    loginHint: text('login_hint'),
    userName: text('preferred_username') ?? text('upn') ?? text('unique_name'),
    email: text('email'),
    name: text('name'),
  };
}
