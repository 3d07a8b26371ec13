// The keys that sign tokens, and those that only pretend to. Pairs are made once per process, whatever the number of
// simulators in it, since making one takes longer than everything else a test does.

import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
} from 'jose';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
  /** For the attack that takes the public key for an HMAC secret. */
  readonly publicPem: string;
}

export interface KeyRing {
  /** The one that signs. */
  current(): SigningKey;
  /** Of all tenants; at least two, and their order means nothing. */
  published(): readonly SigningKey[];
  /** A key nobody has seen signs from now on; those before it stay published. */
  rotate(): Promise<SigningKey>;
  /** The emergency: as `rotate`, and the key that signed until now is withdrawn at once. */
  replace(): Promise<SigningKey>;
  /** The keys for consumer accounts, an application of its own, and whoever forges. Never among the published. */
  ofConsumers(): Promise<SigningKey>;
  ofApp(clientId: string): Promise<SigningKey>;
  ofForger(): Promise<SigningKey>;
}

const PUBLISHED_AT_MOST = 4;
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
  const publicJwk = { ...jwk, use: 'sig', kid, x5t: kid };
  return { kid, privateKey, publicKey, publicJwk, publicPem: await exportSPKI(publicKey) };
}

export async function newKeyRing(): Promise<KeyRing> {
  let next = 2;
  let published: readonly SigningKey[] = await Promise.all([keyFor('tenants 0'), keyFor('tenants 1')]);
  let current = published[0]!;
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
    ofConsumers: () => keyFor('consumers'),
    ofApp: (clientId) => keyFor(`app ${clientId}`),
    ofForger: () => keyFor('forger'),
  };
}
