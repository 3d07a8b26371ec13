// The history of the rules of a provider, and going back in it: each change under its number with what it changed, and the rules of
// an earlier number through plan and PUT like any other, after which everybody has what they had.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import type { RulesPlanJson } from '../../src/edge/admin/rules-plan.ts';
import type { RulesetJson, WholeRulesetJson } from '../../src/edge/admin/rulesets.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';
import { departmentRule, guardedProvider, type Mappings, titleRule } from './guarded-provider.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

const list = (id: string, query = '') => api.get<Page<RulesetJson>>(`/api/providers/${id}/rulesets${query}`);
const one = (id: string, number: number | string) =>
  api.get<WholeRulesetJson>(`/api/providers/${id}/rulesets/${number}`);

const team = (value: string, name: string, sticky = false) => ({
  attribute: 'department',
  value,
  team: name,
  sticky,
});

/** What everybody has, without when they got it. */
async function accessOf(id: string) {
  const { body } = await api.get<Page<UserJson>>(`/api/users?provider=${id}&limit=500`);
  const names = (targets: readonly { name: string }[]) => targets.map(({ name }) => name).sort();
  return Object.fromEntries(
    body.items.map((user) => [
      user.id,
      { role: user.role?.name, teams: names(user.teams), businessUnits: names(user.businessUnits) },
    ]),
  );
}

describe('GET /api/providers/{id}/rulesets', () => {
  it('every change, newest first: who, when, what it changed', async () => {
    const there = await guardedProvider(api, { Sales: 2 });
    await there.put([departmentRule('*'), titleRule('chief', 'Admin')]);
    await there.put([titleRule('chief', 'Admin'), departmentRule('*')]);
    const { items, total } = (await list(there.id)).body;
    expect(total).toBe(items.length);
    expect(items.map(({ isCurrent }) => isCurrent)).toEqual([true, ...items.slice(1).map(() => false)]);
    const [newest, second] = items;
    expect(newest!.changes).toEqual({
      changed: ['attributeRoleMappings'],
      ...{ added: [], taken: [], other: ['the order of the rules'] },
    });
    expect(second).toMatchObject({
      number: newest!.number - 1,
      by: { kind: 'key', id: expect.any(String), name: 'The API key ops' },
      rules: 2,
      changes: { added: ['title = "chief" gives the role "Admin"'], taken: [], other: [] },
    });
    expect(Date.parse(second!.at)).toBeLessThanOrEqual(Date.parse(newest!.at));
    const first = items.at(-1)!;
    expect(first.changes.added).toEqual(['department = "*" gives the role "Viewer"']);
    const paged = (await list(there.id, '?limit=1')).body;
    expect(paged.items).toEqual([newest]);
    const next = (await list(there.id, `?limit=1&cursor=${paged.nextCursor}`)).body;
    expect(next.items).toEqual([second]);
  });

  it('403 for whoever may not see rules, 404 of no provider', async () => {
    const there = await guardedProvider(api, {});
    const path = `/api/providers/${there.id}/rulesets`;
    for (const each of [path, `${path}/1`]) {
      expect((await api.get(each, { key: keys.viewer })).status).toBe(403);
    }
    expect((await list('nobody')).status).toBe(404);
  });
});

describe('GET /api/providers/{id}/rulesets/{number}', () => {
  it('the rules under that number, what they changed, and what has changed since', async () => {
    const there = await guardedProvider(api, { Sales: 1 });
    const before = await there.mappings();
    await there.put([departmentRule('Sales')]);
    const { body } = await one(there.id, before.ruleset);
    const { ruleset, locked: _, ...rules } = before as Mappings & { locked: string[] };
    expect(body).toMatchObject({
      number: ruleset,
      isCurrent: false,
      currentRuleset: ruleset + 1,
      mappings: rules,
    });
    expect(body.sinceThen).toMatchObject({
      added: ['department = "Sales" gives the role "Viewer"'],
      taken: ['department = "*" gives the role "Viewer"'],
    });
    expect((await one(there.id, ruleset + 1)).body.former).toEqual(rules);
  });

  it.each(['0', '99', 'x', '1e3'])('404 for %s', async (number) => {
    const there = await guardedProvider(api, {});
    expect((await one(there.id, number)).status).toBe(404);
  });
});

