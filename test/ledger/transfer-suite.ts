// What an engine gives to export, import and key rotation: a snapshot that shows one moment, rows with how far they
// are read in one commit, and secrets sealed anew together.

import { describe, expect, it } from 'vitest';
import { SEALED_AS, type SealedSecret } from '../../src/identity/provider.ts';
import { type ExportRow, exportTables } from '../../src/ledger/export-tables.ts';
import type { Change, Snapshot } from '../../src/ledger/ledger.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { by, inWords, PROVIDER, providerNamed, tick } from './scribe.ts';

async function rowsOf(snapshot: Snapshot, table: string): Promise<ExportRow[]> {
  const all: ExportRow[] = [];
  for await (const rows of snapshot.rows(table)) all.push(...rows);
  return all;
}

const byStart = (): Change => ({ ...by(), cause: { kind: 'start', id: 'x' } });

export function transferSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const everything = async () => {
    const snapshot = await desk.ledger.snapshot();
    const tables = new Map<string, ExportRow[]>();
    for (const { name } of exportTables) tables.set(name, await rowsOf(snapshot, name));
    await snapshot.close();
    return tables;
  };

  describe('a snapshot', () => {
    it('shows one moment, whatever is written while it is read', async () => {
      await desk.people(3);
      const snapshot = await desk.ledger.snapshot();
      await desk.person('late');
      const people = await rowsOf(snapshot, 'users');
      const events = await rowsOf(snapshot, 'events');
      await snapshot.close();
      const now = await everything();
      expect(people).toHaveLength(3);
      expect(events.length).toBeLessThan(now.get('events')!.length);
      expect(now.get('users')!.length).toBeGreaterThan(3);
    });

    it('gives rows with the columns of the list, in the order of their key, by the bytes of text', async () => {
      for (const id of ['b', 'A', 'é', 'a1', '-']) await desk.ledger.saveProvider(providerNamed(id), 0, by());
      const ids = (await everything()).get('providers')!.map((row) => String(row[0]));
      expect(ids).toEqual(['-', 'A', 'a1', 'b', PROVIDER, 'é']);
      for (const [name, rows] of await everything()) {
        const { columns } = exportTables.find((table) => table.name === name)!;
        for (const row of rows) expect(row).toHaveLength(columns.length);
      }
    });

    it('takes no notice of being closed twice', async () => {
      const snapshot = await desk.ledger.snapshot();
      await snapshot.close();
      await snapshot.close();
    });
  });

  describe('an import', () => {
    it('is refused where there are events that no start made', async () => {
      await expect(desk.ledger.importer('file', tick())).rejects.toMatchObject({ reason: 'conflict' });
      expect(await desk.ledger.unfinishedImport()).toBeNull();
    });

    it('is refused where there are people, and changes nothing', async () => {
      await desk.person('amara');
      const before = await everything();
      await expect(desk.ledger.importer('file', tick())).rejects.toMatchObject({ reason: 'conflict' });
      expect(await everything()).toEqual(before);
    });
  });

  describe('sealing anew', () => {
    const sealed = (text: string) => ({ connection: { [SEALED_AS.clientSecret]: text } });
    const secretOf = async (id: string) =>
      (await desk.ledger.provider(id))?.provider.settings.connection[SEALED_AS.clientSecret];
    const upper = ({ sealed: text }: SealedSecret) => text.toUpperCase();
    const told = (count: number) =>
      count > 0
        ? { type: 'key.rotated' as const, subject: { kind: 'key' as const, id: 'k' }, data: { count } }
        : null;

    it('changes every secret, the revision and nothing else, with one event', async () => {
      for (const id of ['one', 'two']) await desk.ledger.saveProvider(providerNamed(id, sealed(id)), 0, by());
      const from = await desk.ledger.lastPosition();
      const identities: string[] = [];
      const anew = (secret: SealedSecret) => {
        identities.push(secret.identity);
        return upper(secret);
      };
      expect(await desk.ledger.reseal(anew, told, byStart())).toBe(2);
      expect(identities.sort()).toEqual(['providers/one/clientSecret', 'providers/two/clientSecret']);
      expect([await secretOf('one'), await secretOf('two'), await secretOf(PROVIDER)]).toEqual([
        'ONE',
        'TWO',
        undefined,
      ]);
      expect((await desk.ledger.provider('one'))?.provider.revision).toBe(2);
      expect((await desk.ledger.provider(PROVIDER))?.provider.revision).toBe(1);
      const events = await desk.ledger.events({ after: from, limit: 9 });
      expect(inWords(events)).toEqual(['key.rotated']);
      expect(events[0]).toMatchObject({ provider: null, subject: { kind: 'key' }, data: { count: 2 } });
      await desk.reopen();
      expect(await secretOf('two')).toBe('TWO');
      expect(await desk.problems()).toEqual([]);
    });

    it('changes every secret of one provider, each under its own name', async () => {
      const both = { [SEALED_AS.clientSecret]: 'one', [SEALED_AS.directoryToken]: 'TWO' };
      await desk.ledger.saveProvider(providerNamed('one', { connection: both }), 0, by());
      expect(await desk.ledger.reseal(upper, told, byStart())).toBe(1);
      expect((await desk.ledger.provider('one'))?.provider.settings.connection).toEqual({
        [SEALED_AS.clientSecret]: 'ONE',
        [SEALED_AS.directoryToken]: 'TWO',
      });
    });

    it('makes no event where nothing changes', async () => {
      await desk.ledger.saveProvider(providerNamed('one', sealed('ONE')), 0, by());
      const from = await desk.ledger.lastPosition();
      expect(await desk.ledger.reseal(upper, told, by())).toBe(0);
      expect(await desk.ledger.lastPosition()).toBe(from);
      expect((await desk.ledger.provider('one'))?.provider.revision).toBe(1);
    });

    it('undoes all of it where one secret cannot be sealed anew', async () => {
      for (const id of ['one', 'two']) await desk.ledger.saveProvider(providerNamed(id, sealed(id)), 0, by());
      const failing = (secret: SealedSecret) => {
        if (secret.sealed === 'two') throw new Error('it does not open');
        return upper(secret);
      };
      await expect(desk.ledger.reseal(failing, told, by())).rejects.toThrow('it does not open');
      expect([await secretOf('one'), await secretOf('two')]).toEqual(['one', 'two']);
    });

    it('makes an edit that was under way stale', async () => {
      const provider = providerNamed('one', sealed('one'));
      await desk.ledger.saveProvider(provider, 0, by());
      await desk.ledger.reseal(upper, told, by());
      const edit = desk.ledger.saveProvider({ ...provider, name: 'New', revision: 2 }, 1, by());
      await expect(edit).rejects.toMatchObject({ reason: 'stale' });
      expect(await secretOf('one')).toBe('ONE');
    });
  });
}

