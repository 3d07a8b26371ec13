// GET /api/providers/{id}/health: whom a provider brought, and when it called, against the rhythm that Entra keeps.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderHealthJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { scimClient } from '../harness/scim-client.ts';
import { type Fixture, startFixture, userBody } from './fixture.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let api: Fixture;
let now = Date.parse('2026-11-25T09:00:00Z');
let next = 0;

beforeAll(async () => {
  api = await startFixture({ clock: { now: () => now } });
});
afterAll(() => api.stop());

async function add(more: Record<string, unknown> = {}): Promise<ProviderJson> {
  const entra = { kind: 'entra', tenantId: randomUUID(), clientId: randomUUID() };
  const body = { name: `Contoso ${++next}`, ...entra, scim: {}, ...more };
  return (await api.send<ProviderJson>('POST', '/api/providers', { body })).body;
}

async function call({ scim }: ProviderJson, times = 1): Promise<void> {
  const client = scimClient(scim.endpoint, scim.token!);
  for (let n = 0; n < times; n++) await client.post('/Users', userBody('first@contoso.com/Sales'));
  client.close();
}

const health = async ({ id }: ProviderJson) =>
  (await api.get<ProviderHealthJson>(`/api/providers/${id}/health`)).body;
const later = (ms: number) => new Date(now + ms).toISOString();

describe('GET /api/providers/{id}/health 200', () => {
  it('says when it last called and whom it brought', async () => {
    const made = await add();
    expect(await health(made)).toMatchObject({
      contact: 'never',
      nextExpectedAt: null,
      lastRequest: null,
      lastSuccess: null,
      failuresOfDay: { count: 0, isCapped: false },
      users: { active: 0 },
      liveTokens: 1,
      unusedTokens: 1,
      nextTokenExpiry: null,
      tokensEndAt: null,
      openDrift: null,
    });
    await call(made, 2);
    expect(await health(made)).toMatchObject({
      provider: made.id,
      contact: 'onTime',
      nextExpectedAt: later(40 * MINUTE_MS),
      lastRequest: { status: 409 },
      lastSuccess: { status: 201 },
      lastFailure: { status: 409, detail: expect.stringContaining('first@contoso.com') },
      failuresOfDay: { count: 1, isCapped: false },
      users: { active: 1, suspended: 0, removed: 0, withoutRole: 1 },
      groups: 0,
      unusedTokens: 0,
    });
  });

  it('is late after a missed cycle, and silent after two', async () => {
    const made = await add();
    await call(made);
    const seen: string[] = [];
    for (const minutes of [54, 2, 53, 2]) {
      now += minutes * MINUTE_MS;
      seen.push((await health(made)).contact);
    }
    expect(seen).toEqual(['onTime', 'late', 'late', 'silent']);
    expect((await health(made)).nextExpectedAt).toBe(later((40 - 111) * MINUTE_MS));
  });

  it('expects nothing of those that call when something changes, nor where SCIM is off', async () => {
    const okta = { kind: 'okta', issuer: 'https://contoso.okta.com', tenantId: undefined };
    const made = await add(okta);
    await call(made);
    now += DAY_MS;
    expect(await health(made)).toMatchObject({ contact: 'heard', nextExpectedAt: null });
    const off = await add({ scim: { enabled: false } });
    expect(await health(off)).toMatchObject({ contact: 'off', nextExpectedAt: null, liveTokens: 0 });
    await api.send('PATCH', `/api/providers/${made.id}`, { body: { enabled: false } });
    expect((await health(made)).contact).toBe('off');
  });

  it('forgets refusals after a day', async () => {
    const made = await add();
    await call(made, 4);
    expect((await health(made)).failuresOfDay.count).toBe(3);
    now += DAY_MS;
    expect((await health(made)).failuresOfDay.count).toBe(0);
  });

  it('says which token ends first', async () => {
    const made = await add();
    await api.send('POST', `/api/providers/${made.id}/tokens`, {
      body: { keepPrevious: { hours: 48 }, expiresInDays: 30 },
    });
    expect(await health(made)).toMatchObject({
      liveTokens: 2,
      nextTokenExpiry: later(2 * DAY_MS),
      tokensEndAt: later(30 * DAY_MS),
    });
  });
});
