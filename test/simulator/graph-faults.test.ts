// Faults of the simulated Graph, each ordered for some requests and gone afterwards: what a reader of the directory must bear.

import { describe, expect, test } from 'vitest';
import type { Fault } from '../../simulator/login/faults.ts';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import { type GraphCaller, graphCaller } from './graph-caller.ts';
import { loginFixture, postToken, somebody } from './login-client.ts';

const login = loginFixture();

type GraphFault = Fault extends infer Each ? (Each extends Fault ? Omit<Each, 'at'> : never) : never;

/** A list of 46: forty people and six groups. */
function assignments(sim: LoginSimulator): string {
  return `/v1.0/servicePrincipals(appId='${sim.clientId}')/appRoleAssignedTo`;
}

function order(sim: LoginSimulator, fault: GraphFault): void {
  sim.setFault({ ...fault, at: 'graph' } as Fault);
}

async function sizes(graph: GraphCaller, path: string, most?: number): Promise<number[]> {
  return (await graph.pages(`${path}?$top=10`, most)).map((page) => page.length);
}

describe('which requests run into a fault', () => {
  test('without a condition all of Graph, in its turn', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'status', status: 503, times: 2 });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count++) statuses.push((await graph.get(assignments(sim))).status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  test('by the beginning of the address, and by a pattern in it, the query included', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const user = `/v1.0/users/${somebody(sim)}`;
    order(sim, { kind: 'status', status: 500, path: "/v1.0/servicePrincipals(appId='", times: null });
    expect((await graph.get(user)).status).toBe(200);
    expect((await graph.get(assignments(sim))).status).toBe(500);
    sim.clearFaults();
    order(sim, { kind: 'status', status: 500, pattern: '/users/[^/?]+\\?.*\\$select=id', times: null });
    expect((await graph.get(user)).status).toBe(200);
    expect((await graph.get(`${user}?$select=id`)).status).toBe(500);
    expect((await graph.get(`${user}?%24select=id`)).status).toBe(500);
  });

  test('on a page: the third of a list, and none before or after', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'status', status: 503, pattern: 'appRoleAssignedTo', page: 3 });
    await graph.get(`/v1.0/users/${somebody(sim)}`);
    await expect(sizes(graph, assignments(sim))).rejects.toThrow('503');
    expect(await sizes(graph, assignments(sim))).toEqual([10, 10, 10, 10, 6]);
  });

  test('over HTTP, and what cannot be ordered is said', async () => {
    const sim = login();
    const post = (body: unknown): Promise<Response> =>
      fetch(`${sim.url}/control/faults`, { method: 'POST', body: JSON.stringify(body) });
    const graph = await graphCaller(sim);
    expect((await post({ at: 'graph', kind: 'emptyList', pattern: 'AssignedTo', page: 2 })).status).toBe(204);
    expect(await sizes(graph, assignments(sim))).toEqual([10, 0]);
    for (const wrong of [
      { at: 'token', kind: 'emptyList' },
      { at: 'graph', kind: 'emptyList', pattern: '(' },
      { at: 'graph', kind: 'emptyList', page: 0 },
      { at: 'graph', kind: 'emptyList', path: 7 },
      { at: 'graph', kind: 'stale', snapshot: 'never taken' },
      { at: 'graph', kind: 'permissionRevoked' },
    ]) {
      expect((await post(wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
  });
});

describe('whole replies', () => {
  test.each([
    [401, 'InvalidAuthenticationToken'],
    [403, 'Authorization_RequestDenied'],
    [410, 'SyncStateNotFound'],
    [429, 'TooManyRequests'],
    [500, 'InternalServerError'],
    [503, 'ServiceNotAvailable'],
  ])('%i is %s in Graph’s envelope', async (status, code) => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'status', status });
    const answer = await graph.get(assignments(sim));
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, innerError: { 'request-id': expect.any(String) } });
    expect(answer.headers.get('retry-after')).toBeNull();
  });

  test('with Retry-After where it is ordered, and 410 says where to start again', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'status', status: 429, retryAfterSeconds: 7 });
    expect((await graph.get(assignments(sim))).headers.get('retry-after')).toBe('7');
    order(sim, { kind: 'status', status: 410 });
    const { headers } = await graph.get('/v1.0/users/delta?$skiptoken=old');
    expect(headers.get('location')).toBe(`${sim.graphUrl}/v1.0/users/delta?$deltatoken=`);
  });

  test('a page of HTML with 200, half of the JSON, a connection that ends, no answer', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const path = assignments(sim);
    order(sim, { kind: 'html' });
    const page = await graph.get(path);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    for (const kind of ['truncated', 'reset'] as const) {
      order(sim, { kind });
      await expect(graph.get(path)).rejects.toThrow(/terminated|fetch failed/);
    }
    order(sim, { kind: 'hang' });
    const signal = AbortSignal.timeout(200);
    await expect(fetch(`${sim.graphUrl}${path}`, { signal })).rejects.toThrow('timeout');
    expect((await graph.get(path)).status).toBe(200);
  });
});

