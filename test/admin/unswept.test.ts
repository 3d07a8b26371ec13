// Answers between a change of rules and the sweep that follows it: here the sweep never comes, and all are right.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { readSettings } from '../../src/config.ts';
import { registerAdmin } from '../../src/edge/admin/admin.ts';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import { systemRoles } from '../../src/edge/admin/permissions.ts';
import { passwords } from '../../src/edge/oidc/passwords.ts';
import { newId } from '../../src/id.ts';
import { loadKeyRing } from '../../src/key-ring.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/ledger.ts';
import { createLogger } from '../../src/log.ts';
import { decideUserCreate } from '../../src/mapping/decide.ts';
import { createMetrics } from '../../src/metrics.ts';
import { reach } from '../../src/provider/reach.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import type { Page } from './fixture.ts';

let app: FastifyInstance;
let ledger: Ledger;
let directory: string;
let user: string;
let sweepWanted = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bifrost-unswept-'));
  ledger = openSqliteLedger(directory);
  await ledger.seedRoles(systemRoles, { at: 1, actor: { kind: 'system', id: 'test' }, cause: null });
  app = Fastify();
  const parts = {
    ledger,
    clock: systemClock,
    settings: readSettings({ env: { BIFROST_DATA_DIR: directory }, config: {} }),
    log: createLogger({ level: 'silent' }),
    isStopping: () => false,
    metrics: createMetrics({ version: 'test', engine: 'sqlite' }),
    keys: loadKeyRing({ dataDir: directory, secretKey: null, formerSecretKey: null }, { mayMake: true }),
    version: 'test',
    publicUrl: () => 'http://127.0.0.1',
    isLocal: () => true,
    isOwn: () => false,
    apiKeys: [],
    passwords: passwords(),
    reach: reach({
      outbound: { fetch: () => Promise.reject(new Error('nobody is asked')) },
      clock: systemClock,
      development: false,
      secretOf: () => null,
    }),
    reconciling: {
      wake: () => {},
      schedule: () => {},
      stop: async () => {},
      dueAt: async () => null,
      begin: () => Promise.reject(new Error('nothing is compared')),
      heal: () => Promise.reject(new Error('nothing is compared')),
    },
    sessionRules: () => ({ refreshAfterMs: 900_000, capMs: 86_400_000 }),
    delivering: {
      wake: () => {},
      schedule: () => {},
      stop: async () => {},
      test: () => Promise.reject(new Error('nothing is sent')),
      again: () => Promise.reject(new Error('nothing is sent')),
    },
    wakeWork: () => {
      sweepWanted++;
    },
  };
  await registerAdmin(app, parts, ledger);

  const block = { name: 'x', kind: 'oidc', clientId: 'x', issuer: 'https://id.contoso.com' };
  await ask('POST', '/api/providers', block);
  await put({ attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }] });
  user = await addUser('amara', 'Sales');
});
afterAll(async () => {
  await app.close();
  await ledger.close();
  await rm(directory, { recursive: true, force: true });
});

async function addUser(userName: string, department: string): Promise<string> {
  const id = newId();
  await ledger.transact({
    provider: 'x',
    needs: {},
    decide({ state }) {
      const context = { state, at: Date.now(), actor: { kind: 'system' as const, id: 'test' }, cause: null };
      const document = { schemas: [USER], userName, [ENTERPRISE]: { department } };
      const made = { id, formerly: null };
      return { changes: decideUserCreate(context, made, { document, unlisted: {} }).changes, answer: null };
    },
  });
  return id;
}

async function ask<Body>(method: 'GET' | 'POST' | 'PUT', url: string, payload?: object): Promise<Body> {
  const answer = await app.inject({ method, url, ...(payload && { payload }) });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.json<Body>();
}
const put = async (rules: object) => {
  const { lose } = await ask<{ lose: number }>('POST', '/api/providers/x/plan', rules);
  return ask('PUT', `/api/providers/x/mappings?confirm=${lose}`, rules);
};
const members = async (unit: string) =>
  (await ask<Page<{ sources: object[] }>>('GET', `/api/business-units/${unit}/members`)).items;

