// The report of a provider's verification: every step that can fail says so by name, and says what to do.

import { beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '../../src/provider/check.ts';
import { discoverEndpoints, verifyProvider } from '../../src/provider/verification.ts';
import {
  away,
  CLIENT,
  discoveryOf,
  entra,
  GRAPH,
  LOGIN,
  OTHER_TENANT,
  providerOf,
  REDIRECT,
  SECRET,
  type Signer,
  START,
  serveEntra,
  signer,
  TENANT,
  V2,
  type World,
  world,
} from './world.ts';

let key: Signer;
const APPLICATION = `${GRAPH}/servicePrincipals`;
const FORBIDDEN = { status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'no' } } };

beforeAll(async () => {
  key = await signer('current');
});

const appToken = (roles?: readonly string[]) => key.token({ roles });
const every = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];

/** An Entra in which all is well. */
async function wellWorld(options: Parameters<typeof world>[0] = {}): Promise<World> {
  const here = world(options);
  serveEntra(here, [key]);
  const token = await appToken(every);
  here.on(`${V2}/token`, { body: { access_token: token, expires_in: 3599 } });
  here.on(APPLICATION, { body: { id: 'x', accountEnabled: true, appRoleAssignmentRequired: true } });
  here.on(`${V2}/authorize`, { status: 302, headers: { location: `${REDIRECT}?error=login_required` } });
  return here;
}

const verify = (here: World, provider = entra) =>
  verifyProvider(here.reach, provider, { redirectUri: REDIRECT });
const stateOf = (checks: readonly Check[]) =>
  Object.fromEntries(checks.map(({ name, state }) => [name, state]));
const one = (checks: readonly Check[], name: string) => checks.find((each) => each.name === name)!;

