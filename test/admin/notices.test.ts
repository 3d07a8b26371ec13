// GET /api/notices: each thing that should be known, while it is so and no longer, with the command and the page that help.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NoticeJson, NoticesJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { scimClient } from '../harness/scim-client.ts';
import { type Fixture, startFixture, userBody } from './fixture.ts';
import { departmentRule, guardedProvider } from './guarded-provider.ts';
import { keyOf, personNamed } from './signed-in.ts';

const DAY_MS = 86_400_000;

let api: Fixture;
let now = Date.parse('2026-11-25T09:00:00Z');
let made = 0;

beforeAll(async () => {
  api = await startFixture({
    clock: { now: () => now },
    env: { BIFROST_DEVELOPMENT: '1' },
    provider: {
      reconcile: { mode: 'off' },
      clientSecret: 'a-secret-of-the-file',
      clientSecretExpiresAt: '2026-12-10',
    },
  });
});
afterAll(() => api.stop());

const notices = async () => (await api.get<NoticesJson>('/api/notices')).body;
const of = async (provider: string | null) =>
  (await notices()).items.filter((each) => (each.provider?.id ?? null) === provider);
const codes = (items: readonly NoticeJson[]) => items.map(({ code }) => code);

async function add(more: Record<string, unknown> = {}): Promise<ProviderJson> {
  const entra = { kind: 'entra', tenantId: randomUUID(), clientId: randomUUID() };
  const reconcile = { mode: 'off' };
  const body = { name: `Contoso ${++made}`, ...entra, scim: {}, reconcile, ...more };
  return (await api.send<ProviderJson>('POST', '/api/providers', { body })).body;
}

async function call({ scim }: ProviderJson): Promise<void> {
  const client = scimClient(scim.endpoint, scim.token!);
  await client.post('/Users', userBody('first@contoso.com/Sales'));
  client.close();
}

describe('who can still come in', () => {
  it('nobody; by a provider alone; by a password', async () => {
    expect((await of(null))[0]).toMatchObject({
      code: 'no-administrator',
      severity: 'warning',
      command: 'bifrost admin reset',
      page: '/settings/administrators',
    });
    await personNamed(api, 'chief', 'Admin');
    expect((await of(null))[0]).toMatchObject({ code: 'no-break-glass', severity: 'hint' });
    const secret = new URL((await api.server.setUpLink())!).hash;
    expect(secret).not.toBe('');
    const admin = { id: randomUUID(), name: 'keeper', password: 'x' };
    const by = { at: now, actor: { kind: 'system', id: 'test' }, cause: null } as const;
    await api.server.ledger.localAdmins.issueLink({ hash: 'h', createdAt: now, expiresAt: now + DAY_MS }, by);
    await api.server.ledger.localAdmins.setUp('h', admin, by);
    expect(await of(null)).toEqual([]);
  });
});

describe('provisioning tokens', () => {
  it('that end within 30 days, that have ended, and none that is live', async () => {
    const provider = await add();
    await call(provider);
    const path = `/api/providers/${provider.id}/tokens`;
    await api.send('POST', path, { body: { name: 'yearly', expiresInDays: 40, keepPrevious: 'none' } });
    expect(codes(await of(provider.id))).toEqual([]);
    now += 15 * DAY_MS;
    const [soon] = (await of(provider.id)).filter(({ code }) => code.startsWith('token'));
    expect(soon).toMatchObject({
      code: 'token-ends',
      severity: 'warning',
      provider: { id: provider.id, name: provider.name },
      command: `bifrost token rotate ${provider.id}`,
      at: new Date(now + 25 * DAY_MS).toISOString(),
    });
    expect(soon!.words).toMatch(/"yearly" \(\.\.\..{4}\) of Contoso \d+ ends on 2027-01-04, in 25 days\.$/);
    now += 26 * DAY_MS;
    expect(codes(await of(provider.id))).toContain('no-live-token');
    expect((await notices()).ok).toBe(false);
    const next = await api.send<{ token: string; endpoint: string }>('POST', path, {
      body: { keepPrevious: 'all' },
    });
    expect(codes(await of(provider.id))).toContain('token-ended');
    // Whoever calls with another one has replaced it.
    await call({ ...provider, scim: { ...provider.scim, token: next.body.token } });
    expect(codes(await of(provider.id))).toEqual([]);
  });
});

