// Okta's directory, read from a small org on loopback: who is there, what it costs, and what failures mean.

import { describe, expect, it } from 'vitest';
import type { DirectoryReader, Reading } from '../../src/reconcile/directory.ts';
import { directoryOf } from '../../src/reconcile/directory-of.ts';
import { lookAt, lookFor } from './flat-look.ts';
import { CLIENT, error, type Org, oktaOrg, TOKEN, userOf } from './okta-org.ts';
import { providerOf, reachTo, readOne, readWhole, START } from './stand-in.ts';

const [amara, ben, carla, dora, emil] = [
  userOf('amara', 'ACTIVE', { department: 'Sales', costCenter: '42', roles: ['x'] }),
  userOf('ben', 'LOCKED_OUT', { department: 'Legal' }),
  userOf('carla', 'SUSPENDED'),
  userOf('dora', 'DEPROVISIONED'),
  userOf('emil', 'STAGED', { department: 'Sales' }),
] as const;
const [staff, others] = ['00gstaffstaffstaffS1', '00gothersothersotheR'];

const contoso: Org = {
  users: [amara, ben, carla, dora, emil],
  groups: {
    [staff]: { name: 'Staff', members: [amara.id, carla.id] },
    [others]: { name: 'Others "and" more', members: [ben.id, emil.id] },
  },
  assignedGroups: [staff],
  assignedUsers: [ben.id],
  rows: 1,
};

async function atOkta(org: Org = contoso, { token = TOKEN }: { token?: string | null } = {}) {
  const server = await oktaOrg(org);
  const { reach, waits } = reachTo(token === null ? {} : { directoryToken: token });
  const provider = providerOf('okta', { issuer: `${server.url}/oauth2/default`, clientId: CLIENT });
  const open = (reading: Reading) => directoryOf(reach, provider, reading) as DirectoryReader;
  return { server, waits, open, assigned: open({ scope: 'assigned' }) };
}

const signal = new AbortController().signal;
const ids = (people: readonly { id: string }[]) => people.map(({ id }) => id);

describe('a reading', () => {
  it('of who is assigned has people, groups, memberships and both kinds of assignment', async () => {
    const { open } = await atOkta();
    const whole = await readWhole(() => open({ scope: 'assigned' }));
    expect(whole.failures).toEqual({});
    expect(whole.application).toEqual({ assignmentRequired: true, roles: [] });
    expect(new Set(ids(whole.people))).toEqual(new Set([amara.id, ben.id, carla.id]));
    expect(whole.groups).toEqual([{ id: staff, displayName: 'Staff' }]);
    expect(whole.memberships).toEqual([`${amara.id} in ${staff}`, `${carla.id} in ${staff}`]);
    expect(whole.assignments).toEqual([`person ${ben.id} -`, `group ${staff} -`]);
  });

  it('of all has everybody who was not deactivated, and every group', async () => {
    const { open } = await atOkta();
    const whole = await readWhole(() => open({ scope: 'all' }));
    expect(ids(whole.people)).toEqual([amara.id, ben.id, carla.id, emil.id]);
    expect(whole.groups.map(({ displayName }) => displayName)).toEqual(['Staff', 'Others "and" more']);
    expect(whole.memberships).toHaveLength(4);
  });

  it('names attributes as tokens do, keeps what it has no value for as null, and leaves roles out', async () => {
    const { open } = await atOkta();
    const { people } = await readWhole(() => open({ scope: 'assigned' }));
    expect(people.find(({ id }) => id === amara.id)).toEqual({
      id: amara.id,
      userName: 'amara@contoso.example',
      enabled: true,
      attributes: {
        preferred_username: 'amara@contoso.example',
        email: 'amara@contoso.example',
        name: 'amara of the application',
        given_name: 'amara',
        family_name: 'Okta',
        department: 'Sales',
        costCenter: '42',
        mobilePhone: null,
      },
    });
    expect(people.find(({ id }) => id === carla.id)?.attributes.department).toBeNull();
  });

  it.each([
    ['ACTIVE', true],
    ['PROVISIONED', true],
    ['PASSWORD_EXPIRED', true],
    ['RECOVERY', true],
    ['LOCKED_OUT', true],
    ['STAGED', false],
    ['SUSPENDED', false],
    ['DEPROVISIONED', false],
    ['SOMETHING_NEW', null],
  ])('reads the status %s as enabled: %s', async (status, enabled) => {
    const user = userOf('x', status);
    const { assigned } = await atOkta({ ...contoso, users: [user], assignedUsers: [user.id] });
    expect(await readOne(assigned, 'assignments')).toMatchObject({ page: { people: [{ enabled }] } });
    expect(await lookAt(assigned, [user.id], signal)).toMatchObject([{ kind: 'there', enabled }]);
  });

  it('requires no assignment in Federation Broker Mode', async () => {
    const { assigned } = await atOkta({ ...contoso, implicitAssignment: true });
    const application = { assignmentRequired: false };
    expect(await readOne(assigned, 'application')).toMatchObject({ page: { application } });
    expect(await lookAt(assigned, [emil.id], signal)).toMatchObject([{ assigned: true }]);
  });
});

