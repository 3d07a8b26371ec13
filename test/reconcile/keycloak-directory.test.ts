// Keycloak's directory, read from a small realm on loopback: roles of the client in the place of assignments, groups in
// groups, and what a service account that may not read looks like.

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DirectoryReader, Reading } from '../../src/reconcile/directory.ts';
import { directoryOf } from '../../src/reconcile/directory-of.ts';
import { lookAt, lookFor } from './flat-look.ts';
import { CLIENT, forbidden, keycloakRealm, type Realm, SECRET, userOf } from './keycloak-realm.ts';
import { providerOf, reachTo, readOne, readWhole } from './stand-in.ts';

const amara = userOf('amara', {
  attributes: { department: ['Sales'], sites: ['Oslo', 'Bern'], email: ['x'] },
});
const ben = userOf('ben', {}, false);
const carla = userOf('carla');
const dora = userOf('dora', { email: undefined, lastName: '' });
const robot = userOf('service-account-bifrost', { serviceAccountClientId: CLIENT });
const group = (name: string, members: { id: string }[], inside: Realm['groups'] = []) => ({
  id: randomUUID(),
  name,
  members: members.map(({ id }) => id),
  inside,
});
const north = group('north', [carla]);
const sales = group('sales', [ben], [north]);
const north2 = group('north', [dora]);
const legal = group('legal', [], [north2]);

const staff: Realm = {
  users: [amara, ben, carla, dora, robot],
  groups: [sales, legal],
  roles: { editor: [amara.id, robot.id], 'read / only': [sales.id] },
};

async function atKeycloak(realm: Realm = staff, secret = SECRET) {
  const server = await keycloakRealm(realm);
  const { reach, waits } = reachTo({ clientSecret: secret });
  const connection = { serverUrl: `${server.url}/`, realm: 'staff', clientId: CLIENT };
  const open = (reading: Reading) =>
    directoryOf(reach, providerOf('keycloak', connection), reading) as DirectoryReader;
  return { server, waits, open, assigned: open({ scope: 'assigned' }) };
}

const signal = new AbortController().signal;
const names = (people: readonly { userName: string | null }[]) => people.map(({ userName }) => userName);
const everyVersion = describe.each([
  ['23 and later', false],
  ['before 23', true],
]);

everyVersion('a reading, Keycloak %s', (_, isOld) => {
  it('of who has a role has them in person, by a group and by a group in it, and no service account', async () => {
    const { open } = await atKeycloak({ ...staff, isOld });
    const whole = await readWhole(() => open({ scope: 'assigned' }));
    expect(whole.failures).toEqual({});
    expect(whole.application).toEqual({ assignmentRequired: false, roles: ['editor', 'read / only'] });
    expect(names(whole.people)).toEqual(['amara', 'ben', 'carla']);
    expect(whole.groups).toEqual([
      { id: sales.id, displayName: 'sales' },
      { id: north.id, displayName: 'sales/north' },
    ]);
    expect(whole.memberships.sort()).toEqual(
      [`${ben.id} in ${sales.id}`, `${carla.id} in ${north.id}`].sort(),
    );
    expect(whole.assignments).toEqual([
      `person ${amara.id} editor`,
      `group ${sales.id} read / only`,
      `group ${north.id} read / only`,
    ]);
  });

  it('of all has everybody and every group under its path', async () => {
    const { open } = await atKeycloak({ ...staff, isOld });
    const whole = await readWhole(() => open({ scope: 'all' }));
    expect(names(whole.people)).toEqual(['amara', 'ben', 'carla', 'dora']);
    const paths = new Set(whole.groups.map(({ displayName }) => displayName));
    expect(paths).toEqual(new Set(['sales', 'sales/north', 'legal', 'legal/north']));
    expect(whole.memberships).toHaveLength(3);
    expect(whole.assignments).toHaveLength(3);
  });
});

