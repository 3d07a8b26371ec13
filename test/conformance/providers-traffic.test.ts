// Whole exchanges as Okta and Entra have them. Single requests of theirs are data, under test/vendors.

import { describe, expect, it } from 'vitest';
import { ENTERPRISE, type Operation, type Resource } from '../harness/scim-client.ts';
import {
  created,
  expectIds,
  expectList,
  expectStatus,
  groupBody,
  idsOf,
  memberIds,
  unique,
  userBody,
  useServer,
} from './fixture.ts';

const on = useServer();
const membersOf = (users: readonly Resource[]) => users.map((user) => ({ value: user.id }));

/** All pages of a list, walked as these clients do. */
async function walk(path: string, count: number): Promise<Resource[]> {
  const met: Resource[] = [];
  for (let start = 1, total = 1; start <= total; start += count) {
    const list = expectList(await on.scim.get(`${path}?startIndex=${start}&count=${count}`));
    expect(list.startIndex).toBe(start);
    expect(list.itemsPerPage).toBe(list.Resources.length);
    total = list.totalResults;
    met.push(...list.Resources);
  }
  expect(new Set(idsOf(met)).size).toBe(met.length);
  return met;
}

describe('Okta', () => {
  it('[I01] [practice] Deactivation: active false without a path', async () => {
    const { id } = await on.user();
    const answer = await on.scim.patch(`/Users/${id}`, [{ op: 'replace', value: { active: false } }]);
    expectStatus(answer, 200);
    expect(answer.resource.active).toBe(false);
  });

  it('[I02] [practice] Group push: a value without a path that repeats the id of the group', async () => {
    const group = await on.group({ members: membersOf([await on.user()]) });
    const displayName = unique('pushed');
    const changed = await on.patchedGroup(group.id, [
      { op: 'replace', value: { id: group.id, displayName } },
    ]);
    expect(changed).toMatchObject({ id: group.id, displayName });
    expect(changed.members).toHaveLength(1);
  });

  it('[I03] [practice] Membership: one out and one in by the same request', async () => {
    const [out, stays, comes] = [await on.user(), await on.user(), await on.user()];
    const { id } = await on.group({ members: membersOf([out, stays]) });
    const group = await on.patchedGroup(id, [
      { op: 'remove', path: `members[value eq "${out.id}"]` },
      { op: 'add', path: 'members', value: membersOf([comes]) },
    ]);
    expect(memberIds(group)).toEqual(idsOf([stays, comes]));
  });

  it('[I04] [practice] Profile push: PUT with id, meta, groups and a password', async () => {
    const user = await on.user({ title: 'Smith' });
    const body = userBody({
      userName: user.userName,
      id: user.id,
      meta: user.meta,
      groups: [],
      password: 'Sesame-1',
      name: { givenName: 'Amara', familyName: 'Ray' },
      active: true,
    });
    const answer = await on.scim.put(`/Users/${user.id}`, body);
    expectStatus(answer, 200);
    expect(answer.resource).toMatchObject({ id: user.id, name: { familyName: 'Ray' } });
    expect(answer.text).not.toContain('Sesame-1');
  });

  it('[I05] [practice] Import: paging users and groups until the total', async () => {
    const user = await on.user();
    const group = await on.group();
    expect(idsOf(await walk('/Users', 100))).toContain(user.id);
    expect(idsOf(await walk('/Groups', 100))).toContain(group.id);
  });
});

