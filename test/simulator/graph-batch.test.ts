// Many requests to the simulated Graph in one: each part with its own status, its own fault and its own price.

import { describe, expect, test } from 'vitest';
import { type GraphAnswer, type GraphCaller, type GraphRow, graphCaller } from './graph-caller.ts';
import { loginFixture, somebody } from './login-client.ts';

const login = loginFixture();

const NOBODY = '0a7e0000-0000-4000-8000-00000000000f';

function ask(graph: GraphCaller, requests: unknown): Promise<GraphAnswer> {
  return graph.post('/v1.0/$batch', { requests });
}

function get(id: string, url: string, more: object = {}): object {
  return { id, method: 'GET', url, ...more };
}

/** By id. */
async function parts(graph: GraphCaller, requests: unknown): Promise<Record<string, GraphRow>> {
  const { status, body } = await ask(graph, requests);
  expect(status).toBe(200);
  const responses = body.responses as GraphRow[];
  return Object.fromEntries(responses.map((part) => [part.id, part]));
}

describe('the parts', () => {
  test('have each their status, headers and body, whatever becomes of the others', async () => {
    const sim = login();
    sim.changeApp({ grantedPermissions: ['User.Read.All'] });
    const answered = await parts(await graphCaller(sim), [
      get('ok', `/users/${somebody(sim)}?$select=id`),
      get('bare', `users/${somebody(sim)}?$select=id`),
      get('missing', `/users/${NOBODY}`),
      get('forbidden', '/groups'),
      get('unknown', '/subscriptions'),
      get('nested', '/$batch'),
    ]);
    expect(answered.ok).toMatchObject({
      status: 200,
      headers: { 'x-ms-resource-unit': '1' },
      body: { id: somebody(sim) },
    });
    expect(answered.bare).toMatchObject({ status: 200, body: { id: somebody(sim) } });
    expect(answered.missing).toMatchObject({
      status: 404,
      body: { error: { code: 'Request_ResourceNotFound', innerError: expect.any(Object) } },
    });
    expect(answered.forbidden).toMatchObject({
      status: 403,
      body: { error: { code: 'Authorization_RequestDenied' } },
    });
    expect([answered.unknown!.status, answered.nested!.status]).toEqual([501, 501]);
  });

  test('have headers and bodies of their own', async () => {
    const sim = login();
    const advanced = { headers: { ConsistencyLevel: 'eventual', 'Client-Request-Id': 'mine' } };
    const path = `/users/${somebody(sim)}/getMemberGroups`;
    const headers = { 'Content-Type': 'application/json' };
    const answered = await parts(await graphCaller(sim), [
      get('plain', '/users/$count'),
      get('count', '/users/$count', advanced),
      get('mine', '/users/nobody', advanced),
      { id: 'post', method: 'post', url: path, headers, body: { securityEnabledOnly: false } },
      { id: 'empty', method: 'POST', url: path, headers },
    ]);
    expect(answered.plain!.status).toBe(400);
    expect(answered.count).toMatchObject({ status: 200, body: '40' });
    expect(answered.mine).toMatchObject({
      status: 404,
      body: { error: { innerError: { 'client-request-id': 'mine' } } },
    });
    expect(answered.post).toMatchObject({ status: 200, body: { value: expect.any(Array) } });
    expect(answered.empty!.status).toBe(400);
  });

  test('link to their next pages at Graph itself', async () => {
    const sim = login();
    const graph = await graphCaller(sim);
    const { list } = await parts(graph, [get('list', '/users?$select=id&$top=30')]);
    const link = String((list!.body as GraphRow)['@odata.nextLink']);
    expect(link).toContain(`${sim.graphUrl}/v1.0/users?`);
    expect((await graph.get(link)).body.value).toHaveLength(10);
  });

  test.each([2, 3, 7, 20])(
    'of %i, come in another order than they were asked in, always the same',
    async (count) => {
      const sim = login();
      const graph = await graphCaller(sim);
      const ids = Array.from({ length: count }, (_, number) => String(number + 1));
      const order = async (): Promise<unknown[]> => {
        const { body } = await ask(
          graph,
          ids.map((id) => get(id, `/users/${somebody(sim)}`)),
        );
        return (body.responses as GraphRow[]).map(({ id }) => id);
      };
      const first = await order();
      expect(first).not.toEqual(ids);
      expect([...first].sort()).toEqual([...ids].sort());
      expect(await order()).toEqual(first);
    },
  );

  test('424 for a part that depends on one that failed, and for what depends on that', async () => {
    const sim = login();
    const answered = await parts(await graphCaller(sim), [
      get('good', `/users/${somebody(sim)}`),
      get('bad', `/users/${NOBODY}`),
      get('after good', `/users/${somebody(sim)}`, { dependsOn: ['good'] }),
      get('after bad', `/users/${somebody(sim)}`, { dependsOn: ['good', 'bad'] }),
      get('after that', `/users/${somebody(sim)}`, { dependsOn: ['after bad'] }),
    ]);
    expect(Object.fromEntries(Object.entries(answered).map(([id, { status }]) => [id, status]))).toEqual({
      good: 200,
      bad: 404,
      'after good': 200,
      'after bad': 424,
      'after that': 424,
    });
  });

  test('are throttled and faulty one by one', async () => {
    const sim = login();
    sim.setClock(Date.now());
    const graph = await graphCaller(sim);
    sim.setThrottle({ unitsPer10s: 3 });
    const five = ['1', '2', '3', '4', '5'].map((id) => get(id, `/users/${somebody(sim)}`));
    const throttled = Object.values(await parts(graph, five));
    expect(throttled.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    expect(throttled[4]).toMatchObject({ headers: { 'retry-after': expect.any(String) } });
    sim.setThrottle(null);
    sim.setFault({ at: 'graph', kind: 'status', status: 503, pattern: '/users/', page: 2 });
    const faulty = Object.values(await parts(graph, five));
    expect(faulty.map(({ status }) => status)).toEqual([200, 503, 200, 200, 200]);
  });
});

describe('the envelope', () => {
  const one = get('1', '/users');
  test.each([
    ['no requests', undefined],
    ['requests that are no list', { 1: one }],
    ['21 requests', Array.from({ length: 21 }, (_, number) => get(String(number), '/users'))],
    ['two of one id', [one, one]],
    ['an id that is no text', [{ ...one, id: 1 }]],
    ['no method', [{ id: '1', url: '/users' }]],
    ['no address', [{ id: '1', method: 'GET' }]],
    ['an absolute address', [get('1', 'https://graph.microsoft.com/v1.0/users')]],
    ['an address of another host', [get('1', '//graph.microsoft.com/v1.0/users')]],
    ['a part that is no object', ['GET /users']],
    ['a dependency on nobody', [get('1', '/users', { dependsOn: ['2'] })]],
    ['a dependency on a later one', [get('1', '/users', { dependsOn: ['2'] }), get('2', '/users')]],
  ])('400 for %s', async (_, requests) => {
    const { status, body } = await ask(await graphCaller(login()), requests);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'Request_BadRequest' });
  });

  test('400 for what is no JSON, 401 without a token', async () => {
    const sim = login();
    const send = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${sim.graphUrl}/v1.0/$batch`, { method: 'POST', body: 'no', headers });
    expect((await send({})).status).toBe(401);
    expect((await (await graphCaller(sim)).post('/v1.0/$batch', 'no')).status).toBe(400);
  });

  test('20 are not too many', async () => {
    const twenty = Array.from({ length: 20 }, (_, number) => get(String(number), '/users?$top=1'));
    expect(Object.keys(await parts(await graphCaller(login()), twenty))).toHaveLength(20);
  });
});
