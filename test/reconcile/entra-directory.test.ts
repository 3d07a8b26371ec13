// Reading Entra through Graph: what is asked, what pages say, and what each failure does to the part it meets.

import { describe, expect, it } from 'vitest';
import { GRAPH } from '../provider/world.ts';
import {
  APPLICATION,
  ASSIGNED_TO,
  assignmentRow,
  groupId,
  idOf,
  members,
  readAll,
  readOne,
  roleId,
  standIn,
  userId,
  userRow,
} from './graph-stand-in.ts';

const pagesOf = (all: Awaited<ReturnType<typeof readAll>>) =>
  all.flatMap(({ outcome }) => (outcome.ok ? [outcome.page] : []));

describe('what is assigned', () => {
  it('is the application, its assignments, members of groups and people in person', async () => {
    const graph = standIn();
    graph.objects.set(APPLICATION, {
      id: idOf('d', 1),
      appRoleAssignmentRequired: true,
      appRoles: [
        { id: roleId(1).toUpperCase(), value: 'admin', isEnabled: true },
        { id: roleId(2), value: 'viewer', isEnabled: false },
        { id: roleId(3), value: null },
      ],
    });
    graph.lists.set(ASSIGNED_TO, [
      assignmentRow(userId(1).toUpperCase(), 'User', roleId(1)),
      assignmentRow(userId(1), 'User', roleId(2)),
      assignmentRow(groupId(1), 'Group', undefined, 'Sales'),
      assignmentRow(userId(9), 'User', roleId(3)),
      assignmentRow(idOf('e', 1), 'ServicePrincipal', roleId(1)),
    ]);
    graph.lists.set(members(1), [userRow(2), userRow(3)]);
    graph.objects.set(`/users/${userId(1)}`, userRow(1));
    const all = await readAll(graph.reader());
    expect(all.map(({ part }) => part)).toEqual([
      'application',
      'assignments',
      `members ${groupId(1)}`,
      `people ${userId(1)},${userId(9)}`,
    ]);
    expect(all[0]!.outcome).toMatchObject({
      page: { application: { assignmentRequired: true, roles: ['admin', 'viewer'] }, next: null },
    });
    expect(pagesOf(all)[1]).toEqual({
      assignments: [
        { principal: userId(1), kind: 'person', role: 'admin' },
        { principal: userId(1), kind: 'person', role: 'viewer' },
        { principal: groupId(1), kind: 'group', role: null },
        { principal: userId(9), kind: 'person', role: null },
      ],
      groups: [{ id: groupId(1), displayName: 'Sales' }],
      parts: [`members ${groupId(1)}`, `people ${userId(1)},${userId(9)}`],
      next: null,
    });
    expect(pagesOf(all)[2]).toMatchObject({
      count: 2,
      people: [{ id: userId(2) }, { id: userId(3) }],
      memberships: [
        { group: groupId(1), member: userId(2) },
        { group: groupId(1), member: userId(3) },
      ],
    });
    // User 9 is not there any more: no failure.
    expect(pagesOf(all)[3]).toEqual({ people: [expect.objectContaining({ id: userId(1) })], next: null });
  });

  it('goes over pages, with the header for every one of them', async () => {
    const graph = standIn();
    graph.lists.set(
      members(1),
      Array.from({ length: 2_500 }, (_, number) => userRow(number)),
    );
    const reader = graph.reader();
    const part = `members ${groupId(1)}`;
    let [from, rows]: [string | null, number] = [null, 0];
    const counts: (number | undefined)[] = [];
    for (let page = 0; page < 3; page++) {
      const read = await readOne(reader, part, from);
      if (!read.ok) throw new Error(read.why);
      rows += read.page.people!.length;
      counts.push(read.page.count);
      from = read.page.next;
    }
    expect([rows, from, counts]).toEqual([2_500, null, [2_500, undefined, undefined]]);
    const asked = graph.calls.filter(({ url }) => url.startsWith(GRAPH));
    expect(asked.map(({ headers }) => headers?.consistencylevel)).toEqual(Array(3).fill('eventual'));
    expect(asked.map(({ headers }) => headers?.['x-ms-throttle-priority'])).toEqual(Array(3).fill('low'));
    expect(reader.cost).toEqual({ requests: 3, resourceUnits: 6, throttled: 0 });
  });

  it('has people in person in batches of twenty, read after a restart by their name alone', async () => {
    const graph = standIn();
    graph.pageSize = 50;
    const rows = Array.from({ length: 60 }, (_, number) => assignmentRow(userId(number), 'User', roleId(1)));
    graph.lists.set(ASSIGNED_TO, rows);
    for (let number = 0; number < 60; number++)
      graph.objects.set(`/users/${userId(number)}`, userRow(number));
    const all = await readAll(graph.reader());
    const people = all.filter(({ part }) => part.startsWith('people '));
    expect(people.map(({ outcome }) => outcome.ok && outcome.page.people!.length)).toEqual([20, 20, 10, 10]);
    expect(graph.asked(`${GRAPH}/$batch`)).toBe(4);
    expect(await readOne(graph.reader(), people[3]!.part)).toEqual(people[3]!.outcome);
    const tooMany = Array.from({ length: 21 }, (_, number) => userId(number));
    for (const ids of ['x,y', tooMany.join(','), `${userId(1)} `]) {
      expect(await readOne(graph.reader(), `people ${ids}`)).toMatchObject({ kind: 'failed' });
    }
  });

  it('reads the roles again for one that is new, and once for one that was deleted', async () => {
    const graph = standIn();
    graph.pageSize = 1;
    const ids = [roleId(1), roleId(2), roleId(7), roleId(7)];
    graph.lists.set(
      ASSIGNED_TO,
      ids.map((id, at) => assignmentRow(groupId(at), 'Group', id)),
    );
    graph.fault = (path, times) => {
      if (!path.startsWith(`${APPLICATION}?`) || times < 2) return null;
      const appRoles = [1, 2].map((number) => ({ id: roleId(number), value: `role ${number}` }));
      return { body: { appRoles, appRoleAssignmentRequired: null } };
    };
    const all = await readAll(graph.reader());
    const roles = pagesOf(all).flatMap(({ assignments }) => assignments?.map(({ role }) => role) ?? []);
    expect(roles).toEqual(['admin', 'role 2', null, null]);
    expect(pagesOf(all).some(({ limited }) => limited !== undefined)).toBe(false);
    expect(graph.paths.filter((path) => path.startsWith(`${APPLICATION}?`))).toHaveLength(3);
  });
});

