// Runs a script on a connection: each statement waits for its answer.

import { type Result, type Script, type Statement, UniqueViolation } from '../sql/statement.ts';
import { brokenIndex } from './database-error.ts';
import type { Connection } from './pool.ts';

const numbered = new Map<string, string>();
const TEXTS_KEPT = 2000;

/** `?` becomes `$1`, `$2`, ...: shared statements have no question mark in any other place. */
function withNumbers(text: string): string {
  let known = numbered.get(text);
  if (known === undefined) {
    let n = 0;
    known = text.replace(/\?/g, () => `$${++n}`);
    if (numbered.size >= TEXTS_KEPT) numbered.clear();
    numbered.set(text, known);
  }
  return known;
}

async function execute(connection: Connection, { text, values }: Statement): Promise<Result> {
  const { rows, rowCount } = await connection.query(withNumbers(text), values);
  return { rows, changes: rowCount };
}

export async function runOn<Answer>(connection: Connection, script: Script<Answer>): Promise<Answer> {
  let step = script.next({ rows: [], changes: 0 });
  while (!step.done) {
    let result: Result;
    try {
      result = await execute(connection, step.value);
    } catch (error) {
      step = script.throw(brokenIndex(error) === null ? error : new UniqueViolation());
      continue;
    }
    step = script.next(result);
  }
  return step.value;
}
