// The ledger on SQLite: the suite of every engine, and what only this one has: one file, its lock, its chain on disk,
// and the queue that writes many change sets in one transaction.

import { spawn } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { type CommitQueue, commitQueue } from '../../src/ledger/sqlite/commit.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/ledger.ts';
import { migrations } from '../../src/ledger/sqlite/migrations.ts';
import { LedgerLocked } from '../../src/ledger/sqlite/open.ts';
import { Refusal } from '../../src/refusal.ts';
import type { Opened } from './opened.ts';
import { PROVIDER, scribe, seed } from './scribe.ts';
import { ledgerSuite } from './suite.ts';

/** The step that gave people what their lists are sorted by (people-list-tables.ts). */
const LISTS_STEP = 6;

async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'bifrost-ledger-'));
}

async function open(): Promise<Opened> {
  const folder = await temporaryFolder();
  const opened: Opened = {
    ledger: openSqliteLedger(folder),
    async reopen() {
      await opened.ledger.close();
      opened.ledger = openSqliteLedger(folder);
      return opened.ledger;
    },
    stored: async () => storedIn(folder),
    async destroy() {
      await opened.ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return opened;
}

function storedIn(folder: string): string {
  const database = new DatabaseSync(join(folder, 'bifrost.db'), { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
      name: string;
    }[];
    return tables
      .flatMap(({ name }) => {
        const everything = database.prepare(`SELECT * FROM ${name}`);
        everything.setReadBigInts(true);
        return everything.all().map((row) => `${name} ${JSON.stringify(row, asText)}`);
      })
      .join('\n');
  } finally {
    database.close();
  }
}

function asText(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return typeof value === 'bigint' ? Number(value) : value;
}

ledgerSuite('SQLite', open);

describe('the one file', () => {
  let folder: string;
  let ledger: Ledger;

  beforeEach(async () => {
    folder = await temporaryFolder();
    ledger = openSqliteLedger(folder);
    await seed(ledger);
  });
  afterEach(async () => {
    await ledger.close().catch(() => {});
    await rm(folder, { recursive: true, force: true });
  });

  it('is refused to a second opening, which hears who has it', async () => {
    const refused = (() => {
      try {
        openSqliteLedger(folder);
      } catch (error) {
        return error;
      }
      return null;
    })();
    expect(refused).toBeInstanceOf(LedgerLocked);
    expect(refused).toMatchObject({
      holder: { pid: process.pid, host: hostname(), since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
      message: expect.stringContaining(`process ${process.pid} on ${hostname()}`),
    });
    // The refused opening must not have taken the lock away from who has it.
    await scribe(ledger).createUser({ userName: 'amara' });
    expect(() => openSqliteLedger(folder)).toThrow(LedgerLocked);
  });

  it('is free again when its holder was killed', async () => {
    await ledger.close();
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { DatabaseSync } from '@photostructure/sqlite';
       const held = new DatabaseSync(${JSON.stringify(join(folder, 'bifrost.lock'))});
       held.exec('BEGIN EXCLUSIVE');
       process.stdout.write('held');
       setInterval(() => held, 1000);`,
    ]);
    try {
      await new Promise((resolve, reject) => {
        holder.stdout.once('data', resolve);
        holder.once('exit', () => reject(new Error('the holder ended by itself')));
      });
      expect(() => openSqliteLedger(folder)).toThrow(LedgerLocked);
      const ended = new Promise((resolve) => holder.once('exit', resolve));
      holder.kill('SIGKILL');
      await ended;
      ledger = openSqliteLedger(folder);
      expect((await ledger.providers()).map((each) => each.provider.id)).toEqual([PROVIDER]);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('of a newer version is left alone', async () => {
    await ledger.close();
    edit((database) => database.exec('PRAGMA user_version = 999'));
    expect(() => openSqliteLedger(folder)).toThrow(/newer version/);
    edit((database) => database.exec(`PRAGMA user_version = ${migrations.length}`));
    ledger = openSqliteLedger(folder);
  });

  it('of an older version gets what lists are sorted and searched by, also where that was cut off', async () => {
    const write = scribe(ledger);
    // More than one portion.
    await Promise.all(
      Array.from({ length: 1_050 }, (_, n) =>
        write.createUser({ userName: `p${n}@x.example`, displayName: `Maker ${n % 10}` }),
      ),
    );
    const found = async () => {
      const query = { sort: { by: 'displayName', descending: true }, after: null, limit: 2_000 } as const;
      const { items } = await ledger.listUsers({ ...query, search: 'maker' });
      return items.map(({ user }) => user.id);
    };
    const before = await found();
    expect(before).toHaveLength(1_050);
    await ledger.close();
    await makeOlder(LISTS_STEP - 1);
    const said: string[] = [];
    ledger = openSqliteLedger(folder, { say: (line) => said.push(line) });
    expect(said[0]).toMatch(`older version: step ${LISTS_STEP} of`);
    expect(await found()).toEqual(before);
    await ledger.close();
    // As a kill leaves it: of some neither column nor words, of others words that no search knows yet.
    edit((database) =>
      database.exec(`DELETE FROM user_words WHERE id > '${before[300]}';
        UPDATE users SET display_name_folded = NULL, source = NULL WHERE id > '${before[300]}'`),
    );
    ledger = openSqliteLedger(folder);
    expect(await found()).toEqual(before);
  });

  /** The same rows in the tables of a version before this one. */
  async function makeOlder(version: number): Promise<void> {
    const path = join(folder, 'older.db');
    const older = new DatabaseSync(path);
    for (const step of migrations.slice(0, version)) older.exec(step);
    older.exec(`PRAGMA user_version = ${version}; ATTACH '${join(folder, 'bifrost.db')}' AS newer`);
    const tables = older.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'").all() as {
      name: string;
    }[];
    const columns = older.prepare(
      `SELECT group_concat(o.name) AS both FROM pragma_table_info(?, 'main') o JOIN pragma_table_info(?, 'newer') n ON n.name = o.name`,
    );
    for (const { name } of tables.filter((each) => !each.name.startsWith('sqlite_'))) {
      const { both } = columns.get(name, name) as { both: string };
      older.exec(`INSERT INTO main.${name} (${both}) SELECT ${both} FROM newer.${name}`);
    }
    older.close();
    for (const suffix of ['-wal', '-shm']) await rm(join(folder, `bifrost.db${suffix}`), { force: true });
    await rename(path, join(folder, 'bifrost.db'));
  }

  /** Behind the ledger's back, as somebody with the file in hand could. */
  function edit(change: (database: DatabaseSyncInstance) => void): void {
    const database = new DatabaseSync(join(folder, 'bifrost.db'));
    try {
      change(database);
    } finally {
      database.close();
    }
  }

  describe('tampered with', () => {
    async function problemsAfter(sql: string): Promise<string[]> {
      const write = scribe(ledger);
      const { id } = await write.createUser({ userName: 'amara', department: 'Kites' });
      const group = await write.createGroup('Orion Crew', [id]);
      await write.createUser({ userName: 'bela' });
      expect((await ledger.verify()).problems).toEqual([]);
      await ledger.close();
      edit((database) => database.exec(sql.replaceAll('$user', id).replaceAll('$group', group.id)));
      ledger = openSqliteLedger(folder);
      return (await ledger.verify()).problems;
    }

    const cases: readonly (readonly [string, string, RegExp])[] = [
      [
        'data of an event',
        `UPDATE events SET data = '{"name":"x"}' WHERE position = 5`,
        /data of event 5 was changed/,
      ],
      [
        'type of an event',
        "UPDATE events SET type = 'user.removed' WHERE position = 4",
        /Event 4 was changed/,
      ],
      ['actor of an event', "UPDATE events SET actor = 'somebody' WHERE position = 4", /Event 4 was changed/],
      ['time of an event', 'UPDATE events SET at = at + 1 WHERE position = 6', /Event 6 was changed/],
      ['salt of an event', "UPDATE events SET salt = 'x' WHERE position = 5", /data of event 5 was changed/],
      ['an event taken out', 'DELETE FROM events WHERE position = 4', /Events 4 to 4 are missing/],
      ['a hash', "UPDATE events SET hash = 'x' WHERE position = 5", /Event [56] was changed/],
      ['a role given', "UPDATE users SET role = 'admin' WHERE id = '$user'", /another role or reason stored/],
      [
        'a fact changed',
        `UPDATE users SET document = replace(document, 'Kites', 'Sails') WHERE id = '$user'`,
        /lacks businessUnit/,
      ],
      ['grants taken', "UPDATE users SET grants = '[]' WHERE id = '$user'", /lacks/],
      [
        'a group that is gone',
        "DELETE FROM directory_groups WHERE id = '$group'",
        /memberships name a group/,
      ],
      ['a list of members', "DELETE FROM holdings WHERE user = '$user'", /is not listed as a member/],
      [
        'a link of nobody',
        "INSERT INTO identities VALUES ('contoso', 'https://idp.example', 'oid', 'nobody', 'externalId', 1)",
        /1 links name a user who is not there/,
      ],
      [
        'an API key of nobody',
        "INSERT INTO api_keys VALUES ('k', 'h', 'Key', 'wxyz', 'contoso', 'nobody', '[]', 1, NULL, NULL, NULL, NULL)",
        /1 API keys belong to somebody who is not there/,
      ],
      ['old rules', "UPDATE users SET ruleset = 0 WHERE id = '$user'", /resolved with rules 0/],
    ];
    for (const [what, sql, problem] of cases) {
      it(`shows: ${what}`, async () => {
        const problems = await problemsAfter(sql);
        expect(problems.join('\n')).toMatch(problem);
      });
    }

    it('takes erased data for a purge, which keeps the chain whole', async () => {
      expect(await problemsAfter('UPDATE events SET data = NULL, salt = NULL WHERE position = 5')).toEqual(
        [],
      );
    });
  });
});

describe('the queue of commits', () => {
  let folder: string;
  let database: DatabaseSyncInstance;
  let queue: CommitQueue;

  beforeEach(async () => {
    folder = await temporaryFolder();
    const path = join(folder, 'queue.db');
    database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x INTEGER PRIMARY KEY)');
    queue = commitQueue(database, `${path}-wal`);
  });
  afterEach(async () => {
    await queue.idle().catch(() => {});
    queue.close();
    database.close();
    await rm(folder, { recursive: true, force: true });
  });

  const put = (x: number) => () => {
    database.prepare('INSERT INTO t VALUES (?)').run(x);
    return x;
  };
  const stored = () =>
    (database.prepare('SELECT x FROM t ORDER BY x').all() as { x: number }[]).map((row) => row.x);

  it('runs many jobs in one transaction, and more than fit in several, in order', async () => {
    let transactions = 0;
    queue.onFlush(() => transactions++);
    const answers = await Promise.all(Array.from({ length: 600 }, (_, i) => queue.run(put(i))));
    expect(answers).toEqual(Array.from({ length: 600 }, (_, i) => i));
    expect(transactions).toBeGreaterThanOrEqual(3);
    expect(transactions).toBeLessThan(60);
  });

  it('undoes what a failed job wrote, and says that something was undone', async () => {
    let undone = 0;
    queue.onUndone(() => undone++);
    const outcomes = await Promise.allSettled([
      queue.run(put(1)),
      queue.run(() => {
        queue.willWrite();
        put(2)();
        throw new Refusal('conflict', 'no');
      }),
      queue.run(put(3)),
    ]);
    expect(outcomes.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(stored()).toEqual([1, 3]);
    expect(undone).toBe(1);
  });

  it('tells every job that the storage did not take it, when the transaction itself breaks', async () => {
    const outcomes = await Promise.allSettled([
      queue.run(put(1)),
      queue.run(() => {
        // What SQLite does by itself when the disk is full.
        database.exec('ROLLBACK');
        throw new Error('database or disk is full');
      }),
      queue.run(put(3)),
      ...Array.from({ length: 300 }, (_, i) => queue.run(put(100 + i))),
    ]);
    expect(outcomes.every((each) => each.status === 'rejected' && each.reason.reason === 'unavailable')).toBe(
      true,
    );
    expect(stored()).toEqual([]);
    await expect(queue.run(put(5))).resolves.toBe(5);
    expect(stored()).toEqual([5]);
  });

  it('tells of a commit after it is on disk and before it is answered', async () => {
    const order: string[] = [];
    queue.onCommitted(() => order.push(`told of ${stored().length}`));
    await queue.run(put(1)).then(() => order.push('answered'));
    expect(order).toEqual(['told of 1', 'answered']);
  });
});
