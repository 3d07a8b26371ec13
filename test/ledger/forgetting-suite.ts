// Forgetting as jobs: what is personal of a removed user, and what has become old; what it leaves behind.

import { describe, expect, it } from 'vitest';
import type { Job, StoredEvent } from '../../src/ledger/ledger.ts';
import { type Desk, eachWithLedger, type Open } from './opened.ts';
import { applyRules, by, inWords, PROVIDER, requestRow, sweepAll, tick } from './scribe.ts';

const DAY_MS = 86_400_000;

export function forgettingSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const underWay = async () => (await desk.ledger.jobs(100)).filter((each) => each.finishedAt === null);
  const jobOf = async (kind: Job['kind']) => (await desk.ledger.jobs(100)).find((each) => each.kind === kind);
  const eventsOf = (query: Partial<Parameters<Desk['ledger']['events']>[0]>) =>
    desk.ledger.events({ after: 0, limit: 100_000, ...query });

  describe('purge', () => {
    // Long enough that no hash spells it by chance.
    const amara = {
      displayName: 'Amara Oseibonsu',
      name: { givenName: 'Amara', familyName: 'Oseibonsu' },
      emails: [{ value: 'amara.oseibonsu@kitehaus.example', type: 'work' }],
      department: 'Kites',
    };
    const withoutData = ({ data: _, ...event }: StoredEvent) => event;

    async function removedAmara(): Promise<string> {
      const { id, request } = await desk.person('amara.oseibonsu', amara);
      const group = await desk.write.createGroup('Orion Crew', [id]);
      await desk.write.replaceUser(id, {
        userName: 'amara.oseibonsu@kitehaus.example',
        title: 'Oseibonsu the Great',
      });
      desk.ledger.noteRequest(
        requestRow(`${request}-2`, {
          action: 'Updated Amara Oseibonsu',
          body: '{"displayName":"Amara Oseibonsu"}',
          resource: id,
        }),
      );
      await desk.write.changeGroup(group.id, { leaves: [id] });
      await desk.write.removeUser(id);
      return id;
    }

    it('is refused for who is there, and for who never was', async () => {
      const { id } = await desk.person('amara');
      await expect(desk.ledger.purgeUser(PROVIDER, id, by())).rejects.toMatchObject({ reason: 'conflict' });
      await expect(desk.ledger.purgeUser(PROVIDER, 'nobody', by())).rejects.toMatchObject({
        reason: 'notFound',
      });
      expect(await underWay()).toEqual([]);
    });

    it('leaves events in their places, with their hashes, and says that it was done', async () => {
      const id = await removedAmara();
      const before = await eventsOf({});
      const change = by();
      await desk.ledger.purgeUser(PROVIDER, id, change);
      await desk.ledger.purgeUser(PROVIDER, id, by());
      await sweepAll(desk.ledger);
      const after = await eventsOf({});
      expect(after.slice(0, before.length).map(withoutData)).toEqual(before.map(withoutData));
      expect(inWords(after.slice(before.length))).toEqual(['user.purged']);
      expect(after.at(-1)).toMatchObject({ subject: { kind: 'user', id }, cause: change.cause });
      const erased = after.filter((each) => each.subject.id === id && each.data !== undefined);
      expect(erased).toEqual([]);
      const others = (list: StoredEvent[]) => list.filter((each) => each.subject.id !== id);
      expect(others(after.slice(0, before.length))).toEqual(others(before));
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
      expect(await jobOf('purge')).toMatchObject({ subject: id, outcome: 'done' });
    });

    it('leaves the name nowhere in what is stored', async () => {
      const id = await removedAmara();
      const bela = await desk.person('bela');
      expect(await desk.stored()).toMatch(/oseibonsu/i);
      await desk.ledger.purgeUser(PROVIDER, id, by());
      await sweepAll(desk.ledger);
      const left = await desk.stored();
      expect(left.split('\n').filter((row) => /oseibonsu/i.test(row))).toEqual([]);
      expect(left).toContain(id);
      expect(left).toContain('bela@kitehaus.example');
      expect(await desk.ledger.fullUser(id)).toBeNull();
      expect(await desk.ledger.fullUser(bela.id)).not.toBeNull();
    });

    it('goes through more events than one chunk has, also when it is interrupted', async () => {
      const { id } = await desk.person('amara.oseibonsu', amara);
      for (let n = 0; n < 520; n++)
        await desk.write.replaceUser(id, { userName: 'amara', title: `Oseibonsu ${n}` });
      await desk.write.removeUser(id);
      await desk.ledger.purgeUser(PROVIDER, id, by());
      await desk.ledger.work(tick());
      await desk.reopen();
      await sweepAll(desk.ledger);
      expect((await desk.stored()).match(/oseibonsu/gi)).toBeNull();
      expect(await eventsOf({ types: ['user.purged'] })).toHaveLength(1);
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
    });

    it('lets the same person be made anew', async () => {
      const id = await removedAmara();
      await desk.ledger.purgeUser(PROVIDER, id, by());
      await sweepAll(desk.ledger);
      const anew = await desk.person('amara.oseibonsu', amara);
      expect((await desk.ledger.fullUser(anew.id))?.loaded.user.formerly).toBeNull();
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
    });
  });

  describe('retention', () => {
    it('purges those who were removed longer ago than is kept, and nobody else', async () => {
      const [old, young, living] = (await desk.people(3)) as [string, string, string];
      await desk.write.removeUser(old);
      const between = tick(DAY_MS);
      await desk.write.removeUser(young);
      desk.ledger.retainBy(() => ({ requestsBefore: 0, removedUsersBefore: between }));
      await desk.ledger.beginRetention('hour 1', tick());
      await sweepAll(desk.ledger);
      expect(await desk.ledger.fullUser(old)).toBeNull();
      expect(await desk.ledger.fullUser(young)).not.toBeNull();
      expect(await desk.ledger.fullUser(living)).not.toBeNull();
      expect((await eventsOf({ types: ['user.purged'] })).map((each) => each.subject.id)).toEqual([old]);
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
    });

    it('is one job for each hour, however often it is begun', async () => {
      for (let n = 0; n < 3; n++) await desk.ledger.beginRetention('hour 1', tick());
      await sweepAll(desk.ledger);
      await desk.ledger.beginRetention('hour 1', tick());
      await desk.ledger.beginRetention('hour 2', tick());
      await sweepAll(desk.ledger);
      const jobs = (await desk.ledger.jobs(10)).filter((each) => each.kind === 'retention');
      expect(jobs.map((each) => [each.cause.id, each.outcome]).sort()).toEqual([
        ['hour 1', 'done'],
        ['hour 2', 'done'],
      ]);
    });

    it('forgets jobs that ended long ago with the requests of their time', async () => {
      await desk.people(1);
      await applyRules(desk.ledger, []);
      await sweepAll(desk.ledger);
      expect(await jobOf('resolve-all')).toBeDefined();
      const now = tick(DAY_MS);
      desk.ledger.retainBy(() => ({ requestsBefore: now, removedUsersBefore: 0 }));
      await desk.ledger.beginRetention('hour 1', tick());
      await sweepAll(desk.ledger);
      expect((await desk.ledger.jobs(10)).map((each) => each.kind)).toEqual(['retention']);
    });
  });
}
