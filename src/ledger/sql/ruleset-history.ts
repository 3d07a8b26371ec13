// The rules that a provider has had, as both engines keep them.

import type { Actor } from '../../identity/event.ts';
import type { RulesetHistory, StoredRuleset } from '../ruleset-history.ts';
import type { Hands } from './hands.ts';
import { all, one, type Script } from './statement.ts';
import { type RulesetColumns, readRuleset } from './stored-settings.ts';

interface StoredColumns extends RulesetColumns {
  number: number;
  at: number;
  actor: string;
}

const columns = 'number, strategy, rules, scim_attributes, at, actor';
const LARGEST = Number.MAX_SAFE_INTEGER;

export function rulesetHistory({ read }: Pick<Hands, 'read'>): RulesetHistory {
  return {
    rulesets: (provider, query) => read(() => list(provider, query)),
    rulesetOf: (provider, number) => read(() => find(provider, number)),
  };
}

function* list(
  provider: string,
  { before, limit }: { before: number | null; limit: number },
): Script<{ items: StoredRuleset[]; next: number | null; total: number }> {
  const rows = yield* all<StoredColumns>(
    `SELECT ${columns} FROM rulesets WHERE provider = ? AND number < ? ORDER BY number DESC LIMIT (? + 0)`,
    provider,
    before ?? LARGEST,
    limit + 1,
  );
  const items = rows.slice(0, limit).map((row) => readStored(provider, row));
  const counted = yield* one<{ n: number }>(
    'SELECT count(*) AS n FROM rulesets WHERE provider = ?',
    provider,
  );
  return { items, next: rows.length > limit ? items.at(-1)!.number : null, total: counted!.n };
}

function* find(provider: string, number: number): Script<StoredRuleset | null> {
  const row = yield* one<StoredColumns>(
    `SELECT ${columns} FROM rulesets WHERE provider = ? AND number = ?`,
    provider,
    number,
  );
  return row ? readStored(provider, row) : null;
}

function readStored(provider: string, row: StoredColumns): StoredRuleset {
  const [kind, ...id] = row.actor.split(':');
  const actor = { kind: kind as Actor['kind'], id: id.join(':') };
  return { ...readRuleset(provider, row.number, row), at: row.at, actor };
}
