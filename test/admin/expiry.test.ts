// Notices before provisioning tokens and the client secret end: each once, the latest alone after a long stop, and what else shows
// the end.

import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { EventJson, NoticesJson } from '../../src/edge/admin/contract.ts';
import type { ProviderHealthJson } from '../../src/edge/admin/provider-health.ts';
import { startWorld, type World } from '../sign-in/world.ts';

const DAY = 86_400_000;
/** Of the look for ends to come. */
const LOOK = 900_000;
/** Of the local Entra's secrets. */
const SECRET_DAYS = 180;

let world: World;
/** Days since the start. */
let today = 0;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  world = await startWorld({ provider: { reconcile: { mode: 'off' } } });
  const made = await world.api('POST', '/api/providers/entra/tokens', {
    name: 'yearly',
    expiresInDays: 40,
    keepPrevious: 'all',
  });
  expect(made.status).toBe(201);
});
afterAll(async () => {
  vi.useRealTimers();
  await world.stop();
});

const notices = () => world.eventsOf('token.expiring', 'provider.secret_expiring');
const health = async () => (await world.api<ProviderHealthJson>('GET', '/api/providers/entra/health')).body;

/** That day, when somebody has looked, and again a little later; what was said. */
async function on(day: number, isDone: (said: EventJson[]) => Promise<boolean> | boolean) {
  const before = (await notices()).length;
  world.pass((day - today) * DAY);
  today = day;
  vi.advanceTimersByTime(LOOK);
  await expect.poll(async () => isDone((await notices()).slice(before)), { timeout: 10_000 }).toBe(true);
  vi.advanceTimersByTime(LOOK);
  // The second look has ended once a third is let in: a look is a few requests to this process.
  await new Promise((resolve) => setTimeout(resolve, 150));
  return (await notices()).slice(before).map(({ type, data }) => [type, data!.days]);
}
const something = (said: EventJson[]) => said.length > 0;

it('says nothing while the end is far, and knows when it is', async () => {
  const isKnown = async () => (await health()).clientSecretEndsAt !== null;
  expect(await on(5, isKnown)).toEqual([]);
  const { clientSecretEndsAt, nextTokenExpiry } = await health();
  const start = world.now() - 5 * DAY;
  expect(Math.abs(Date.parse(clientSecretEndsAt!) - start - SECRET_DAYS * DAY)).toBeLessThan(60_000);
  expect(Math.abs(Date.parse(nextTokenExpiry!) - start - 40 * DAY)).toBeLessThan(60_000);
});

it('says each step once', async () => {
  expect(await on(11, something)).toEqual([['token.expiring', 30]]);
  const [notice] = await notices();
  expect(notice).toMatchObject({ subject: { kind: 'token' }, actor: { kind: 'system', id: 'expiry' } });
  expect(notice!.data).toMatchObject({ name: 'yearly', lastFour: expect.stringMatching(/^.{4}$/) });
  expect(notice!.words).toContain('yearly');
  expect(notice!.words).toContain('ends within 30 days');
});

it('after a long stop says the latest alone', async () => {
  expect(await on(39.5, something)).toEqual([['token.expiring', 1]]);
});

it('says that it has ended', async () => {
  expect(await on(41, something)).toEqual([['token.expiring', 0]]);
});

it('shows both where what was typed differs from what Graph says, and counts by Graph', async () => {
  const typed = await world.api('PATCH', '/api/providers/entra', { clientSecretExpiresAt: '2026-12-01' });
  expect(typed.status).toBe(200);
  const { clientSecretEndsAt, clientSecretEndSaidBy, clientSecretEndTypedAs } = await health();
  expect(Date.parse(clientSecretEndsAt!)).toBeGreaterThan(Date.parse('2027-05-01'));
  expect([clientSecretEndSaidBy, clientSecretEndTypedAs]).toEqual(['graph', '2026-12-01T00:00:00.000Z']);
  const { items } = (await world.api<NoticesJson>('GET', '/api/notices')).body;
  expect(items.find(({ code }) => code === 'client-secret-end-differs')!.words).toMatch(
    /ends on 2027-05-\d\d, and 2026-12-01 was typed/,
  );
  expect(await on(41, () => true)).toEqual([]);
});

it('tells of the client secret, by what Graph says', async () => {
  expect(await on(SECRET_DAYS - 10, something)).toEqual([['provider.secret_expiring', 14]]);
  const notice = (await notices()).at(-1)!;
  expect(notice).toMatchObject({ subject: { kind: 'provider', id: 'entra' } });
  expect(JSON.stringify(notice)).not.toContain(world.entra.clientSecret);
  const metrics = await (await fetch(`${world.server.url}/metrics`)).text();
  const [, ends] = /^bifrost_client_secret_ends_timestamp_seconds\{provider="entra"\} (\S+)$/m.exec(metrics)!;
  expect(Number(ends) * 1000).toBe(Date.parse(String(notice.data!.endsAt)));
});
