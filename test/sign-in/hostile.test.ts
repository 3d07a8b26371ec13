// What attackers try at the callback and with tokens: each is refused with a reason of its own and an event that says so, nobody
// is signed in, and nothing is written but that event.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AADSTS, type ErrorName, type ErrorRow } from '../../simulator/login/aadsts.ts';
import { WRONG_TOKENS, type WrongTokenName } from '../../simulator/login/wrong-tokens.ts';
import { type Visit, visitor } from './visitor.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let name: string;

beforeAll(async () => {
  world = await startWorld();
  name = [...world.entra.tenant().users.values()][0]!.userPrincipalName;
  world.entra.assignUser(name, ['Admin']);
});
afterAll(() => world.stop());

/** The reason of each refusal that `act` leads to, and every other event that it makes. */
async function eventsOf(act: () => Promise<unknown>) {
  const last =
    (await world.api<{ items: { position: number }[] }>('GET', '/api/audit?limit=1')).body.items[0]
      ?.position ?? 0;
  await act();
  const made = await world.api<{ items: { type: string; data: { reason?: string } | null }[] }>(
    'GET',
    `/api/events?after=${last}&limit=100`,
  );
  return made.body.items.map(({ type, data }) =>
    type === 'sign_in.refused' ? `refused: ${data?.reason}` : type,
  );
}

const isRefused = (visit: Visit) => {
  expect(visit.status).toBeGreaterThanOrEqual(400);
  expect(visit.headers.getSetCookie().some((line) => /^__Host-bifrost=[^;]/.test(line))).toBe(false);
};

const reasons: Record<Exclude<WrongTokenName, 'version-one'>, string> = {
  'wrong-aud': 'wrong_audience',
  'wrong-iss': 'wrong_issuer',
  'wrong-tid': 'wrong_tenant',
  'wrong-nonce': 'wrong_nonce',
  'missing-nonce': 'missing_nonce',
  'alg-none': 'alg_not_allowed',
  'hs256-secret': 'alg_not_allowed',
  'hs256-public-key': 'alg_not_allowed',
  expired: 'expired',
  'nbf-in-future': 'not_yet_valid',
  'iat-in-future': 'not_yet_valid',
  'unknown-kid': 'unknown_key',
  'signature-of-another-key': 'bad_signature',
  'missing-oid': 'no_subject',
  'missing-sub': 'no_subject',
  'attacker-tenant': 'wrong_tenant',
};

describe('a token', () => {
  async function come(kind: WrongTokenName): Promise<Visit> {
    const browser = visitor(world.server.url);
    const callback = await world.toCallback(browser, name);
    world.entra.nextIdToken(kind);
    const back = await browser.get(callback);
    world.entra.nextIdToken(null);
    return back;
  }

  it.each(Object.entries(reasons))('that is %s is refused: %s', async (kind, reason) => {
    const made = await eventsOf(async () => isRefused(await come(kind as WrongTokenName)));
    expect(made).toEqual([`refused: ${reason}`]);
  });

  it('of version 1.0 is held against the keys and the issuer of that version, and is good', async () => {
    expect((await come('version-one')).status).toBe(303);
  });

  it('has no other way of being wrong that the local Entra knows and this test does not', () => {
    expect(Object.keys(WRONG_TOKENS).filter((kind) => !(kind in reasons))).toEqual(['version-one']);
  });
});