describe('a filter', () => {
  it.each([staff, 'Staff'])('by the group %s reads its members alone', async (group) => {
    const { open } = await atOkta();
    const whole = await readWhole(() => open({ scope: 'assigned', filter: { group } }));
    expect(ids(whole.people)).toEqual([amara.id, carla.id]);
    expect(whole.groups).toEqual([{ id: staff, displayName: 'Staff' }]);
  });

  it('by a group that is not there, or in another spelling, refuses', async () => {
    const { open } = await atOkta();
    const outcome = await readOne(open({ scope: 'all', filter: { group: 'staff' } }), 'group');
    expect(outcome).toEqual({ ok: false, kind: 'refused', why: 'Okta shows no group staff.' });
  });

  it("by department narrows, and by query is Okta's own language", async () => {
    const { open } = await atOkta();
    const sales = await readWhole(() => open({ scope: 'all', filter: { department: 'Sales' } }));
    expect(ids(sales.people)).toEqual([amara.id, emil.id]);
    const query = 'profile.department eq "Legal"';
    const legal = await readWhole(() => open({ scope: 'assigned', filter: { query } }));
    expect(ids(legal.people)).toEqual([ben.id]);
  });

  it('by role says that there are none', async () => {
    const { open } = await atOkta();
    const { failures } = await readWhole(() => open({ scope: 'assigned', filter: { role: 'Admin' } }));
    expect(Object.values(failures)).toMatchObject([
      { kind: 'refused', why: expect.stringContaining('no roles') },
      { kind: 'refused' },
      { kind: 'refused' },
    ]);
  });
});

describe('a busy or broken Okta', () => {
  const limited = (reset: number, headers: Record<string, string> = {}) => ({
    ...error(429, 'E0000047', 'API call exceeded rate limit due to too many requests.'),
    headers: {
      'x-rate-limit-limit': '600',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(reset),
      ...headers,
    },
  });

  it('is asked again when its limit is over, by its own clock', async () => {
    const { server, waits, assigned } = await atOkta();
    const ahead = START / 1000 + 9_000;
    server.disturb('/api/v1/users', limited(ahead + 20, { date: new Date(ahead * 1000).toUTCString() }));
    expect(await readOne(assigned, 'people')).toMatchObject({ ok: true });
    // 20 s, one for what both cut off, and half of the 500 ms that keep a crowd apart.
    expect(waits).toEqual([21_250]);
    expect(assigned.cost).toEqual({ requests: 2, throttled: 1, resourceUnits: null });
  });

  it('leaves the last tenth of the limit to others', async () => {
    const { server, waits, assigned } = await atOkta();
    const headers = {
      'x-rate-limit-limit': '600',
      'x-rate-limit-remaining': '59',
      'x-rate-limit-reset': String(START / 1000 + 30),
      date: new Date(START).toUTCString(),
    };
    server.disturb('/api/v1/users', { body: [], headers });
    await readOne(assigned, 'people');
    expect(waits).toEqual([]);
    await readOne(assigned, 'people');
    expect(waits).toEqual([31_000]);
  });

  it('that stays away ends in a failure, after minutes, and is no absence', async () => {
    const { server, waits, assigned } = await atOkta();
    const away = Array.from({ length: 20 }, () => ({ status: 503, body: 'upstream is away' }));
    server.disturb('/api/v1/groups', ...away);
    const outcome = await readOne(assigned, `members ${staff}`);
    expect(outcome).toMatchObject({ ok: false, kind: 'failed' });
    expect(server.asked.length).toBeLessThanOrEqual(8);
    expect(waits.reduce((sum, each) => sum + each, 0)).toBeLessThan(5 * 60_000);
  });

  it('that answers with a page of a proxy is not gone', async () => {
    const { server, assigned } = await atOkta();
    server.disturb('/api/v1/groups', ...Array.from({ length: 8 }, () => ({ status: 404, body: '<html>' })));
    expect(await readOne(assigned, `members ${staff}`)).toMatchObject({ kind: 'failed' });
  });

  it('that lost a group says so, and one that lost the application has refused everything', async () => {
    const { assigned, open } = await atOkta();
    expect(await readOne(assigned, 'members 00gnone')).toMatchObject({ kind: 'gone' });
    const { reach } = reachTo({ directoryToken: TOKEN });
    const server = await oktaOrg(contoso);
    const provider = providerOf('okta', { issuer: server.url, clientId: '0oaAnother' });
    const other = directoryOf(reach, provider, { scope: 'assigned' }) as DirectoryReader;
    for (const part of open({ scope: 'assigned' }).parts()) {
      expect(await readOne(other, part)).toMatchObject({ kind: 'refused' });
    }
    expect(await lookAt(other, [amara.id], signal)).toMatchObject([{ kind: 'there', assigned: null }]);
  });

  it('that answers with something else than people has not said that there are none', async () => {
    const { server, assigned } = await atOkta();
    for (const body of [{ id: 'x' }, [null], 'null']) {
      server.disturb('/api/v1/users', { body });
      expect(await readOne(assigned, 'people')).toMatchObject({ kind: 'failed' });
    }
  });

  it('is not followed to another host', async () => {
    const { server, assigned } = await atOkta();
    const elsewhere = await oktaOrg(contoso);
    const link = `<${elsewhere.url}/api/v1/users?after=1>; rel="next"`;
    server.disturb('/api/v1/users', { body: [], headers: { link } });
    const first = await readOne(assigned, 'people');
    const next = first.ok ? first.page.next : null;
    expect(next).toContain(elsewhere.url);
    expect(await readOne(assigned, 'people', next)).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('another place'),
    });
    expect(elsewhere.asked).toEqual([]);
  });

  it('that does not know its own cursor any more has let it expire', async () => {
    const { server, assigned } = await atOkta();
    server.disturb('/api/v1/users', error(400, 'E0000001', 'Api validation failed: after'));
    const from = `${server.url}/api/v1/users?after=old`;
    expect(await readOne(assigned, 'people', from)).toMatchObject({ kind: 'expired' });
    server.disturb('/api/v1/users', error(400, 'E0000031', 'Invalid search criteria.'));
    expect(await readOne(assigned, 'people')).toMatchObject({ kind: 'failed' });
  });

  it('ends with the reason of the signal', async () => {
    const { assigned } = await atOkta();
    const stop = AbortSignal.abort(new Error('the server stops'));
    await expect(assigned.read([{ part: 'people', from: null }], stop)).rejects.toThrow('the server stops');
  });
});

