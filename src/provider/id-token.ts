// Who a token says somebody is, and whether it may be believed: signature, issuer, audience, times, tenant, nonce, one
// reason for each way of being wrong. Where the token comes from: sign-in.ts and refresh.ts.

import { decodeJwt, decodeProtectedHeader, errors, importJWK, type JWTPayload, jwtVerify } from 'jose';
import { own } from '../scim/json.ts';
import { isCleanText } from '../scim/value.ts';
import { sameSecret } from '../secret.ts';
import { type Endpoints, GUID, type IssuerEndpoints } from './endpoints.ts';
import type { Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';
import { findKey, type WantedKey } from './signing-keys.ts';
import { expectedOf, tenantOf } from './token-issuer.ts';

/** Clocks differ; more than this is a fault to be seen, not to be lived with. */
const SKEW_MS = 5 * 60_000;
const TOKEN_CHARACTERS = 256 * 1024;
const SUBJECT_CHARACTERS = 1_024;
/** What a person is known by, for good. Never a name or an address: these change hands. */
export interface PersonKey {
  /** Entra: id of the tenant, lower case. Elsewhere the issuer. */
  readonly authority: string;
  /** Entra: object id, lower case. Elsewhere `sub`. */
  readonly subject: string;
}

export interface VerifiedToken {
  readonly key: PersonKey;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** `fresh`: of a sign-in, with the nonce it was begun with; `renewed`: of a refresh, which has none (Core 12.2). */
export type Occasion = { readonly kind: 'fresh'; readonly nonce: string } | { readonly kind: 'renewed' };

/** `at`: milliseconds. Rejects with a SignInRefusal. */
export async function verifyIdToken(
  reach: Reach,
  endpoints: Endpoints,
  token: string,
  occasion: Occasion,
  at: number,
): Promise<VerifiedToken> {
  const { payload, issuer } = await verifyToken(reach, endpoints, token, audiencesOf, at);
  checkAuthorizedParty(payload, endpoints.clientId);
  if (occasion.kind === 'fresh') checkNonce(payload, occasion.nonce);
  const subject = own(payload, 'sub');
  if (typeof subject !== 'string' || !isSubject(subject)) throw new SignInRefusal('no_subject');
  if (endpoints.kind !== 'entra') {
    checkDomain(endpoints, payload);
    return { key: { authority: issuer, subject }, payload };
  }
  const oid = own(payload, 'oid');
  if (typeof oid !== 'string' || !GUID.test(oid)) throw new SignInRefusal('no_subject');
  return { key: { authority: tenantOf(payload), subject: oid.toLowerCase() }, payload };
}

/**
 * A second token of the same answer, as a source of claims (Keycloak keeps roles in the access token). Null where it is
 * no token that this issuer signed for us: then it says nothing.
 */
export async function verifyAccessToken(
  reach: Reach,
  endpoints: IssuerEndpoints,
  token: string,
  key: PersonKey,
  at: number,
): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    // Its audience is whatever it is good for; that it was made for us, `azp` says.
    const { payload } = await verifyToken(reach, endpoints, token, () => null, at);
    return payload.sub === key.subject && own(payload, 'azp') === endpoints.clientId ? payload : null;
  } catch (error) {
    if (error instanceof SignInRefusal) return null;
    throw error;
  }
}

type AudiencesOf = (endpoints: Endpoints, payload: JWTPayload) => readonly string[] | null;

async function verifyToken(
  reach: Reach,
  endpoints: Endpoints,
  token: string,
  audiences: AudiencesOf,
  at: number,
): Promise<{ payload: JWTPayload; issuer: string }> {
  const { header, claimed } = peek(token);
  const expected = await expectedOf(reach, endpoints, claimed);
  if (!expected.algorithms.includes(header.alg)) {
    throw new SignInRefusal('alg_not_allowed', {
      detail: `The token is signed with ${header.alg.slice(0, 20)}; allowed: ${expected.algorithms.join(', ')}.`,
    });
  }
  const key = await findKey(reach, expected.keySources, header);
  if (!key) throw unknownKey(header);
  const tenantKey = key.issuer?.replace('{tenantid}', String(claimed.tid).toLowerCase()) ?? null;
  if (expected.keyIssuer !== null && tenantKey !== null && tenantKey !== expected.keyIssuer) {
    throw unknownKey(header);
  }
  const audience = audiences(endpoints, claimed);
  try {
    const { payload } = await jwtVerify(token, await importJWK(key.jwk, header.alg), {
      algorithms: [header.alg],
      clockTolerance: SKEW_MS / 1000,
      currentDate: new Date(at),
      requiredClaims: ['exp', 'iat'],
      ...(audience && { audience: [...audience] }),
    });
    if (payload.iat! * 1000 > at + SKEW_MS)
      throw new SignInRefusal('not_yet_valid', { detail: timesOf(payload, at) });
    return { payload, issuer: expected.issuer };
  } catch (error) {
    throw refusalOf(error, claimed, audience, at);
  }
}

