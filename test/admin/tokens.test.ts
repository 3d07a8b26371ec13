// GET and POST /api/providers/{id}/tokens and DELETE .../{tokenId}: rotation as SEMANTICS rules it.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderJson, TokenJson } from '../../src/edge/admin/contract.ts';
import { scimClient } from '../harness/scim-client.ts';
import { type Fixture, type Page, startFixture, told } from './fixture.ts';

type Made = TokenJson & { token: string; endpoint: string };

const HOUR_MS = 3_600_000;
const time = { now: Date.parse('2026-03-02T09:00:00Z') };
let api: Fixture;
let provider: string;
let first: string;
let next = 0;

beforeAll(async () => {
  api = await startFixture({ clock: { now: () => time.now } });
});
afterAll(() => api.stop());

beforeEach(async () => {
  const body = {
    name: `Rotating ${++next}`,
    kind: 'entra',
    tenantId: '5d1c0c5e-7f0a-4d57-b8a5-8f4a1b7f2f11',
    clientId: 'x',
    scim: {},
  };
  const made = await api.send<ProviderJson>('POST', '/api/providers', { body });
  provider = made.body.id;
  first = made.body.scim.token!;
});

const rotate = (body?: unknown) =>
  api.send<Made>('POST', `/api/providers/${provider}/tokens`, body === undefined ? {} : { body });
const tokens = async () => (await api.get<Page<TokenJson>>(`/api/providers/${provider}/tokens`)).body.items;

async function statusWith(token: string): Promise<number> {
  const scim = scimClient(api.server.scim, token);
  const { status } = await scim.get('/Users?count=1');
  scim.close();
  return status;
}

describe('POST /api/providers/{id}/tokens 201', () => {
  it('the new one works, the previous one is refused by the very next request', async () => {
    const events = await api.eventsOf(async () => {
      const { status, body } = await rotate();
      expect(status).toBe(201);
      expect(body).toMatchObject({
        token: expect.stringMatching(/^bifrost_scim_/),
        endpoint: `${api.server.url}/scim/v2`,
        lastFour: body.token.slice(-4),
        live: true,
        name: 'made by ops',
        createdByName: 'ops',
      });
      expect((await tokens())[0]).toMatchObject({ id: body.id, createdByName: 'ops' });
      expect(await statusWith(first)).toBe(401);
      expect(await statusWith(body.token)).toBe(200);
    });
    expect(events.map((event) => event.type)).toEqual(['token.revoked', 'token.created']);
    expect(events[0]).toMatchObject({ actor: { kind: 'key' }, cause: { kind: 'request' } });
  });

  it('of several rotations at once one token is live in the end', async () => {
    await Promise.all([rotate(), rotate(), rotate()]);
    expect((await tokens()).filter((token) => token.live)).toHaveLength(1);
  });

  it('leaves the others live when all are to be kept', async () => {
    const second = (await rotate({ keepPrevious: 'all' })).body;
    const third = (await rotate({ keepPrevious: 'all' })).body;
    expect(await Promise.all([first, second.token, third.token].map(statusWith))).toEqual([200, 200, 200]);
    expect((await tokens()).map((token) => token.live)).toEqual([true, true, true]);
  });

  it('the text of a token is in that one answer and nowhere else', async () => {
    const { body } = await rotate({ name: 'spring' });
    for (const path of [
      `/api/providers/${provider}/tokens`,
      `/api/providers/${provider}`,
      '/api/audit?limit=20',
      '/api/requests',
    ]) {
      expect((await api.get(path)).text).not.toContain(body.token);
    }
    expect((await tokens())[0]).toMatchObject({ name: 'spring', lastFour: body.token.slice(-4), live: true });
  });

  it('keeps the previous for some hours', async () => {
    const { body } = await rotate({ keepPrevious: { hours: 2 } });
    expect(await statusWith(first)).toBe(200);
    expect((await tokens())[1]).toMatchObject({
      live: true,
      revokedAt: new Date(time.now + 2 * HOUR_MS).toISOString(),
    });
    time.now += 2 * HOUR_MS;
    expect(await statusWith(first)).toBe(401);
    expect(await statusWith(body.token)).toBe(200);
  });

  it('one that is kept for hours ends at once when the next rotation says so', async () => {
    await rotate({ keepPrevious: { hours: 24 } });
    await rotate();
    expect(await statusWith(first)).toBe(401);
    expect((await tokens()).map((token) => token.live)).toEqual([true, false, false]);
  });

  it('keeps the previous until the new one is first used', async () => {
    const { body } = await rotate({ keepPrevious: 'until-used' });
    expect(await statusWith(first)).toBe(200);
    expect((await tokens())[1]).toMatchObject({ live: true, untilUseOf: body.id });
    expect(await statusWith(body.token)).toBe(200);
    for (let i = 0; i < 50 && (await statusWith(first)) === 200; i++);
    expect(await statusWith(first)).toBe(401);
  });

  it('one with a term ends by itself', async () => {
    const { body } = await rotate({ expiresInDays: 1 });
    expect(body.expiresAt).toBe(new Date(time.now + 24 * HOUR_MS).toISOString());
    expect(await statusWith(body.token)).toBe(200);
    time.now += 24 * HOUR_MS;
    expect(await statusWith(body.token)).toBe(401);
    expect((await tokens())[0]!.live).toBe(false);
  });

  it('leaves the tokens of other providers alone', async () => {
    await rotate();
    expect(await statusWith(api.server.token)).toBe(200);
  });
});

describe('POST /api/providers/{id}/tokens refusals', () => {
  it.each([
    { keepPrevious: 'forever' },
    { keepPrevious: { hours: 0 } },
    { keepPrevious: { hours: 1000 } },
    { keepPrevious: { days: 1 } },
    { expiresInDays: -1 },
    { name: '' },
    { token: 'mine' },
  ])('400 for %j, and the token stays', async (body) => {
    const events = await api.eventsOf(async () => {
      expect((await rotate(body)).problem).toMatchObject({ status: 400, reason: 'invalidValue' });
    });
    expect(events).toEqual([]);
    expect(await statusWith(first)).toBe(200);
  });

  it('404 for no provider', async () => {
    expect((await api.send('POST', '/api/providers/nobody/tokens')).problem.status).toBe(404);
  });
});

describe('DELETE /api/providers/{id}/tokens/{tokenId}', () => {
  it('204: refused from the next request on; a second time changes nothing', async () => {
    const [token] = await tokens();
    const path = `/api/providers/${provider}/tokens/${token!.id}`;
    const events = await api.eventsOf(async () => {
      expect((await api.send('DELETE', path)).status).toBe(204);
      expect(await statusWith(first)).toBe(401);
      expect((await api.send('DELETE', path)).status).toBe(204);
    });
    expect(told(events)).toEqual([`token.revoked -> token ${token!.id}`]);
  });

  it('204: also one that was to be kept for hours', async () => {
    await rotate({ keepPrevious: { hours: 24 } });
    const [, previous] = await tokens();
    await api.send('DELETE', `/api/providers/${provider}/tokens/${previous!.id}`);
    expect(await statusWith(first)).toBe(401);
  });

  it('404 for a token of another provider', async () => {
    const [token] = await tokens();
    expect((await api.send('DELETE', `/api/providers/entra/tokens/${token!.id}`)).problem.status).toBe(404);
    expect(await statusWith(first)).toBe(200);
  });
});
