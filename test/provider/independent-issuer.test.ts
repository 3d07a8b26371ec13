// The whole code flow against an OpenID Connect issuer that others wrote and certified (node-oidc-provider), over real
// sockets and through the guard.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Outbound, outbound } from '../../src/outbound.ts';
import { reach } from '../../src/provider/reach.ts';
import { refreshClaims } from '../../src/provider/refresh.ts';
import { beginSignIn, finishSignIn, type SignInTransaction } from '../../src/provider/sign-in.ts';
import { verifyProvider } from '../../src/provider/verification.ts';
import { providerOf } from './world.ts';

const CLIENT = 'bifrost';
const SECRET = 'a secret with : and % and a space';
const REDIRECT = 'https://bifrost.example/login';

let server: Server;
let way: Outbound;
let issuer: string;

beforeAll(async () => {
  // Its advice for whoever runs one.
  for (const level of ['info', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => {});
  server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const theirs = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        client_secret: SECRET,
        redirect_uris: [REDIRECT],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    claims: { profile: ['name', 'preferred_username'], email: ['email'], openid: ['sub', 'groups'] },
    conformIdTokenClaims: false,
    rotateRefreshToken: true,
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        name: 'Ada Lovelace',
        preferred_username: 'ada@contoso.example',
        email: 'ada@elsewhere.example',
        groups: ['eng-platform', 'everyone'],
      }),
    }),
  });
  const answer = theirs.callback();
  server.on('request', answer);
  way = outbound({ trustedNetworks: () => [], development: true });
});

afterAll(async () => {
  await way.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const ready = (secret = SECRET) =>
  reach({ outbound: way, clock: systemClock, development: true, secretOf: () => secret });
const provider = () => providerOf('oidc', { issuer, clientId: CLIENT });

/** A browser in which a person signs in and consents on the issuer's own pages; gives the callback. */
async function browse(start: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let request: { url: string; body?: URLSearchParams } = { url: start };
  for (let steps = 0; steps < 12; steps++) {
    const response = await fetch(request.url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(request.body && { method: 'POST', body: request.body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location?.startsWith(REDIRECT)) return new URL(location).searchParams;
    if (location) {
      request = { url: new URL(location, request.url).href };
      continue;
    }
    const page = await response.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    if (!prompt || !action) throw new Error(`no form: ${response.status} ${page.slice(0, 200)}`);
    const body = new URLSearchParams({ prompt, login: 'ada', password: 'any' });
    request = { url: new URL(action, request.url).href, body };
  }
  throw new Error('the issuer goes in circles');
}

async function signIn(changed: Partial<SignInTransaction> = {}, secret = SECRET) {
  const here = ready(secret);
  const request = { redirectUri: REDIRECT, purpose: 'sign-in', prompt: 'consent' } as const;
  const { url, transaction } = await beginSignIn(here, provider(), request);
  const callback = await browse(url);
  const finish = (from = here) =>
    finishSignIn(from, provider(), { ...transaction, ...changed }, callback, Date.now());
  return { here, callback, finish };
}

describe('an issuer of others', () => {
  it('signs a person in, with claims and a refresh token, and again by that token', async () => {
    const { here, callback, finish } = await signIn();
    // It answers as RFC 9207 says.
    expect(callback.get('iss')).toBe(issuer);
    const result = await finish();
    if (!result.ok) throw result.refusal;
    expect(result).toMatchObject({
      key: { authority: issuer, subject: 'ada' },
      idToken: { name: 'Ada Lovelace', userName: 'ada@contoso.example' },
      claims: { groups: ['eng-platform', 'everyone'] },
      claimsUnknown: [],
    });
    if (result.refreshToken === null) throw new Error('no refresh token');
    const first = await refreshClaims(here, provider(), result.refreshToken, result.key, Date.now());
    expect(first).toMatchObject({
      outcome: 'renewed',
      person: { claims: { groups: ['eng-platform', 'everyone'] } },
    });
    // It rotates: the old one is a theft, and ends the grant.
    expect(first.outcome === 'renewed' && first.refreshToken !== result.refreshToken).toBe(true);
    const again = await refreshClaims(here, provider(), result.refreshToken, result.key, Date.now());
    expect(again.outcome).toBe('grantEnded');
  });

  it('refuses a code with the verifier of another sign-in, and a code that was used', async () => {
    const wrong = await signIn({ codeVerifier: 'x'.repeat(43) });
    expect(await wrong.finish()).toMatchObject({ ok: false, refusal: { reason: 'code_refused' } });
    const { finish } = await signIn();
    expect((await finish()).ok).toBe(true);
    expect(await finish()).toMatchObject({ refusal: { reason: 'code_replayed' } });
    // Another replica does not know that it was used; the issuer does.
    expect(await finish(ready())).toMatchObject({ refusal: { reason: 'code_refused' } });
  });

  it('refuses a wrong secret, as the verification finds out without a person', async () => {
    const { finish } = await signIn({}, 'wrong');
    expect(await finish()).toMatchObject({ refusal: { reason: 'app_credentials' } });
    const states = async (secret: string, redirectUri = REDIRECT) => {
      const checks = await verifyProvider(ready(secret), provider(), { redirectUri });
      return Object.fromEntries(checks.map(({ name, state }) => [name, state]));
    };
    const well = {
      discovery: 'ok',
      clock: 'ok',
      issuer: 'ok',
      keys: 'ok',
      clientSecret: 'ok',
      redirectUri: 'ok',
    };
    expect(await states(SECRET)).toEqual(well);
    expect(await states('wrong')).toEqual({ ...well, clientSecret: 'failed' });
    expect(await states(SECRET, 'https://bifrost.example/other')).toEqual({
      ...well,
      redirectUri: 'warning',
    });
  });
});
