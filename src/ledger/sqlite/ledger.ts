// The ledger on one SQLite file: the parts of this folder, and the scripts that both engines share, joined.

import { followersOf } from '../followers.ts';
import type { Ledger, Operation, Retention } from '../ledger.ts';
import type { Say } from '../preparing.ts';
import { countEverything } from '../sql/counts.ts';
import { countEvents, readEvents } from '../sql/events.ts';
import { beginImport, finishImport, importRows, unfinishedImport } from '../sql/imports.ts';
import { addJob, countStale, listJobs } from '../sql/jobs.ts';
import { readNames } from '../sql/names.ts';
import type { Tell } from '../sql/origin.ts';
import { findPeople, fullUser, peopleCalled } from '../sql/people.ts';
import { walkOver } from '../sql/people-walk.ts';
import { applyRuleset, removeProvider, reseal, saveProvider } from '../sql/providers.ts';
import { askPurge, beginHeldPurges } from '../sql/purge-guard.ts';
import { requestStores } from '../sql/requests.ts';
import { type CountAll, queryGroups, queryUsers, readGroup, readUser } from '../sql/resources.ts';
import { beginRetirement, countForRetirement } from '../sql/retirement.ts';
import { removeRole, saveRole, seedRoles } from '../sql/roles.ts';
import { signInStores } from '../sql/sign-in/stores.ts';
import { type Script, scripted } from '../sql/statement.ts';
import { sharedStores } from '../sql/stores.ts';
import { listTargets, readTargetById, targetMembers } from '../sql/target-lists.ts';
import { addToken, endReplaced, knowsTokenHash, revokeToken, tokensOf, touchToken } from '../sql/tokens.ts';
import { listUsers } from '../sql/user-lists.ts';
import { verify } from '../sql/verify.ts';
import type { Hears, LedgerWatch } from '../watch.ts';
import { commitQueue } from './commit.ts';
import { sqliteDialect as dialect } from './dialect.ts';
import { loader as makeLoader } from './load.ts';
import { type Database, type OpenFile, openFile } from './open.ts';
import { requestRiders, requestWriter } from './request-riders.ts';
import { type RunScript, scriptRunner } from './run-script.ts';
import { openSnapshot } from './snapshot.ts';
import { totals } from './totals.ts';
import { userParts } from './user-parts.ts';
import { jobWorker } from './work.ts';
import { writer as makeWriter } from './write.ts';

const TOKEN_USE_EVERY_MS = 60_000;

export function openSqliteLedger(
  dataDir: string,
  { watch, say = () => {} }: Omit<Hears, 'onTrouble'> = {},
): Ledger {
  const file = openFile(dataDir, say);
  try {
    return ledgerOn(file, say, watch);
  } catch (error) {
    file.close();
    throw error;
  }
}

