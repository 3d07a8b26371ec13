// The way there and back: what is asked of a provider, and what a callback may bring.

import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  beginSignIn,
  finishSignIn,
  type SignInResult,
  type SignInTransaction,
  TRANSACTION_MS,
} from '../../src/provider/sign-in.ts';
import type { SignInReason } from '../../src/provider/sign-in-refusal.ts';
import {
  away,
  CLIENT,
  discoveryOf,
  entra,
  entraClaims,
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
const TOKEN = `${V2}/token`;
const MINUTE = 60_000;

beforeAll(async () => {
  key = await signer('current');
});

async function begun(options: Parameters<typeof world>[0] = {}) {
  const here = world(options);
  serveEntra(here, [key]);
  const request = { redirectUri: REDIRECT, purpose: 'sign-in', returnTo: '/users' } as const;
  const { transaction, url } = await beginSignIn(here.reach, entra, request);
  const id_token = await key.token(entraClaims(transaction.nonce));
  here.on(TOKEN, { body: { id_token, refresh_token: 'refresh', expires_in: 3599 } });
  return { here, transaction, url: new URL(url) };
}

async function finish(
  here: World,
  transaction: SignInTransaction,
  parameters: Record<string, string> | URLSearchParams = {},
  at = START,
): Promise<SignInResult> {
  const said =
    parameters instanceof URLSearchParams
      ? parameters
      : { code: 'c', state: transaction.state, ...parameters };
  return finishSignIn(here.reach, entra, transaction, new URLSearchParams(said), at);
}

function reasonOf(result: SignInResult): SignInReason | 'signed in' {
  return result.ok ? 'signed in' : result.refusal.reason;
}

describe('the request', () => {
  it('has PKCE though the document does not advertise it, a state and a nonce, and answers by query', async () => {
    const { url, transaction } = await begun();
    expect(url.origin + url.pathname).toBe(`${V2}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: CLIENT,
      response_type: 'code',
      response_mode: 'query',
      redirect_uri: REDIRECT,
      scope: 'openid profile email offline_access',
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: createHash('sha256').update(transaction.codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    expect(transaction).toEqual(JSON.parse(JSON.stringify(transaction)));
    expect(transaction).toMatchObject({
      provider: 'entra',
      returnTo: '/users',
      purpose: 'sign-in',
      startedAt: START,
    });
    const secrets = [transaction.state, transaction.nonce, transaction.codeVerifier];
    expect(new Set(secrets).size).toBe(3);
    for (const each of secrets) expect(each).toMatch(/^[\w-]{43}$/);
  });

  it('hints at a person, except where the person is to choose', async () => {
    const { here } = await begun();
    const ask = async (prompt: 'none' | 'select_account') => {
      const request = { redirectUri: REDIRECT, purpose: 'sign-in', prompt, loginHint: 'ada' } as const;
      return new URL((await beginSignIn(here.reach, entra, request)).url).searchParams;
    };
    expect([(await ask('none')).get('prompt'), (await ask('none')).get('login_hint')]).toEqual([
      'none',
      'ada',
    ]);
    expect((await ask('select_account')).has('login_hint')).toBe(false);
  });

  it('asks each kind for a refresh token in its own way', async () => {
    const ask = async (provider: typeof entra, issuer: string, more: Record<string, unknown> = {}) => {
      const here = world();
      here.on(`${issuer}/.well-known`, { body: discoveryOf(issuer, issuer, more) });
      const { url } = await beginSignIn(here.reach, provider, { redirectUri: REDIRECT, purpose: 'sign-in' });
      return new URL(url).searchParams;
    };
    const google = await ask(providerOf('google', { domain: 'contoso.com' }), 'https://accounts.google.com');
    expect([google.get('scope'), google.get('access_type'), google.get('prompt'), google.get('hd')]).toEqual([
      'openid profile email',
      'offline',
      'consent',
      'contoso.com',
    ]);
    const issuer = 'https://id.example';
    const okta = await ask(providerOf('okta', { issuer }), issuer, {
      scopes_supported: ['offline_access', 'groups'],
    });
    expect(okta.get('scope')).toBe('openid profile email offline_access groups');
    const without = await ask(providerOf('oidc', { issuer }), issuer, { scopes_supported: ['openid'] });
    expect(without.get('scope')).toBe('openid profile email');
  });
});

describe('the callback', () => {
  it('brings a person, and the code goes out with everything that it was asked with', async () => {
    const { here, transaction } = await begun();
    const result = await finish(here, transaction);
    expect(result).toMatchObject({
      ok: true,
      purpose: 'sign-in',
      returnTo: '/users',
      refreshToken: 'refresh',
    });
    expect(here.calls.find(({ url }) => url === TOKEN)?.form).toEqual({
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: REDIRECT,
      code_verifier: transaction.codeVerifier,
      client_id: CLIENT,
      client_secret: SECRET,
    });
  });

  it('shows the whole token to whoever sets up rules', async () => {
    const { here, transaction } = await begun();
    const result = await finish(here, { ...transaction, purpose: 'discover-claims' });
    expect(result).toMatchObject({ ok: true, received: { aud: CLIENT, uti: 'opaque', roles: ['admin'] } });
  });

  const table: readonly (readonly [
    string,
    SignInReason,
    Record<string, string>,
    Partial<SignInTransaction>?,
  ])[] = [
    ['without a state', 'state_mismatch', { state: '' }],
    ['with the state of another sign-in', 'state_mismatch', { state: 'of another' }],
    ['for another provider than was asked', 'provider_mismatch', {}, { provider: 'okta' }],
    ['of another issuer (RFC 9207)', 'provider_mismatch', { iss: 'https://evil.example' }],
    ['of another tenant (RFC 9207)', 'provider_mismatch', { iss: `${LOGIN}/${OTHER_TENANT}/v2.0` }],
    ['too late', 'transaction_expired', {}, { startedAt: START - TRANSACTION_MS - 1 }],
    ['before it was begun', 'transaction_expired', {}, { startedAt: START + 6 * MINUTE }],
    ['without a code', 'malformed_callback', { code: '' }],
    ['with access_denied', 'access_denied', { error: 'access_denied' }],
    ['with login_required', 'interaction_needed', { error: 'login_required' }],
    ['with consent_required', 'interaction_needed', { error: 'consent_required' }],
    ['with unauthorized_client', 'app_credentials', { error: 'unauthorized_client' }],
    ['with temporarily_unavailable', 'provider_unreachable', { error: 'temporarily_unavailable' }],
    ['with an error that nobody knows', 'provider_error', { error: 'whatever' }],
    ['with an error called like something of the language', 'provider_error', { error: 'constructor' }],
  ];

  for (const [what, reason, said, changed] of table) {
    it(`${what}: ${reason}, and no code goes out`, async () => {
      const { here, transaction } = await begun();
      expect(reasonOf(await finish(here, { ...transaction, ...changed }, said))).toBe(reason);
      expect(here.asked(TOKEN)).toBe(0);
    });
  }

  it('with a parameter twice: malformed_callback', async () => {
    const { here, transaction } = await begun();
    for (const name of ['state', 'code', 'iss', 'error']) {
      const said = new URLSearchParams({ code: 'c', state: transaction.state });
      for (const value of said.has(name) ? ['x'] : ['x', 'x']) said.append(name, value);
      expect(reasonOf(await finish(here, transaction, said))).toBe('malformed_callback');
    }
  });

  it('that names its issuer rightly, or has to and does not (RFC 9207)', async () => {
    const { here, transaction } = await begun();
    expect(reasonOf(await finish(here, transaction, { iss: `${LOGIN}/${TENANT}/v2.0` }))).toBe('signed in');
    const issuer = 'https://id.example';
    const provider = providerOf('oidc', { issuer });
    const more = { authorization_response_iss_parameter_supported: true };
    here.on(`${issuer}/.well-known`, { body: discoveryOf(issuer, issuer, more) });
    const next = await beginSignIn(here.reach, provider, { redirectUri: REDIRECT, purpose: 'sign-in' });
    const said = new URLSearchParams({ code: 'c', state: next.transaction.state });
    expect(reasonOf(await finishSignIn(here.reach, provider, next.transaction, said, START))).toBe(
      'provider_mismatch',
    );
  });

  it('a second time: code_replayed; but again after the provider was away', async () => {
    const { here, transaction } = await begun();
    const answer = here.calls.length;
    here.on(TOKEN, away('timeout'));
    expect(reasonOf(await finish(here, transaction))).toBe('provider_unreachable');
    here.on(TOKEN, { body: { id_token: await key.token(entraClaims(transaction.nonce)) } });
    const both = await Promise.all([finish(here, transaction), finish(here, transaction)]);
    expect(both.map(reasonOf).sort()).toEqual(['code_replayed', 'signed in']);
    expect(here.calls.length - answer).toBeGreaterThan(0);
    expect(here.asked(TOKEN)).toBe(2);
  });
});

describe('what the token endpoint says', () => {
  const aadsts = (code: number) => ({
    error_description: `AADSTS${code}: Something.\r\nTrace ID: ${OTHER_TENANT}\r\nCorrelation ID: ${TENANT}\r\nTimestamp: 2026-01-15 12:00:00Z`,
    error_codes: [code],
  });
  const table: readonly (readonly [SignInReason, number, unknown])[] = [
    ['code_refused', 400, { error: 'invalid_grant' }],
    ['code_replayed', 400, { error: 'invalid_grant', ...aadsts(54005) }],
    ['pkce_mismatch', 400, { error: 'invalid_grant', ...aadsts(501481) }],
    // The number alone decides nothing.
    ['app_credentials', 401, { error: 'invalid_client', ...aadsts(54005) }],
    ['app_credentials', 401, { error: 'invalid_client', ...aadsts(7000215) }],
    ['app_credentials', 400, { error: 'unauthorized_client', ...aadsts(700016) }],
    ['interaction_needed', 400, { error: 'interaction_required', ...aadsts(50076) }],
    ['provider_error', 400, { error: 'invalid_request' }],
    ['provider_unreachable', 503, { error: 'invalid_grant' }],
    ['provider_unreachable', 429, { error: 'invalid_request' }],
    ['provider_unreachable', 200, '<html>Sign in to the airport</html>'],
    ['provider_unreachable', 403, '<html>Blocked by the firewall</html>'],
    ['provider_unreachable', 400, { message: 'of a gateway' }],
    ['provider_unreachable', 200, '[1]'],
    ['no_id_token', 200, {}],
    ['no_id_token', 200, { id_token: 7 }],
  ];

  for (const [reason, status, body] of table) {
    const said = typeof body === 'string' ? body : JSON.stringify(body).slice(0, 60);
    it(`${status} ${said}: ${reason}`, async () => {
      const { here, transaction } = await begun();
      here.on(TOKEN, { status, body });
      expect(reasonOf(await finish(here, transaction))).toBe(reason);
    });
  }

  it('is told to the administrator with advice and the ids that support asks for', async () => {
    const { here, transaction } = await begun();
    here.on(TOKEN, { status: 401, body: { error: 'invalid_client', ...aadsts(7000222) } });
    const result = await finish(here, transaction);
    if (result.ok) throw new Error('signed in');
    expect(result.refusal.diagnosis).toMatchObject({
      code: 'AADSTS7000222',
      traceId: OTHER_TENANT,
      correlationId: TENANT,
      timestamp: '2026-01-15 12:00:00Z',
    });
    expect(result.refusal.advice).toContain('Make a new one');
    expect(JSON.stringify([result.refusal, result.refusal.message])).not.toContain(SECRET);
  });

  it('is asked with Basic where the provider wants that, form-encoded, and without a secret where there is none', async () => {
    const issuer = 'https://id.example';
    const provider = providerOf('oidc', { issuer, clientId: 'a client' });
    const call = async (methods: string[] | undefined, secret: string | null) => {
      const here = world({ secret });
      here.on(`${issuer}/.well-known`, {
        body: discoveryOf(issuer, issuer, { token_endpoint_auth_methods_supported: methods }),
      });
      here.on(`${issuer}/token`, { status: 400, body: { error: 'invalid_grant' } });
      const { transaction } = await beginSignIn(here.reach, provider, {
        redirectUri: REDIRECT,
        purpose: 'sign-in',
      });
      const said = new URLSearchParams({ code: 'c', state: transaction.state });
      await finishSignIn(here.reach, provider, transaction, said, START);
      const { form, headers } = here.calls.at(-1)!;
      return [headers?.authorization, form.client_id, form.client_secret];
    };
    const basic = `Basic ${Buffer.from('a+client:s%3A+%25').toString('base64')}`;
    expect(await call(undefined, 's: %')).toEqual([basic, undefined, undefined]);
    expect(await call(['client_secret_basic'], 's: %')).toEqual([basic, undefined, undefined]);
    expect(await call(['client_secret_post'], 's: %')).toEqual([undefined, 'a client', 's: %']);
    expect(await call(undefined, null)).toEqual([undefined, 'a client', undefined]);
  });
});

describe('a provider that is not set up', () => {
  it('is refused with what is missing: bad_settings', async () => {
    const { here } = await begun();
    const ask = (provider: typeof entra) =>
      beginSignIn(here.reach, provider, { redirectUri: REDIRECT, purpose: 'sign-in' });
    await expect(ask(providerOf('entra', {}))).rejects.toMatchObject({ reason: 'bad_settings' });
    await expect(ask(providerOf('oidc', {}))).rejects.toMatchObject({
      detail: expect.stringContaining('issuer'),
    });
  });

  it('or is away: provider_unreachable, with what to do', async () => {
    const here = world();
    const asked = beginSignIn(here.reach, entra, { redirectUri: REDIRECT, purpose: 'sign-in' });
    await expect(asked).rejects.toMatchObject({
      reason: 'provider_unreachable',
      advice: 'Check the network.',
    });
  });
});
