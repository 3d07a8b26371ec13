// Throttling of the simulated Graph: what a call costs, when it is refused and what the refusal says, and the account of it.

import { describe, expect, test } from 'vitest';
import { newThrottle, type Throttle, unitsOf, type Verdict } from '../../simulator/graph/throttle.ts';
import { graphCaller } from './graph-caller.ts';
import { loginFixture, somebody } from './login-client.ts';

const START = Date.parse('2026-11-25T09:00:00Z');
const login = loginFixture({ clock: () => START });

function spend(throttle: Throttle, units: number, change: { now?: number; people?: number } = {}): Verdict {
  const charge = { appId: 'app', tenantId: 'tenant', people: 1_000, isLowPriority: false, now: 0, ...change };
  return throttle.charge({ ...charge, units });
}

describe('what a call costs', () => {
  test.each([
    [2, '', 2],
    [3, '$select=id', 2],
    [3, '$select=id&$top=19', 1],
    [3, '$top=20', 3],
    [1, '$select=id&$top=1', 1],
    [1, '$expand=manager', 2],
    [2, '$select=id&$expand=manager&$top=999', 2],
  ])('%i with "%s": %i', (base, query, units) => {
    expect(unitsOf(base, new URLSearchParams(query))).toBe(units);
  });

  test('is on every answer to an application, refusals and errors too', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const user = `/v1.0/users/${somebody(sim)}`;
    for (const [path, status, units] of [
      [user, 200, '1'],
      [`${user}/transitiveMemberOf`, 200, '2'],
      [`${user}/transitiveMemberOf?$select=id`, 200, '1'],
      ['/v1.0/users/nobody', 404, '1'],
    ] as const) {
      const answer = await graph.get(path);
      expect([answer.status, answer.headers.get('x-ms-resource-unit')]).toEqual([status, units]);
    }
  });
});

describe('the limit', () => {
  test.each([
    [49, 3_500],
    [50, 5_000],
    [500, 5_000],
    [501, 8_000],
  ])('of a tenant of %i people is %i units in ten seconds', (people, units) => {
    const throttle = newThrottle();
    expect(spend(throttle, units, { people }).isThrottled).toBe(false);
    expect(spend(throttle, 1, { people }).isThrottled).toBe(true);
    expect(spend(throttle, 1, { people, now: 5_000 }).isThrottled).toBe(false);
  });

  test('is each application’s own, in each tenant', () => {
    const throttle = newThrottle();
    throttle.set({ unitsPer10s: 1 });
    const charge = { people: 1, units: 1, isLowPriority: false, now: 0 };
    for (const [appId, tenantId] of [
      ['a', 't'],
      ['b', 't'],
      ['a', 'u'],
    ] as const) {
      expect(throttle.charge({ ...charge, appId, tenantId }).isThrottled).toBe(false);
    }
    expect(throttle.charge({ ...charge, appId: 'a', tenantId: 't' }).isThrottled).toBe(true);
  });

  test('is told from four fifths on', () => {
    const throttle = newThrottle();
    throttle.set({ unitsPer10s: 100 });
    expect(spend(throttle, 79).headers).not.toHaveProperty('x-ms-throttle-limit-percentage');
    expect(spend(throttle, 1).headers).toHaveProperty('x-ms-throttle-limit-percentage', '0.80');
    expect(spend(throttle, 1_000).headers).toHaveProperty('x-ms-throttle-limit-percentage', '1.80');
  });

  test('whoever goes on asking waits longer, and waiting as told is enough', () => {
    const throttle = newThrottle();
    throttle.set({ unitsPer10s: 100 });
    spend(throttle, 100);
    const first = Number(spend(throttle, 10).headers['retry-after']);
    const second = Number(spend(throttle, 10).headers['retry-after']);
    expect([first, second]).toEqual([2, 3]);
    expect(spend(throttle, 10, { now: second * 1_000 - 1 }).isThrottled).toBe(true);
    expect(spend(throttle, 10, { now: 10_000 }).isThrottled).toBe(false);
  });
});

