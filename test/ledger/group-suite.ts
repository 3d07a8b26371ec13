// Groups, who is in them, and the teams that follow: targets made once, renamed with their group, and access that is
// right at once, also for people whom the sweep has not reached.

import { describe, expect, it } from 'vitest';
import { resolve } from '../../src/mapping/resolve.ts';
import { Refusal } from '../../src/refusal.ts';
import { eachWithLedger, type Open } from './opened.ts';
import {
  AT_ONCE,
  accessOf,
  adminsRule,
  applyRules,
  by,
  type Done,
  effectsOf,
  everyDepartment,
  everyGroup,
  inWords,
  PROVIDER,
  providerNamed,
  rule,
  sweepAll,
  tick,
} from './scribe.ts';

const EIGHT = AT_ONCE + 3;

export function groupSuite(open: Open): void {
  const desk = eachWithLedger(open);

  const person = (name: string, more: Record<string, unknown> = {}) =>
    desk.write.createUser({ userName: `${name}@kitehaus.example`, displayName: name, ...more });
  const people = async (count: number) =>
    (await Promise.all(Array.from({ length: count }, (_, i) => person(`person${i}`)))).map((each) => each.id);
  const teamsOf = async (id: string) => (await accessOf(desk.ledger, id))?.teams;
  const verified = async () => (await desk.ledger.verify()).problems;

  /** What the rules of this moment say, whatever is stored: how a user is answered while the sweep is under way. */
  async function resolvedNow(id: string): Promise<string[]> {
    const { loaded, state } = (await desk.ledger.fullUser(id))!;
    const { user, groups, standing } = loaded;
    const access = resolve({ user, groups, standing, ruleset: state.ruleset, roles: state.roles });
    return [
      ...new Set(access.grants.filter((each) => each.target.kind === 'team').map((each) => each.target.name)),
    ].sort();
  }

  describe('membership', () => {
    it('gives the members of the very first group their team, when it is made with them', async () => {
      const ids = await people(3);
      const group = await desk.write.createGroup('Orion Crew', ids);
      for (const id of ids) expect(await teamsOf(id)).toEqual(['Orion Crew']);
      expect(inWords(await effectsOf(desk.ledger, group))).toEqual([
        'team.created',
        'group.created',
        ...ids.flatMap(() => ['membership.added group', 'grant.added team']),
      ]);
      expect(await verified()).toEqual([]);
    });

    it('loses no member when many join and leave one group at once', async () => {
      const ids = await people(40);
      const { id } = await desk.write.createGroup('Orion Crew', ids.slice(0, 20));
      await Promise.all([
        ...ids.slice(20).map((each) => desk.write.changeGroup(id, { joins: [each] })),
        ...ids.slice(0, 10).map((each) => desk.write.changeGroup(id, { leaves: [each] })),
      ]);
      const row = await desk.ledger.readGroup(PROVIDER, id, true);
      expect(row?.members?.map((each) => each.id).sort()).toEqual(ids.slice(10).sort());
      expect(row?.version).toBe('W/"1.32"');
      expect(await verified()).toEqual([]);
    });

    it('changes nothing for who is in already, or out', async () => {
      const [a, b] = (await people(2)) as [string, string];
      const group = await desk.write.createGroup('Orion Crew', [a]);
      const position = await desk.ledger.lastPosition();
      await desk.write.changeGroup(group.id, { joins: [a], leaves: [b] });
      expect(await desk.ledger.lastPosition()).toBe(position);
      expect((await desk.ledger.readGroup(PROVIDER, group.id, false))?.version).toBe('W/"1.2"');
    });

    it('takes a removed user out of every group, and their access with it', async () => {
      const [a, b] = (await people(2)) as [string, string];
      const groups = [
        await desk.write.createGroup('Orion', [a, b]),
        await desk.write.createGroup('Vega', [a]),
      ];
      const removal = await desk.write.removeUser(a);
      expect(inWords(await effectsOf(desk.ledger, removal)).sort()).toEqual([
        'grant.removed team',
        'grant.removed team',
        'membership.removed group',
        'membership.removed group',
        'user.removed',
      ]);
      expect(
        (await desk.ledger.readGroup(PROVIDER, groups[0]!.id, true))?.members?.map((each) => each.id),
      ).toEqual([b]);
      expect((await desk.ledger.readGroup(PROVIDER, groups[1]!.id, true))?.members).toEqual([]);
      expect(await accessOf(desk.ledger, a)).toEqual({ role: null, teams: [], businessUnits: [] });
      expect(await desk.ledger.readUser(PROVIDER, a)).toBeNull();
      expect(await verified()).toEqual([]);
    });

    it('knows nested groups as members, which grant nothing', async () => {
      const [a] = (await people(1)) as [string];
      const inner = await desk.write.createGroup('Inner', [a]);
      const outer = await desk.write.createGroup('Outer', [inner.id]);
      expect((await desk.ledger.readGroup(PROVIDER, outer.id, true))?.members).toEqual([
        { id: inner.id, kind: 'Group', display: 'Inner' },
      ]);
      expect(await teamsOf(a)).toEqual(['Inner']);
      const before = (await desk.ledger.readGroup(PROVIDER, outer.id, false))?.version;
      await desk.write.removeGroup(inner.id);
      const after = await desk.ledger.readGroup(PROVIDER, outer.id, true);
      expect(after?.members).toEqual([]);
      expect(after?.version).not.toBe(before);
      expect(await verified()).toEqual([]);
    });

    it('refuses a second group of the same name in any letter case, and allows it where externalId matches', async () => {
      await desk.write.createGroup('Orion Crew');
      await expect(desk.write.createGroup('ORION crew')).rejects.toMatchObject({ reason: 'uniqueness' });
      const other = await desk.write.createGroup('Vega');
      await expect(desk.write.changeGroup(other.id, { name: 'orion CREW' })).rejects.toBeInstanceOf(Refusal);
      const provider = { ...providerNamed(PROVIDER, { groupsMatchedBy: 'externalId' }), revision: 2 };
      await desk.ledger.saveProvider(provider, 1, by());
      await desk.write.createGroup('Zenith', [], { externalId: 'z1' });
      await desk.write.createGroup('Zenith', [], { externalId: 'z2' });
      expect(await verified()).toEqual([]);
    });
  });

  describe('teams that follow', () => {
    it('makes one team for people who come to it at the same moment', async () => {
      const ids = await Promise.all(
        Array.from({ length: 30 }, (_, i) => person(`p${i}`, { department: i % 2 ? 'Kites' : 'KITES' })),
      );
      const created = (await desk.ledger.events({ after: 0, limit: 1000, types: ['business_unit.created'] }))
        .length;
      expect(created).toBe(1);
      const { items } = await desk.ledger.listTargets({ kind: 'businessUnit', after: null, limit: 10 });
      expect(items).toMatchObject([{ members: 30 }]);
      expect(
        new Set(
          await Promise.all(ids.map(async ({ id }) => (await accessOf(desk.ledger, id))?.businessUnits[0])),
        ),
      ).toEqual(new Set([items[0]!.name]));
    });

    it('renames the team of a group with it, and nothing else', async () => {
      const ids = await people(3);
      const group = await desk.write.createGroup('Orion Crew', ids);
      const [team] = (await desk.ledger.listTargets({ kind: 'team', after: null, limit: 10 })).items;
      const renamed = await desk.write.changeGroup(group.id, { name: 'Orion Guild' });
      expect(inWords(await effectsOf(desk.ledger, renamed))).toEqual(['team.renamed', 'group.updated']);
      expect(await desk.ledger.target(team!.id)).toMatchObject({
        name: 'Orion Guild',
        members: 3,
        key: `group:${group.id}`,
      });
      expect(await verified()).toEqual([]);
    });

    it('keeps the team of a removed group, without its grants', async () => {
      const ids = await people(3);
      const group = await desk.write.createGroup('Orion Crew', ids);
      const [team] = (await desk.ledger.listTargets({ kind: 'team', after: null, limit: 10 })).items;
      const removal = await desk.write.removeGroup(group.id);
      expect(inWords(await effectsOf(desk.ledger, removal)).sort()).toEqual([
        ...ids.map(() => 'grant.removed team'),
        'group.removed',
        ...ids.map(() => 'membership.removed group'),
      ]);
      expect(await desk.ledger.target(team!.id)).toMatchObject({ name: 'Orion Crew', members: 0 });
      expect(await verified()).toEqual([]);
    });

    it('cuts a long name without breaking a character, so that nothing changes the second time', async () => {
      const name = `${'x'.repeat(255)}😀 and more`;
      const [a] = (await people(1)) as [string];
      const group = await desk.write.createGroup(name, [a]);
      await person('late', { department: `${'y'.repeat(255)}😀` });
      const again = await desk.write.changeGroup(group.id, { leaves: [a] });
      expect(inWords(await effectsOf(desk.ledger, again))).toEqual([
        'membership.removed group',
        'grant.removed team',
      ]);
      expect(await verified()).toEqual([]);
    });
  });

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
      expect(await verified()).toEqual([]);
    });

    it('answers rightly while the sweep after a rename is under way, and stores it by its end', async () => {
      const { group, ids } = await bigGroup('eng-kites');
      await desk.write.changeGroup(group.id, { name: 'Kites' });
      expect(await desk.ledger.staleUsers()).toBe(EIGHT);
      for (const id of ids) expect(await resolvedNow(id)).toEqual([]);
      expect(await verified()).toEqual([]);
      await sweepAll(desk.ledger);
      expect(await desk.ledger.staleUsers()).toBe(0);
      for (const id of ids) expect(await teamsOf(id)).toEqual([]);
      expect(await verified()).toEqual([]);
    });

    it('resolves those who leave in the same change as the rename', async () => {
      const { group, ids } = await bigGroup('eng-kites');
      const [gone, ...rest] = ids as [string, ...string[]];
      await desk.write.changeGroup(group.id, { name: 'Kites', leaves: [gone] });
      expect(await teamsOf(gone)).toEqual([]);
      await sweepAll(desk.ledger);
      for (const id of rest) expect(await teamsOf(id)).toEqual([]);
      expect(await verified()).toEqual([]);
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
      expect(await verified()).toEqual([]);
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
      expect(await verified()).toEqual([]);
    });
  });

  describe('a rule change', () => {
    it('wakes the sweep, which resolves everybody and says why', async () => {
      const ids = await people(4);
      await desk.write.createGroup('Orion Crew', ids);
      let woken = 0;
      desk.ledger.onSweepNeeded(() => woken++);
      const number = await applyRules(desk.ledger, [adminsRule, everyDepartment]);
      expect(woken).toBe(1);
      expect(await desk.ledger.staleUsers()).toBe(4);
      for (const id of ids) expect(await resolvedNow(id)).toEqual([]);
      await sweepAll(desk.ledger);
      expect(await desk.ledger.staleUsers()).toBe(0);
      const removed = await desk.ledger.events({ after: 0, limit: 1000, types: ['grant.removed'] });
      expect(removed).toHaveLength(4);
      expect(new Set(removed.map((each) => each.cause?.id))).toEqual(new Set([`${PROVIDER}/${number}`]));
      expect(await verified()).toEqual([]);
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
      expect(await verified()).toEqual([]);
    });

    it('tells of people whom nobody will resolve anew', async () => {
      await people(1);
      await desk.write.createGroup('Orion Crew');
      expect(await verified()).toEqual([]);
      await applyRules(desk.ledger, []);
      expect(await verified()).toEqual([]);
      await sweepAll(desk.ledger);
      expect(await verified()).toEqual([]);
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
    while (await desk.ledger.sweep(tick()));
    expect(await teamsOf(id)).toEqual([]);
    expect(await verified()).toEqual([]);
  });
}
