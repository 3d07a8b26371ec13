// What is left to the sweep: groups too large to resolve at once, and everybody after a change of rules. Access is right
// at once, also for people whom the sweep has not reached.

import { describe, expect, it } from 'vitest';
import { resolve } from '../../src/mapping/resolve.ts';
import { eachWithLedger, type Open } from './opened.ts';
import {
  AT_ONCE,
  adminsRule,
  applyRules,
  type Done,
  effectsOf,
  everyDepartment,
  everyGroup,
  inWords,
  PROVIDER,
  rule,
  sweepAll,
  tick,
} from './scribe.ts';

const EIGHT = AT_ONCE + 3;

export function sweepSuite(open: Open): void {
  const desk = eachWithLedger(open);

  const { person, people, teamsOf, problems } = desk;

  /** What the rules of this moment say, whatever is stored: how a user is answered while the sweep is under way. */
  async function resolvedNow(id: string): Promise<string[]> {
    const { loaded, state } = (await desk.ledger.fullUser(id))!;
    const { user, groups, standing } = loaded;
    const access = resolve({ user, groups, standing, ruleset: state.ruleset, roles: state.roles });
    return [
      ...new Set(access.grants.filter((each) => each.target.kind === 'team').map((each) => each.target.name)),
    ].sort();
  }

  describe('more members than are resolved at once', () => {
    const engineers = rule({ kind: 'team', attribute: 'groups', value: 'eng-*', target: '*' });

    async function bigGroup(name: string): Promise<{ group: Done; ids: string[] }> {
      await applyRules(desk.ledger, [engineers]);
      await sweepAll(desk.ledger);
      const ids = await people(EIGHT);
      return { group: await desk.write.createGroup(name, ids), ids };
    }

    it('renames at once where the rules see no difference', async () => {
      const { group, ids } = await bigGroup('eng-kites');
      await desk.write.changeGroup(group.id, { name: 'eng-sails' });
      expect(await desk.ledger.staleUsers()).toBe(0);
      expect(await teamsOf(ids[0]!)).toEqual(['eng-sails']);
      expect(await problems()).toEqual([]);
    });

    it('answers rightly while the sweep after a rename is under way, and stores it by its end', async () => {
      const { group, ids } = await bigGroup('eng-kites');
      await desk.write.changeGroup(group.id, { name: 'Kites' });
      expect(await desk.ledger.staleUsers()).toBe(EIGHT);
      for (const id of ids) expect(await resolvedNow(id)).toEqual([]);
      expect(await problems()).toEqual([]);
      await sweepAll(desk.ledger);
      expect(await desk.ledger.staleUsers()).toBe(0);
      for (const id of ids) expect(await teamsOf(id)).toEqual([]);
      expect(await problems()).toEqual([]);
    });

    it('resolves those who leave in the same change as the rename', async () => {
      const { group, ids } = await bigGroup('eng-kites');
      const [gone, ...rest] = ids as [string, ...string[]];
      await desk.write.changeGroup(group.id, { name: 'Kites', leaves: [gone] });
      expect(await teamsOf(gone)).toEqual([]);
      await sweepAll(desk.ledger);
      for (const id of rest) expect(await teamsOf(id)).toEqual([]);
      expect(await problems()).toEqual([]);
    });

    it('takes the access of a removed group away by the sweep', async () => {
      const { group, ids } = await bigGroup('eng-kites');
      await desk.write.removeGroup(group.id);
      for (const id of ids) expect(await resolvedNow(id)).toEqual([]);
      await sweepAll(desk.ledger);
      for (const id of ids) expect(await teamsOf(id)).toEqual([]);
      expect((await desk.ledger.events({ after: 0, limit: 1000, types: ['grant.removed'] })).length).toBe(
        EIGHT,
      );
      expect(await problems()).toEqual([]);
    });

    it('finds what the sweep did among the effects of the request that began it', async () => {
      const { group } = await bigGroup('eng-kites');
      const removal = await desk.write.removeGroup(group.id);
      await sweepAll(desk.ledger);
      const words = inWords(await effectsOf(desk.ledger, removal));
      expect(words.filter((each) => each === 'grant.removed team')).toHaveLength(EIGHT);
    });

    it('takes up the sweep after a restart', async () => {
      const { group, ids } = await bigGroup('eng-kites');
      await desk.write.removeGroup(group.id);
      await desk.reopen();
      expect(await desk.ledger.staleUsers()).toBe(EIGHT);
      await sweepAll(desk.ledger);
      expect(await teamsOf(ids[0]!)).toEqual([]);
      expect(await problems()).toEqual([]);
    });
  });

  describe('a rule change', () => {
    it('wakes the sweep, which resolves everybody and says why', async () => {
      const ids = await people(4);
      await desk.write.createGroup('Orion Crew', ids);
      let woken = 0;
      desk.ledger.onWork(() => woken++);
      const number = await applyRules(desk.ledger, [adminsRule, everyDepartment]);
      expect(woken).toBe(1);
      expect(await desk.ledger.staleUsers()).toBe(4);
      for (const id of ids) expect(await resolvedNow(id)).toEqual([]);
      await sweepAll(desk.ledger);
      expect(await desk.ledger.staleUsers()).toBe(0);
      const removed = await desk.ledger.events({ after: 0, limit: 1000, types: ['grant.removed'] });
      expect(removed).toHaveLength(4);
      expect(new Set(removed.map((each) => each.cause?.id))).toEqual(new Set([`${PROVIDER}/${number}`]));
      expect(await problems()).toEqual([]);
    });

    it('makes teams of groups that are there, also of empty ones', async () => {
      await applyRules(desk.ledger, []);
      await desk.write.createGroup('Empty');
      expect((await desk.ledger.listTargets({ kind: 'team', after: null, limit: 10 })).items).toEqual([]);
      await applyRules(desk.ledger, [everyGroup]);
      expect((await desk.ledger.listTargets({ kind: 'team', after: null, limit: 10 })).items).toMatchObject([
        { name: 'Empty', members: 0 },
      ]);
    });

    it('resolves a user who is written meanwhile at once', async () => {
      const ids = await people(3);
      await desk.write.createGroup('Orion Crew', ids);
      await applyRules(desk.ledger, []);
      await desk.write.replaceUser(ids[0]!, { userName: 'renamed@kitehaus.example' });
      expect(await teamsOf(ids[0]!)).toEqual([]);
      expect(await desk.ledger.staleUsers()).toBe(2);
      await sweepAll(desk.ledger);
      expect(await problems()).toEqual([]);
    });

    it('tells of people whom nobody will resolve anew', async () => {
      await people(1);
      await desk.write.createGroup('Orion Crew');
      expect(await problems()).toEqual([]);
      await applyRules(desk.ledger, []);
      expect(await problems()).toEqual([]);
      await sweepAll(desk.ledger);
      expect(await problems()).toEqual([]);
    });
  });

  it('resolves people anew whose groups came from elsewhere, when the first group arrives by SCIM', async () => {
    const { id } = await person('amara');
    await desk.write.settleUser(id, (before, at) => ({
      after: {
        ...before,
        revision: before.revision + 1,
        claims: { groups: { value: ['From The Token'], channel: 'login' as const, at } },
      },
      events: [],
    }));
    expect(await teamsOf(id)).toEqual(['From The Token']);
    await desk.write.createGroup('Orion Crew');
    expect(await resolvedNow(id)).toEqual([]);
    while (await desk.ledger.work(tick()));
    expect(await teamsOf(id)).toEqual([]);
    expect(await problems()).toEqual([]);
  });
}
