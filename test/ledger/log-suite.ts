// The two logs: events in their one order, which nobody skips; requests with what they caused, and their end.

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import { type Desk, eachWithLedger, type Open } from './opened.ts';
import { effectsOf, inWords, PROVIDER, requestRow, sweepAll, tick } from './scribe.ts';

export function logSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const person = (name: string) => desk.write.createUser({ userName: name, department: 'Kites' });

  describe('events', () => {
    it('stand in consecutive positions from 1, in the order of their commits', async () => {
      const done = await Promise.all(Array.from({ length: 25 }, (_, i) => person(`user${i}`)));
      const events = await desk.ledger.events({ after: 0, limit: 1000 });
      expect(events.map((each) => each.position)).toEqual(events.map((_, i) => i + 1));
      expect(await desk.ledger.lastPosition()).toBe(events.length);
      expect((await desk.ledger.counts()).events).toBe(events.length);
      const created = events.filter((each) => each.type === 'user.created').map((each) => each.subject.id);
      // Whose commit came first nobody can say of those that were under way together.
      expect(created.sort()).toEqual(done.map((each) => each.id).sort());
    });

    it('say who, when, about what, from what and what changed', async () => {
      const { id, request } = await person('amara');
      const event = (await effectsOf(desk.ledger, { request })).find((each) => each.type === 'user.created');
      expect(event).toEqual({
        position: expect.any(Number),
        id: expect.any(String),
        at: expect.any(Number),
        provider: PROVIDER,
        type: 'user.created',
        actor: { kind: 'token', id: 'entra' },
        subject: { kind: 'user', id },
        cause: { kind: 'request', id: request },
        data: { after: expect.objectContaining({ userName: 'amara' }) },
        hash: expect.any(String),
      });
    });

    it('are found by type, subject, cause and provider, forwards and backwards, page by page', async () => {
      const amara = await person('amara');
      await person('bela');
      const removal = await desk.write.removeUser(amara.id);
      const find = async (query: Partial<Parameters<Desk['ledger']['events']>[0]>) =>
        desk.ledger.events({ after: 0, limit: 1000, ...query });
      expect(inWords(await find({ types: ['user.removed'] }))).toEqual(['user.removed']);
      expect(inWords(await find({ cause: removal.request })).sort()).toEqual([
        'grant.removed businessUnit',
        'grant.removed role',
        'user.removed',
      ]);
      expect(new Set((await find({ subject: amara.id })).map((each) => each.subject.id))).toEqual(
        new Set([amara.id]),
      );
      expect(await find({ provider: 'elsewhere' })).toEqual([]);
      expect(await find({ cause: 'nothing' })).toEqual([]);
      const all = await find({});
      expect((await find({ newestFirst: true })).map((each) => each.position)).toEqual(
        all.map((each) => each.position).reverse(),
      );
      expect((await find({ newestFirst: true, after: 3 })).map((each) => each.position)).toEqual([2, 1]);
      const paged: number[] = [];
      for (let after = 0; ; after = paged.at(-1)!) {
        const page = await find({ after, limit: 3 });
        if (page.length === 0) break;
        paged.push(...page.map((each) => each.position));
      }
      expect(paged).toEqual(all.map((each) => each.position));
    });

    it('are found by who did it, the other end, time and place', async () => {
      const amara = await person('amara');
      const between = tick(3_600_000);
      tick();
      const removal = await desk.write.removeUser(amara.id);
      const find = async (query: Partial<Parameters<Desk['ledger']['events']>[0]>) =>
        desk.ledger.events({ after: 0, limit: 1000, ...query });
      const all = await find({});
      const positions = (events: typeof all) => events.map((each) => each.position);
      expect(positions(await find({ actor: 'entra' }))).toEqual(
        positions(all.filter(({ actor }) => actor.id === 'entra')),
      );
      expect(positions(await find({ actor: 'token' }))).toEqual(
        positions(all.filter(({ actor }) => actor.kind === 'token')),
      );
      expect(await find({ actor: 'nobody' })).toEqual([]);
      const role = all.find(({ type, object }) => type === 'grant.added' && object?.kind === 'role')!.object!
        .id;
      expect(new Set((await find({ object: role })).map(({ type }) => type))).toEqual(
        new Set(['grant.added', 'grant.removed']),
      );
      const late = await find({ since: between });
      expect(positions(late)).toEqual(positions(all.filter(({ at }) => at >= between)));
      expect(late.every(({ cause }) => cause?.id === removal.request)).toBe(true);
      expect(positions(await find({ until: between }))).toEqual(
        positions(all.filter(({ at }) => at < between)),
      );
      expect(positions(await find({ among: { above: 1, upTo: 3 } }))).toEqual([2, 3]);
      expect((await desk.ledger.countEvents({ after: 0, since: between })).total).toBe(late.length);
    });

    it('have names for what they speak of', async () => {
      const { id } = await person('amara');
      const group = await desk.write.createGroup('Kites', []);
      const events = await desk.ledger.events({ after: 0, limit: 1000, subject: id });
      const unit = events.find(({ object }) => object?.kind === 'businessUnit')!.object!.id;
      const names = await desk.ledger.names([id, group.id, unit, 'nothing']);
      expect([id, group.id, unit, 'nothing', PROVIDER].map((each) => names.get(each))).toEqual([
        'amara',
        'Kites',
        'Kites',
        undefined,
        PROVIDER,
      ]);
    });

    it('are found by the request or change of an administrator that caused them', async () => {
      const { id } = await person('amara');
      const cause = { kind: 'request' as const, id: 'an-api-request' };
      const by = { at: tick(), actor: { kind: 'key' as const, id: 'ops' }, cause };
      const number = await desk.ledger.applyRuleset(
        { provider: PROVIDER, strategy: 'first-match', rules: [], scimAttributes: {} },
        by,
      );
      expect(inWords(await desk.ledger.events({ after: 0, limit: 10, cause: cause.id }))).toEqual([
        'mapping.applied',
      ]);
      while (await desk.ledger.work(tick()));
      const swept = await desk.ledger.events({ after: 0, limit: 10, cause: `${PROVIDER}/${number}` });
      expect(new Set(swept.map((each) => `${each.type} ${each.subject.id}`))).toEqual(
        new Set([`grant.removed ${id}`]),
      );
    });

    it('verify as a chain', async () => {
      await person('amara');
      const report = await desk.ledger.verify();
      expect(report).toMatchObject({
        users: 1,
        events: await desk.ledger.lastPosition(),
        problems: [],
        problemCount: 0,
      });
    });
  });

  describe('followers', () => {
    it('hear of every position, in order, and skip none', async () => {
      const seen: number[] = [];
      let reading = Promise.resolve();
      const read = async () => {
        for (;;) {
          const page = await desk.ledger.events({ after: seen.at(-1) ?? 0, limit: 7 });
          if (page.length === 0) return;
          seen.push(...page.map((each) => each.position));
        }
      };
      const told: number[] = [];
      const stop = desk.ledger.follow((position) => {
        told.push(position);
        reading = reading.then(read);
      });
      for (let round = 0; round < 5; round++) {
        await Promise.all(Array.from({ length: 10 }, (_, i) => person(`user${round}-${i}`)));
      }
      const last = await desk.ledger.lastPosition();
      await expect.poll(() => told.at(-1), { timeout: 5000 }).toBe(last);
      await reading;
      stop();
      expect(seen).toEqual(Array.from({ length: last }, (_, i) => i + 1));
      expect(told).toEqual([...told].sort((a, b) => a - b));
    });

    it('hear nothing of what changes nothing, and nothing after they stopped', async () => {
      const { id } = await person('amara');
      // Read, so that nothing from before is still on its way to followers.
      await desk.ledger.lastPosition();
      const told: number[] = [];
      const stop = desk.ledger.follow((position) => told.push(position));
      await desk.write.replaceUser(id, { userName: 'amara', department: 'Kites' });
      await expect(person('AMARA')).rejects.toThrow();
      expect(told).toEqual([]);
      stop();
      await person('bela');
      expect(told).toEqual([]);
    });

    it('are told only of what can be read', async () => {
      const heard: boolean[] = [];
      const checks: Promise<unknown>[] = [];
      const stop = desk.ledger.follow((position) => {
        checks.push(
          desk.ledger
            .events({ after: position - 1, limit: 1 })
            .then(([event]) => heard.push(event?.position === position)),
        );
      });
      await Promise.all(Array.from({ length: 10 }, (_, i) => person(`user${i}`)));
      await desk.ledger.lastPosition();
      stop();
      await Promise.all(checks);
      expect(heard.length).toBeGreaterThan(0);
      expect(heard.every(Boolean)).toBe(true);
    });
  });

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
