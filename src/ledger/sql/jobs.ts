// Work that outlives a request: kept in the database, done in chunks, each chunk with its progress in one commit. A job
// is taken on a lease; whoever lost it cannot write, so every chunk is done once whatever dies in between.

import { newId } from '../../id.ts';
import type { Cause } from '../../identity/event.ts';
import type { Job, JobKind } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { isFree, leased, leaseRenewed } from './lease.ts';
import { all, one, type Script, write } from './statement.ts';

interface JobColumns {
  id: string;
  kind: JobKind;
  provider: string | null;
  subject: string;
  position: string;
  done: number;
  total: number | null;
  chunks: number;
  cause_kind: Cause['kind'];
  cause: string;
  created_at: number;
  finished_at: number | null;
  outcome: Job['outcome'];
  failures: number;
  last_error: string | null;
}

function readJob(row: JobColumns): Job {
  return {
    id: row.id,
    kind: row.kind,
    provider: row.provider,
    subject: row.subject,
    position: row.position,
    done: row.done,
    total: row.total,
    chunks: row.chunks,
    cause: { kind: row.cause_kind, id: row.cause },
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    failures: row.failures,
    lastError: row.last_error,
  };
}

const columns =
  'id, kind, provider, subject, position, done, total, chunks, cause_kind, cause, created_at, finished_at, outcome, failures, last_error';

export interface NewJob {
  kind: JobKind;
  provider: string | null;
  subject: string;
  /** At most one job ever has this name: work that is due once for all replicas. */
  slot?: string;
}

/** Does nothing where a job of the same kind waits for the same subject, or had the same slot. */
export function* addJob(job: NewJob, cause: Cause, at: number): Script<boolean> {
  const added = yield* write(
    `INSERT INTO jobs (id, kind, provider, subject, slot, position, done, total, chunks, cause_kind, cause, created_at, failures)
     VALUES (?, ?, ?, ?, ?, '', 0, ${totalOf[job.kind]}, 0, ?, ?, ?, 0) ON CONFLICT DO NOTHING`,
    newId(at),
    job.kind,
    job.provider,
    job.subject,
    job.slot ?? null,
    ...totalValues(job),
    cause.kind,
    cause.id,
    at,
  );
  return added > 0;
}

/** What is to be done now takes the place of what was under way: whom that had reached is reached again. */
export function* supersedeJob(job: NewJob, cause: Cause, at: number): Script<void> {
  yield* endJob(job, at);
  yield* addJob(job, cause, at);
}

/** Another does what this one was for. */
export function* endJob({ kind, provider, subject }: NewJob, at: number): Script<void> {
  yield* write(
    `UPDATE jobs SET finished_at = ?, outcome = 'superseded', holder = NULL
     WHERE kind = ? AND provider = ? AND subject = ? AND finished_at IS NULL`,
    at,
    kind,
    provider,
    subject,
  );
}

/** How many there are to do, for progress; counted once. */
const totalOf: Readonly<Record<JobKind, string>> = {
  'resolve-all': '(SELECT count(*) FROM users WHERE provider = ?)',
  'resolve-others': '(SELECT count(*) FROM users WHERE provider = ?)',
  'resolve-members': '(SELECT count(*) FROM memberships WHERE provider = ? AND group_id = ?)',
  'leave-group': '(SELECT count(*) FROM memberships WHERE provider = ? AND group_id = ?)',
  purge: '(SELECT count(*) FROM events WHERE subject = ?)',
  'remove-provider': '(SELECT count(*) FROM users WHERE provider = ?)',
  'end-scim': '(SELECT count(*) FROM users WHERE provider = ?)',
  'forget-provider': 'NULL',
  retention: 'NULL',
};

const perProvider: ReadonlySet<JobKind> = new Set([
  'resolve-all',
  'resolve-others',
  'remove-provider',
  'end-scim',
]);

function totalValues({ kind, provider, subject }: NewJob): (string | null)[] {
  if (perProvider.has(kind)) return [provider];
  if (kind === 'resolve-members' || kind === 'leave-group') return [provider, subject];
  return kind === 'purge' ? [subject] : [];
}

export function isRetiring({ kind }: Pick<Job, 'kind'>): boolean {
  return kind === 'remove-provider' || kind === 'end-scim';
}

// --- doing ------------------------------------------------------------------------------------------------------

/** What a newer version began beside this one is left to it. */
const knownKinds = Object.keys(totalOf)
  .map((kind) => `'${kind}'`)
  .join(', ');

