// POST /api/providers/{id}/verify, /providers/verify and /providers/discover-endpoints: against the local Entra, an issuer that
// nobody can reach, and one that takes its time.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { type Fixture, keys, startFixture } from './fixture.ts';

interface Trial {
  ok: boolean;
  at: string;
  checks: { name: string; state: string; sentence: string; advice: string | null }[];
}

let entra: LoginSimulator;
let api: Fixture;

beforeAll(async () => {
  entra = await startLogin();
  api = await startFixture({
    env: { BIFROST_DEVELOPMENT: '1' },
    provider: { ...block(), name: 'entra' },
  });
});
beforeEach(() => {
  const { url } = api.server;
  const redirectUris = [`${url}/login`, `${url}/workspace/scim/oauth-discover-callback`];
  entra.clearFaults();
  entra.changeApp({ redirectUris, grantedPermissions: entra.app().requestedPermissions });
});
afterAll(async () => {
  await api.stop();
  await entra.close();
});

function block(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    kind: 'entra',
    tenantId: entra.tenantId,
    clientId: entra.clientId,
    clientSecret: entra.clientSecret,
    authorityUrl: entra.url,
    graphUrl: entra.graphUrl,
    ...more,
  };
}

const verify = () => api.send<Trial>('POST', '/api/providers/entra/verify');
const tryDraft = (body: unknown) => api.send<Trial>('POST', '/api/providers/verify', { body });
const statesOf = ({ checks }: Trial) => Object.fromEntries(checks.map(({ name, state }) => [name, state]));
const named = ({ checks }: Trial, name: string) => checks.find((each) => each.name === name)!;
const provider = async () => (await api.get<ProviderJson>('/api/providers/entra')).body;

const allOk = {
  discovery: 'ok',
  clock: expect.stringMatching(/ok|skipped/),
  issuer: 'ok',
  keys: 'ok',
  clientSecret: 'ok',
  'permission:User.Read.All': 'ok',
  'permission:GroupMember.Read.All': 'ok',
  'permission:Application.Read.All': 'ok',
  assignment: 'ok',
  redirectUri: 'ok',
  discoverRedirectUri: 'ok',
};

describe('POST /api/providers/{id}/verify 200', () => {
  it('tries every step, says so in the log, and keeps when it was', async () => {
    expect((await provider()).signIn).toEqual({
      redirectUri: `${api.server.url}/login`,
      discoverRedirectUri: `${api.server.url}/workspace/scim/oauth-discover-callback`,
      frontChannelLogoutUri: `${api.server.url}/login/front-channel-logout`,
      lastVerification: null,
    });
    const before = await provider();
    const events = await api.eventsOf(async () => {
      const { body, text } = await verify();
      expect(statesOf(body)).toEqual(allOk);
      expect(body.ok).toBe(true);
      expect(text).not.toContain(entra.clientSecret);
    });
    expect(events.map(({ type, subject, provider: of, data }) => [type, subject.id, of, data])).toEqual([
      ['provider.verified', 'entra', 'entra', { ok: true, failed: [] }],
    ]);
    const after = await provider();
    const last = after.signIn.lastVerification!;
    expect(last).toEqual({ at: last.at, ok: true, failed: [], lastOkAt: last.at });
    // Whoever edits the provider meanwhile is not told that it changed.
    expect(after.revision).toBe(before.revision);
  });

  it('names the one permission that is missing, and keeps when all was last well', async () => {
    await verify();
    const { lastOkAt } = (await provider()).signIn.lastVerification!;
    const granted = entra.app().requestedPermissions.filter((each) => each !== 'GroupMember.Read.All');
    entra.changeApp({ grantedPermissions: granted });
    const { body } = await verify();
    expect(statesOf(body)).toEqual({ ...allOk, 'permission:GroupMember.Read.All': 'failed' });
    expect(named(body, 'permission:GroupMember.Read.All').advice).toContain('grant admin consent');
    expect((await provider()).signIn.lastVerification).toMatchObject({
      ok: false,
      failed: ['permission:GroupMember.Read.All'],
      lastOkAt,
    });
    entra.changeApp({ grantedPermissions: entra.app().requestedPermissions });
    // What is granted since counts at once.
    expect((await verify()).body.ok).toBe(true);
  });

  it('tells a redirect URI that is not registered; without that of Discover Claims it is well all the same', async () => {
    entra.changeApp({ redirectUris: [`${api.server.url}/login`] });
    const without = (await verify()).body;
    expect([without.ok, statesOf(without)]).toEqual([true, { ...allOk, discoverRedirectUri: 'warning' }]);
    entra.changeApp({ redirectUris: ['https://elsewhere.example/login'] });
    const { body } = await verify();
    expect([body.ok, named(body, 'redirectUri').state]).toEqual([false, 'failed']);
    expect(named(body, 'redirectUri').sentence).toContain('AADSTS50011');
  });

  it('warns where everybody in the tenant could sign in', async () => {
    entra.changeApp({ appRoleAssignmentRequired: false });
    const { body } = await verify();
    entra.changeApp({ appRoleAssignmentRequired: true });
    expect([body.ok, named(body, 'assignment').state]).toEqual([true, 'warning']);
  });

  it('twice at once is answered twice', async () => {
    const both = await Promise.all([verify(), verify(), verify()]);
    expect(both.map(({ status, body }) => [status, body.ok])).toEqual([
      [200, true],
      [200, true],
      [200, true],
    ]);
  });

  it('ends in time while the provider hangs', async () => {
    for (const at of ['keys', 'token', 'authorize'] as const)
      entra.setFault({ at, kind: 'hang', times: null });
    const begun = performance.now();
    const { body } = await verify();
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(statesOf(body)).toMatchObject({
      discovery: 'ok',
      keys: 'failed',
      clientSecret: 'failed',
      'permission:User.Read.All': 'skipped',
      redirectUri: 'failed',
    });
  }, 20_000);
});

