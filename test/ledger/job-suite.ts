// Work in chunks: what the list of jobs tells of it, and that it goes on where it stopped.

import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/ledger/ledger.ts';
import { type Desk, eachWithLedger, type Open } from './opened.ts';
import {
  adminsRule,
  applyRules,
  by,
  everyDepartment,
  everyGroup,
  PROVIDER,
  rule,
  sweepAll,
  tick,
} from './scribe.ts';

/** More than one chunk resolves. */
const CROWD = 230;
const CHUNK = 200;
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
      const [amara, bela] = await desk.people(5);
      for (const id of [amara!, bela!]) {
        await desk.write.removeUser(id);
        await desk.ledger.purgeUser(PROVIDER, id, by());
        await sweepAll(desk.ledger);
      }
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
