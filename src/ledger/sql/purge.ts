// Forgetting: what is personal of a removed user, and what has become old. What events say stays, without the person.

import { fold } from '../../fold.ts';
import { newId } from '../../id.ts';
import type { Actor, Cause, EventDraft } from '../../identity/event.ts';
import { externalIdOf, signInName } from '../../identity/user.ts';
import { Refusal } from '../../refusal.ts';
import type { Change, Job } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { addJob, type Progress } from './jobs.ts';
import type { Tell } from './origin.ts';
import { forgetDifferences } from './reconciliation/forgetting.ts';
import { readUserRow, type UserColumns, userColumns } from './rows.ts';
import { forgetPerson } from './sign-in/forgetting.ts';
import { all, one, type Script, write } from './statement.ts';

const EVENTS_AT_ONCE = 500;
const REQUESTS_AT_ONCE = 1000;

const system: Actor = { kind: 'system', id: 'job' };

export function* beginPurge(provider: string, id: string, by: Change): Script<void> {
  const row = yield* one<{ removed_at: number | null }>(
    'SELECT removed_at FROM users WHERE provider = ? AND id = ?',
    provider,
    id,
  );
  if (!row) throw new Refusal('notFound', `There is no user with the id ${id.slice(0, 100)}.`);
  if (row.removed_at === null) {
    throw new Refusal('conflict', 'Only a user whom the provider has removed can be purged.');
  }
  const cause: Cause = by.cause ?? { kind: 'command', id: newId(by.at) };
  yield* addJob({ kind: 'purge', provider, subject: id }, cause, by.at);
}

/** Erases what events say of the user, then the requests that name them, then the record itself. */
export function* purgeChunk(dialect: Dialect, tell: Tell, job: Job, at: number): Script<Progress> {
  const atRequest = placeInRequests(job.position);
  if (atRequest === null) {
    const last = yield* eraseEvents(job.subject, Number(job.position || 0));
    if (last) return { position: String(last.position), done: last.erased, finished: false };
    return { position: requestsFrom(''), done: 0, finished: false };
  }
  const row = yield* one<UserColumns>(
    `SELECT ${userColumns} FROM users u WHERE u.provider = ? AND u.id = ?`,
    job.provider,
    job.subject,
  );
  const last = row ? yield* eraseRequests(dialect, row, atRequest) : null;
  if (last !== null) return { position: requestsFrom(last), done: 0, finished: false };
  // Of a removed group whose members leave by a job that has not come to this one.
  yield* write('DELETE FROM memberships WHERE provider = ? AND member = ?', job.provider, job.subject);
  yield* write('DELETE FROM users WHERE provider = ? AND id = ?', job.provider, job.subject);
  if (row) {
    const externalId = externalIdOf(readUserRow(row));
    yield* forgetDifferences(row.provider, row.id, externalId);
    yield* forgetPerson(row.provider, row.id, externalId, at);
  }
  const draft: EventDraft = { type: 'user.purged', subject: { kind: 'user', id: job.subject } };
  yield* tell([draft], { at, provider: job.provider, actor: system, cause: job.cause });
  return { position: job.position, done: 0, finished: true };
}

const REQUESTS = 'requests ';

function requestsFrom(id: string): string {
  return `${REQUESTS}${id}`;
}

/** null while the job is still among the events. */
function placeInRequests(position: string): string | null {
  return position.startsWith(REQUESTS) ? position.slice(REQUESTS.length) : null;
}

function* eraseEvents(
  subject: string,
  from: number,
): Script<{ position: number; erased: number } | undefined> {
  const events = yield* all<{ position: number }>(
    'SELECT position FROM events WHERE subject = ? AND position > ? ORDER BY position LIMIT (? + 0)',
    subject,
    from,
    EVENTS_AT_ONCE,
  );
  const last = events.at(-1);
  if (!last) return undefined;
  // Data and its salt together: the chain of hashes stays whole, and nobody can guess what stood there.
  yield* write(
    'UPDATE events SET data = NULL, salt = NULL WHERE subject = ? AND position > ? AND position <= ?',
    subject,
    from,
    last.position,
  );
  return { position: last.position, erased: events.length };
}

/** Those about the user, and those that name them: look-ups, refused requests, parts of a Bulk. */
function* eraseRequests(dialect: Dialect, row: UserColumns, from: string): Script<string | null> {
  const ids = yield* all<{ id: string }>(
    'SELECT id FROM requests WHERE id > ? ORDER BY id LIMIT (? + 0)',
    from,
    REQUESTS_AT_ONCE,
  );
  const last = ids.at(-1);
  if (!last) return null;
  const said =
    "bifrost_fold(path || ' ' || action || ' ' || coalesce(body, '') || ' ' || coalesce(detail, ''))";
  const names = namesOf(row);
  const named = names.map(() => `${dialect.position}(${said}, ?) > 0`);
  yield* write(
    `DELETE FROM requests WHERE id > ? AND id <= ? AND (provider = ? OR provider IS NULL) AND (${['resource = ?', ...named].join(' OR ')})`,
    from,
    last.id,
    row.provider,
    row.id,
    ...names,
  );
  return last.id;
}

const SHORTEST_NAME = 4;

/** By what the user can be told from others, folded, as bodies have it and as addresses do. */
function namesOf(row: UserColumns): string[] {
  const user = readUserRow(row);
  const emails = Array.isArray(user.document.emails) ? user.document.emails : [];
  const names = [
    String(user.document.userName),
    signInName(user),
    externalIdOf(user),
    ...emails.map((each) => (each as { value?: unknown }).value),
  ];
  const texts = names.filter(
    (each): each is string => typeof each === 'string' && each.length >= SHORTEST_NAME,
  );
  return [...new Set(texts.flatMap((text) => [fold(text), fold(encodeURIComponent(text))]))];
}
