// What every list takes: limit, cursor and each order that the OpenAPI document names for it, whose pages make up the whole.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../src/edge/admin/openapi.ts';
import { type Fixture, type Page, startFixture } from './fixture.ts';
import { by } from './signed-in.ts';
import { beginWritten, endWritten } from './written-run.ts';

interface Operation {
  parameters?: { name: string; schema: { enum?: string[] } }[];
}
const { paths } = openApi('test') as { paths: Record<string, { get?: Operation }> };
const parametersOf = (path: string) => paths[path]?.get?.parameters ?? [];
const lists = Object.keys(paths)
  .filter((path) => parametersOf(path).some(({ name }) => name === 'limit'))
  .flatMap((path) =>
    (parametersOf(path).find(({ name }) => name === 'sort')?.schema.enum ?? ['none']).map((sort) => [
      path,
      sort,
    ]),
  );

let api: Fixture;
let ids: Record<string, string>;

beforeAll(async () => {
  api = await startFixture();
  const users = await api.pushUsers('amara@contoso.com/Sales', 'bo@contoso.com/Sales');
  await api.pushGroup('Readers', users);
  ids = {
    users: users[0]!,
    teams: 'Readers',
    'business-units': 'Sales',
    providers: 'entra',
    roles: 'Admin',
    plans: await planned(),
    webhooks: await webhook(),
    ...(await writtenRun()),
  };
});
afterAll(() => api.stop());

/** Where nobody listens. */
async function webhook(): Promise<string> {
  const body = { name: 'Nowhere', url: 'https://nowhere.example/' };
  return (await api.send<{ id: string }>('POST', '/api/webhooks', { body })).body.id;
}

/** A plan of which both people are. */
async function planned(): Promise<string> {
  const body = { attributeRoleMappings: [] };
  const { id } = (await api.send<{ id: string }>('POST', '/api/providers/entra/plan?wait=0', { body })).body;
  for (let looks = 0; looks < 500; looks++) {
    const { state } = (await api.get<{ state: string }>(`/api/plans/${id}`)).body;
    if (state === 'ready') return id;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the plan does not end');
}

/** A run with differences, of which some are held. */
async function writtenRun(): Promise<{ reconciliations: string; batches: string }> {
  const rows = ['one', 'two', 'three'].flatMap((name) => [
    { category: 'missing-here', name, directoryId: name, state: 'open', takes: false } as const,
    { category: 'disabled-there', name, directoryId: name, state: 'due', takes: true } as const,
  ]);
  const run = await beginWritten(api, { rows });
  const id = 'a-held-batch';
  const { provider } = run;
  const body = { limits: { percent: 20, count: 500 }, takenBefore: 0, categories: { 'disabled-there': 3 } };
  const about = { people: 3, active: 10, body, createdAt: run.startedAt };
  const batch = { id, provider, source: 'reconciliation', origin: run.id, ...about } as const;
  await api.server.ledger.heldBatches.hold(batch, by(run.startedAt), [], { rowsOf: run.id });
  await endWritten(api, run);
  return { reconciliations: run.id, batches: id };
}

describe('every list', () => {
  it.each(lists as [string, string][])('%s by %s, page by page', async (template, sort) => {
    const kind = template.split('/')[2]!;
    const ordered = sort === 'none' ? '' : `sort=${sort}&`;
    const path = `${template.replace('{id}', ids[kind]!)}?${ordered}`;
    const whole = (await api.get<Page<object>>(`${path}limit=3`)).body.items;
    const found: object[] = [];
    let cursor: string | null = '';
    while (cursor !== null && found.length < whole.length) {
      const from = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: Page<object> = (await api.get<Page<object>>(`${path}limit=1${from}`)).body;
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(found).toEqual(whole);
  });
});
