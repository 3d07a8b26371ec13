// /api/link-requests and /api/users/{id}/links: who at the provider is who here.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import type { Person } from '../../src/identity/sign-in.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';
import { by, personNamed } from './signed-in.ts';

interface RequestJson {
  id: string;
  provider: string;
  issuer: string;
  subject: string;
  userName: string;
  person: { id: string; name: string };
}
interface LinkJson {
  id: string;
  issuer: string;
  subject: string;
  by: string;
}

let api: Fixture;
let amara: Person;
let request: string;
let next = 0;

beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

beforeEach(async () => {
  amara = await personNamed(api, `amara${++next}`, 'Admin');
  request = await ask(`object-id-${next}`);
});

async function ask(subject: string): Promise<string> {
  const id = newId();
  const key = { issuer: 'tenant', subject };
  const userName = `amara${next}@contoso.com`;
  const asked = { id, provider: 'entra', key, person: amara.id, userName, askedAt: Date.now() };
  await api.server.ledger.identities.request(asked, by());
  return id;
}

const links = async () => (await api.get<Page<LinkJson>>(`/api/users/${amara.id}/links`)).body.items;
const waiting = async () => (await api.get<Page<RequestJson>>('/api/link-requests')).body.items;

describe('GET /api/link-requests 200', () => {
  it('who asks, and to be whom; found by a part of the name', async () => {
    expect((await waiting()).find(({ id }) => id === request)).toMatchObject({
      provider: 'entra',
      issuer: 'tenant',
      subject: `object-id-${next}`,
      userName: `amara${next}@contoso.com`,
      person: { kind: 'user', id: amara.id, name: `Amara${next}` },
    });
    const found = await api.get<Page<RequestJson>>(`/api/link-requests?search=AMARA${next}@`);
    expect(found.body.items.map(({ id }) => id)).toEqual([request]);
    expect((await api.get('/api/link-requests', { key: keys.viewer })).status).toBe(403);
  });
});

describe('POST /api/link-requests/{id}/approve', () => {
  it('204: the link stands, and the request is gone', async () => {
    const events = await api.eventsOf(async () => {
      expect((await api.send('POST', `/api/link-requests/${request}/approve`)).status).toBe(204);
      expect((await api.send('POST', `/api/link-requests/${request}/approve`)).status).toBe(404);
    });
    expect(events).toMatchObject([{ type: 'user.linked', subject: { id: amara.id } }]);
    expect(await links()).toMatchObject([{ issuer: 'tenant', subject: `object-id-${next}`, by: 'userName' }]);
    expect((await waiting()).map(({ id }) => id)).not.toContain(request);
  });

  it('409 when the user is linked by now, or was removed', async () => {
    const second = await ask(`another-${next}`);
    await api.send('POST', `/api/link-requests/${request}/approve`);
    expect((await api.send('POST', `/api/link-requests/${second}/approve`)).status).toBe(409);
  });

  it('403 for who may only look', async () => {
    const path = `/api/link-requests/${request}/approve`;
    expect((await api.send('POST', path, { key: keys.developer })).status).toBe(403);
  });
});

describe('DELETE /api/link-requests/{id}', () => {
  it('204: no link, with its event; then 404', async () => {
    const events = await api.eventsOf(async () => {
      expect((await api.send('DELETE', `/api/link-requests/${request}`)).status).toBe(204);
      expect((await api.send('DELETE', `/api/link-requests/${request}`)).status).toBe(404);
    });
    expect(events).toMatchObject([{ type: 'link.refused' }]);
    expect(await links()).toEqual([]);
  });
});

describe('DELETE /api/users/{id}/links/{link}', () => {
  it('204: gone, with its event; then 404', async () => {
    await api.send('POST', `/api/link-requests/${request}/approve`);
    const [link] = await links();
    const path = `/api/users/${amara.id}/links/${link!.id}`;
    const events = await api.eventsOf(async () => {
      expect((await api.send('DELETE', path)).status).toBe(204);
      expect((await api.send('DELETE', path)).status).toBe(404);
    });
    expect(events).toMatchObject([{ type: 'user.unlinked', subject: { id: amara.id } }]);
    expect(await links()).toEqual([]);
  });

  it('404 for a link of another user', async () => {
    await api.send('POST', `/api/link-requests/${request}/approve`);
    const [link] = await links();
    const other = await personNamed(api, `kim${next}`);
    expect((await api.send('DELETE', `/api/users/${other.id}/links/${link!.id}`)).status).toBe(404);
    expect(await links()).toHaveLength(1);
  });
});
