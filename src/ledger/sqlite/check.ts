// The sweep that resolves people anew after a rule change, and `verify`: stored access equals `resolve` over the
// stored inputs, and the chain of events is whole. Both walk in chunks, so that the server keeps answering.

import type { Cause } from '../../identity/event.ts';
import { decideAccess, type newChangeSet } from '../../mapping/decide.ts';
import { dataHash, firstLink, linkHash } from '../chain.ts';
import type { VerifyReport } from '../ledger.ts';
import type { Loader } from './load.ts';
import type { Database } from './open.ts';
import type { Writer } from './write.ts';

const SWEEP_CHUNK = 200;
const VERIFY_CHUNK = 500;
const PROBLEMS_LISTED = 100;

export interface Sweeper {
  /** Resolves one chunk; false when nobody is left. */
  step(at: number): boolean;
  stale(): number;
}

export function sweeper(database: Database, loader: Loader, writer: Writer): Sweeper {
  const next = database.prepare(
    'SELECT provider, after_id, cause_kind, cause FROM sweeps ORDER BY started_at LIMIT 1',
  );
  const chunk = database.prepare(
    'SELECT id, ruleset FROM users WHERE provider = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const advance = database.prepare('UPDATE sweeps SET after_id = ? WHERE provider = ?');
  const finish = database.prepare('DELETE FROM sweeps WHERE provider = ?');
  const stale = database.prepare(
    `SELECT count(*) AS n FROM sweeps s CROSS JOIN providers p ON p.id = s.provider
     CROSS JOIN users u ON u.provider = s.provider AND u.id > s.after_id
     WHERE u.ruleset <> p.ruleset AND u.removed_at IS NULL`,
  );

  function step(at: number): boolean {
    const job = next.get() as
      | { provider: string; after_id: string; cause_kind: string; cause: string }
      | undefined;
    if (!job) return false;
    const state = loader.state(job.provider);
    const rows = chunk.all(job.provider, job.after_id, SWEEP_CHUNK) as { id: string; ruleset: number }[];
    if (!state || rows.length === 0) {
      finish.run(job.provider);
      return next.get() !== undefined;
    }
    const cause = { kind: job.cause_kind as Cause['kind'], id: job.cause };
    const context = { state, at, actor: { kind: 'system' as const, id: 'sweep' }, cause };
    for (const row of rows) {
      if (row.ruleset === state.ruleset.number) continue;
      const loaded = loader.user(job.provider, row.id);
      const changes = loaded && decideAccess(context, loaded);
      if (changes) writer.write(changes);
    }
    advance.run(rows.at(-1)!.id, job.provider);
    return true;
  }

  return { step, stale: () => (stale.get() as { n: number }).n };
}

// --- verify -----------------------------------------------------------------------------------------------------

export async function verify(
  database: Database,
  loader: Loader,
  onProgress: (done: number, all: number) => void,
): Promise<VerifyReport> {
  const report: VerifyReport = { users: 0, groups: 0, events: 0, problems: [], problemCount: 0 };
  const tell = (problem: string) => {
    report.problemCount++;
    if (report.problems.length < PROBLEMS_LISTED) report.problems.push(problem);
  };
  const count = (table: string) =>
    (database.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
  const all = count('users') + count('events');
  report.groups = count('directory_groups');
  for await (const done of verifyUsers(database, loader, tell)) {
    report.users = done;
    onProgress(done, all);
  }
  for (const [problem, sql] of Object.entries(danglingRows)) {
    const { n } = database.prepare(sql).get() as { n: number };
    if (n > 0) tell(`${n} ${problem}`);
  }
  for await (const done of verifyChain(database, tell)) {
    report.events = done;
    onProgress(report.users + done, all);
  }
  const { integrity_check: integrity } = database.prepare('PRAGMA quick_check(1)').get() as Record<
    string,
    string
  >;
  if (integrity !== undefined && integrity !== 'ok') tell(`The database file is damaged: ${integrity}`);
  return report;
}

const danglingRows: Readonly<Record<string, string>> = {
  'memberships name a group that is not there':
    'SELECT count(*) AS n FROM memberships m LEFT JOIN directory_groups g ON g.provider = m.provider AND g.id = m.group_id WHERE g.id IS NULL',
  'memberships name a user who is not there or was removed':
    "SELECT count(*) AS n FROM memberships m LEFT JOIN users u ON u.provider = m.provider AND u.id = m.member AND u.removed_at IS NULL WHERE m.member_kind = 'User' AND u.id IS NULL",
  'members of teams and business units are counted that no user has':
    "SELECT (SELECT count(*) FROM holdings) - (SELECT count(*) FROM (SELECT DISTINCT u.id, g.value ->> 'target' FROM users u, json_each(u.grants) g)) AS n",
};

const pause = () => new Promise((resolve) => setImmediate(resolve));

/** The one `resolve`, run over what is stored: it must want exactly what is stored. */
async function* verifyUsers(database: Database, loader: Loader, tell: (problem: string) => void) {
  const chunk = database.prepare(
    'SELECT provider, id FROM users WHERE (provider, id) > (?, ?) ORDER BY provider, id LIMIT ?',
  );
  const isTarget = database.prepare('SELECT 1 FROM targets WHERE id = ?');
  const isHeld = database.prepare('SELECT 1 FROM holdings WHERE target = ? AND user = ?');
  const hasTarget = (kind: string, target: string, user: string) =>
    (kind === 'role' || isTarget.get(target) !== undefined) && isHeld.get(target, user) !== undefined;
  const sweep = database.prepare('SELECT 1 FROM sweeps WHERE provider = ?');
  let last = { provider: '', id: '' };
  let done = 0;
  for (;;) {
    const rows = chunk.all(last.provider, last.id, VERIFY_CHUNK) as (typeof last)[];
    if (rows.length === 0) return;
    for (const row of rows) {
      const state = loader.state(row.provider);
      const loaded = loader.user(row.provider, row.id);
      if (!state || !loaded) tell(`User ${row.id} belongs to a provider that is not there: ${row.provider}.`);
      else {
        checkTargets(loaded, hasTarget, tell);
        const { number } = state.ruleset;
        if (loaded.ruleset === number) checkAccess(state, loaded, tell);
        else if (!sweep.get(row.provider))
          tell(
            `User ${row.id} was resolved with rules ${loaded.ruleset}, not ${number}, and nothing is under way to change that.`,
          );
      }
    }
    last = rows.at(-1)!;
    done += rows.length;
    yield done;
    await pause();
  }
}

type StoredUser = NonNullable<ReturnType<Loader['user']>>;

function checkTargets(
  { user, grants }: StoredUser,
  hasTarget: (kind: string, target: string, user: string) => boolean,
  tell: (problem: string) => void,
): void {
  for (const { kind, target } of grants) {
    if (!hasTarget(kind, target, user.id))
      tell(`User ${user.id} is not listed as a member of ${kind} ${target}.`);
  }
}

function checkAccess(
  state: Parameters<typeof newChangeSet>[0]['state'],
  loaded: StoredUser,
  tell: (problem: string) => void,
): void {
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

interface ChainRow {
  position: number;
  at: number;
  provider: string | null;
  type: string;
  actor: string;
  subject: string;
  object: string | null;
  cause: string | null;
  data: string | null;
  salt: string | null;
  data_hash: string;
  hash: string;
}

async function* verifyChain(database: Database, tell: (problem: string) => void) {
  const chunk = database.prepare(
    `SELECT position, at, provider, type, actor_kind || ':' || actor AS actor, subject_kind || ':' || subject AS subject,
     object_kind || ':' || object AS object, cause_kind || ':' || cause AS cause, data, salt, data_hash, hash
     FROM events WHERE position > ? ORDER BY position LIMIT ?`,
  );
  let previous = firstLink;
  let position = 0;
  for (;;) {
    const rows = chunk.all(position, VERIFY_CHUNK) as unknown as ChainRow[];
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
    await pause();
  }
}
