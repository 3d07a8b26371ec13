// Metadata and keys of the simulated tenant, the faults that endpoints run into on command, and what time does.

import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { CONSUMER_TENANT_ID } from '../../simulator/login/authority.ts';
import type { FaultPoint } from '../../simulator/login/faults.ts';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import {
  authorizeUrl,
  fetchJson,
  idTokenFor,
  loginFixture,
  postToken,
  redeem,
  refresh,
  signIn,
  tokensFor,
} from './login-client.ts';

const login = loginFixture();
const WAIT_MS = 300;

function discovery(sim: LoginSimulator, segment = sim.tenantId): Promise<Record<string, unknown>> {
  return fetchJson(`${sim.url}/${segment}/v2.0/.well-known/openid-configuration`);
}

async function keys(sim: LoginSimulator, path: string): Promise<{ kid: string; issuer: string }[]> {
  return (await fetchJson(`${sim.url}/${path}`)).keys as { kid: string; issuer: string }[];
}

describe('discovery', () => {
  test('of v2.0, by tenant id and by domain', async () => {
    const sim = login();
    for (const segment of [sim.tenantId, sim.tenant().domain, sim.tenantId.toUpperCase()]) {
      expect(await discovery(sim, segment)).toMatchObject({
        issuer: `${sim.url}/${sim.tenantId}/v2.0`,
        authorization_endpoint: `${sim.url}/${segment}/oauth2/v2.0/authorize`,
        token_endpoint: `${sim.url}/${segment}/oauth2/v2.0/token`,
        end_session_endpoint: `${sim.url}/${segment}/oauth2/v2.0/logout`,
        jwks_uri: `${sim.url}/${segment}/discovery/v2.0/keys`,
        userinfo_endpoint: `${sim.graphUrl}/oidc/userinfo`,
        id_token_signing_alg_values_supported: ['RS256'],
        subject_types_supported: ['pairwise'],
        frontchannel_logout_supported: true,
        msgraph_host: 'graph.microsoft.com',
      });
    }
    expect(await discovery(sim)).not.toHaveProperty('code_challenge_methods_supported');
    expect(await discovery(sim)).not.toHaveProperty('backchannel_logout_supported');
  });

  test('of v1.0 has the other issuer and the other endpoints', async () => {
    const sim = login();
    expect(await fetchJson(`${sim.url}/${sim.tenantId}/.well-known/openid-configuration`)).toMatchObject({
      issuer: `${sim.url}/${sim.tenantId}/`,
      token_endpoint: `${sim.url}/${sim.tenantId}/oauth2/token`,
    });
  });

  test('of the shared endpoints has a template to fill, or the consumer tenant', async () => {
    const sim = login();
    for (const segment of ['common', 'organizations']) {
      expect((await discovery(sim, segment)).issuer).toBe(`${sim.url}/{tenantid}/v2.0`);
    }
    expect((await discovery(sim, 'consumers')).issuer).toBe(`${sim.url}/${CONSUMER_TENANT_ID}/v2.0`);
  });

  test('of a tenant that does not exist is AADSTS90002', async () => {
    expect(await discovery(login(), 'nowhere.example')).toMatchObject({
      error: 'invalid_tenant',
      error_codes: [90002],
    });
  });

  test('in China names issuers under another host than endpoints', async () => {
    const sim = await startLogin({ cloud: 'china', issuerUrl: 'http://login.partner.example' });
    try {
      const document = await discovery(sim);
      expect(document).toMatchObject({
        issuer: `http://login.partner.example/${sim.tenantId}/v2.0`,
        authorization_endpoint: `${sim.url}/${sim.tenantId}/oauth2/v2.0/authorize`,
        msgraph_host: 'microsoftgraph.chinacloudapi.cn',
      });
      const remote = createRemoteJWKSet(new URL(String(document.jwks_uri)));
      await jwtVerify(await idTokenFor(sim), remote, { issuer: String(document.issuer) });
    } finally {
      await sim.close();
    }
  });
});

describe('keys', () => {
  test('are several, with their issuer; shared endpoints add the one of consumers', async () => {
    const sim = login();
    const own = await keys(sim, `${sim.tenantId}/discovery/v2.0/keys`);
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(new Set(own.map(({ issuer }) => issuer))).toEqual(new Set([`${sim.url}/${sim.tenantId}/v2.0`]));
    const shared = await keys(sim, 'common/discovery/v2.0/keys');
    expect(shared.map(({ issuer }) => issuer)).toContain(`${sim.url}/{tenantid}/v2.0`);
    expect(shared.at(-1)!.issuer).toBe(`${sim.url}/${CONSUMER_TENANT_ID}/v2.0`);
  });

  test('rotate: a new one signs, those before stay', async () => {
    const sim = login();
    const before = decodeProtectedHeader(await idTokenFor(sim)).kid;
    const kid = await sim.rotateKeys();
    expect(decodeProtectedHeader(await idTokenFor(sim)).kid).toBe(kid);
    const published = (await keys(sim, `${sim.tenantId}/discovery/v2.0/keys`)).map((key) => key.kid);
    expect(published).toEqual(expect.arrayContaining([before, kid]));
  });

  test('are replaced in an emergency: the one that signed is gone', async () => {
    const sim = login();
    const before = decodeProtectedHeader(await idTokenFor(sim)).kid;
    const kid = await sim.replaceKey();
    const published = (await keys(sim, `${sim.tenantId}/discovery/v2.0/keys`)).map((key) => key.kid);
    expect(published).toContain(kid);
    expect(published).not.toContain(before);
    expect(published.length).toBeGreaterThanOrEqual(2);
  });

  test('of an application with its own come with ?appid= only', async () => {
    const sim = login();
    sim.changeApp({ hasOwnSigningKey: true });
    const kid = decodeProtectedHeader(await idTokenFor(sim)).kid;
    const kids = async (query: string): Promise<string[]> =>
      (await keys(sim, `${sim.tenantId}/discovery/v2.0/keys${query}`)).map((key) => key.kid);
    expect(await kids('')).not.toContain(kid);
    expect(await kids(`?appid=${sim.clientId}`)).toContain(kid);
  });
});

