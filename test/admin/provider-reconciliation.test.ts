// Comparing with the local Entra over HTTP: how it stands for a provider, who is pending, single rows healed by a person.

import { afterEach, describe, expect, it } from 'vitest';
import { disableUser } from '../../simulator/tenant.ts';
import type { ReconciliationStateJson } from '../../src/edge/admin/directory-state.ts';
import type { PendingJson } from '../../src/edge/admin/provider-reconciliation.ts';
import type { DriftJson } from '../../src/edge/admin/reconciliation-contract.ts';
import type { WholeRunJson } from '../../src/edge/admin/whole-run.ts';
import { sha256Hex } from '../../src/secret.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { type DirectoryFixture, startDirectory } from './directory-fixture.ts';
import { type Page, told } from './fixture.ts';
import { adminNamed, keyOf, personNamed } from './signed-in.ts';
import { beginWritten, endWritten } from './written-run.ts';

let api: DirectoryFixture;
afterEach(() => api.stop());

const state = async () =>
  (await api.get<ReconciliationStateJson>('/api/providers/entra/reconciliation')).body;
type Pending = Page<PendingJson> & { run: string | null; asOf: string | null };
const pending = async (query = '') => (await api.get<Pending>(`/api/providers/entra/pending${query}`)).body;

/** As SCIM brings somebody of the directory. */
async function push(objectId: string): Promise<string> {
  const user = api.entra.tenant().users.get(objectId)!;
  const { resource } = await api.scim.post('/Users', {
    schemas: [USER, ENTERPRISE],
    userName: user.userPrincipalName,
    externalId: objectId,
    active: true,
    [ENTERPRISE]: { department: user.department },
  });
  return resource.id;
}

describe('GET /api/providers/{id}/reconciliation', () => {
  it('200: mode, last and next run', async () => {
    api = await startDirectory({ reconcile: { mode: 'report', every: '6h' } });
    expect(await state()).toMatchObject({
      mode: 'report',
      every: '6h',
      scope: 'assigned',
      directory: 'Microsoft Graph',
      obstacle: null,
      nextDueAt: expect.any(String),
      last: null,
      lastComplete: null,
      underWay: null,
      waiting: null,
    });
    const run = await api.run('reconcile');
    const after = await state();
    expect(after).toMatchObject({ last: { id: run.id }, lastComplete: { id: run.id, mode: 'report' } });
    const dueInMs = Date.parse(after.nextDueAt!) - Date.parse(run.startedAt);
    expect(dueInMs).toBeGreaterThanOrEqual(6 * 3_600_000);
    expect(dueInMs).toBeLessThan(7 * 3_600_000);
  });

  it('200: the effective mode, and what is in the way', async () => {
    api = await startDirectory({ claimsSyncMode: 'scim' });
    expect(await state()).toMatchObject({ mode: 'report', obstacle: null });
    const oidc = { kind: 'oidc', issuer: 'https://login.example.com', clientId: 'x' };
    for (const [name, more, why] of [
      ['plain', {}, 'no directory API'],
      ['resting', { enabled: false }, 'disabled'],
    ] as const) {
      await api.send('POST', '/api/providers', { body: { ...oidc, name, ...more } });
      const { body } = await api.get<ReconciliationStateJson>(`/api/providers/${name}/reconciliation`);
      expect(body).toMatchObject({
        directory: null,
        nextDueAt: null,
        obstacle: expect.stringContaining(why),
      });
      const begun = await api.send('POST', `/api/providers/${name}/reconcile`);
      expect(begun.problem).toMatchObject({ status: 409, detail: expect.stringContaining(why) });
    }
  });
});

