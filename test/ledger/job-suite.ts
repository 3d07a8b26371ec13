// Work in chunks: what the list of jobs tells of it, that it goes on where it stopped, and what forgetting leaves.

import { describe, expect, it } from 'vitest';
import type { Job, StoredEvent } from '../../src/ledger/ledger.ts';
import { type Desk, eachWithLedger, type Open } from './opened.ts';
import {
  adminsRule,
  applyRules,
  by,
  everyDepartment,
  everyGroup,
  inWords,
  PROVIDER,
  requestRow,
  rule,
  sweepAll,
  tick,
} from './scribe.ts';

/** More than one chunk resolves. */
const CROWD = 230;
const CHUNK = 200;
const DAY_MS = 86_400_000;
/** The first pause after a chunk that broke is a second. */
const RETRIED_WITHIN_MS = 10_000;

export function jobSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const underWay = async () => (await desk.ledger.jobs(100)).filter((each) => each.finishedAt === null);
  const jobOf = async (kind: Job['kind']) => (await desk.ledger.jobs(100)).find((each) => each.kind === kind);
  const eventsOf = (query: Partial<Parameters<Desk['ledger']['events']>[0]>) =>
    desk.ledger.events({ after: 0, limit: 100_000, ...query });

  describe('the list of jobs', () => {
    it('is empty where nothing is to be done', async () => {
      await sweepAll(desk.ledger);
      expect(await underWay()).toEqual([]);
      expect(await desk.ledger.work(tick())).toBe(false);
    });

    it('tells of what, for whom, from what, and how far it is', async () => {
      await desk.people(CROWD);
      const number = await applyRules(desk.ledger, [adminsRule, everyDepartment, everyGroup]);
      const [waiting] = await underWay();
      expect(waiting).toEqual({
        id: expect.any(String),
        kind: 'resolve-all',
        provider: PROVIDER,
        subject: '',
        position: '',
        done: 0,
        total: CROWD,
        chunks: 0,
        cause: { kind: 'ruleset', id: `${PROVIDER}/${number}` },
        createdAt: expect.any(Number),
        finishedAt: null,
        outcome: null,
        failures: 0,
        lastError: null,
      });
      expect(await desk.ledger.work(tick())).toBe(true);
      expect(await underWay()).toMatchObject([{ id: waiting!.id, done: CHUNK, chunks: 1 }]);
      expect(await desk.ledger.staleUsers()).toBe(CROWD - CHUNK);
      await desk.reopen();
      await sweepAll(desk.ledger);
      expect(await jobOf('resolve-all')).toMatchObject({ id: waiting!.id, done: CROWD, outcome: 'done' });
    });

    it('has those under way first, then the last that ended', async () => {
      const [amara, bela] = await desk.people(2);
      for (const id of [amara!, bela!]) {
        await desk.write.removeUser(id);
        await desk.ledger.purgeUser(PROVIDER, id, by());
        await sweepAll(desk.ledger);
      }
      await desk.people(3);
      await applyRules(desk.ledger, []);
      const listed = await desk.ledger.jobs(3);
      expect(listed.map((each) => [each.kind, each.subject, each.outcome])).toEqual([
        ['resolve-all', '', null],
        ['purge', bela, 'done'],
        ['purge', amara, 'done'],
      ]);
      expect(await desk.ledger.jobs(1)).toEqual(listed.slice(0, 1));
    });

    it('says of rules that newer ones took their place', async () => {
      await desk.people(2);
      await applyRules(desk.ledger, []);
      await applyRules(desk.ledger, [adminsRule]);
      const outcomes = (await desk.ledger.jobs(10)).map((each) => each.outcome);
      expect(outcomes).toEqual([null, 'superseded']);
      await sweepAll(desk.ledger);
      expect((await desk.ledger.jobs(10)).map((each) => each.outcome).sort()).toEqual(['done', 'superseded']);
    });
  });

  describe('a large group', () => {
    const engineers = rule({ kind: 'team', attribute: 'groups', value: 'eng-*', target: '*' });

    async function crowdIn(name: string): Promise<{ group: string; ids: string[] }> {
      await applyRules(desk.ledger, [engineers]);
      const ids = await desk.people(CROWD);
      await sweepAll(desk.ledger);
      const { id } = await desk.write.createGroup(name, ids);
      await sweepAll(desk.ledger);
      return { group: id, ids };
    }

    it('renamed again while its job is under way is resolved by its last name, also those whom the job had behind it', async () => {
      const { group, ids } = await crowdIn('eng-kites');
      await desk.write.changeGroup(group, { name: 'Kites' });
      await desk.ledger.work(tick());
      await desk.write.changeGroup(group, { name: 'eng-sails' });
      await sweepAll(desk.ledger);
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
      for (const id of [ids[0]!, ids.at(-1)!]) expect(await desk.teamsOf(id)).toEqual(['eng-sails']);
    });

    it('removed takes each access away once, and each membership', async () => {
      const { group, ids } = await crowdIn('eng-kites');
      await desk.write.removeGroup(group);
      await desk.ledger.work(tick());
      await desk.reopen();
      await sweepAll(desk.ledger);
      for (const type of ['grant.removed', 'membership.removed']) {
        const people = (await eventsOf({ types: [type] })).map((each) => each.subject.id);
        expect(people.sort()).toEqual([...ids].sort());
      }
      expect(await jobOf('leave-group')).toMatchObject({ outcome: 'done', done: CROWD, total: CROWD });
      expect((await desk.ledger.counts()).memberships).toBe(0);
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
    });

    it('removed, with a member removed and purged before the job came to them, leaves nothing behind', async () => {
      const { group, ids } = await crowdIn('eng-kites');
      const last = ids.at(-1)!;
      await desk.write.removeGroup(group);
      await desk.write.removeUser(last);
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
      await desk.ledger.purgeUser(PROVIDER, last, by());
      await sweepAll(desk.ledger);
      expect((await desk.ledger.counts()).memberships).toBe(0);
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
    });

    it('of a provider that is removed meanwhile: the job goes with it', async () => {
      const { group } = await crowdIn('eng-kites');
      await desk.write.removeGroup(group);
      await desk.ledger.work(tick());
      await desk.ledger.removeProvider(PROVIDER, by());
      await sweepAll(desk.ledger);
      expect(await underWay()).toEqual([]);
      expect(await desk.ledger.counts()).toMatchObject({ users: 0, groups: 0, memberships: 0, holdings: 0 });
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
    });
  });

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

  describe('a chunk that breaks', () => {
    it('is told of with the job, holds up no other job, and is tried again', async () => {
      desk.ledger.retainBy(() => {
        throw new Error('nobody knows how old is old');
      });
      await desk.ledger.beginRetention('hour 1', tick());
      await expect(desk.ledger.work(tick())).rejects.toThrow('how old is old');
      const [broken] = await underWay();
      expect(broken).toMatchObject({ kind: 'retention', failures: 1, chunks: 0, finishedAt: null });
      expect(broken!.lastError).toContain('nobody knows how old is old');

      const [id] = await desk.people(1);
      await desk.write.removeUser(id!);
      await desk.ledger.purgeUser(PROVIDER, id!, by());
      await sweepAll(desk.ledger);
      expect(await jobOf('purge')).toMatchObject({ outcome: 'done' });
      expect(await jobOf('retention')).toMatchObject({ outcome: null });

      desk.ledger.retainBy(() => ({ requestsBefore: 0, removedUsersBefore: 0 }));
      await expect
        .poll(
          async () => {
            await desk.ledger.work(tick());
            return (await jobOf('retention'))?.outcome;
          },
          { timeout: RETRIED_WITHIN_MS },
        )
        .toBe('done');
      expect(await jobOf('retention')).toMatchObject({ id: broken!.id, failures: 1, lastError: null });
    });
  });
}
