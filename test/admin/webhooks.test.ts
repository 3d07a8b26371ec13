// Webhooks over HTTP, with receivers that behave and receivers that do not: what arrives, in which order, signed how, and
// what becomes of what does not arrive.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryJson, EventJson, SentJson, WebhookJson } from '../../src/edge/admin/contract.ts';
import { isSignedBy, type Receiver, startReceiver, until, verifyWith } from '../outbox/receiver.ts';
import { type Fixture, type Page, startFixture } from './fixture.ts';
import { by } from './signed-in.ts';

const HOUR_MS = 3_600_000;

type Made = WebhookJson & { secret: string };

let api: Fixture;
let shiftMs = 0;
let people: string[] = [];
const receivers: Receiver[] = [];
/** Of a receiver that never answers: it takes its time while the other tests run. */
let hanging: Promise<SentJson>;

beforeAll(async () => {
  api = await startFixture({
    clock: { now: () => Date.now() + shiftMs },
    env: { BIFROST_DEVELOPMENT: '1' },
  });
  people = await api.pushUsers('amara', 'bela', 'chidi');
  const receiver = await receiverThat('hang');
  const { id } = await make('hangs', receiver.url);
  hanging = api.send<SentJson>('POST', `/api/webhooks/${id}/test`).then(({ body }) => body);
});
afterEach(() => {
  shiftMs = 0;
});
afterAll(async () => {
  await api.stop();
  for (const receiver of receivers) await receiver.close();
});

async function receiverThat(reply: Parameters<Receiver['reply']>[0] | 'hang' | number = 204) {
  const receiver = await startReceiver();
  receivers.push(receiver);
  receiver.reply(typeof reply === 'function' ? reply : () => reply);
  return receiver;
}

async function make(name: string, url: string, more: Record<string, unknown> = {}): Promise<Made> {
  const types = ['user.suspended', 'user.reactivated'];
  const made = await api.send<Made>('POST', '/api/webhooks', { body: { name, url, types, ...more } });
  expect([made.status, made.text]).toEqual([201, made.text]);
  return made.body;
}

async function trust(...cidrs: string[]): Promise<void> {
  const body = { networks: cidrs.map((cidr) => ({ cidr })) };
  expect((await api.send('PUT', '/api/settings/trusted-networks', { body })).status).toBe(200);
}

const active = (id: string, value: boolean) =>
  api.scim.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value }]);

/** Events of that person, suspended or reactivated so often. */
async function flip(id: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const { status } = (await api.get<{ status: string }>(`/api/users/${id}`)).body;
    await active(id, status !== 'active');
  }
}

const lookAt = async (id: string) => (await api.get<WebhookJson>(`/api/webhooks/${id}`)).body;
const deliveriesOf = async (id: string, query = '') =>
  (await api.get<Page<DeliveryJson>>(`/api/webhooks/${id}/deliveries${query}`)).body.items;
/** An event that no webhook here wants, after which everybody looks whether something is due. */
const nudge = () =>
  api.scim.patch(`/Users/${people[2]}`, [{ op: 'replace', path: 'title', value: String(Math.random()) }]);