describe('a reading', () => {
  it('of a client without roles has everybody', async () => {
    const { open } = await atKeycloak({ ...staff, roles: {} });
    const whole = await readWhole(() => open({ scope: 'assigned' }));
    expect(names(whole.people)).toContain('dora');
    expect(whole.assignments).toEqual([]);
    const looked = await lookAt(open({ scope: 'assigned' }), [dora.id], signal);
    expect(looked).toMatchObject([{ kind: 'there', assigned: true }]);
  });

  it('goes from page to page to the end, and says how many there are', async () => {
    const users = Array.from({ length: 230 }, (_, at) => userOf(`user${at}`));
    const { server, open } = await atKeycloak({ ...staff, users, groups: [], roles: {} });
    const whole = await readWhole(() => open({ scope: 'assigned' }));
    expect(new Set(names(whole.people)).size).toBe(230);
    expect(server.asked.filter((path) => path.includes('/users?')).length).toBe(3);
    const first = await readOne(open({ scope: 'all' }), 'people');
    expect(first).toMatchObject({ page: { count: 230, next: '100' } });
  });

  it('names attributes as tokens do; an own attribute does not take the place of one of these', async () => {
    const { open } = await atKeycloak();
    const { people } = await readWhole(() => open({ scope: 'all' }));
    expect(people.find(({ id }) => id === amara.id)).toEqual({
      id: amara.id,
      userName: 'amara',
      enabled: true,
      attributes: {
        preferred_username: 'amara',
        name: 'amara Keycloak',
        given_name: 'amara',
        family_name: 'Keycloak',
        email: 'amara@contoso.example',
        department: 'Sales',
        sites: ['Oslo', 'Bern'],
      },
    });
    expect(people.find(({ id }) => id === ben.id)?.enabled).toBe(false);
    const ofDora = people.find(({ id }) => id === dora.id)?.attributes;
    expect(ofDora).toMatchObject({ name: 'dora', family_name: null, email: null });
  });
});

describe('a filter', () => {
  it.each([
    [{ role: 'editor' }, ['amara']],
    [{ group: 'legal/north' }, ['dora']],
    [{ group: '/sales/north' }, ['carla']],
    [{ group: north2.id }, ['dora']],
    [{ department: 'Sales' }, ['amara']],
    [{ query: 'arl' }, ['carla']],
    [{ query: 'department:Sales' }, ['amara']],
  ])('%j reads %j', async (filter, wanted) => {
    const { open } = await atKeycloak();
    const whole = await readWhole(() => open({ scope: 'all', filter }));
    expect(names(whole.people)).toEqual(wanted);
    expect(whole.failures).toEqual({});
  });

  it('that names nothing refuses', async () => {
    const { open } = await atKeycloak();
    const at = (filter: NonNullable<Reading['filter']>, part: string) =>
      readOne(open({ scope: 'all', filter }), part);
    expect(await at({ role: 'owner' }, 'application')).toMatchObject({ kind: 'refused' });
    expect(await at({ group: 'north' }, 'group')).toMatchObject({ kind: 'refused' });
  });
});

describe('permissions', () => {
  it.each([
    [[], 'application', 'view-clients'],
    [['query-clients'], 'application', 'view-clients'],
    [['view-clients'], 'groups', 'view-users'],
  ])('with %j the part %s is refused, and %s named', async (may, part, wanted) => {
    const { assigned } = await atKeycloak({ ...staff, may });
    expect(await readOne(assigned, part)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining(wanted),
    });
  });

  it('to query alone show nobody, which is not read as nobody', async () => {
    const { assigned } = await atKeycloak({ ...staff, may: ['view-clients', 'query-users'] });
    expect(await readOne(assigned, 'people')).toMatchObject({
      ok: true,
      page: { people: [], limited: expect.stringContaining('view-users') },
    });
    expect(await lookAt(assigned, [amara.id], signal)).toMatchObject([{ kind: 'unknown' }]);
    expect(await lookFor(assigned, ['amara'], signal)).toMatchObject([
      { id: null, found: { kind: 'unknown' } },
    ]);
  });

  it('to roles that are missing are named for people and for clients', async () => {
    const { server, open, assigned } = await atKeycloak();
    const first = await readOne(open({ scope: 'assigned' }), 'application');
    const [part = ''] = (first.ok && first.page.parts) || [];
    server.disturb('/admin/realms/staff/clients', forbidden);
    expect(await readOne(assigned, part)).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/view-clients.*view-users/),
    });
  });
});