describe('GET /api/directories', () => {
  const directories = async () =>
    (await api.get<Page<ReconciliationStateJson>>('/api/directories')).body.items;

  it('200: every provider, what is open, who is pending, and why nobody can be imported', async () => {
    api = await startDirectory({ reconcile: { mode: 'report' }, scope: 'all' });
    const plain = { kind: 'oidc', issuer: 'https://login.example.com', clientId: 'x', name: 'plain' };
    await api.send('POST', '/api/providers', { body: plain });
    const [entra, other] = await directories();
    expect(entra).toMatchObject({
      name: 'entra',
      kind: 'entra',
      obstacle: null,
      importObstacle: null,
      open: null,
      pending: null,
    });
    expect(other).toMatchObject({
      name: 'plain',
      importObstacle: expect.stringContaining('no directory API'),
    });

    const [gone] = api.people();
    await push(gone!.objectId);
    api.entra.changeTenant((tenant) => disableUser(tenant, gone!.objectId));
    const run = await api.run('reconcile');
    const missing = api.entra.tenant().users.size - 1;
    const [after] = await directories();
    expect(after).toMatchObject({ pending: missing, open: { run: run.id, people: missing + 1, held: 0 } });
    expect(after!.open!.rows).toBeGreaterThanOrEqual(missing + 1);
  });

  it('200: SCIM alone brings people', async () => {
    api = await startDirectory({ claimsSyncMode: 'scim' });
    const [entra] = await directories();
    expect(entra).toMatchObject({
      obstacle: null,
      importObstacle: expect.stringContaining('claimsSyncMode'),
    });
  });
});

describe('GET /api/reconciliations/{id}', () => {
  it('200: names whoever began it', async () => {
    api = await startDirectory();
    const nameOf = async (kind: 'user' | 'admin' | 'key' | 'system', id: string) => {
      const run = await beginWritten(api, { by: { kind, id } });
      await endWritten(api, run);
      return (await api.get<WholeRunJson>(`/api/reconciliations/${run.id}`)).body.startedByName;
    };
    const person = await personNamed(api, 'Starter', 'Admin');
    expect(await nameOf('user', person.id)).toBe('Starter');
    expect(await nameOf('user', 'nobody')).toBeNull();
    expect(await nameOf('admin', (await adminNamed(api, 'Glass')).id)).toBe('Glass');
    expect(await nameOf('system', 'local')).toBe("the operator's shell");
    expect(await nameOf('system', 'reconciliation')).toBeNull();
    const key = await api.server.ledger.apiKeys.ever(sha256Hex(await keyOf(api, person)));
    expect(await nameOf('key', key!.id)).toBe('for a test of Starter');
    const declared = await api.run('reconcile');
    expect(declared.startedByName).toBe('ops');
  });
});

describe('GET /api/providers/{id}/pending', () => {
  it('200: who is assigned and has not arrived, since when, until they do', async () => {
    api = await startDirectory({ claimsSyncMode: 'scim' });
    expect(await pending()).toEqual({ items: [], nextCursor: null, total: 0, run: null, asOf: null });
    const first = await api.run('reconcile');
    const all = await pending('?limit=500');
    expect(all).toMatchObject({ run: first.id, asOf: first.startedAt, nextCursor: null });
    expect(all.items).toHaveLength(all.total);
    expect(all.total).toBeGreaterThan(5);
    const page = await pending('?limit=2');
    const [one, two] = page.items as [PendingJson, PendingJson];
    expect((await pending(`?limit=500&cursor=${page.nextCursor}`)).items).toEqual(all.items.slice(2));
    expect(one).toMatchObject({ since: first.startedAt, why: expect.stringContaining('SCIM has not') });
    expect((await pending(`?search=${encodeURIComponent(one.userName.toUpperCase())}`)).items).toEqual([one]);

    await push(one.directoryId);
    expect((await pending('?limit=1')).items).toEqual([two]);
    const second = await api.run('reconcile');
    const now = await pending('?limit=500');
    expect(now.run).toBe(second.id);
    expect(now.total).toBe(all.total - 1);
    expect(now.items.find(({ directoryId }) => directoryId === two.directoryId)).toEqual(two);
  });
});

