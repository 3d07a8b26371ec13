// Batches that are held until a person decides: with the rows they hold, decided once, worked on by one process; and what the
// rolling day counts.

import { describe, expect, it } from 'vitest';
import type { Open } from './opened.ts';
import { driftRow, HOLDER, newBatch, reconciliationDesk } from './reconciliation-desk.ts';
import { by, inWords, PROVIDER } from './scribe.ts';

export function heldBatchSuite(open: Open): void {
  const { desk, underWay, end, report, rowsOf } = reconciliationDesk(open);
  const store = () => desk.ledger.heldBatches;
  const told = (type: 'batch.held' | 'batch.approved') =>
    [{ type, subject: { kind: 'batch', id: 'it' } }] as const;

  async function held() {
    const { id: run } = await underWay();
    const takes = { takes: true, user: 'amara' };
    await report(
      run,
      driftRow(run, '1', takes),
      driftRow(run, '2', { takes: false }),
      driftRow(run, '3', { ...takes, state: 'ignored' }),
    );
    const batch = newBatch({ origin: run });
    await store().hold(batch, by(), told('batch.held'), { rowsOf: run });
    return { run, batch };
  }

  const statesOf = async (run: string) => (await rowsOf(run)).map(({ state, batch }) => [state, batch]);

  it('holds what would take something and is due, with its event', async () => {
    const position = await desk.ledger.lastPosition();
    const { run, batch } = await held();
    expect(await statesOf(run)).toEqual([
      ['held', batch.id],
      ['due', null],
      ['ignored', null],
    ]);
    const fresh = { state: 'held', decidedAt: null, decidedBy: null, done: 0, revision: 1 };
    expect(await store().find(batch.id)).toEqual({ ...batch, ...fresh });
    expect(await store().find('another')).toBeNull();
    expect(inWords(await desk.ledger.events({ after: position, limit: 9 }))).toEqual(['batch.held']);
  });

  it('takes the place of an older one that is held, not of one that is decided', async () => {
    const [first, change] = [await held(), by('later')];
    await end(first.run);
    const second = newBatch();
    await store().hold(second, change, [], { replaces: [first.batch.id] });
    expect(await store().find(first.batch.id)).toMatchObject({ state: 'replaced', decidedAt: change.at });
    expect((await rowsOf(first.run))[0]).toMatchObject({ state: 'skipped', batch: first.batch.id });
    await store().move(second.id, ['held'], { state: 'applying' }, by(), []);
    await store().hold(newBatch(), by(), [], { replaces: [second.id] });
    expect(await store().find(second.id)).toMatchObject({ state: 'applying' });
  });

  it('is decided once, whoever decides at the same moment', async () => {
    const { run, batch } = await held();
    const position = await desk.ledger.lastPosition();
    const [yes, no] = await Promise.all([
      store().move(batch.id, ['held'], { state: 'applying' }, by('yes'), told('batch.approved'), {
        from: 'held',
        to: 'due',
      }),
      store().move(batch.id, ['held'], { state: 'dropped' }, by('no'), told('batch.approved'), {
        from: 'held',
        to: 'dropped',
        why: 'A person said no.',
      }),
    ]);
    expect([yes, no].filter(Boolean)).toHaveLength(1);
    const { state, decidedBy, revision } = (await store().find(batch.id))!;
    expect([state, decidedBy, revision]).toEqual(
      yes ? ['applying', 'system:yes', 2] : ['dropped', 'system:no', 2],
    );
    const row = (await rowsOf(run))[0]!;
    expect(row.state).toBe(yes ? 'due' : 'dropped');
    expect(row.why).toBe(yes ? 'The directory has another title.' : 'A person said no.');
    expect(await desk.ledger.events({ after: position, limit: 9 })).toHaveLength(1);
  });

  it('is worked on by one, and keeps who decided to the end', async () => {
    const { batch } = await held();
    expect(await store().take(HOLDER)).toBeNull();
    const approved = by('boss');
    await store().move(batch.id, ['held'], { state: 'applying', body: { more: 1 } }, approved, []);
    expect(await store().take(HOLDER)).toMatchObject({ id: batch.id, body: { more: 1 } });
    expect(await store().take('another')).toBeNull();
    expect(await store().advance(batch.id, HOLDER, 5)).toBe(true);
    expect(await store().advance(batch.id, 'another', 6)).toBe(false);
    await desk.ledger.reconciliations.release(HOLDER);
    expect(await store().take('another')).toMatchObject({ done: 5 });
    expect(await store().advance(batch.id, HOLDER, 7)).toBe(false);
    await store().move(batch.id, ['applying'], { state: 'applied', done: 6 }, by('job'), []);
    const decided = { decidedAt: approved.at, decidedBy: 'system:boss' };
    expect(await store().find(batch.id)).toMatchObject({ state: 'applied', done: 6, ...decided });
    expect(await store().advance(batch.id, 'another', 8)).toBe(false);
    expect(await store().take('another')).toBeNull();
  });

  it('is listed with others, the newest first', async () => {
    const [first, second, third] = [newBatch(), newBatch({ source: 'rules' }), newBatch()];
    for (const each of [first, second, third]) await store().hold(each, by(), []);
    await store().move(second.id, ['held'], { state: 'dropped' }, by(), []);
    const page = await store().list({ provider: PROVIDER, after: null, limit: 2 });
    expect(page.items.map(({ id }) => id)).toEqual([third.id, second.id]);
    expect(page).toMatchObject({ next: second.id, total: 3 });
    const waiting = await store().list({ states: ['held'], after: third.id, limit: 2 });
    expect(waiting.items.map(({ id }) => id)).toEqual([first.id]);
    expect(waiting).toMatchObject({ next: null, total: 2 });
  });

  describe('the rolling day', () => {
    it('counts what was taken since, by source', async () => {
      const note = (people: number, at: number) => store().noteTaken(PROVIDER, 'reconciliation', people, at);
      await Promise.all([note(2, 100), note(3, 100), note(4, 200)]);
      await store().noteTaken(PROVIDER, 'rules', 50, 200);
      const taken = (since: number) => store().taken(PROVIDER, 'reconciliation', since);
      expect([await taken(0), await taken(99), await taken(100), await taken(200)]).toEqual([9, 9, 4, 0]);
      expect(await store().taken('northwind', 'reconciliation', 0)).toBe(0);
    });

    it('tells of a wave once', async () => {
      await desk.people(3);
      const asked: object[] = [];
      const alarm = { type: 'guard.alarm', subject: { kind: 'provider', id: PROVIDER } } as const;
      const note = (people: number) =>
        store().noteWave(PROVIDER, people, by(), (wave) => {
          asked.push({ people: wave.people, active: wave.active });
          return wave.people > 2 ? { ...alarm, data: {} } : null;
        });
      expect(await note(2)).toBe(false);
      const both = await Promise.all([note(4), note(4)]);
      expect(both.toSorted()).toEqual([false, true]);
      expect(asked).toEqual([
        { people: 2, active: 3 },
        { people: 6, active: 3 },
      ]);
      expect(await store().taken(PROVIDER, 'scim', 0)).toBe(10);
      expect(await desk.ledger.events({ types: ['guard.alarm'], after: 0, limit: 9 })).toHaveLength(1);
    });

    it('counts nobody of a wave that could not be told of: who tries again would count them twice', async () => {
      const broken = () => {
        throw new Error('no words');
      };
      await expect(store().noteWave(PROVIDER, 4, by(), broken)).rejects.toThrow('no words');
      expect(await store().taken(PROVIDER, 'scim', 0)).toBe(0);
    });

    it('knows how many are active', async () => {
      await desk.people(3);
      await desk.person('suspended', { active: false });
      await desk.write.removeUser((await desk.person('removed')).id);
      expect(await store().active(PROVIDER)).toBe(3);
      expect(await store().active('northwind')).toBe(0);
    });
  });
}
