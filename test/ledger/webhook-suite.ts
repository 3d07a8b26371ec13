// What is kept of webhooks: settings by revision, who works on one, whose turn it is, what a try came to, what is forgotten.

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import { type Delivery, type Settled, WAITING_MOST, type Webhook } from '../../src/ledger/webhooks.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { by, tick } from './scribe.ts';
import { sealAnew } from './sign-in-desk.ts';

function webhookNamed(name: string, more: Partial<Webhook> = {}): Webhook {
  const at = tick();
  return {
    id: newId(at),
    name,
    url: 'https://receiver.example/hook',
    types: ['user.*'],
    providers: [],
    secret: 'sealed',
    ...{ formerSecret: null, formerUntil: null, pausedAt: null, pauseReason: null },
    ...{ failingSince: null, failures: 0, deliveredAt: null, position: 0 },
    revision: 1,
    createdAt: at,
    ...more,
  };
}

const told = (id: string) => ({
  type: 'webhook.updated' as const,
  subject: { kind: 'webhook' as const, id },
});
const tried = (more: Partial<Settled> = {}): Settled => ({
  state: 'delivered',
  nextAt: null,
  status: 204,
  durationMs: 3,
  detail: null,
  at: tick(),
  pause: null,
  ...more,
});

export function webhookSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const store = () => desk.ledger.webhooks;

  async function added(name = 'crm', more: Partial<Webhook> = {}): Promise<Webhook> {
    const webhook = webhookNamed(name, more);
    await store().add(webhook, by(), told(webhook.id));
    return webhook;
  }

  /** Taken, with deliveries of these subjects at the positions behind where it is. */
  async function filled(...subjects: string[]): Promise<Webhook> {
    const { id, position } = await added();
    await store().take(id, 'me');
    const rows = subjects.map((subject, n) => ({
      ...{ id: newId(tick()), position: position + n + 1, type: 'user.updated', subject },
      createdAt: 100,
    }));
    const to = position + subjects.length;
    expect(await store().fill(id, 'me', { from: position, to }, rows)).toBe(true);
    return (await store().find(id))!;
  }

  const positions = (deliveries: Delivery[]) => deliveries.map((each) => each.position);

  it('is changed by its revision, and its name is its own', async () => {
    const first = await added();
    expect(await store().find(first.id)).toEqual(first);
    await expect(added('CRM')).rejects.toMatchObject({ reason: 'uniqueness' });
    const second = await added('audit');
    const changed = { ...first, url: 'https://other.example/', formerSecret: 'x', formerUntil: 9 };
    await store().save(first.id, changed, 1, by(), { tell: told(first.id) });
    const again = store().save(first.id, changed, 1, by(), { tell: told(first.id) });
    await expect(again).rejects.toMatchObject({ reason: 'stale' });
    const taken = store().save(second.id, { ...second, name: 'Crm' }, 1, by(), { tell: told(second.id) });
    await expect(taken).rejects.toMatchObject({ reason: 'uniqueness' });
    await desk.reopen();
    expect(await store().list()).toEqual([second, { ...changed, revision: 2 }]);
    const events = await desk.ledger.events({ after: 0, limit: 99, types: ['webhook.updated'] });
    expect(events.map(({ subject }) => subject.id)).toEqual([first.id, second.id, first.id]);
  });

  it('is worked on by one, who tells when they have done', async () => {
    const { id } = await added();
    expect(await store().take(id, 'me')).toMatchObject({ id });
    expect(await store().take(id, 'other')).toBeNull();
    expect([await store().renew(id, 'me'), await store().renew(id, 'other')]).toEqual([true, false]);
    expect(await store().fill(id, 'other', { from: 0, to: 1 }, [])).toBe(false);
    await store().release(id, 'other');
    expect(await store().take(id, 'other')).toBeNull();
    await store().release(id, 'me');
    expect(await store().take(id, 'other')).toMatchObject({ id });
  });

  it('reads the feed once, from where it is', async () => {
    const { id, position } = await filled('user:a', 'user:b');
    expect(position).toBe(2);
    expect(await store().fill(id, 'me', { from: 0, to: 5 }, [])).toBe(false);
    expect(await store().backlog(id)).toEqual({ waiting: 2, waitingSince: 100 });
  });

  it('has one of each subject due, the first', async () => {
    const { id } = await filled('user:a', 'user:b', 'user:a', 'user:c');
    expect(await store().due(id, 99, 9)).toEqual([]);
    const due = await store().due(id, 100, 9);
    expect(positions(due)).toEqual([1, 2, 4]);
    expect(positions(await store().due(id, 100, 2))).toEqual([1, 2]);
    const failed = tried({ state: 'waiting', nextAt: 500, status: 500, detail: 'It answered 500.' });
    expect(await store().settle(due[0]!, 'other', tried())).toBe(false);
    expect(await store().settle(due[0]!, 'me', failed)).toBe(true);
    expect(await store().settle(due[1]!, 'me', tried())).toBe(true);
    expect(positions(await store().due(id, 499, 9))).toEqual([4]);
    expect(positions(await store().due(id, 500, 9))).toEqual([1, 4]);
    expect(await store().delivery(id, due[0]!.id)).toMatchObject({
      ...{ state: 'waiting', attempts: 1, firstAt: failed.at, lastAt: failed.at, nextAt: 500 },
      ...{ status: 500, detail: 'It answered 500.' },
    });
    expect(await store().delivery('other', due[0]!.id)).toBeNull();
  });

  it('is ready where something can be done, and only then', async () => {
    const { id } = await filled('user:a', 'user:a');
    const last = await desk.ledger.lastPosition();
    expect(await store().ready(0)).toEqual([id]);
    await store().fill(id, 'me', { from: 2, to: last }, []);
    expect([await store().ready(99), await store().ready(100)]).toEqual([[], [id]]);
    const [due] = await store().due(id, 100, 1);
    await store().settle(due!, 'me', tried({ state: 'waiting', nextAt: 500 }));
    // The second waits behind the first.
    expect([await store().ready(499), await store().ready(500)]).toEqual([[], [id]]);
    await desk.person('amara');
    await desk.ledger.lastPosition();
    expect(await store().ready(499)).toEqual([id]);
    const rows = Array.from({ length: WAITING_MOST }, (_, n) => ({
      ...{ id: newId(tick()), position: 1_000 + n, type: 'user.updated', subject: 'user:a', createdAt: 1 },
    }));
    await store().fill(id, 'me', { from: last, to: last }, rows);
    expect(await store().ready(499)).toEqual([]);
  });

  it('counts failures until something arrives, and pauses with one event', async () => {
    const { id } = await filled('user:a', 'user:b', 'user:c');
    const [a, b, c] = await store().due(id, 100, 9);
    const failed = tried({ state: 'waiting', nextAt: 200 });
    await store().settle(a!, 'me', failed);
    await store().settle(b!, 'me', { ...failed, at: failed.at + 5 });
    expect(await store().find(id)).toMatchObject({ failingSince: failed.at, failures: 2, deliveredAt: null });
    const well = tried();
    await store().settle(c!, 'me', well);
    expect(await store().find(id)).toMatchObject({ failingSince: null, failures: 0, deliveredAt: well.at });
    const before = await desk.ledger.lastPosition();
    const change = by();
    const pause = {
      reason: 'gone' as const,
      by: change,
      tell: { ...told(id), type: 'webhook.paused' as const },
    };
    await store().settle(a!, 'me', { ...failed, pause });
    await store().settle(b!, 'me', { ...failed, pause });
    expect(await store().find(id)).toMatchObject({ pausedAt: change.at, pauseReason: 'gone', revision: 2 });
    expect((await desk.ledger.events({ after: before, limit: 9 })).map(({ type }) => type)).toEqual([
      'webhook.paused',
    ]);
    await store().release(id, 'me');
    expect([await store().ready(900), await store().take(id, 'me')]).toEqual([[], null]);
    const paused = (await store().find(id))!;
    const resumed = { ...paused, pausedAt: null, pauseReason: null };
    await store().save(id, resumed, 2, { ...by(), at: 700 }, { tell: told(id), anew: true });
    expect(await store().due(id, 700, 9)).toMatchObject([
      { position: 1, attempts: 0, firstAt: null, nextAt: 700 },
      { position: 2, attempts: 0 },
    ]);
  });

  it('goes back in the feed, or forward, and makes anew what waits behind', async () => {
    const { id } = await filled('user:a', 'user:b', 'user:c');
    const [a] = await store().due(id, 100, 9);
    await store().settle(a!, 'me', tried());
    expect(await store().replay(id, 1, by(), told(id))).toBe(true);
    expect(await store().find(id)).toMatchObject({ position: 1 });
    expect((await store().deliveries({ webhook: id, after: null, limit: 9 })).items).toMatchObject([
      { position: 1, state: 'delivered' },
    ]);
    expect(await store().replay('nothing', 1, by(), told(id))).toBe(false);
  });

  it('lists deliveries newest first, by state, in pages', async () => {
    const { id } = await filled('user:a', 'user:b', 'user:c');
    const [a] = await store().due(id, 100, 1);
    await store().settle(a!, 'me', tried());
    const list = (more: object) => store().deliveries({ webhook: id, after: null, limit: 2, ...more });
    const first = await list({});
    expect([positions(first.items), first.total]).toEqual([[3, 2], 3]);
    const rest = await list({ after: first.next });
    expect([positions(rest.items), rest.next]).toEqual([[1], null]);
    expect(positions((await list({ state: 'waiting', limit: 9 })).items)).toEqual([3, 2]);
    expect((await list({ state: 'failed' })).total).toBe(0);
  });

  it('goes with its deliveries, and old ones go by their age', async () => {
    desk.ledger.retainBy(() => ({ requestsBefore: 101, removedUsersBefore: 0 }));
    const { id } = await filled('user:a', 'user:b');
    const [a] = await store().due(id, 100, 1);
    await store().settle(a!, 'me', tried());
    const retain = async (slot: string) => {
      await desk.ledger.beginRetention(slot, tick());
      while (await desk.ledger.work(tick()));
    };
    await retain('hour 1');
    expect(positions((await store().deliveries({ webhook: id, after: null, limit: 9 })).items)).toEqual([2]);
    expect(await store().remove(id, by(), told(id))).toBe(true);
    expect(await store().remove(id, by(), told(id))).toBe(false);
    await retain('hour 2');
    expect(await desk.stored()).not.toContain('webhook_deliveries {');
  });

  describe('the secrets', () => {
    it('are sealed anew with all others', async () => {
      const { id } = await added('crm', { secret: 'one', formerSecret: 'two', formerUntil: 5 });
      const identity = `webhooks/${id}`;
      expect(await store().sealedSecrets()).toEqual([
        { identity, sealed: 'one' },
        { identity, sealed: 'two' },
      ]);
      expect(await desk.ledger.reseal(sealAnew, () => null, by())).toBe(2);
      expect(await store().find(id)).toMatchObject({ secret: 'ONE', formerSecret: 'TWO', revision: 1 });
      expect(await desk.ledger.reseal(sealAnew, () => null, by())).toBe(0);
    });
  });
}
