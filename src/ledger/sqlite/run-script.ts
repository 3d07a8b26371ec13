// Runs a script on SQLite in one go: nothing comes between its statements.

import { type Result, type Script, type Statement, UniqueViolation } from '../sql/statement.ts';
import type { Database } from './open.ts';

export type RunScript = <Answer>(script: Script<Answer>) => Answer;

/** Prepared statements by their text: requests repeat the same few shapes all day. */
const STATEMENTS_KEPT = 300;

export function scriptRunner(database: Database): RunScript {
  const known = new Map<string, ReturnType<Database['prepare']>>();

  function prepared(text: string): ReturnType<Database['prepare']> {
    let statement = known.get(text);
    if (!statement) {
      if (known.size >= STATEMENTS_KEPT) known.clear();
      statement = database.prepare(text);
      known.set(text, statement);
    }
    return statement;
  }

  function execute({ text, values, kind }: Statement): Result {
    const statement = prepared(text);
    if (kind === 'write') return { rows: [], changes: Number(statement.run(...values).changes) };
    return { rows: statement.all(...values) as object[], changes: 0 };
  }

  return (script) => {
    let step = script.next({ rows: [], changes: 0 });
    while (!step.done) {
      let result: Result;
      try {
        result = execute(step.value);
      } catch (error) {
        step = script.throw(isUniqueViolation(error) ? new UniqueViolation() : error);
        continue;
      }
      step = script.next(result);
    }
    return step.value;
  };
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && error.message.includes('UNIQUE constraint failed');
}
