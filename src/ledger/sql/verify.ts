// `verify`: stored access equals `resolve` over the stored inputs, every edge has its ends, and the chain of events is
// whole. Walks in chunks; each engine says how a script is run between them.

import { decideAccess, type LoadedUser, type ProviderState } from '../../mapping/decide.ts';
import { dataHash, firstLink, type Link, linkHash } from '../chain.ts';
import type { VerifyReport } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { all, one, type Script } from './statement.ts';
import { readSettings, type StoredSettings } from './stored-settings.ts';
import { loadUsers, unsettledAmong } from './users.ts';

const CHUNK = 500;
const PROBLEMS_LISTED = 100;

/** Runs scripts on what is there, all of them on one state of it where the engine can. */
export type Run = <Answer>(script: Script<Answer>) => Promise<Answer>;

type Tell = (problem: string) => void;

export async function verify(
  run: Run,
  dialect: Dialect,
  onProgress: (done: number, all: number) => void,
): Promise<VerifyReport> {
  const report: VerifyReport = { users: 0, groups: 0, events: 0, problems: [], problemCount: 0 };
  const tell: Tell = (problem) => {
    report.problemCount++;
    if (report.problems.length < PROBLEMS_LISTED) report.problems.push(problem);
  };
  const count = async (table: string) =>
    (await run(one<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)))?.n ?? 0;
  const everything = (await count('users')) + (await count('events'));
  report.groups = await count('directory_groups');
  for await (const done of verifyUsers(run, dialect, tell)) {
    report.users = done;
    onProgress(done, everything);
  }
  for (const [problem, sql] of Object.entries(danglingRows(dialect))) {
    const n = (await run(one<{ n: number }>(sql)))?.n ?? 0;
    if (n > 0) tell(`${n} ${problem}`);
  }
  for await (const done of verifyChain(run, tell)) {
    report.events = done;
    onProgress(report.users + done, everything);
  }
  return report;
}

/** Members of a removed group that had too many to leave at once. */
const beingLeft = `EXISTS (SELECT 1 FROM jobs j WHERE j.provider = m.provider AND j.subject = m.group_id
        AND j.kind = 'leave-group' AND j.finished_at IS NULL)`;

function danglingRows(dialect: Dialect): Readonly<Record<string, string>> {
  return {
    'memberships name a group that is not there': `SELECT count(*) AS n FROM memberships m
      LEFT JOIN directory_groups g ON g.provider = m.provider AND g.id = m.group_id
      WHERE g.id IS NULL AND NOT ${beingLeft}`,
    'memberships name a user who is not there or was removed': `SELECT count(*) AS n FROM memberships m
      LEFT JOIN users u ON u.provider = m.provider AND u.id = m.member AND u.removed_at IS NULL
      WHERE m.member_kind = 'User' AND u.id IS NULL AND NOT ${beingLeft}`,
    'links name a user who is not there': `SELECT count(*) AS n FROM identities i
      LEFT JOIN users u ON u.provider = i.provider AND u.id = i.person WHERE u.id IS NULL`,
    'API keys belong to somebody who is not there': `SELECT count(*) AS n FROM api_keys k
      LEFT JOIN users u ON u.provider = k.provider AND u.id = k.person
      LEFT JOIN local_admins a ON a.id = k.person AND k.provider IS NULL
      WHERE u.id IS NULL AND a.id IS NULL`,
    'members of teams and business units are counted that no user has': `SELECT (SELECT count(*) FROM holdings)
      - (SELECT count(*) FROM (SELECT DISTINCT u.id, g.value ->> 'target' FROM users u CROSS JOIN ${dialect.grants}) AS held) AS n`,
  };
}

// --- people -----------------------------------------------------------------------------------------------------

interface Place {
  provider: string;
  id: string;
}

interface PeopleChunk {
  settings: StoredSettings;
  rows: readonly Place[];
  loaded: ReadonlyMap<string, LoadedUser>;
  unsettled: ReadonlySet<string>;
  held: ReadonlySet<string>;
  beingResolved: ReadonlySet<string>;
}

/** The one `resolve`, run over what is stored: it must want exactly what is stored. */
async function* verifyUsers(run: Run, dialect: Dialect, tell: Tell) {
  let last: Place = { provider: '', id: '' };
  let done = 0;
  for (;;) {
    const chunk = await run(readPeople(dialect, last));
    if (chunk.rows.length === 0) return;
    for (const row of chunk.rows) checkUser(row, chunk, tell);
    last = chunk.rows.at(-1)!;
    done += chunk.rows.length;
    yield done;
  }
}

