// People brought from the local Entra over HTTP: looked at first, applied, brought again; and who may not be brought.

import { afterEach, describe, expect, it } from 'vitest';
import { disableUser, editUser, type TenantUser } from '../../simulator/tenant.ts';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import type { RunJson } from '../../src/edge/admin/reconciliation-contract.ts';
import { USER } from '../harness/scim-client.ts';
import { type DirectoryFixture, startDirectory } from './directory-fixture.ts';
import { keys, type Page } from './fixture.ts';

let api: DirectoryFixture;
afterEach(() => api.stop());

const start = () => startDirectory({ scim: { enabled: false }, scope: 'all' });
const importing = '/api/providers/entra/import';
const users = async (query = '') => (await api.get<Page<UserJson>>(`/api/users?limit=500${query}`)).body;
const resume = (id: string) => api.send<RunJson>('POST', `/api/reconciliations/${id}/resume`);

describe('POST /api/providers/{id}/import', () => {
  it('202: a preview changes nothing, and says who would come with what', async () => {
    api = await start();
    const [disabled] = api.people();
    api.entra.changeTenant((tenant) => disableUser(tenant, disabled!.objectId));
    const everybody = api.entra.tenant().users.size;
    const { headers } = await api.send(`POST`, importing, { body: { preview: true } });
    const id = headers.get('location')!.replace('/api/reconciliations/', '');
    const run = await api.ended(id);
    expect(run).toMatchObject({
      channel: 'import',
      phase: 'waiting',
      outcome: null,
      preview: true,
      filter: null,
    });
    expect(run.previewed).toMatchObject({ create: everybody - 1, update: 0, unchanged: 0, skipped: 1 });
    expect(run.previewed!.roles).toMatchObject({ Viewer: expect.any(Number) });
    expect(run.previewed!.first).toHaveLength(everybody);
    const shown = run.previewed!.first.find(({ directoryId }) => directoryId === disabled!.objectId);
    expect(shown).toMatchObject({ becomes: 'skipped', why: expect.stringContaining('disabled'), role: null });
    const [, somebody] = api.people();
    expect(run.previewed!.first.find(({ directoryId }) => directoryId === somebody!.objectId)).toMatchObject({
      userName: somebody!.userPrincipalName,
      becomes: 'created',
      role: 'Viewer',
      businessUnits: [somebody!.department],
    });
    expect((await users()).total).toBe(0);
    const state = await api.get<{ waiting: RunJson | null }>('/api/providers/entra/reconciliation');
    expect(state.body.waiting?.id).toBe(id);
  });

  it('202: applied it makes them, and the same again changes nothing', async () => {
    api = await start();
    const preview = await api.run('import', { preview: true });
    expect((await resume(preview.id)).status).toBe(202);
    expect((await resume(preview.id)).status).toBe(409);
    const applied = await api.ended(preview.id);
    const everybody = api.entra.tenant().users.size;
    expect(applied).toMatchObject({ phase: 'done', outcome: 'complete', healed: everybody, progress: 1 });
    const made = await users();
    expect(made.total).toBe(everybody);
    expect(made.items.every(({ role }) => role !== null)).toBe(true);
    const events = await api.eventsOf(async () => {
      const again = await api.run('import', { preview: false });
      expect(again).toMatchObject({ outcome: 'complete', drift: [], healed: 0 });
    });
    expect(events.map(({ type }) => type)).toEqual(['import.started', 'import.finished']);
  });

  it('202: brings those of a department alone', async () => {
    api = await start();
    const { department } = api.people()[3]!;
    const wanted = [...api.entra.tenant().users.values()].filter((each) => each.department === department);
    const run = await api.run('import', { preview: false, filter: { department } });
    expect(run).toMatchObject({ filter: { department }, healed: wanted.length, outcome: 'complete' });
    const names = (await users()).items.map(({ userName }) => userName);
    expect(names.sort()).toEqual(wanted.map(({ userPrincipalName }) => userPrincipalName).sort());
  });

  it('202: of nobody is complete, whoever another import brought before', async () => {
    api = await start();
    await api.run('import', { preview: false });
    const run = await api.run('import', { preview: false, filter: { department: 'Nowhere' } });
    expect(run).toMatchObject({ outcome: 'complete', problems: [], compared: 0 });
  });

  it('202: applied it also tells what changed of those who are here, as the preview said', async () => {
    api = await start();
    await api.run('import', { preview: false });
    const [moved, promoted] = api.people() as [TenantUser, TenantUser];
    api.entra.changeTenant((tenant) => editUser(tenant, moved.objectId, { department: 'Elsewhere' }));
    api.entra.changeTenant((tenant) => editUser(tenant, promoted.objectId, { jobTitle: 'Harbour master' }));
    const preview = await api.run('import', { preview: true });
    const everybody = api.entra.tenant().users.size;
    expect(preview.previewed).toMatchObject({ create: 0, update: 2, unchanged: everybody - 2, skipped: 0 });
    const before = await users(`&search=${moved.userPrincipalName}`);
    expect(before.items[0]?.businessUnits.map(({ name }) => name)).toEqual([moved.department]);
    await resume(preview.id);
    const applied = await api.ended(preview.id);
    expect(applied).toMatchObject({ outcome: 'complete', compared: everybody, matched: everybody });
    const after = await users(`&search=${moved.userPrincipalName}`);
    expect(after.items[0]?.businessUnits.map(({ name }) => name)).toEqual(['Elsewhere']);
    const again = await api.run('import', { preview: true });
    expect(again.previewed).toMatchObject({ update: 0, unchanged: everybody });
  });

  it('202: applied it leaves alone whoever arrived by SCIM since the preview', async () => {
    api = await startDirectory({ scope: 'all' });
    const preview = await api.run('import', { preview: true });
    const [early] = api.people() as [TenantUser];
    await api.scim.post('/Users', {
      schemas: [USER],
      userName: early.userPrincipalName,
      externalId: early.objectId,
      active: true,
    });
    await resume(preview.id);
    const everybody = api.entra.tenant().users.size;
    expect(await api.ended(preview.id)).toMatchObject({
      outcome: 'complete',
      healed: everybody - 1,
      skipped: [
        { name: early.userPrincipalName, category: 'missing-here', why: 'They are not missing any more.' },
      ],
    });
    expect((await users()).total).toBe(everybody);
  });

  it('a preview that is discarded makes nobody', async () => {
    api = await start();
    const { id } = await api.run('import', { preview: true });
    expect((await api.send('POST', `/api/reconciliations/${id}/discard`)).status).toBe(200);
    expect((await resume(id)).problem).toMatchObject({ status: 409, outcome: 'discarded' });
    expect((await users()).total).toBe(0);
  });

  it('409: where SCIM alone makes users', async () => {
    api = await startDirectory({ claimsSyncMode: 'scim' });
    const { problem } = await api.send('POST', importing, { body: { preview: true } });
    expect(problem).toMatchObject({
      status: 409,
      detail: expect.stringContaining('claimsSyncMode'),
      advice: expect.stringContaining('pending'),
    });
  });

  it('400, 403, 404: for what they are', async () => {
    api = await start();
    const send = (body: unknown) => api.send('POST', importing, { body });
    expect((await send({})).problem.detail).toContain('preview is missing');
    expect((await send({ preview: true, filter: { team: 'x' } })).status).toBe(400);
    expect((await send({ preview: true, filter: { group: '' } })).status).toBe(400);
    const elsewhere = await api.send('POST', '/api/providers/nobody/import', { body: { preview: true } });
    expect(elsewhere.status).toBe(404);
    const refused = await api.send('POST', importing, { body: { preview: true }, key: keys.developer });
    expect(refused.problem).toMatchObject({ status: 403, permission: 'reconciliations:import' });
  });
});