describe('the client secret', () => {
  it('by the end that a person typed, which goes with the secret that it is about', async () => {
    const end = (days: number) => new Date(now + days * DAY_MS).toISOString().slice(0, 10);
    const secret = { clientSecret: 'a-secret-of-the-tests', clientSecretExpiresAt: end(20) };
    const { id } = await add({ ...secret, scim: { enabled: false } });
    expect(await of(id)).toMatchObject([
      {
        code: 'client-secret-ends',
        severity: 'warning',
        words: expect.stringMatching(/ends on .{10}, in \d+ days\. So it was typed here/),
        command: `bifrost provider set-secret ${id}`,
        at: `${end(20)}T00:00:00.000Z`,
      },
    ]);
    expect((await api.get(`/api/providers/${id}/health`)).body).toMatchObject({
      clientSecretEndsAt: `${end(20)}T00:00:00.000Z`,
      clientSecretEndSaidBy: 'person',
      clientSecretEndTypedAs: null,
    });
    const edit = (body: object) => api.send<ProviderJson>('PATCH', `/api/providers/${id}`, { body });
    await edit({ clientSecretExpiresAt: end(-1) });
    expect(await of(id)).toMatchObject([{ code: 'client-secret-ended', severity: 'problem' }]);
    const renewed = await edit({ clientSecret: 'another-secret-of-the-tests' });
    expect(renewed.body.connection).not.toHaveProperty('clientSecretExpiresAt');
    expect(await of(id)).toEqual([]);
    for (const wrong of ['soon', '2027-02-30', '2027-05-01T10:00:00+02:00']) {
      const { status, text } = await edit({ clientSecretExpiresAt: wrong });
      expect([status, text]).toEqual([400, expect.stringContaining('/clientSecretExpiresAt')]);
    }
  });
});

describe('the client secret that the file declares', () => {
  it('is changed there: no command is named that would be refused', async () => {
    const [ending] = (await of('entra')).filter(({ code }) => code.startsWith('client-secret'));
    expect(ending).toMatchObject({
      command: null,
      advice: expect.stringContaining('then start again. Correct its end'),
    });
    const body = { clientSecret: 'another-secret' };
    expect((await api.send('PATCH', '/api/providers/entra', { body })).status).toBe(409);
  });
});

describe('who does not call', () => {
  it('an address that Entra cannot reach, until it is called; then a silence of two cycles', async () => {
    const provider = await add();
    expect(provider.scim.unreachable).toBe('127.0.0.1 is this machine alone.');
    expect(await of(provider.id)).toMatchObject([
      { code: 'endpoint-unreachable', severity: 'warning', words: expect.stringContaining('127.0.0.1') },
    ]);
    const keycloak = { kind: 'keycloak', serverUrl: 'https://sso.example.com', realm: 'staff' };
    const near = await add({ ...keycloak, tenantId: undefined });
    expect([near.scim.unreachable, await of(near.id)]).toEqual([null, []]);
    await call(provider);
    expect(await of(provider.id)).toEqual([]);
    now += 3 * 3_600_000;
    const [silent] = await of(provider.id);
    expect(silent).toMatchObject({
      code: 'provider-silent',
      at: new Date(now - 3 * 3_600_000).toISOString(),
    });
    await api.send('PATCH', `/api/providers/${provider.id}`, { body: { enabled: false } });
    expect(await of(provider.id)).toEqual([]);
  });
});

describe('comparing with the directory', () => {
  it('that has not been done for two intervals, where it could be', async () => {
    const every = { reconcile: { mode: 'heal', every: '24h' }, scim: { enabled: false } };
    const could = await add({ ...every, clientSecret: 'a-secret-of-the-tests' });
    const cannot = await add(every);
    now += DAY_MS;
    expect(codes(await of(could.id))).toEqual([]);
    now += 1.5 * DAY_MS;
    expect(await of(could.id)).toMatchObject([
      {
        code: 'directory-not-compared',
        command: `bifrost reconcile ${could.id}`,
        page: `/governance/reconciliation?provider=${could.id}`,
      },
    ]);
    expect(codes(await of(cannot.id))).toEqual([]);
  });
});