describe('POST /api/providers/{id}/verify refusals', () => {
  it('404 for a provider that is not there', async () => {
    expect((await api.send('POST', '/api/providers/nowhere/verify')).problem.status).toBe(404);
  });

  it('403 without providers:edit', async () => {
    for (const key of [keys.developer, keys.viewer]) {
      const { problem } = await api.send('POST', '/api/providers/entra/verify', { key });
      expect(problem).toMatchObject({ status: 403, permission: 'providers:edit' });
    }
  });
});

describe('POST /api/providers/verify', () => {
  it('tries a draft without storing or telling anything of it', async () => {
    const events = await api.eventsOf(async () => {
      const { status, body, text } = await tryDraft(block());
      expect([status, body.ok, statesOf(body)]).toEqual([200, true, allOk]);
      expect(text).not.toContain(entra.clientSecret);
    });
    expect(events).toEqual([]);
    const { body } = await api.get<{ items: unknown[] }>('/api/providers');
    expect(body.items).toHaveLength(1);
  });

  it('with a wrong secret says so without repeating it', async () => {
    const { body, text } = await tryDraft(block({ clientSecret: 'not-the-secret' }));
    expect([body.ok, named(body, 'clientSecret').state]).toEqual([false, 'failed']);
    expect(named(body, 'clientSecret').sentence).toContain('AADSTS7000215');
    expect(text).not.toContain('not-the-secret');
    // It is the draft's own: the stored provider has the right one.
    expect((await verify()).body.ok).toBe(true);
  });

  it('never uses the secret of a stored provider', async () => {
    const { clientSecret: _, ...without } = block({ name: 'entra' });
    const { body } = await tryDraft(without);
    expect(named(body, 'clientSecret')).toMatchObject({ state: 'failed' });
  });

  it('of a tenant that does not exist: what needs the document waits', async () => {
    const { body } = await tryDraft(block({ tenantId: '11111111-2222-4333-8444-555555555555' }));
    expect([body.ok, named(body, 'discovery').state, named(body, 'keys').state]).toEqual([
      false,
      'failed',
      'skipped',
    ]);
    expect(named(body, 'discovery').sentence).toContain('AADSTS90002');
  });

  it('refuses what adding would refuse, in the same words', async () => {
    const { problem } = await tryDraft(block({ tenantId: 'no tenant' }));
    expect(problem).toMatchObject({ status: 400, reason: 'invalidValue' });
    expect(problem.problems).toMatchObject([{ path: '/tenantId' }]);
  });

  it('leaves the address to a provider of that name for everything else', async () => {
    const { body } = await api.send<ProviderJson>('POST', '/api/providers', {
      body: block({ name: 'Verify' }),
    });
    expect(body.id).toBe('verify');
    expect((await api.get<ProviderJson>('/api/providers/verify')).body.name).toBe('Verify');
    const { problem } = await api.send('PUT', '/api/providers/verify', { body: {} });
    expect(problem).toMatchObject({ status: 405 });
    expect(problem.allowed).toEqual(expect.arrayContaining(['POST', 'GET', 'PATCH']));
  });
});

