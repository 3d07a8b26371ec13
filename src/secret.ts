// Secrets at rest and tokens in hand: sealing with a key, hashing, minting, comparing. Where keys are kept: key-ring.ts.

import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const KEY_BYTES = 32;
/** NIST SP 800-38D 5.2.1.1: 96 bits, random for each text. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 'v1';

/** The key of this installation. Its id stands in every sealed text, so that a wrong key is told from damage. */
export interface SecretKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Reads 32 bytes of base64; null where the text is anything else. */
export function readKey(text: string): SecretKey | null {
  const bytes = Buffer.from(text, 'base64');
  // Buffer.from skips what is no base64, so the text is compared with what its bytes would be written as.
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== text) return null;
  const id = createHash('sha256').update('bifrost key id\0').update(bytes).digest('hex').slice(0, 8);
  return { id, bytes };
}

/**
 * AES-256-GCM. `identity` says whose secret it is (table, row, column): a sealed text copied to another row does not
 * open. Gives `v1.<key id>.<nonce, text and tag in base64url>`.
 */
export function seal(key: SecretKey, plain: string, identity: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  cipher.setAAD(associatedData(key, identity));
  const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${FORMAT}.${key.id}.${body.toString('base64url')}`;
}

/** The id of the key that a text was sealed with; null where it is no sealed text. */
export function keyIdOf(sealed: string): string | null {
  return /^v1\.([0-9a-f]{8})\./.exec(sealed)?.[1] ?? null;
}

/** Throws where the text was sealed with another key, for another identity, or was altered. */
export function open(key: SecretKey, sealed: string, identity: string): string {
  const [format, keyId, encoded, ...more] = sealed.split('.');
  const body = Buffer.from(encoded ?? '', 'base64url');
  if (format !== FORMAT || !keyId || more.length > 0 || body.length < NONCE_BYTES + TAG_BYTES) {
    throw new Error(`The stored secret of ${identity} is damaged.`);
  }
  if (keyId !== key.id) {
    throw new Error(`The stored secret of ${identity} needs key ${keyId}, and this is key ${key.id}.`);
  }
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, body.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedData(key, identity));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  try {
    return (
      decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    );
  } catch {
    throw new Error(`The stored secret of ${identity} was altered, or belongs to another record.`);
  }
}

function associatedData(key: SecretKey, identity: string): Buffer {
  return Buffer.from(`${FORMAT}.${key.id}.${identity}`);
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Compares in a time that tells neither content nor length. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

const OUR_MARK = 'bifrost_';
const OUR_TOKEN = /^([a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)*_[A-Za-z0-9_-]{43})([0-9A-Za-z]{6})$/;
const TOKEN_CHARACTERS = 512;

/**
 * `prefix_`, 32 random bytes in base64url, 6 check characters. The prefix (`bifrost_scim`) lets secret scanners find
 * a leaked token, the check characters let them, and us, tell a token from a typing error without a look-up.
 */
export function mintToken(prefix: string): string {
  const body = `${prefix}_${randomBytes(32).toString('base64url')}`;
  return body + checkCharacters(body);
}

/**
 * For the answer to a token that was not found; never instead of looking it up, since a token from a configuration
 * file may look like anything. `typo`: once ours, but mistyped or cut off. `foreign`: none that we minted.
 */
export function checkToken(text: string): 'ok' | 'typo' | 'foreign' {
  const [, body, check] = text.length <= TOKEN_CHARACTERS ? (OUR_TOKEN.exec(text) ?? []) : [];
  if (body && check) return checkCharacters(body) === check ? 'ok' : 'typo';
  return text.startsWith(OUR_MARK) ? 'typo' : 'foreign';
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** CRC-32 in base 62, six characters: 62^6 is more than 2^32. */
function checkCharacters(body: string): string {
  let rest = crc32(body);
  let out = '';
  for (let i = 0; i < 6; i++) {
    out = BASE62[rest % 62] + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}
