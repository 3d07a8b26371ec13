// kill -9 while webhooks are delivered, again and again on the same data: every event arrives, in order for each person,
// and none more often than it was under way when the process died.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventJson, WebhookJson } from '../../src/edge/admin/contract.ts';
import { scimClient, USER } from '../harness/scim-client.ts';
import { isInOrder, type Receiver, startReceiver, until } from '../outbox/receiver.ts';
import { startVictim, type Victim } from './victim.ts';

const builder = new URL('../../scripts/build.mjs', import.meta.url);
const ROUNDS = process.env.BIFROST_HEAVY === '1' ? 50 : 4;
const PEOPLE = 30;
/** Of one webhook, at a time. */
const LANES = 4;

let folder = '';
let victim: Victim;
let receiver: Receiver;

beforeAll(async () => {
  execFileSync(process.execPath, [fileURLToPath(builder)], { stdio: 'pipe' });
  folder = await mkdtemp(join(tmpdir(), 'bifrost-crash-'));
  receiver = await startReceiver({ delayMs: 4 });
  victim = await start();
}, 60_000);
afterAll(async () => {
  await victim.kill();
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

const start = () => startVictim(folder, { env: { BIFROST_DEVELOPMENT: '1' } });

async function api<Body>(path: string, body?: unknown): Promise<Body> {
  const answer = await fetch(`${victim.url}/api${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${victim.apiKey}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await answer.json()) as Body;
}

it(`delivers every event, in order for each person, over ${ROUNDS} kills`, {
  timeout: ROUNDS * 15_000,
}, async () => {
  const types = ['user.created', 'user.updated', 'user.suspended'];
  const { id, position } = await api<WebhookJson>('/webhooks', { name: 'crm', url: receiver.url, types });
  for (let round = 0; round < ROUNDS; round++) {
    const running = victim;
    const before = receiver.got.length;
    const lives = Promise.allSettled(
      Array.from({ length: PEOPLE }, (_, n) => live(running, `r${round}-${n}`)),
    );
    await until(() => receiver.got.length > before + Math.random() * PEOPLE);
    await running.kill();
    await lives;
    victim = await start();
  }
  await until(async () => {
    const [webhook, { lastPosition }] = await Promise.all([
      api<WebhookJson>(`/webhooks/${id}`),
      api<{ lastPosition: number }>('/status'),
    ]);
    return webhook.waiting === 0 && webhook.position === lastPosition;
  });
  const wanted: string[] = [];
  for (let after: string | null = String(position); after !== null; ) {
    const page: { items: EventJson[]; nextCursor: string | null } = await api(
      `/events?type=${types.join(',')}&limit=500&after=${after}`,
    );
    wanted.push(...page.items.map((event) => event.id));
    after = page.nextCursor;
  }
  expect(wanted.length).toBeGreaterThan(ROUNDS * 10);
  const ids = receiver.got.map((got) => got.id);
  expect(new Set(ids)).toEqual(new Set(wanted));
  expect(ids.length - wanted.length).toBeLessThanOrEqual(ROUNDS * LANES);
  expect(isInOrder(receiver.got)).toBe(true);
});

async function live(running: Victim, name: string): Promise<void> {
  const scim = scimClient(running.scim, running.token);
  try {
    const body = { schemas: [USER], userName: `${name}@kitehaus.example` };
    const { id } = (await scim.post('/Users', body)).resource;
    await scim.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'Pilot' }]);
    await scim.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]);
  } finally {
    scim.close();
  }
}