/** What the token says before anything of it is believed: which keys and which issuer it is to be checked by. */
function peek(token: string): { header: WantedKey; claimed: JWTPayload } {
  if (token.length > TOKEN_CHARACTERS) throw malformed('it is too large');
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    if (typeof alg !== 'string') throw malformed('it names no algorithm');
    return { header: { kid: typeof kid === 'string' ? kid : null, alg }, claimed: decodeJwt(token) };
  } catch (error) {
    throw error instanceof SignInRefusal ? error : malformed('it is no JWT');
  }
}

/** Google Workspace: an account outside a domain has no `hd`; the address alone proves nothing. */
function checkDomain({ domain }: IssuerEndpoints, payload: JWTPayload): void {
  const hosted = own(payload, 'hd');
  if (domain === null || (typeof hosted === 'string' && hosted.toLowerCase() === domain)) return;
  const found = typeof hosted === 'string' ? `of ${hosted.slice(0, 100)}` : 'of no domain';
  throw new SignInRefusal('wrong_tenant', {
    detail: `The account is ${found} (\`hd\`); allowed: ${domain}.`,
  });
}

function audiencesOf(endpoints: Endpoints, payload: JWTPayload): readonly string[] {
  if (endpoints.kind !== 'entra') return endpoints.audiences;
  return endpoints.audiences[own(payload, 'ver') === '1.0' ? '1.0' : '2.0'];
}

/** OpenID Connect Core 3.1.3.7, 4 and 5. */
function checkAuthorizedParty(payload: JWTPayload, clientId: string): void {
  const azp = own(payload, 'azp');
  const isOneOfSeveral = Array.isArray(payload.aud) && payload.aud.length > 1;
  if (azp === undefined ? !isOneOfSeveral : azp === clientId) return;
  const detail = 'The token was made for another application (`azp`), or for several without saying which.';
  throw new SignInRefusal('wrong_audience', { detail });
}

function checkNonce(payload: JWTPayload, expected: string): void {
  const nonce = own(payload, 'nonce');
  if (typeof nonce !== 'string') throw new SignInRefusal('missing_nonce');
  if (!sameSecret(nonce, expected)) throw new SignInRefusal('wrong_nonce');
}

function isSubject(subject: string): boolean {
  return subject !== '' && subject.length <= SUBJECT_CHARACTERS && isCleanText(subject);
}

function refusalOf(
  error: unknown,
  claimed: JWTPayload,
  audience: readonly string[] | null,
  at: number,
): unknown {
  if (error instanceof errors.JWTExpired)
    return new SignInRefusal('expired', { detail: timesOf(claimed, at) });
  if (error instanceof errors.JWSSignatureVerificationFailed) return new SignInRefusal('bad_signature');
  if (error instanceof errors.JOSEAlgNotAllowed) return new SignInRefusal('alg_not_allowed');
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') {
      const found = [claimed.aud ?? 'nobody'].flat().join(', ').slice(0, 300);
      const detail = `The token is for ${found}; expected ${audience?.join(' or ')}.`;
      return new SignInRefusal('wrong_audience', { detail });
    }
    if (error.claim === 'nbf' && error.reason === 'check_failed') {
      return new SignInRefusal('not_yet_valid', { detail: timesOf(claimed, at) });
    }
    return malformed(error.message);
  }
  // A key too short or of another curve, a critical header we do not know, a payload that is no object.
  if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) {
    return malformed(error.message);
  }
  return error;
}

function timesOf({ nbf, iat, exp }: JWTPayload, at: number): string {
  const shown = [nbf, iat, exp].map((seconds) =>
    typeof seconds === 'number' && Math.abs(seconds) < 1e11
      ? new Date(seconds * 1000).toISOString()
      : 'not said',
  );
  return `Not before ${shown[0]}, issued ${shown[1]}, expires ${shown[2]}; here it is ${new Date(at).toISOString()}.`;
}

function unknownKey({ kid }: WantedKey): SignInRefusal {
  const named = kid === null ? 'no key' : `the key ${kid.slice(0, 100)}`;
  return new SignInRefusal('unknown_key', {
    detail: `The token names ${named}, and the provider publishes no such key for it.`,
  });
}

function malformed(what: string): SignInRefusal {
  return new SignInRefusal('malformed_token', { detail: `The token cannot be read: ${what}.` });
}
