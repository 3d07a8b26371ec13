// How lists of users are found: each statement that any of the questions sends, once for each plan that it was given, with those
// questions that send it.

import type { Dialect } from '../../src/ledger/sql/dialect.ts';
import type { Script } from '../../src/ledger/sql/statement.ts';
import type { StoredSettings } from '../../src/ledger/sql/stored-settings.ts';
import { listUsers } from '../../src/ledger/sql/user-lists.ts';
import type { Home } from '../server.ts';
import type { ListQuestion } from './list-questions.ts';
import { explained, type Plan } from './plans.ts';

/** One index for each order works as the others do: a text, and a time that many do not have. */
const sorts = ['userName', 'lastSignInAt'] as const;

export async function listPlansOf(home: Home, questions: readonly ListQuestion[]): Promise<Plan[]> {
  const plans = await explained(home, (dialect, settings) => scriptsOf(dialect, settings, questions));
  const known = new Map<string, { names: string[]; statement: Plan['statements'][number] }>();
  for (const { what, statements } of plans) {
    for (const statement of statements) {
      const key = JSON.stringify(statement);
      const names = known.get(key)?.names ?? [];
      if (!names.includes(what)) known.set(key, { names: [...names, what], statement });
    }
  }
  return [...known.values()].map(({ names, statement }) => ({
    what:
      names.length > 3 ? `${names.slice(0, 3).join('; ')}; and ${names.length - 3} more` : names.join('; '),
    statements: [statement],
  }));
}

function scriptsOf(
  dialect: Dialect,
  settings: StoredSettings,
  questions: readonly ListQuestion[],
): Record<string, () => Script<unknown>> {
  const [provider = ''] = settings.states.keys();
  const scripts: Record<string, () => Script<unknown>> = {};
  for (const by of sorts) {
    for (const { what, filters } of questions) {
      const query = { ...filters, provider, sort: { by, descending: false }, after: null, limit: 50 };
      scripts[`${what}, by ${by}`] = () => listUsers(dialect, settings, query);
    }
  }
  return scripts;
}
