// A file that takes its name only when it is whole and on disk; for its owner alone, since it names people. What is there already
// stays, unless it is to be replaced.

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { CliFailure, exit, usageFailure } from './failure.ts';

export function refuseOverwriting(file: string, { force }: { force: boolean }): void {
  if (force || !existsSync(file)) return;
  throw usageFailure(`${file} is there already.`, 'Name another file, or add --force to replace it.');
}

/** What `write` puts stands under another name until it has ended. */
export async function writeWhole<Result>(
  file: string,
  write: (put: (chunk: Uint8Array) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const part = `${file}.part`;
  const handle = openedForOwner(part);
  try {
    const result = await write(async (chunk) => putWholly(handle, chunk));
    fsyncSync(handle);
    renameSync(part, file);
    return result;
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** What an interrupted run left behind goes; a new file has the right mode from its first byte. */
function openedForOwner(path: string): number {
  try {
    rmSync(path, { force: true });
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliFailure(
      exit.usage,
      `${path} cannot be written (${code}).`,
      'Name a file in a folder that this account may write to.',
    );
  }
}

function putWholly(handle: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(handle, chunk, done);
}
