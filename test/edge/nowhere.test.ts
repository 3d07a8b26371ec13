// What leads nowhere outside of SCIM and the API is refused in the API's shape, and by a page where people ask.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, startFixture } from '../admin/fixture.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

it.each([
  ['GET', '/wp-login.php?user=x', 404, 'notFound', 'There is nothing at "/wp-login.php".'],
  ['GET', '/login/<script>', 404, 'notFound', 'There is nothing at "/login/%3Cscript%3E".'],
  [
    'GET',
    '/assets/....//....//package.json',
    404,
    'notFound',
    'There is nothing at "/assets/....//....//package.json".',
  ],
  ['DELETE', '/healthz', 405, 'methodNotAllowed', 'DELETE is not possible here; GET, HEAD is.'],
  ['POST', '/metrics', 405, 'methodNotAllowed', 'POST is not possible here; GET, HEAD is.'],
])('%s %s: %i', async (method, path, status, reason, detail) => {
  const answer = await api.send(method, path);
  expect(answer.problem).toMatchObject({ status, reason, detail, requestId: expect.any(String) });
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  if (status === 405) expect(answer.headers.get('allow')).toBe('GET, HEAD');
});

it('shows people a page', async () => {
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const answer = await fetch(`${api.server.url}/wp-login.php?user=<script>`, { headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  const text = await answer.text();
  expect(text).toContain('There is nothing here');
  expect(text).not.toMatch(/wp-login|script>/);
  const posted = await fetch(`${api.server.url}/wp-login.php`, { method: 'POST', headers });
  expect([posted.status, posted.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
});

it('leaves the API and SCIM their own words', async () => {
  expect((await api.send('GET', '/api/nothing')).problem.detail).toContain('See /api/openapi.json.');
  const answer = await fetch(`${api.server.scim}/Nothing`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/scim+json']);
});
