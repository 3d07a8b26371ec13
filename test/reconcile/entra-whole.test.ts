// Reading the whole of the local Entra: what comes out of all parts together is what the tenant holds, also where members
// or parts of a batch fail on the way; and second looks at everybody.

import { describe, expect, it } from 'vitest';
import {
  disableUser,
  hardDeleteUser,
  softDeleteUser,
  type Tenant,
  withGroup,
} from '../../simulator/tenant.ts';
import { idOf, readAll, readOne } from './graph-stand-in.ts';
import { type SimulatedEntra, simulatedEntra } from './simulated-entra.ts';

const LARGE = idOf('f', 1);
const signal = new AbortController().signal;
const entra = simulatedEntra(2_500, { inPerson: false });

/** One group of everybody, over three pages, beside the six of the sample. */
function withEverybody({ sim }: SimulatedEntra): void {
  sim.changeTenant((tenant) =>
    withGroup(tenant, {
      objectId: LARGE,
      displayName: 'Everybody',
      memberIds: new Set(tenant.users.keys()),
      assigned: true,
      appRoles: ['viewer'],
    }),
  );
}

interface Whole {
  readonly people: ReadonlyMap<string, { readonly enabled: boolean | null }>;
  /** `group member`, sorted. */
  readonly memberships: readonly string[];
  /** `principal role`, sorted. */
  readonly assignments: readonly string[];
  readonly groups: ReadonlySet<string>;
  readonly failures: readonly string[];
  readonly limited: readonly string[];
}

async function whole(read: ReturnType<typeof readAll>): Promise<Whole> {
  const all = await read;
  const pages = all.flatMap(({ outcome }) => (outcome.ok ? [outcome.page] : []));
  return {
    people: new Map(pages.flatMap(({ people }) => (people ?? []).map((each) => [each.id, each]))),
    memberships: pages
      .flatMap(({ memberships }) => (memberships ?? []).map(({ group, member }) => `${group} ${member}`))
      .sort(),
    assignments: pages
      .flatMap(({ assignments }) => (assignments ?? []).map(({ principal, role }) => `${principal} ${role}`))
      .sort(),
    groups: new Set(pages.flatMap(({ groups }) => (groups ?? []).map(({ id }) => id))),
    failures: all.flatMap(({ part, outcome }) => (outcome.ok ? [] : [`${part}: ${outcome.kind}`])),
    limited: pages.flatMap(({ limited }) => (limited === undefined ? [] : [limited])),
  };
}

function membershipsIn(tenant: Tenant, isMeant: (group: string) => boolean): string[] {
  const isThere = (id: string) => tenant.users.get(id)?.softDeleted === false;
  return [...tenant.groups.values()]
    .filter(({ objectId }) => isMeant(objectId))
    .flatMap(({ objectId, memberIds }) => [...memberIds].filter(isThere).map((id) => `${objectId} ${id}`))
    .sort();
}

describe('what is assigned', () => {
  it('is the members of assigned groups, and people in person, with their attributes', async () => {
    const here = entra();
    withEverybody(here);
    const { sim } = here;
    const [one, two] = sim.tenant().users.keys();
    sim.assignUser(one!, ['admin']);
    sim.editUser(two!, { accountEnabled: false });
    const reader = here.reader();
    const read = await whole(readAll(reader));
    const tenant = sim.tenant();
    const assigned = [...tenant.groups.values()].filter((group) => group.assigned);
    expect(read.failures).toEqual([]);
    expect(read.limited).toEqual([]);
    expect(read.people.size).toBe(2_500);
    expect(read.people.get(two!)).toMatchObject({ enabled: false });
    expect(read.memberships).toEqual(membershipsIn(tenant, (id) => tenant.groups.get(id)!.assigned));
    expect([...read.groups].sort()).toEqual(assigned.map(({ objectId }) => objectId).sort());
    expect(read.assignments).toContain(`${LARGE} viewer`);
    expect(read.assignments).toContain(`${one} admin`);
    const { requests, resourceUnits } = sim.usage();
    expect(reader.cost.resourceUnits).toBe(resourceUnits);
    expect(requests).toBeLessThan(20);
  });

  it('of somebody who is deleted while it is read has no person, and no failure', async () => {
    const here = entra();
    const [one] = here.sim.tenant().users.keys();
    here.sim.changeTenant((tenant) => softDeleteUser(tenant, one!));
    expect(await readOne(here.reader(), `people ${one}`)).toEqual({
      ok: true,
      page: { people: [], next: null },
    });
  });
});

