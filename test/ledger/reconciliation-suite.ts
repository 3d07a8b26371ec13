// Runs of comparing with the directory: one of each provider, worked on by one process; what they read, report and leave.

import { describe, expect, it } from 'vitest';
import type { Open } from './opened.ts';
import { pendingSuite } from './pending-suite.ts';
import { driftRow, HOLDER, newRun, pagesOf, reconciliationDesk } from './reconciliation-desk.ts';
import { reconciliationTransferSuite } from './reconciliation-transfer-suite.ts';
import { reportSuite } from './report-suite.ts';
import { by, inWords, PROVIDER, providerNamed } from './scribe.ts';
import { stagingSuite } from './staging-suite.ts';

const started = [{ type: 'reconciliation.started', subject: { kind: 'reconciliation', id: 'it' } }] as const;

export function reconciliationSuite(open: Open): void {
  describe('a run', () => runSuite(open));
  describe('what is staged', () => stagingSuite(open));
  describe('a report', () => reportSuite(open));
  describe('what people said, and what waits', () => pendingSuite(open));
  describe('forgetting and transfer', () => reconciliationTransferSuite(open));
}

function runSuite(open: Open): void {
  const { desk, underWay, end, stage, report } = reconciliationDesk(open);
  const store = () => desk.ledger.reconciliations;

  describe('begins', () => {
    it('once, whoever begins at the same moment, with its event', async () => {
      const position = await desk.ledger.lastPosition();
      const begun = await Promise.all([1, 2, 3, 4].map(() => store().begin(newRun(), by(), started)));
      expect(begun.filter((each) => each !== null)).toHaveLength(1);
      expect((await store().list({ after: null, limit: 9 })).total).toBe(1);
      const events = await desk.ledger.events({ after: position, limit: 9 });
      expect(events).toMatchObject([{ type: 'reconciliation.started', provider: PROVIDER }]);
    });

    it('as it was asked for, and is found so', async () => {
      const asked = newRun({ channel: 'import', mode: 'report', filter: { group: 'g' }, preview: true });
      const change = by('ops');
      const run = await store().begin(asked, change, []);
      const fresh = { phase: 'reading', position: '', counts: {}, outcome: null, problems: [] };
      expect(run).toEqual({ ...asked, ...fresh, finishedAt: null, actor: 'system:ops' });
      expect(await store().find(asked.id)).toEqual(run);
      expect(await store().find('another')).toBeNull();
    });

    it('beside one of another provider, and not for one that is not there', async () => {
      await desk.ledger.saveProvider(providerNamed('northwind'), 0, by());
      await underWay();
      expect(await store().begin(newRun({ provider: 'northwind' }), by(), [])).not.toBeNull();
      await expect(store().begin(newRun({ provider: 'nobody' }), by(), [])).rejects.toMatchObject({
        reason: 'notFound',
      });
    });

    it('unless one of its channel began since', async () => {
      const first = await underWay();
      await end(first.id);
      const begin = (since: number, more = {}) => store().begin(newRun(more), by(), [], since);
      expect(await begin(first.startedAt - 1)).toBeNull();
      const imported = await begin(first.startedAt - 1, { channel: 'import' });
      expect(imported).not.toBeNull();
      await store().cancel(imported!.id, by(), []);
      expect(await begin(first.startedAt)).not.toBeNull();
    });
  });

  describe('is worked on', () => {
    it('by one, who has it again at once', async () => {
      const { id } = await underWay();
      expect(await store().take('another')).toBeNull();
      expect(await store().take(HOLDER)).toMatchObject({ id });
      expect(await store().advance(id, HOLDER, { phase: 'comparing', position: 'x' })).toBe(true);
      expect(await store().advance(id, HOLDER, { counts: { people: 3 }, problems: ['one'] })).toBe(true);
      expect(await store().find(id)).toMatchObject({
        phase: 'comparing',
        position: 'x',
        counts: { people: 3 },
        problems: ['one'],
      });
    });

    it('by another once it was let go, and then no more by the first', async () => {
      const { id } = await underWay();
      await store().release(HOLDER);
      expect(await store().take('another')).toMatchObject({ id });
      const pages = pagesOf({ newParts: ['people'] });
      expect(await store().advance(id, HOLDER, { position: 'x' })).toBe(false);
      expect(await store().stage(id, HOLDER, pages)).toBe(false);
      expect(await report(id, driftRow(id, '1'))).toBe(false);
      expect(await store().noteMatches(id, HOLDER, [{ id: 'x', user: 'y' }], {})).toBe(false);
      expect(await end(id)).toBe(false);
      expect(await store().parts(id)).toEqual([]);
      expect((await store().drift({ run: id, after: null, limit: 9 })).total).toBe(0);
      expect(await store().find(id)).toMatchObject({ position: '', phase: 'reading' });
    });

    it('by nobody after it was cancelled', async () => {
      const { id } = await underWay();
      expect(await store().cancel(id, by(), started)).toBe(true);
      expect(await store().cancel(id, by(), started)).toBe(false);
      expect(await stage(id, { newParts: ['people'] })).toBe(false);
      expect(await store().take(HOLDER)).toBeNull();
      expect(await store().find(id)).toMatchObject({ phase: 'done', outcome: 'cancelled' });
    });
  });

  describe('ends', () => {
    it('with its events, once, and the next may begin', async () => {
      const { id } = await underWay();
      const position = await desk.ledger.lastPosition();
      const done = { phase: 'done', outcome: 'partial', counts: { a: 1 }, problems: ['it'] } as const;
      const change = by();
      const finished = [
        { type: 'reconciliation.finished', subject: { kind: 'reconciliation', id } },
      ] as const;
      expect(await store().finish(id, HOLDER, done, change, finished)).toBe(true);
      expect(await store().finish(id, HOLDER, done, change, finished)).toBe(false);
      expect(await store().find(id)).toMatchObject({ ...done, finishedAt: change.at });
      expect(inWords(await desk.ledger.events({ after: position, limit: 9 }))).toEqual([
        'reconciliation.finished',
      ]);
      expect(await underWay()).not.toBeNull();
    });

    it('by name of how: the newest of a channel with that outcome', async () => {
      const first = await underWay();
      await end(first.id);
      const second = await underWay();
      await store().cancel(second.id, by(), []);
      const latest = (...outcomes: Parameters<ReturnType<typeof store>['latest']>[2]) =>
        store().latest(PROVIDER, 'reconciliation', outcomes);
      expect(await latest('complete', 'partial')).toMatchObject({ id: first.id });
      expect(await latest('complete', 'cancelled')).toMatchObject({ id: second.id });
      expect(await latest('failed')).toBeNull();
      expect(await store().latest(PROVIDER, 'import', ['complete'])).toBeNull();
    });

    it('in a list, the newest first, page by page', async () => {
      const ids: string[] = [];
      for (const _ of [1, 2, 3]) {
        const { id } = await underWay();
        ids.unshift(id);
        await end(id);
      }
      const page = await store().list({ provider: PROVIDER, after: null, limit: 2 });
      expect(page).toMatchObject({ next: ids[1], total: 3, totalIsCapped: false });
      const rest = await store().list({ provider: PROVIDER, after: page.next, limit: 2 });
      expect([...page.items, ...rest.items].map(({ id }) => id)).toEqual(ids);
      expect(rest.next).toBeNull();
      expect((await store().list({ channel: 'import', after: null, limit: 2 })).items).toEqual([]);
    });
  });

  describe('that waits as a preview', () => {
    const waiting = { phase: 'waiting', outcome: null, counts: {}, problems: [] } as const;

    it('is no work until it goes on, from the beginning of healing', async () => {
      const { id } = await underWay({ preview: true });
      await store().advance(id, HOLDER, { position: 'somewhere' });
      expect(await store().finish(id, HOLDER, waiting, by(), [])).toBe(true);
      expect(await store().take(HOLDER)).toBeNull();
      expect(await store().find(id)).toMatchObject({ phase: 'waiting', finishedAt: null });
      expect(await store().resume(id, by())).toBe(true);
      expect(await store().resume(id, by())).toBe(false);
      expect(await store().take('another')).toMatchObject({ id, phase: 'healing', position: '' });
    });

    it('is discarded by the next run, or by a person', async () => {
      const { id } = await underWay({ preview: true });
      await store().finish(id, HOLDER, waiting, by(), []);
      const next = await underWay({ preview: true });
      expect(await store().find(id)).toMatchObject({ phase: 'done', outcome: 'discarded' });
      expect(await store().resume(id, by())).toBe(false);
      await store().finish(next.id, HOLDER, waiting, by(), []);
      expect(await store().cancel(next.id, by(), [])).toBe(true);
      expect(await store().find(next.id)).toMatchObject({ phase: 'done', outcome: 'discarded' });
    });

    it('stays while a run that may not begin is asked for', async () => {
      const { id, startedAt } = await underWay({ preview: true });
      await store().finish(id, HOLDER, waiting, by(), []);
      expect(await store().begin(newRun(), by(), [], startedAt - 1)).toBeNull();
      expect(await store().find(id)).toMatchObject({ phase: 'waiting' });
    });
  });
}
