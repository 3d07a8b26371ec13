// The first start and the break-glass account: a link that works once, a password that is worth guessing at only slowly, and a
// session that no other site can begin.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { visitor } from './visitor.ts';

const PASSWORD = 'correct horse battery staple';
let now = Date.parse('2026-11-25T12:00:00Z');
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ clock: { now: () => now } });
});
afterAll(() => server.stop());

async function events(...types: string[]): Promise<EventJson[]> {
  const answer = await fetch(`${server.url}/api/events?after=0&limit=500&type=${types.join(',')}`, {
    headers: { authorization: `Bearer ${server.apiKey}` },
  });
  return ((await answer.json()) as { items: EventJson[] }).items;
}

const tokenOf = (link: string) => new URL(link).hash.slice(1);

describe('the set-up link', () => {
  it('is offered once while nobody is an administrator, and its secret is not in what a server sees', async () => {
    const link = (await server.setUpLink())!;
    expect(link).toMatch(new RegExp(`^${server.url}/setup#[\\w-]{43}$`));
    expect(await server.setUpLink()).toBe(null);
    const page = await visitor(server.url).get('/setup');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(JSON.stringify(await events('setup_link.issued'))).not.toContain(tokenOf(link));
  });

  it('is over after an hour', async () => {
    now += 3_600_001;
    const link = (await server.setUpLink())!;
    now += 3_600_001;
    const late = await visitor(server.url).post('/setup', {
      token: tokenOf(link),
      name: 'admin',
      password: PASSWORD,
    });
    expect(late.status).toBe(403);
    expect(late.text).toContain('bifrost admin reset');
  });

  it('refuses a password that is none, and can be used then', async () => {
    const link = (await server.setUpLink())!;
    const token = tokenOf(link);
    const somebody = visitor(server.url);
    for (const [password, said] of [
      ['short', 'at least 15'],
      ['aaaaaaaaaaaaaaaaaaaa', 'same few characters'],
      ['the-administrator-2026', 'contains the name'],
    ] as const) {
      const refused = await somebody.post('/setup', { token, name: 'administrator', password });
      expect(refused.status).toBe(400);
      expect(refused.text).toContain(said);
    }
    const nameless = await somebody.post('/setup', { token, name: '<b>', password: PASSWORD });
    expect(nameless.status).toBe(400);
    const elsewhere = await somebody.post(
      '/setup',
      { token, name: 'admin', password: PASSWORD },
      { origin: 'https://evil.example' },
    );
    expect(elsewhere.status).toBe(403);
    const made = await somebody.post('/setup', { token, name: 'admin', password: PASSWORD });
    expect([made.status, made.location]).toEqual([303, '/']);
    expect(somebody.cookies.get('__Host-bifrost')).toMatch(/^[\w-]{43}$/);
    expect((await events('admin.created', 'admin.signed_in')).map(({ type }) => type)).toEqual([
      'admin.created',
      'admin.signed_in',
    ]);
    const again = await visitor(server.url).post('/setup', { token, name: 'second', password: PASSWORD });
    expect(again.status).toBe(403);
    expect(await server.setUpLink()).toBe(null);
  });
});