describe('Entra', () => {
  it('[I06] [practice] A manager replaced by an empty text or value is cleared', async () => {
    const chief = await on.user();
    for (const value of [{ value: '' }, '']) {
      const { id } = await on.user({ [ENTERPRISE]: { manager: { value: chief.id }, department: 'Tides' } });
      const user = await on.patched(id, [{ op: 'replace', path: `${ENTERPRISE}:manager`, value }]);
      expect(user[ENTERPRISE]).toEqual({ department: 'Tides' });
    }
  });

  it('[I07] [RFC7643 2.3.2] primary of a role given as text becomes a boolean', async () => {
    const user = await on.user({ roles: [{ value: 'navigator', primary: 'True' }] });
    expect(user.roles).toEqual([{ value: 'navigator', primary: true }]);
  });

  it('[I08] [practice] The path roles[primary eq "True"].value works', async () => {
    const { id } = await on.user({ roles: [{ value: 'navigator', primary: true }] });
    const path = 'roles[primary eq "True"].value';
    const user = await on.patched(id, [{ op: 'Replace', path, value: 'pilot' }]);
    expect(user.roles).toEqual([{ value: 'pilot', primary: true }]);
  });

  it('[I09] [practice] Thirty-five operations in one PATCH all take effect', async () => {
    const { id } = await on.user();
    const replace = (path: string): Operation => ({ op: 'replace', path, value: `v-${path}` });
    const single = [
      'displayName',
      'nickName',
      'title',
      'userType',
      'preferredLanguage',
      'locale',
      'externalId',
    ];
    const names = [
      'givenName',
      'familyName',
      'middleName',
      'formatted',
      'honorificPrefix',
      'honorificSuffix',
    ];
    const enterprise = ['employeeNumber', 'department', 'division', 'costCenter', 'organization'];
    const address = ['streetAddress', 'locality', 'region', 'postalCode', 'country', 'formatted'];
    const operations = [
      ...single.map(replace),
      ...names.map((name) => replace(`name.${name}`)),
      ...enterprise.map((name) => replace(`${ENTERPRISE}:${name}`)),
      ...address.map((name) => replace(`addresses[type eq "work"].${name}`)),
      ...['work', 'home', 'other'].map((type) => replace(`emails[type eq "${type}"].value`)),
      ...['work', 'mobile', 'fax', 'pager', 'home', 'other'].map((type) =>
        replace(`phoneNumbers[type eq "${type}"].value`),
      ),
      replace('ims[type eq "xmpp"].value'),
      replace('roles[primary eq "True"].value'),
    ];
    expect(operations).toHaveLength(35);
    const user = await on.patched(id, operations);
    for (const name of single) expect(user[name]).toBe(`v-${name}`);
    expect(Object.keys(user.name ?? {}).sort()).toEqual([...names].sort());
    expect(Object.keys(user[ENTERPRISE] ?? {}).sort()).toEqual([...enterprise].sort());
    expect(user.addresses).toHaveLength(1);
    expect(Object.keys(user.addresses![0]!).sort()).toEqual([...address, 'type'].sort());
    expect([user.emails?.length, user.phoneNumbers?.length, user.roles?.length]).toEqual([3, 6, 1]);
  });

  it('[I10] [RFC7643 2.5] An attribute is set to null', async () => {
    const { id } = await on.user({ title: 'Pilot', phoneNumbers: [{ value: '1', type: 'work' }] });
    const user = await on.patched(id, [
      { op: 'Replace', path: 'title', value: null },
      { op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: null },
    ]);
    expect(user).not.toHaveProperty('title');
    expect(user).not.toHaveProperty('phoneNumbers');
  });

  it('[I11] [practice] Twelve users and more are paged by five', async () => {
    const users = await Promise.all(Array.from({ length: 12 }, () => on.user()));
    const met = new Set(idsOf(await walk('/Users', 5)));
    for (const user of users) expect(met).toContain(user.id);
  });

  it('[I12] [practice] A work address is made where there was none, also by replace', async () => {
    const { id } = await on.user({ emails: [{ value: 'home@kitehaus.example', type: 'home' }] });
    const path = 'emails[type eq "work"].value';
    const user = await on.patched(id, [{ op: 'Replace', path, value: 'work@kitehaus.example' }]);
    expect(user.emails).toContainEqual({ value: 'work@kitehaus.example', type: 'work' });
    expect(user.emails).toHaveLength(2);
  });

  it('[I13] [practice] externalId and userName together, blanks sent as +', async () => {
    const user = await on.user({ externalId: unique('ext') });
    const name = encodeURIComponent(user.userName ?? '');
    const query = `externalId+eq+%22${user.externalId}%22+and+userName+eq+%22${name}%22`;
    expectIds(await on.scim.get(`/Users?filter=${query}`), [user]);
  });

  it('[I14] [practice] A group with externalId and no members is created and found', async () => {
    const externalId = unique('group-ext');
    const group = created(await on.scim.post('/Groups', groupBody({ externalId, members: [] })));
    expectIds(await on.scim.groups(`externalId eq "${externalId}"`), [group]);
  });
});
