// Runs: one under way for each provider, worked on by one process at a time.

import { Refusal } from '../../../refusal.ts';
import type { Change } from '../../ledger.ts';
import type { NewRun, Reconciliations, Run, RunOutcome, RunPhase } from '../../reconciliation.ts';
import type { Dialect } from '../dialect.ts';
import { counted } from '../events.ts';
import type { Hands } from '../hands.ts';
import { isFree, leased, leaseRenewed } from '../lease.ts';
import { all, listMarks, marks, one, type Script, type Value, write } from '../statement.ts';

interface RunColumns {
  id: string;
  provider: string;
  channel: Run['channel'];
  mode: Run['mode'];
  scope: Run['scope'];
  filter: string | null;
  preview: number;
  begun_by: Run['trigger'];
  actor: string;
  started_at: number;
  phase: RunPhase;
  position: string;
  counts: string;
  outcome: RunOutcome | null;
  problems: string;
  finished_at: number | null;
}

const columns =
  'id, provider, channel, mode, scope, filter, preview, begun_by, actor, started_at, phase, position, counts, outcome, problems, finished_at';

/** Word for word as the index has it. */
export const underWay = "phase NOT IN ('waiting', 'done')";

type OfRuns = Pick<Reconciliations, 'begin' | 'find' | 'list' | 'latest' | 'take' | 'advance' | 'release'>;

export function runs(hands: Hands): OfRuns {
  const { dialect } = hands;
  return {
    begin: (run, by, tell, unlessSince) => hands.write(() => begin(hands, run, by, tell, unlessSince)),
    find: (id) => hands.read(() => find(id)),
    list: (query) => hands.read(() => list(query)),
    latest: (provider, channel, outcomes) => hands.read(() => latest(provider, channel, outcomes)),
    take: (holder) => hands.write(() => take(dialect, holder)),
    advance: (run, holder, to) => hands.write(() => advanceRun(dialect, run, holder, to)),
    release: (holder) => hands.write(() => release(holder)),
  };
}

// --- beginning --------------------------------------------------------------------------------------------------

function* begin(
  { dialect, tell }: Hands,
  run: NewRun,
  by: Change,
  drafts: Parameters<Reconciliations['begin']>[2],
  unlessSince?: number,
): Script<Run | null> {
  const { provider, channel } = run;
  // Whoever begins another waits here, and sees this one.
  const there = yield* one(`SELECT 1 AS there FROM providers WHERE id = ? ${dialect.held}`, provider);
  if (!there) throw new Refusal('notFound', `There is no provider ${provider}.`);
  if (unlessSince !== undefined) {
    const since = yield* one(
      'SELECT 1 AS there FROM reconciliations WHERE provider = ? AND channel = ? AND started_at > ? LIMIT 1',
      provider,
      channel,
      unlessSince,
    );
    if (since) return null;
  }
  const row = yield* one<RunColumns>(
    `INSERT INTO reconciliations (${columns}) VALUES ${marks(1, 16)} ON CONFLICT DO NOTHING RETURNING ${columns}`,
    ...newRow(run, by),
  );
  if (!row) return null;
  yield* write(
    `UPDATE reconciliations SET phase = 'done', outcome = 'discarded', finished_at = ?
     WHERE provider = ? AND phase = 'waiting'`,
    by.at,
    provider,
  );
  yield* tell(drafts, { ...by, provider });
  return readRun(row);
}

function newRow(run: NewRun, { actor }: Change): Value[] {
  return [
    run.id,
    run.provider,
    run.channel,
    run.mode,
    run.scope,
    run.filter && JSON.stringify(run.filter),
    run.preview ? 1 : 0,
    run.trigger,
    `${actor.kind}:${actor.id}`,
    run.startedAt,
    'reading' satisfies RunPhase,
    '',
    '{}',
    null,
    '[]',
    null,
  ];
}

// --- looking ----------------------------------------------------------------------------------------------------

function* find(id: string): Script<Run | null> {
  const row = yield* one<RunColumns>(`SELECT ${columns} FROM reconciliations WHERE id = ?`, id);
  return row ? readRun(row) : null;
}

