// The command as a process of its own, to be killed without warning. Nothing that was started here is left running.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Environment } from './fixture.ts';

const root = new URL('../..', import.meta.url).pathname;
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Program {
  out: string;
  err: string;
  ended: Promise<{ code: number | null; signal: string | null }>;
  hasEnded(): boolean;
  kill(): Promise<void>;
}

/** Builds what is stale first, so the first one may take a while. */
export function program(env: Environment, ...argv: string[]): Program {
  const child = spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'bifrost', ...argv], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  running.add(child);
  const started: Program = {
    out: '',
    err: '',
    ended: once(child, 'close').then(([code, signal]) => ({ code, signal })),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    kill: async () => {
      child.kill('SIGKILL');
      await started.ended;
    },
  };
  child.stdout!.on('data', (chunk) => (started.out += chunk));
  child.stderr!.on('data', (chunk) => (started.err += chunk));
  void started.ended.then(() => running.delete(child));
  return started;
}

/** Polls until it is so, or the program has ended. True when it became so. */
export async function until(is: () => boolean, started: Program): Promise<boolean> {
  while (!started.hasEnded()) {
    if (is()) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return is();
}
