// A file that takes its name only when it is whole and on disk; for its owner alone, since it names people. What is there already
// stays, unless it is to be replaced.

import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
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
    if (!isStill(part, handle)) throw takenOver(file);
    renameSync(part, file);
    return result;
  } catch (error) {
    if (isStill(part, handle)) rmSync(part, { force: true });
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

/** False: another run began since, and what stands there is its own, not whole yet. */
function isStill(path: string, handle: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(handle).ino;
}

function takenOver(file: string): CliFailure {
  return new CliFailure(
    exit.unavailable,
    `Another command writes ${file} as well, and began later: the file will be what that one writes.`,
    'Name another file, or wait for that one.',
  );
}

function putWholly(handle: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(handle, chunk, done);
}
