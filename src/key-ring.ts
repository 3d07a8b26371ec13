// The keys of this installation: secrets at rest are sealed with the current one, and opened with it or with the former
// one of a rotation. Two keys of the environment, where it has any, else those of the files in the data folder.

import { loadKeyFiles, peekKeyFiles, removeFormerKeyFile, replaceKeyFile } from './key-file.ts';
import { keyIdOf, open, type SecretKey, seal } from './secret.ts';

export interface KeyRing {
  readonly source: 'environment' | 'file';
  current(): SecretKey;
  former(): SecretKey | null;
  /** With the current key. */
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
  /** Of the files: lets go of the former key, which nothing needs any more. */
  end(): void;
}

export interface KeySettings {
  readonly dataDir: string;
  readonly secretKey: SecretKey | null;
  readonly formerSecretKey: SecretKey | null;
}

export function loadKeyRing({ dataDir, secretKey, formerSecretKey }: KeySettings): KeyRing {
  let keys = secretKey ? { current: secretKey, former: formerSecretKey } : loadKeyFiles(dataDir);
  const isFile = secretKey === null;
  let turn: Promise<unknown> = Promise.resolve();
  const openWith = (sealed: string, identity: string) => {
    const isFormer = keys.former !== null && keyIdOf(sealed) === keys.former.id;
    return open(isFormer ? keys.former! : keys.current, sealed, identity);
  };
  return {
    source: isFile ? 'file' : 'environment',
    current: () => keys.current,
    former: () => keys.former,
    seal: (plain, identity) => seal(keys.current, plain, identity),
    open: openWith,
    reseal: (sealed, identity) =>
      keyIdOf(sealed) === keys.current.id ? sealed : seal(keys.current, openWith(sealed, identity), identity),
    alone: (rotation) => {
      const own = turn.then(rotation);
      turn = own.catch(() => {});
      return own;
    },
    begin: () => {
      if (isFile && keys.former === null) keys = replaceKeyFile(dataDir, keys);
    },
    end: () => {
      if (!isFile) return;
      removeFormerKeyFile(dataDir);
      keys = { ...keys, former: null };
    },
  };
}

/** Ids of the keys that a server with these settings would open secrets with, without making any. */
export function keyIds({ dataDir, secretKey, formerSecretKey }: KeySettings): string[] {
  const keys = secretKey ? { current: secretKey, former: formerSecretKey } : peekKeyFiles(dataDir);
  return [keys?.current, keys?.former].flatMap((key) => (key ? [key.id] : []));
}