describe('what arrives', () => {
  it('is signed as Standard Webhooks verifies it, and is the event as the feed has it', async () => {
    const receiver = await receiverThat();
    const made = await make('first', receiver.url);
    expect(made.secret).toMatch(/^whsec_/);
    expect(made).toMatchObject({ state: 'active', waiting: 0, pauseReason: null });
    await flip(people[0]!, 2);
    await receiver.until((got) => got.length === 2);
    const { items } = (await api.get<Page<EventJson>>(`/api/events?after=${made.position}&limit=500`)).body;
    const wanted = items.filter(({ type }) => /^user\.(suspended|reactivated)$/.test(type));
    for (const [at, got] of receiver.got.entries()) {
      // What the feed adds for people is of the moment in which it is read.
      const { words: _, names: __, ...event } = wanted[at]!;
      expect(verifyWith(made.secret, got)).toEqual({ type: event.type, timestamp: event.at, data: event });
      expect(got.id).toBe(event.id);
      const altered = { ...got, body: got.body.replace('user.', 'user,') };
      expect(isSignedBy(made.secret, altered)).toBe(false);
    }
    const again = await lookAt(made.id);
    expect(JSON.stringify(again)).not.toContain('whsec_');
    await until(async () => (await deliveriesOf(made.id, '?state=delivered')).length === 2);
    expect(await deliveriesOf(made.id, '?limit=1')).toMatchObject([
      {
        kind: 'event',
        state: 'delivered',
        attempts: 1,
        status: 204,
        detail: null,
        position: wanted[1]!.position,
      },
    ]);
  });

  it('is what the filters want', async () => {
    const [all, none] = [await receiverThat(), await receiverThat()];
    await make('all of users', all.url, { types: ['user.*'], providers: ['entra'] });
    await make('of another', none.url, { types: ['provider.*'], providers: ['entra'] });
    await nudge();
    await flip(people[0]!, 2);
    await all.until((got) => got.length >= 3);
    // Two people: only what is of one person comes in an order.
    const typesOf = (person: string) =>
      all.got.flatMap(({ message: { type, data } }) => (data.subject.id === person ? [type] : []));
    expect(typesOf(people[2]!)).toEqual(['user.updated']);
    expect(typesOf(people[0]!)).toEqual(['user.suspended', 'user.reactivated']);
    expect(none.got).toEqual([]);
  });

  it('is in order for each person, whoever else waits', async () => {
    let isDown = true;
    const receiver = await receiverThat(({ message }) =>
      isDown && message.data.subject.id === people[0] ? 500 : 204,
    );
    const made = await make('in order', receiver.url);
    await flip(people[0]!, 4);
    await flip(people[1]!, 4);
    const of = (person: string | undefined, status = true) =>
      receiver.got.filter(({ message }) => message.data.subject.id === person && status);
    await receiver.until(() => of(people[1]).length === 4);
    await until(async () => (await lookAt(made.id)).waiting === 4, 'the waiting of four');
    expect(new Set(of(people[0]).map(({ id }) => id)).size).toBe(1);
    isDown = false;
    shiftMs = HOUR_MS;
    await nudge();
    await until(async () => (await lookAt(made.id)).waiting === 0);
    for (const person of [people[0], people[1]]) {
      const positions = of(person).map(({ message }) => message.data.position);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect(new Set(positions).size).toBe(4);
    }
    expect((await deliveriesOf(made.id)).map(({ state }) => state)).toEqual(Array(8).fill('delivered'));
  });
});

