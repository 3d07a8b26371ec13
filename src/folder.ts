// Makes the data folder: one missing level after the other. Node's own recursive way never ends where a file system
// refuses new folders by saying that the parent is not there (/proc does).

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from './config-problem.ts';

/** @throws ConfigError that names the first level that cannot be made, and the system's reason. */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let level = resolve(path); !existsSync(level); level = dirname(level)) missing.unshift(level);
  for (const level of missing) {
    try {
      mkdirSync(level, { mode: 0o700 });
    } catch (error) {
      // Another process may have been quicker.
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      const message = `the folder ${level} cannot be made (${code}): name one that this user may write to`;
      throw new ConfigError([{ path: 'BIFROST_DATA_DIR', message }]);
    }
  }
  // ENOTDIR where it is a file: said here, since SQLite only says that it cannot open what is below it.
  statSync(`${resolve(path)}/.`);
}
