// The ledger on PostgreSQL: the parts of this folder, and the scripts that both engines share, joined. Any number of
// replicas may have one open at once.

import { randomUUID } from 'node:crypto';
import { Refusal } from '../../refusal.ts';
import { followersOf } from '../followers.ts';
import type { Ledger, Operation, Retention } from '../ledger.ts';
import { countEverything } from '../sql/counts.ts';
import { countEvents, readEvents } from '../sql/events.ts';
import { beginImport, finishImport, importRows, unfinishedImport } from '../sql/imports.ts';
import { addJob, countStale, listJobs } from '../sql/jobs.ts';
import { readNames } from '../sql/names.ts';
import { findPeople, peopleCalled } from '../sql/people.ts';
import { walkOver } from '../sql/people-walk.ts';
import { applyRuleset, removeProvider, reseal, saveProvider } from '../sql/providers.ts';
import { askPurge, beginHeldPurges } from '../sql/purge-guard.ts';
import { requestStores } from '../sql/requests.ts';
import { queryGroups, queryUsers, readGroup, readUser } from '../sql/resources.ts';
import { beginRetirement, countForRetirement } from '../sql/retirement.ts';
import { removeRole, saveRole, seedRoles } from '../sql/roles.ts';
import { signInStores } from '../sql/sign-in/stores.ts';
import { type Script, write } from '../sql/statement.ts';
import { sharedStores } from '../sql/stores.ts';
import { listTargets, readTargetById, targetMembers } from '../sql/target-lists.ts';
import { addToken, knowsTokenHash, revokeToken, tokensOf } from '../sql/tokens.ts';
import { listUsers } from '../sql/user-lists.ts';
import { verify } from '../sql/verify.ts';
import type { Hears } from '../watch.ts';
import { alone } from './alone.ts';
import { catchUp } from './catch-up.ts';
import { countAll } from './count-all.ts';
import { postgresDialect as dialect } from './dialect.ts';
import { hands as makeHands } from './hands.ts';
import { laneOf, lanes } from './lanes.ts';
import { JOBS_CHANNEL, listen } from './listen.ts';
import { loader } from './load.ts';
import { people } from './people.ts';
import { connectionPool, oneMoment, type Pool } from './pool.ts';
import { requestBatches } from './request-batches.ts';
import { runOn } from './run-script.ts';
import { sealer as makeSealer } from './seal.ts';
import { type Snapshot, settingsCache } from './settings.ts';
import { snapshots } from './snapshot.ts';
import { tell } from './tell.ts';
import { tokenUses } from './token-uses.ts';
import { transactor } from './transact.ts';
import { jobWorker } from './work.ts';

export interface PostgresOptions extends Hears {
  url: string;
}

export async function openPostgresLedger(options: PostgresOptions): Promise<Ledger> {
  const { url, onTrouble = () => {}, say = () => {} } = options;
  const pool = connectionPool(url, onTrouble);
  try {
    await catchUp(pool, say);
  } catch (error) {
    await pool.close();
    throw error;
  }
  return ledgerOn(pool, options);
}

