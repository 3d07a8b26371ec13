// Webhooks on two replicas, each a process of its own: every event arrives once, in order for each person, whichever of
// them took the change; and when the one that delivers is killed the other goes on.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WebhookJson } from '../../src/edge/admin/contract.ts';
import { startVictim, type Victim } from '../crash/victim.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { scimClient, USER } from '../harness/scim-client.ts';
import { isInOrder, type Receiver, startReceiver, until } from '../outbox/receiver.ts';

const builder = new URL('../../scripts/build.mjs', import.meta.url);
const PEOPLE = 20;
const CHANGES = 5;

let database: FreshDatabase;
let receiver: Receiver;
const folders: string[] = [];
const replicas: Victim[] = [];

beforeAll(async () => {
  execFileSync(process.execPath, [fileURLToPath(builder)], { stdio: 'pipe' });
  database = await freshDatabase({ tables: true });
  receiver = await startReceiver();
  const env = {
    DATABASE_URL: database.url,
    BIFROST_SECRET_KEY: randomBytes(32).toString('base64'),
    BIFROST_DEVELOPMENT: '1',
  };
  for (let n = 0; n < 2; n++) {
    const folder = await mkdtemp(join(tmpdir(), 'bifrost-webhooks-'));
    folders.push(folder);
    replicas.push(await startVictim(folder, { env }));
  }
}, 60_000);
afterAll(async () => {
  for (const replica of replicas) await replica.kill();
  await receiver.close();
  await database.drop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** Each change of a person by another replica than the one before. */
async function live(name: string, at: readonly Victim[]): Promise<void> {
  const clients = at.map(({ scim, token }) => scimClient(scim, token));
  try {
    const body = { schemas: [USER], userName: `${name}@kitehaus.example` };
    const { id } = (await clients[0]!.post('/Users', body)).resource;
    for (let n = 1; n < CHANGES; n++) {
      const client = clients[n % clients.length]!;
      await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: `Title ${n}` }]);
    }
  } finally {
    for (const client of clients) client.close();
  }
}

const named = (word: string) => Array.from({ length: PEOPLE }, (_, n) => `${word}-${n}`);
const ofUsers = () => receiver.got.filter(({ message }) => /^user\.(created|updated)$/.test(message.type));

async function webhooks(replica: Victim, body?: unknown): Promise<WebhookJson> {
  const answer = await fetch(`${replica.url}/api/webhooks${body ? '' : '/crm'}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${replica.apiKey}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await answer.json()) as WebhookJson;
}

it('deliver each event once, in order', async () => {
  await webhooks(replicas[0]!, { name: 'crm', url: receiver.url, types: ['user.created', 'user.updated'] });
  await Promise.all(named('both').map((name) => live(name, replicas)));
  const all = PEOPLE * CHANGES;
  await until(() => ofUsers().length >= all);
  await until(async () => (await webhooks(replicas[1]!)).waiting === 0);
  const ids = ofUsers().map(({ id }) => id);
  expect([ids.length, new Set(ids).size]).toEqual([all, all]);
  expect(isInOrder(receiver.got)).toBe(true);
});

it('go on when the one that delivers is killed', { timeout: 90_000 }, async () => {
  receiver.reply(() => 'hang');
  const before = receiver.got.length;
  const left = replicas[1]!;
  await live('slow', [left]);
  await receiver.until((got) => got.length > before);
  // Was it the other that waits for an answer now, that one goes on when its time is over.
  await replicas[0]!.kill();
  const second = receiver.got.length;
  receiver.reply(() => 204);
  await Promise.all(named('left').map((name) => live(name, [left])));
  const all = (2 * PEOPLE + 1) * CHANGES;
  await until(() => new Set(ofUsers().map(({ id }) => id)).size === all, 'all of it', 60_000);
  expect(receiver.got.length).toBeGreaterThan(second);
  expect(isInOrder(receiver.got)).toBe(true);
});