describe('credentials', () => {
  it('that are missing are named, and nothing is asked', async () => {
    const { server, assigned } = await atOkta(contoso, { token: null });
    expect(await readOne(assigned, 'application')).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/^Okta's API token is missing: .*`directoryToken`/s),
    });
    expect(server.asked).toEqual([]);
  });

  it('that are wrong, or may not read, refuse everything', async () => {
    const wrong = await atOkta(contoso, { token: 'wrong' });
    expect(await readOne(wrong.assigned, 'assignments')).toMatchObject({ kind: 'refused' });
    const { server, assigned } = await atOkta();
    server.disturb('/api/v1/apps', error(403, 'E0000006', 'You do not have permission'));
    expect(await readOne(assigned, 'assignments')).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('Read-only Administrator'),
    });
  });
});

describe('a look at single persons', () => {
  it('tells there, disabled, unassigned and gone apart, in order', async () => {
    const { assigned } = await atOkta();
    const missing = '00uMissingMissingMis';
    expect(await lookAt(assigned, [dora.id, missing, amara.id, emil.id], signal)).toEqual([
      { kind: 'there', enabled: false, userName: dora.profile.login, assigned: false, groups: [] },
      { kind: 'gone' },
      { kind: 'there', enabled: true, userName: amara.profile.login, assigned: true, groups: [staff] },
      { kind: 'there', enabled: false, userName: emil.profile.login, assigned: false, groups: [others] },
    ]);
  });

  it("takes an id in the wrong case, a sign-in name or a failure for nobody's absence", async () => {
    const { server, assigned } = await atOkta();
    const lost = amara.id.toLowerCase();
    const found = await lookAt(assigned, [lost, 'amara@contoso.example'], signal);
    expect(found.map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
    server.disturb('/api/v1/users', error(403, 'E0000006', 'You do not have permission'));
    expect(await lookAt(assigned, [ben.id], signal)).toMatchObject([{ kind: 'unknown' }]);
  });

  it('reads what could not be read as not known', async () => {
    const { server, assigned } = await atOkta();
    server.disturb(`/api/v1/users/${ben.id}/groups`, error(403, 'E0000006', 'no'));
    server.disturb(`/api/v1/apps/${CLIENT}/users`, error(403, 'E0000006', 'no'));
    expect(await lookAt(assigned, [ben.id], signal)).toMatchObject([{ assigned: null, groups: null }]);
  });

  it('finds by sign-in name, whatever its case, and nobody by a short one', async () => {
    const { assigned } = await atOkta();
    const found = await lookFor(assigned, ['BEN@contoso.example'.toLowerCase(), 'ben', 'a/b', 'x@y'], signal);
    expect(found).toMatchObject([
      { id: ben.id, found: { kind: 'there', assigned: true, groups: [others] } },
      { id: null, found: { kind: 'gone' } },
      { id: null, found: { kind: 'unknown' } },
      { id: null, found: { kind: 'gone' } },
    ]);
  });
});

describe('a kind without a directory', () => {
  it.each(['google', 'oidc'] as const)('%s says so', (kind) => {
    const { reach } = reachTo({});
    const provider = providerOf(kind, { issuer: 'https://id.example', clientId: 'x' });
    expect(directoryOf(reach, provider, { scope: 'all' })).toEqual({
      none: expect.stringContaining('directory API'),
    });
  });
});
