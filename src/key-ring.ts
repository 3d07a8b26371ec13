// The keys of this installation: secrets at rest are sealed with the current one, and opened with it or with the former
// one of a rotation. Two keys of the environment, where it has any, else those of the files in the data folder.

import { randomBytes } from 'node:crypto';
import { keyPathIn, loadKeyFiles, peekKeyFiles, replaceKeyFile, retireFormerKeyFile } from './key-file.ts';
import { Refusal } from './refusal.ts';
import { KEY_BYTES, keyIdOf, open, type SecretKey, seal } from './secret.ts';

export interface KeyRing {
  readonly source: 'environment' | 'file';
  current(): SecretKey;
  former(): SecretKey | null;
  /** Ids of the keys that it opens with; none where the file is missing that stored secrets need. */
  ids(): string[];
  /** With the current key. Refused where the file is missing. */
  seal(plain: string, identity: string): string;
  /** Throws where it was sealed with neither key, for another identity, or was altered. */
  open(sealed: string, identity: string): string;
  /** The same where it is sealed with the current key already. */
  reseal(sealed: string, identity: string): string;
  /** One rotation at a time: the end of one would take away the former key of another. */
  alone<Value>(rotation: () => Promise<Value>): Promise<Value>;
  /**
   * Of the files: makes a new current key, where no rotation is under way already. The keys of the environment are
   * the operator's to change.
   */
  begin(): void;
  /** Of the files: lets go of the former key, which no stored secret needs any more. */
  end(): void;
}

export interface KeySettings {
  readonly dataDir: string;
  readonly secretKey: SecretKey | null;
  readonly formerSecretKey: SecretKey | null;
}

/**
 * `mayMake`: a key file is made where there is none. Without it such a ring opens and seals nothing: a new key in the
 * place of one that is missing would only hide that.
 */
export function loadKeyRing(settings: KeySettings, { mayMake }: { mayMake: boolean }): KeyRing {
  const { dataDir, secretKey } = settings;
  const isFile = secretKey === null;
  const isMissing = isFile && !mayMake && peekKeyFiles(dataDir) === null;
  let keys = isMissing ? inMemoryAlone() : keysOf(settings);
  let turn: Promise<unknown> = Promise.resolve();
  const held = () => (isMissing ? [] : keys.former ? [keys.current, keys.former] : [keys.current]);
  const openWith = (sealed: string, identity: string) => {
    const id = keyIdOf(sealed);
    const key = held().find((each) => each.id === id);
    if (key || id === null) return open(key ?? keys.current, sealed, identity);
    const here = isMissing ? `${keyPathIn(dataDir)} is missing` : `this server has ${named(keys)}`;
    throw new Error(`The stored secret of ${identity} needs key ${id}, and ${here}.`);
  };
  const sealWith = (plain: string, identity: string) => {
    if (isMissing) throw new Refusal('conflict', `${keyPathIn(dataDir)} is missing. ${HOW_TO_RESTORE}`);
    return seal(keys.current, plain, identity);
  };
  return {
    source: isFile ? 'file' : 'environment',
    current: () => keys.current,
    former: () => keys.former,
    ids: () => held().map(({ id }) => id),
    seal: sealWith,
    open: openWith,
    reseal: (sealed, identity) =>
      keyIdOf(sealed) === keys.current.id ? sealed : sealWith(openWith(sealed, identity), identity),
    alone: (rotation) => {
      const own = turn.then(rotation);
      turn = own.catch(() => {});
      return own;
    },
    begin: () => {
      if (isFile && keys.former === null) keys = replaceKeyFile(dataDir, keys);
    },
    end: () => {
      if (!isFile || keys.former === null) return;
      retireFormerKeyFile(dataDir, keys.former);
      keys = { ...keys, former: null };
    },
  };
}

/** What to do where `secret.key` is missing. */
export const HOW_TO_RESTORE =
  'Put it back from a backup, or set BIFROST_SECRET_KEY to its content, and start again. Is it lost, put a new one there (openssl rand -base64 32) and enter the client secrets anew.';

interface Keys {
  readonly current: SecretKey;
  readonly former: SecretKey | null;
}

function keysOf({ dataDir, secretKey, formerSecretKey }: KeySettings): Keys {
  return secretKey ? { current: secretKey, former: formerSecretKey } : loadKeyFiles(dataDir);
}

/** Signs what need not outlive the process. */
function inMemoryAlone(): Keys {
  return { current: { id: 'none', bytes: randomBytes(KEY_BYTES) }, former: null };
}

function named({ current, former }: Keys): string {
  return former ? `key ${current.id} and former key ${former.id}` : `key ${current.id}`;
}