/** On storage without `seed`: as a first start leaves it. */
export function importSuite(open: Open): void {
  const row: ExportRow = ['viewer', 'Viewer', 1, '["a:read"]', '', 1];
  const opened = async () => {
    const place = await open();
    await place.ledger.seedRoles([{ id: 'x', name: 'X', description: '', permissions: [] }], byStart());
    await place.ledger.saveProvider(providerNamed('declared'), 0, byStart());
    return place;
  };

  it('takes the place of what a first start made, and goes on where it stopped; no other file goes in', async () => {
    const place = await opened();
    try {
      const importer = await place.ledger.importer('one', 1_000);
      expect(importer.linesDone).toBe(0);
      expect(await place.ledger.providers()).toEqual([]);
      await importer.write('roles', [row], 7);
      const ledger = await place.reopen();
      expect(await ledger.unfinishedImport()).toEqual({ file: 'one', lines: 7, startedAt: 1_000 });
      await expect(ledger.importer('other', 2_000)).rejects.toMatchObject({ reason: 'conflict' });
      const again = await ledger.importer('one', 2_000);
      expect(again.linesDone).toBe(7);
      await again.write('settings', [['a', 'b']], 9);
      const snapshot = await ledger.snapshot();
      expect(await rowsOf(snapshot, 'settings')).toEqual([['a', 'b']]);
      expect(await rowsOf(snapshot, 'roles')).toEqual([row]);
      expect(await rowsOf(snapshot, 'events')).toEqual([]);
      await snapshot.close();
      await again.finish();
      expect(await ledger.unfinishedImport()).toBeNull();
      expect(await ledger.roles()).toMatchObject([{ id: 'viewer', permissions: ['a:read'] }]);
      expect(await ledger.lastPosition()).toBe(0);
    } finally {
      await place.destroy();
    }
  });

  it('writes rows and how far they are read together, or neither', async () => {
    const place = await opened();
    try {
      const importer = await place.ledger.importer('one', 1_000);
      await expect(importer.write('roles', [row, row], 7)).rejects.toThrow();
      expect(await place.ledger.unfinishedImport()).toMatchObject({ lines: 0 });
      const snapshot = await place.ledger.snapshot();
      expect(await rowsOf(snapshot, 'roles')).toEqual([]);
      await snapshot.close();
    } finally {
      await place.destroy();
    }
  });
}
