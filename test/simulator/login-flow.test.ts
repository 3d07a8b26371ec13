// The whole code flow against the simulated tenant, by an independent client and by hand.

import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import {
  authorizeUrl,
  claimsFor,
  loginFixture,
  postToken,
  REDIRECT_URI,
  redeem,
  refresh,
  signIn,
  somebody,
  tokensFor,
  visit,
} from './login-client.ts';

const login = loginFixture();

describe('openid-client 6', () => {
  async function configured(sim: LoginSimulator): Promise<client.Configuration> {
    const server = new URL(`${sim.url}/${sim.tenantId}/v2.0`);
    const options = { execute: [client.allowInsecureRequests] };
    return client.discovery(server, sim.clientId, sim.clientSecret, undefined, options);
  }

  async function walked(sim: LoginSimulator, config: client.Configuration, scope: string) {
    const [verifier, state, nonce] = [
      client.randomPKCECodeVerifier(),
      client.randomState(),
      client.randomNonce(),
    ];
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      login_hint: sim.user(somebody(sim)).userPrincipalName,
    });
    const { headers } = await visit(url.href);
    return client.authorizationCodeGrant(config, new URL(headers.get('location')!), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
  }

  test('discovers, signs in with PKCE, refreshes, and asks for user info', async () => {
    const sim = login();
    const config = await configured(sim);
    expect(config.serverMetadata().supportsPKCE()).toBe(false);
    const tokens = await walked(sim, config, 'openid profile email offline_access');
    expect(tokens.claims()).toMatchObject({ oid: somebody(sim), tid: sim.tenantId, ver: '2.0' });
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub);
    expect(info).toMatchObject({ sub: tokens.claims()!.sub, email: sim.user(somebody(sim)).mail });
  });

  test('gets a token for itself', async () => {
    const config = await configured(login());
    const tokens = await client.clientCredentialsGrant(config, {
      scope: 'https://graph.microsoft.com/.default',
    });
    expect(tokens.refresh_token).toBeUndefined();
    expect(decodeJwt(tokens.access_token).roles).toContain('User.Read.All');
  });

  test('reads the errors of the token endpoint', async () => {
    const sim = login();
    const config = await configured(sim);
    const tokens = await walked(sim, config, 'openid offline_access');
    sim.revokeSessions(somebody(sim));
    await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    });
  });
});

describe('jose', () => {
  test('verifies an ID token with the published keys', async () => {
    const sim = login();
    const { body } = await tokensFor(sim);
    const keys = createRemoteJWKSet(new URL(`${sim.url}/${sim.tenantId}/discovery/v2.0/keys`));
    const { payload } = await jwtVerify(String(body.id_token), keys, {
      issuer: `${sim.url}/${sim.tenantId}/v2.0`,
      audience: sim.clientId,
      algorithms: ['RS256'],
    });
    expect(payload.nonce).toBe('the-nonce');
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'openid profile email' });
    expect(body.expires_in).toBeGreaterThanOrEqual(3_600);
    expect(body.expires_in).toBeLessThanOrEqual(5_400);
  });
});

describe('who signs in', () => {
  test('is asked for on a page without scripts, with a search', async () => {
    const sim = login();
    const page = await visit(authorizeUrl(sim));
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('<script');
    expect(page.text.match(/sim_user=/g)).toHaveLength(sim.tenant().users.size);
    const user = [...sim.tenant().users.values()][7]!;
    const found = await visit(authorizeUrl(sim, { sim_search: user.mailNickname.toUpperCase() }));
    const href = /href="(\?[^"]*sim_user=[^"]*)"/.exec(found.text)![1]!.replaceAll('&amp;', '&');
    const seen = await visit(new URL(href, authorizeUrl(sim)).href);
    expect(decodeJwt(String((await redeem(sim, seen.back.get('code'))).body.id_token)).oid).toBe(
      user.objectId,
    );
  });

  test('is ordered before, once', async () => {
    const sim = login();
    const user = [...sim.tenant().users.values()][3]!;
    sim.nextUser(user.userPrincipalName);
    expect((await claimsFor(sim, { sim_user: null })).oid).toBe(user.objectId);
    expect((await visit(authorizeUrl(sim))).status).toBe(200);
  });

  test('is hinted by mail, user name or the claim login_hint', async () => {
    const sim = login();
    const user = [...sim.tenant().users.values()][5]!;
    const claims = await claimsFor(sim, { sim_user: null, login_hint: user.mail! });
    expect(claims.oid).toBe(user.objectId);
    const hint = String(claims.login_hint);
    expect((await claimsFor(sim, { sim_user: null, login_hint: hint })).oid).toBe(user.objectId);
  });

  test('is known from the session, with the same sid, until the prompt asks again', async () => {
    const sim = login();
    const first = await signIn(sim);
    const sid = decodeJwt(String((await redeem(sim, first.back.get('code'))).body.id_token)).sid;
    const silent = await visit(authorizeUrl(sim, { prompt: 'none' }), first.cookie);
    const { body } = await redeem(sim, silent.back.get('code'));
    expect(decodeJwt(String(body.id_token)).sid).toBe(sid);
    for (const prompt of ['login', 'select_account']) {
      const page = await visit(authorizeUrl(sim, { prompt }), first.cookie);
      expect(page.text).toContain('Pick an account');
    }
  });

  test('may come through /common to an application of many tenants', async () => {
    const sim = login();
    sim.changeApp({ signInAudience: 'AzureADMultipleOrgs' });
    const [attacker] = sim.tenant(sim.attacker.tenantId).users.keys();
    const seen = await signIn(sim, { sim_user: attacker! }, 'common');
    const { body } = await redeem(sim, seen.back.get('code'), {}, 'common');
    const victim = sim.user(somebody(sim));
    expect(decodeJwt(String(body.id_token))).toMatchObject({
      iss: `${sim.url}/${sim.attacker.tenantId}/v2.0`,
      tid: sim.attacker.tenantId,
      email: victim.mail,
    });
  });
});

