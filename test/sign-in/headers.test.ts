// What every answer says to browsers, whatever it answers.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type TestServer } from '../harness/server.ts';

let plain: TestServer;
let secure: TestServer;
beforeAll(async () => {
  [plain, secure] = await Promise.all([
    startServer(),
    startServer({ env: { BIFROST_PUBLIC_URL: 'https://bifrost.contoso.example' } }),
  ]);
});
afterAll(() => Promise.all([plain.stop(), secure.stop()]));

const paths = [
  '/',
  '/login',
  '/setup',
  '/sign-in/style.css',
  '/api/me',
  '/api/openapi.json',
  '/scim/v2/Users',
  '/healthz',
  '/nowhere',
];

it.each(paths)('%s is not guessed at, and stays on https where the world reaches us by it', async (path) => {
  const [first, second] = await Promise.all(
    [plain, secure].map(({ url }) => fetch(url + path, { redirect: 'manual' })),
  );
  expect(first!.headers.get('x-content-type-options')).toBe('nosniff');
  expect(first!.headers.get('strict-transport-security')).toBe(null);
  expect(second!.headers.get('strict-transport-security')).toBe('max-age=31536000');
});

it('pages of signing in take nothing from elsewhere, and stand in nobody’s frame', async () => {
  for (const path of ['/login', '/setup', '/logout']) {
    const { headers } = await fetch(plain.url + path);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    // With none at all a browser would say `Origin: null` of our own forms.
    expect(headers.get('referrer-policy')).toBe('same-origin');
  }
});
