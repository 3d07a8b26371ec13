// The catalogue of wrong ID tokens: each is wrong in exactly its way and right in every other, and none gets past a client
// that checks all there is to check.

import {
  type CryptoKey,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportSPKI,
  importJWK,
  type JWK,
  jwtVerify,
} from 'jose';
import { describe, expect, test } from 'vitest';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import { WRONG_TOKENS, type WrongTokenName } from '../../simulator/login/wrong-tokens.ts';
import { fetchJson, idTokenFor, loginFixture, somebody } from './login-client.ts';

const start = Date.parse('2026-05-04T08:00:00Z');
const login = loginFixture({ clock: () => start });

const NAMES = Object.keys(WRONG_TOKENS) as WrongTokenName[];
const RANDOM: ReadonlySet<string> = new Set(['rh', 'uti', 'sid']);
const SKEW_SECONDS = 300;

interface Pair {
  readonly right: string;
  readonly wrong: string;
}

async function pairOf(sim: LoginSimulator, kind: WrongTokenName): Promise<Pair> {
  const right = await idTokenFor(sim);
  sim.nextIdToken(kind);
  return { right, wrong: await idTokenFor(sim) };
}

/** Which claims and which members of the header differ; `-name` for one that is gone. */
function differences({ right, wrong }: Pair): string[] {
  const compare = (before: object, after: object, prefix: string): string[] => {
    const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
    return [...new Set([...was.keys(), ...is.keys()])]
      .filter((name) => !RANDOM.has(name) && was.get(name) !== is.get(name))
      .filter((name) => JSON.stringify(was.get(name)) !== JSON.stringify(is.get(name)))
      .map((name) => (is.has(name) ? `${prefix}${name}` : `-${prefix}${name}`));
  };
  const claims = compare(decodeJwt(right), decodeJwt(wrong), '');
  return [
    ...claims,
    ...compare(decodeProtectedHeader(right), decodeProtectedHeader(wrong), 'header.'),
  ].sort();
}

/** What a careful client checks, in the order of its answers; null is a pass. */
async function rejection(sim: LoginSimulator, token: string): Promise<string | null> {
  const keys = createRemoteJWKSet(new URL(`${sim.url}/${sim.tenantId}/discovery/v2.0/keys`));
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      audience: sim.clientId,
      issuer: `${sim.url}/${sim.tenantId}/v2.0`,
      currentDate: new Date(start),
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['sub', 'oid', 'nonce'],
    });
    if (payload.nonce !== 'the-nonce') return 'nonce';
    if (payload.tid !== sim.tenantId) return 'tid';
    if (payload.iat! > start / 1000 + SKEW_SECONDS) return 'iat';
    return null;
  } catch (error) {
    const { code, claim } = error as { code: string; claim?: string };
    return claim ?? code;
  }
}

const EXPECTED: Readonly<Record<WrongTokenName, { differs: string[]; rejected: string }>> = {
  'wrong-aud': { differs: ['aud'], rejected: 'aud' },
  'wrong-iss': { differs: ['iss'], rejected: 'iss' },
  'wrong-tid': { differs: ['tid'], rejected: 'tid' },
  'wrong-nonce': { differs: ['nonce'], rejected: 'nonce' },
  'missing-nonce': { differs: ['-nonce'], rejected: 'nonce' },
  'alg-none': { differs: ['-header.kid', 'header.alg'], rejected: 'ERR_JOSE_ALG_NOT_ALLOWED' },
  'hs256-secret': { differs: ['header.alg'], rejected: 'ERR_JOSE_ALG_NOT_ALLOWED' },
  'hs256-public-key': { differs: ['header.alg'], rejected: 'ERR_JOSE_ALG_NOT_ALLOWED' },
  expired: { differs: ['exp', 'iat', 'nbf'], rejected: 'exp' },
  'nbf-in-future': { differs: ['exp', 'nbf'], rejected: 'nbf' },
  'iat-in-future': { differs: ['exp', 'iat'], rejected: 'iat' },
  'unknown-kid': { differs: ['header.kid'], rejected: 'ERR_JWKS_NO_MATCHING_KEY' },
  'signature-of-another-key': { differs: [], rejected: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' },
  'missing-oid': { differs: ['-oid'], rejected: 'oid' },
  'missing-sub': { differs: ['-sub'], rejected: 'sub' },
  'attacker-tenant': { differs: ['iss', 'oid', 'sub', 'tid', 'xms_edov'], rejected: 'iss' },
  'version-one': { differs: ['iss', 'ver'], rejected: 'iss' },
};

describe('a wrong ID token', () => {
  test.each(NAMES)('%s', async (kind) => {
    const sim = login();
    const pair = await pairOf(sim, kind);
    expect(await rejection(sim, pair.right)).toBeNull();
    expect(differences(pair)).toEqual([...EXPECTED[kind].differs].sort());
    expect(await rejection(sim, pair.wrong)).toBe(EXPECTED[kind].rejected);
    // It was ordered once.
    expect(await rejection(sim, await idTokenFor(sim))).toBeNull();
  });

  test('alg none has an empty signature', async () => {
    expect((await pairOf(login(), 'alg-none')).wrong).toMatch(/^[\w-]+\.[\w-]+\.$/);
  });

  test('the HMACs are good ones, with what they pretend is a secret', async () => {
    const sim = login();
    const { wrong: bySecret } = await pairOf(sim, 'hs256-secret');
    await jwtVerify(bySecret, new TextEncoder().encode(sim.clientSecret), { currentDate: new Date(start) });
    const { wrong: byKey } = await pairOf(sim, 'hs256-public-key');
    const { keys } = await fetchJson(`${sim.url}/${sim.tenantId}/discovery/v2.0/keys`);
    const kid = decodeProtectedHeader(byKey).kid;
    const key = (keys as JWK[]).find((one) => one.kid === kid)!;
    const pem = await exportSPKI((await importJWK(key, 'RS256', { extractable: true })) as CryptoKey);
    const secret = new TextEncoder().encode(pem);
    await jwtVerify(byKey, secret, { currentDate: new Date(start) });
  });

  test("the attacker's carries the victim's mail, signed by a published key", async () => {
    const sim = login();
    const { wrong } = await pairOf(sim, 'attacker-tenant');
    expect(decodeJwt(wrong)).toMatchObject({
      tid: sim.attacker.tenantId,
      email: sim.user(somebody(sim)).mail,
      xms_edov: false,
    });
    const keys = createRemoteJWKSet(new URL(`${sim.url}/common/discovery/v2.0/keys`));
    await jwtVerify(wrong, keys, { currentDate: new Date(start) });
  });
});
