// What stays of comparing with the directory, and what does not: after a purge, with a provider that goes, when it is old, and
// in an export.

import { describe, expect, it } from 'vitest';
import { exportTables } from '../../src/ledger/export-tables.ts';
import type { Open } from './opened.ts';
import {
  directoryPerson,
  driftRow,
  HOLDER,
  newBatch,
  objectId,
  pagesOf,
  reconciliationDesk,
} from './reconciliation-desk.ts';
import { by, PROVIDER, providerNamed, sweepAll, tick } from './scribe.ts';

const DAY_MS = 86_400_000;
const ofReconciling = /^(reconciliations|staged_\w+|drift\w*|held_batches|guard_takings) /m;

export function reconciliationTransferSuite(open: Open): void {
  const { desk, underWay, end, stage, report, rowsOf } = reconciliationDesk(open);
  const store = () => desk.ledger.reconciliations;

  /** Something in every table, about one who is here and one who is missing here. */
  async function filled(user: string, object: number) {
    const run = await underWay();
    const [directoryId, other] = [objectId(object), objectId(object + 1)];
    await stage(run.id, {
      people: [directoryPerson(object, { userName: 'amara@elsewhere.example' })],
      groups: [{ id: other, displayName: 'Crew' }],
      memberships: [{ group: other, member: directoryId }],
      assignments: [{ principal: directoryId, kind: 'person', role: 'admin' }],
      newParts: ['people'],
    });
    await store().noteMatches(run.id, HOLDER, [{ id: directoryId, user }], {});
    await report(
      run.id,
      driftRow(run.id, '1', { user, name: 'Amara was here' }),
      driftRow(run.id, '2', { directoryId, category: 'missing-here', name: 'Amara was missing' }),
      driftRow(run.id, '3', { directoryId: other, name: 'Somebody else' }),
    );
    const ignored = { provider: PROVIDER, category: 'missing-here', about: '', until: null, at: 1 } as const;
    for (const whom of [user, directoryId, other]) {
      await store().ignore({ ...ignored, whom, actor: 'user:ops' }, by(), []);
    }
    await store().notePending(PROVIDER, run.id, [directoryId, other], 1);
    const batch = newBatch({ origin: run.id });
    await desk.ledger.heldBatches.hold(batch, by(), []);
    await desk.ledger.heldBatches.noteTaken(PROVIDER, 'reconciliation', 3, tick());
    return { run, directoryId, other, batch };
  }

  it('a purge erases what is theirs, by their id here and by that of the directory', async () => {
    const { id } = await desk.person('amara', { externalId: objectId(1).toUpperCase() });
    const { run, other } = await filled(id, 1);
    await desk.write.removeUser(id);
    await desk.ledger.purgeUser(PROVIDER, id, by());
    await sweepAll(desk.ledger);
    expect((await rowsOf(run.id)).map((row) => row.id)).toEqual(['3']);
    expect((await store().ignored(PROVIDER, 1)).map(({ whom }) => whom)).toEqual([other]);
    expect([...(await store().pendingSince(PROVIDER, [objectId(1), other])).keys()]).toEqual([other]);
    expect(await store().people(run.id, '', 9)).toEqual([]);
    expect(await desk.stored()).not.toMatch(/Amara was|amara@elsewhere/);
  });

  it('nothing is left with a provider that is removed at once', async () => {
    await filled('amara', 1);
    await desk.ledger.removeProvider(PROVIDER, by());
    expect(await desk.stored()).not.toMatch(ofReconciling);
  });

  it.each(['keep', 'remove'] as const)(
    'nothing is left with a provider whose job ends (%s), and its run is cancelled',
    async (people) => {
      await desk.people(2);
      const { run } = await filled('amara', 1);
      const { provider } = (await desk.ledger.provider(PROVIDER))!;
      const wanted = { ...provider, scimEnabled: false, revision: provider.revision + 1 };
      await desk.ledger.retireProvider(wanted, provider.revision, { of: 'provider', people }, by());
      await sweepAll(desk.ledger);
      expect(await store().stage(run.id, HOLDER, pagesOf({ newParts: ['people'] }))).toBe(false);
      expect(await desk.stored()).not.toMatch(ofReconciling);
    },
  );

  it('runs that are old go, but the newest of a provider, and one whose batch waits', async () => {
    await desk.ledger.saveProvider(providerNamed('northwind'), 0, by());
    const waits = await filled('amara', 1);
    await end(waits.run.id);
    const old = await underWay();
    await report(old.id, driftRow(old.id, '1'));
    await end(old.id);
    const newest = await underWay();
    await end(newest.id);
    const other = await underWay({ provider: 'northwind' });
    await end(other.id);
    while (await store().forgetRuns(tick()));
    const left = async () => (await store().list({ after: null, limit: 9 })).items.map(({ id }) => id).sort();
    expect(await left()).toEqual([waits.run.id, newest.id, other.id].sort());
    expect(await rowsOf(old.id)).toEqual([]);
    expect(await rowsOf(waits.run.id)).toHaveLength(3);
    await desk.ledger.heldBatches.move(waits.batch.id, ['held'], { state: 'dropped' }, by(), []);
    while (await store().forgetRuns(tick()));
    expect(await left()).toEqual([newest.id, other.id].sort());
    expect(await desk.stored()).not.toMatch(/^staged_/m);
  });

  it('the hour forgets runs of 90 days, takings of 7, and what is ignored no more', async () => {
    const started = tick();
    const { run } = await filled('amara', 1);
    await end(run.id);
    const next = await underWay();
    await end(next.id);
    await desk.ledger.heldBatches.list({ after: null, limit: 1 });
    const [batch] = (await desk.ledger.heldBatches.list({ after: null, limit: 1 })).items;
    await desk.ledger.heldBatches.move(batch!.id, ['held'], { state: 'dropped' }, by(), []);
    const what = {
      provider: PROVIDER,
      category: 'unassigned',
      whom: 'x',
      about: '',
      actor: 'y',
      at: 1,
    } as const;
    await store().ignore({ ...what, until: started + 5 * DAY_MS }, by(), []);
    desk.ledger.retainBy(() => ({ requestsBefore: 0, removedUsersBefore: 0 }));
    const hour = async (at: number) => {
      await desk.ledger.beginRetention(`hour ${at}`, at);
      while (await desk.ledger.work(at));
    };
    const left = async () => ({
      runs: (await store().list({ after: null, limit: 9 })).total,
      taken: await desk.ledger.heldBatches.taken(PROVIDER, 'reconciliation', 0),
      ignored: (await store().ignored(PROVIDER, 0)).length,
    });
    await hour(started + 4 * DAY_MS);
    expect(await left()).toEqual({ runs: 2, taken: 3, ignored: 4 });
    await hour(started + 8 * DAY_MS);
    expect(await left()).toEqual({ runs: 2, taken: 0, ignored: 3 });
    await hour(started + 91 * DAY_MS);
    expect(await left()).toEqual({ runs: 1, taken: 0, ignored: 3 });
  });

  describe('an export', () => {
    it('carries what is decided and reported, and no run that is not done', async () => {
      const next = await open();
      try {
        const { run, batch } = await filled('amara', 1);
        await end(run.id);
        const unfinished = await underWay();
        await stage(unfinished.id, { newParts: ['people'] });
        await report(unfinished.id, driftRow(unfinished.id, '1'));
        const snapshot = await desk.ledger.snapshot();
        const importer = await next.ledger.importer('file', tick());
        for (const { name } of exportTables) {
          for await (const rows of snapshot.rows(name)) await importer.write(name, rows, 1);
        }
        await importer.finish();
        await snapshot.close();
        const { reconciliations, heldBatches } = next.ledger;
        expect(await reconciliations.find(run.id)).toEqual(await store().find(run.id));
        expect(await reconciliations.find(unfinished.id)).toBeNull();
        const found = await reconciliations.drift({ run: run.id, after: null, limit: 9 });
        expect(found.items).toEqual(await rowsOf(run.id));
        expect(await heldBatches.find(batch.id)).toEqual(await desk.ledger.heldBatches.find(batch.id));
        expect(await reconciliations.ignored(PROVIDER, 1)).toEqual(await store().ignored(PROVIDER, 1));
        expect((await reconciliations.pendingSince(PROVIDER, [objectId(1)])).size).toBe(1);
        expect(await heldBatches.taken(PROVIDER, 'reconciliation', 0)).toBe(3);
        expect(await next.stored()).not.toContain(unfinished.id);
        expect(await reconciliations.take('anybody')).toBeNull();
      } finally {
        await next.destroy();
      }
    });
  });
}
