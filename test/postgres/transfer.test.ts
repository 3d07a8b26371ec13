// Export and import on PostgreSQL: what every engine gives to them, and the way from one engine to the other and back.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/ledger.ts';
import { checkExport, runImport } from '../../src/transfer/run-import.ts';
import { exportLines } from '../../src/transfer/write-export.ts';
import { freshDatabase } from '../harness/fresh-database.ts';
import type { Opened } from '../ledger/opened.ts';
import { storedIn } from '../ledger/postgres-rows.ts';
import { scribe, seed, sweepAll } from '../ledger/scribe.ts';
import { importSuite, transferSuite } from '../ledger/transfer-suite.ts';

async function open(locale: 'C' | 'en-US' = 'C'): Promise<Opened> {
  const { url, drop } = await freshDatabase({ locale });
  const opened: Opened = {
    ledger: await openPostgresLedger({ url }),
    async reopen() {
      await opened.ledger.close();
      opened.ledger = await openPostgresLedger({ url });
      return opened.ledger;
    },
    stored: () => storedIn(url),
    async destroy() {
      await opened.ledger.close();
      await drop();
    },
  };
  return opened;
}

describe('transfer', () => transferSuite(open));
describe('an import into an empty store', () => importSuite(open));

async function bytesOf(ledger: Ledger): Promise<Buffer[]> {
  const snapshot = await ledger.snapshot();
  const lines: Buffer[] = [];
  for await (const text of exportLines(snapshot, { engine: ledger.engine, version: 'test', at: 0 }))
    lines.push(text);
  await snapshot.close();
  return lines;
}

async function moved(from: Ledger, to: Ledger) {
  const lines = await bytesOf(from);
  const read = async function* () {
    yield* lines;
  };
  const checked = await checkExport(read);
  await runImport(to, read, checked, 0);
  return checked.footer.tables;
}

async function work(ledger: Ledger): Promise<void> {
  await seed(ledger);
  const write = scribe(ledger);
  const names = ['amara', 'Émile', 'zoë', 'B', 'a b'];
  const people = [];
  for (const name of names)
    people.push(await write.createUser({ userName: `${name}@kitehaus.example`, title: '\u{1f30a}' }));
  await write.createGroup(
    'Tide',
    people.map(({ id }) => id),
  );
  await write.removeUser(people[2]!.id);
  await sweepAll(ledger);
}

it.each(['C', 'en-US'] as const)(
  'from SQLite to PostgreSQL (%s) and back, verified on each',
  async (locale) => {
    const folder = await mkdtemp(join(tmpdir(), 'bifrost-transfer-'));
    const [first, last] = [openSqliteLedger(join(folder, 'first')), openSqliteLedger(join(folder, 'last'))];
    const between = await open(locale);
    try {
      await work(first);
      const there = await moved(first, between.ledger);
      expect((await between.ledger.verify()).problems).toEqual([]);
      const back = await moved(between.ledger, last);
      expect(back).toEqual(there);
      expect((await last.verify()).problems).toEqual([]);
    } finally {
      await Promise.all([first.close(), last.close(), between.destroy()]);
      await rm(folder, { recursive: true, force: true });
    }
  },
);

it('refuses to import beside another replica, and takes it when that one has ended', async () => {
  const { url, drop } = await freshDatabase();
  const [mine, another] = [await openPostgresLedger({ url }), await openPostgresLedger({ url })];
  try {
    await expect(mine.importer('a-file', 0)).rejects.toMatchObject({
      reason: 'conflict',
      message: 'Other servers have this database open.',
      facts: { advice: 'Stop every replica, then import again.' },
    });
    await another.close();
    expect((await mine.importer('a-file', 0)).linesDone).toBe(0);
  } finally {
    await mine.close();
    await drop();
  }
});
