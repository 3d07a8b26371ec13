// The request log: what came of each request, how it is found again, and its end.

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import { type Desk, eachWithLedger, type Open } from './opened.ts';
import { PROVIDER, requestRow, sweepAll, tick } from './scribe.ts';

export function requestLogSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const person = (name: string) => desk.write.createUser({ userName: name, department: 'Kites' });

  describe('requests', () => {
    it('are kept with everything that was noted, and the number of their effects', async () => {
      const row = requestRow('r1', {
        token: 't',
        body: '{"a":1}',
        status: 404,
        tags: ['verb-capitalised'],
        detail: 'There is no user.',
        remote: '127.0.0.1',
        resource: 'u1',
      });
      desk.ledger.noteRequest(row);
      expect(await desk.ledger.request('r1')).toEqual({ ...row, effects: 0 });
      expect(await desk.ledger.request('r2')).toBeNull();
    });

    it('are found by status, provider, resource and words', async () => {
      const note = (id: string, more: Parameters<typeof requestRow>[1]) =>
        desk.ledger.noteRequest(requestRow(id, more));
      note('a', { status: 200, action: 'Suspended Amara Osei', resource: 'u1' });
      note('b', { status: 409, action: 'Refused', path: '/scim/v2/Users', resource: null });
      note('c', { status: 401, provider: null, action: 'Wrong token, ending in 1234' });
      note('d', { status: 200, action: 'Updated 100% of it' });
      const found = async (query: Partial<Parameters<Desk['ledger']['requests']>[0]>) =>
        (await desk.ledger.requests({ before: null, limit: 50, ...query })).items
          .map((each) => each.id)
          .sort();
      expect(await found({ status: 'ok' })).toEqual(['a', 'd']);
      expect(await found({ status: 'failed' })).toEqual(['b']);
      expect(await found({ status: 'rejected' })).toEqual(['c']);
      expect(await found({ provider: PROVIDER })).toEqual(['a', 'b', 'd']);
      expect(await found({ resource: 'u1' })).toEqual(['a']);
      expect(await found({ search: 'amara' })).toEqual(['a']);
      expect(await found({ search: '0%' })).toEqual(['d']);
      expect(await found({ search: '_' })).toEqual([]);
      expect(await found({ search: 'Users' })).toEqual(['a', 'b', 'c', 'd']);
    });

    it('are found by method, token, tag, kind of action, effects and time', async () => {
      const [early, late] = [newId(tick()), newId(tick(60_000))];
      desk.ledger.noteRequest(
        requestRow(early, {
          method: 'GET',
          token: 't1',
          tags: ['urn-key', 'ignored:a"b'],
          action: 'Looked up x: nobody',
        }),
      );
      desk.ledger.noteRequest(requestRow(late, { tags: ['urn-key-of-others'], action: "Suspended O'Neil" }));
      const { request } = await person('amara');
      const found = async (query: Partial<Parameters<Desk['ledger']['requests']>[0]>) => {
        const page = await desk.ledger.requests({ before: null, limit: 50, ...query });
        expect(page).toMatchObject({ total: page.items.length, totalIsCapped: false, next: null });
        return page.items.map((each) => each.id);
      };
      expect(await found({ method: 'GET' })).toEqual([early]);
      expect(await found({ token: 't1' })).toEqual([early]);
      expect(await found({ tag: 'urn-key' })).toEqual([early]);
      expect(await found({ tag: 'ignored' })).toEqual([early]);
      expect(await found({ tag: 'ignored:a"b' })).toEqual([early]);
      expect(await found({ tag: 'urn' })).toEqual([]);
      expect(await found({ actions: ['Suspended ', 'Moved '] })).toEqual([late]);
      expect(await found({ actions: ['suspended'] })).toEqual([]);
      expect(await found({ hasEffects: true })).toEqual([request]);
      expect(await found({ hasEffects: false })).toEqual([late, early]);
      expect(await found({ until: tick() })).toContain(late);
      const between = Number.parseInt(late.slice(0, 13).replace('-', ''), 16);
      expect(await found({ since: between })).not.toContain(early);
      expect(await found({ until: between })).toEqual([early]);
    });

    it('are counted by provider and time, refused ones apart', async () => {
      const since = tick();
      const note = (more: Parameters<typeof requestRow>[1]) =>
        desk.ledger.noteRequest(requestRow(newId(tick()), more));
      note({ at: since - 1 });
      note({ at: since });
      for (const status of [201, 204, 399, 400, 401, 409, 500]) note({ at: since + 5, status });
      note({ at: since + 6, provider: 'fabrikam', status: 500 });
      note({ at: since + 6, provider: null, status: 401 });
      note({ at: since + 10 });
      const count = (provider: string, until: number, most = 100) =>
        desk.ledger.countRequests({ provider, since, until, most });
      expect(await count(PROVIDER, since + 10)).toEqual({ accepted: 4, refused: 4, isCapped: false });
      expect(await count(PROVIDER, since + 11)).toEqual({ accepted: 5, refused: 4, isCapped: false });
      expect(await count('fabrikam', since + 10)).toEqual({ accepted: 0, refused: 1, isCapped: false });
      expect(await count('nobody', since + 10)).toEqual({ accepted: 0, refused: 0, isCapped: false });
      expect(await count(PROVIDER, since + 11, 9)).toEqual({ accepted: 5, refused: 4, isCapped: false });
      const capped = await count(PROVIDER, since + 11, 8);
      expect([capped.accepted + capped.refused, capped.isCapped]).toEqual([8, true]);
    });

    it('are led by the newest of a provider, whatever others sent since', async () => {
      expect(await desk.ledger.newestRequest(PROVIDER)).toBeNull();
      const [first, last] = [newId(tick()), newId(tick())];
      const at = tick();
      for (const id of [first, last]) desk.ledger.noteRequest(requestRow(id, { at, tags: ['urn-key'] }));
      desk.ledger.noteRequest(requestRow(newId(tick()), { provider: 'fabrikam' }));
      desk.ledger.noteRequest(requestRow(newId(tick()), { provider: null, status: 401 }));
      expect(await desk.ledger.newestRequest(PROVIDER)).toMatchObject({ id: last, at, tags: ['urn-key'] });
      expect(await desk.ledger.newestRequest('nobody')).toBeNull();
    });

    it('that brought a wrong credential are told apart by what they were, where from and how often', async () => {
      const wrong = { status: 401, provider: null, action: 'Wrong token, ending in 1234' };
      for (const remote of ['192.0.2.1', '192.0.2.1', '192.0.2.2']) {
        desk.ledger.noteRequest(requestRow(newId(tick()), { ...wrong, remote, detail: 'Not known.' }));
      }
      const last = newId(tick());
      desk.ledger.noteRequest(requestRow(last, { ...wrong, action: 'No token', at: tick() }));
      const found = await desk.ledger.rejectedCredentials(10);
      expect(found.map(({ action, remote, times }) => [action, remote, times])).toEqual([
        ['No token', null, 1],
        [wrong.action, '192.0.2.2', 1],
        [wrong.action, '192.0.2.1', 2],
      ]);
      expect(found[0]!.last).toBe(last);
      expect(found[2]!.lastAt).toBeGreaterThan(found[2]!.firstAt);
      expect(await desk.ledger.rejectedCredentials(1)).toHaveLength(1);
    });

    it('are paged newest first, without gap or repeat', async () => {
      for (let i = 0; i < 25; i++) desk.ledger.noteRequest(requestRow(`r${String(i).padStart(2, '0')}`));
      const seen: string[] = [];
      let before: string | null = null;
      do {
        const page: { items: { id: string }[]; next: string | null } = await desk.ledger.requests({
          before,
          limit: 10,
        });
        seen.push(...page.items.map((each) => each.id));
        before = page.next;
      } while (before);
      expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `r${String(24 - i).padStart(2, '0')}`));
    });

    it('are not lost for others when one is noted twice', async () => {
      desk.ledger.noteRequest(requestRow('twice', { status: 200 }));
      desk.ledger.noteRequest(requestRow('twice', { status: 400 }));
      desk.ledger.noteRequest(requestRow('other'));
      const { id } = await person('amara');
      expect(await desk.ledger.readUser(PROVIDER, id)).not.toBeNull();
      expect(await desk.ledger.request('twice')).toMatchObject({ status: 200 });
      expect(await desk.ledger.request('other')).not.toBeNull();
    });

    it('are forgotten by age, and their events stay', async () => {
      const { request } = await person('amara');
      const events = await desk.ledger.lastPosition();
      const limit = tick(1000);
      desk.ledger.noteRequest(requestRow('young'));
      expect(await desk.ledger.request('young')).not.toBeNull();
      desk.ledger.retainBy(() => ({ requestsBefore: limit, removedUsersBefore: 0 }));
      await desk.ledger.beginRetention('an-hour', tick());
      await sweepAll(desk.ledger);
      expect(await desk.ledger.request(request)).toBeNull();
      expect(await desk.ledger.request('young')).not.toBeNull();
      expect(await desk.ledger.lastPosition()).toBe(events);
    });
  });
}
