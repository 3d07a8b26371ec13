// The ledger on one SQLite file: the parts of this folder, joined.

import type { Change, Counts, FullUser, Ledger, Operation, RequestRow } from '../ledger.ts';
import { sweeper, verify } from './check.ts';
import { commitQueue } from './commit.ts';
import { importStore } from './import.ts';
import { loader as makeLoader } from './load.ts';
import { countEvents, readEvents, requestLog } from './log.ts';
import { type Database, type OpenFile, openFile } from './open.ts';
import { peopleLists } from './people.ts';
import { resourceReader } from './resources.ts';
import { settingsStore } from './settings.ts';
import { openSnapshot } from './snapshot.ts';
import { totals } from './totals.ts';
import { writer as makeWriter } from './write.ts';

/** Reads wait that long to be logged together; a crash loses no more than this. */
const RIDE_AFTER_MS = 200;
const TOKEN_USE_EVERY_MS = 60_000;

export function openSqliteLedger(dataDir: string): Ledger {
  const file = openFile(dataDir);
  try {
    return ledgerOn(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

function ledgerOn(file: OpenFile): Ledger {
  const { database } = file;
  const queue = commitQueue(database, `${file.path}-wal`);
  const loader = makeLoader(database);
  const total = totals(database);
  const writer = makeWriter(database, loader, total);
  const settings = settingsStore(database, loader, writer);
  const reader = resourceReader(database, total);
  const people = peopleLists(database, loader.roles, () =>
    loader.states().map(({ provider }) => provider.id),
  );
  const requests = requestLog(database);
  const sweeps = sweeper(database, loader, writer);
  const riders = requestRiders(queue.flush);
  const followers = followersOf(writer.lastPosition);

  const imports = importStore(database);
  const forgetAll = () => {
    writer.forget();
    loader.forget();
    total.forget();
  };
  queue.onUndone(forgetAll);
  queue.onFlush(() => {
    for (const row of riders.take()) requests.insert(row, null);
  });
  let wakeSweep = () => {};
  queue.onCommitted(() => {
    followers.tell();
    if (writer.tookSweep()) wakeSweep();
  });

  async function transact<Answer>(operation: Operation<Answer>): Promise<Answer> {
    return queue.run(() => {
      const decision = operation.decide(loader.load(operation.provider, operation.needs));
      if (decision.changes) {
        const before = writer.lastPosition();
        queue.willWrite();
        writer.write(decision.changes);
        if (decision.request)
          requests.insert(decision.request, { after: before, upTo: writer.lastPosition() });
      } else if (decision.request) {
        riders.add(decision.request);
      }
      return decision.answer;
    });
  }

  /** A job that writes whatever it does. */
  function change<Answer>(job: () => Answer): Promise<Answer> {
    return queue.run(() => {
      queue.willWrite();
      return job();
    });
  }

  /** What was read may be a moment ahead of the disk; it is answered when the disk has it too. */
  async function durably<Value>(read: () => Value): Promise<Value> {
    queue.beginRead();
    const value = read();
    const pending = queue.synced();
    if (pending) await pending;
    return value;
  }

  const tokenUses = new Map<string, number>();

  return {
    engine: 'sqlite',
    transact,
    noteRequest: riders.add,
    noteTokenUse({ provider, id }, at, from) {
      const before = tokenUses.get(id);
      if (before !== undefined && at - before < TOKEN_USE_EVERY_MS) return;
      tokenUses.set(id, at);
      // A use that could not be noted is noted with the next request.
      change(() => settings.noteTokenUse(provider, id, at, from)).catch(() => tokenUses.delete(id));
    },

    readUser: (provider, id) => durably(() => reader.user(provider, id)),
    readGroup: (provider, id, withMembers) => durably(() => reader.group(provider, id, withMembers)),
    queryUsers: (query) => durably(() => reader.users(query)),
    queryGroups: (query) => durably(() => reader.groups(query)),

    providers: async () => loader.states(),
    provider: async (id) => loader.state(id),
    saveProvider: (provider, expected, by, also) =>
      change(() => settings.saveProvider(provider, expected, by, also)),
    removeProvider: (id, by) =>
      change(() => {
        settings.removeProvider(id, by);
        total.forget();
      }),
    applyRuleset: (ruleset, by, expected) => change(() => settings.applyRuleset(ruleset, by, expected)),

    tokenByHash: async (hash) => loader.tokenByHash(hash),
    tokens: async (provider) => settings.tokens(provider),
    knowsTokenHash: async (hash) => settings.knowsTokenHash(hash),
    addToken: (token, hash, by, ends) => change(() => settings.addToken(token, hash, by, ends)),
    revokeToken: (provider, id, end, by: Change) => change(() => settings.revokeToken(provider, id, end, by)),

    roles: async () => loader.roles(),
    saveRole: (role) => change(() => settings.saveRole(role)),

    listUsers: (query) => durably(() => people.users(query)),
    fullUser: (id) => durably(() => fullUser(database, loader, id)),
    findPeople: (by) => durably(() => people.find(by)),
    listTargets: (query) => durably(() => people.targets(query)),
    target: (id) => durably(() => people.target(id)),
    targetMembers: (id, after, limit) => durably(() => people.members(id, after, limit)),

    events: (query) => durably(() => readEvents(database, query)),
    follow: followers.add,
    countEvents: (query) => durably(() => countEvents(database, query)),
    lastPosition: () => durably(() => writer.lastPosition()),
    requests: async (query) => {
      if (riders.waiting() > 0) queue.flush();
      return requests.find(query);
    },
    request: async (id) => {
      if (riders.waiting() > 0) queue.flush();
      return requests.one(id);
    },

    counts: async () => countRows(database),
    verify: (onProgress = () => {}) => verify(database, loader, onProgress),
    staleUsers: async () => sweeps.stale(),
    sweep: (at) => change(() => sweeps.step(at)),
    onSweepNeeded: (wake) => {
      wakeSweep = wake;
    },
    forgetRequests: (before) => queue.run(() => requests.forget(before, 1000)),
    async snapshot() {
      const snapshot = openSnapshot(file.path);
      await queue.synced();
      return snapshot;
    },
    unfinishedImport: async () => imports.unfinished(),
    async importer(name, at) {
      const linesDone = await change(() => imports.begin(name, at));
      return {
        linesDone,
        write: (table, rows, lines) => change(() => imports.write(name, table, rows, lines)),
        finish: () =>
          change(() => {
            imports.finish();
            forgetAll();
          }),
      };
    },
    reseal: (anew, about, by) => change(() => settings.reseal(anew, about, by)),
    isLost: queue.isLost,
    async close() {
      await queue.idle();
      riders.stop();
      if (riders.waiting() > 0) queue.flush();
      await queue.idle();
      queue.close();
      file.close();
    },
  };
}

/** Request rows without changes of their own: they ride with the next transaction, or after a short wait. */
function requestRiders(flush: () => void) {
  let rows: RequestRow[] = [];
  let timer: NodeJS.Timeout | null = null;
  return {
    add(row: RequestRow): void {
      rows.push(row);
      timer ??= setTimeout(flush, RIDE_AFTER_MS);
    },
    take(): RequestRow[] {
      const taken = rows;
      rows = [];
      if (timer) clearTimeout(timer);
      timer = null;
      return taken;
    },
    waiting: () => rows.length,
    stop(): void {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}

function followersOf(lastPosition: () => number) {
  const followers = new Set<(position: number) => void>();
  let told = -1;
  return {
    add(follower: (position: number) => void): () => void {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    tell(): void {
      const position = lastPosition();
      if (position === told) return;
      told = position;
      for (const follower of followers) follower(position);
    },
  };
}

function fullUser(database: Database, loader: ReturnType<typeof makeLoader>, id: string): FullUser | null {
  const state = loader.states().find((each) => loader.user(each.provider.id, id) !== null);
  const loaded = state && loader.user(state.provider.id, id);
  if (!state || !loaded) return null;
  const target = database.prepare('SELECT id, name, kind FROM targets WHERE id = ?');
  const held = [...new Set(loaded.grants.map((grant) => grant.target))]
    .map((each) => target.get(each) as { id: string; name: string; kind: string } | undefined)
    .filter((each) => each !== undefined);
  return { loaded, state, targets: new Map(held.map(({ id, name, kind }) => [id, { name, kind }])) };
}

function countRows(database: Database): Counts {
  const count = (sql: string) =>
    (database.prepare(`SELECT count(*) AS n FROM ${sql}`).get() as { n: number }).n;
  return {
    users: count('users WHERE removed_at IS NULL'),
    groups: count('directory_groups'),
    memberships: count('memberships'),
    holdings: count('holdings'),
    events: count('events'),
  };
}