describe('Entra', () => {
  it('where all is well', async () => {
    const here = await wellWorld();
    const checks = await verify(here);
    expect(stateOf(checks)).toEqual({
      discovery: 'ok',
      clock: 'skipped',
      issuer: 'ok',
      keys: 'ok',
      clientSecret: 'ok',
      'permission:User.Read.All': 'ok',
      'permission:GroupMember.Read.All': 'ok',
      'permission:Application.Read.All': 'ok',
      assignment: 'ok',
      redirectUri: 'ok',
    });
    expect(checks.every(({ advice, state }) => state !== 'ok' || advice === null)).toBe(true);
    expect(JSON.stringify(checks)).not.toContain(SECRET);
  });

  it.each([
    [30_000, 'ok'],
    [-90_000, 'warning'],
    [400_000, 'failed'],
    [-400_000, 'failed'],
  ])('whose clock differs by %d ms: %s', async (differs, state) => {
    const here = await wellWorld();
    here.on(`${V2}/.well-known/openid-configuration`, {
      headers: { date: new Date(START + differs).toUTCString() },
      body: discoveryOf(V2, `${LOGIN}/${TENANT}/v2.0`),
    });
    expect(one(await verify(here), 'clock').state).toBe(state);
  });

  it('that does not know the tenant, or is away: the rest waits', async () => {
    const here = await wellWorld();
    here.on(`${V2}/.well-known/openid-configuration`, {
      status: 400,
      body: { error: 'invalid_tenant', error_description: "AADSTS90002: Tenant 'x' not found." },
    });
    const checks = await verify(here);
    expect(stateOf(checks)).toEqual({
      discovery: 'failed',
      keys: 'skipped',
      clientSecret: 'skipped',
      redirectUri: 'skipped',
      assignment: 'skipped',
    });
    expect(one(checks, 'discovery').advice).toContain('cloud');
    here.on(`${V2}/.well-known/openid-configuration`, away('dns'));
    expect(one(await verify(here), 'discovery')).toMatchObject({
      state: 'failed',
      advice: 'Check the network.',
    });
  });

  it('of another issuer', async () => {
    const here = await wellWorld();
    here.on(`${V2}/.well-known/openid-configuration`, {
      body: discoveryOf(V2, `${LOGIN}/${OTHER_TENANT}/v2.0`),
    });
    const checks = await verify(here);
    expect(stateOf(checks)).toMatchObject({ discovery: 'ok', issuer: 'failed', keys: 'skipped' });
  });

  it('without keys', async () => {
    const here = await wellWorld();
    for (const answer of [{ body: { keys: [] } }, { body: '<html>' }, away()]) {
      here.on(`${V2}/keys`, answer);
      expect(one(await verify(here), 'keys').state).toBe('failed');
    }
  });

  it('that does not take the secret, or was given none', async () => {
    const here = await wellWorld();
    here.on(`${V2}/token`, {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: 'AADSTS7000222: The provided client secret keys are expired.',
      },
    });
    const checks = await verify(here);
    expect(one(checks, 'clientSecret')).toMatchObject({
      state: 'failed',
      sentence: 'AADSTS7000222: The client secret has expired.',
      advice: expect.stringContaining('Make a new one'),
    });
    expect(stateOf(checks)).toMatchObject({
      'permission:User.Read.All': 'skipped',
      assignment: 'skipped',
      redirectUri: 'ok',
    });
    expect(one(await verify(await wellWorld({ secret: null })), 'clientSecret').state).toBe('failed');
  });

  it('that lacks one permission names it, by the token', async () => {
    for (const lacking of every) {
      const here = await wellWorld();
      const token = await appToken(every.filter((each) => each !== lacking));
      here.on(`${V2}/token`, { body: { access_token: token } });
      const checks = await verify(here);
      expect(checks.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual([
        `permission:${lacking}`,
      ]);
      expect(one(checks, `permission:${lacking}`).advice).toContain(`Add ${lacking}`);
    }
  });

  it('that lacks one permission names it, by asking Graph where the token cannot be read', async () => {
    const probes = {
      'User.Read.All': `${GRAPH}/users?`,
      'GroupMember.Read.All': `${GRAPH}/groups?`,
      'Application.Read.All': APPLICATION,
    };
    for (const token of ['opaque', await appToken()]) {
      for (const [lacking, probe] of Object.entries(probes)) {
        const here = await wellWorld();
        here.on(`${V2}/token`, { body: { access_token: token } });
        for (const each of [probes['User.Read.All'], probes['GroupMember.Read.All']])
          here.on(each, { body: { value: [] } });
        here.on(probe, FORBIDDEN);
        const failed = (await verify(here)).filter(({ state }) => state === 'failed');
        expect(failed.map(({ name }) => name)).toEqual([`permission:${lacking}`]);
      }
    }
  });

  it('takes a wider permission for the one that is needed', async () => {
    const here = await wellWorld();
    here.on(`${V2}/token`, { body: { access_token: await appToken(['Directory.Read.All']) } });
    expect((await verify(here)).filter(({ state }) => state === 'failed')).toEqual([]);
  });

  it('tells what the enterprise application says of assignment', async () => {
    const here = await wellWorld();
    const assignment = async (answer: Parameters<World['on']>[1]) => {
      here.on(APPLICATION, answer);
      return one(await verify(here), 'assignment').state;
    };
    expect(await assignment({ body: { appRoleAssignmentRequired: false } })).toBe('warning');
    expect(await assignment({ body: { appRoleAssignmentRequired: null } })).toBe('skipped');
    expect(await assignment({ body: { appRoleAssignmentRequired: true, accountEnabled: false } })).toBe(
      'failed',
    );
    expect(await assignment({ status: 404, body: { error: { code: 'Request_ResourceNotFound' } } })).toBe(
      'failed',
    );
    expect(await assignment(FORBIDDEN)).toBe('skipped');
  });

  it('tells whether the redirect URI is registered', async () => {
    const here = await wellWorld();
    const redirect = async (answer: Parameters<World['on']>[1]) => {
      here.on(`${V2}/authorize`, answer);
      return one(await verify(here), 'redirectUri');
    };
    const page = {
      body: '<html>"strServiceExceptionMessage":"AADSTS50011: The redirect URI does not match"',
    };
    expect(await redirect(page)).toMatchObject({
      state: 'failed',
      advice: expect.stringContaining('callback address'),
    });
    expect(await redirect({ body: '<html>AADSTS700016: not found' })).toMatchObject({ state: 'failed' });
    expect(await redirect({ body: '<html>Sign in' })).toMatchObject({ state: 'skipped' });
    expect(
      await redirect({ status: 302, headers: { location: 'https://evil.example/login' } }),
    ).toMatchObject({ state: 'skipped' });
    expect(await redirect({ status: 400 })).toMatchObject({ state: 'warning' });
    expect(await redirect(away())).toMatchObject({ state: 'failed' });
    expect(here.calls.findLast(({ url }) => url.startsWith(`${V2}/authorize`))).toMatchObject({
      redirects: 'answer',
    });
  });

  it('uses what is granted since, and lets sign-ins use it', async () => {
    const here = await wellWorld();
    here.on(`${V2}/token`, { body: { access_token: await appToken(['User.Read.All']), expires_in: 3599 } });
    expect(one(await verify(here), 'permission:Application.Read.All').state).toBe('failed');
    here.on(`${V2}/token`, { body: { access_token: await appToken(every), expires_in: 3599 } });
    expect(one(await verify(here), 'permission:Application.Read.All').state).toBe('ok');
  });

  it('with settings that are not complete', async () => {
    const checks = await verify(world(), providerOf('entra', {}));
    expect(checks).toMatchObject([
      { name: 'settings', state: 'failed', sentence: expect.stringContaining('tenantId') },
    ]);
  });
});

