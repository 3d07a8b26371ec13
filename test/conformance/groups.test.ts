// Groups as resources, and what membership does to both sides (RFC 7643 4.2, RFC 7644 3.3 to 3.6).

import { describe, expect, it } from 'vitest';
import { GROUP, type Resource } from '../harness/scim-client.ts';
import {
  created,
  expectError,
  expectIds,
  expectStatus,
  groupBody,
  idsOf,
  memberIds,
  patchBody,
  unique,
  useServer,
} from './fixture.ts';

const on = useServer();
const membersOf = (users: readonly Resource[]) => users.map((user) => ({ value: user.id }));
const groupsOf = async (user: Resource) =>
  ((await on.read(`/Users/${user.id}`)).groups ?? []).map((group) => group.value);

describe('a group', () => {
  it('[G01] [RFC7643 4.2] displayName is enough', async () => {
    const group = created(await on.scim.post('/Groups', groupBody()));
    expect(group.schemas).toEqual([GROUP]);
    expect(group.meta.resourceType).toBe('Group');
    expect(await on.read(`/Groups/${group.id}`)).toEqual(group);
  });

  it('[G02] [RFC7643 4.2] Without displayName it is 400', async () => {
    expectError(await on.scim.post('/Groups', { schemas: [GROUP], members: [] }), 400, 'invalidValue');
    expectError(await on.scim.post('/Groups', groupBody({ displayName: '' })), 400, 'invalidValue');
  });

  it('[G03] [RFC7643 4.2] Members sent on create come back', async () => {
    const users = [await on.user(), await on.user()];
    const group = await on.group({ members: membersOf(users) });
    expect(memberIds(await on.read(`/Groups/${group.id}`))).toEqual(idsOf(users));
  });

  it('[G04] [RFC7643 2.4] Each member says its type and where it is', async () => {
    const user = await on.user();
    const { id } = await on.group({ members: membersOf([user]) });
    const [member] = (await on.read(`/Groups/${id}`)).members!;
    expect(member?.type).toBe('User');
    expect(member?.$ref).toBe(user.meta.location);
  });

  it('[G05] [RFC7643 4.1.2] A member names the group by id', async () => {
    const user = await on.user();
    const group = await on.group({ members: membersOf([user]) });
    const [named] = (await on.read(`/Users/${user.id}`)).groups!;
    expect(named).toMatchObject({ value: group.id, display: group.displayName, type: 'direct' });
    expect(named?.$ref).toBe(group.meta.location);
  });

  it('[G06] [RFC7643 4.1.2] After removal the user no longer names it', async () => {
    const user = await on.user();
    const group = await on.group({ members: membersOf([user]) });
    await on.patchedGroup(group.id, [{ op: 'remove', path: `members[value eq "${user.id}"]` }]);
    expect(await groupsOf(user)).toEqual([]);
  });

  it('[G07] [RFC7644 3.6] A deleted user leaves no member behind', async () => {
    const [gone, stays] = [await on.user(), await on.user()];
    const { id } = await on.group({ members: membersOf([gone, stays]) });
    expectStatus(await on.scim.delete(`/Users/${gone.id}`), 204);
    expect(memberIds(await on.read(`/Groups/${id}`))).toEqual([stays.id]);
  });

  it('[G08] [RFC7643 4.2] A group can be a member of a group', async () => {
    const inner = await on.group();
    const { id } = await on.group({ members: [{ value: inner.id, type: 'Group' }] });
    const [member] = (await on.read(`/Groups/${id}`)).members!;
    expect(member).toMatchObject({ value: inner.id, type: 'Group', $ref: inner.meta.location });
  });

  it('[G09] [RFC7644 3.5.1] PUT replaces the member list', async () => {
    const [first, second] = [await on.user(), await on.user()];
    const { id, displayName } = await on.group({ members: membersOf([first]) });
    const answer = await on.scim.put(
      `/Groups/${id}`,
      groupBody({ displayName, members: membersOf([second]) }),
    );
    expectStatus(answer, 200);
    expect(memberIds(await on.read(`/Groups/${id}`))).toEqual([second.id]);
    expect(await groupsOf(first)).toEqual([]);
  });

  it('[G10] [RFC7644 3.5.1] PUT without members empties it', async () => {
    const { id, displayName } = await on.group({ members: membersOf([await on.user()]) });
    expectStatus(await on.scim.put(`/Groups/${id}`, groupBody({ displayName })), 200);
    expect(memberIds(await on.read(`/Groups/${id}`))).toEqual([]);
  });

  it('[G19] [RFC7644 3.4.2.5] excludedAttributes leaves members out of GET and lists', async () => {
    const { id } = await on.group({ members: membersOf([await on.user()]) });
    const one = await on.read(`/Groups/${id}?excludedAttributes=members`);
    const [listed] = (await on.scim.groups(`id eq "${id}"`, '&excludedAttributes=members')).list.Resources;
    for (const group of [one, listed!]) {
      expect(group.id).toBe(id);
      expect(group).not.toHaveProperty('members');
      expect(group).toHaveProperty('displayName');
    }
  });

  it('[G20] [RFC7644 3.4.2.2] It is found by displayName in any letter case', async () => {
    const group = await on.group({ displayName: unique('Örion Crew') });
    expectIds(await on.scim.groups(`displayName eq "${group.displayName?.toUpperCase()}"`), [group]);
  });

  it('[G21] [RFC7644 3.4.2.2] It is found by a member, in both notations', async () => {
    const user = await on.user();
    const groups = [
      await on.group({ members: membersOf([user]) }),
      await on.group({ members: membersOf([user]) }),
    ];
    await on.group({ members: membersOf([await on.user()]) });
    expectIds(await on.scim.groups(`members.value eq "${user.id}"`), groups);
    expectIds(await on.scim.groups(`members[value eq "${user.id}"]`), groups);
  });

  it('[G22] [RFC7644 3.5.2.3] displayName can be replaced with and without a path', async () => {
    const { id } = await on.group({ members: membersOf([await on.user()]) });
    const [first, second] = [unique('one'), unique('two')];
    expect(
      (await on.patchedGroup(id, [{ op: 'replace', path: 'displayName', value: first }])).displayName,
    ).toBe(first);
    const group = await on.patchedGroup(id, [{ op: 'replace', value: { displayName: second } }]);
    expect(group.displayName).toBe(second);
    expect(group.members).toHaveLength(1);
  });

  it('[G23] [RFC7644 3.6] Deleting it keeps its users', async () => {
    const user = await on.user();
    const { id } = await on.group({ members: membersOf([user]) });
    expectStatus(await on.scim.delete(`/Groups/${id}`), 204);
    expectError(await on.scim.get(`/Groups/${id}`), 404);
    expect(await groupsOf(user)).toEqual([]);
  });

  it('[G24] [RFC7643 4.1.2] Writing groups of a user makes no membership', async () => {
    const [user, group] = [await on.user(), await on.group()];
    const operations = [{ op: 'add', path: 'groups', value: [{ value: group.id }] }];
    const answer = await on.scim.send('PATCH', `/Users/${user.id}`, { body: patchBody(operations) });
    if (answer.status !== 200) expectError(answer, 400, 'mutability');
    expect(await groupsOf(user)).toEqual([]);
    expect(memberIds(await on.read(`/Groups/${group.id}`))).toEqual([]);
  });

  it('[G25] [practice] Three hundred members make the round trip', async () => {
    const users = await Promise.all(Array.from({ length: 300 }, () => on.user()));
    const { id } = await on.group({ members: membersOf(users) });
    expect(memberIds(await on.read(`/Groups/${id}`))).toEqual(idsOf(users));
  });

  it('[M08] [RFC7643 7] A displayName that is taken is 409, also in another letter case', async () => {
    const { displayName } = await on.group();
    expectError(
      await on.scim.post('/Groups', groupBody({ displayName: displayName?.toUpperCase() })),
      409,
      'uniqueness',
    );
  });
});