async function ledgerOn(pool: Pool, options: PostgresOptions): Promise<Ledger> {
  const { url, onTrouble = () => {}, watch } = options;
  const settings = settingsCache(pool);
  const followers = followersOf();
  const sealer = makeSealer(pool, followers.tell, onTrouble);
  const requests = requestBatches(pool, onTrouble);
  const inLane = lanes();
  const openSnapshot = snapshots(url);
  const self = randomUUID();
  let wakeWork = () => {};
  let ages = (_at: number): Retention => ({ requestsBefore: 0, removedUsersBefore: 0 });

  const ears = listen(url, self, pool, {
    sealed: followers.tell,
    jobs: () => wakeWork(),
    async look(read) {
      sealer.wake();
      await followers.look(read);
    },
  });
  // From here on others can see that this one is there.
  await ears.begun;

  function committed(beganJob = false): void {
    sealer.wake();
    if (!beganJob) return;
    wakeWork();
    pool.query(`SELECT pg_notify('${JOBS_CHANNEL}', $1)`, [self]).catch(() => {}); // they look for themselves too
  }

  const { transact } = transactor(pool, loader(pool, settings), { committed, ride: requests.add }, watch);
  const hands = makeHands(pool, committed);
  const signIn = signInStores(hands);
  const uses = tokenUses(pool, settings, committed);
  const worker = jobWorker({
    pool,
    settings,
    ages: (at) => ages(at),
    committed,
    async allWritten() {
      await requests.flush();
      return sealer.caughtUp();
    },
  });

  /** Answered once the use of the caller's token is noted: the first use of one ends another, on every replica. */
  async function read<Value>(script: () => Script<Value>): Promise<Value> {
    await uses.noted();
    return pool.patiently(() => runOn(pool, script()));
  }

  async function readWith<Value>(script: (snapshot: Snapshot) => Script<Value>): Promise<Value> {
    const snapshot = await settings.fresh();
    if (snapshot.stored.unsettled.size === 0) return read(() => script(snapshot));
    // A job may end between two statements: who is read as unsettled and what is read of them are of one moment.
    return pool.patiently(() =>
      pool.transaction((connection) => runOn(connection, script(snapshot)), oneMoment),
    );
  }

  /** Of requests: what waits to be written is part of the answer. */
  async function readLogged<Value>(script: () => Script<Value>): Promise<Value> {
    await requests.flush();
    return read(script);
  }

  /** Of events: what was committed before the question is part of the answer. */
  async function readSealed<Value>(script: () => Script<Value>): Promise<Value> {
    await sealer.caughtUp();
    return read(script);
  }

  async function change<Value>(script: () => Script<Value>, beginsJob = false): Promise<Value> {
    const answer = await pool.patiently(() => settings.change((connection) => runOn(connection, script())));
    committed(beginsJob);
    return answer;
  }

  /** One at a time: how many there were in a day decides. */
  async function purge<Value>(script: () => Script<Value>): Promise<Value> {
    const answer = await hands.writeAlone(script);
    committed(true);
    return answer;
  }

  async function refuseOthers(): Promise<void> {
    if (!(await ears.othersAreThere())) return;
    const advice = 'Stop every replica, then import again.';
    throw new Refusal('conflict', 'Other servers have this database open.', { advice });
  }

  async function verifyAll(onProgress: (done: number, all: number) => void) {
    await sealer.caughtUp();
    return pool.transaction(
      async (connection) => {
        return verify((script) => runOn(connection, script), dialect, onProgress);
      },
      { ...oneMoment, long: true },
    );
  }

  return {
    engine: 'postgres',
    ...signIn.stores,
    ...sharedStores(hands),
    async transact<Answer>(operation: Operation<Answer>): Promise<Answer> {
      // Also the wait for others who write the same counts: nobody waits for the database once for each of them.
      const arrivedMs = performance.now();
      await uses.noted();
      return inLane(laneOf(operation.provider, operation.needs), () => transact(operation, arrivedMs));
    },
    noteRequest: requests.add,
    noteTokenUse: uses.note,

    readUser: (provider, id) => read(() => readUser(dialect, provider, id)),
    readGroup: (provider, id, withMembers) => read(() => readGroup(dialect, provider, id, withMembers)),
    queryUsers: (query) => read(() => queryUsers(dialect, query, countAll)),
    queryGroups: (query) => read(() => queryGroups(dialect, query, countAll)),

    providers: async () => [...(await settings.fresh()).stored.states.values()],
    provider: async (id) => (await settings.fresh()).stored.states.get(id) ?? null,
    saveProvider: (provider, expected, by, also) =>
      change(() => saveProvider(tell, provider, expected, by, also), true),
    removeProvider: (id, by) => change(() => removeProvider(tell, id, by)),
    retireProvider: (provider, expected, how, by) =>
      change(() => beginRetirement(tell, provider, expected, how, by), true),
    retirementCounts: (provider, of) => read(() => countForRetirement(provider, of)),
    applyRuleset: (ruleset, by, expected) => change(() => applyRuleset(tell, ruleset, by, expected), true),

    caller: async (hash) => {
      await uses.noted();
      const found = await settings.token(hash);
      if (!found) return null;
      const { token, snapshot } = found;
      return { token, state: snapshot.stored.states.get(token.provider) ?? null };
    },
    tokens: async (provider) => {
      await uses.noted();
      return read(() => tokensOf(provider));
    },
    knowsTokenHash: (hash) => read(() => knowsTokenHash(hash)),
    addToken: (token, hash, by, ends) => change(() => addToken(tell, token, hash, by, ends)),
    revokeToken: (provider, id, end, by) => change(() => revokeToken(tell, provider, id, end, by)),

    roles: async () => [...(await settings.fresh()).stored.roles],
    rolesHeld: () => settings.held()?.stored.roles ?? null,
    saveRole: (role, expected, by) => change(() => saveRole(tell, role, expected, by), true),
    removeRole: (id, expected, by) => change(() => removeRole(tell, id, expected, by)),
    seedRoles: (seeds, by) => change(() => seedRoles(tell, seeds, by), true),

    listUsers: (query) => readWith(({ stored }) => listUsers(dialect, stored, query)),
    ...people(pool, settings, (key) => readWith(({ stored }) => peopleCalled(dialect, stored, key))),
    names: (ids) => readWith(({ stored }) => readNames(dialect, stored, ids)),
    everybody: (provider) =>
      walkOver(dialect, (script) => readWith(({ stored }) => script(stored.states.get(provider)))),
    findPeople: (by) => readWith(({ stored }) => findPeople(stored, by)),
    listTargets: (query) => read(() => listTargets(dialect, query)),
    target: (id) => read(() => readTargetById(id)),
    targetMembers: (id, after, limit) =>
      readWith(({ stored }) => targetMembers(dialect, stored, id, after, limit)),

    events: (query) => readSealed(() => readEvents(dialect, query)),
    follow: followers.add,
    countEvents: (query) => readSealed(() => countEvents(dialect, query)),
    async lastPosition() {
      await sealer.caughtUp();
      const { rows } = await pool.patiently(() => pool.query('SELECT max(position) AS position FROM events'));
      return (rows[0] as { position: number | null }).position ?? 0;
    },
    ...requestStores(dialect, readLogged),

    counts: () => sealer.caughtUp().then(() => countEverything(read)),
    verify: (onProgress = () => {}) => verifyAll(onProgress),

    staleUsers: () => read(countStale),
    work: worker.work,
    onWork: (wake) => {
      wakeWork = wake;
    },
    jobs: (most) => read(() => listJobs(most)),
    beginRetention: async (slot, at) => {
      const job = { kind: 'retention' as const, provider: null, subject: '', slot };
      await read(() => addJob(job, { kind: 'start', id: slot }, at));
      committed(true);
    },
    retainBy: (given) => {
      ages = given;
    },
    purgeUser: (provider, id, by) => purge(() => askPurge(tell, provider, id, by)),
    purgeHeld: (batch, by) => purge(() => beginHeldPurges(tell, batch, by)),
    alone: (work) => alone(url, work),
    ready: async () => {
      await pool.query('SELECT 1 AS one');
      await pool.full.look(hands.write);
    },
    trouble: () => ({ deafForMs: ears.deafForMs(), diskFullForMs: pool.full.forMs() }),
    async snapshot() {
      await sealer.caughtUp();
      return openSnapshot();
    },
    unfinishedImport: () => read(unfinishedImport),
    async importer(file, at) {
      await refuseOthers();
      // What was told before is seen, or is in the way.
      if (!(await sealer.caughtUp())) {
        throw new Refusal('unavailable', 'Events are waiting for their places. Try again in a moment.');
      }
      const linesDone = await change(function* () {
        const lines = yield* beginImport(file, at);
        // What a start told and nobody sealed yet is replaced with the rest.
        if (lines === 0) yield* write('DELETE FROM unsealed');
        return lines;
      });
      // Whoever opened it meanwhile has not seen that an import began; whoever opens it now refuses to serve.
      await refuseOthers();
      return {
        linesDone,
        write: (table, rows, lines) => change(() => importRows(table, rows, { file, lines })),
        finish: () => change(finishImport, true),
      };
    },
    reseal: (anew, about, by) => change(() => reseal(tell, anew, about, by)),
    isLost: () => false,
    async close() {
      await signIn.flush();
      await requests.stop();
      await worker.release().catch(() => {}); // the lease runs out by itself
      await uses.noted();
      await sealer.stop();
      await ears.stop();
      await pool.close();
    },
  };
}