describe('POST /api/providers/discover-endpoints', () => {
  let issuer: Server;
  let base: string;
  let document: Record<string, unknown>;
  beforeAll(async () => {
    issuer = createServer((request, response) => {
      const isThere = request.url === '/realm/.well-known/openid-configuration';
      response.writeHead(isThere ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document));
    });
    issuer.listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    base = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/realm`;
    document = {
      issuer: base,
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/token`,
      jwks_uri: `${base}/keys`,
      end_session_endpoint: `${base}/logout`,
    };
  });
  afterAll(async () => {
    issuer.closeAllConnections();
    await new Promise((closed) => issuer.close(closed));
  });
  const discover = (wanted: string) =>
    api.send<Record<string, unknown>>('POST', '/api/providers/discover-endpoints', {
      body: { issuer: wanted },
    });

  it('answers what the document names', async () => {
    expect((await discover(base)).body).toEqual({
      ok: true,
      endpoints: {
        issuer: base,
        authorizationEndpoint: `${base}/authorize`,
        tokenEndpoint: `${base}/token`,
        jwksUri: `${base}/keys`,
        userinfoEndpoint: null,
        endSessionEndpoint: `${base}/logout`,
      },
      sentence: 'The discovery document was read.',
      advice: null,
      trustedNetwork: null,
    });
  });

  it('says when the document is of another issuer, and when there is none', async () => {
    document.issuer = 'https://other.example';
    expect((await discover(base)).body).toMatchObject({
      ok: true,
      sentence: 'It names another issuer: https://other.example.',
    });
    document.issuer = base;
    expect((await discover(base.replace('/realm', '/none'))).body).toMatchObject({
      ok: false,
      endpoints: null,
      sentence: expect.stringContaining('404'),
    });
  });

  it('names the network that would have to be trusted, and none for what nobody may trust', async () => {
    expect((await discover('https://10.20.0.7')).body).toMatchObject({
      ok: false,
      sentence: expect.stringContaining('10.20.0.7'),
      advice: expect.stringContaining('10.20.0.7/32'),
      trustedNetwork: '10.20.0.7/32',
    });
    expect((await discover('https://169.254.169.254')).body).toMatchObject({
      ok: false,
      trustedNetwork: null,
    });
  });

  it('refuses what is no address, and callers who may not add providers', async () => {
    expect((await discover('nonsense')).problem).toMatchObject({ status: 400, reason: 'invalidValue' });
    const body = { issuer: base };
    const { problem } = await api.send('POST', '/api/providers/discover-endpoints', {
      key: keys.developer,
      body,
    });
    expect(problem.status).toBe(403);
  });
});

describe('without BIFROST_DEVELOPMENT', () => {
  it('nothing on this machine is tried, drafted or discovered', async () => {
    const strict = await startFixture();
    const send = (path: string, body: unknown) => strict.send('POST', `/api/providers${path}`, { body });
    const drafted = await send('/verify', block());
    expect(drafted.problem.problems).toMatchObject([{ path: '/authorityUrl' }, { path: '/graphUrl' }]);
    const issuer = { name: 'x', kind: 'oidc', clientId: 'x', issuer: entra.url };
    expect((await send('/verify', issuer)).problem.problems).toMatchObject([{ path: '/issuer' }]);
    expect((await send('', issuer)).problem.problems).toMatchObject([{ path: '/issuer' }]);
    expect((await send('/discover-endpoints', { issuer: entra.url })).problem.status).toBe(400);
    await strict.stop();
  });
});
