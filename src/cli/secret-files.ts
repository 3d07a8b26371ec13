// Values that come as files, as containers and systemd hand over secrets: DATABASE_URL_FILE and BIFROST_<anything>_FILE name the
// file of the variable without `_FILE`, also of one that the configuration asks for by `env.NAME`.

import { readFileSync, statSync } from 'node:fs';
import { CliFailure, exit } from './failure.ts';

/** Larger than any key, token or address is. */
const LIMIT_BYTES = 64 * 1024;

/** Throws a CliFailure that names the variable, and nothing of what is in the file. */
export function withSecretFiles(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const read: Record<string, string> = {};
  for (const [name, path] of Object.entries(env)) {
    const [, variable] = /^(DATABASE_URL|BIFROST_[A-Z0-9_]+)_FILE$/.exec(name) ?? [];
    if (variable === undefined || !path?.trim()) continue;
    if (env[variable]?.trim()) {
      throw refusal(`${name} and ${variable} are both set.`, 'Unset one of them.');
    }
    read[variable] = contentOf(name, path.trim());
  }
  return { ...env, ...read };
}

/** Without the line's end that editors and `echo` leave. */
function contentOf(name: string, path: string): string {
  try {
    if (statSync(path).size <= LIMIT_BYTES) return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw refusal(
      `The file that ${name} names cannot be read (${code}).`,
      'Name a file that this user may read.',
    );
  }
  throw refusal(`The file that ${name} names is larger than 64 KiB.`, 'Name the file of one secret.');
}

function refusal(message: string, advice: string): CliFailure {
  return new CliFailure(exit.usage, message, advice);
}