function* list({
  provider,
  channel,
  after,
  limit,
}: Parameters<Reconciliations['list']>[0]): ReturnType<typeof listed> {
  const conditions: [string, string][] = [];
  if (provider !== undefined) conditions.push(['provider = ?', provider]);
  if (channel !== undefined) conditions.push(['channel = ?', channel]);
  return yield* listed(conditions, after, limit);
}

function* listed(
  conditions: readonly [string, string][],
  after: string | null,
  limit: number,
): Script<Awaited<ReturnType<Reconciliations['list']>>> {
  const from = (more: readonly [string, string][]) => ({
    sql: `reconciliations WHERE ${['TRUE', ...more.map(([where]) => where)].join(' AND ')}`,
    values: more.map(([, value]) => value),
  });
  const page = from(after === null ? conditions : [...conditions, ['id < ?', after]]);
  const rows = yield* all<RunColumns>(
    `SELECT ${columns} FROM ${page.sql} ORDER BY id DESC LIMIT (? + 0)`,
    ...page.values,
    limit + 1,
  );
  const whole = from(conditions);
  const items = rows.slice(0, limit).map(readRun);
  const next = rows.length > limit ? items.at(-1)!.id : null;
  return { items, next, ...(yield* counted(`SELECT 1 AS one FROM ${whole.sql}`, whole.values)) };
}

function* latest(
  provider: string,
  channel: Run['channel'],
  outcomes: readonly RunOutcome[],
): Script<Run | null> {
  const row = yield* one<RunColumns>(
    `SELECT ${columns} FROM reconciliations
     WHERE provider = ? AND channel = ? AND phase = 'done' AND outcome IN (${listMarks(outcomes.length)})
     ORDER BY started_at DESC, id DESC LIMIT 1`,
    provider,
    channel,
    ...outcomes,
  );
  return row ? readRun(row) : null;
}

/** Whose run it is. */
export function* providerOf(run: string): Script<string | null> {
  const row = yield* one<{ provider: string }>('SELECT provider FROM reconciliations WHERE id = ?', run);
  return row?.provider ?? null;
}

// --- working ----------------------------------------------------------------------------------------------------

function* take(dialect: Dialect, holder: string): Script<Run | null> {
  const row = yield* one<RunColumns>(
    `UPDATE reconciliations SET ${leased(dialect)} WHERE id = (
       SELECT id FROM reconciliations WHERE ${underWay} AND ${isFree(dialect)}
       ORDER BY started_at, id LIMIT 1 ${dialect.skipLocked}) RETURNING ${columns}`,
    holder,
    holder,
  );
  return row ? readRun(row) : null;
}

export type RunProgress = Partial<Pick<Run, 'phase' | 'position' | 'counts' | 'problems'>>;

/** False when another holds it by now, or it has ended: then nothing may be written for it. */
export function* advanceRun(
  dialect: Dialect,
  run: string,
  holder: string,
  { phase, position, counts, problems }: RunProgress = {},
): Script<boolean> {
  const changed = yield* write(
    `UPDATE reconciliations SET ${leaseRenewed(dialect)}, phase = coalesce(?, phase), position = coalesce(?, position),
       counts = coalesce(?, counts), problems = coalesce(?, problems)
     WHERE id = ? AND holder = ? AND ${underWay}`,
    phase ?? null,
    position ?? null,
    counts ? JSON.stringify(counts) : null,
    problems ? JSON.stringify(problems) : null,
    run,
    holder,
  );
  return changed === 1;
}

function* release(holder: string): Script<void> {
  for (const table of ['reconciliations', 'held_batches']) {
    yield* write(`UPDATE ${table} SET holder = NULL, lease_until = NULL WHERE holder = ?`, holder);
  }
}

function readRun(row: RunColumns): Run {
  return {
    id: row.id,
    provider: row.provider,
    channel: row.channel,
    mode: row.mode,
    scope: row.scope,
    filter: row.filter === null ? null : (JSON.parse(row.filter) as Record<string, string>),
    preview: row.preview === 1,
    trigger: row.begun_by,
    startedAt: row.started_at,
    phase: row.phase,
    position: row.position,
    counts: JSON.parse(row.counts) as Record<string, unknown>,
    outcome: row.outcome,
    problems: JSON.parse(row.problems) as string[],
    finishedAt: row.finished_at,
    actor: row.actor,
  };
}
