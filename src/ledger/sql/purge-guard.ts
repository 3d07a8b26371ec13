// Purges begin here: at once, or, where more would be erased in a day than the guard of the provider lets pass, once a person
// has approved the batch that holds them. What was counted, held and begun is one commit.

import { newId } from '../../id.ts';
import type { Cause, EventDraft } from '../../identity/event.ts';
import { exceedsGuard } from '../../identity/guard.ts';
import type { Provider } from '../../identity/provider.ts';
import { Refusal } from '../../refusal.ts';
import type { Change, Job } from '../ledger.ts';
import type { Batch, PurgeBody } from '../reconciliation.ts';
import { addJob, type Progress } from './jobs.ts';
import type { Tell } from './origin.ts';
import { stateOf } from './providers.ts';
import {
  batchesOf,
  countActive,
  findBatch,
  hold,
  moveBatch,
  noteTaken,
  taken,
} from './reconciliation/held-batches.ts';
import { all, one, type Script, write } from './statement.ts';
import { readSettings } from './stored-settings.ts';

const DAY_MS = 86_400_000;
/** Users in one batch: what it begins, it begins in one commit. */
const BATCH_USERS = 2_000;
/** Of the users removed long ago, purges begun in one commit. */
const PEOPLE_AT_ONCE = 100;

/** The batch that holds it; null where it begins. */
export function* askPurge(tell: Tell, provider: string, id: string, by: Change): Script<Batch | null> {
  const row = yield* one<{ removed_at: number | null }>(
    'SELECT removed_at FROM users WHERE provider = ? AND id = ?',
    provider,
    id,
  );
  if (!row) throw new Refusal('notFound', `There is no user with the id ${id.slice(0, 100)}.`);
  if (row.removed_at === null) {
    throw new Refusal('conflict', 'Only a user whom the provider has removed can be purged.');
  }
  const state = yield* stateOf(provider);
  const cause: Cause = by.cause ?? { kind: 'command', id: newId(by.at) };
  if (yield* isUnderWay(provider, id)) return null;
  const [held] = yield* batchesOf(provider, 'purge', ['held']);
  if (held && usersOf(held).includes(id)) return held;
  if (state && (yield* isTooMuch(state.provider, 1, by.at))) {
    return yield* holdPurges(tell, state.provider, [id], { ...by, cause });
  }
  yield* begin(provider, [id], cause, by.at);
  yield* noteTaken(provider, 'purge', 1, by.at);
  return null;
}

/** Whoever was approved by a person does not count in the day. */
export function* beginHeldPurges(tell: Tell, id: string, by: Change): Script<boolean> {
  const batch = yield* findBatch(id);
  if (batch?.source !== 'purge') return false;
  const cause: Cause = { kind: 'batch', id };
  const users = usersOf(batch);
  const moved = yield* moveBatch({ state: 'applied', done: users.length }, id, ['held'], by);
  if (!moved) return false;
  yield* begin(batch.provider, users, cause, by.at);
  const subject = { kind: 'batch' as const, id };
  const data = { source: batch.source, people: batch.people };
  const types = ['batch.approved', 'batch.applied'] as const;
  yield* tell(
    types.map((type) => ({ type, subject, data })),
    { ...by, provider: batch.provider },
  );
  return true;
}

/**
 * One step of the hour's work on whoever was removed before that time, provider after provider; null when none is left. Whom
 * somebody dropped from a batch is left alone.
 */
export function* purgeExpired(tell: Tell, job: Job, before: number, at: number): Script<Progress | null> {
  const { states } = yield* readSettings();
  const next = [...states.keys()].sort().find((id) => id > job.position);
  if (next === undefined) return null;
  const { provider } = states.get(next)!;
  const decided = (yield* batchesOf(next, 'purge', ['held', 'dropped'])).flatMap(usersOf);
  const expired = yield* expiredOf(next, before, new Set(decided));
  const isHeld = yield* isTooMuch(provider, expired.length, at);
  const some = isHeld ? expired : expired.slice(0, PEOPLE_AT_ONCE);
  if (isHeld) {
    const actor = { kind: 'system' as const, id: 'retention' };
    yield* holdPurges(tell, provider, expired, { at, actor, cause: job.cause });
  } else if (some.length > 0) {
    yield* begin(next, some, job.cause, at);
    yield* noteTaken(next, 'purge', some.length, at);
  }
  // Of a provider with more than these the rest is looked for once more.
  const position = some.length < expired.length ? job.position : next;
  return { position, done: isHeld ? 0 : some.length, finished: false };
}

