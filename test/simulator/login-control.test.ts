// The control API over HTTP, the front page, and the options of `serve`.

import { describe, expect, test } from 'vitest';
import { serve } from '../../simulator/serve.ts';
import { readServeOptions } from '../../simulator/serve-options.ts';
import { UsageError } from '../../simulator/usage.ts';
import {
  authorizeUrl,
  claimsFor,
  fetchJson,
  loginFixture,
  refresh,
  signIn,
  somebody,
  tokensFor,
  visit,
} from './login-client.ts';

const login = loginFixture();

async function order(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${login().url}/control${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

describe('control API', () => {
  test('lists its routes, people, groups, wrong tokens and errors', async () => {
    const sim = login();
    expect((await order('GET', '')).body).toHaveProperty('POST /control/next-user');
    const user = sim.user(somebody(sim));
    expect(
      (await order('GET', `/users?search=${encodeURIComponent(user.userPrincipalName)}`)).body,
    ).toMatchObject({
      total: 1,
      items: [{ objectId: user.objectId }],
    });
    expect((await order('GET', '/groups')).body).toHaveLength(sim.tenant().groups.size);
    expect((await order('GET', '/wrong-tokens')).body).toHaveProperty('alg-none');
    expect((await order('GET', '/errors')).body).toHaveProperty('notAssigned.code', 50105);
  });

  test('disables, assigns, and sets policies of people', async () => {
    const sim = login();
    const at = `/users/${encodeURIComponent(sim.user(somebody(sim)).userPrincipalName)}`;
    expect((await order('PATCH', at, { accountEnabled: false })).status).toBe(204);
    expect((await signIn(sim)).back.get('error_description')).toContain('AADSTS50057');
    await order('PATCH', at, { accountEnabled: true, department: 'Wharf' });
    expect((await order('GET', at)).body).toMatchObject({ accountEnabled: true, department: 'Wharf' });
    await order('POST', `${at}/assign`, { appRoles: ['viewer'] });
    expect((await claimsFor(sim)).roles).toEqual(['viewer']);
    await order('POST', `${at}/unassign`);
    for (const id of sim.tenant().groups.keys()) await order('POST', `/groups/${id}/unassign`);
    expect((await signIn(sim)).back.get('error_description')).toContain('AADSTS50105');
    const [group] = sim.tenant().groups.values();
    const [member] = group!.memberIds;
    await order('POST', `/groups/${group!.objectId}/assign`, { appRoles: ['admin'] });
    sim.unassignUser(member!);
    expect((await claimsFor(sim, { sim_user: member! })).roles).toEqual(['admin']);
    await order('POST', `/users/${member}/policy`, { isBlocked: true });
    const blocked = await signIn(sim, { sim_user: member! });
    expect(blocked.back.get('error_description')).toContain('AADSTS53003');
  });

  test('moves people between groups, and deletes them', async () => {
    const sim = login();
    const [group] = sim.tenant().groups.keys();
    const isMember = (): boolean => sim.tenant().groups.get(group!)!.memberIds.has(somebody(sim));
    const body = { user: somebody(sim) };
    await order('POST', `/groups/${group}/leave`, body);
    expect(isMember()).toBe(false);
    await order('POST', `/groups/${group}/join`, body);
    expect(isMember()).toBe(true);
    const { body: tokens } = await tokensFor(sim);
    expect((await order('DELETE', `/users/${somebody(sim)}`)).status).toBe(204);
    expect((await refresh(sim, tokens.refresh_token)).body.error_codes).toEqual([50034]);
  });

  test('revokes and ends sessions', async () => {
    const sim = login();
    const { body } = await tokensFor(sim);
    expect((await order('POST', `/users/${somebody(sim)}/sign-out`)).body).toEqual([]);
    await order('POST', `/users/${somebody(sim)}/revoke-sessions`);
    expect((await refresh(sim, body.refresh_token)).body.error_codes).toEqual([50173]);
  });

  test('orders the next user and the next ID token', async () => {
    const sim = login();
    await order('POST', '/next-user', { user: somebody(sim) });
    await order('POST', '/next-id-token', { kind: 'missing-oid' });
    expect(await claimsFor(sim, { sim_user: null })).not.toHaveProperty('oid');
  });

  test('sets faults, keys, clock and the application', async () => {
    const sim = login();
    await order('POST', '/faults', { at: 'authorize', kind: 'error', error: 'transient' });
    expect((await signIn(sim)).back.get('error')).toBe('temporarily_unavailable');
    await order('POST', '/faults', { at: 'authorize', kind: 'status', status: 503, times: null });
    await order('DELETE', '/faults');
    const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
    await order('POST', '/clock', { now: new Date(tomorrow * 1000).toISOString() });
    await order('POST', '/clock', { advanceMs: 1_000 });
    await order('PATCH', '/app', { optionalClaims: [], groupMembershipClaims: null });
    const claims = await claimsFor(sim);
    expect(claims.iat).toBe(tomorrow + 1);
    expect(claims).not.toHaveProperty('sid');
    const { body } = await order('POST', '/keys/rotate');
    expect(body).toEqual({ kid: expect.any(String) });
    expect((await order('POST', '/keys/replace')).body).not.toEqual(body);
    expect((await order('GET', '/app')).body).toMatchObject({ groupMembershipClaims: null });
    expect((await order('GET', '/requests')).body).toEqual(
      expect.arrayContaining([{ method: 'POST', target: `/${sim.tenantId}/oauth2/v2.0/token`, status: 200 }]),
    );
  });

  test.each([
    ['PATCH', '/users/nobody', { accountEnabled: false }],
    ['PATCH', '/app', { clientId: 'another' }],
    ['PATCH', '/app', { redirectUris: 'http://127.0.0.1/' }],
    ['POST', '/next-user', { user: 'nobody' }],
    ['POST', '/next-user', {}],
    ['POST', '/next-id-token', { kind: 'fine' }],
    ['POST', '/faults', { at: 'nowhere', kind: 'hang' }],
    ['POST', '/faults', { at: 'token', kind: 'status' }],
    ['POST', '/faults', { at: 'token', kind: 'error', error: 'none' }],
    ['POST', '/clock', { now: 'soon' }],
    ['POST', '/groups/none/assign', {}],
    ['POST', '/groups/none/join', { user: 'nobody' }],
    ['DELETE', '/users/nobody', undefined],
  ])('400 %s %s %j', async (method, path, body) => {
    expect(await order(method, path, body)).toEqual({ status: 400, body: { error: expect.any(String) } });
  });

  test('turns away pages of other sites, and knows no other route', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    expect((await fetch(`${login().url}/control/users`, { headers })).status).toBe(403);
    expect((await order('POST', '/users/a/b')).status).toBe(404);
  });
});

test('the front page says what to enter in Bifrost', async () => {
  const sim = login();
  const page = await visit(sim.url);
  for (const value of [
    sim.tenantId,
    sim.clientId,
    sim.clientSecret,
    sim.graphUrl,
    'authorityUrl',
    'attributeRoleMappings',
  ]) {
    expect(page.text).toContain(value);
  }
  expect(page.text).not.toMatch(/(src|href)="(?!http:\/\/127\.0\.0\.1)/);
});

describe('serve', () => {
  test('runs until it is told to stop, and prints what a client needs', async () => {
    const stopping = new AbortController();
    const lines: string[] = [];
    const options = readServeOptions([
      '--port',
      '0',
      '--tenant-users',
      '20',
      '--tenant-groups',
      '2',
      '--json',
    ]);
    const running = serve(options, (line) => lines.push(line), stopping.signal);
    await expect.poll(() => lines.length).toBe(1);
    const { url, tenantId, clientId } = JSON.parse(lines[0]!);
    expect(await fetchJson(`${url}/control/app`)).toMatchObject({
      clientId,
      homeTenantId: tenantId,
      logoutUrl: 'http://127.0.0.1:8080/login/front-channel-logout',
    });
    expect(await fetchJson(`${url}/control/users`)).toMatchObject({ total: 20 });
    stopping.abort();
    expect(await running).toBe(0);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('says which port is taken', async () => {
    const taken = new URL(login().url).port;
    const options = readServeOptions(['--port', taken, '--tenant-users', '1', '--tenant-groups', '1']);
    await expect(serve(options, () => undefined, AbortSignal.abort())).rejects.toThrow(`--port ${taken}`);
  });

  test('takes its redirect URIs from where Bifrost is, or as given', () => {
    expect(readServeOptions(['--bifrost', 'https://b.example/'])).toMatchObject({
      port: 9_000,
      size: { users: 1_000, groups: 40, members: 3_000 },
      redirectUris: ['https://b.example/login', 'https://b.example/workspace/scim/oauth-discover-callback'],
      logoutUrl: 'https://b.example/login/front-channel-logout',
    });
    const given = ['--redirect-uri', 'http://a.example/', '--redirect-uri', 'http://b.example/'];
    expect(readServeOptions(given).redirectUris).toEqual(['http://a.example/', 'http://b.example/']);
  });

  test('says all that is wrong at once', () => {
    const wrong = ['--port', '99999', '--speed', '0', '--cloud', 'mars', '--redirect-uri', 'nowhere'];
    expect(() => readServeOptions(wrong)).toThrow(UsageError);
    for (const name of ['--port', '--speed', '--cloud', '--redirect-uri']) {
      expect(() => readServeOptions(wrong)).toThrow(name);
    }
    expect(() => readServeOptions(['--unknown'])).toThrow(UsageError);
  });
});

test('an account page for many has a search', async () => {
  expect((await visit(authorizeUrl(login()))).text).toContain('name="sim_search"');
});
