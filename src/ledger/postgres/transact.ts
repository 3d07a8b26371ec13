// One operation: load, decide, commit; again when something came between. An answer that was lost on the way is not
// guessed at: the request's own row says whether its change is there.

import { newId } from '../../id.ts';
import type { ChangeSet } from '../../identity/change-set.ts';
import { Refusal } from '../../refusal.ts';
import type { Decision, Operation, RequestRow } from '../ledger.ts';
import { LinkTaken } from '../sign-in.ts';
import { supersedeJob } from '../sql/jobs.ts';
import { one, write } from '../sql/statement.ts';
import { groupNameTaken, userNameTaken } from '../sql/taken-names.ts';
import type { LedgerWatch } from '../watch.ts';
import { commitValues, groupsWritten, peopleWritten } from './change-set-json.ts';
import { brokenIndex, CommitUnknown, isAway, isConflict, isLinkTaken, STALE } from './database-error.ts';
import { type Extra, type LoadedMoment, type loader, NeedsMore } from './load.ts';
import type { Connection, Pool } from './pool.ts';
import { runOn } from './run-script.ts';
import { lockSettings, moveVersion, type Snapshot, shareSettings } from './settings.ts';

/** Longer than a commit may wait for the locks of others. */
const COMMIT_MS = 20_000;
const COMMIT = 'SELECT bifrost_commit($1::jsonb, $2, $3)';
/** Beyond this the same people are being written faster than anybody can decide: the provider tries later. */
const DECIDED_AT_MOST = 60;
const DECIDED_WITHIN_MS = 15_000;
const LONGEST_PAUSE_MS = 100;

/**
 * After so many conflicts those whom a change is about are held while it is decided: many people whom others write all
 * the time are never all of them still for as long as a decision takes.
 */
const HELD_AFTER = 4;
const HOLD_PEOPLE =
  'SELECT 1 FROM users WHERE provider = $1 AND id = ANY($2::text[]) ORDER BY id FOR NO KEY UPDATE';
const HOLD_GROUPS =
  'SELECT 1 FROM directory_groups WHERE provider = $1 AND id = ANY($2::text[]) ORDER BY id FOR NO KEY UPDATE';

/** The decision of one try, from when on it may be in the database. */
interface Try<Answer> {
  sent?: Decision<Answer>;
}

export interface Heard {
  /** A change was committed. */
  committed(beganJob: boolean): void;
  /** A request without a change, to be logged with the next batch. */
  ride(request: RequestRow): void;
}