describe('a callback', () => {
  it('is refused the second time: its code is used up', async () => {
    const browser = visitor(world.server.url);
    const callback = await world.toCallback(browser, name);
    const cookies = new Map(browser.cookies);
    expect((await browser.get(callback)).status).toBe(303);
    const thief = visitor(world.server.url);
    for (const [key, value] of cookies) thief.cookies.set(key, value);
    expect(await eventsOf(async () => isRefused(await thief.get(callback)))).toEqual([
      'refused: code_replayed',
    ]);
  });

  it('is refused in a browser that did not begin it: nobody is signed in as somebody else', async () => {
    const attacker = visitor(world.server.url);
    const callback = await world.toCallback(attacker, name);
    const victim = visitor(world.server.url);
    expect(await eventsOf(async () => isRefused(await victim.get(callback)))).toEqual([
      'refused: state_mismatch',
    ]);
    const begun = visitor(world.server.url);
    await begun.get('/login?provider=entra');
    expect(await eventsOf(async () => isRefused(await begun.get(callback)))).toEqual([
      'refused: state_mismatch',
    ]);
  });

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'A'.repeat(43)), 'state_mismatch'],
    ['no state', (url: URL) => url.searchParams.delete('state'), 'state_mismatch'],
    ['two codes', (url: URL) => url.searchParams.append('code', 'x'), 'malformed_callback'],
    ['a code of nobody', (url: URL) => url.searchParams.set('code', 'forged'), 'code_refused'],
    [
      'the issuer of another provider',
      (url: URL) => url.searchParams.set('iss', 'https://id.evil.example'),
      'provider_mismatch',
    ],
  ])('with %s is refused', async (_, change, reason) => {
    const browser = visitor(world.server.url);
    const url = new URL(await world.toCallback(browser, name));
    change(url);
    expect(await eventsOf(async () => isRefused(await browser.get(url.href)))).toEqual([
      `refused: ${reason}`,
    ]);
  });

  it('is refused when it took half an hour and more', async () => {
    const browser = visitor(world.server.url);
    const callback = await world.toCallback(browser, name);
    world.pass(31 * 60_000);
    expect(await eventsOf(async () => isRefused(await browser.get(callback)))).toEqual([
      'refused: transaction_expired',
    ]);
  });

  it('is refused for a cookie that was altered', async () => {
    const browser = visitor(world.server.url);
    const callback = await world.toCallback(browser, name);
    for (const [key, value] of browser.cookies) {
      browser.cookies.set(key, `${value.slice(0, -2)}${value.endsWith('A') ? 'B' : 'A'}A`);
    }
    expect(await eventsOf(async () => isRefused(await browser.get(callback)))).toEqual([
      'refused: state_mismatch',
    ]);
  });

  it('to Discover Claims with a sign-in, or the other way round, is refused', async () => {
    const browser = visitor(world.server.url);
    const url = new URL(await world.toCallback(browser, name));
    url.pathname = '/workspace/scim/oauth-discover-callback';
    expect(await eventsOf(async () => isRefused(await browser.get(url.href)))).toEqual([
      'refused: state_mismatch',
    ]);
  });

  it('cannot put markup on the page', async () => {
    const browser = visitor(world.server.url);
    const url = new URL(await world.toCallback(browser, name));
    url.searchParams.delete('code');
    url.searchParams.set('error', '<script>alert(1)</script>');
    url.searchParams.set('error_description', 'AADSTS50105: <img src=x onerror=alert(1)>');
    const page = await browser.get(url.href);
    isRefused(page);
    expect(page.text).not.toMatch(/<script>|<img/);
  });

  it('that nobody began is answered only so often, and logged only so often', async () => {
    world.pass(120_000);
    const browser = visitor(world.server.url);
    const made = await eventsOf(async () => {
      let status = 0;
      for (let i = 0; i < 70; i++) status = (await browser.get(`/login?code=x&state=${i}`)).status;
      expect(status).toBe(429);
    });
    expect(made.length).toBe(60);
    world.pass(120_000);
  });
});

interface ErrorCase {
  error: ErrorName;
  at: 'authorize' | 'token';
  said: string;
  code: number;
}

/** Those that come back here: the others are pages of the provider itself. */
const errors: ErrorCase[] = Object.entries(AADSTS).flatMap(([name, row]): ErrorCase[] => {
  const error = name as ErrorName;
  const { redirect, token, code }: ErrorRow = row;
  if (redirect) return [{ error, at: 'authorize', said: redirect, code }];
  return token ? [{ error, at: 'token', said: token.error, code }] : [];
});

describe('an error of the provider', () => {
  it.each(errors)(
    'AADSTS$code ($error, $said) is told with advice and the ids that support asks for',
    async (each) => {
      const browser = visitor(world.server.url);
      if (each.at === 'authorize')
        world.entra.setFault({ at: 'authorize', kind: 'error', error: each.error });
      const callback = await world.toCallback(browser, name);
      if (each.at === 'token')
        world.entra.setFault({ at: 'token', kind: 'error', error: each.error, times: null });
      const made = await eventsOf(async () => {
        const page = await browser.get(callback);
        isRefused(page);
        expect(page.text).toContain(`AADSTS${each.code}`);
        expect(page.text).toContain('For your administrator');
        expect(page.text).toMatch(/Trace id<.dt><dd>[0-9a-f-]{36}/);
        expect(page.text).toMatch(/Correlation id<.dt><dd>[0-9a-f-]{36}/);
      });
      world.entra.clearFaults();
      expect(made.length).toBe(1);
      expect(made[0]).toMatch(/^refused: [a-z_]+$/);
    },
  );

  it.each([
    ['hang', { at: 'token', kind: 'hang' }],
    ['closed connections', { at: 'token', kind: 'reset', times: null }],
    ['a page where JSON belongs', { at: 'token', kind: 'html', times: null }],
    ['half an answer', { at: 'token', kind: 'truncated', times: null }],
    ['503', { at: 'token', kind: 'status', status: 503, times: null }],
    ['429', { at: 'token', kind: 'status', status: 429, retryAfterSeconds: 30, times: null }],
  ] as const)('or %s leaves nothing behind', async (_, fault) => {
    const browser = visitor(world.server.url);
    const callback = await world.toCallback(browser, name);
    world.entra.setFault(fault);
    const made = await eventsOf(async () => isRefused(await browser.get(callback)));
    world.entra.clearFaults();
    expect(made).toEqual(['refused: provider_unreachable']);
  });
});

describe('where one is led afterwards', () => {
  it.each(['//evil.example', 'https://evil.example', '/..//evil.example', '/\\evil.example'])(
    'is never %s',
    async (returnTo) => {
      const browser = visitor(world.server.url);
      const begun = await browser.get(`/login?provider=entra&returnTo=${encodeURIComponent(returnTo)}`);
      world.entra.nextUser(name);
      const answered = await fetch(begun.location!, { redirect: 'manual' });
      const back = await browser.get(answered.headers.get('location')!);
      expect([back.status, back.location]).toEqual([303, '/']);
    },
  );
});
