// What a provider's settings make of a sign-in: SCIM alone, both, two providers at once; and groups that no token can hold.

import { afterEach, describe, expect, it } from 'vitest';
import { type TenantUser, withGroup } from '../../simulator/tenant.ts';
import { USER } from '../harness/scim-client.ts';
import { providerBlock } from '../harness/server.ts';
import { type Visitor, visitor } from './visitor.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

let world: World;
afterEach(() => world.stop());

async function begin(options: WorldOptions = {}): Promise<TenantUser> {
  world = await startWorld(options);
  const user = [...world.entra.tenant().users.values()][0]!;
  world.entra.assignUser(user.userPrincipalName, ['Admin']);
  return user;
}

async function teamsOf(browser: Visitor): Promise<string[]> {
  const me = JSON.parse((await browser.get('/api/me', { accept: 'application/json' })).text) as {
    person: { id: string };
  };
  const { body } = await world.api<{ teams: { name: string }[] }>('GET', `/api/users/${me.person.id}`);
  return body.teams.map(({ name }) => name).sort();
}

describe('where SCIM alone decides', () => {
  it('a sign-in makes nobody, and changes nobody, and lets in whom SCIM has made', async () => {
    const user = await begin({ provider: { claimsSyncMode: 'scim' } });
    const unknown = await world.signIn(user.userPrincipalName);
    expect([unknown.status, unknown.text.includes('You have no account here yet')]).toEqual([403, true]);
    expect((await world.eventsOf('user.created')).length).toBe(0);
    const { resource } = await world.scim.post('/Users', {
      schemas: [USER],
      userName: user.userPrincipalName,
      externalId: user.objectId,
      roles: [{ value: 'Admin' }],
      active: true,
    });
    const entered = await world.signIn(user.userPrincipalName);
    expect(entered.status).toBe(303);
    expect((await world.eventsOf('user.updated')).length).toBe(0);
    expect((await world.eventsOf('user.linked')).map(({ subject }) => subject.id)).toEqual([resource.id]);
  });
});

describe('more groups than a token holds', () => {
  const inMany = (user: TenantUser) =>
    world.entra.changeTenant((tenant) => {
      let changed = tenant;
      const [pattern] = [...tenant.groups.values()];
      for (let n = 0; n < 201; n++) {
        const objectId = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
        changed = withGroup(changed, {
          ...pattern!,
          objectId,
          displayName: `group ${n}`,
          memberIds: [user.objectId],
        } as typeof pattern & object);
      }
      return changed;
    });
  const claimScimAttributes = { groups: { attributeType: 'user', attributeValue: 'groups' } };
  const app = { groupMembershipClaims: 'SecurityGroup' } as const;

  it('are asked of the directory', async () => {
    const user = await begin({ app, provider: { claimScimAttributes } });
    inMany(user);
    const { browser } = await world.signIn(user.userPrincipalName);
    expect((await teamsOf(browser)).length).toBeGreaterThanOrEqual(201);
  });

  it('are unknown, not none, while the directory does not answer: nobody loses a team', async () => {
    const user = await begin({ app, provider: { claimScimAttributes } });
    inMany(user);
    const first = await world.signIn(user.userPrincipalName);
    const teams = await teamsOf(first.browser);
    // One that is not tried again: the clock of these tests stands still, and with it the patience for a busy directory.
    world.entra.setFault({ at: 'graph', kind: 'status', status: 403, times: null });
    const second = await world.signIn(user.userPrincipalName);
    expect(second.status).toBe(303);
    expect(await teamsOf(second.browser)).toEqual(teams);
  });
});

describe('two providers', () => {
  it('do not take each other’s callbacks, and their people are two', async () => {
    const user = await begin();
    const token = 'another-provisioning-token-of-the-tests';
    const { entra, server } = world;
    const made = await world.api('POST', '/api/providers', {
      ...providerBlock('intranet', token),
      scim: undefined,
      tenantId: entra.tenantId,
      ...entra.other,
      authorityUrl: entra.url,
      graphUrl: entra.graphUrl,
      attributeRoleMappings: [{ attribute: 'name', value: '*', role: 'Viewer' }],
    });
    expect([made.status, made.body]).toEqual([201, expect.anything()]);
    const redirectUris = [`${server.url}/login`];
    entra.changeApp({ redirectUris }, entra.other.clientId);
    const browser = visitor(server.url);
    const ours = new URL(await world.toCallback(browser, user.userPrincipalName, 'entra'));
    const theirs = new URL(await world.toCallback(browser, user.userPrincipalName, 'intranet'));
    // The code of one with the state of the other.
    ours.searchParams.set('code', theirs.searchParams.get('code')!);
    const mixed = await browser.get(ours.href);
    expect(mixed.status).toBe(400);
    const first = await world.signIn(user.userPrincipalName);
    const callback = await world.toCallback(visitor(server.url), user.userPrincipalName, 'intranet');
    expect(callback).toContain('/login');
    const second = visitor(server.url);
    expect(
      (await second.get(await world.toCallback(second, user.userPrincipalName, 'intranet'))).status,
    ).toBe(303);
    const who = async (each: Visitor) =>
      (
        JSON.parse((await each.get('/api/me', { accept: 'application/json' })).text) as {
          person: { id: string };
        }
      ).person.id;
    expect(await who(first.browser)).not.toBe(await who(second));
  });
});

describe('without SCIM', () => {
  it('a leaver is suspended by the directory alone, and let in again when it says so', async () => {
    const user = await begin({ provider: { scim: { enabled: false } } });
    const { browser } = await world.signIn(user.userPrincipalName);
    world.entra.editUser(user.userPrincipalName, { accountEnabled: false });
    world.pass(16 * 60_000);
    expect((await browser.get('/api/me')).status).toBe(401);
    const [suspended] = await world.eventsOf('user.suspended');
    expect(suspended?.data).toMatchObject({ reason: 'directory' });
    world.entra.editUser(user.userPrincipalName, { accountEnabled: true });
    expect((await world.signIn(user.userPrincipalName)).status).toBe(303);
    expect((await world.eventsOf('user.reactivated')).length).toBe(1);
  });
});