describe('a receiver that', () => {
  it('fails for three days is paused with an event, and goes on where it stopped when it is resumed', async () => {
    const receiver = await receiverThat(500);
    const made = await make('fails', receiver.url);
    await flip(people[0]!, 2);
    await receiver.until((got) => got.length === 1);
    await until(async () => (await lookAt(made.id)).state === 'failing');
    for (let tries = 2; tries <= 13; tries++) {
      shiftMs += 27 * HOUR_MS;
      await nudge();
      await receiver.until((got) => got.length >= tries);
      await until(async () => (await deliveriesOf(made.id)).at(-1)!.attempts === tries);
    }
    expect(await lookAt(made.id)).toMatchObject({ state: 'paused', pauseReason: 'failing', waiting: 2 });
    expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(1);
    const { items } = (await api.get<Page<EventJson>>('/api/audit?type=webhook.paused&limit=1')).body;
    expect(items).toMatchObject([
      {
        subject: { kind: 'webhook', id: made.id },
        actor: { kind: 'system', id: 'webhooks' },
        data: { name: 'fails', reason: 'failing', detail: 'It answered 500.' },
      },
    ]);
    receiver.reply(() => 204);
    await nudge();
    expect((await api.send('POST', `/api/webhooks/${made.id}/resume`)).status).toBe(200);
    await until(async () => (await lookAt(made.id)).waiting === 0);
    expect(await lookAt(made.id)).toMatchObject({ state: 'active', pauseReason: null, failingSince: null });
    expect(receiver.types().slice(-2).sort()).toEqual(['user.reactivated', 'user.suspended']);
  }, 60_000);

  it('answers 410 is paused at once', async () => {
    const receiver = await receiverThat(410);
    const made = await make('gone', receiver.url);
    await flip(people[0]!, 2);
    await until(async () => (await lookAt(made.id)).state === 'paused');
    expect(await lookAt(made.id)).toMatchObject({ pauseReason: 'gone', waiting: 2 });
    await nudge();
    expect(receiver.got).toHaveLength(1);
  });

  it('redirects to a private address is not followed', async () => {
    const receiver = await receiverThat(() => ({ redirect: 'http://10.0.0.1/inside' }));
    const { id } = await make('redirects', receiver.url);
    const { body } = await api.send<SentJson>('POST', `/api/webhooks/${id}/test`);
    expect(body).toMatchObject({ state: 'failed', status: null, nextAt: null });
    expect(body.detail).toContain('sends us on to http://10.0.0.1, which is not followed');
    const words = { name: 'inside', url: 'https://10.0.0.1/hook' };
    const refused = await api.send('POST', '/api/webhooks', { body: words });
    expect([refused.status, refused.text]).toEqual([
      400,
      expect.stringMatching(/private address.*trusted networks/),
    ]);
    await trust('10.0.0.0/8');
    const inside = await make('inside', words.url);
    await trust();
    const renamed = { body: { name: 'inside still' } };
    expect((await api.send('PATCH', `/api/webhooks/${inside.id}`, renamed)).status).toBe(200);
    // Whoever sends follows the settings, a moment behind them.
    const blocked = /No request is sent: 10\.0\.0\.1 is a private address\..*trusted networks/;
    await until(async () => {
      const { body: sent } = await api.send<SentJson>('POST', `/api/webhooks/${inside.id}/test`);
      return blocked.test(sent.detail ?? '');
    }, 'the refusal');
  });

  it('sends a gigabyte back is cut, has the event, and waits for the next', async () => {
    const receiver = await receiverThat(() => 'endless');
    const made = await make('endless', receiver.url);
    const startedMs = performance.now();
    await flip(people[0]!, 6);
    await until(async () => (await deliveriesOf(made.id, '?state=delivered')).length === 6);
    // Of four connections each rests a second.
    expect(performance.now() - startedMs).toBeGreaterThan(1_000);
    const [last] = await deliveriesOf(made.id, '?state=delivered');
    expect(last).toMatchObject({ status: 200, detail: expect.stringContaining('was cut off') });
    await until(() => receiver.endlessBytes() > 0);
    expect(receiver.endlessBytes()).toBeLessThan(64 * 1024 ** 2);
    expect(receiver.got).toHaveLength(6);
  });

  it('fails for all is looked at now and then', async () => {
    const receiver = await receiverThat(() => 500);
    const made = await make('fails for all', receiver.url);
    const names = Array.from({ length: 30 }, (_, n) => `fails-${n}@contoso.com`);
    const all = await api.pushUsers(...names);
    await Promise.all(all.map((id) => active(id, false)));
    await until(() => receiver.got.length >= 12);
    const before = receiver.got.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    // Four times a second, not as fast as it answers.
    expect(receiver.got.length - before).toBeLessThanOrEqual(6);
    expect(receiver.got.length).toBeLessThan(30);
    await api.send('DELETE', `/api/webhooks/${made.id}`);
  });

  it('hangs holds up nobody else, and has failed when its time is over', async () => {
    const hangs = await receiverThat('hang');
    const well = await receiverThat();
    const slow = await make('hangs for events', hangs.url);
    await make('beside it', well.url);
    await flip(people[0]!, 6);
    await flip(people[1]!, 6);
    await well.until((got) => got.length === 12);
    await hangs.until((got) => got.length === 2);
    await until(async () => (await lookAt(slow.id)).waiting === 12);
    expect(await lookAt(slow.id)).toMatchObject({ state: 'active', failingSince: null });
    await api.send('POST', `/api/webhooks/${slow.id}/pause`);
    const { detail, state, durationMs } = await hanging;
    expect([state, detail]).toEqual(['failed', expect.stringContaining('did not answer in time')]);
    expect(durationMs).toBeGreaterThanOrEqual(14_900);
  });
});

