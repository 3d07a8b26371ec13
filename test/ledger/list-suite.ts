// Lists page by page: SCIM resources in every order, by index and by cursor; users and teams as people see them.

import { describe, expect, it } from 'vitest';
import type { PageKey, ResourcePage, ResourceQuery, UserListQuery } from '../../src/ledger/ledger.ts';
import { holds, readCondition } from '../../src/scim/condition.ts';
import { groupKind, userKind } from '../../src/scim/schema.ts';
import { readSort } from '../../src/scim/sort.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { by, PROVIDER, providerNamed, scribe } from './scribe.ts';

/** Some without a title, equal titles, titles that differ in case, several addresses, none. */
const PEOPLE: readonly Record<string, unknown>[] = [
  { userName: 'amara', title: 'Maker', emails: [{ type: 'work', value: 'z@x.example' }] },
  { userName: 'Bela', title: 'maker' },
  {
    userName: 'chidi',
    emails: [
      { type: 'home', value: 'b@x.example' },
      { type: 'work', value: 'a@x.example', primary: true },
    ],
  },
  { userName: 'Dara', title: 'ängstrom', active: false },
  { userName: 'emil', title: 'Weaver' },
  { userName: 'Fay' },
  { userName: 'gus', title: '' },
  { userName: 'Hal', title: 'Émile', emails: [{ value: 'c@x.example' }] },
];

const SORTS = [
  'userName',
  'title',
  'emails',
  'emails.type',
  'active',
  'meta.created',
  'meta.lastModified',
  'id',
  'externalId',
  'name.familyName',
  'schemas',
  'groups.display',
  'urn:acme:params:2.0:User:tag',
];

