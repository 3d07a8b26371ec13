// Forgetting: what is personal of a removed user, and what has become old. What events say stays, without the person.

import { newId } from '../../id.ts';
import type { Actor, Cause, EventDraft } from '../../identity/event.ts';
import { Refusal } from '../../refusal.ts';
import type { Change, Job, Retention } from '../ledger.ts';
import { addJob, forgetJobs, type Progress } from './jobs.ts';
import type { Tell } from './origin.ts';
import { forgetRequests } from './requests.ts';
import { all, one, type Script, write } from './statement.ts';

const EVENTS_AT_ONCE = 500;
const REQUESTS_AT_ONCE = 1000;
const PEOPLE_AT_ONCE = 100;

const system: Actor = { kind: 'system', id: 'job' };

export function* beginPurge(id: string, by: Change): Script<void> {
  const row = yield* one<{ provider: string; removed_at: number | null }>(
    'SELECT provider, removed_at FROM users WHERE id = ?',
    id,
  );
  if (!row) throw new Refusal('notFound', `There is no user with the id ${id.slice(0, 100)}.`);
  if (row.removed_at === null) {
    throw new Refusal('conflict', 'Only a user whom the provider has removed can be purged.');
  }
  const cause: Cause = by.cause ?? { kind: 'command', id: newId(by.at) };
  yield* addJob({ kind: 'purge', provider: row.provider, subject: id }, cause, by.at);
}

/** Erases what events say of the user, then the requests about them, then the record itself. */
export function* purgeChunk(tell: Tell, job: Job, at: number): Script<Progress> {
  const { subject, provider } = job;
  const from = Number(job.position || 0);
  const events = yield* all<{ position: number }>(
    'SELECT position FROM events WHERE subject = ? AND position > ? ORDER BY position LIMIT (? + 0)',
    subject,
    from,
    EVENTS_AT_ONCE,
  );
  const last = events.at(-1);
  if (last) {
    // Data and its salt together: the chain of hashes stays whole, and nobody can guess what stood there.
    yield* write(
      'UPDATE events SET data = NULL, salt = NULL WHERE subject = ? AND position > ? AND position <= ?',
      subject,
      from,
      last.position,
    );
    return { position: String(last.position), done: events.length, finished: false };
  }
  yield* write('DELETE FROM requests WHERE resource = ?', subject);
  // Of a removed group whose members leave by a job that has not come to this one.
  yield* write('DELETE FROM memberships WHERE provider = ? AND member = ?', provider, subject);
  yield* write('DELETE FROM users WHERE provider = ? AND id = ?', provider, subject);
  const draft: EventDraft = { type: 'user.purged', subject: { kind: 'user', id: subject } };
  yield* tell([draft], { at, provider, actor: system, cause: job.cause });
  return { position: job.position, done: 0, finished: true };
}

/** Old request rows, then users removed long ago (each a job of its own), then jobs that nobody asks for any more. */
export function* retentionChunk(job: Job, ages: Retention, at: number): Script<Progress> {
  const forgotten = yield* forgetRequests(ages.requestsBefore, REQUESTS_AT_ONCE);
  if (forgotten > 0) return { position: job.position, done: forgotten, finished: false };
  const expired = yield* all<{ id: string; provider: string }>(
    `SELECT id, provider FROM users WHERE status = 'removed' AND removed_at < ? AND id > ? ORDER BY id LIMIT (? + 0)`,
    ages.removedUsersBefore,
    job.position,
    PEOPLE_AT_ONCE,
  );
  for (const { id, provider } of expired) {
    yield* addJob({ kind: 'purge', provider, subject: id }, job.cause, at);
  }
  if (expired.length > 0) return { position: expired.at(-1)!.id, done: expired.length, finished: false };
  yield* forgetJobs(ages.requestsBefore);
  return { position: job.position, done: 0, finished: true };
}