describe('links', () => {
  test('to another host, even from the last page', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'foreignNextLink', times: 2 });
    for (const path of [`${assignments(sim)}?$top=10`, assignments(sim)]) {
      const { body } = await graph.get(path);
      expect(String(body['@odata.nextLink'])).toMatch(/^https:\/\/graph\.elsewhere\.example\/graph\/v1\.0\//);
    }
    order(sim, { kind: 'foreignNextLink', origin: 'http://127.0.0.1:1' });
    await expect(graph.pages(assignments(sim))).rejects.toThrow('fetch failed');
  });

  test('to the same page again, until cleared for ever', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'loopNextLink', page: 2, times: null });
    const pages = await graph.pages(`${assignments(sim)}?$top=10`, 5);
    expect(pages.slice(2)).toEqual([pages[1], pages[1], pages[1]]);
    const link = (await graph.get(assignments(sim))).body['@odata.nextLink'];
    expect((await graph.get(String(link))).body['@odata.nextLink']).toBe(link);
  });

  test('ever new, to pages without rows; when it ends the list goes on', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'endlessNextLink', page: 2, times: 3 });
    expect(await sizes(graph, assignments(sim))).toEqual([10, 0, 0, 0, 10, 10, 10, 6]);
    order(sim, { kind: 'endlessNextLink', times: null });
    const links = new Set<unknown>();
    let next = assignments(sim);
    for (let count = 0; count < 20; count++) {
      next = String((await graph.get(next)).body['@odata.nextLink']);
      links.add(next);
    }
    expect(links.size).toBe(20);
  });
});

describe('rows', () => {
  test('an empty list, and a page that is lost', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'emptyList' });
    expect(await sizes(graph, assignments(sim))).toEqual([0]);
    order(sim, { kind: 'missingPage', page: 2 });
    expect(await sizes(graph, assignments(sim))).toEqual([10, 0, 10, 10, 6]);
  });

  test('with type and id only', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const [group] = sim.tenant().groups.values();
    const [member] = group!.memberIds;
    order(sim, { kind: 'limitedRows' });
    const [rows] = await graph.pages(`/v1.0/users/${member}/transitiveMemberOf?$select=id,displayName`);
    expect(rows).toContainEqual({
      '@odata.type': '#microsoft.graph.group',
      id: group!.objectId,
      displayName: null,
    });
  });

  test('leave errors and single objects as they are', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'emptyList', times: 2 });
    expect((await graph.get(`/v1.0/users/${somebody(sim)}`)).body.id).toBe(somebody(sim));
    expect((await graph.get('/v1.0/users/nobody')).status).toBe(404);
  });

  test('of the tenant as it was', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const user = `/v1.0/users/${somebody(sim)}?$select=department`;
    sim.editUser(somebody(sim), { department: 'Before' });
    expect((await fetch(`${sim.url}/control/snapshots/monday`, { method: 'PUT' })).status).toBe(204);
    sim.editUser(somebody(sim), { department: 'After' });
    order(sim, { kind: 'stale', snapshot: 'monday', page: 2 });
    const seen: unknown[] = [];
    for (let count = 0; count < 3; count++) seen.push((await graph.get(user)).body.department);
    expect(seen).toEqual(['After', 'Before', 'After']);
  });
});

describe('what is taken away during a run', () => {
  test('a permission, from a request on and until cleared; other permissions stay', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    order(sim, { kind: 'permissionRevoked', permission: 'User.Read.All', path: '/v1.0/users/', page: 2 });
    const user = `/v1.0/users/${somebody(sim)}`;
    expect((await graph.get(user)).status).toBe(200);
    for (const caller of [graph, await graphCaller(sim)]) {
      expect((await caller.get(user)).body.error).toMatchObject({ code: 'Authorization_RequestDenied' });
      expect((await caller.get(assignments(sim))).status).toBe(200);
    }
    sim.clearFaults();
    expect((await graph.get(user)).status).toBe(200);
  });

  test('the secret: tokens stay good, and there are no new ones', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    await fetch(`${sim.url}/control/app/expire-secrets`, { method: 'POST' });
    expect((await graph.get(assignments(sim))).status).toBe(200);
    const scope = `${sim.graphUrl}/.default`;
    const { status, body } = await postToken(sim, { grant_type: 'client_credentials', scope });
    expect([status, body.error_codes]).toEqual([401, [7000222]]);
  });
});
