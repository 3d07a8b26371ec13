// Purges under the guard: by hand and by retention, held where too many would be erased in a day, begun when approved.

import { afterEach, describe, expect, it } from 'vitest';
import type { WholeBatchJson } from '../../src/edge/admin/batch-contract.ts';
import { type Fixture, type Page, startFixture, userBody } from './fixture.ts';
import { decide } from './guarded-provider.ts';

const DAY_MS = 86_400_000;

let api: Fixture;
let now = 0;
afterEach(() => api.stop());

const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);

async function start(active: number, removed: number) {
  // Long ago: retention does not believe a clock that is ahead of the database's.
  now = Date.now() - 402 * DAY_MS;
  api = await startFixture({ clock: { now: () => now } });
  const names = Array.from({ length: active + removed }, (_, n) => `person${n}@x.example/Sales`);
  const ids: string[] = [];
  for (const name of names) ids.push((await api.scim.post('/Users', userBody(name))).resource.id);
  const gone = ids.slice(active);
  for (const id of gone) await api.scim.delete(`/Users/${id}`);
  return gone;
}

const purge = (id: string) => api.send<WholeBatchJson | undefined>('POST', `/api/users/${id}/purge`);
const isThere = async (id: string) => (await api.get(`/api/users/${id}`)).status === 200;
const batches = async (state: string) =>
  (await api.get<Page<WholeBatchJson>>(`/api/batches?state=${state}`)).body.items;

async function worked(): Promise<void> {
  for (let n = 0; n < 200; n++) {
    const { body } = await api.get<Page<object>>('/api/jobs?underWay=true');
    if (body.items.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('jobs are still under way');
}

/** SCIM's removals were a wave, which is told a moment after the last of them. */
async function alarmed(): Promise<void> {
  for (let n = 0; n < 200; n++) {
    const { body } = await api.get<Page<object>>('/api/events?type=guard.alarm');
    if (body.items.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('nobody was told of the wave');
}

describe('POST /api/users/{id}/purge', () => {
  it('beyond the limits of a day is held, with others in one batch, and erased when that is approved', async () => {
    const gone = await start(30, 12);
    await alarmed();
    const begun = gone.slice(0, 9);
    for (const id of begun) expect((await purge(id)).body).toBeUndefined();
    const rest = gone.slice(9);
    let id = '';
    const holding = await api.eventsOf(async () => {
      for (const [n, user] of rest.entries()) {
        const { status, body } = await purge(user);
        expect([status, body?.people, body?.source, body?.state]).toEqual([202, n + 1, 'purge', 'held']);
        id = body!.id;
      }
      expect((await purge(rest[0]!)).body).toMatchObject({ id, people: 3 });
    });
    await worked();
    expect(types(holding).filter((type) => type !== 'user.purged')).toEqual(['batch.held']);
    expect(await Promise.all(gone.map(isThere))).toEqual([
      ...begun.map(() => false),
      ...rest.map(() => true),
    ]);
    const people = await api.get<Page<{ user: string; name: string }>>(`/api/batches/${id}/people?limit=2`);
    expect([people.body.items.length, people.body.total, people.body.nextCursor === null]).toEqual([
      2,
      3,
      false,
    ]);
    expect(people.body.items[0]).toMatchObject({ name: expect.stringContaining('@x.example') });

    const approving = await api.eventsOf(async () => {
      expect((await decide(api, id, 'approve')).body).toMatchObject({ state: 'applied', done: 3 });
      await worked();
    });
    expect(types(approving).sort()).toEqual([
      'batch.applied',
      'batch.approved',
      ...rest.map(() => 'user.purged'),
    ]);
    expect(await Promise.all(rest.map(isThere))).toEqual(rest.map(() => false));
    expect((await decide(api, id, 'undo')).problem).toMatchObject({ status: 409 });
    const [guard] = (await api.get<Page<{ taken: object }>>('/api/guard')).body.items;
    expect(guard!.taken).toMatchObject({ purge: 9 });
  });

  it('the first of a day is no wave, and a new day begins anew; dropped is forgotten', async () => {
    const gone = await start(1, 3);
    expect((await purge(gone[0]!)).body).toBeUndefined();
    const held = await purge(gone[1]!);
    expect(held.body).toMatchObject({ state: 'held' });
    expect((await decide(api, held.body!.id, 'drop')).body.state).toBe('dropped');
    expect((await decide(api, held.body!.id, 'approve')).problem.detail).toContain('was dropped');
    now += DAY_MS + 1;
    expect((await purge(gone[1]!)).body).toBeUndefined();
    await worked();
    expect(await isThere(gone[1]!)).toBe(false);
    expect(await isThere(gone[2]!)).toBe(true);
  });
});

describe('retention', () => {
  const hour = async () => {
    const at = now;
    await api.server.ledger.beginRetention(`retention of the test ${at}`, at);
    while (await api.server.ledger.work(now));
    await worked();
  };

  it('erases few by itself', async () => {
    const gone = await start(40, 8);
    now += 401 * DAY_MS;
    await hour();
    expect(await Promise.all(gone.map(isThere))).toEqual(gone.map(() => false));
    expect(await batches('held')).toEqual([]);
  });

  it('holds many as one batch, once, and erases none before it is approved', async () => {
    const gone = await start(20, 15);
    now += 401 * DAY_MS;
    const events = await api.eventsOf(async () => {
      await hour();
      now += 3_600_000;
      await hour();
    });
    expect(types(events)).toEqual(['batch.held']);
    expect(events[0]).toMatchObject({ actor: { kind: 'system', id: 'retention' }, data: { people: 15 } });
    const [held] = await batches('held');
    expect(await Promise.all(gone.map(isThere))).toEqual(gone.map(() => true));
    await decide(api, held!.id, 'approve');
    await worked();
    expect(await Promise.all(gone.map(isThere))).toEqual(gone.map(() => false));
  });

  it('leaves those alone whom somebody dropped', async () => {
    const gone = await start(20, 15);
    now += 401 * DAY_MS;
    await hour();
    await decide(api, (await batches('held'))[0]!.id, 'drop');
    now += 3_600_000;
    await hour();
    expect(await batches('held')).toEqual([]);
    expect(await Promise.all(gone.map(isThere))).toEqual(gone.map(() => true));
  });
});
