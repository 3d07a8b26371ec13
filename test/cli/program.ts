// bifrost as a process of its own, as an operator starts it; none outlives the test that started it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from '../../scripts/build.mjs';

// Here, and not by the first program: a build takes longer than a test may.
await build();

const root = new URL('../..', import.meta.url).pathname;

export interface Program {
  child: ChildProcess;
  isGroup: boolean;
  out: string;
  err: string;
  ended: Promise<{ code: number | null; signal: string | null }>;
  /** Resolves once standard output has it. */
  says(text: string): Promise<void>;
}

const running = new Set<Program>();

export function bifrost(env: Record<string, string>, ...argv: string[]): Program {
  return programOf(process.execPath, [join(root, 'scripts/run.mjs'), 'bifrost', ...argv], env);
}

/** As README has it: npm, a shell that npm starts, and the server below both. */
export function npmStart(env: Record<string, string>, ...argv: string[]): Program {
  return programOf('npm', ['start', '--silent', '--', ...argv], env, { ofItsOwn: true });
}

/** `ofItsOwn`: a group, so that whatever it started ends with it. */
function programOf(
  command: string,
  argv: readonly string[],
  env: Record<string, string>,
  { ofItsOwn = false } = {},
): Program {
  const child = spawn(command, argv, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...env },
    detached: ofItsOwn,
  });
  const listeners = new Set<() => void>();
  const program: Program = {
    child,
    isGroup: ofItsOwn,
    out: '',
    err: '',
    ended: once(child, 'close').then(([code, signal]) => ({ code, signal })),
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => program.out.includes(text) && resolve();
        listeners.add(look);
        look();
        void program.ended.then(() => reject(new Error(`It ended without "${text}": ${program.err}`)));
      }),
  };
  child.stdout!.on('data', (chunk) => {
    program.out += chunk;
    for (const look of listeners) look();
  });
  child.stderr!.on('data', (chunk) => (program.err += chunk));
  running.add(program);
  void program.ended.then(() => running.delete(program));
  return program;
}

export async function endPrograms(): Promise<void> {
  for (const { child, ended, isGroup } of running) {
    if (isGroup) process.kill(-child.pid!, 'SIGKILL');
    else child.kill('SIGKILL');
    await ended;
  }
}

/** Without warning, and until it is gone. */
export async function killProgram({ child, ended }: Program): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

/** Polls until it is so, or the program has ended. True when it became so. */
export async function until(is: () => boolean, { child }: Program): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if (is()) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return is();
}