describe('everybody', () => {
  it('is all people, all groups and all direct members', async () => {
    const here = entra();
    withEverybody(here);
    const reader = here.reader({ scope: 'all' });
    const read = await whole(readAll(reader));
    const tenant = here.sim.tenant();
    expect(read.failures).toEqual([]);
    expect(read.people.size).toBe(2_500);
    expect(read.groups).toEqual(new Set(tenant.groups.keys()));
    expect(read.memberships).toEqual(membershipsIn(tenant, () => true));
    expect(reader.cost.resourceUnits).toBe(here.sim.usage().resourceUnits);
  });

  it('is all of that although parts of a batch are refused', async () => {
    const here = entra();
    withEverybody(here);
    const members = { at: 'graph', pattern: '^/v1\\.0/groups/.*/members' } as const;
    here.sim.setFault({ ...members, kind: 'status', status: 429, retryAfterSeconds: 3, times: 2 });
    here.sim.setFault({ ...members, kind: 'status', status: 503, times: 3 });
    here.sim.setFault({ ...members, kind: 'html' });
    const reader = here.reader({ scope: 'all' });
    const read = await whole(readAll(reader));
    expect(read.failures).toEqual([]);
    expect(read.memberships).toEqual(membershipsIn(here.sim.tenant(), () => true));
    expect(reader.cost.throttled).toBe(2);
  });

  it('is all of that although Graph throttles', async () => {
    const here = entra();
    here.sim.setClock(here.sim.now());
    here.sim.setThrottle({ unitsPer10s: 6 });
    const reader = here.reader({ scope: 'all' });
    const read = await whole(readAll(reader));
    expect(read.failures).toEqual([]);
    expect(read.people.size).toBe(2_500);
    expect(read.memberships).toEqual(membershipsIn(here.sim.tenant(), () => true));
    expect(reader.cost.throttled).toBe(here.sim.usage().throttled);
    expect(here.waits.length).toBeGreaterThan(0);
  });
});

describe('a group', () => {
  it('that is deleted between two pages is gone', async () => {
    const here = entra();
    withEverybody(here);
    const part = `members ${LARGE}`;
    const first = await readOne(here.reader(), part);
    expect(first).toMatchObject({ ok: true, page: { count: 2_500 } });
    here.sim.changeTenant((tenant) => {
      const groups = new Map(tenant.groups);
      groups.delete(LARGE);
      return { ...tenant, groups };
    });
    const next = first.ok ? first.page.next : null;
    expect(await readOne(here.reader(), part, next)).toMatchObject({ kind: 'gone' });
    expect(await readOne(here.reader(), part)).toMatchObject({ kind: 'gone' });
    expect(await readOne(here.reader({ scope: 'all' }), part)).toMatchObject({ kind: 'gone' });
  });

  it('whose people may not be read has members, and says what is missing', async () => {
    const here = entra();
    withEverybody(here);
    here.sim.changeApp({ grantedPermissions: ['GroupMember.Read.All', 'Application.Read.All'] });
    const read = await readOne(here.reader(), `members ${LARGE}`);
    expect(read).toMatchObject({ ok: true, page: { limited: expect.stringContaining('User.Read.All') } });
    const people = read.ok ? read.page.people! : [];
    expect(people).toHaveLength(999);
    expect(people.every(({ enabled, userName }) => enabled === null && userName === null)).toBe(true);
  });

  it('without the permission for members is one part less', async () => {
    const here = entra();
    withEverybody(here);
    here.sim.changeApp({ grantedPermissions: ['User.Read.All', 'Application.Read.All'] });
    expect(await readOne(here.reader(), `members ${LARGE}`)).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('GroupMember.Read.All'),
    });
  });
});