describe('credentials', () => {
  it('that are wrong refuse, with what Keycloak says', async () => {
    const { assigned } = await atKeycloak(staff, 'wrong');
    expect(await readOne(assigned, 'application')).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('unauthorized_client'),
    });
  });

  it('are kept, and exchanged once where the token is not taken', async () => {
    const { server, assigned } = await atKeycloak();
    await assigned.read(
      ['people', 'groups'].map((part) => ({ part, from: null })),
      signal,
    );
    expect(server.tokens).toEqual(['token-1']);
    server.tokens[0] = 'taken back';
    expect(await readOne(assigned, 'people')).toMatchObject({ ok: true });
    expect(server.tokens).toEqual(['taken back', 'token-2']);
  });
});

describe('a broken Keycloak', () => {
  it('that is away is asked again, and then has failed', async () => {
    const { server, waits, assigned } = await atKeycloak();
    server.disturb('/admin/realms/staff/groups', { status: 502, body: 'bad gateway' });
    expect(await readOne(assigned, 'groups')).toMatchObject({ ok: true });
    expect(waits).toEqual([750]);
    const away = Array.from({ length: 20 }, () => ({ status: 502, body: 'bad gateway' }));
    server.disturb('/admin/realms/staff/groups', ...away);
    expect(await readOne(assigned, 'groups')).toMatchObject({ ok: false, kind: 'failed' });
  });

  it('that lost a group or a role says so; without the realm or the client nothing is gone', async () => {
    const { server, assigned } = await atKeycloak();
    expect(await readOne(assigned, `members ${randomUUID()}`)).toMatchObject({ kind: 'gone' });
    expect(await readOne(assigned, `role-people ${randomUUID()} editor`)).toMatchObject({ kind: 'failed' });
    server.disturb('/admin/realms', { status: 404, body: { error: 'Realm not found.' } });
    expect(await readOne(assigned, `members ${north.id}`)).toMatchObject({ kind: 'failed' });
    for (const body of [{ error: 'no list' }, [null]]) {
      server.disturb('/admin/realms', { body });
      expect(await readOne(assigned, 'people')).toMatchObject({ kind: 'failed' });
    }
  });

  it('is not read on from a place that it never gave', async () => {
    const { assigned } = await atKeycloak();
    expect(await readOne(assigned, 'people', 'https://elsewhere.example/')).toMatchObject({
      kind: 'expired',
    });
  });
});

describe('a look at single persons', () => {
  it('tells there, disabled, without a role and gone apart, in order', async () => {
    const { assigned } = await atKeycloak({ ...staff, byComposite: [dora.id] });
    expect(await lookAt(assigned, [carla.id, randomUUID(), ben.id, dora.id], signal)).toEqual([
      { kind: 'there', enabled: true, userName: 'carla', assigned: true, groups: [north.id] },
      { kind: 'gone' },
      { kind: 'there', enabled: false, userName: 'ben', assigned: true, groups: [sales.id] },
      { kind: 'there', enabled: true, userName: 'dora', assigned: true, groups: [north2.id] },
    ]);
    const without = await atKeycloak();
    expect(await lookAt(without.assigned, [dora.id], signal)).toMatchObject([{ assigned: false }]);
  });

  it('reads what could not be read as not known', async () => {
    const { server, assigned } = await atKeycloak();
    server.disturb(`/admin/realms/staff/users/${ben.id}/groups`, forbidden);
    server.disturb('/admin/realms/staff/clients', forbidden);
    expect(await lookAt(assigned, [ben.id], signal)).toMatchObject([{ assigned: null, groups: null }]);
    server.disturb('/admin/realms/staff/users', forbidden);
    expect(await lookAt(assigned, [ben.id], signal)).toMatchObject([{ kind: 'unknown' }]);
  });

  it('finds by sign-in name in whatever case, and nobody by a part of one', async () => {
    const { assigned } = await atKeycloak();
    expect(await lookFor(assigned, ['Amara', 'amar'], signal)).toMatchObject([
      { id: amara.id, found: { kind: 'there', userName: 'amara', assigned: true } },
      { id: null, found: { kind: 'gone' } },
    ]);
  });
});
