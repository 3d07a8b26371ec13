// The keys that sign tokens, and those that only pretend to. Pairs are made once per process, whatever the number of
// simulators in it, since making one takes longer than everything else a test does.

import { randomBytes } from 'node:crypto';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
} from 'jose';

/** A key as the world sees it. */
export interface PublishedKey {
  readonly kid: string;
  readonly publicJwk: JWK;
}

export interface SigningKey extends PublishedKey {
  readonly privateKey: CryptoKey;
  /** For the attack that takes the public key for an HMAC secret. */
  readonly publicPem: string;
}

export interface KeyRing {
  /** The one that signs. */
  current(): SigningKey;
  /** Of all tenants; at least two, and their order means nothing. */
  published(): readonly PublishedKey[];
  /** A key nobody has seen signs from now on; those before it stay published. */
  rotate(): Promise<SigningKey>;
  /** The emergency: as `rotate`, and the key that signed until now is withdrawn at once. */
  replace(): Promise<SigningKey>;
  /** The keys for consumer accounts, an application of its own, and whoever forges. Never among the published. */
  ofConsumers(): Promise<PublishedKey>;
  ofApp(clientId: string): Promise<SigningKey>;
  ofForger(): Promise<SigningKey>;
}

const PUBLISHED_AT_MOST = 4;
const MODULUS_BYTES = 256;
const made = new Map<string, Promise<SigningKey>>();

function keyFor(purpose: string): Promise<SigningKey> {
  const known = made.get(purpose);
  if (known) return known;
  const key = makeKey();
  made.set(purpose, key);
  return key;
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { ...publishedAs(jwk, kid), privateKey, publicPem: await exportSPKI(publicKey) };
}

function publishedAs(jwk: JWK, kid: string): PublishedKey {
  return { kid, publicJwk: { ...jwk, use: 'sig', kid, x5t: kid } };
}

/** A key that never signs needs no private half, so its modulus is any odd number of the right length. */
async function silentKey(): Promise<PublishedKey> {
  const modulus = randomBytes(MODULUS_BYTES);
  modulus[0]! |= 0x80;
  modulus[MODULUS_BYTES - 1]! |= 1;
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
  return publishedAs(jwk, await calculateJwkThumbprint(jwk));
}

export async function newKeyRing(): Promise<KeyRing> {
  let next = 1;
  let current = await keyFor('tenants 0');
  let published: readonly PublishedKey[] = [await silentKey(), current];
  const consumers = silentKey();
  const rotate = async (): Promise<SigningKey> => {
    const key = await keyFor(`tenants ${next++}`);
    published = [...published, key].slice(-PUBLISHED_AT_MOST);
    current = key;
    return key;
  };
  return {
    current: () => current,
    published: () => published,
    rotate,
    async replace() {
      const withdrawn = current;
      const key = await rotate();
      published = published.filter((one) => one !== withdrawn);
      return key;
    },
    ofConsumers: () => consumers,
    ofApp: (clientId) => keyFor(`app ${clientId}`),
    ofForger: () => keyFor('forger'),
  };
}
