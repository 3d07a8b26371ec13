// Both ends of the talk between the bench and its worker processes: the same bundle, started with a role as its
// argument. Questions have a number and a time limit; a worker ends when its parent does.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a worker can be asked: each function takes one value. */
type Work = Record<string, (input: never) => Promise<unknown>>;

export type Role = 'load' | 'floor' | 'fill' | 'driver';

export interface Worker<Asked extends Work> {
  ask<Name extends keyof Asked & string>(
    name: Name,
    input: Parameters<Asked[Name]>[0],
    limitMs?: number,
  ): ReturnType<Asked[Name]>;
  stop(): void;
}

interface Question {
  number: number;
  name: string;
  input: unknown;
}

type Reply = { number: number; answer: unknown } | { number: number; error: string };

const LIMIT_MS = 60_000;

export function startWorker<Asked extends Work>(role: Role): Worker<Asked> {
  const child = fork(fileURLToPath(import.meta.url), [role], { serialization: 'advanced', execArgv: [] });
  const open = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;
  child.on('message', (reply: Reply) => {
    const question = open.get(reply.number);
    open.delete(reply.number);
    if ('error' in reply) question?.reject(new Error(`${role}: ${reply.error}`));
    else question?.resolve(reply.answer);
  });
  child.on('exit', (code) => {
    for (const { reject } of open.values()) reject(new Error(`the ${role} process ended with code ${code}`));
    open.clear();
  });
  const ask = (name: string, input: unknown, limitMs = LIMIT_MS): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const number = ++asked;
      const timer = setTimeout(() => {
        open.delete(number);
        reject(new Error(`the ${role} process gave no answer to ${name} in ${limitMs} ms`));
      }, limitMs);
      const done =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          clearTimeout(timer);
          settle(value);
        };
      open.set(number, { resolve: done(resolve), reject: done(reject) });
      child.send({ number, name, input } satisfies Question);
    });
  return { ask: ask as Worker<Asked>['ask'], stop: () => child.disconnect() };
}

/** The worker's end: answers until the parent hangs up. */
export function serveWork<Asked extends Work>(work: Asked): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', ({ number, name, input }: Question) => {
    const tell = (reply: Reply) => process.send?.(reply);
    // The parent asks only for names that `Asked` has, with the input each takes.
    const answer = work[name] as (input: unknown) => Promise<unknown>;
    answer(input).then(
      (value) => tell({ number, answer: value }),
      (error) =>
        tell({ number, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
