// More than the guard lets pass: held, announced, approved or dropped by a person, undone; and a source that recovers leaves
// nothing to decide on.

import { afterEach, describe, expect, it } from 'vitest';
import { disableUser, type TenantUser } from '../../../simulator/tenant.ts';
import type { BatchState } from '../../../src/ledger/reconciliation.ts';
import { type ReconcileWorld, startReconcileWorld } from './world.ts';

let world: ReconcileWorld;
afterEach(() => world.stop());

async function statuses(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const status of ['active', 'suspended', 'removed']) {
    const { body } = await world.api<{ total: number }>('GET', `/api/users?status=${status}&limit=1`);
    counts[status] = body.total;
  }
  return counts;
}

async function batches(...states: BatchState[]) {
  const query = { provider: 'entra', states, after: null, limit: 10 };
  return (await world.server.ledger.heldBatches.list(query)).items;
}

async function decided(id: string, state: BatchState): Promise<void> {
  await expect
    .poll(async () => (await world.server.ledger.heldBatches.find(id))?.state, { timeout: 15_000 })
    .toBe(state);
}

const PEOPLE = 100;
const GONE = 30;

describe('30 % of the people vanish', () => {
  it('is held and announced, and nobody is suspended', async () => {
    world = await startReconcileWorld({ people: PEOPLE });
    world.entra.vanishPeople(GONE);
    const run = await world.reconcile();
    expect(run.outcome).toBe('complete');
    expect(await statuses()).toEqual({ active: PEOPLE, suspended: 0, removed: 0 });
    const [batch] = await batches('held');
    expect(batch).toMatchObject({ source: 'reconciliation', origin: run.id, people: GONE, active: PEOPLE });
    const rows = await world.rows(run, { states: ['held'] });
    expect(rows.map(({ category }) => category)).toEqual(Array(GONE).fill('missing-there'));
    const events = await world.eventsOf('batch.held');
    expect(events).toMatchObject([{ subject: { kind: 'batch', id: batch!.id }, data: { people: GONE } }]);
  });

  it('is applied when a person approves it, and given back when it was a mistake', async () => {
    world = await startReconcileWorld({ people: PEOPLE });
    world.entra.vanishPeople(GONE);
    await world.reconcile();
    const [batch] = await batches('held');
    const approved = await world.api('POST', `/api/batches/${batch!.id}/approve`);
    expect(approved.status).toBeLessThan(300);
    await decided(batch!.id, 'applied');
    expect(await statuses()).toEqual({ active: PEOPLE - GONE, suspended: GONE, removed: 0 });
    const undone = await world.api('POST', `/api/batches/${batch!.id}/undo`);
    expect(undone.status).toBeLessThan(300);
    await decided(batch!.id, 'undone');
    expect(await statuses()).toEqual({ active: PEOPLE, suspended: 0, removed: 0 });
    expect(
      (await world.eventsOf('batch.approved', 'batch.applied', 'batch.undone')).map(({ type }) => type),
    ).toEqual(['batch.approved', 'batch.applied', 'batch.undone']);
    expect(await world.verify()).toEqual([]);
  });

  it('takes nobody who has come back by the time it is approved', async () => {
    world = await startReconcileWorld({ people: PEOPLE });
    world.entra.vanishPeople(GONE);
    const run = await world.reconcile();
    const [batch] = await batches('held');
    world.entra.returnPeople();
    await world.api('POST', `/api/batches/${batch!.id}/approve`);
    await decided(batch!.id, 'applied');
    expect(await statuses()).toEqual({ active: PEOPLE, suspended: 0, removed: 0 });
    expect(await world.rows(run, { states: ['skipped'] })).toHaveLength(GONE);
  });

  it('dissolves by itself when the source recovers', async () => {
    world = await startReconcileWorld({ people: PEOPLE });
    world.entra.vanishPeople(GONE);
    await world.reconcile();
    const [batch] = await batches('held');
    world.entra.returnPeople();
    const next = await world.reconcile();
    expect(await world.words(next)).toEqual([]);
    await decided(batch!.id, 'dissolved');
    expect(await world.eventsOf('batch.dissolved')).toHaveLength(1);
    const late = await world.api('POST', `/api/batches/${batch!.id}/approve`);
    expect(late.status).toBe(409);
    expect(await statuses()).toEqual({ active: PEOPLE, suspended: 0, removed: 0 });
  });

  it('is one batch, however many runs find it', async () => {
    world = await startReconcileWorld({ people: PEOPLE });
    world.entra.vanishPeople(GONE);
    await world.reconcile();
    await world.reconcile();
    expect(await batches('held')).toHaveLength(1);
    expect(await batches('replaced')).toHaveLength(1);
  });

  it('leaves everybody alone when a person drops it', async () => {
    world = await startReconcileWorld({ people: PEOPLE });
    world.entra.vanishPeople(GONE);
    const run = await world.reconcile();
    const [batch] = await batches('held');
    await world.api('POST', `/api/batches/${batch!.id}/drop`);
    expect(await statuses()).toEqual({ active: PEOPLE, suspended: 0, removed: 0 });
    expect(await world.rows(run, { states: ['dropped'] })).toHaveLength(GONE);
  });
});

describe('a person who said no', () => {
  it('is asked again, however few of them a later run finds', async () => {
    world = await startReconcileWorld({ people: PEOPLE });
    world.entra.vanishPeople(GONE);
    await world.reconcile();
    const [batch] = await batches('held');
    await world.api('POST', `/api/batches/${batch!.id}/drop`);
    // A wider guard would let them pass by now.
    await world.api('PATCH', '/api/providers/entra', { guard: { percent: 90, count: 500 } });
    world.pass(25 * 3_600_000);
    await world.reconcile();
    expect(await statuses()).toEqual({ active: PEOPLE, suspended: 0, removed: 0 });
    expect(await batches('held')).toMatchObject([{ people: GONE }]);
  });
});

describe('little by little', () => {
  it('a day counts as a whole, and what the guard holds is everything that takes', async () => {
    world = await startReconcileWorld({ people: PEOPLE });
    const people = [...world.entra.tenant().users.values()] as TenantUser[];
    const disable = (from: number, to: number) => {
      for (const { objectId } of people.slice(from, to)) {
        world.entra.changeTenant((tenant) => disableUser(tenant, objectId));
      }
    };
    disable(0, 15);
    await world.reconcile();
    expect((await statuses()).suspended).toBe(15);
    disable(15, 30);
    await world.reconcile();
    expect((await statuses()).suspended).toBe(15);
    expect(await batches('held')).toMatchObject([{ people: 15 }]);
    // A day later the first fifteen are yesterday's.
    world.pass(25 * 3_600_000);
    await world.reconcile();
    expect((await statuses()).suspended).toBe(30);
    expect(await batches('held')).toEqual([]);
  });
});
