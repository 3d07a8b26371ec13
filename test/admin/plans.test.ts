// A plan under its id: made beside the requests, everybody it is about page by page and as a file, stale when the rules change,
// ended by whoever asked for it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanStateJson } from '../../src/edge/admin/plans.ts';
import type { PlannedJson, RulesPlanJson } from '../../src/edge/admin/rules-plan.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';
import { departmentRule, guardedProvider, titleRule } from './guarded-provider.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

type There = Awaited<ReturnType<typeof guardedProvider>>;

const people = (id: string, query = '') => api.get<Page<PlannedJson>>(`/api/plans/${id}/people${query}`);
const state = (id: string) => api.get<PlanStateJson>(`/api/plans/${id}`);
const namesOf = ({ items }: Page<PlannedJson>) => items.map(({ user }) => user.userName.split('.')[0]);

async function begin({ id }: There, body: object, headers = {}) {
  const asked = await api.send<PlanStateJson>('POST', `/api/providers/${id}/plan?wait=0`, { body, headers });
  expect(asked.status).toBe(202);
  expect(asked.headers.get('location')).toBe(`/api/plans/${asked.body.id}`);
  return asked.body;
}

async function made(id: string): Promise<RulesPlanJson> {
  for (let i = 0; i < 500; i++) {
    const { body } = await state(id);
    if (body.state === 'ready') return body.plan!;
    expect(body.state, body.problem ?? '').toBe('planning');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the plan does not end');
}

/** Sales lose signing in, Lab a business unit each, Office gain a better role; one of Lab is suspended. */
async function planned() {
  const there = await guardedProvider(api, { Sales: 3, Lab: 2, Office: 4 }, [departmentRule('*')]);
  const units = [{ attribute: 'department', value: 'Lab', businessUnit: 'Laboratory' }];
  const address = `/api/providers/${there.id}/mappings`;
  await api.send('PUT', address, { body: { attributeBusinessUnitMappings: units } });
  // What that brings about beside the requests has happened before anything is planned.
  await api.settled();
  const lab = there.ids()[3]!;
  await there.scim.patch(`/Users/${lab}`, [{ op: 'replace', path: 'active', value: false }]);
  const rules = [departmentRule('Lab'), departmentRule('Office', 'Developer')];
  const body = { attributeRoleMappings: rules, attributeBusinessUnitMappings: [] };
  const plan = await api.send<RulesPlanJson>('POST', `/api/providers/${there.id}/plan`, { body });
  return { there, body, plan: plan.body };
}

describe('POST /api/providers/{id}/plan', () => {
  it('adds up what each role, team and business unit gains and loses, and says what changes', async () => {
    const { plan } = await planned();
    expect(plan).toMatchObject({ lose: 4, suspendedLose: 1, loseSignIn: 3, gain: 4, affected: 9, named: 9 });
    const named = ({ items }: RulesPlanJson['totals']['role']) =>
      items.map(({ name, gain, lose }) => [name, gain, lose]);
    expect(named(plan.totals.role)).toEqual([
      ['Viewer', 0, 3],
      ['Developer', 4, 0],
    ]);
    expect(named(plan.totals.businessUnit)).toEqual([['Laboratory', 0, 2]]);
    expect(plan.totals.team).toEqual({ count: 0, items: [] });
    expect(plan.changes).toEqual({
      changed: ['attributeRoleMappings', 'attributeBusinessUnitMappings'],
      added: [
        'department = "Lab" gives the role "Viewer"',
        'department = "Office" gives the role "Developer"',
      ],
      taken: [
        'department = "*" gives the role "Viewer"',
        'department = "Lab" gives the business unit "Laboratory"',
      ],
      other: [],
    });
  });

  it('202 with wait=0: is made beside the requests, and is the same', async () => {
    const { there, body, plan } = await planned();
    const begun = await begin(there, body);
    expect(begun).toMatchObject({ provider: { id: there.id }, ruleset: plan.ruleset, isStale: false });
    const { id, at, position, ...same } = await made(begun.id);
    const { id: _id, at: _at, position: _position, ...before } = plan;
    expect(same).toEqual(before);
    expect([id, position]).toEqual([begun.id, begun.position]);
    expect(at).toBe(begun.startedAt);
    expect((await state(id)).body).toMatchObject({ state: 'ready', done: 9, of: 9, eventsSince: 0 });
  });

  it('503 while two are being made', async () => {
    const there = await guardedProvider(api, { Sales: 1 });
    const { ledger } = api.server;
    const everybody = ledger.everybody;
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    ledger.everybody = (provider) => {
      const next = everybody(provider);
      return async (limit) => {
        await waiting;
        return next(limit);
      };
    };
    try {
      const [first, second] = [await begin(there, {}), await begin(there, {})];
      const third = await api.send('POST', `/api/providers/${there.id}/plan?wait=0`, { body: {} });
      expect(third.status).toBe(503);
      expect((await people(first.id)).status).toBe(409);
      expect((await api.send('DELETE', `/api/plans/${second.id}`)).status).toBe(204);
      expect((await state(second.id)).status).toBe(404);
      await begin(there, {});
      goOn();
      await made(first.id);
    } finally {
      ledger.everybody = everybody;
    }
  });
});

describe('GET /api/plans/{id}', () => {
  it('says that it is stale once other rules hold, and what happened since', async () => {
    const { there, plan } = await planned();
    await there.push('new@x.example/Lab');
    const known = (await state(plan.id)).body;
    expect(known).toMatchObject({ isStale: false, position: plan.position });
    expect(known.eventsSince).toBeGreaterThan(0);
    await there.put([departmentRule('*'), titleRule('x', 'Admin')]);
    expect((await state(plan.id)).body.isStale).toBe(true);
  });

  it('404 for one that was forgotten, 403 for whoever may not see people or rules', async () => {
    const { problem } = await state('0190b5f0-0000-7000-8000-000000000000');
    expect(problem).toMatchObject({ status: 404, detail: expect.stringContaining('Ask for the plan again') });
    const { plan } = await planned();
    for (const path of ['', '/people', '/export']) {
      const answer = await api.get(`/api/plans/${plan.id}${path}`, { key: keys.viewer });
      expect(answer.status).toBe(403);
    }
    expect((await api.send('DELETE', `/api/plans/${plan.id}`, { key: keys.viewer })).status).toBe(403);
    expect((await api.send('DELETE', `/api/plans/${plan.id}`)).status).toBe(204);
    expect((await people(plan.id)).status).toBe(404);
  });
});

describe('GET /api/plans/{id}/people', () => {
  it('everybody, losses first, page by page', async () => {
    const { plan } = await planned();
    const all = (await people(plan.id)).body;
    expect(namesOf(all).map((name) => name!.replace(/\d/, ''))).toEqual([
      ...['sales', 'sales', 'sales', 'lab', 'lab', 'office', 'office', 'office', 'office'],
    ]);
    expect(all.items[3]!.user.status).toBe('active');
    expect(all.items[4]!.user.status).toBe('suspended');
    const paged: PlannedJson[] = [];
    let cursor = '';
    do {
      const { body } = await people(plan.id, `?limit=4${cursor && `&cursor=${cursor}`}`);
      expect(body.total).toBe(9);
      paged.push(...body.items);
      cursor = body.nextCursor ?? '';
    } while (cursor);
    expect(paged).toEqual(all.items);
    const wrong = await people(
      plan.id,
      `?filter=role&cursor=${(await people(plan.id, '?limit=4')).body.nextCursor}`,
    );
    expect(wrong.status).toBe(400);
  });

  it('by what becomes of them, by what they gain or lose, by name', async () => {
    const { plan } = await planned();
    const total = async (query: string) => (await people(plan.id, `?${query}`)).body.total;
    const target = (of: keyof RulesPlanJson['totals'], at: number) => plan.totals[of].items[at]!.id;
    expect(await total('filter=losers')).toBe(5);
    expect(await total('filter=gainers')).toBe(4);
    expect(await total('filter=signIn')).toBe(3);
    expect(await total('filter=admins')).toBe(0);
    expect(await total('filter=role')).toBe(7);
    expect(await total('filter=businessUnit')).toBe(2);
    expect(await total('filter=team')).toBe(0);
    expect(await total(`target=${target('role', 1)}`)).toBe(4);
    expect(await total(`filter=gainers&target=${target('businessUnit', 0)}`)).toBe(0);
    expect(await total('search=OFFICE1')).toBe(1);
  });

  it('names whoever would be no administrator any more', async () => {
    const there = await guardedProvider(api, { Sales: 2 }, [
      departmentRule('*'),
      titleRule('chief', 'Admin'),
    ]);
    for (const name of ['ada', 'bea']) await there.push(`${name}@x.example/Sales`, { title: 'chief' });
    const plan = await there.plan([departmentRule('*')]);
    const { body } = await people(plan.id, '?filter=admins');
    // The last of them stays, by hand.
    expect([body.total, plan.admins.lose]).toEqual([1, 1]);
    expect(body.items[0]).toMatchObject({ losesAdmin: true, losesSignIn: false });
  });
});

describe('GET /api/plans/{id}/export', () => {
  it('the same as CSV and as JSON Lines', async () => {
    const { plan } = await planned();
    const csv = await api.get(`/api/plans/${plan.id}/export?filter=losers`);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const [head, ...rows] = csv.text.trimEnd().split('\r\n');
    expect(head).toMatch(/^userName,displayName,email,status,losesSignIn,/);
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatch(/^sales0\.\d+@x\.example,.*,active,yes,,Viewer,,/);
    expect(rows[3]).toContain(',Laboratory,');
    const lines = await api.get(`/api/plans/${plan.id}/export?format=jsonl`);
    const all = lines.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PlannedJson);
    expect(all).toEqual((await people(plan.id)).body.items);
  });
});
