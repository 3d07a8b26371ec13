// GET /api/providers/{id}/rhythm: what the request log says of a provider's last 24 hours, in slots of 40 minutes.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderJson, ProviderRhythmJson } from '../../src/edge/admin/contract.ts';
import { type ScimClient, scimClient } from '../harness/scim-client.ts';
import { type Fixture, startFixture, userBody } from './fixture.ts';

const MINUTE_MS = 60_000;
const SLOT_MS = 40 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

let api: Fixture;
/** In the middle of a slot: those of a day begin at 00:00, 00:40, ... 09:20. */
let now = Date.parse('2026-11-25T09:30:00Z');

beforeAll(async () => {
  api = await startFixture({ clock: { now: () => now }, config: { retention: { requests: '12h' } } });
});
afterAll(() => api.stop());

async function add(): Promise<{ provider: ProviderJson; client: ScimClient }> {
  const entra = { kind: 'entra', tenantId: randomUUID(), clientId: randomUUID() };
  const body = { name: `Contoso ${randomUUID()}`, ...entra, scim: {} };
  const provider = (await api.send<ProviderJson>('POST', '/api/providers', { body })).body;
  return { provider, client: scimClient(provider.scim.endpoint, provider.scim.token!) };
}

const rhythm = async ({ id }: ProviderJson) =>
  (await api.get<ProviderRhythmJson>(`/api/providers/${id}/rhythm`)).body;
const shown = ({ slots }: ProviderRhythmJson) =>
  slots
    .filter(({ accepted, refused }) => accepted + refused > 0)
    .map(({ since, accepted, refused }) => `${since.slice(11, 16)} ${accepted}+${refused}`);

describe('GET /api/providers/{id}/rhythm 200', () => {
  it('has 36 slots by the clock, one after the other, the last still going on', async () => {
    const { provider } = await add();
    const { slots } = await rhythm(provider);
    expect(slots).toHaveLength(36);
    expect(slots[35]).toMatchObject({ since: '2026-11-25T09:20:00.000Z', until: '2026-11-25T10:00:00.000Z' });
    expect(slots[0]!.since).toBe('2026-11-24T10:00:00.000Z');
    for (const [n, { since }] of slots.entries()) if (n > 0) expect(since).toBe(slots[n - 1]!.until);
    expect(slots.every(({ isCapped }) => !isCapped)).toBe(true);
  });

  it('counts what was accepted and what was refused, in the slot in which it came', async () => {
    const { provider, client } = await add();
    const other = await add();
    await client.post('/Users', userBody('first@contoso.com/Sales'));
    await client.post('/Users', userBody('first@contoso.com/Sales'));
    await other.client.post('/Users', userBody('theirs@contoso.com/Sales'));
    expect(shown(await rhythm(provider))).toEqual(['09:20 1+1']);
    now += 2 * SLOT_MS;
    await client.get('/Users');
    expect(shown(await rhythm(provider))).toEqual(['09:20 1+1', '10:40 1+0']);
    expect(shown(await rhythm(other.provider))).toEqual(['09:20 1+0']);
    now += DAY_MS - 2 * SLOT_MS;
    expect(shown(await rhythm(provider))).toEqual(['10:40 1+0']);
    client.close();
    other.client.close();
  });

  it('says how far back it knows: to the making of the provider, or as long as the log is kept', async () => {
    const { provider } = await add();
    const at = now;
    expect((await rhythm(provider)).knownSince).toBe(new Date(at).toISOString());
    now += 12 * 60 * MINUTE_MS + 1;
    expect((await rhythm(provider)).knownSince).toBe(new Date(at + 1).toISOString());
  });
});

describe('GET /api/providers/{id}/rhythm 404', () => {
  it('knows no such provider', async () => {
    expect((await api.get('/api/providers/nobody/rhythm')).status).toBe(404);
  });
});