describe('what is sent at somebody’s word', () => {
  it('is a test, signed, that stands in the log', async () => {
    const receiver = await receiverThat(418);
    const { id, secret } = await make('tested', receiver.url);
    const { body } = await api.send<SentJson>('POST', `/api/webhooks/TESTED/test`);
    expect(body).toMatchObject({ kind: 'test', state: 'failed', status: 418, detail: 'It answered 418.' });
    expect(body.answer).toBe('as the test said');
    expect(verifyWith(secret, receiver.got[0]!)).toMatchObject({
      type: 'webhook.test',
      data: { webhook: id, name: 'tested' },
    });
    expect(await lookAt(id)).toMatchObject({ state: 'active' });
    const [logged] = await deliveriesOf(id);
    expect({ ...logged, answer: body.answer }).toEqual(body);
    const again = await api.send('POST', `/api/webhooks/${id}/deliveries/${logged!.id}/resend`);
    expect(again.problem).toMatchObject({ status: 409, reason: 'conflict' });
  });

  it('is one event again, and all from a place in the feed', async () => {
    const receiver = await receiverThat();
    const { id, position } = await make('again', receiver.url);
    await flip(people[0]!, 2);
    await until(async () => (await deliveriesOf(id, '?state=delivered')).length === 2);
    const first = (await deliveriesOf(id)).at(-1)!;
    const path = `/api/webhooks/${id}/deliveries/${first.id}/resend`;
    expect((await api.send<SentJson>('POST', path)).body).toMatchObject({
      kind: 'again',
      state: 'delivered',
      position: first.position,
    });
    expect(receiver.got[2]).toMatchObject({ id: receiver.got[0]!.id, body: receiver.got[0]!.body });
    await api.send('POST', `/api/webhooks/${id}/replay`, { body: { after: position } });
    await receiver.until((got) => got.length === 5);
    const ids = receiver.got.map((got) => got.id);
    expect(ids.slice(3)).toEqual(ids.slice(0, 2));
    await api.send('POST', `/api/webhooks/${id}/pause`);
    const lastPosition = async () =>
      (await api.get<{ lastPosition: number }>('/api/status')).body.lastPosition;
    const before = await lastPosition();
    await flip(people[0]!, 2);
    // On PostgreSQL an event has its place in the feed a moment after the answer: from there on is all that is not left out.
    await until(async () => (await lastPosition()) >= before + 2);
    await api.send('POST', `/api/webhooks/${id}/replay`, { body: { after: 999_999_999 } });
    await api.send('POST', `/api/webhooks/${id}/resume`);
    await flip(people[1]!, 1);
    await receiver.until((got) => got.length === 6);
    // What has arrived is written down as delivered a moment after it has.
    await until(async () => (await lookAt(id)).waiting === 0);
    expect(receiver.got.map(({ message }) => message.data.subject.id)).toEqual([
      ...Array(5).fill(people[0]),
      people[1],
    ]);
  });
});

