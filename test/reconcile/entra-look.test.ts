// Second looks at single people in Entra, and what the attributes of one row become. What could not be read is no "no".

import { describe, expect, it } from 'vitest';
import type { Reading } from '../../src/reconcile/directory.ts';
import { GRAPH } from '../provider/world.ts';
import {
  APPLICATION,
  ASSIGNED_TO,
  assignmentRow,
  groupId,
  members,
  problem,
  type Row,
  readOne,
  roleId,
  type StandIn,
  standIn,
  userId,
  userRow,
} from './graph-stand-in.ts';

const signal = new AbortController().signal;
const user = (number: number) => `/users/${userId(number)}`;
const memberOf = (number: number) => `${user(number)}/memberOf/microsoft.graph.group`;
const deletedItem = (number: number) => `/directory/deletedItems/${userId(number)}`;

/** User 1 is assigned in person, 2 by group 1, 3 not at all; 4 is in the recycle bin. */
function tenant(): StandIn {
  const graph = standIn();
  const groups: Record<number, number[]> = { 1: [], 2: [1, 2], 3: [2] };
  for (const [number, ids] of Object.entries(groups)) {
    graph.objects.set(user(Number(number)), userRow(Number(number)));
    graph.lists.set(
      memberOf(Number(number)),
      ids.map((id) => ({ id: groupId(id) })),
    );
  }
  graph.objects.set(deletedItem(4), { id: userId(4) });
  graph.lists.set(ASSIGNED_TO, [assignmentRow(userId(1), 'User'), assignmentRow(groupId(1), 'Group')]);
  return graph;
}

/** Whoever's assignments or groups are not known has no roles that are. */
function there(
  number: number,
  change: {
    enabled?: null | false;
    userName?: string | null;
    assigned?: boolean | null;
    groups?: string[] | null;
    roles?: string[];
  } = {},
) {
  const { enabled = true, userName = `user${number}@contoso.example`, assigned = true, groups = [] } = change;
  const isWhole = assigned !== null && groups !== null;
  return {
    kind: 'there',
    person: expect.objectContaining({ id: userId(number), enabled, userName }),
    assigned,
    groups,
    roles: isWhole ? (change.roles ?? []) : null,
  };
}

describe('a look by id', () => {
  it('tells assigned, unassigned, deleted and gone apart, in the order asked', async () => {
    const graph = tenant();
    const reader = graph.reader();
    const ids = [5, 2, 4, 1, 3].map(userId);
    expect(await reader.lookAt([...ids, 'root'], signal)).toEqual([
      { kind: 'gone' },
      there(2, { groups: [groupId(1), groupId(2)] }),
      { kind: 'deleted' },
      there(1),
      there(3, { assigned: false, groups: [groupId(2)] }),
      { kind: 'unknown', why: expect.any(String) },
    ]);
    // People, the recycle bin, assignments, groups.
    expect(reader.cost.requests).toBe(4);
    expect(graph.paths).toContain(`${memberOf(1)}?$select=id&$top=999&$count=true`);
  });

  it('has the roles of all assignments, their own and of their groups', async () => {
    const graph = tenant();
    graph.lists.set(ASSIGNED_TO, [
      assignmentRow(userId(2), 'User'),
      assignmentRow(groupId(1), 'Group', roleId(1)),
      assignmentRow(groupId(2), 'Group', roleId(1)),
      assignmentRow(groupId(3), 'Group', roleId(1)),
    ]);
    expect(await graph.reader().lookAt([userId(2), userId(1)], signal)).toEqual([
      there(2, { groups: [groupId(1), groupId(2)], roles: ['admin'] }),
      there(1, { assigned: false }),
    ]);
    graph.fault = (path) => (path.startsWith(`${APPLICATION}?`) ? problem(503, 'ServiceNotAvailable') : null);
    expect(await graph.reader().lookAt([userId(1)], signal)).toEqual([there(1, { assigned: null })]);
  });

  it('keeps the assignments for a minute', async () => {
    const graph = tenant();
    const reader = graph.reader();
    const assigned = async () => {
      const [found] = await reader.lookAt([userId(3)], signal);
      return found!.kind === 'there' && found!.assigned;
    };
    expect(await assigned()).toBe(false);
    graph.lists.set(ASSIGNED_TO, [assignmentRow(groupId(2), 'Group')]);
    expect(await assigned()).toBe(false);
    graph.pass(60_000);
    expect(await assigned()).toBe(true);
  });

  it('reads further pages of groups and of assignments', async () => {
    const graph = tenant();
    graph.pageSize = 1;
    expect(await graph.reader().lookAt([userId(2)], signal)).toEqual([
      there(2, { groups: [groupId(1), groupId(2)] }),
    ]);
  });

  it('of a hundred is five batches of each', async () => {
    const graph = tenant();
    const reader = graph.reader();
    const found = await reader.lookAt(
      Array.from({ length: 100 }, (_, number) => userId(number + 10)),
      signal,
    );
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['gone']));
    expect(reader.cost.requests).toBe(10);
  });

  const unknown = { kind: 'unknown', why: expect.any(String) };
  const faults: [string, string, number, unknown][] = [
    ['the person', user(2), 2, unknown],
    ['the recycle bin', deletedItem(4), 4, unknown],
    ['the recycle bin, of who is gone', deletedItem(5), 5, unknown],
    ['the groups of somebody by group', memberOf(2), 2, there(2, { assigned: null, groups: null })],
    ['the groups of somebody in person', memberOf(1), 1, there(1, { groups: null })],
    ['the assignments', ASSIGNED_TO, 1, there(1, { assigned: null })],
  ];
  it.each(faults)('does not know what it could not read: %s', async (_, path, number, expected) => {
    for (const answer of [
      problem(403, 'Authorization_RequestDenied'),
      problem(503, 'ServiceNotAvailable'),
      { status: 404, body: 'a proxy' },
      { body: '<html>' },
    ]) {
      const graph = tenant();
      graph.fault = (asked) => (asked.split('?')[0] === path ? answer : null);
      expect(await graph.reader().lookAt([userId(number)], signal)).toEqual([expected]);
    }
  });

  it('is no "disabled" and no "unassigned" where rows say less than they should', async () => {
    const graph = tenant();
    graph.objects.set(user(2), { id: userId(2), accountEnabled: null, userPrincipalName: null });
    graph.lists.set(memberOf(2), [{ id: null }]);
    expect(await graph.reader().lookAt([userId(2)], signal)).toEqual([
      there(2, { enabled: null, userName: null, assigned: null, groups: null }),
    ]);
    graph.objects.set(user(2), {
      id: userId(2),
      accountEnabled: false,
      userPrincipalName: 'b@contoso.example',
    });
    graph.lists.set(memberOf(2), []);
    graph.lists.set(ASSIGNED_TO, [{ principalType: 'User', principalId: null }]);
    expect(await graph.reader().lookAt([userId(2)], signal)).toEqual([
      there(2, { enabled: false, userName: 'b@contoso.example', assigned: null }),
    ]);
  });

  it('is no "unassigned" where a list does not end as one', async () => {
    const graph = tenant();
    graph.fault = (path) =>
      path.startsWith(ASSIGNED_TO) ? { body: { value: [], '@odata.nextLink': 7 } } : null;
    expect(await graph.reader().lookAt([userId(3)], signal)).toEqual([
      there(3, { assigned: null, groups: [groupId(2)] }),
    ]);
    graph.fault = (path) =>
      path.startsWith(ASSIGNED_TO) ? { body: { value: [], '@odata.nextLink': `${GRAPH}${path}` } } : null;
    expect(await graph.reader().lookAt([userId(3)], signal)).toMatchObject([{ assigned: null }]);
  });
});