export function transactor(pool: Pool, load: ReturnType<typeof loader>, heard: Heard, watch?: LedgerWatch) {
  /** Loads until the decision has all that it asks for. */
  async function decided<Answer>(
    operation: Operation<Answer>,
    on: Pool | Connection = pool,
  ): Promise<{ decision: Decision<Answer>; moment: LoadedMoment }> {
    let extra: Partial<Extra> = {};
    for (;;) {
      const moment = await load(operation.provider, operation.needs, extra, on);
      try {
        return { decision: operation.decide(moment.loaded), moment };
      } catch (error) {
        if (!(error instanceof NeedsMore)) throw error;
        const members = [...(extra.members ?? []), ...(error.more.members ?? [])];
        extra = { ...extra, ...error.more, members };
      }
    }
  }

  async function commit(changes: ChangeSet, snapshot: Snapshot, request: RequestRow | undefined) {
    if (changes.jobs.length === 0) {
      await pool.query(COMMIT, valuesFor(changes, snapshot, request), COMMIT_MS);
      return;
    }
    await pool.transaction(async (connection) => {
      await lockSettings(connection);
      await commitWithin(connection, changes, snapshot, request);
    });
  }

  /** Decided beside everybody else, and committed unless something came between. */
  async function freely<Answer>(operation: Operation<Answer>, now: Try<Answer>): Promise<Decision<Answer>> {
    const { decision, moment } = await decided(operation);
    if (decision.changes) {
      now.sent = decision;
      const begunMs = performance.now();
      await commit(decision.changes, moment.snapshot, decision.request);
      watch?.committed(performance.now() - begunMs, 1);
    }
    return decision;
  }

  /** Decided and committed while nobody else writes those whom the try before was about. */
  async function holding<Answer>(
    operation: Operation<Answer>,
    before: ChangeSet,
    now: Try<Answer>,
  ): Promise<Decision<Answer>> {
    const beginsJob = before.jobs.length > 0;
    return pool.transaction(async (connection) => {
      await (beginsJob ? lockSettings(connection) : shareSettings(connection));
      await connection.query(HOLD_PEOPLE, [operation.provider, peopleWritten(before)]);
      await connection.query(HOLD_GROUPS, [operation.provider, groupsWritten(before)]);
      const { decision, moment } = await decided(operation, connection);
      if (decision.changes) {
        now.sent = decision;
        // The settings are to be held alone for that: once more, knowing it.
        if (decision.changes.jobs.length > 0 && !beginsJob) throw stale('a job begins');
        await commitWithin(connection, decision.changes, moment.snapshot, decision.request);
      }
      return decision;
    });
  }

  /** True when a change is in the database, by the row of its request or the session that began with it. */
  async function isThere({ request, changes }: Decision<unknown>): Promise<boolean> {
    const session = changes?.signIn?.session;
    const asked = request
      ? one('SELECT 1 AS there FROM requests WHERE id = ?', request.id)
      : session && one('SELECT 1 AS there FROM sessions WHERE hash = ?', session.hash);
    return asked !== undefined && (await runOn(pool, asked)) !== undefined;
  }

  async function transact<Answer>(operation: Operation<Answer>, sinceMs: number): Promise<Answer> {
    // What was sent while the connection broke: it may have been committed.
    let sent: Decision<Answer> | null = null;
    let conflicts = 0;
    /** What met the last conflict. */
    let before: ChangeSet | null = null;
    const deadline = performance.now() + DECIDED_WITHIN_MS;
    return pool.patiently(async () => {
      for (;;) {
        if (sent && (await isThere(sent))) return done(sent);
        const now: Try<Answer> = {};
        try {
          const isHeld = before !== null && conflicts >= HELD_AFTER;
          const decision = await (isHeld ? holding(operation, before!, now) : freely(operation, now));
          if (decision.changes) return done(decision);
          if (decision.request) heard.ride(decision.request);
          return decision.answer;
        } catch (caught) {
          const error = now.sent?.changes ? refused(caught, now.sent.changes) : caught;
          if (now.sent && (isAway(error) || error instanceof CommitUnknown)) {
            sent = now.sent;
            throw error instanceof CommitUnknown ? error.cause : error;
          }
          if (sent && repeatsItself(error)) return done(sent);
          // The first try was committed after all, between the look and the load.
          if (sent && error instanceof Refusal && (await isThere(sent))) return done(sent);
          if (!isConflict(error)) throw error;
          before = now.sent?.changes ?? before;
          if (++conflicts >= DECIDED_AT_MOST || performance.now() > deadline) throw tooBusy(error);
          await pause(conflicts);
        }
      }
    }, sinceMs);
  }

  function done<Answer>(decision: Decision<Answer>): Answer {
    // What takes little, such as a token's use, says little of a disk.
    pool.full.wrote();
    heard.committed((decision.changes?.jobs.length ?? 0) > 0);
    return decision.answer;
  }

  return { transact };
}

function valuesFor(changes: ChangeSet, { stored, version }: Snapshot, request: RequestRow | undefined) {
  const { provider } = stored.states.get(changes.provider)!;
  const nameIsUnique = provider.settings.groupsMatchedBy !== 'externalId';
  return commitValues(changes, { version, nameIsUnique }, request);
}

/** Within a transaction that holds the settings alone: the change, its jobs, and the number of the settings. */
export async function commitWithin(
  connection: Parameters<typeof lockSettings>[0],
  changes: ChangeSet,
  snapshot: Snapshot,
  request?: RequestRow,
): Promise<void> {
  await connection.query(COMMIT, valuesFor(changes, snapshot, request));
  if (changes.jobs.length === 0) return;
  const { provider, at } = changes;
  const cause = changes.cause ?? { kind: 'ruleset' as const, id: newId(at) };
  for (const job of changes.jobs) await runOn(connection, supersedeJob({ ...job, provider }, cause, at));
  if (changes.groupsByScim) {
    await runOn(connection, write('UPDATE providers SET groups_by_scim = 1 WHERE id = ?', provider));
  }
  await moveVersion(connection);
}

/** What only the same change, come again, breaks on. */
function repeatsItself(error: unknown): boolean {
  return ['requests_by_id', 'sessions_pkey'].includes(brokenIndex(error) ?? '');
}

/** What a unique index says, in the words of who asked. */
function refused(error: unknown, changes: ChangeSet): unknown {
  if (isLinkTaken(error)) return new LinkTaken();
  switch (brokenIndex(error)) {
    case 'users_by_name':
      return userNameTaken(changes.users[0]!.after.document);
    case 'groups_by_unique_name':
      return groupNameTaken(changes.groups[0]!.after.document);
    default:
      return error;
  }
}

function stale(message: string): Error {
  return Object.assign(new Error(message), { code: STALE });
}

function tooBusy(cause: unknown): Refusal {
  const refusal = new Refusal('unavailable', 'Others are changing the same people or group. Try again.');
  refusal.cause = cause;
  return refusal;
}

function pause(conflicts: number): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, 2 ** conflicts);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
}