describe('a secret', () => {
  it('that is replaced signs beside the new one until the overlap is over', async () => {
    const receiver = await receiverThat();
    const { id, secret: former } = await make('rotated', receiver.url);
    const rotate = async (body: object) =>
      (await api.send<Made>('POST', `/api/webhooks/${id}/rotate`, { body })).body;
    const { secret, bothSecretsUntil } = await rotate({ overlapHours: 2 });
    expect(bothSecretsUntil).not.toBeNull();
    const signers = async () => {
      await api.send('POST', `/api/webhooks/${id}/test`);
      const got = receiver.got.at(-1)!;
      // The reference implementation refuses what is not of this hour.
      const now = String(Math.floor(Date.now() / 1000));
      expect(Math.abs(Number(got.headers['webhook-timestamp']) - Number(now)) * 1000).toBeLessThan(
        shiftMs + 60_000,
      );
      return got.headers['webhook-signature']!.split(' ').length;
    };
    expect(await signers()).toBe(2);
    for (const each of [former, secret]) expect(isSignedBy(each, receiver.got.at(-1)!)).toBe(true);
    shiftMs = 3 * HOUR_MS;
    expect(await signers()).toBe(1);
    shiftMs = 0;
    const { secret: last } = await rotate({ overlapHours: 0 });
    expect(await signers()).toBe(1);
    expect([former, secret, last].map((each) => isSignedBy(each, receiver.got.at(-1)!))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('is sealed at rest, and goes with the key of the installation', async () => {
    const receiver = await receiverThat();
    const { id, secret } = await make('sealed', receiver.url);
    const at = { before: await api.server.ledger.webhooks.sealedSecrets() };
    expect(JSON.stringify(at.before)).not.toContain(secret.slice(6));
    const rotated = (await api.send<{ resealed: number }>('POST', '/api/key/rotate')).body;
    const after = await api.server.ledger.webhooks.sealedSecrets();
    const isOther = JSON.stringify(after) !== JSON.stringify(at.before);
    expect(isOther).toBe(rotated.resealed > 0);
    await api.send('POST', `/api/webhooks/${id}/test`);
    expect(isSignedBy(secret, receiver.got[0]!)).toBe(true);
  });
});

describe('a former secret', () => {
  it('whose key is lost is left out, and the new one signs alone', async () => {
    const receiver = await receiverThat();
    const { id } = await make('lost', receiver.url);
    const { secret } = (await api.send<Made>('POST', `/api/webhooks/${id}/rotate`, { body: {} })).body;
    const { webhooks } = api.server.ledger;
    const { revision, formerSecret, ...rest } = (await webhooks.find(id))!;
    const { name, url, types, providers } = rest;
    const data = { name, origin: new URL(url).origin, types, providers };
    const tell = { type: 'webhook.updated', subject: { kind: 'webhook', id }, data } as const;
    const altered = `${formerSecret!.slice(0, -4)}AAAA`;
    await webhooks.save(id, { ...rest, formerSecret: altered }, revision, by(), { tell });
    const { body } = await api.send<SentJson>('POST', `/api/webhooks/${id}/test`);
    expect(body).toMatchObject({ state: 'delivered', detail: null });
    expect(receiver.got[0]!.headers['webhook-signature']!.split(' ')).toHaveLength(1);
    expect(isSignedBy(secret, receiver.got[0]!)).toBe(true);
    await api.send('DELETE', `/api/webhooks/${id}`);
  });
});

describe('a webhook', () => {
  it('is changed by its version, and removed with its events', async () => {
    const receiver = await receiverThat();
    const { id, position } = await make('changed', 'https://receiver.example/a?token=hush');
    const read = await api.get<WebhookJson>(`/api/webhooks/changed`);
    const etag = read.headers.get('etag')!;
    const change = {
      body: { url: receiver.url, types: ['user.*', 'user.*'] },
      headers: { 'if-match': etag },
    };
    const changed = await api.send<WebhookJson>('PATCH', `/api/webhooks/${id}`, change);
    expect(changed.body).toMatchObject({
      name: 'changed',
      url: receiver.url,
      types: ['user.*'],
      revision: 2,
    });
    expect((await api.send('PATCH', `/api/webhooks/${id}`, change)).problem.status).toBe(412);
    const again = await api.send<WebhookJson>('PATCH', `/api/webhooks/${id}`, { body: change.body });
    expect(again.body.revision).toBe(2);
    for (const verb of ['pause', 'pause', 'resume', 'resume']) {
      await api.send('POST', `/api/webhooks/${id}/${verb}`);
    }
    expect((await api.send('DELETE', `/api/webhooks/${id}`)).status).toBe(204);
    expect((await api.send('DELETE', `/api/webhooks/${id}`)).status).toBe(404);
    const { items } = (await api.get<Page<EventJson>>(`/api/events?after=${position}&subject=${id}`)).body;
    expect(items.map(({ type }) => type)).toEqual([
      'webhook.created',
      'webhook.updated',
      'webhook.paused',
      'webhook.resumed',
      'webhook.removed',
    ]);
    expect(items[0]!.data).toMatchObject({ name: 'changed', origin: 'https://receiver.example' });
    expect(JSON.stringify(items)).not.toContain('hush');
  });

  it.each([
    [{ url: 'http://receiver.example:80/' }, 201],
    [{ url: 'ftp://receiver.example/' }, 400],
    [{ url: 'https://user:pass@receiver.example/' }, 400],
    [{ url: 'https://receiver.example/#part' }, 400],
    [{ url: 'receiver' }, 400],
    [{ url: 'https://[fd00::1]/' }, 400],
    [{ url: 'https://169.254.169.254/' }, 400],
    [{ url: 'https://203.0.114.7/' }, 201],
    [{ types: ['user.exploded'] }, 400],
    [{ types: ['nothing.*'] }, 400],
    [{ providers: ['nobody'] }, 400],
    [{ name: '' }, 400],
    [{ name: 'FIRST' }, 409],
    [{ secret: 'whsec_mine' }, 400],
  ])('with %j is answered %i', async (more, status) => {
    const body = {
      name: `asked ${JSON.stringify(more)}`.slice(0, 90),
      url: 'https://receiver.example/',
      ...more,
    };
    expect((await api.send('POST', '/api/webhooks', { body })).status).toBe(status);
  });

  it('is listed by name, in pages', async () => {
    const { items, total, nextCursor } = (await api.get<Page<WebhookJson>>('/api/webhooks?limit=2')).body;
    expect(items).toHaveLength(2);
    expect(total).toBeGreaterThan(10);
    const rest = (await api.get<Page<WebhookJson>>(`/api/webhooks?limit=500&cursor=${nextCursor}`)).body
      .items;
    const names = [...items, ...rest].map(({ name }) => name);
    expect(names).toHaveLength(total);
    expect(names).toEqual([...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
  });
});