describe('a refusal', () => {
  test('says how long, whom and what, by the simulator’s clock', async () => {
    const sim = login();
    sim.setThrottle({ unitsPer10s: 2 });
    const graph = await graphCaller(sim);
    const path = `/v1.0/users/${somebody(sim)}`;
    await graph.get(path);
    await graph.get(path);
    const { status, headers, body } = await graph.get(path);
    expect(status).toBe(429);
    expect(body.error).toMatchObject({
      code: 'TooManyRequests',
      innerError: { 'request-id': expect.any(String) },
    });
    expect(headers.get('retry-after')).toBe('10');
    expect(headers.get('x-ms-throttle-scope')).toBe(
      `Tenant_Application/ReadWrite/${sim.clientId}/${sim.tenantId}`,
    );
    expect(headers.get('x-ms-throttle-information')).toBe('ResourceUnitLimitExceeded');
    sim.advanceClock(9_999);
    expect((await graph.get(path)).status).toBe(429);
    sim.advanceClock(10_000);
    expect((await graph.get(path)).status).toBe(200);
  });

  test('without Retry-After, where that is ordered', async () => {
    const sim = login();
    sim.setThrottle({ unitsPer10s: 1, retryAfter: false });
    const graph = await graphCaller(sim);
    await graph.get('/v1.0/users/nobody');
    const { status, headers } = await graph.get('/v1.0/users/nobody');
    expect([status, headers.get('retry-after')]).toEqual([429, null]);
    sim.setThrottle(null);
    expect((await graph.get('/v1.0/users/nobody')).status).toBe(404);
  });

  test('meets what calls itself unimportant first', async () => {
    const sim = login();
    sim.setThrottle({ unitsPer10s: 10 });
    const graph = await graphCaller(sim);
    const low = { 'x-ms-throttle-priority': 'low' };
    for (let count = 0; count < 9; count++) expect((await graph.get('/v1.0/users/x', low)).status).toBe(404);
    sim.advanceClock(1_000);
    expect((await graph.get('/v1.0/users/x', low)).status).toBe(404);
    expect((await graph.get('/v1.0/users/x', low)).status).toBe(429);
    sim.advanceClock(1_000);
    expect((await graph.get('/v1.0/users/x')).status).toBe(404);
  });
});

describe('the account', () => {
  test('counts calls, units and refusals of each application until it is reset', async () => {
    const sim = login();
    sim.setThrottle({ unitsPer10s: 3 });
    const graph = await graphCaller(sim);
    const path = `/v1.0/users/${somebody(sim)}/transitiveMemberOf`;
    await graph.get(path);
    await graph.get(path);
    expect(sim.usage()).toEqual({ requests: 2, resourceUnits: 4, throttled: 1 });
    expect(sim.usage(sim.other.clientId)).toEqual({ requests: 0, resourceUnits: 0, throttled: 0 });
    const at = `${sim.url}/control/usage`;
    expect(await (await fetch(at)).json()).toEqual(sim.usage());
    await fetch(at, { method: 'DELETE' });
    expect(sim.usage()).toEqual({ requests: 0, resourceUnits: 0, throttled: 0 });
  });

  test('is ordered over HTTP too', async () => {
    const sim = login();
    const at = `${sim.url}/control/throttle`;
    const put = (body: unknown): Promise<Response> =>
      fetch(at, { method: 'PUT', body: JSON.stringify(body) });
    expect((await put({ unitsPer10s: 1, retryAfter: false })).status).toBe(204);
    const graph = await graphCaller(sim);
    await graph.get('/v1.0/users/x');
    expect((await graph.get('/v1.0/users/x')).status).toBe(429);
    expect((await fetch(at, { method: 'DELETE' })).status).toBe(204);
    expect((await graph.get('/v1.0/users/x')).status).toBe(404);
    for (const wrong of [{ unitsPer10s: 0 }, { unitsPer10s: '9' }, { retryAfter: 1 }]) {
      expect((await put(wrong)).status).toBe(400);
    }
  });
});