describe('the password', () => {
  it('lets in, with a new session each time, and leads back to where one wanted to go', async () => {
    const somebody = visitor(server.url);
    const first = await somebody.post('/login', {
      name: 'Admin',
      password: PASSWORD,
      returnTo: '/users?page=2',
    });
    expect([first.status, first.location]).toEqual([303, '/users?page=2']);
    const session = somebody.cookies.get('__Host-bifrost');
    await somebody.post('/login', { name: 'admin', password: PASSWORD });
    expect(somebody.cookies.get('__Host-bifrost')).not.toBe(session);
    const ended = await events('session.ended');
    expect(ended.at(-1)?.data).toMatchObject({ reason: 'signed-out' });
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/%2e%2e//evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ])('never leads to %s', async (returnTo) => {
    const let_in = await visitor(server.url).post('/login', { name: 'admin', password: PASSWORD, returnTo });
    now += 10_000;
    expect(let_in.status).toBe(303);
    const target = new URL(let_in.location!, server.url);
    expect(target.origin).toBe(server.url);
    expect(let_in.location!.startsWith('//')).toBe(false);
  });

  it('is not taken from a form of another site, nor from one that does not say where it is', async () => {
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
    ]) {
      const somebody = visitor(server.url);
      const refused = await somebody.post('/login', { name: 'admin', password: PASSWORD }, headers);
      expect(refused.status).toBe(403);
      expect(somebody.cookies.size).toBe(0);
    }
  });

  it('shuts the door for longer and longer, for names that nobody has as well', async () => {
    now += 120_000;
    for (const name of ['admin', 'nobody']) {
      const somebody = visitor(server.url);
      const statuses: number[] = [];
      for (let i = 0; i < 6; i++) {
        const wrong = await somebody.post('/login', { name, password: 'wrong wrong wrong wrong' });
        statuses.push(wrong.status);
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
      const right = await somebody.post('/login', { name, password: PASSWORD });
      expect(right.status).toBe(429);
      expect(right.text).toContain('Try again in 5 seconds');
      now += 61_000;
    }
    expect((await events('admin.locked')).length).toBe(1);
    const refused = await events('sign_in.refused');
    expect(refused.length).toBe(5);
    expect(JSON.stringify(refused)).not.toContain('wrong wrong');
    const right = await visitor(server.url).post('/login', { name: 'admin', password: PASSWORD });
    expect(right.status).toBe(303);
  });

  it('is tried at most so often from one address', async () => {
    now += 120_000;
    const somebody = visitor(server.url);
    let last = 0;
    for (let i = 0; i < 21; i++)
      last = (await somebody.post('/login', { name: `nobody-${i}`, password: 'x' })).status;
    expect(last).toBe(429);
    now += 61_000;
  });
});

describe('signing out', () => {
  it('ends the session and takes the cookie', async () => {
    const somebody = visitor(server.url);
    await somebody.post('/login', { name: 'admin', password: PASSWORD });
    const out = await somebody.post('/logout', {});
    expect(out.status).toBe(200);
    expect(somebody.cookies.size).toBe(0);
  });

  it('is not said of somebody who is still in', async () => {
    const somebody = visitor(server.url);
    await somebody.post('/login', { name: 'admin', password: PASSWORD });
    const still = await somebody.get('/logout');
    expect(still.text).toContain('You are still signed in.');
    expect(still.text).toContain('<form method="post" action="/logout">');
    expect(somebody.cookies.size).toBe(1);
    await somebody.post('/logout', {});
    expect((await somebody.get('/logout')).text).toContain('You are signed out of Bifrost.');
  });

  it('takes no other site’s word for it', async () => {
    const somebody = visitor(server.url);
    await somebody.post('/login', { name: 'admin', password: PASSWORD });
    const refused = await somebody.post('/logout', {}, { origin: 'https://evil.example' });
    expect(refused.status).toBe(403);
    expect(somebody.cookies.size).toBe(1);
  });
});

describe('changing the password', () => {
  const change = (somebody: ReturnType<typeof visitor>, body: object) =>
    somebody.send(
      'PUT',
      '/api/me/password',
      { 'content-type': 'application/json', origin: server.url },
      JSON.stringify(body),
    );

  it('wants the one until now, keeps this session, and ends the others', async () => {
    now += 60_000;
    const [here, there] = [visitor(server.url), visitor(server.url)];
    for (const each of [here, there]) await each.post('/login', { name: 'admin', password: PASSWORD });
    const other = 'another horse, another battery';
    expect((await change(here, { current: 'not the password at all', password: other })).status).toBe(403);
    expect((await change(here, { current: PASSWORD, password: 'short' })).status).toBe(400);
    expect((await change(here, { current: PASSWORD, password: other })).status).toBe(204);
    expect((await here.get('/api/me')).status).toBe(200);
    expect((await there.get('/api/me')).status).toBe(401);
    expect((await visitor(server.url).post('/login', { name: 'admin', password: PASSWORD })).status).toBe(
      401,
    );
    expect((await visitor(server.url).post('/login', { name: 'admin', password: other })).status).toBe(303);
    expect((await events('admin.password_set')).length).toBe(1);
  });

  it('is nothing for whoever has none here', async () => {
    const answer = await fetch(`${server.url}/api/me/password`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ current: PASSWORD, password: 'another horse, another battery' }),
    });
    expect(answer.status).toBe(403);
  });
});
