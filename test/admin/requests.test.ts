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
    ['?action=suspended', [200]],
    ['?action=refused', [409]],
    ['?method=POST', [409, 201]],
    ['?effects=some', [200, 201]],
    ['?effects=none&status=failed', [409]],
    ['?tag=ignored', []],
    ['?token=nobody', []],
    ['?from=2020-01-01&to=2020-01-02', []],
    ['?from=2020-01-01', [401, 200, 409, 201]],
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

describe('what they did, in words', () => {
  it('names whom it was about', async () => {
    const told = async (act: () => Promise<unknown>) => {
      await act();
      return (await list('?limit=1')).items[0]!.action;
    };
    const { scim } = api;
    const group = await api.pushGroup('Kites', []);
    const [bela, cleo] = (await api.pushUsers('bela@contoso.com', 'cleo@contoso.com')) as [string, string];
    const members = (op: string, ...ids: string[]) =>
      scim.patch(`/Groups/${group}`, [{ op, path: 'members', value: ids.map((value) => ({ value })) }]);
    const filter = (text: string) => scim.get(`/Users?filter=${encodeURIComponent(text)}`);
    expect(await told(() => filter('userName eq "bela@contoso.com"'))).toBe(
      'Looked up bela@contoso.com: found bela@contoso.com',
    );
    expect(await told(() => filter('userName eq "no\\"body"'))).toBe('Looked up no"body: nobody');
    expect(await told(() => filter('userName sw "b"'))).toBe(
      'Looked for users by a filter: found bela@contoso.com',
    );
    expect(await told(() => scim.get('/Groups?filter=displayName%20eq%20%22Kites%22'))).toBe(
      'Looked up the group Kites: found Kites',
    );
    expect(await told(() => scim.get(`/Users/${bela}`))).toBe('Read Bela');
    expect(await told(() => members('add', bela, cleo))).toBe('Added 2 people to Kites');
    expect(await told(() => members('remove', cleo))).toBe('Took 1 person from Kites');
    expect(await told(() => members('add', bela))).toBe('Nothing to change for the group Kites');
    expect(
      await told(() => scim.patch(`/Users/${bela}`, [{ op: 'add', path: 'title', value: 'Pilot' }])),
    ).toBe('Updated Bela: title');
    expect(await told(() => scim.post('/Users', userBody('bela@contoso.com')))).toBe(
      'Refused to create Bela',
    );
    expect(await told(() => scim.get('/Users/nobody'))).toBe('Refused to read a user');
    expect(await told(() => scim.delete(`/Groups/${group}`))).toBe('Removed the group Kites');
  });
});

describe('GET /api/requests/tags 200', () => {
  it('explains each, families too', async () => {
    const { items } = (
      await api.get<{ items: { tag: string; meaning: string; isFamily: boolean }[] }>('/api/requests/tags')
    ).body;
    expect(items.length).toBeGreaterThan(20);
    expect(items.filter(({ isFamily }) => isFamily).map(({ tag }) => tag)).toEqual([
      'ignored',
      'replay',
      'unlisted-attribute',
    ]);
    for (const { meaning } of items) expect(meaning).toMatch(/\.$/);
  });
});

describe('GET /api/requests/rejected 200', () => {
  it('tells wrong tokens by their last four characters, and how often they came from where', async () => {
    for (const token of ['bifrost_mistyped_4f2a', 'bifrost_mistyped_4f2a', 'short']) {
      await fetch(`${api.server.scim}/Users`, { headers: { authorization: `Bearer ${token}` } });
    }
    await fetch(`${api.server.scim}/Users`);
    const { items } = (await api.get<{ items: Record<string, unknown>[] }>('/api/requests/rejected')).body;
    expect(items.map(({ words, lastFour, times }) => [words, lastFour, times])).toEqual([
      ['No token', null, 1],
      ['Wrong token', null, 1],
      ['Wrong token, ending in 4f2a', '4f2a', 2],
      ['Wrong token, ending in ere1', 'ere1', 1],
    ]);
    expect(items[2]).toMatchObject({ remote: '127.0.0.1', why: expect.stringContaining('mistyped') });
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
