// What a run reads of the directory: pages of it, who is who here, who is absent, and how it goes again.

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import type { StagedPages } from '../../src/ledger/reconciliation.ts';
import type { Open } from './opened.ts';
import { directoryPerson, HOLDER, objectId, part, reconciliationDesk } from './reconciliation-desk.ts';
import { by, PROVIDER, sweepAll, tick } from './scribe.ts';

const nobody = { linked: [], byExternalId: [], byUserName: [], removed: null, purged: false };
const [crew, guests] = [objectId(0xaaa), objectId(0xbbb)];

const pages: Partial<StagedPages> = {
  people: [1, 2, 3].map((n) => directoryPerson(n, { attributes: { title: `Pilot ${n}` } })),
  groups: [
    { id: crew, displayName: 'Crew' },
    { id: guests, displayName: null },
  ],
  memberships: [
    { group: crew, member: objectId(1) },
    { group: crew, member: objectId(2) },
    { group: crew, member: 'somebody who is not staged' },
    { group: guests, member: objectId(1) },
  ],
  assignments: [
    { principal: objectId(1), kind: 'person', role: 'admin' },
    { principal: crew, kind: 'group', role: 'viewer' },
    { principal: crew, kind: 'group', role: null },
    { principal: objectId(3), kind: 'person', role: null },
  ],
  parts: [part('people', { from: 'page 2', state: 'waiting', expected: 9 }), part(`members ${crew}`)],
  newParts: ['people', `members ${guests}`],
};