describe('any issuer', () => {
  const issuer = 'https://id.example';
  const provider = providerOf('oidc', { issuer });

  function serving(token: Parameters<World['on']>[1]): World {
    const here = world();
    here.on(`${issuer}/.well-known`, { body: discoveryOf(issuer, issuer) });
    here.on(`${issuer}/keys`, { body: { keys: [key.jwk] } });
    here.on(`${issuer}/authorize`, {
      status: 303,
      headers: { location: `${REDIRECT}?error=login_required` },
    });
    here.on(`${issuer}/token`, token);
    return here;
  }

  it('accepts the secret where it complains about the code alone', async () => {
    const accepted = await verify(serving({ status: 400, body: { error: 'invalid_grant' } }), provider);
    expect(stateOf(accepted)).toEqual({
      discovery: 'ok',
      clock: 'skipped',
      issuer: 'ok',
      keys: 'ok',
      clientSecret: 'ok',
      redirectUri: 'ok',
    });
    const secret = async (answer: Parameters<World['on']>[1]) =>
      one(await verify(serving(answer), provider), 'clientSecret').state;
    expect(await secret({ status: 401, body: { error: 'invalid_client' } })).toBe('failed');
    expect(await secret({ status: 400, body: { error: 'unsupported_grant_type' } })).toBe('warning');
    expect(await secret({ status: 502, body: '<html>' })).toBe('failed');
  });

  it('is discovered before it is stored', async () => {
    const here = serving({});
    const found = await discoverEndpoints(here.reach, `${issuer}/`);
    expect(found).toMatchObject({
      ok: true,
      isIssuerAsAsked: true,
      metadata: { issuer, tokenEndpoint: `${issuer}/token`, authorizationEndpoint: `${issuer}/authorize` },
    });
    here.on('https://other.example', { body: discoveryOf(issuer, issuer) });
    expect(await discoverEndpoints(here.reach, 'https://other.example')).toMatchObject({
      isIssuerAsAsked: false,
    });
    here.on('https://other.example', away('blocked'));
    const blocked = await discoverEndpoints(here.reach, 'https://other.example');
    expect(blocked).toEqual({
      ok: false,
      sentence: 'No connection to login.example.',
      network: null,
      advice: 'Check the network.',
    });
    here.on('https://other.example', { body: { client: CLIENT } });
    expect(await discoverEndpoints(here.reach, 'https://other.example')).toMatchObject({ ok: false });
  });
});
