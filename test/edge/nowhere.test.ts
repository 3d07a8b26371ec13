// What leads nowhere outside of SCIM and the API is refused in the API's shape.

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

it('leaves the API and SCIM their own words', async () => {
  expect((await api.send('GET', '/api/nothing')).problem.detail).toContain('See /api/openapi.json.');
  const answer = await fetch(`${api.server.scim}/Nothing`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/scim+json']);
});