describe('a filter of an import', () => {
  it('is understood by Graph', async () => {
    const here = entra();
    const { sim } = here;
    const [group] = sim.tenant().groups.values();
    const [one] = [...sim.tenant().users.values()].filter(({ department }) => department !== undefined);
    const named = await whole(readAll(here.reader({ scope: 'all', filter: { group: group!.displayName } })));
    expect(named.memberships).toEqual(membershipsIn(sim.tenant(), (id) => id === group!.objectId));
    const department = one!.department!;
    const query = `startswith(displayName,'${one!.displayName}')`;
    const found = await whole(readAll(here.reader({ scope: 'all', filter: { department } })));
    const theirs = [...sim.tenant().users.values()].filter((user) => user.department === department);
    expect([found.people.size, found.failures]).toEqual([theirs.length, []]);
    const wrong = here.reader({ scope: 'all', filter: { query: 'nonsense' } });
    expect(await readOne(wrong, 'people')).toMatchObject({ kind: 'refused' });
    const alone = here.reader({ scope: 'all', filter: { query } });
    expect((await whole(readAll(alone))).people.has(one!.objectId)).toBe(true);
  });
});

describe('a second look', () => {
  it('tells what became of each person', async () => {
    const here = entra();
    withEverybody(here);
    const { sim } = here;
    const [there, disabled, deleted, gone, unassigned] = sim.tenant().users.keys();
    sim.changeTenant((tenant) => {
      const changed = hardDeleteUser(softDeleteUser(disableUser(tenant, disabled!), deleted!), gone!);
      return withGroup(changed, {
        ...changed.groups.get(LARGE)!,
        memberIds: new Set([there!, disabled!]),
      });
    });
    sim.changeTenant((tenant) => ({
      ...tenant,
      groups: new Map([...tenant.groups].map(([id, each]) => [id, { ...each, assigned: id === LARGE }])),
    }));
    const ids = [there!, disabled!, deleted!, gone!, unassigned!];
    const name = sim.user(there!).userPrincipalName;
    const reader = here.reader();
    expect(await reader.lookAt(ids, signal)).toMatchObject([
      {
        kind: 'there',
        assigned: true,
        roles: ['viewer'],
        person: { id: there, enabled: true, userName: name },
      },
      { kind: 'there', assigned: true, person: { enabled: false } },
      { kind: 'deleted' },
      { kind: 'gone' },
      { kind: 'there', assigned: false, roles: [] },
    ]);
    expect(await reader.lookFor([name.toUpperCase(), 'nobody@contoso.example'], signal)).toMatchObject([
      { id: there, found: { kind: 'there', assigned: true } },
      { id: null, found: { kind: 'gone' } },
    ]);
  });

  it('does not know what it may not read', async () => {
    const here = entra();
    withEverybody(here);
    const [one] = here.sim.tenant().users.keys();
    here.sim.changeApp({ grantedPermissions: ['User.Read.All', 'Application.Read.All'] });
    expect(await here.reader().lookAt([one!], signal)).toMatchObject([
      { kind: 'there', assigned: null, groups: null, roles: null },
    ]);
    here.sim.changeApp({ grantedPermissions: ['GroupMember.Read.All'] });
    here.sim.advanceClock(2 * 3_600_000);
    expect(await here.reader().lookAt([one!, idOf('f', 9)], signal)).toMatchObject([
      { kind: 'unknown' },
      { kind: 'unknown' },
    ]);
  });
});