function* expiredOf(provider: string, before: number, without: ReadonlySet<string>): Script<string[]> {
  const rows = yield* all<{ id: string }>(
    `SELECT u.id FROM users u WHERE u.provider = ? AND u.status = 'removed' AND u.removed_at < ?
       AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'purge' AND j.provider = u.provider AND j.subject = u.id
         AND j.finished_at IS NULL)
     ORDER BY u.id LIMIT (? + 0)`,
    provider,
    before,
    BATCH_USERS + without.size,
  );
  return rows
    .map(({ id }) => id)
    .filter((id) => !without.has(id))
    .slice(0, BATCH_USERS);
}

function* isUnderWay(provider: string, id: string): Script<boolean> {
  const job = yield* one(
    "SELECT 1 AS there FROM jobs WHERE kind = 'purge' AND provider = ? AND subject = ? AND finished_at IS NULL",
    provider,
    id,
  );
  return job !== undefined;
}

/**
 * They are no active users any more, and are counted beside those who are: so many are to be erased of so many who are or were
 * there. The first one of a day is no wave.
 */
function* isTooMuch({ id, settings }: Provider, asked: number, at: number): Script<boolean> {
  const purged = asked + (yield* taken(id, 'purge', at - DAY_MS));
  if (asked === 0 || purged === 1) return false;
  const active = purged + (yield* countActive(id));
  return exceedsGuard(settings.guard, { taken: purged, active });
}

function* begin(provider: string, users: readonly string[], cause: Cause, at: number): Script<void> {
  for (const subject of users) yield* addJob({ kind: 'purge', provider, subject }, cause, at);
}

// --- holding ----------------------------------------------------------------------------------------------------

function usersOf({ body }: Batch): readonly string[] {
  return (body as unknown as PurgeBody).users;
}

/** In the batch of the provider that waits already, or in a new one. Joining one is no news. */
function* holdPurges(
  tell: Tell,
  { id: provider, settings }: Provider,
  asked: readonly string[],
  by: Change,
): Script<Batch> {
  const [held] = yield* batchesOf(provider, 'purge', ['held']);
  const users = [...new Set([...(held ? usersOf(held) : []), ...asked])];
  if (users.length > BATCH_USERS) {
    if (held && by.actor.id === 'retention') return held;
    const detail = `${usersOf(held!).length} purges wait in one batch: decide on it first.`;
    throw new Refusal('conflict', detail, {
      batch: held!.id,
      advice: `Decide on it: bifrost batch show ${held!.id}`,
    });
  }
  const takenBefore = yield* taken(provider, 'purge', by.at - DAY_MS);
  const body = { limits: settings.guard, takenBefore, users } satisfies PurgeBody;
  if (held) {
    yield* write(
      'UPDATE held_batches SET people = ?, body = ?, revision = revision + 1 WHERE id = ?',
      users.length,
      JSON.stringify(body),
      held.id,
    );
    return (yield* findBatch(held.id))!;
  }
  const id = newId(by.at);
  const active = yield* countActive(provider);
  const batch = {
    id,
    provider,
    source: 'purge' as const,
    origin: by.cause!.id,
    people: users.length,
    active,
  };
  const data = { source: batch.source, people: batch.people, active };
  const news: EventDraft = { type: 'batch.held', subject: { kind: 'batch', id }, data };
  yield* hold({ tell }, { ...batch, body, createdAt: by.at }, by, [news]);
  return (yield* findBatch(id))!;
}
