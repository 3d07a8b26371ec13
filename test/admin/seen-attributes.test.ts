// GET /api/providers/{id}/attributes and .../attributes/{name}/values.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenAttributesJson, SeenValuesJson } from '../../src/edge/admin/contract.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { type Fixture, keys, startFixture } from './fixture.ts';

let api: Fixture;

beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

const read = () => api.get<SeenAttributesJson>('/api/providers/entra/attributes');
const valuesOf = (name: string, query = '') =>
  api.get<SeenValuesJson>(`/api/providers/entra/attributes/${encodeURIComponent(name)}/values${query}`);
const named = ({ items }: SeenAttributesJson, name: string) => items.find((each) => each.name === name);

describe('GET /api/providers/{id}/attributes 200', () => {
  it('tells of nobody where nobody has arrived', async () => {
    const { body } = await read();
    expect(body).toMatchObject({ provider: { name: 'entra' }, people: 0, lookedAt: 0, items: [] });
  });

  it('names what SCIM brought as a rule names it, with examples, how many have it, and what uses it', async () => {
    const ids = await api.pushUsers(
      'amara@contoso.com/Sales',
      'jonas@contoso.com/Sales',
      'leila@contoso.com',
    );
    await api.pushGroup('Navigators', ids.slice(0, 2));
    const { body } = await read();
    expect(body).toMatchObject({ people: 3, lookedAt: 3 });
    expect(named(body, `${ENTERPRISE}:department`)).toEqual({
      name: `${ENTERPRISE}:department`,
      alias: 'department',
      sources: ['scim'],
      people: 2,
      share: 2 / 3,
      examples: ['Sales'],
      values: 1,
      valuesAreCapped: false,
      variants: [],
      usedBy: { rules: 2, scimAttributes: [] },
    });
    expect(named(body, 'groups')).toMatchObject({
      people: 2,
      examples: ['Navigators'],
      usedBy: { rules: 1 },
    });
    expect(named(body, 'emails')).toMatchObject({ people: 3, values: 3, usedBy: { rules: 0 } });
    expect(body.items[0]!.people).toBe(3);
    expect(named(body, 'schemas')).toBeUndefined();
  });

  it('names parts of an attribute by dots, and texts of lists by the list', async () => {
    await api.scim.post('/Users', {
      schemas: [USER],
      userName: 'mateo@contoso.com',
      name: { givenName: 'Mateo', familyName: 'Costa' },
      roles: [{ value: 'navigator', primary: true }, { value: 'cook' }],
    });
    const { body } = await read();
    expect(named(body, 'name.givenName')).toMatchObject({ people: 1, examples: ['Mateo'] });
    expect(named(body, 'roles')).toMatchObject({ people: 1, examples: ['cook', 'navigator'] });
    expect(named(body, 'roles.primary')).toBeUndefined();
  });

  it('shows names that differ in case or URN alone with each other', async () => {
    const custom = 'urn:contoso:scim:2.0:User';
    await api.scim.post('/Users', {
      schemas: [USER, custom],
      userName: 'noor@contoso.com',
      [custom]: { Department: 'Kitchen' },
    });
    const { body } = await read();
    expect(named(body, `${ENTERPRISE}:department`)?.variants).toEqual([`${custom}:Department`]);
    expect(named(body, `${custom}:Department`)?.variants).toEqual([`${ENTERPRISE}:department`]);
  });

  it('cuts long examples', async () => {
    await api.scim.post('/Users', {
      schemas: [USER],
      userName: 'oskar@contoso.com',
      title: 't'.repeat(120),
      nickName: 'n'.repeat(2_000),
    });
    const { body } = await read();
    expect(named(body, 'title')?.examples[0]).toHaveLength(100);
    expect(named(body, 'nickName')).toMatchObject({ values: 0, valuesAreCapped: true });
    expect(named(body, 'nickName')?.examples[0]).toHaveLength(100);
  });

  it('tells of what changed a moment ago', async () => {
    const before = named((await read()).body, 'userName')!.people;
    await api.pushUsers('priya@contoso.com');
    expect(named((await read()).body, 'userName')!.people).toBe(before + 1);
  });
});

describe('GET /api/providers/{id}/attributes/{name}/values 200', () => {
  it('lists the most frequent first, by either name', async () => {
    await api.pushUsers('rosa@contoso.com/Service desk', 'tariq@contoso.com/Sales');
    const expected = [
      { value: 'Sales', people: 3 },
      { value: 'Service desk', people: 1 },
    ];
    expect((await valuesOf('department')).body).toMatchObject({
      name: `${ENTERPRISE}:department`,
      items: expected,
      total: 2,
      totalIsCapped: false,
    });
    expect((await valuesOf(`${ENTERPRISE}:department`)).body.items).toEqual(expected);
  });

  it('finds a part, whatever its case', async () => {
    const { body } = await valuesOf('department', '?search=DESK');
    expect(body.items).toEqual([{ value: 'Service desk', people: 1 }]);
  });
});

describe('refusals', () => {
  it('404 for a name that nobody has: case counts', async () => {
    const { status, problem } = await valuesOf('Title');
    expect(status).toBe(404);
    expect(problem.detail).toContain('"Title"');
  });

  it('404 for a provider that is not there', async () => {
    expect((await api.get('/api/providers/nowhere/attributes')).status).toBe(404);
  });

  it('403 without mappings:read', async () => {
    const path = '/api/providers/entra/attributes';
    expect((await api.get(path, { key: keys.viewer })).status).toBe(403);
    expect((await api.get(path, { key: keys.developer })).status).toBe(200);
  });
});