describe('faults on command', () => {
  const ask = (sim: LoginSimulator, init: RequestInit = {}): Promise<Response> =>
    fetch(`${sim.url}/${sim.tenantId}/discovery/v2.0/keys`, init);

  test('a status with Retry-After, as often as ordered', async () => {
    const sim = login();
    sim.setFault({ at: 'token', kind: 'status', status: 429, retryAfterSeconds: 7, times: 2 });
    const token = () =>
      postToken(sim, { grant_type: 'client_credentials', scope: `${sim.graphUrl}/.default` });
    for (const _ of [1, 2]) {
      const { status, headers } = await token();
      expect([status, headers.get('retry-after')]).toEqual([429, '7']);
    }
    expect((await token()).status).toBe(200);
  });

  test('until cleared', async () => {
    const sim = login();
    sim.setFault({ at: 'keys', kind: 'status', status: 500, times: null });
    for (const _ of [1, 2, 3]) expect((await ask(sim)).status).toBe(500);
    sim.clearFaults();
    expect((await ask(sim)).status).toBe(200);
  });

  test('a page where JSON belongs, with 200 and with 503', async () => {
    const sim = login();
    sim.setFault({ at: 'keys', kind: 'html' });
    sim.setFault({ at: 'keys', kind: 'status', status: 503, html: true });
    for (const status of [200, 503]) {
      const response = await ask(sim);
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toContain('text/html');
    }
  });

  test('a slow answer, and none at all', async () => {
    const sim = login();
    sim.setFault({ at: 'keys', kind: 'slow', ms: WAIT_MS });
    sim.setFault({ at: 'keys', kind: 'hang' });
    const begun = performance.now();
    expect((await ask(sim)).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(WAIT_MS - 1);
    await expect(ask(sim, { signal: AbortSignal.timeout(WAIT_MS) })).rejects.toThrow(/aborted|timeout/);
  });

  test('a connection that breaks, before and in the answer', async () => {
    const sim = login();
    sim.setFault({ at: 'keys', kind: 'reset' });
    await expect(ask(sim)).rejects.toThrow('fetch failed');
    sim.setFault({ at: 'keys', kind: 'truncated' });
    await expect(ask(sim).then((response) => response.json())).rejects.toThrow();
    expect((await ask(sim)).status).toBe(200);
  });

  test.each<FaultPoint>(['discovery', 'keys', 'authorize', 'token', 'logout', 'graph'])(
    'at %s',
    async (at) => {
      const sim = login();
      const base = `${sim.url}/${sim.tenantId}`;
      const urls: Record<FaultPoint, [string, RequestInit?]> = {
        discovery: [`${base}/v2.0/.well-known/openid-configuration`],
        keys: [`${base}/discovery/v2.0/keys`],
        authorize: [authorizeUrl(sim)],
        token: [`${base}/oauth2/v2.0/token`, { method: 'POST' }],
        logout: [`${base}/oauth2/v2.0/logout`],
        graph: [`${sim.graphUrl}/v1.0/users/x`],
      };
      sim.setFault({ at, kind: 'status', status: 502 });
      for (const [point, [url, init]] of Object.entries(urls)) {
        const { status } = await fetch(url, init);
        expect([point, status === 502]).toEqual([point, point === at]);
      }
      expect(sim.requests()).toHaveLength(6);
    },
  );

  test('a hanging answer does not keep the simulator from closing', async () => {
    const sim = await startLogin();
    sim.setFault({ at: 'keys', kind: 'hang' });
    const asked = ask(sim).catch(() => 'closed');
    await expect.poll(() => sim.requests().length).toBe(1);
    await sim.close();
    expect(await asked).toBe('closed');
  });
});

describe('time', () => {
  let fast: LoginSimulator | null = null;
  afterEach(() => fast?.close());

  test('runs sixty times faster for codes and tokens, and says so', async () => {
    let now = Date.parse('2026-05-04T08:00:00Z');
    fast = await startLogin({ speed: 60, clock: () => now });
    const { body } = await tokensFor(fast);
    expect(body.expires_in).toBeGreaterThanOrEqual(60);
    expect(body.expires_in).toBeLessThanOrEqual(90);
    const code = (await signIn(fast)).back.get('code');
    now += 10_000;
    expect((await redeem(fast, code)).body.error_codes).toEqual([70008]);
    expect((await refresh(fast, body.refresh_token)).status).toBe(200);
    now += 36 * 3_600_000;
    expect((await refresh(fast, body.refresh_token)).body.error_codes).toEqual([700082]);
  });

  test('the same seed gives the same ids, secrets and people', async () => {
    const [one, two] = [await startLogin({ seed: 9 }), await startLogin({ seed: 9 })];
    await Promise.all([one.close(), two.close()]);
    expect([one.tenantId, one.clientId, one.clientSecret]).toEqual([
      two.tenantId,
      two.clientId,
      two.clientSecret,
    ]);
    expect([...one.tenant().users]).toEqual([...two.tenant().users]);
  });
});