function ledgerOn(file: OpenFile, say: Say, watch?: LedgerWatch): Ledger {
  const { database } = file;
  const run = scriptRunner(database);
  const parts = userParts(database);
  parts.catchUp(run, say);
  const queue = commitQueue(database, `${file.path}-wal`, watch);
  const loader = makeLoader(database, run);
  const total = totals(database);
  const writer = makeWriter(database, run, loader, total);
  const insertRequest = requestWriter(database);
  const riders = requestRiders(queue.flush);
  const followers = followersOf();
  let wakeWork = () => {};
  let ages = (_at: number): Retention => ({ requestsBefore: 0, removedUsersBefore: 0 });

  const forgetAll = () => {
    writer.forget();
    loader.forget();
    total.forget();
  };
  queue.onUndone(forgetAll);
  queue.onFlush(() => {
    for (const row of riders.take()) insertRequest(row, null);
    parts.keepUp();
  });
  queue.onCommitted(() => followers.tell(writer.lastPosition()));

  const tell: Tell = (drafts, from) => scripted(() => writer.events(drafts, from));

  /** Counted once, then kept in step by the writer. */
  const countAll: CountAll = (table, provider) => scripted(() => total.of(table, provider));

  async function transact<Answer>(operation: Operation<Answer>): Promise<Answer> {
    let beganJob = false;
    const answer = await queue.run(() => {
      const decision = operation.decide(loader.load(operation.provider, operation.needs));
      if (decision.changes) {
        const before = writer.lastPosition();
        queue.willWrite();
        writer.write(decision.changes);
        beganJob = decision.changes.jobs.length > 0;
        if (decision.request) insertRequest(decision.request, { after: before, upTo: writer.lastPosition() });
      } else if (decision.request) {
        riders.add(decision.request);
      }
      return decision.answer;
    });
    if (beganJob) wakeWork();
    return answer;
  }

  /** A job that writes whatever it does. */
  function change<Answer>(job: () => Answer): Promise<Answer> {
    return queue.run(() => {
      queue.willWrite();
      return job();
    });
  }

  /** What administrators set: everything that is remembered of it is read anew. */
  function changeSettings<Answer>(script: () => Script<Answer>): Promise<Answer> {
    return change(() => {
      const answer = run(script());
      loader.forget();
      return answer;
    });
  }

  /** The same, where a job may have begun with it. */
  async function changeAndWork<Answer>(script: () => Script<Answer>): Promise<Answer> {
    const answer = await changeSettings(script);
    wakeWork();
    return answer;
  }

  /** What was read may be a moment ahead of the disk; it is answered when the disk has it too. */
  async function durably<Value>(script: () => Script<Value>): Promise<Value> {
    queue.beginRead();
    const value = run(script());
    const pending = queue.synced();
    if (pending) await pending;
    return value;
  }

  /** What waits to be written is part of the answer. */
  function logged<Value>(script: () => Script<Value>): Value {
    if (riders.waiting() > 0) queue.flush();
    return run(script());
  }

  const worker = jobWorker({ run, change, loader, writer, tell, ages: (at) => ages(at) });
  const tokenUses = new Map<string, number>();
  const write = <Answer>(script: () => Script<Answer>) => change(() => run(script()));
  const hands = { dialect, tell, read: durably, write, writeAlone: write, note: write };
  const signIn = signInStores(hands);

  return {
    engine: 'sqlite',
    ...signIn.stores,
    ...sharedStores(hands),
    transact,
    noteRequest: riders.add,
    noteTokenUse({ provider, id }, at, from) {
      const before = tokenUses.get(id);
      if (before !== undefined && at - before < TOKEN_USE_EVERY_MS) return;
      tokenUses.set(id, at);
      const use = function* () {
        yield* touchToken(provider, id, at, from);
        yield* endReplaced(tell, provider, id, at);
      };
      // A use that could not be noted is noted with the next request.
      changeSettings(use).catch(() => tokenUses.delete(id));
    },

    readUser: (provider, id) => durably(() => readUser(dialect, provider, id)),
    readGroup: (provider, id, withMembers) => durably(() => readGroup(dialect, provider, id, withMembers)),
    queryUsers: (query) => durably(() => queryUsers(dialect, query, countAll)),
    queryGroups: (query) => durably(() => queryGroups(dialect, query, countAll)),

    providers: async () => [...loader.settings().states.values()],
    provider: async (id) => loader.state(id),
    saveProvider: (provider, expected, by, also) =>
      changeAndWork(() => saveProvider(tell, provider, expected, by, also)),
    removeProvider: (id, by) =>
      changeSettings(function* () {
        yield* removeProvider(tell, id, by);
        total.forget();
      }),
    retireProvider: (provider, expected, how, by) =>
      changeAndWork(() => beginRetirement(tell, provider, expected, how, by)),
    retirementCounts: (provider, of) => durably(() => countForRetirement(provider, of)),
    applyRuleset: (ruleset, by, expected) => changeAndWork(() => applyRuleset(tell, ruleset, by, expected)),

    caller: async (hash) => {
      const token = loader.tokenByHash(hash);
      return token && { token, state: loader.state(token.provider) };
    },
    tokens: (provider) => durably(() => tokensOf(provider)),
    knowsTokenHash: (hash) => durably(() => knowsTokenHash(hash)),
    addToken: (token, hash, by, ends) => changeSettings(() => addToken(tell, token, hash, by, ends)),
    revokeToken: (provider, id, end, by) => changeSettings(() => revokeToken(tell, provider, id, end, by)),

    roles: async () => [...loader.settings().roles],
    rolesHeld: () => loader.settings().roles,
    saveRole: (role, expected, by) => changeAndWork(() => saveRole(tell, role, expected, by)),
    removeRole: (id, expected, by) => changeSettings(() => removeRole(tell, id, expected, by)),
    seedRoles: (seeds, by) => changeAndWork(() => seedRoles(tell, seeds, by)),

    listUsers: (query) => durably(() => listUsers(dialect, loader.settings(), query)),
    fullUser: (id) => durably(() => fullUser(dialect, loader.settings(), id)),
    names: (ids) => durably(() => readNames(dialect, loader.settings(), ids)),
    everybody: (provider) => walkOver(dialect, (script) => durably(() => script(loader.state(provider)))),
    peopleCalled: (key) => durably(() => peopleCalled(dialect, loader.settings(), key)),
    findPeople: (by) => durably(() => findPeople(loader.settings(), by)),
    listTargets: (query) => durably(() => listTargets(dialect, query)),
    target: (id) => durably(() => readTargetById(id)),
    targetMembers: (id, after, limit) =>
      durably(() => targetMembers(dialect, loader.settings(), id, after, limit)),

    events: (query) => durably(() => readEvents(dialect, query)),
    follow: followers.add,
    countEvents: (query) => durably(() => countEvents(dialect, query)),
    lastPosition: async () => {
      await queue.synced();
      return writer.lastPosition();
    },
    ...requestStores(dialect, async (script) => logged(script)),

    counts: () => countEverything(durably),
    verify: async (onProgress = () => {}) => {
      const report = await verify(inTurns(run), dialect, onProgress);
      const damage = fileDamage(database);
      if (damage) {
        report.problemCount++;
        report.problems.push(`The database file is damaged: ${damage}`);
      }
      return report;
    },

    staleUsers: () => durably(countStale),
    work: worker,
    onWork: (wake) => {
      wakeWork = wake;
    },
    jobs: (most) => durably(() => listJobs(most)),
    beginRetention: async (slot, at) => {
      const cause = { kind: 'start' as const, id: slot };
      const job = { kind: 'retention' as const, provider: null, subject: '', slot };
      await changeAndWork(() => addJob(job, cause, at));
    },
    retainBy: (given) => {
      ages = given;
    },
    purgeUser: (provider, id, by) => changeAndWork(() => askPurge(tell, provider, id, by)),
    purgeHeld: (batch, by) => changeAndWork(() => beginHeldPurges(tell, batch, by)),
    alone: (work) => work(),
    ready: () => queue.full.look(write).then(() => void run(unfinishedImport())),
    trouble: () => ({ deafForMs: null, diskFullForMs: queue.full.forMs() }),
    async snapshot() {
      const snapshot = openSnapshot(file.path);
      await queue.synced();
      return snapshot;
    },
    unfinishedImport: () => durably(unfinishedImport),
    async importer(name, at) {
      const linesDone = await changeSettings(() => beginImport(name, at));
      return {
        linesDone,
        write: (table, rows, lines) => changeSettings(() => importRows(table, rows, { file: name, lines })),
        finish: () =>
          changeSettings(function* () {
            yield* finishImport();
            forgetAll();
          }),
      };
    },
    reseal: (anew, about, by) => changeSettings(() => reseal(tell, anew, about, by)),
    isLost: queue.isLost,
    async close() {
      await signIn.flush();
      await queue.idle();
      riders.stop();
      if (riders.waiting() > 0) queue.flush();
      await queue.idle();
      queue.close();
      file.close();
    },
  };
}

/** One script after the other, others between them. */
function inTurns(run: RunScript) {
  return async <Answer>(script: Script<Answer>): Promise<Answer> => {
    await new Promise((resolve) => setImmediate(resolve));
    return run(script);
  };
}

function fileDamage(database: Database): string | null {
  const checked = database.prepare('PRAGMA quick_check(1)').get() as { integrity_check?: string };
  const said = checked.integrity_check;
  return said !== undefined && said !== 'ok' ? said : null;
}