function* readPeople(dialect: Dialect, last: Place): Script<PeopleChunk> {
  const settings = yield* readSettings();
  const rows = yield* all<Place>(
    'SELECT provider, id FROM users WHERE (provider, id) > (?, ?) ORDER BY provider, id LIMIT (? + 0)',
    last.provider,
    last.id,
    CHUNK,
  );
  const loaded = new Map<string, LoadedUser>();
  const unsettled = new Set<string>();
  const held = new Set<string>();
  for (const provider of new Set(rows.map((row) => row.provider))) {
    const ids = rows.filter((row) => row.provider === provider).map((row) => row.id);
    const state = settings.states.get(provider);
    if (state) for (const [id, user] of yield* loadUsers(dialect, state, ids)) loaded.set(id, user);
    const some = yield* unsettledAmong(dialect, provider, ids, settings.unsettled.get(provider));
    for (const id of some) unsettled.add(id);
    for (const edge of yield* readHoldings(dialect, provider, ids)) held.add(edge);
  }
  const jobs = yield* all<{ provider: string }>(
    "SELECT provider FROM jobs WHERE kind IN ('resolve-all', 'remove-provider', 'end-scim') AND finished_at IS NULL",
  );
  const beingResolved = new Set(jobs.map((job) => job.provider));
  return { settings, rows, loaded, unsettled, held, beingResolved };
}

/** `target user` of everything that these people are listed as members of, where the target is there too. */
function* readHoldings(dialect: Dialect, provider: string, ids: readonly string[]): Script<Set<string>> {
  const rows = yield* all<{ target: string; id: string }>(
    `SELECT DISTINCT g.value ->> 'target' AS target, u.id FROM ${dialect.texts} CROSS JOIN users u CROSS JOIN ${dialect.grants}
     WHERE u.provider = ? AND u.id = j.value
     AND EXISTS (SELECT 1 FROM holdings h WHERE h.target = g.value ->> 'target' AND h."user" = u.id)
     AND (g.value ->> 'kind' = 'role' OR EXISTS (SELECT 1 FROM targets t WHERE t.id = g.value ->> 'target'))`,
    JSON.stringify(ids),
    provider,
  );
  return new Set(rows.map((row) => `${row.target} ${row.id}`));
}

function checkUser({ provider, id }: Place, chunk: PeopleChunk, tell: Tell): void {
  const state = chunk.settings.states.get(provider);
  const user = chunk.loaded.get(id);
  if (!state || !user) {
    tell(`User ${id} belongs to a provider that is not there: ${provider}.`);
    return;
  }
  for (const { kind, target } of user.grants) {
    if (!chunk.held.has(`${target} ${id}`))
      tell(`User ${id} is not listed as a member of ${kind} ${target}.`);
  }
  if (chunk.unsettled.has(id)) return;
  const { number } = state.ruleset;
  if (user.ruleset === number) checkAccess(state, user, tell);
  else if (!chunk.beingResolved.has(provider)) {
    tell(
      `User ${id} was resolved with rules ${user.ruleset}, not ${number}, and nothing is under way to change that.`,
    );
  }
}

function checkAccess(state: ProviderState, loaded: LoadedUser, tell: Tell): void {
  const context = { state, at: 0, actor: { kind: 'system' as const, id: 'verify' }, cause: null };
  const changes = decideAccess(context, loaded);
  if (!changes || changes.resolved.length === 0) return;
  const differing = (type: 'grant.added' | 'grant.removed') =>
    changes.events
      .filter((event) => event.type === type)
      .map((event) => `${event.object?.kind} ${event.object?.id}`);
  const [lacking, surplus] = [differing('grant.added'), differing('grant.removed')];
  const parts = [
    lacking.length > 0 ? `lacks ${lacking.join(', ')}` : '',
    surplus.length > 0 ? `has ${surplus.join(', ')} without a reason` : '',
    lacking.length + surplus.length === 0 ? 'has another role or reason stored than the rules give' : '',
  ];
  tell(`User ${loaded.user.id} ${parts.filter(Boolean).join('; ')}.`);
}

// --- the chain --------------------------------------------------------------------------------------------------

interface ChainRow extends Link {
  data: string | null;
  salt: string | null;
  data_hash: string;
  hash: string;
}

async function* verifyChain(run: Run, tell: Tell) {
  let previous = firstLink;
  let position = 0;
  for (;;) {
    const rows = await run(
      all<ChainRow>(
        `SELECT position, at, provider, type, actor_kind || ':' || actor AS actor, subject_kind || ':' || subject AS subject,
         object_kind || ':' || object AS object, cause_kind || ':' || cause AS cause, data, salt, data_hash, hash
         FROM events WHERE position > ? ORDER BY position LIMIT (? + 0)`,
        position,
        CHUNK,
      ),
    );
    if (rows.length === 0) return;
    for (const row of rows) {
      if (row.position !== position + 1) tell(`Events ${position + 1} to ${row.position - 1} are missing.`);
      // A purge erases data and salt together and leaves their hash.
      const erased = row.data === null && row.salt === null;
      if (!(erased && row.data_hash !== '') && dataHash(row.salt ?? '', row.data) !== row.data_hash) {
        tell(`The data of event ${row.position} was changed.`);
      }
      if (linkHash(previous, row, row.data_hash) !== row.hash) tell(`Event ${row.position} was changed.`);
      previous = row.hash;
      position = row.position;
    }
    yield position;
  }
}