/** The oldest job that nobody works on, from now on held by `holder`; undefined when there is none. */
export function* claimJob(dialect: Dialect, holder: string): Script<Job | undefined> {
  const row = yield* one<JobColumns>(
    `UPDATE jobs SET ${leased(dialect)} WHERE id = (
       SELECT id FROM jobs WHERE finished_at IS NULL AND kind IN (${knownKinds}) AND ${isFree(dialect)}
       ORDER BY created_at, id LIMIT 1 ${dialect.skipLocked}) RETURNING ${columns}`,
    holder,
    holder,
  );
  return row && readJob(row);
}

export interface Progress {
  position: string;
  done: number;
  finished: boolean;
}

/** Another has the job by now, or a newer one took its place: this chunk is void, and nothing is wrong. */
export class JobLost extends Error {
  override readonly name = 'JobLost';
}

/** False when the job was taken over, superseded or advanced meanwhile: then nothing of the chunk may be written. */
export function* advanceJob(
  dialect: Dialect,
  job: Job,
  holder: string,
  to: Progress,
  at: number,
): Script<boolean> {
  const changed = yield* write(
    `UPDATE jobs SET position = ?, done = done + ?, chunks = chunks + 1, ${leaseRenewed(dialect)},
       finished_at = ?, outcome = ?, last_error = NULL
     WHERE id = ? AND holder = ? AND position = ? AND chunks = ? AND finished_at IS NULL`,
    to.position,
    to.done,
    to.finished ? at : null,
    to.finished ? 'done' : null,
    job.id,
    holder,
    job.position,
    job.chunks,
  );
  return changed === 1;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 300_000;

/** A chunk that broke is tried again, later each time; what it said is shown with the job. */
export function* failJob(dialect: Dialect, job: Job, holder: string, error: string): Script<void> {
  const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(job.failures, 10));
  yield* write(
    `UPDATE jobs SET failures = failures + 1, last_error = ?, holder = NULL, lease_until = ${dialect.now} + ${wait}
     WHERE id = ? AND holder = ?`,
    error.slice(0, 500),
    job.id,
    holder,
  );
}

/** Whoever closes lets go of what it holds, so that nobody waits for its lease to run out. */
export function* releaseJobs(holder: string): Script<void> {
  yield* write('UPDATE jobs SET holder = NULL, lease_until = NULL WHERE holder = ?', holder);
}

// --- looking ----------------------------------------------------------------------------------------------------

/** Those under way, then those that ended last. */
export function* listJobs(most: number): Script<Job[]> {
  const rows = yield* all<JobColumns>(
    `SELECT ${columns} FROM jobs ORDER BY finished_at IS NOT NULL, finished_at DESC, created_at DESC, id LIMIT (? + 0)`,
    most,
  );
  return rows.map(readJob);
}

/** One that is waiting or under way. */
export function* findJob({ kind, provider, subject }: NewJob): Script<Job | undefined> {
  const row = yield* one<JobColumns>(
    `SELECT ${columns} FROM jobs WHERE kind = ? AND provider = ? AND subject = ? AND finished_at IS NULL`,
    kind,
    provider,
    subject,
  );
  return row && readJob(row);
}

/** What was done for a removed provider is remembered: it is due once. */
export function* forgetJobs(before: number): Script<number> {
  return yield* write("DELETE FROM jobs WHERE finished_at < ? AND kind <> 'forget-provider'", before);
}

/** Whoever is shown a list waits for the number: with more people than that before it, a job has as many as it has not gone through. */
const ASKED_ONE_BY_ONE = 5_000;

/** Users whose stored access a job has still to reach. */
export function* countStale(): Script<number> {
  const row = yield* one<{ n: number }>(
    `SELECT coalesce(sum(CASE
       WHEN j.total - j.done > ${ASKED_ONE_BY_ONE} THEN j.total - j.done
       WHEN j.kind IN ('resolve-all', 'remove-provider', 'end-scim') THEN (SELECT count(*) FROM users u WHERE u.provider = j.provider AND u.id > j.position
         AND u.removed_at IS NULL AND u.ruleset <> (SELECT p.ruleset FROM providers p WHERE p.id = j.provider))
       WHEN j.kind = 'resolve-others' THEN (SELECT count(*) FROM users u WHERE u.provider = j.provider AND u.id > j.position
         AND u.removed_at IS NULL AND u.aside IS NOT NULL)
       ELSE (SELECT count(*) FROM memberships m WHERE m.provider = j.provider AND m.group_id = j.subject
         AND m.member > j.position AND m.member_kind = 'User') END), 0) AS n
     FROM jobs j WHERE j.finished_at IS NULL AND j.kind IN ('resolve-all', 'remove-provider', 'end-scim', 'resolve-others', 'resolve-members', 'leave-group')`,
  );
  return Number(row?.n ?? 0);
}
