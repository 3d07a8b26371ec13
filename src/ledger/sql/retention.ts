// What has become old: request rows, deliveries of webhooks, sessions past their cap, reports, users removed long ago, people of providers that were
// removed long ago, jobs that nobody asks for any more. Each kind of person is a job of its own, begun from here.

import type { Job, Retention } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { addJob, forgetJobs, type Progress } from './jobs.ts';
import type { Tell } from './origin.ts';
import { purgeExpired } from './purge-guard.ts';
import { forgetOldDifferences } from './reconciliation/forgetting.ts';
import { forgetRequests } from './requests.ts';
import { forgetOver } from './sign-in/forgetting.ts';
import { all, one, type Script, write } from './statement.ts';
import { forgetDeliveries } from './webhooks/deliveries.ts';

const REQUESTS_AT_ONCE = 1000;
const POSITIONS_AT_ONCE = 5000;

/** How old is old, at a time. */
export type Ages = (at: number) => Retention;

export function* retentionChunk(
  dialect: Dialect,
  tell: Tell,
  job: Job,
  ages: Ages,
  at: number,
): Script<Progress> {
  // A clock that runs ahead must not erase anybody: of ours and the database's the earlier counts.
  const clock = yield* one<{ now: number }>(`SELECT ${dialect.now} AS now`);
  const now = Math.min(at, clock?.now ?? at);
  const { requestsBefore, removedUsersBefore } = ages(now);
  const forgotten =
    (yield* forgetRequests(requestsBefore, REQUESTS_AT_ONCE)) +
    (yield* forgetDeliveries(requestsBefore, REQUESTS_AT_ONCE)) +
    (yield* forgetOver(now)) +
    (yield* forgetOldDifferences(now));
  if (forgotten > 0) return { position: job.position, done: forgotten, finished: false };
  const purging = yield* purgeExpired(tell, job, removedUsersBefore, at);
  if (purging) return purging;
  yield* forgetRemovedProviders(job, removedUsersBefore, at);
  yield* forgetJobs(requestsBefore);
  return { position: job.position, done: 0, finished: true };
}

/** Its people went with it; what events say of them goes when they would have been purged. */
function* forgetRemovedProviders(job: Job, before: number, at: number): Script<void> {
  const removed = yield* all<{ position: number; subject: string; data: string | null }>(
    "SELECT position, subject, data FROM events WHERE type = 'provider.removed' AND at < ?",
    before,
  );
  for (const { position, subject, data } of removed) {
    if (hasKeptPeople(data)) continue;
    const slot = `forget-provider ${position}`;
    yield* addJob(
      { kind: 'forget-provider', provider: null, subject: `${position} ${subject}`, slot },
      job.cause,
      at,
    );
  }
}

/** Those who were kept are there, with what is told of them; they go with a later removal, or one by one. */
function hasKeptPeople(data: string | null): boolean {
  const { people } = JSON.parse(data ?? '{}') as { people?: string };
  return people === 'keep' || people === 'suspend';
}

/** Erases what events up to its removal say of a provider's people, by and by. */
export function* forgetProviderChunk(job: Job): Script<Progress> {
  const [removedAt, provider] = [Number.parseInt(job.subject, 10), job.subject.replace(/^\d+ /, '')];
  const from = Number(job.position || 0);
  const upTo = Math.min(from + POSITIONS_AT_ONCE, removedAt);
  const erased = yield* write(
    `UPDATE events SET data = NULL, salt = NULL
     WHERE position > ? AND position <= ? AND provider = ? AND subject_kind = 'user' AND data IS NOT NULL`,
    from,
    upTo,
    provider,
  );
  return { position: String(upTo), done: erased, finished: upTo >= removedAt };
}
