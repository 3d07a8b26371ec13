// GET /api/batches and /api/guard, and what a decision is refused for.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchPersonJson, WholeBatchJson } from '../../src/edge/admin/batch-contract.ts';
import { newId } from '../../src/id.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';
import { decide, departmentRule, guardedProvider } from './guarded-provider.ts';
import { by } from './signed-in.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

const onlySales = [departmentRule('Sales')];
const list = async (query = '') => (await api.get<Page<WholeBatchJson>>(`/api/batches${query}`)).body;
const get = (id: string) => api.get<WholeBatchJson>(`/api/batches/${id}`);

async function held() {
  const there = await guardedProvider(api, { Sales: 3, Lab: 4 });
  return { there, batch: (await there.put(onlySales)).body };
}

/** As a run of the reconciliation holds one. */
async function heldByRun(provider: string): Promise<string> {
  const id = newId();
  const body = {
    limits: { percent: 20, count: 500 },
    takenBefore: 0,
    categories: { unassigned: 3 },
    first: [],
  };
  const batch = {
    id,
    provider,
    source: 'reconciliation' as const,
    origin: newId(),
    people: 3,
    active: 4,
    body,
  };
  await api.server.ledger.heldBatches.hold({ ...batch, createdAt: Date.now() }, by(), []);
  return id;
}

describe('GET /api/batches', () => {
  it('lists them, newest first, by provider and by state, page by page', async () => {
    const { there, batch } = await held();
    const other = await there.put([]);
    expect(other.status).toBe(202);
    await decide(api, batch.id, 'drop');
    const of = `?provider=${there.id}`;
    expect((await list(of)).items.map(({ id }) => id)).toEqual([other.body.id, batch.id]);
    expect((await list(`${of}&state=held`)).items.map(({ id }) => id)).toEqual([other.body.id]);
    const first = await list(`${of}&limit=1`);
    expect([first.items.length, first.total]).toEqual([1, 2]);
    const second = await list(`${of}&limit=1&cursor=${first.nextCursor}`);
    expect([second.items[0]!.id, second.nextCursor]).toEqual([batch.id, null]);
    expect((await list('?provider=nobody')).items).toEqual([]);
    expect((await api.get('/api/batches?state=lost')).status).toBe(400);
  });

  it('one of them says what changes, who asked, and whom it is about', async () => {
    const { there, batch } = await held();
    const { body, headers } = await get(batch.id);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({
      provider: { id: there.id },
      askedBy: expect.stringMatching(/^key:/),
      rules: {
        changed: ['attributeRoleMappings'],
        added: ['department = "Sales" gives the role "Viewer"'],
        taken: ['department = "*" gives the role "Viewer"'],
      },
    });
    expect(body.first).toHaveLength(4);
    expect(body.first[0]!.why).toBe('cannot sign in any more; loses role Viewer');
    const people = (await api.get<Page<BatchPersonJson>>(`/api/batches/${batch.id}/people`)).body;
    expect([people.total, people.items.length]).toEqual([4, 4]);
    expect(people.items.map(({ user }) => there.ids().includes(user!))).toEqual([true, true, true, true]);
    // Planned anew: who left meanwhile is not among them.
    await there.scim.delete(`/Users/${people.items[0]!.user}`);
    expect((await api.get<Page<object>>(`/api/batches/${batch.id}/people`)).body.total).toBe(3);
    await decide(api, batch.id, 'drop');
    expect((await api.get<Page<object>>(`/api/batches/${batch.id}/people`)).body.items).toHaveLength(4);
  });

  it('404 for one that is not there', async () => {
    expect((await get('nothing')).status).toBe(404);
    expect((await decide(api, 'nothing', 'approve')).status).toBe(404);
  });
});

describe('a decision', () => {
  it('409 with what became of it, and once more changes nothing', async () => {
    const { batch } = await held();
    expect((await decide(api, batch.id, 'undo')).problem.detail).toContain('waits for somebody');
    expect((await decide(api, batch.id, 'drop')).body).toMatchObject({
      state: 'dropped',
      decidedAt: expect.any(String),
      decidedBy: expect.stringMatching(/^key:/),
    });
    const events = await api.eventsOf(async () => {
      for (const decision of ['approve', 'drop', 'undo']) {
        const { problem } = await decide(api, batch.id, decision);
        expect(problem).toMatchObject({ status: 409, state: 'dropped' });
        expect(problem.detail).toContain('was dropped');
      }
    });
    expect(events).toEqual([]);
  });

  it('412 for another version than the one that was read', async () => {
    const { batch } = await held();
    const path = `/api/batches/${batch.id}/drop`;
    expect((await api.send('POST', path, { headers: { 'if-match': '"7"' } })).status).toBe(412);
    expect((await api.send('POST', path, { headers: { 'if-match': '"1"' } })).status).toBe(200);
  });

  it('is not for everybody who may look', async () => {
    const { batch } = await held();
    const key = keys.developer;
    expect((await api.get(`/api/batches/${batch.id}`, { key })).status).toBe(200);
    expect((await api.send('POST', `/api/batches/${batch.id}/approve`, { key })).status).toBe(403);
  });

  it('on what a reconciliation holds is the beginning of work; dropping tells', async () => {
    const there = await guardedProvider(api, { Sales: 4 });
    const [first, second] = [await heldByRun(there.id), await heldByRun(there.id)];
    const events = await api.eventsOf(async () => {
      expect((await decide(api, first, 'approve')).body.state).toBe('applying');
      expect((await decide(api, second, 'drop')).body.state).toBe('dropped');
    });
    const told = events.map(({ type, subject }) => `${type} ${subject.id}`);
    expect(told).toEqual([`batch.approved ${first}`, `batch.dropped ${second}`]);
    expect((await decide(api, second, 'undo')).problem.status).toBe(409);
  });
});

describe('GET /api/guard', () => {
  it('says by provider what waits, what may be taken in a day, and what was', async () => {
    const { there, batch } = await held();
    expect(await there.guard()).toMatchObject({
      provider: { id: there.id },
      limits: { percent: 20, count: 500 },
      active: 7,
      allowance: 3,
      taken: { reconciliation: 0, rules: 0, purge: 0, scim: 0 },
      held: [{ id: batch.id }],
      alarms: [],
    });
  });
});
