// The key that evidence packs are signed with (Ed25519, RFC 8032): made from the key of the installation, so that every
// replica signs alike and nothing more is to be kept secret; and what outsiders check with, as JWK (RFC 8037) and PEM.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type JsonWebKey,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import type { SecretKey } from '../secret.ts';

const SEED_BYTES = 32;
/** A label of its own: what else is made from that key tells nothing of this one (RFC 5869 3.2). */
const LABEL = 'bifrost evidence signing key v1';
/** What PKCS #8 has before the 32 bytes of an Ed25519 key (RFC 8410 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Where an installation has its public keys; below it each by its id. */
export const EVIDENCE_KEYS_PATH = '/.well-known/bifrost-evidence-keys';

/** A public key, as the world gets it. */
export interface EvidenceKey {
  /** Its thumbprint (RFC 7638), so that nobody can give another key the same name. */
  readonly kid: string;
  /** The 32 bytes in base64url. */
  readonly x: string;
}

export interface Signer extends EvidenceKey {
  /** 64 bytes. */
  sign(bytes: Buffer): Buffer;
}

export function signerOf(key: SecretKey): Signer {
  const seed = Buffer.from(hkdfSync('sha256', key.bytes, Buffer.alloc(0), LABEL, SEED_BYTES));
  const own = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
  return { ...keyOf(createPublicKey(own)), sign: (bytes) => signBytes(null, bytes, own) };
}

function keyOf(key: KeyObject): EvidenceKey {
  const { x = '' } = key.export({ format: 'jwk' });
  return { kid: thumbprint(x), x };
}

/** RFC 7638 3: the required members in their order, without spaces. */
function thumbprint(x: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
}

export function showJwk({ kid, x }: EvidenceKey) {
  return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' };
}

export function showPem({ x }: EvidenceKey): string {
  return objectOf(x).export({ format: 'pem', type: 'spki' }).toString();
}

function objectOf(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

export function isSignedBy({ x }: EvidenceKey, bytes: Buffer, signature: Buffer): boolean {
  return verifyBytes(null, bytes, objectOf(x), signature);
}

/** The Ed25519 keys of a text that is PEM, a JWK or a set of them. What calls itself by another name is called by its own. */
export function readEvidenceKeys(text: string): EvidenceKey[] {
  if (text.includes('-----BEGIN')) return ed25519(() => createPublicKey(text));
  const found = parsed(text);
  const listed = isSet(found) ? found.keys : [found];
  return listed.flatMap((jwk) => ed25519(() => createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })));
}

function ed25519(read: () => KeyObject): EvidenceKey[] {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' ? [keyOf(key)] : [];
  } catch {
    // Of another kind, or none: there is nothing to check with it.
    return [];
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isSet(value: unknown): value is { keys: unknown[] } {
  return typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys);
}
