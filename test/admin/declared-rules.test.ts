// Rules of the configuration file under the guard: what takes too much waits for a person, once, whatever is started how often.

import { afterEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config.ts';
import { applyDeclared } from '../../src/declared.ts';
import type { WholeBatchJson } from '../../src/edge/admin/batch-contract.ts';
import { providerBlock } from '../harness/server.ts';
import { type Fixture, keys, type Page, startFixture, userBody } from './fixture.ts';
import { decide, departmentRule, type Mappings } from './guarded-provider.ts';

const TOKEN = 'a-provisioning-token-of-the-file';

let api: Fixture;
afterEach(() => api.stop());

const block = (role: string) => ({
  ...providerBlock('file', TOKEN),
  tenantId: '5d1c0c5e-7f0a-4d57-b8a5-8f4a1b7f2f11',
  clientId: 'x',
  attributeRoleMappings: [departmentRule(role)],
});

const configOf = (department: string) => ({
  apiKeys: [{ name: 'ops', key: keys.admin, role: 'Admin' }],
  providers: [block(department)],
});

async function start(): Promise<void> {
  api = await startFixture({ config: configOf('*') });
  const send = (name: string) =>
    fetch(`${api.server.scim}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(userBody(name)),
    });
  for (let n = 0; n < 12; n++) await send(`person${n}@x.example/${n < 4 ? 'Sales' : 'Lab'}`);
}

/** What a start with that file does to the store; gives what it warns of. */
async function startWith(department: string): Promise<string[]> {
  const said: string[] = [];
  const settings = readSettings({ env: {}, config: configOf(department) });
  await applyDeclared(api.server.ledger, settings, { now: Date.now }, (warning) => said.push(warning));
  return said;
}

const batches = async () => (await api.get<Page<WholeBatchJson>>('/api/batches')).body.items;
const rules = async () =>
  (await api.get<Mappings>('/api/providers/file/mappings')).body.attributeRoleMappings.map(
    ({ value }) => value,
  );

describe('a file whose rules take something from many', () => {
  it('is held and the former rules stay; a start with the same file makes no second batch', async () => {
    await start();
    expect(await startWith('*')).toEqual([]);
    const [warning] = await startWith('Sales');
    const [held, ...more] = await batches();
    expect(more).toEqual([]);
    expect(held).toMatchObject({
      source: 'rules',
      state: 'held',
      people: 8,
      active: 12,
      origin: 'configuration',
    });
    expect(warning).toContain('take something from 8 of 12 active users');
    expect(warning).toContain(`bifrost batch approve ${held!.id}`);
    expect(await rules()).toEqual(['*']);
    expect(await startWith('Sales')).toEqual([warning]);
    expect(await batches()).toHaveLength(1);

    expect((await decide(api, held!.id, 'approve')).body.state).toBe('applied');
    expect(await rules()).toEqual(['Sales']);
    expect(await startWith('Sales')).toEqual([]);
  });

  it('once dropped, or taken back, is warned of and not held again; another change of it is', async () => {
    await start();
    await startWith('Sales');
    const [held] = await batches();
    await decide(api, held!.id, 'drop');
    const [warning] = await startWith('Sales');
    expect(warning).toContain(`Somebody dropped them before (batch ${held!.id})`);
    expect(await batches()).toHaveLength(1);
    await startWith('Nobody');
    expect((await batches()).map(({ state }) => state)).toEqual(['held', 'dropped']);
    await decide(api, (await batches())[0]!.id, 'approve');
    await decide(api, (await batches())[0]!.id, 'undo');
    expect((await startWith('Nobody'))[0]).toContain('Somebody took them back before');
    expect(await batches()).toHaveLength(2);
    expect(await rules()).toEqual(['*']);
  });

  it('of which a person dropped much is applied when it takes little by then', async () => {
    await start();
    await startWith('Sales');
    await decide(api, (await batches())[0]!.id, 'drop');
    for (const { id } of (await api.get<Page<{ id: string; userName: string }>>('/api/users?limit=500')).body
      .items) {
      const { body } = await api.get<{ businessUnits: { name: string }[] }>(`/api/users/${id}`);
      if (body.businessUnits[0]?.name !== 'Lab') continue;
      const headers = { authorization: `Bearer ${TOKEN}` };
      await fetch(`${api.server.scim}/Users/${id}`, { method: 'DELETE', headers });
    }
    expect(await startWith('Sales')).toEqual([]);
    expect(await rules()).toEqual(['Sales']);
  });
});