describe('the guard', () => {
  it('what waits for a decision, until there is one', async () => {
    const guarded = await guardedProvider(api, { Sales: 3, Lab: 4 });
    const held = (await guarded.put([departmentRule('Sales')])).body;
    const waiting = (await of(guarded.id)).find(({ code }) => code === 'batches-held');
    expect(waiting).toMatchObject({
      command: `bifrost batch show ${held.id}`,
      page: `/governance/held?provider=${guarded.id}`,
    });
    await api.send('POST', `/api/batches/${held.id}/drop`);
    expect(codes(await of(guarded.id))).not.toContain('batches-held');
  });
});

describe('whoever may not look at a thing', () => {
  it('is not told of it, but that there is a problem', async () => {
    await api.send('POST', '/api/roles', { body: { name: 'Watch', permissions: ['system:read'] } });
    const key = await keyOf(api, await personNamed(api, 'watch', 'Watch'));
    const provider = await add();
    const { items } = (await api.get<{ items: { id: string }[] }>(`/api/providers/${provider.id}/tokens`))
      .body;
    for (const { id } of items) await api.send('DELETE', `/api/providers/${provider.id}/tokens/${id}`);
    const named = JSON.stringify((await notices()).items);
    expect([named.includes(provider.name), named.includes('no-live-token')]).toEqual([true, true]);
    const told = (await api.get<NoticesJson>('/api/notices', { key })).body;
    expect([told.ok, told.items.filter((each) => each.provider !== null)]).toEqual([false, []]);
    await api.send('PATCH', `/api/providers/${provider.id}`, { body: { enabled: false } });
  });
});

describe('webhooks', () => {
  it('one that somebody paused is a hint, one whose receiver has gone is a problem', async () => {
    const receiver = createServer((_request, response) => response.writeHead(410).end());
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as { port: number };
    const body = { name: 'crm', url: `http://127.0.0.1:${port}/` };
    const { id } = (await api.send<{ id: string }>('POST', '/api/webhooks', { body })).body;
    await api.send('POST', `/api/webhooks/${id}/pause`);
    expect(await of(null)).toMatchObject([
      { code: 'webhook-paused', severity: 'hint', page: `/governance/webhooks/${id}` },
    ]);
    await api.send('POST', `/api/webhooks/${id}/resume`);
    await api.pushUsers('told@contoso.com');
    await expect.poll(async () => codes(await of(null)), { timeout: 10_000 }).toEqual(['webhook-paused']);
    expect(await of(null)).toMatchObject([{ severity: 'problem', words: expect.stringContaining('410') }]);
    await api.send('DELETE', `/api/webhooks/${id}`);
    receiver.close();
    expect(await of(null)).toEqual([]);
  });
});

describe('what is stored', () => {
  it('that was found broken, until it is found whole', async () => {
    const { id } = await add({ clientSecret: 'a-secret-of-the-tests', scim: { enabled: false } });
    const { ledger } = api.server;
    const by = { at: now, actor: { kind: 'system', id: 'test' }, cause: null } as const;
    const write = async (sealedClientSecret: string) => {
      const { provider } = (await ledger.provider(id))!;
      const connection = { ...provider.settings.connection, sealedClientSecret };
      const { revision, settings } = provider;
      await ledger.saveProvider(
        { ...provider, revision: revision + 1, settings: { ...settings, connection } },
        revision,
        by,
      );
      await api.send('POST', '/api/verify');
    };
    const whole = (await ledger.provider(id))!.provider.settings.connection.sealedClientSecret as string;
    await write('nonsense');
    expect(await of(null)).toMatchObject([
      { code: 'verification-failed', severity: 'problem', command: 'bifrost verify' },
    ]);
    await write(whole);
    expect(await of(null)).toEqual([]);
  });
});
