// The keys that a provider signs with: kept by key id, with the last good copy while it is away, and asked for anew when
// an unknown one turns up, though not on every forged token's word.

import type { JWK } from 'jose';
import { isObject, own } from '../scim/json.ts';
import { entryOf, kept } from './kept.ts';
import { fetchJson, keeping } from './metadata.ts';
import type { Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';

export interface SigningKey {
  readonly kid: string | null;
  readonly jwk: JWK;
  /** Of Entra: whose tokens the key may verify, perhaps with `{tenantid}`. */
  readonly issuer: string | null;
}

export interface KeySet {
  /** Among what is kept; null where nothing is kept yet. */
  known(wanted: WantedKey): Promise<SigningKey | null>;
  /** The first fetch, or the extra one for an unknown key, where it is time for one. */
  ask(wanted: WantedKey): Promise<SigningKey | null>;
}

export interface WantedKey {
  /** Null: the token names none, which is good where one key alone can be meant. */
  readonly kid: string | null;
  /** JWS algorithm, such as RS256. */
  readonly alg: string;
}

/** After an unknown key id has led to a fetch, the next one may only so much later: anybody can make key ids up. */
const UNKNOWN_EVERY_MS = 5 * 60_000;

/**
 * `sources`: addresses of key sets, the likelier first (Entra publishes an application's own keys under `?appid=`). All
 * that is kept is looked at before anything is fetched. Null where the provider has no such key; rejects with a
 * SignInRefusal `provider_unreachable` where that cannot be known.
 */
export async function findKey(
  reach: Reach,
  sources: readonly string[],
  wanted: WantedKey,
): Promise<SigningKey | null> {
  const sets = sources.map((url) => entryOf(reach.memory.keySets, url, () => keySet(reach, url)));
  for (const set of sets) {
    const found = await set.known(wanted);
    if (found) return found;
  }
  let failure: unknown = null;
  for (const set of sets) {
    try {
      const found = await set.ask(wanted);
      if (found) return found;
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== null) throw failure;
  return null;
}

function keySet(reach: Reach, url: string): KeySet {
  const keys = kept(reach.clock, keeping, async () => readKeys(await fetchJson(reach, url), url));
  let isLoaded = false;
  let askAgainAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<readonly SigningKey[]> | null = null;
  const fetchNow = async () => {
    const at = reach.clock.now();
    const isExtra = isLoaded;
    try {
      const fetched = await keys.again();
      if (isExtra) askAgainAt = at + UNKNOWN_EVERY_MS;
      isLoaded = true;
      return fetched;
    } catch (error) {
      if (isExtra) askAgainAt = at + keeping.pauseMs;
      throw error;
    }
  };
  return {
    known: async (wanted) => (isLoaded ? pick(await keys.get(), wanted) : null),
    ask: async (wanted) => {
      if (asking === null && isLoaded && reach.clock.now() < askAgainAt) return null;
      // A crowd with a new key shares one fetch.
      asking ??= fetchNow().finally(() => {
        asking = null;
      });
      return pick(await asking, wanted);
    },
  };
}

/** Past what is kept, for the check of a provider. */
export async function fetchKeys(reach: Pick<Reach, 'outbound'>, url: string): Promise<readonly SigningKey[]> {
  return readKeys(await fetchJson(reach, url), url);
}

function pick(keys: readonly SigningKey[], { kid, alg }: WantedKey): SigningKey | null {
  const fitting = keys.filter(({ jwk }) => fits(jwk, alg));
  if (kid === null) return fitting.length === 1 ? fitting[0]! : null;
  return fitting.find((key) => key.kid === kid) ?? null;
}

function fits({ kty, alg, crv }: JWK, wanted: string): boolean {
  if (alg !== undefined && alg !== wanted) return false;
  if (!wanted.startsWith('ES')) return kty === 'RSA';
  return kty === 'EC' && crv === CURVES[wanted];
}

/** RFC 7518 3.4. */
const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

const KEYS_MOST = 200;
const KEY_ID_CHARACTERS = 512;

/** Of a JWK Set (RFC 7517 5) the public keys for signatures; what is no such key is passed over, as it says there. */
function readKeys(body: unknown, url: string): readonly SigningKey[] {
  const listed = isObject(body) ? own(body, 'keys') : null;
  if (!Array.isArray(listed)) {
    throw new SignInRefusal('provider_unreachable', {
      detail: `${url} answered with something that is no key set.`,
    });
  }
  const usable = listed.slice(0, KEYS_MOST).filter(isPublicSigningKey);
  return usable.map((jwk) => {
    const { issuer } = jwk as { issuer?: unknown };
    const kid = typeof jwk.kid === 'string' && jwk.kid.length <= KEY_ID_CHARACTERS ? jwk.kid : null;
    return { kid, jwk, issuer: typeof issuer === 'string' ? issuer : null };
  });
}

function isPublicSigningKey(key: unknown): key is JWK {
  if (!isObject(key) || (key.kty !== 'RSA' && key.kty !== 'EC')) return false;
  return key.use === undefined || key.use === 'sig';
}
