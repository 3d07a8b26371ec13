// What each engine lends to the stores of signing in and of reconciling: how one of their scripts is run.

import type { Dialect } from './dialect.ts';
import type { Tell } from './origin.ts';
import type { Script } from './statement.ts';

export interface Hands {
  readonly dialect: Dialect;
  /** Within `write` and `writeAlone` only. */
  readonly tell: Tell;
  /** On what is there at some moment after the call, whoever wrote it. */
  read<Answer>(script: () => Script<Answer>): Promise<Answer>;
  /**
   * One transaction with its events, beside everybody else's. Those of one lane follow one another within this process, so
   * that many who wait for one row take one connection.
   */
  write<Answer>(script: () => Script<Answer>, lane?: string): Promise<Answer>;
  /** The same, and of all replicas one at a time. */
  writeAlone<Answer>(script: () => Script<Answer>): Promise<Answer>;
  /** One transaction, tried once: it tells nothing, and nobody waits for it. */
  note(script: () => Script<void>): Promise<void>;
}