describe('going back', () => {
  /** As the dashboard and the command line do it: the rules of that number are planned, then put on the rules of now. */
  async function goBack(id: string, number: number) {
    const address = `/api/providers/${id}`;
    const { mappings } = (await one(id, number)).body;
    const plan = await api.send<RulesPlanJson>('POST', `${address}/plan`, { body: mappings });
    expect(plan.status).toBe(200);
    const { confirm, ruleset } = plan.body;
    const put = await api.send<Mappings>(
      'PUT',
      `${address}/mappings${confirm === null ? '' : `?confirm=${confirm}`}`,
      { body: mappings, headers: { 'if-match': plan.headers.get('etag')! } },
    );
    expect([put.status, put.body.ruleset]).toEqual([200, ruleset + 1]);
    return plan.body;
  }

  it('gives everybody exactly what they had, as a change of its own', async () => {
    const there = await guardedProvider(api, { Sales: 12, Lab: 3 }, [
      departmentRule('Lab', 'Developer'),
      departmentRule('*'),
    ]);
    const address = `/api/providers/${there.id}/mappings`;
    const units = [{ attribute: 'department', value: '*', businessUnit: '*' }];
    await api.send('PUT', address, {
      body: { attributeBusinessUnitMappings: units, attributeTeamMappings: [team('Lab', 'Bench')] },
    });
    await api.settled();
    const before = await accessOf(there.id);
    const { ruleset } = await there.mappings();
    const other = {
      attributeRoleMappings: [departmentRule('Sales', 'Developer')],
      attributeBusinessUnitMappings: [],
      attributeTeamMappings: [team('Sales', 'Street')],
    };
    expect((await api.send('PUT', `${address}?confirm=15`, { body: other })).status).toBe(200);
    await api.settled();
    expect(await accessOf(there.id)).not.toEqual(before);
    const plan = await goBack(there.id, ruleset);
    expect(plan).toMatchObject({ people: 15, lose: 12, gain: 15 });
    await api.settled();
    expect(await accessOf(there.id)).toEqual(before);
    const [newest] = (await list(there.id)).body.items;
    expect(newest).toMatchObject({ number: ruleset + 2, isCurrent: true });
    expect((await one(there.id, ruleset)).body.sinceThen.changed).toEqual([]);
    expect((await api.send('POST', '/api/verify')).body).toMatchObject({ ok: true, problems: [] });
  });

  it('does not take what a rule gave to stay', async () => {
    const there = await guardedProvider(api, { Sales: 2 });
    const { ruleset } = await there.mappings();
    const address = `/api/providers/${there.id}/mappings`;
    const body = { attributeTeamMappings: [team('Sales', 'Keepers', true)] };
    expect((await api.send('PUT', address, { body })).status).toBe(200);
    await api.settled();
    const plan = await goBack(there.id, ruleset);
    expect(plan.lose).toBe(0);
    await api.settled();
    expect(Object.values(await accessOf(there.id))).toEqual(
      Array.from({ length: 2 }, () => ({ role: 'Viewer', teams: ['Keepers'], businessUnits: [] })),
    );
    expect((await api.send('POST', '/api/verify')).body).toMatchObject({ ok: true });
  });

  it('412 where somebody was first: nothing is overwritten unseen', async () => {
    const there = await guardedProvider(api, { Sales: 2 });
    const { ruleset } = await there.mappings();
    await there.put([departmentRule('Sales')]);
    const { mappings } = (await one(there.id, ruleset)).body;
    const path = `/api/providers/${there.id}`;
    const plan = await api.send<RulesPlanJson>('POST', `${path}/plan`, { body: mappings });
    await there.put([departmentRule('*', 'Developer')]);
    const headers = { 'if-match': plan.headers.get('etag')! };
    expect((await api.send('PUT', `${path}/mappings`, { body: mappings, headers })).status).toBe(412);
  });
});
