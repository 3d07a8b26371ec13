// Groups, who is in them, and the teams that follow: targets made once and renamed with their group.

import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/refusal.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { accessOf, by, effectsOf, inWords, PROVIDER, providerNamed } from './scribe.ts';

export function groupSuite(open: Open): void {
  const desk = eachWithLedger(open);

  const { person, people, teamsOf, problems } = desk;

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
      expect(await problems()).toEqual([]);
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
      expect(row?.version).toBe('W/"1.31"');
      expect(await problems()).toEqual([]);
    });

    it('changes nothing for who is in already, or out', async () => {
      const [a, b] = (await people(2)) as [string, string];
      const group = await desk.write.createGroup('Orion Crew', [a]);
      const position = await desk.ledger.lastPosition();
      await desk.write.changeGroup(group.id, { joins: [a], leaves: [b] });
      expect(await desk.ledger.lastPosition()).toBe(position);
      expect((await desk.ledger.readGroup(PROVIDER, group.id, false))?.version).toBe('W/"1.1"');
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
      expect(await problems()).toEqual([]);
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
      expect(await problems()).toEqual([]);
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
      expect(await problems()).toEqual([]);
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
      expect(await problems()).toEqual([]);
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
      expect(await problems()).toEqual([]);
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
      expect(await problems()).toEqual([]);
    });
  });
}