describe('the way back', () => {
  test.each(['query', 'fragment'])('by %s', async (mode) => {
    const seen = await signIn(login(), { response_mode: mode });
    expect(new URL(seen.headers.get('location')!)[mode === 'query' ? 'hash' : 'search']).toBe('');
    expect(Object.fromEntries(seen.back)).toMatchObject({ state: 'the-state', code: expect.any(String) });
  });

  test('by form_post, errors too', async () => {
    const good = await signIn(login(), { response_mode: 'form_post' });
    expect(good.text).toContain(`action="${REDIRECT_URI}"`);
    expect(good.text).toContain('name="code"');
    const bad = await visit(
      authorizeUrl(login(), { response_mode: 'form_post', prompt: 'none', state: '"><b>' }),
    );
    expect(bad.text).toContain('value="login_required"');
    expect(bad.text).toContain('value="&quot;&gt;&lt;b&gt;"');
  });
});

describe('tokens', () => {
  test('a used refresh token stays good, and its ID token is as the registration says', async () => {
    const sim = login();
    const { body } = await tokensFor(sim);
    for (const [setting, check] of [
      ['signed', (token: unknown) => expect(String(token).split('.')[2]).not.toBe('')],
      ['unsigned', (token: unknown) => expect(String(token).split('.')[2]).toBe('')],
      ['absent', (token: unknown) => expect(token).toBeUndefined()],
    ] as const) {
      sim.changeApp({ refreshedIdTokens: setting });
      const answer = await refresh(sim, body.refresh_token);
      expect(answer.status).toBe(200);
      check(answer.body.id_token);
    }
  });

  test('the secret may come as HTTP Basic, form-encoded', async () => {
    const sim = login();
    const [secret] = sim.app().secrets;
    sim.changeApp({ secrets: [{ ...secret!, value: 'a b+c%:d' }] });
    const encoded = `${sim.clientId}:${encodeURIComponent('a b+c%:d').replaceAll('%20', '+')}`;
    const answer = await postToken(
      sim,
      {
        grant_type: 'client_credentials',
        scope: `${sim.graphUrl}/.default`,
        client_id: null,
        client_secret: null,
      },
      sim.tenantId,
      { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` },
    );
    expect(answer.status).toBe(200);
  });

  test('for its own API come in the version the registration asks for', async () => {
    const sim = login();
    for (const [version, audience, issuer] of [
      [1, `api://${sim.clientId}`, `${sim.url}/${sim.tenantId}/`],
      [2, sim.clientId, `${sim.url}/${sim.tenantId}/v2.0`],
    ] as const) {
      sim.changeApp({ requestedAccessTokenVersion: version });
      const { body } = await tokensFor(sim, { scope: `openid api://${sim.clientId}/access` });
      expect(decodeJwt(String(body.access_token))).toMatchObject({
        aud: audience,
        iss: issuer,
        ver: `${version}.0`,
        scp: 'openid access',
      });
    }
  });
});

describe('admin consent', () => {
  test('grants what the application asks for, or refuses', async () => {
    const sim = login();
    sim.changeApp({ grantedPermissions: [], consentMissing: 'admin' });
    const url = (decision: string | null) =>
      `${sim.url}/${sim.tenantId}/adminconsent?${new URLSearchParams({
        client_id: sim.clientId,
        redirect_uri: REDIRECT_URI,
        state: 's',
        ...(decision === null ? {} : { sim_decision: decision }),
      })}`;
    expect((await visit(url(null))).text).toContain('User.Read.All');
    expect(Object.fromEntries((await visit(url('refuse'))).back)).toMatchObject({
      error: 'permission_denied',
      state: 's',
    });
    expect(sim.app().grantedPermissions).toEqual([]);
    expect(Object.fromEntries((await visit(url('accept'))).back)).toEqual({
      admin_consent: 'True',
      tenant: sim.tenantId,
      state: 's',
    });
    expect(sim.app().grantedPermissions).toContain('User.Read.All');
    expect((await signIn(sim)).back.has('code')).toBe(true);
  });
});
