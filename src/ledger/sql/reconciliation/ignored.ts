// Differences that a person said to leave alone.

import type { DriftCategory } from '../../../identity/directory.ts';
import type { EventDraft } from '../../../identity/event.ts';
import type { Change } from '../../ledger.ts';
import type { Ignored, Reconciliations } from '../../reconciliation.ts';
import type { Hands } from '../hands.ts';
import { all, type Script, write } from '../statement.ts';

type OfIgnored = Pick<Reconciliations, 'ignore' | 'unignore' | 'ignored'>;

export function ignorances(hands: Hands): OfIgnored {
  return {
    ignore: (what, by, tell) => hands.write(() => ignore(hands, what, by, tell)),
    unignore: (what, by, tell = []) => hands.write(() => unignore(hands, what, by, tell)),
    ignored: (provider, at) => hands.read(() => readIgnored(provider, at)),
  };
}

function* ignore({ tell }: Hands, what: Ignored, by: Change, drafts: readonly EventDraft[]): Script<void> {
  const { provider, category, whom, about, until, actor, at } = what;
  yield* write(
    `INSERT INTO drift_ignored (provider, category, whom, about, until, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (provider, category, whom, about) DO UPDATE SET until = excluded.until, actor = excluded.actor, at = excluded.at`,
    provider,
    category,
    whom,
    about,
    until,
    actor,
    at,
  );
  yield* tell(drafts, { ...by, provider });
}

function* unignore(
  { tell }: Hands,
  { provider, category, whom, about }: Parameters<Reconciliations['unignore']>[0],
  by: Change,
  drafts: readonly EventDraft[],
): Script<boolean> {
  const gone = yield* write(
    'DELETE FROM drift_ignored WHERE provider = ? AND category = ? AND whom = ? AND about = ?',
    provider,
    category,
    whom,
    about,
  );
  if (gone === 0) return false;
  yield* tell(drafts, { ...by, provider });
  return true;
}

interface IgnoredColumns {
  provider: string;
  category: DriftCategory;
  whom: string;
  about: string;
  until: number | null;
  actor: string;
  at: number;
}

function* readIgnored(provider: string, at: number): Script<Ignored[]> {
  return yield* all<IgnoredColumns>(
    `SELECT provider, category, whom, about, until, actor, at FROM drift_ignored
     WHERE provider = ? AND (until IS NULL OR until > ?) ORDER BY category, whom, about`,
    provider,
    at,
  );
}