describe('PATCH of members', () => {
  it('[G11] [RFC7644 3.5.2.1] add with one member keeps the rest', async () => {
    const [first, second] = [await on.user(), await on.user()];
    const { id } = await on.group({ members: membersOf([first]) });
    const group = await on.patchedGroup(id, [{ op: 'add', path: 'members', value: membersOf([second]) }]);
    expect(memberIds(group)).toEqual(idsOf([first, second]));
  });

  it('[G12] [RFC7644 3.5.2.1] Adding a member twice leaves one entry', async () => {
    const user = await on.user();
    const { id } = await on.group();
    const add = { op: 'add', path: 'members', value: [...membersOf([user]), ...membersOf([user])] };
    await on.patchedGroup(id, [add]);
    expect(memberIds(await on.patchedGroup(id, [add]))).toEqual([user.id]);
  });

  it('[G13] [RFC7644 3.5.2.2] remove by value path takes that member only', async () => {
    const [first, second] = [await on.user(), await on.user()];
    const { id } = await on.group({ members: membersOf([first, second]) });
    const group = await on.patchedGroup(id, [{ op: 'remove', path: `members[value eq "${first.id}"]` }]);
    expect(memberIds(group)).toEqual([second.id]);
  });

  it('[G14] [RFC7644 3.5.2.2] remove of members empties the group', async () => {
    const { id } = await on.group({ members: membersOf([await on.user(), await on.user()]) });
    expect(memberIds(await on.patchedGroup(id, [{ op: 'remove', path: 'members' }]))).toEqual([]);
  });

  it('[G15] [RFC7644 3.5.2.3] replace sets exactly the new list', async () => {
    const [first, second, third] = [await on.user(), await on.user(), await on.user()];
    const { id } = await on.group({ members: membersOf([first, second]) });
    const value = membersOf([second, third]);
    expect(memberIds(await on.patchedGroup(id, [{ op: 'replace', path: 'members', value }]))).toEqual(
      idsOf([second, third]),
    );
    expect(await groupsOf(first)).toEqual([]);
  });

  it('[G16] [RFC7644 3.5.2.1] Several members can be added at once', async () => {
    const users = [await on.user(), await on.user(), await on.user()];
    const { id } = await on.group();
    const group = await on.patchedGroup(id, [{ op: 'add', path: 'members', value: membersOf(users) }]);
    expect(memberIds(group)).toEqual(idsOf(users));
  });

  it('[G17] [practice] remove with a list of values takes those members and no others', async () => {
    const [first, second] = [await on.user(), await on.user()];
    const { id } = await on.group({ members: membersOf([first, second]) });
    const value = membersOf([first]);
    expect(memberIds(await on.patchedGroup(id, [{ op: 'remove', path: 'members', value }]))).toEqual([
      second.id,
    ]);
  });

  it('[G17] [practice] remove with an empty list of values takes nobody', async () => {
    const user = await on.user();
    const { id } = await on.group({ members: membersOf([user]) });
    expect(memberIds(await on.patchedGroup(id, [{ op: 'remove', path: 'members', value: [] }]))).toEqual([
      user.id,
    ]);
  });

  it('[G18] [RFC7644 3.12] An unknown member is 400 with its id in the detail, and nothing is added', async () => {
    const user = await on.user();
    const { id } = await on.group();
    const stranger = unique('nobody');
    const value = [...membersOf([user]), { value: stranger }];
    const answer = await on.scim.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value }]);
    expect(expectError(answer, 400, 'invalidValue').detail).toContain(stranger);
    expect(memberIds(await on.read(`/Groups/${id}`))).toEqual([]);
  });

  it('[P32] [RFC7644 3.5.2] The answer is 204 without a body, or the group when attributes is given', async () => {
    const { id } = await on.group();
    const operations = [{ op: 'add', path: 'members', value: membersOf([await on.user()]) }];
    const quiet = await on.scim.patch(`/Groups/${id}`, operations);
    expectStatus(quiet, 204);
    expect(quiet.text).toBe('');
    const shown = await on.scim.patch(`/Groups/${id}?attributes=displayName`, operations);
    expectStatus(shown, 200);
    expect(Object.keys(shown.resource).sort()).toEqual(['displayName', 'id', 'schemas']);
  });
});
