// Sign-out of the simulated tenant: the session's end, the way back, and what applications are told.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  type Fields,
  filled,
  loginFixture,
  REDIRECT_URI,
  redeem,
  refresh,
  type Seen,
  signIn,
  somebody,
  visit,
} from './login-client.ts';

const login = loginFixture();

/** An application that listens for front-channel logout. */
const told: URL[] = [];
const listener = createServer((request, response) => {
  told.push(new URL(request.url ?? '/', 'http://application.example'));
  response.end();
});
let logoutUrl: string;
beforeEach(async () => {
  told.length = 0;
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  logoutUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/logout?kept=1`;
  login().changeApp({ logoutUrl });
});
afterEach(() => new Promise((closed) => listener.close(closed)));

function signOut(fields: Fields, cookie: string | null): Promise<Seen> {
  const query = filled({ post_logout_redirect_uri: REDIRECT_URI, state: 's' }, fields);
  return visit(`${login().url}/${login().tenantId}/oauth2/v2.0/logout?${query}`, cookie);
}

describe('sign-out', () => {
  test('ends the session, shows frames to the applications, and leads back', async () => {
    const sim = login();
    const { cookie, back } = await signIn(sim);
    const page = await signOut({}, cookie);
    expect(page.status).toBe(200);
    const frame = new URL(/<iframe[^>]* src="([^"]+)"/.exec(page.text)![1]!.replaceAll('&amp;', '&'));
    expect(Object.fromEntries(frame.searchParams)).toEqual({
      kept: '1',
      iss: `${sim.url}/${sim.tenantId}/v2.0`,
      sid: back.get('session_state'),
    });
    expect(page.text).toContain(`url=${REDIRECT_URI}?state=s"`);
    expect(page.cookie).toBe('sim_entra_session=');
    const silent = await visit(authorizeUrl(sim, { prompt: 'none' }), cookie);
    expect(silent.back.get('error')).toBe('login_required');
  });

  test('can tell the applications from the server, for tests without a browser', async () => {
    const sim = login();
    const { cookie, back } = await signIn(sim);
    const seen = await signOut({ sim_front_channel: 'server' }, cookie);
    expect([seen.status, seen.headers.get('location')]).toEqual([302, `${REDIRECT_URI}?state=s`]);
    expect(told.map((url) => url.searchParams.get('sid'))).toEqual([back.get('session_state')]);
  });

  test('finds the session by logout_hint', async () => {
    const sim = login();
    await signIn(sim);
    await signOut(
      { sim_front_channel: 'server', logout_hint: sim.user(somebody(sim)).userPrincipalName },
      null,
    );
    expect(told).toHaveLength(1);
  });

  test('leads nowhere that is not registered', async () => {
    const seen = await signOut({ post_logout_redirect_uri: 'https://elsewhere.example/' }, null);
    expect(seen.status).toBe(200);
    expect(seen.text).not.toContain('http-equiv="refresh"');
    expect(seen.text).not.toContain('href="https://elsewhere.example');
  });

  test('leaves refresh tokens of a confidential client alone', async () => {
    const sim = login();
    const { cookie, back } = await signIn(sim);
    const { body } = await redeem(sim, back.get('code'));
    await signOut({}, cookie);
    expect((await refresh(sim, body.refresh_token)).status).toBe(200);
  });

  test('by command tells every application of every session, and says what they answered', async () => {
    const sim = login();
    const first = await signIn(sim);
    await visit(authorizeUrl(sim, { client_id: sim.other.clientId }), first.cookie);
    sim.changeApp({ logoutUrl: 'http://127.0.0.1:1/closed' }, sim.other.clientId);
    await signIn(sim);
    const announced = await sim.signOut(somebody(sim));
    expect(announced.map(({ status }) => status).sort()).toEqual([200, 200, null]);
    expect(new Set(told.map((url) => url.searchParams.get('sid'))).size).toBe(2);
    expect(await sim.signOut(somebody(sim))).toEqual([]);
  });
});