export function stagingSuite(open: Open): void {
  const { desk, underWay, stage, staged } = reconciliationDesk(open);
  const store = () => desk.ledger.reconciliations;

  async function link(person: string, subject: string): Promise<void> {
    const [id, key] = [newId(tick()), { issuer: 'https://idp.example', subject }];
    const request = { id, provider: PROVIDER, key, person, userName: 'x', askedAt: tick() };
    await desk.ledger.identities.request(request, by());
    await desk.ledger.identities.decide(id, true, by());
  }

  it('is there as it was said, the same page twice or once', async () => {
    const { id } = await underWay();
    for (const _ of [1, 2]) expect(await stage(id, pages)).toBe(true);
    expect(await store().stagedCounts(id)).toEqual({ people: 3, groups: 2, memberships: 4, assignments: 4 });
    const byId = (a: { person: { id: string } }, b: { person: { id: string } }) =>
      a.person.id < b.person.id ? -1 : 1;
    const people = (await staged(id, 2)).sort(byId);
    expect(people.map(({ person }) => person)).toEqual(pages.people);
    expect(people.map(({ groups }) => groups.toSorted())).toEqual([[crew, guests], [crew], []]);
    expect(people.map(({ roles }) => roles.toSorted())).toEqual([['admin', 'viewer'], ['viewer'], []]);
    expect(people.map(({ assigned }) => assigned)).toEqual([true, true, true]);
    expect(await store().parts(id)).toEqual([
      part(`members ${crew}`),
      part(`members ${guests}`, { state: 'waiting', pages: 0, rows: 0 }),
      part('people', { from: 'page 2', state: 'waiting', expected: 9 }),
    ]);
  });

  it('is written over by what is said later', async () => {
    const { id } = await underWay();
    await stage(id, pages);
    const later = directoryPerson(2, { enabled: false });
    await stage(id, { people: [directoryPerson(2), later], parts: [part('people')], newParts: ['people'] });
    expect((await staged(id)).find(({ person }) => person.id === later.id)?.person).toEqual(later);
    expect(await store().parts(id)).toContainEqual(part('people'));
  });

  it('is everybody once, whatever the size of the pages', async () => {
    const { id } = await underWay();
    const ids = Array.from({ length: 700 }, (_, n) => objectId(n * 7919));
    const memberships = ids.map((member) => ({ group: crew, member }));
    await stage(id, { people: ids.map((each) => ({ ...directoryPerson(1), id: each })), memberships });
    for (const limit of [1000, 90]) {
      const people = await staged(id, limit);
      expect(people.map(({ person }) => person.id).sort()).toEqual(ids.toSorted());
      expect(people.every(({ groups }) => groups.length === 1)).toBe(true);
    }
  });

  it('belongs to its run alone', async () => {
    const { id } = await underWay();
    await stage(id, pages);
    await store().cancel(id, by(), []);
    const next = await underWay();
    expect(await staged(next.id)).toEqual([]);
    expect(await store().people('no run', '', 9)).toEqual([]);
    expect((await store().stagedCounts(next.id)).memberships).toBe(0);
  });

  describe('names who they may be here:', () => {
    async function found(n = 1, more = {}) {
      const { id } = await underWay();
      await stage(id, { people: [directoryPerson(n, more)] });
      const { linked, byExternalId, byUserName, removed, purged } = (await staged(id))[0]!;
      return { linked, byExternalId, byUserName, removed, purged };
    }
    const upper = objectId(1).toUpperCase();

    it('nobody', async () => {
      await desk.person('amara', { externalId: objectId(2) });
      expect(await found()).toEqual(nobody);
      await store().release(HOLDER);
    });

    it('whoever is linked', async () => {
      const { id } = await desk.person('amara');
      await link(id, objectId(1));
      expect(await found()).toEqual({ ...nobody, linked: [id] });
    });

    it('whoever has the id as externalId, in either case', async () => {
      const [amara, bela] = [
        await desk.person('amara', { externalId: objectId(1) }),
        await desk.person('bela'),
      ];
      await desk.write.replaceUser(bela.id, { userName: 'bela', externalId: upper });
      const { byExternalId, ...rest } = await found();
      expect(byExternalId.toSorted()).toEqual([amara.id, bela.id].sort());
      expect({ ...rest, byExternalId: [] }).toEqual(nobody);
    });

    it('whoever has the name, in any case', async () => {
      const { id } = await desk.person('amara');
      expect(await found(1, { userName: 'AMARA@kitehaus.example' })).toEqual({ ...nobody, byUserName: [id] });
    });

    it('nobody by a name in the recycle bin, or by a name that could not be read', async () => {
      const amara = await desk.person('amara');
      const binned = `${'0123456789abcdef'.repeat(2)}amara@kitehaus.example`;
      await desk.write.replaceUser(amara.id, { userName: binned });
      expect(await found(1, { userName: binned })).toEqual(nobody);
      await store().cancel((await store().take(HOLDER))!.id, by(), []);
      expect(await found(1, { userName: null })).toEqual(nobody);
    });

    it('somebody who was removed, by externalId and by link', async () => {
      const amara = await desk.person('amara', { externalId: upper });
      await desk.write.removeUser(amara.id);
      expect(await found()).toEqual({ ...nobody, removed: amara.id });
      await store().cancel((await store().take(HOLDER))!.id, by(), []);
      const bela = await desk.person('bela');
      await link(bela.id, objectId(2));
      await desk.write.removeUser(bela.id);
      expect(await found(2)).toEqual({ ...nobody, removed: bela.id });
    });

    it('somebody who was purged', async () => {
      const amara = await desk.person('amara', { externalId: upper });
      await desk.write.removeUser(amara.id);
      await desk.ledger.purgeUser(PROVIDER, amara.id, by());
      await sweepAll(desk.ledger);
      expect(await found()).toEqual({ ...nobody, purged: true });
    });
  });

  describe('names which groups there are here:', () => {
    it('by externalId in either case, else by name, with what is known of their members', async () => {
      const { id } = await underWay();
      const byId = await desk.write.createGroup('Sailors', [], { externalId: crew.toUpperCase() });
      const byName = await desk.write.createGroup('PILOTS');
      await desk.write.createGroup('Crew');
      await stage(id, pages);
      const [pilots, strangers] = [objectId(0xccc), objectId(0xddd)];
      const groups = [
        { id: pilots, displayName: 'Pilots' },
        { id: strangers, displayName: 'Strangers' },
      ];
      await stage(id, { groups });
      const first = await store().groups(id, '', 3);
      const found = [...first, ...(await store().groups(id, first.at(-1)!.group.id, 3))];
      expect(found).toEqual([
        {
          group: { id: crew, displayName: 'Crew' },
          here: { id: byId.id, displayName: 'Sailors', externalId: crew.toUpperCase(), revision: 1 },
          isWhole: true,
          members: 3,
        },
        { group: { id: guests, displayName: null }, here: null, isWhole: false, members: 1 },
        {
          group: groups[0],
          here: { id: byName.id, displayName: 'PILOTS', externalId: null, revision: 1 },
          isWhole: false,
          members: 0,
        },
        { group: groups[1], here: null, isWhole: false, members: 0 },
      ]);
    });
  });

  describe('names who is absent:', () => {
    it('whoever is active and was not found, with the word of the directory for them', async () => {
      const { id } = await underWay();
      const there = await desk.person('there');
      const linked = await desk.person('linked', { externalId: objectId(8) });
      await link(linked.id, objectId(9).toUpperCase());
      const byId = await desk.person('object', { externalId: objectId(7).toUpperCase() });
      const other = await desk.person('other', { externalId: 'E 4711' });
      await desk.person('suspended', { active: false });
      await desk.write.removeUser((await desk.person('removed')).id);
      const matches = [
        { id: objectId(1), user: other.id },
        { id: objectId(2), user: null },
      ];
      await store().noteMatches(id, HOLDER, matches, { position: objectId(2) });
      // Found to be somebody else after all.
      await store().noteMatches(id, HOLDER, [{ id: objectId(1), user: there.id }], {});
      const absent = (after: string, limit: number) => store().absent(id, PROVIDER, after, limit);
      const name = (name: string) => `${name}@kitehaus.example`;
      const all = [
        { user: linked.id, directoryId: objectId(9), userName: name('linked') },
        { user: byId.id, directoryId: objectId(7), userName: name('object') },
        { user: other.id, directoryId: null, userName: name('other') },
      ];
      expect(await absent('', 9)).toEqual(all);
      expect(await absent('', 2)).toEqual(all.slice(0, 2));
      expect(await absent(byId.id, 2)).toEqual(all.slice(2));
      expect((await store().find(id))?.position).toBe(objectId(2));
    });
  });

  it('goes in portions, and leaves its parts and groups', async () => {
    const { id } = await underWay();
    await stage(id, pages);
    const many = Array.from({ length: 5100 }, (_, n) => ({ group: guests, member: objectId(n) }));
    await stage(id, { memberships: many });
    await store().noteMatches(id, HOLDER, [{ id: objectId(1), user: 'amara' }], {});
    let portions = 0;
    while (await store().clearStaging(id)) portions++;
    expect(portions).toBe(6);
    expect(await store().stagedCounts(id)).toEqual({ people: 0, groups: 2, memberships: 0, assignments: 0 });
    expect(await store().parts(id)).toHaveLength(3);
    expect(await desk.stored()).not.toMatch(/^staged_(?!parts|groups)/m);
  });

  it('goes with what is old when a person stopped the run, and stays while it goes on or waits', async () => {
    const waiting = { phase: 'waiting', outcome: null, counts: {}, problems: [] } as const;
    const forgotten = async () => {
      while (await store().forgetRuns(0));
      return desk.stored();
    };
    const cancelled = await underWay();
    await stage(cancelled.id, pages);
    expect(await forgotten()).toMatch(/^staged_people/m);
    await store().cancel(cancelled.id, by(), []);
    expect(await forgotten()).not.toMatch(/^staged_(people|memberships|assignments)/m);
    const preview = await underWay({ preview: true });
    await stage(preview.id, pages);
    await store().finish(preview.id, HOLDER, waiting, by(), []);
    expect(await forgotten()).toMatch(/^staged_people/m);
    await store().cancel(preview.id, by(), []);
    expect(await forgotten()).not.toMatch(/^staged_(people|memberships|assignments)/m);
    expect((await store().find(preview.id))?.outcome).toBe('discarded');
  });
}