describe('a look by sign-in name', () => {
  it('finds the id, whatever the name has in it', async () => {
    const graph = tenant();
    for (const name of ['a#ext#@contoso.example', 'o’hara/x@contoso.example', "$o'hara@contoso.example"]) {
      const path = name.startsWith('$') ? "/users('$o''hara@contoso.example')" : `/users/${name}`;
      graph.objects.set(path, userRow(2, { userPrincipalName: name }));
      expect(await graph.reader().lookFor([name, 'nobody@contoso.example'], signal)).toEqual([
        { id: userId(2), found: there(2, { userName: name, groups: [groupId(1), groupId(2)] }) },
        { id: null, found: { kind: 'gone' } },
      ]);
    }
    const sent = graph.calls.filter(({ url }) => url.endsWith('/$batch')).map(({ body }) => body);
    expect(sent[0]).toContain('/users/a%23ext%23%40contoso.example?');
  });

  it('knows nobody where Graph does not answer', async () => {
    const graph = tenant();
    graph.fault = () => problem(503, 'ServiceNotAvailable');
    expect(await graph.reader().lookFor(['a@contoso.example'], signal)).toEqual([
      { id: null, found: { kind: 'unknown', why: expect.stringContaining('503') } },
    ]);
  });
});

describe('a row', () => {
  const personOf = async (row: Row, reading: Reading = { scope: 'assigned' }) => {
    const graph = standIn();
    graph.lists.set(members(1), [row]);
    const read = await readOne(graph.reader(reading), `members ${groupId(1)}`);
    return read.ok ? read.page.people![0] : read;
  };

  it('has attributes under the names of tokens and of Graph; null is no value', async () => {
    const extension = {
      extensionAttribute1: 'x',
      extensionAttribute2: null,
      extensionAttribute16: 'y',
      other: 'z',
    };
    const row = {
      id: userId(1).toUpperCase(),
      accountEnabled: false,
      userPrincipalName: 'Ada@contoso.example',
      displayName: 'Ada Lovelace',
      givenName: 'Ada',
      surname: 'Lovelace',
      mail: 'ada@elsewhere.example',
      department: null,
      jobTitle: '',
      companyName: 7,
      employeeId: '42',
      userType: 'Guest',
      country: 'GB',
      onPremisesExtensionAttributes: extension,
      'signInActivity@odata.type': 'x',
    };
    expect(await personOf(row)).toEqual({
      id: userId(1),
      userName: 'Ada@contoso.example',
      enabled: false,
      attributes: {
        preferred_username: 'Ada@contoso.example',
        name: 'Ada Lovelace',
        given_name: 'Ada',
        family_name: 'Lovelace',
        email: 'ada@elsewhere.example',
        department: null,
        jobTitle: null,
        employeeId: '42',
        userType: 'Guest',
        country: 'GB',
        extensionAttribute1: 'x',
        extensionAttribute2: null,
      },
    });
  });

  it('whose null may be a missing permission has those attributes alone that have a value', async () => {
    const row = { id: userId(1), displayName: 'Ada', mail: null, userPrincipalName: 'a@contoso.example' };
    expect(await personOf({ ...row, onPremisesExtensionAttributes: { extensionAttribute1: null } })).toEqual({
      id: userId(1),
      userName: 'a@contoso.example',
      enabled: null,
      attributes: { preferred_username: 'a@contoso.example', name: 'Ada' },
    });
  });
});
