// Secrets at rest and tokens in hand: the key of this installation, sealing with it, hashing, minting, comparing.

import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeFolder } from './folder.ts';

const KEY_BYTES = 32;
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

/** The key from the environment if there is one, else from `secret.key` in the data directory, made at first start. */
export function loadSecretKey(dataDir: string, envKey: SecretKey | null): SecretKey {
  if (envKey) return envKey;
  makeFolder(dataDir);
  const path = join(dataDir, 'secret.key');
  const text = readIfThere(path) ?? makeKeyFile(path);
  const key = readKey(text.trim());
  if (!key) {
    throw new Error(
      `${path} does not hold ${KEY_BYTES} bytes of base64. Restore it from a backup: without it, stored secrets cannot be read.`,
    );
  }
  return key;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Written whole beside its place and linked into it: a crash leaves no half key, and of two starts one key wins. */
function makeKeyFile(path: string): string {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
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

/** Throws where the text was sealed with another key, for another identity, or was altered. */
export function open(key: SecretKey, sealed: string, identity: string): string {
  const [format, keyId, encoded, ...more] = sealed.split('.');
  const body = Buffer.from(encoded ?? '', 'base64url');
  if (format !== FORMAT || !keyId || more.length > 0 || body.length < NONCE_BYTES + TAG_BYTES) {
    throw new Error(`The stored secret of ${identity} is damaged.`);
  }
  if (keyId !== key.id) {
    throw new Error(
      `The stored secret of ${identity} was sealed with key ${keyId}, but this server has key ${key.id}. Start with the former BIFROST_SECRET_KEY or secret.key.`,
    );
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
