// The key files in the data folder: `secret.key`, made at first start; beside it, while a rotation is under way,
// `secret.key.former`, which ends as `secret.key.former-<id>`: backups of before need it. At no moment is the key missing
// that stored secrets need, whatever ends the process.

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from './folder.ts';
import { KEY_BYTES, readKey, type SecretKey } from './secret.ts';

export interface KeyFiles {
  readonly current: SecretKey;
  /** Of a rotation that is not finished. */
  readonly former: SecretKey | null;
}

export const keyPathIn = (dataDir: string) => join(dataDir, 'secret.key');
const formerPathIn = (dataDir: string) => join(dataDir, 'secret.key.former');

/** Makes the key where there is none. */
export function loadKeyFiles(dataDir: string): KeyFiles {
  makeFolder(dataDir);
  const path = keyPathIn(dataDir);
  const current = needKey(path, readIfThere(path) ?? makeKeyFile(path));
  return { current, former: formerIn(dataDir, current) };
}

/** null where there is no key yet. */
export function peekKeyFiles(dataDir: string): KeyFiles | null {
  const text = readIfThere(keyPathIn(dataDir));
  if (text === null) return null;
  const current = needKey(keyPathIn(dataDir), text);
  return { current, former: formerIn(dataDir, current) };
}

/** Puts a new key in the place of the current one, which stays readable as the former one. */
export function replaceKeyFile(dataDir: string, { current }: KeyFiles): KeyFiles {
  const path = keyPathIn(dataDir);
  const draft = `${path}.new`;
  const formerPath = formerPathIn(dataDir);
  const text = newKeyText();
  rmSync(draft, { force: true });
  writeWhole(draft, text);
  // What is left of a run that ended before its new key was in place holds the current key.
  rmSync(formerPath, { force: true });
  linkSync(path, formerPath);
  flushFolder(dataDir);
  renameSync(draft, path);
  flushFolder(dataDir);
  return { current: needKey(path, text), former: current };
}

/** Takes the former key out of use and keeps it, by its id. */
export function retireFormerKeyFile(dataDir: string, { id }: SecretKey): void {
  const path = formerPathIn(dataDir);
  chmodSync(path, 0o600);
  renameSync(path, `${path}-${id}`);
  flushFolder(dataDir);
}

function formerIn(dataDir: string, current: SecretKey): SecretKey | null {
  const path = formerPathIn(dataDir);
  const text = readIfThere(path);
  if (text === null) return null;
  const former = needKey(path, text);
  return former.id === current.id ? null : former;
}

function needKey(path: string, text: string): SecretKey {
  const key = readKey(text.trim());
  if (key) return key;
  throw new Error(
    `${path} does not hold ${KEY_BYTES} bytes of base64. Restore it from a backup: without it, stored secrets cannot be read.`,
  );
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
  try {
    writeWhole(draft, newKeyText());
    linkSync(draft, path);
    flushFolder(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}

function newKeyText(): string {
  return `${randomBytes(KEY_BYTES).toString('base64')}\n`;
}

function writeWhole(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** So that a name is on disk before what follows relies on it. */
function flushFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