export function listSuite(open: Open): void {
  const desk = eachWithLedger(open);

  async function fill(): Promise<string[]> {
    const ids: string[] = [];
    for (const each of PEOPLE) ids.push((await desk.write.createUser(each)).id);
    await desk.write.createGroup('Vega', ids.slice(0, 3));
    await desk.write.createGroup('Orion', ids.slice(2, 5));
    return ids;
  }

  const query = (more: Partial<ResourceQuery> = {}): ResourceQuery => ({
    provider: PROVIDER,
    condition: null,
    sort: null,
    start: { offset: 0 },
    limit: 100,
    ...more,
  });

  /** All ids, cursor after cursor. */
  async function byCursor(more: Partial<ResourceQuery>, limit: number): Promise<string[]> {
    const ids: string[] = [];
    let after: PageKey | null = null;
    do {
      const page: ResourcePage<{ id: string }> = await desk.ledger.queryUsers(
        query({ ...more, start: { after }, limit }),
      );
      ids.push(...page.rows.map((each) => each.id));
      after = page.next;
    } while (after);
    return ids;
  }

  async function byIndex(more: Partial<ResourceQuery>, limit: number): Promise<string[]> {
    const ids: string[] = [];
    for (;;) {
      const page = await desk.ledger.queryUsers(query({ ...more, start: { offset: ids.length }, limit }));
      expect(page.total).toBe(PEOPLE.length);
      if (page.rows.length === 0) return ids;
      ids.push(...page.rows.map((each) => each.id));
    }
  }

  describe('SCIM resources', () => {
    it('come in the order of their making when no other was asked for', async () => {
      const ids = await fill();
      expect(await byCursor({}, 3)).toEqual(ids);
      expect(await byIndex({}, 3)).toEqual(ids);
    });

    for (const sortBy of SORTS) {
      for (const order of ['ascending', 'descending']) {
        it(`come whole by index and by cursor, ${sortBy} ${order}`, async () => {
          await fill();
          const sort = readSort(userKind, sortBy, order);
          const whole = await byIndex({ sort }, 100);
          expect(new Set(whole).size).toBe(PEOPLE.length);
          for (const limit of [1, 3]) {
            expect(await byCursor({ sort }, limit)).toEqual(whole);
            expect(await byIndex({ sort }, limit)).toEqual(whole);
          }
        });
      }
    }

    it('put those without a value last ascending and first descending [RFC7644 3.4.2.3]', async () => {
      await fill();
      const titles = async (order: string) => {
        const { rows } = await desk.ledger.queryUsers(query({ sort: readSort(userKind, 'title', order) }));
        return rows.map((each) => (JSON.parse(each.document) as { title?: string }).title ?? null);
      };
      expect(await titles('ascending')).toEqual([
        'Maker',
        'maker',
        'Weaver',
        'ängstrom',
        'Émile',
        null,
        null,
        null,
      ]);
      expect(await titles('descending')).toEqual([
        null,
        null,
        null,
        'Émile',
        'ängstrom',
        'Weaver',
        'maker',
        'Maker',
      ]);
    });

    it('are counted whatever page is shown', async () => {
      await fill();
      const condition = readCondition(userKind, 'title pr');
      expect(await desk.ledger.queryUsers(query({ condition, limit: 0 }))).toMatchObject({
        rows: [],
        total: 5,
        next: null,
      });
      expect(await desk.ledger.queryUsers(query({ condition, limit: 2 }))).toMatchObject({ total: 5 });
      expect(await desk.ledger.queryUsers(query({ condition, start: { offset: 50 } }))).toMatchObject({
        rows: [],
        total: 5,
      });
      expect(
        (await desk.ledger.queryUsers(query({ condition, start: { offset: 4 }, limit: 2 }))).rows,
      ).toHaveLength(1);
    });

    it('go on behind a row that was removed meanwhile', async () => {
      const ids = await fill();
      const first = await desk.ledger.queryUsers(query({ start: { after: null }, limit: 3 }));
      await desk.write.removeUser(ids[2]!);
      await desk.write.removeUser(ids[3]!);
      const rest = await desk.ledger.queryUsers(query({ start: { after: first.next }, limit: 100 }));
      expect(rest.rows.map((each) => each.id)).toEqual(ids.slice(4));
    });

    it('are of one provider only', async () => {
      await fill();
      await desk.ledger.saveProvider(providerNamed('northwind'), 0, by());
      await scribe(desk.ledger, 'northwind').createUser({ userName: 'amara' });
      const condition = readCondition(userKind, 'userName eq "amara"');
      expect((await desk.ledger.queryUsers(query({ condition }))).total).toBe(1);
      expect((await desk.ledger.queryUsers(query({ provider: 'northwind' }))).total).toBe(1);
    });

    it('show groups with their members only when they were asked for', async () => {
      const ids = await fill();
      const sort = readSort(groupKind, 'displayName', 'ascending');
      const bare = await desk.ledger.queryGroups({ ...query({ sort }), withMembers: false });
      expect(bare.rows.map((each) => each.members)).toEqual([undefined, undefined]);
      const whole = await desk.ledger.queryGroups({ ...query({ sort }), withMembers: true });
      expect(whole.rows.map((each) => each.members?.map((member) => member.id))).toEqual([
        ids.slice(2, 5),
        ids.slice(0, 3),
      ]);
    });

    it('refuse to compare addresses, which are made for each answer', async () => {
      for (const filter of ['meta.location eq "x"', 'groups.$ref co "x"', 'groups[$ref ne "x"]']) {
        const condition = readCondition(userKind, filter);
        await expect(desk.ledger.queryUsers(query({ condition }))).rejects.toMatchObject({
          reason: 'invalidFilter',
        });
      }
      expect(holds(readCondition(userKind, 'meta.location pr'), { meta: { location: 'x' } })).toBe(true);
      expect(
        (await desk.ledger.queryUsers(query({ condition: readCondition(userKind, 'meta.location pr') })))
          .rows,
      ).toEqual([]);
    });
  });

  describe('users as people see them', () => {
    const listed = async (more: Partial<UserListQuery>) => {
      const names: string[] = [];
      let after: PageKey | null = null;
      do {
        const page: Awaited<ReturnType<typeof desk.ledger.listUsers>> = await desk.ledger.listUsers({
          sort: { by: 'userName', descending: false },
          limit: 3,
          ...more,
          after,
        });
        names.push(...page.items.map((each) => String(each.user.document.userName)));
        expect(page.totalIsCapped).toBe(false);
        after = page.next;
      } while (after);
      return names;
    };

    it('are sorted and paged every way', async () => {
      await fill();
      const names = PEOPLE.map((each) => String(each.userName));
      expect(await listed({})).toEqual(names);
      expect(await listed({ sort: { by: 'userName', descending: true } })).toEqual([...names].reverse());
      expect(await listed({ sort: { by: 'createdAt', descending: true } })).toEqual([...names].reverse());
      expect(await listed({ sort: { by: 'lastProvisionedAt', descending: false } })).toEqual(names);
    });

    it('are found by status, role, team, business unit and words', async () => {
      const ids = await fill();
      await desk.write.removeUser(ids[5]!);
      await desk.write.replaceUser(ids[4]!, {
        userName: 'emil',
        department: 'Kites',
        roles: [{ value: 'admin' }],
      });
      expect(await listed({ status: 'active' })).toEqual(['amara', 'Bela', 'chidi', 'emil', 'gus', 'Hal']);
      expect(await listed({ status: 'suspended' })).toEqual(['Dara']);
      expect(await listed({ status: 'removed' })).toEqual(['Fay']);
      expect(await listed({ role: 'admin' })).toEqual(['emil']);
      expect(await listed({ role: 'none' })).toHaveLength(6);
      expect(await listed({ search: 'A@X.EXAMPLE' })).toEqual(['chidi']);
      expect(await listed({ search: 'DA' })).toEqual(['Dara']);
      expect(await listed({ search: '%' })).toEqual([]);
      expect(await listed({ provider: 'elsewhere' })).toEqual([]);
      const [unit] = (await desk.ledger.listTargets({ kind: 'businessUnit', after: null, limit: 9 })).items;
      expect(await listed({ businessUnit: unit!.id })).toEqual(['emil']);
      const teams = (await desk.ledger.listTargets({ kind: 'team', after: null, limit: 9 })).items;
      expect(teams.map((each) => [each.name, each.members])).toEqual([
        ['Orion', 3],
        ['Vega', 3],
      ]);
      expect(await listed({ team: teams[0]!.id })).toEqual(['chidi', 'Dara', 'emil']);
      expect(await listed({ team: teams[0]!.id, status: 'suspended' })).toEqual(['Dara']);
    });

    it('show what they have, and the members of a team why', async () => {
      const ids = await fill();
      const teams = await desk.ledger.listTargets({ kind: 'team', search: 'ORI', after: null, limit: 9 });
      expect(teams).toMatchObject({ total: 1, items: [{ name: 'Orion', members: 3 }] });
      const first = await desk.ledger.targetMembers(teams.items[0]!.id, null, 2);
      expect(first).toMatchObject({ total: 3, next: ids[3] });
      expect(first.items.map((each) => [each.user.id, each.reasons.length])).toEqual([
        [ids[2], 1],
        [ids[3], 1],
      ]);
      expect(
        (await desk.ledger.targetMembers(teams.items[0]!.id, first.next, 2)).items.map(
          (each) => each.user.id,
        ),
      ).toEqual([ids[4]]);
      const { items } = await desk.ledger.listUsers({
        search: 'chidi',
        sort: { by: 'userName', descending: false },
        after: null,
        limit: 5,
      });
      expect(items[0]?.teams.map((each) => each.name)).toEqual(['Orion', 'Vega']);
    });

    it('are found by the names that apps know them by', async () => {
      const ids = await fill();
      const { id } = await desk.write.createUser({ userName: 'ida', externalId: 'oid-1' });
      expect(await desk.ledger.findPeople({ userName: 'AMARA' })).toEqual([ids[0]]);
      expect(await desk.ledger.findPeople({ externalId: 'oid-1' })).toEqual([id]);
      expect(await desk.ledger.findPeople({ externalId: 'OID-1' })).toEqual([]);
      expect(await desk.ledger.findPeople({ userName: 'amara', provider: 'elsewhere' })).toEqual([]);
      expect(await desk.ledger.findPeople({})).toEqual([]);
      await desk.write.removeUser(id);
      expect(await desk.ledger.findPeople({ userName: 'ida' })).toEqual([id]);
      const again = await desk.write.createUser({ userName: 'Ida' });
      expect(await desk.ledger.findPeople({ userName: 'ida' })).toEqual([again.id, id]);
    });
  });
}