describe('everybody', () => {
  it('is people and groups from lists, and members by their ids, twenty groups in a batch', async () => {
    const graph = standIn();
    graph.lists.set('/users', [userRow(1), userRow(2)]);
    const groups = Array.from({ length: 25 }, (_, number) => ({
      id: groupId(number),
      displayName: `G${number}`,
    }));
    graph.lists.set('/groups', groups);
    for (const [number] of groups.entries()) graph.lists.set(members(number), [{ id: userId(1) }]);
    graph.lists.set(ASSIGNED_TO, [assignmentRow(userId(1), 'User'), assignmentRow(groupId(3), 'Group')]);
    const reader = graph.reader({ scope: 'all' });
    const all = await readAll(reader);
    const pages = pagesOf(all);
    expect(all).toHaveLength(4 + 25);
    expect(pages.flatMap(({ people }) => people ?? [])).toHaveLength(2);
    expect(pages.flatMap(({ memberships }) => memberships ?? [])).toHaveLength(25);
    expect(pages.flatMap(({ groups }) => groups ?? [])).toHaveLength(25);
    expect(reader.cost.requests).toBe(4 + 2);
    expect(graph.paths).toContain(`${members(3)}?$select=id&$top=999&$count=true`);
    const batch = graph.calls.find(({ url }) => url.endsWith('/$batch'))!;
    expect(JSON.parse(batch.body!).requests[0].headers).toMatchObject({ consistencylevel: 'eventual' });
  });

  it('goes on alone where a group has more than a page', async () => {
    const graph = standIn();
    graph.pageSize = 2;
    graph.lists.set(
      members(1),
      [1, 2, 3].map((number) => ({ id: userId(number) })),
    );
    graph.lists.set(members(2), []);
    const reader = graph.reader({ scope: 'all' });
    const places = [1, 2].map((number) => ({ part: `members ${groupId(number)}`, from: null }));
    const [first, second] = await reader.read(places, new AbortController().signal);
    expect(second).toEqual({ ok: true, page: { memberships: [], count: 0, next: null } });
    if (!first!.ok) throw new Error(first!.why);
    expect(await readOne(reader, places[0]!.part, first!.page.next)).toEqual({
      ok: true,
      page: { memberships: [{ group: groupId(1), member: userId(3) }], next: null },
    });
  });
});

