// GET /api/events (the ordered feed, with waiting) and GET /api/audit.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { type Fixture, type Page, startFixture } from './fixture.ts';

let api: Fixture;
let amara: string;

beforeAll(async () => {
  api = await startFixture();
  [amara] = (await api.pushUsers('amara@contoso.com/Sales')) as [string];
  await api.pushUsers('bela@contoso.com', 'chen@contoso.com');
});
afterAll(() => api.stop());

const feed = async (query = '') => (await api.get<Page<EventJson>>(`/api/events${query}`)).body;
const last = async () => (await api.get<{ lastPosition: number }>('/api/status')).body.lastPosition;
const positions = (page: Page<EventJson>) => page.items.map((event) => event.position);

describe('GET /api/events 200', () => {
  it('begins at the first event and has no gap', async () => {
    const page = await feed('?limit=500');
    expect(positions(page)).toEqual(page.items.map((_, i) => i + 1));
    expect(page.total).toBe(page.items.length);
    expect(page.nextCursor).toBe(String(page.items.length));
  });

  it('shows an event whole', async () => {
    const { items } = await feed(`?subject=${amara}&type=user.created`);
    expect(items).toEqual([
      {
        position: expect.any(Number),
        id: expect.any(String),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        provider: 'entra',
        actor: { kind: 'token', id: expect.any(String) },
        type: 'user.created',
        words: 'SCIM created Amara',
        names: { actor: 'SCIM', subject: 'Amara', object: null },
        subject: { kind: 'user', id: amara },
        object: null,
        data: { after: expect.objectContaining({ userName: 'amara@contoso.com' }) },
        cause: { kind: 'request', id: expect.any(String) },
        hash: expect.any(String),
      },
    ]);
  });

  it.each(['after', 'cursor'])('goes on with %s, page after page, to the end', async (parameter) => {
    const all = positions(await feed('?limit=500'));
    const seen: number[] = [];
    let cursor: string | null = '0';
    while (cursor !== null) {
      const page: Page<EventJson> = await feed(`?limit=3&${parameter}=${cursor}`);
      seen.push(...positions(page));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(all);
  });

  it('an empty page has no cursor', async () => {
    expect(await feed(`?after=${await last()}`)).toMatchObject({ items: [], nextCursor: null });
  });

  it('filters by several types, provider, subject and cause', async () => {
    const made = await feed('?type=user.created,token.created');
    expect(new Set(made.items.map((event) => event.type))).toEqual(
      new Set(['user.created', 'token.created']),
    );
    expect(made.total).toBe(made.items.length);
    const { cause } = (await feed(`?subject=${amara}`)).items[0]!;
    const effects = await feed(`?cause=${cause!.id}`);
    expect(effects.items.length).toBeGreaterThan(1);
    expect(new Set(effects.items.map((event) => event.cause?.id))).toEqual(new Set([cause!.id]));
    expect((await feed('?provider=nobody')).items).toEqual([]);
    expect((await feed('?provider=ENTRA&limit=1')).items).toHaveLength(1);
  });
});

describe('GET /api/events?wait= 200', () => {
  it('answers as soon as something happens', async () => {
    const after = await last();
    const waiting = feed(`?after=${after}&wait=20`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await api.scim.patch(`/Users/${amara}`, [{ op: 'replace', path: 'title', value: 'Engineer' }]);
    expect((await waiting).items.map((event) => event.type)).toEqual(['user.updated']);
  });

  it('keeps waiting over events that are not asked for', async () => {
    const after = await last();
    const waiting = feed(`?after=${after}&wait=20&type=user.suspended`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await api.scim.patch(`/Users/${amara}`, [{ op: 'replace', path: 'title', value: 'Lead' }]);
    await api.scim.patch(`/Users/${amara}`, [{ op: 'replace', path: 'active', value: false }]);
    expect((await waiting).items.map((event) => event.type)).toEqual(['user.suspended']);
  });

  it('answers empty when its time is over', async () => {
    const startedMs = performance.now();
    expect((await feed(`?after=${await last()}&wait=1`)).items).toEqual([]);
    expect(performance.now() - startedMs).toBeGreaterThan(900);
  });

  it('many who wait are all answered, and one too many is told so', async () => {
    const after = await last();
    const waiting = Array.from({ length: 210 }, () =>
      api.get<Page<EventJson>>(`/api/events?after=${after}&wait=25`),
    );
    const first = await Promise.race(waiting);
    expect(first.problem).toMatchObject({ status: 503, reason: 'unavailable' });
    expect(first.headers.get('retry-after')).toMatch(/^\d+$/);
    await api.scim.patch(`/Users/${amara}`, [{ op: 'replace', path: 'active', value: true }]);
    const answers = await Promise.all(waiting);
    // Those that came while it happened found their event at once.
    const served = answers.filter((answer) => answer.status === 200);
    expect(served.length).toBeGreaterThanOrEqual(200);
    expect(new Set(served.map((answer) => answer.body.items[0]?.type))).toEqual(
      new Set(['user.reactivated']),
    );
  });

  it('a stop of the server ends the wait', async () => {
    const own = await startFixture();
    const { body } = await own.get<{ lastPosition: number }>('/api/status');
    const waiting = own.get<Page<EventJson>>(`/api/events?after=${body.lastPosition}&wait=30`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const startedMs = performance.now();
    await Promise.all([own.stop(), waiting]);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect((await waiting).body.items).toEqual([]);
  });
});

describe('GET /api/events 400', () => {
  it.each([
    'after=x',
    'after=-1',
    'after=1e3',
    'cursor=abc',
    'wait=31',
    'wait=-1',
    'wait=soon',
    'limit=501',
    'type=user.exploded',
    'type=',
    'newest=true',
  ])('for %s', async (query) => {
    expect((await api.get(`/api/events?${query}`)).problem).toMatchObject({
      status: 400,
      reason: 'invalidValue',
    });
  });
});

describe('GET /api/audit', () => {
  it('200: the same events, newest first, in pages', async () => {
    const all = positions(await feed('?limit=500')).reverse();
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const path: string = `/api/audit?limit=4${cursor && `&cursor=${cursor}`}`;
      const page = (await api.get<Page<EventJson>>(path)).body;
      expect(page.total).toBe(all.length);
      seen.push(...positions(page));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(all);
  });

  it('200: filtered', async () => {
    const { items, total } = (await api.get<Page<EventJson>>('/api/audit?type=user.created&limit=2')).body;
    expect(items.map((event) => event.type)).toEqual(['user.created', 'user.created']);
    expect(total).toBe(3);
  });

  it('400 for a forged cursor', async () => {
    const forged = Buffer.from('["newest events",null,"1 OR 1=1"]').toString('base64url');
    expect((await api.get(`/api/audit?cursor=${forged}`)).problem.reason).toBe('invalidCursor');
    expect((await api.get('/api/audit?after=1')).problem.status).toBe(400);
  });
});
