// What one chunk of a job is about: the people to be resolved anew and the change that makes of them, or the rows that
// are to be erased or forgotten.

import { addChanges, type ChangeSet, emptyChangeSet } from '../../identity/change-set.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { type DecisionContext, decideAccess, decideLeave, type LoadedUser } from '../../mapping/decide.ts';
import { decideRetired } from '../../mapping/retire.ts';
import type { Job } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { isRetiring } from './jobs.ts';
import { all, type Script } from './statement.ts';
import { loadUsers } from './users.ts';

/** Users that one chunk resolves: bounds the time for which it holds up others. */
export const PEOPLE_AT_ONCE = 200;
/** Ids that one chunk looks through for those few that it is about. */
const IDS_AT_ONCE = 2000;

export interface Chunk {
  people: ReadonlyMap<string, LoadedUser>;
  /** Nested groups among the members of a removed group. */
  groups: readonly string[];
  /** The last id that was looked at; null when there was none left. */
  last: string | null;
  looked: number;
}

interface Candidate {
  id: string;
  kind: 'User' | 'Group';
  fits: number;
}

export function* readChunk(
  dialect: Dialect,
  job: Job,
  state: ProviderState,
  people = PEOPLE_AT_ONCE,
): Script<Chunk> {
  const found = yield* candidates(job, state.ruleset.number);
  const rows = found.slice(0, placeAfter(found, people));
  const users = rows.filter((row) => row.kind === 'User' && row.fits === 1).map((row) => row.id);
  return {
    people: users.length > 0 ? yield* loadUsers(dialect, state, users) : new Map(),
    groups: rows.filter((row) => row.kind === 'Group').map((row) => row.id),
    last: rows.at(-1)?.id ?? null,
    looked: rows.length,
  };
}

/** The length of the shortest beginning that holds so many who fit. */
function placeAfter(rows: readonly Candidate[], most: number): number {
  let fitting = 0;
  for (const [at, row] of rows.entries()) {
    if (row.fits === 1 && ++fitting === most) return at + 1;
  }
  return rows.length;
}

function* candidates(job: Job, ruleset: number): Script<Candidate[]> {
  const { provider, subject, position } = job;
  if (job.kind === 'resolve-all') {
    return yield* all<Candidate>(
      `SELECT id, 'User' AS kind, CASE WHEN ruleset = ? THEN 0 ELSE 1 END AS fits FROM users
       WHERE provider = ? AND id > ? ORDER BY id LIMIT (? + 0)`,
      ruleset,
      provider,
      position,
      IDS_AT_ONCE,
    );
  }
  if (isRetiring(job)) {
    return yield* all<Candidate>(
      `SELECT id, 'User' AS kind, CASE WHEN removed_at IS NOT NULL AND ruleset = ? THEN 0 ELSE 1 END AS fits FROM users
       WHERE provider = ? AND id > ? ORDER BY id LIMIT (? + 0)`,
      ruleset,
      provider,
      position,
      IDS_AT_ONCE,
    );
  }
  if (job.kind === 'resolve-others') {
    return yield* all<Candidate>(
      `SELECT id, 'User' AS kind, CASE WHEN aside IS NULL THEN 0 ELSE 1 END AS fits FROM users
       WHERE provider = ? AND id > ? ORDER BY id LIMIT (? + 0)`,
      provider,
      position,
      IDS_AT_ONCE,
    );
  }
  return yield* all<Candidate>(
    `SELECT member AS id, member_kind AS kind, 1 AS fits FROM memberships
     WHERE provider = ? AND group_id = ? AND member > ? ORDER BY member LIMIT (? + 0)`,
    provider,
    subject,
    position,
    PEOPLE_AT_ONCE,
  );
}

/** One change for all of the chunk; null when everybody has what the rules give, by the number that they carry. */
export function decideChunk(job: Job, state: ProviderState, chunk: Chunk, at: number): ChangeSet | null {
  const context: DecisionContext = { state, at, actor: { kind: 'system', id: 'job' }, cause: job.cause };
  const whole = emptyChangeSet(state.provider.id, at, context.actor, context.cause);
  const decide = decisionOf(job, state);
  for (const loaded of chunk.people.values()) {
    const part = decide(context, loaded);
    if (part) addChanges(whole, part);
  }
  if (job.kind === 'leave-group') {
    for (const member of chunk.groups) {
      whole.leaves.push({ group: job.subject, member, memberKind: 'Group', display: null });
    }
  }
  const { users, resolved, renumbered, leaves } = whole;
  return users.length + resolved.length + renumbered.length + leaves.length === 0 ? null : whole;
}

function decisionOf(
  job: Job,
  { provider }: ProviderState,
): (context: DecisionContext, loaded: LoadedUser) => ChangeSet | null {
  const { retirement } = provider.settings;
  if (job.kind === 'leave-group') return (context, loaded) => decideLeave(context, loaded, job.subject);
  if (!isRetiring(job) || !retirement) return decideAccess;
  return (context, loaded) => decideRetired(context, retirement, loaded);
}