describe('POST /api/reconciliations/{id}/drift/heal', () => {
  it('200: heals that row although the run only reported, and skips what is not so any more', async () => {
    api = await startDirectory({ reconcile: { mode: 'report' }, scope: 'all' });
    const [gone, back, other] = api.people().map(({ objectId }) => objectId) as [string, string, string];
    const ids = [await push(gone), await push(back), await push(other)];
    for (const each of [gone, back]) api.entra.changeTenant((tenant) => disableUser(tenant, each));
    const run = await api.run('reconcile');
    const path = `/api/reconciliations/${run.id}/drift`;
    const { items } = (await api.get<Page<DriftJson>>(`${path}?category=disabled-there`)).body;
    expect(items.map(({ state }) => state)).toEqual(['open', 'open']);
    const rowOf = (user: string) => items.find((row) => row.user === user)!.id;
    api.entra.changeTenant((tenant) => ({
      ...tenant,
      users: new Map(
        [...tenant.users].map(([id, user]) => [id, id === back ? { ...user, accountEnabled: true } : user]),
      ),
    }));
    const events = await api.eventsOf(async () => {
      const { body } = await api.send('POST', `${path}/heal`, {
        body: { rows: [rowOf(ids[0]!), rowOf(ids[1]!)] },
      });
      expect(body).toEqual({
        healed: [rowOf(ids[0]!)],
        skipped: [{ id: rowOf(ids[1]!), why: 'Another look showed that it is not so any more.' }],
      });
    });
    expect(told(events)).toContain(`user.suspended -> user ${ids[0]}`);
    expect(told(events)).not.toContain(`user.suspended -> user ${ids[1]}`);
    expect(events.map(({ type }) => type)).toContain('drift.healed');
    expect((await api.get<{ healed: number }>(`/api/reconciliations/${run.id}`)).body.healed).toBe(1);
  });
});

describe('POST /api/providers/{id}/reconcile', () => {
  it('403: to heal where the provider only reports needs the permission to heal by hand', async () => {
    api = await startDirectory({ reconcile: { mode: 'report' } });
    const role = { name: 'Runner', permissions: ['reconciliations:read', 'reconciliations:run'] };
    await api.send('POST', '/api/roles', { body: role });
    const key = await keyOf(api, await personNamed(api, 'runner', 'Runner'));
    const begin = (body: object) => api.send('POST', '/api/providers/entra/reconcile', { body, key });
    expect((await begin({ mode: 'heal' })).problem.permission).toBe('reconciliations:heal');
    const { status, body } = await begin({});
    expect([status, body]).toEqual([202, expect.objectContaining({ mode: 'report' })]);
    await api.ended((body as { id: string }).id);
    const cancelled = await api.send('POST', `/api/reconciliations/${(body as { id: string }).id}/cancel`, {
      key,
    });
    expect(cancelled.status).toBe(409);
  });
});

describe('POST /api/providers/{id}/reconcile of a provider that is switched off', () => {
  it('202: reports, unless somebody says to heal', async () => {
    api = await startDirectory({ reconcile: { mode: 'off' } });
    expect((await api.run('reconcile')).mode).toBe('report');
    expect((await api.run('reconcile', { mode: 'heal' })).mode).toBe('heal');
  });
});

describe('PATCH /api/providers/{id}', () => {
  it('200: edits how a provider of the API is compared', async () => {
    api = await startDirectory();
    const body = { name: 'Second', kind: 'entra', tenantId: api.entra.tenantId, clientId: 'x' };
    const { id } = (await api.send<{ id: string }>('POST', '/api/providers', { body })).body;
    const edit = { reconcile: { mode: 'off', every: '12h' }, scope: 'all', guard: { percent: 5 } };
    const edited = await api.send('PATCH', `/api/providers/${id}`, { body: edit });
    expect(edited.body).toMatchObject({ ...edit, guard: { percent: 5, count: 500 } });
    const shown = (await api.get<ReconciliationStateJson>(`/api/providers/${id}/reconciliation`)).body;
    expect(shown).toMatchObject({ mode: 'off', every: '12h', scope: 'all', nextDueAt: null });
  });
});