describe('before the sweep has come', () => {
  it('a gain and a loss show everywhere', async () => {
    expect(await members('Sales')).toHaveLength(1);
    await put({
      attributeRoleMappings: [{ attribute: 'department', value: 'Sales', role: 'Viewer' }],
      attributeBusinessUnitMappings: [],
    });
    expect(sweepWanted).toBeGreaterThan(0);
    expect(await ledger.staleUsers()).toBe(1);

    const wanted = { role: { name: 'Viewer' }, businessUnits: [] };
    expect((await ask<Page<UserJson>>('GET', '/api/users')).items[0]).toMatchObject(wanted);
    expect(await ask('GET', `/api/users/${user}`)).toMatchObject(wanted);
    expect(await ask('GET', `/api/access?id=${user}`)).toMatchObject(wanted);
    expect(await ask('GET', `/api/users/${user}/access`)).toMatchObject({
      ...wanted,
      pending: true,
      role: { sources: [{ since: null, cause: null }] },
    });
    expect(await members('Sales')).toEqual([]);
    expect(await ask('GET', '/api/status')).toMatchObject({ sweep: { running: true, staleUsers: 1 } });
  });

  it('and the sweep makes it the stored state', async () => {
    while (await ledger.work(Date.now()));
    expect(await ask('GET', `/api/users/${user}/access`)).toMatchObject({
      pending: false,
      role: { name: 'Viewer', sources: [{ since: expect.any(String) }] },
    });
    expect(await ask('POST', '/api/verify')).toMatchObject({ ok: true });
  });
});

describe('lists by what people have, before the sweep has come', () => {
  const sales = Array.from({ length: 60 }, (_, n) => `seller${String(n).padStart(2, '0')}`);
  const list = (path: string) => ask<Page<UserJson> & { pending?: boolean }>('GET', path);

  beforeAll(async () => {
    await put({
      attributeRoleMappings: [{ attribute: 'department', value: 'Shop', role: 'Viewer' }],
      attributeBusinessUnitMappings: [{ attribute: 'userName', value: '*', businessUnit: 'All' }],
    });
    for (const name of sales) await addUser(name, 'Shop');
    while (await ledger.work(Date.now()));
    const all = await list('/api/users?businessUnit=All&limit=500');
    expect([all.items.length, all.pending]).toEqual([61, undefined]);
    await put({
      attributeRoleMappings: [{ attribute: 'userName', value: 'seller0*', role: 'Viewer' }],
      attributeBusinessUnitMappings: [{ attribute: 'userName', value: 'seller5*', businessUnit: 'All' }],
    });
    expect(await ledger.staleUsers()).toBe(61);
  });

  const fifties = sales.slice(50);
  const names = ({ items }: Page<UserJson>) => items.map((each) => each.userName);

  it.each([
    ['/api/users?businessUnit=All', fifties],
    ['/api/users?businessUnit=All&sort=-userName', [...fifties].reverse()],
    ['/api/business-units/All/members', fifties],
    ['/api/business-units/All/members?sort=-userName', [...fifties].reverse()],
    ['/api/business-units/All/members?search=SELLER57', ['seller57']],
    ['/api/users?role=Viewer', sales.slice(0, 10)],
    ['/api/users?role=none', ['amara']],
    ['/api/users?role=Viewer&businessUnit=All', []],
  ])('%s shows nobody who does not fit any more', async (path, wanted) => {
    const page = await list(path);
    expect(names(page)).toEqual(wanted);
    expect(page).toMatchObject({ pending: true, totalIsCapped: true, nextCursor: null });
  });

  it('pages are filled up, and lead to the end', async () => {
    for (const start of ['/api/users?businessUnit=All&limit=7', '/api/business-units/All/members?limit=7']) {
      const found: string[] = [];
      let cursor: string | null = '';
      for (let reads = 0; cursor !== null && reads < 10; reads++) {
        const page: Page<UserJson> = await list(cursor === '' ? start : `${start}&cursor=${cursor}`);
        found.push(...names(page));
        cursor = page.nextCursor;
      }
      expect(found).toEqual(fifties);
    }
  });

  it('one request reads on so far and no further', async () => {
    const page = await list('/api/users?businessUnit=All&limit=1');
    expect([page.items, page.nextCursor]).toEqual([[], expect.any(String)]);
  });

  it('an answer is not pending any more when everybody was reached', async () => {
    while (await ledger.work(Date.now()));
    const page = await list('/api/users?businessUnit=All');
    expect([names(page), page.pending, page.total]).toEqual([fifties, undefined, 10]);
  });
});
