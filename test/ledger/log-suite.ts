// The log of events: in their one order, which nobody skips.

import { describe, expect, it } from 'vitest';
import { type Desk, eachWithLedger, type Open } from './opened.ts';
import { effectsOf, inWords, PROVIDER, tick } from './scribe.ts';

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
}
