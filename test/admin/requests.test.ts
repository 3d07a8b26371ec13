// GET /api/requests and /api/requests/{id}.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { scimClient } from '../harness/scim-client.ts';
import { type Fixture, type Page, startFixture, userBody } from './fixture.ts';

interface Request {
  id: string;
  method: string;
  path: string;
  action: string;
  status: number;
  effectCount: number;
  resource: string | null;
  provider: string | null;
  detail: string | null;
}
type FullRequest = Request & { body: string | null; effects: EventJson[] };

let api: Fixture;
let amara: string;

beforeAll(async () => {
  api = await startFixture();
  [amara] = (await api.pushUsers('amara@contoso.com/Sales')) as [string];
  await api.scim.post('/Users', userBody('amara@contoso.com'));
  await api.scim.patch(`/Users/${amara}`, [{ op: 'replace', path: 'active', value: false }]);
  const stranger = scimClient(api.server.scim, 'a-token-that-nobody-knows-here1');
  await stranger.get('/Users');
  stranger.close();
});
afterAll(() => api.stop());

const list = async (query = '') => (await api.get<Page<Request>>(`/api/requests${query}`)).body;

describe('GET /api/requests 200', () => {
  it('lists them newest first, in plain words', async () => {
    const { items, total, nextCursor } = await list();
    expect({ total, nextCursor }).toEqual({ total: 4, nextCursor: null });
    expect(items.map((each) => [each.method, each.status, each.effectCount])).toEqual([
      ['GET', 401, 0],
      ['PATCH', 200, 1],
      ['POST', 409, 0],
      ['POST', 201, 4],
    ]);
    expect(items[1]).toMatchObject({
      provider: 'entra',
      resource: amara,
      action: expect.stringContaining('Amara'),
    });
    expect(items[0]).toMatchObject({ provider: null });
  });

  it.each([
    ['?status=ok', [200, 201]],
    ['?status=failed', [409]],
    ['?status=rejected', [401]],
    ['?provider=entra', [200, 409, 201]],
    ['?provider=nobody', []],
    ['?search=/Users/', [200]],
  ])('filters by %s', async (query, statuses) => {
    expect((await list(query)).items.map((each) => each.status)).toEqual(statuses);
  });

  it('filters by what they were about', async () => {
    expect((await list(`?resource=${amara}`)).items.map((each) => each.status)).toEqual([200, 201]);
  });

  it('pages', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page<Request> = await list(`?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.items.map((each) => each.id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual((await list()).items.map((each) => each.id));
  });
});

describe('GET /api/requests/{id}', () => {
  it('200: with its body and the events that it caused', async () => {
    const { items } = await list(`?resource=${amara}`);
    const { body } = await api.get<FullRequest>(`/api/requests/${items[0]!.id}`);
    expect(JSON.parse(body.body!)).toMatchObject({
      Operations: [{ op: 'replace', path: 'active', value: false }],
    });
    expect(body.effects.map((event) => [event.type, event.cause])).toEqual([
      ['user.suspended', { kind: 'request', id: body.id }],
    ]);
  });

  it('404 for none', async () => {
    expect((await api.get('/api/requests/nothing')).problem.status).toBe(404);
  });
});

describe('GET /api/requests 400', () => {
  it.each(['status=good', 'limit=0', 'cursor=x', 'since=yesterday'])('for %s', async (query) => {
    expect((await api.get(`/api/requests?${query}`)).problem.status).toBe(400);
  });
});
