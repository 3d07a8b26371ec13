// The report of a run: its rows, how they are found and counted, and what becomes of them.

import { expect, it } from 'vitest';
import type { Open } from './opened.ts';
import { driftRow, HOLDER, reconciliationDesk } from './reconciliation-desk.ts';
import { by, inWords, PROVIDER } from './scribe.ts';

export function reportSuite(open: Open): void {
  const { desk, underWay, end, report, rowsOf } = reconciliationDesk(open);
  const store = () => desk.ledger.reconciliations;

  async function filled() {
    const { id } = await underWay();
    const rows = [
      driftRow(id, '1', { user: 'amara', about: 'title' }),
      driftRow(id, '2', { user: 'amara', about: 'city', state: 'open' }),
      driftRow(id, '3', { user: 'bela', takes: true, category: 'disabled-there', name: 'BÉLA' }),
      driftRow(id, '4', { directoryId: 'oid-4', category: 'missing-here', healedAt: 7, batch: 'b' }),
      driftRow(id, '5', { directoryId: 'group', category: 'name-differs' }),
    ];
    await store().report(id, HOLDER, rows, { position: '5', counts: { drift: 5 } });
    return { id, rows };
  }

  it('is there as it was found, with how far the run is', async () => {
    const { id, rows } = await filled();
    expect(await rowsOf(id)).toEqual(rows);
    expect(await store().find(id)).toMatchObject({ position: '5', counts: { drift: 5 } });
    const other = driftRow(id, '2', { user: 'amara', state: 'healed', detail: {} });
    await report(id, other, driftRow(id, '6'));
    expect(await rowsOf(id)).toEqual([rows[0], other, ...rows.slice(2), driftRow(id, '6')]);
  });

  it('is found by all that can be asked for, page by page', async () => {
    const { id } = await filled();
    const found = async (query: object) =>
      (await store().drift({ run: id, after: null, limit: 9, ...query })).items.map((row) => row.id);
    expect(await found({ user: 'amara' })).toEqual(['1', '2']);
    expect(await found({ category: 'missing-here' })).toEqual(['4']);
    expect(await found({ batch: 'b' })).toEqual(['4']);
    expect(await found({ states: ['open', 'held'] })).toEqual(['2']);
    expect(await found({ takes: true })).toEqual(['3']);
    expect(await found({ search: 'béla' })).toEqual(['3']);
    const page = await store().drift({ run: id, after: null, limit: 2 });
    expect(page).toMatchObject({ next: '2', total: 5, totalIsCapped: false });
    expect(await found({ after: '2' })).toEqual(['3', '4', '5']);
  });

  it('is found across runs, the newest first', async () => {
    const first = await filled();
    await end(first.id);
    const second = await filled();
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await store().drift({ user: 'amara', after, limit: 1 });
      found.push(...page.items.map((row) => `${row.run} ${row.id}`));
      after = page.next;
      if (after === null) break;
    }
    expect(found).toEqual([second.id, first.id].flatMap((id) => [`${id} 1`, `${id} 2`]));
  });

  it('is counted by what it is, and by how many people it is about', async () => {
    const { id } = await filled();
    await report(id, driftRow(id, '6', { user: 'amara', about: 'street' }));
    expect(await store().driftCounts(id)).toEqual([
      { category: 'attribute-differs', state: 'due', takes: false, rows: 2, people: 1 },
      { category: 'attribute-differs', state: 'open', takes: false, rows: 1, people: 1 },
      { category: 'disabled-there', state: 'due', takes: true, rows: 1, people: 1 },
      { category: 'missing-here', state: 'due', takes: false, rows: 1, people: 1 },
      { category: 'name-differs', state: 'due', takes: false, rows: 1, people: 0 },
    ]);
  });

  it('is settled row by row, with what is told of it', async () => {
    const { id, rows } = await filled();
    const position = await desk.ledger.lastPosition();
    const settled = { ...rows[0]!, state: 'healed' as const, why: 'Done.', healedAt: 9, detail: { lost: 1 } };
    const told = [{ type: 'drift.healed', subject: { kind: 'user', id: 'amara' } }] as const;
    await store().settleDrift([settled], by(), told, PROVIDER);
    expect((await rowsOf(id))[0]).toEqual(settled);
    expect((await rowsOf(id)).slice(1)).toEqual(rows.slice(1));
    expect(inWords(await desk.ledger.events({ after: position, limit: 9 }))).toEqual(['drift.healed']);
  });
}