describe('a filter of an import', () => {
  const filtered = (filter: NonNullable<Parameters<ReturnType<typeof standIn>['reader']>[0]>['filter']) => {
    const graph = standIn();
    graph.lists.set('/groups', [{ id: groupId(1), displayName: "Ada's" }]);
    graph.objects.set(`/groups/${groupId(1)}`, { id: groupId(1), displayName: "Ada's" });
    graph.lists.set(members(1), [userRow(1)]);
    graph.lists.set(members(2), [userRow(2)]);
    graph.lists.set('/users', [userRow(3)]);
    graph.objects.set(`/users/${userId(4)}`, userRow(4));
    graph.lists.set(ASSIGNED_TO, [
      assignmentRow(userId(4), 'User', roleId(1)),
      assignmentRow(userId(5), 'User'),
      assignmentRow(groupId(2), 'Group', roleId(1)),
      assignmentRow(groupId(3), 'Group'),
    ]);
    return { graph, reader: graph.reader({ scope: 'assigned', ...(filter && { filter }) }) };
  };
  const partsOf = async ({ reader }: ReturnType<typeof filtered>) =>
    (await readAll(reader)).map(({ part, outcome }) => (outcome.ok ? part : `${part}: ${outcome.kind}`));

  it('by group reads its members, by id and by exact name', async () => {
    const byName = filtered({ group: "Ada's" });
    expect(await partsOf(byName)).toEqual(['group', `members ${groupId(1)}`]);
    expect(byName.graph.paths[0]).toBe("/groups?$filter=displayName eq 'Ada''s'&$select=id,displayName");
    const byId = filtered({ group: groupId(1) });
    expect(await partsOf(byId)).toEqual(['group', `members ${groupId(1)}`]);
    expect(byId.graph.paths[0]).toBe(`/groups/${groupId(1)}?$select=id,displayName`);
  });

  it('by group is refused where there is none or more than one', async () => {
    expect(await partsOf(filtered({ group: groupId(7) }))).toEqual(['group: refused']);
    const { graph, reader } = filtered({ group: 'Twins' });
    graph.lists.set('/groups', [{ id: groupId(1) }, { id: groupId(2) }]);
    expect(await readOne(reader, 'group')).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining(groupId(2)),
    });
    graph.lists.set('/groups', []);
    expect(await readOne(reader, 'group')).toMatchObject({ kind: 'refused' });
  });

  it('by role reads those alone who hold it', async () => {
    expect(await partsOf(filtered({ role: 'admin' }))).toEqual([
      'application',
      'assignments',
      `members ${groupId(2)}`,
      `people ${userId(4)}`,
    ]);
    const { reader } = filtered({ role: 'adnim' });
    expect(await readOne(reader, 'application')).toMatchObject({
      kind: 'refused',
      why: 'The application has no role "adnim"; it has: admin.',
    });
  });

  it('by department and query asks Graph for it, alone and together with the others', async () => {
    const both = filtered({ department: 'R&D', query: "startswith(displayName,'A')" });
    expect(await partsOf(both)).toEqual(['people']);
    const asked = both.graph.calls.at(-1)!.url;
    const where = "department eq 'R&D' and (startswith(displayName,'A'))";
    expect(new URL(asked).searchParams.get('$filter')).toBe(where);
    const inGroup = filtered({ group: groupId(1), department: 'R&D' });
    expect(await partsOf(inGroup)).toEqual(['group', `members ${groupId(1)}`]);
    expect(inGroup.graph.paths.at(-1)).toContain("$filter=department eq 'R&D'");
    const withRole = filtered({ role: 'admin', department: 'R&D' });
    expect(await partsOf(withRole)).toEqual([
      'application',
      'people',
      'assignments',
      `members ${groupId(2)}`,
    ]);
    const all = filtered({ group: groupId(1), role: 'admin' });
    expect(await partsOf(all)).toEqual([
      'application',
      'group',
      'assignments',
      `members ${groupId(1)}`,
      `members ${groupId(2)}`,
    ]);
  });

  it('that Graph does not understand is refused with what Graph says', async () => {
    const { graph, reader } = filtered({ query: 'nonsense' });
    graph.fault = (path) =>
      path.startsWith('/users?')
        ? { status: 400, body: { error: { code: 'Request_BadRequest', message: 'Syntax!' } } }
        : null;
    expect(await readOne(reader, 'people')).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('Syntax!'),
    });
  });
});
