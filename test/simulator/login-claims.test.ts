// What ID tokens say: both versions, by scope and optional claim, for guests, with roles and groups by every setting.

import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import { joinGroup, type TenantGroup, withGroup } from '../../simulator/tenant.ts';
import {
  authorizeUrl,
  claimsFor,
  fetchJson,
  filled,
  loginFixture,
  REDIRECT_URI,
  redeem,
  signIn,
  somebody,
  VERIFIER,
  visit,
} from './login-client.ts';

const start = Date.parse('2026-05-04T08:00:00Z');
const login = loginFixture({ clock: () => start });

function guestOf(sim: LoginSimulator): string {
  return [...sim.tenant().users.values()].find((user) => user.userType === 'Guest')!.objectId;
}

function addGroup(sim: LoginSimulator, number: number, group: Partial<TenantGroup>): string {
  const objectId = `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const made = { objectId, displayName: `Group ${number}`, memberIds: new Set<string>(), assigned: false };
  sim.changeTenant((tenant) => withGroup(tenant, { ...made, ...group }));
  return objectId;
}

/** Nobody is in a group, so that a test says all there is. */
function withoutGroups(sim: LoginSimulator): void {
  sim.changeTenant((tenant) => ({ ...tenant, groups: new Map() }));
}

describe('shape', () => {
  test('v2.0', async () => {
    const sim = login();
    const user = sim.user(somebody(sim));
    const claims = await claimsFor(sim);
    expect(claims).toMatchObject({
      aud: sim.clientId,
      iss: `${sim.url}/${sim.tenantId}/v2.0`,
      iat: start / 1000,
      nbf: start / 1000,
      exp: start / 1000 + 3_600,
      nonce: 'the-nonce',
      name: user.displayName,
      oid: user.objectId,
      preferred_username: user.userPrincipalName,
      email: user.mail,
      upn: user.userPrincipalName,
      tid: sim.tenantId,
      ver: '2.0',
      acct: 0,
    });
    for (const name of ['unique_name', 'amr', 'idp', 'xms_edov', 'at_hash'])
      expect(claims).not.toHaveProperty(name);
  });

  test('v1.0, from the v1.0 endpoints', async () => {
    const sim = login();
    const user = sim.user(somebody(sim));
    const seen = await visit(
      authorizeUrl(sim, { sim_user: user.objectId }).replace('/v2.0/authorize', '/authorize'),
    );
    const answer = await fetchJson(`${sim.url}/${sim.tenantId}/oauth2/token`, {
      method: 'POST',
      body: filled(
        {
          grant_type: 'authorization_code',
          code: seen.back.get('code'),
          redirect_uri: REDIRECT_URI,
          code_verifier: VERIFIER,
          client_id: sim.clientId,
          client_secret: sim.clientSecret,
        },
        {},
      ),
    });
    const idToken = String(answer.id_token);
    expect(decodeProtectedHeader(idToken)).toHaveProperty('x5t');
    const claims = decodeJwt(idToken);
    expect(claims).toMatchObject({
      iss: `${sim.url}/${sim.tenantId}/`,
      ver: '1.0',
      amr: ['pwd'],
      unique_name: user.userPrincipalName,
      upn: user.userPrincipalName,
      oid: user.objectId,
    });
    expect(claims).not.toHaveProperty('preferred_username');
  });

  test('without the scope profile says nothing of who it is', async () => {
    const sim = login();
    sim.changeApp({ optionalClaims: [] });
    const claims = await claimsFor(sim, { scope: 'openid' });
    for (const name of ['oid', 'name', 'preferred_username', 'email', 'upn', 'sid', 'tid']) {
      expect(claims).not.toHaveProperty(name);
    }
  });

  test('sub differs by application, and stays', async () => {
    const sim = login();
    const subject = async (clientId: string, clientSecret: string): Promise<unknown> => {
      const seen = await signIn(sim, { client_id: clientId });
      const code = seen.back.get('code');
      const { body } = await redeem(sim, code, { client_id: clientId, client_secret: clientSecret });
      return decodeJwt(String(body.id_token)).sub;
    };
    const here = await subject(sim.clientId, sim.clientSecret);
    expect(await subject(sim.clientId, sim.clientSecret)).toBe(here);
    expect(await subject(sim.other.clientId, sim.other.clientSecret)).not.toBe(here);
  });
});

describe('optional claims', () => {
  test('are given when asked for', async () => {
    const sim = login();
    sim.changeApp({ optionalClaims: [{ name: 'xms_edov' }, { name: 'given_name' }] });
    const claims = await claimsFor(sim);
    const user = sim.user(somebody(sim));
    expect(claims).toMatchObject({ xms_edov: true, given_name: user.givenName });
    for (const name of ['upn', 'sid', 'login_hint', 'acct']) expect(claims).not.toHaveProperty(name);
  });

  test('of a guest: mail by default, the provider, acct, and no altered name unless asked for', async () => {
    const sim = login();
    const guest = guestOf(sim);
    sim.changeApp({ optionalClaims: [{ name: 'upn' }, { name: 'acct' }, { name: 'xms_edov' }] });
    const claims = await claimsFor(sim, { sim_user: guest, scope: 'openid profile offline_access' });
    expect(claims).toMatchObject({ email: sim.user(guest).mail, idp: 'mail', acct: 1, xms_edov: false });
    expect(claims).not.toHaveProperty('upn');
    const additionalProperties = ['include_externally_authenticated_upn'];
    sim.changeApp({ optionalClaims: [{ name: 'upn', additionalProperties }] });
    expect((await claimsFor(sim, { sim_user: guest })).upn).toContain('#EXT#@');
  });
});

describe('roles', () => {
  test('in person and by groups that hold the person directly; not by nested ones', async () => {
    const sim = login();
    withoutGroups(sim);
    const id = somebody(sim);
    sim.assignUser(id, ['developer']);
    const inner = addGroup(sim, 1, { memberIds: new Set([id]) });
    addGroup(sim, 2, { memberIds: new Set([inner]), assigned: true, appRoles: ['admin'] });
    expect((await claimsFor(sim)).roles).toEqual(['developer']);
    sim.assignGroup(inner, ['viewer']);
    expect((await claimsFor(sim)).roles).toEqual(['developer', 'viewer']);
    sim.unassignUser(id);
    expect((await claimsFor(sim)).roles).toEqual(['viewer']);
    sim.assignGroup(inner);
    expect(await claimsFor(sim)).not.toHaveProperty('roles');
  });

  test('a nested assignment alone does not let anybody in', async () => {
    const sim = login();
    withoutGroups(sim);
    const id = somebody(sim);
    sim.unassignUser(id);
    const inner = addGroup(sim, 1, { memberIds: new Set([id]) });
    addGroup(sim, 2, { memberIds: new Set([inner]), assigned: true });
    expect((await signIn(sim)).back.get('error_description')).toContain('AADSTS50105');
  });
});

describe('groups', () => {
  test.each([
    [null, []],
    ['ApplicationGroup', ['assigned']],
    ['SecurityGroup', ['assigned', 'direct', 'outer']],
    ['All', ['assigned', 'direct', 'outer', 'list']],
  ] as const)('%s', async (groupMembershipClaims, expected) => {
    const sim = login();
    withoutGroups(sim);
    const memberIds = new Set([somebody(sim)]);
    const ids: Record<string, string> = {
      assigned: addGroup(sim, 1, { memberIds, assigned: true }),
      direct: addGroup(sim, 2, { memberIds }),
      list: addGroup(sim, 3, { memberIds, securityEnabled: false }),
    };
    ids.outer = addGroup(sim, 4, { memberIds: new Set([ids.direct!]), assigned: true });
    sim.changeApp({ groupMembershipClaims });
    const { groups } = await claimsFor(sim);
    expect(groups === undefined ? [] : [...(groups as string[])].sort()).toEqual(
      expected.map((name) => ids[name]).sort(),
    );
  });

  test('200 are listed; 201 become a pointer to a retired service, and no claim', async () => {
    const sim = login();
    withoutGroups(sim);
    const id = somebody(sim);
    for (let number = 1; number <= 200; number++)
      addGroup(sim, number, { memberIds: new Set([id]), assigned: true });
    expect((await claimsFor(sim)).groups).toHaveLength(200);
    const last = addGroup(sim, 201, { assigned: true });
    sim.changeTenant((tenant) => joinGroup(tenant, last, id));
    const claims = await claimsFor(sim);
    expect(claims).not.toHaveProperty('groups');
    expect(claims).toMatchObject({
      _claim_names: { groups: 'src1' },
      _claim_sources: {
        src1: { endpoint: `https://graph.windows.net/${sim.tenantId}/users/${id}/getMemberObjects` },
      },
    });
  });

  test('of assigned groups can be names, and can be roles', async () => {
    const sim = login();
    withoutGroups(sim);
    addGroup(sim, 1, { memberIds: new Set([somebody(sim)]), assigned: true });
    const groups = (...additionalProperties: string[]): void =>
      sim.changeApp({ optionalClaims: [{ name: 'groups', additionalProperties }] });
    groups('cloud_displayname');
    expect((await claimsFor(sim)).groups).toEqual(['Group 1']);
    groups('cloud_displayname', 'emit_as_roles');
    const claims = await claimsFor(sim);
    expect(claims.roles).toEqual(['Group 1']);
    expect(claims).not.toHaveProperty('groups');
  });
});
