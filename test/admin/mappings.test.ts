// GET and PUT /api/providers/{id}/mappings.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderJson, UserJson } from '../../src/edge/admin/contract.ts';
import { type ScimClient, scimClient } from '../harness/scim-client.ts';
import { type Fixture, type Page, startFixture, userBody } from './fixture.ts';

interface Mappings {
  ruleset: number;
  roleResolutionStrategy: string;
  attributeRoleMappings: { attribute: string; value: string; role: string; sticky: boolean }[];
  attributeTeamMappings: { attribute: string; value: string; team: string; sticky: boolean }[];
  attributeBusinessUnitMappings: object[];
  claimScimAttributes: object;
  locked: string[];
}

let api: Fixture;
let provider: string;
let scim: ScimClient;
let amara: string;

beforeAll(async () => {
  api = await startFixture();
  const body = {
    name: 'Contoso',
    kind: 'entra',
    tenantId: '5d1c0c5e-7f0a-4d57-b8a5-8f4a1b7f2f11',
    clientId: 'x',
    scim: {},
  };
  const made = (await api.send<ProviderJson>('POST', '/api/providers', { body })).body;
  provider = made.id;
  scim = scimClient(made.scim.endpoint, made.scim.token!);
  amara = (await scim.post('/Users', userBody('amara@contoso.com/Sales'))).resource.id;
});
afterAll(async () => {
  scim.close();
  await api.stop();
});

const read = () => api.get<Mappings>(`/api/providers/${provider}/mappings`);
const put = (body: unknown, headers: Record<string, string> = {}, query = '') =>
  api.send<Mappings>('PUT', `/api/providers/${provider}/mappings${query}`, { body, headers });
const user = async () => (await api.get<UserJson>(`/api/users/${amara}`)).body;

describe('PUT /api/providers/{id}/mappings 200', () => {
  it('applies the rules as one recorded change, and answers are right at once', async () => {
    const before = await read();
    const rule = { attribute: 'department', value: 'sales', role: 'Viewer' };
    const events = await api.eventsOf(async () => {
      const { body, headers } = await put({ attributeRoleMappings: [rule] });
      expect(body.ruleset).toBe(before.body.ruleset + 1);
      expect(headers.get('etag')).toBe(`"${body.ruleset}"`);
      expect(body.attributeRoleMappings).toEqual([{ ...rule, sticky: false }]);
      expect(body.attributeTeamMappings).toEqual(before.body.attributeTeamMappings);
      expect((await user()).role?.name).toBe('Viewer');
      await api.settled();
    });
    expect(events.map((event) => event.type)).toEqual(['mapping.applied', 'grant.added']);
    expect(events[0]).toMatchObject({ actor: { kind: 'key' }, cause: { kind: 'request' } });
    expect((await user()).role?.name).toBe('Viewer');
  });

  it('what GET gave, PUT takes, and changes nothing', async () => {
    const { body } = await read();
    const events = await api.eventsOf(async () => {
      expect((await put(body)).body).toEqual(body);
    });
    expect(events).toEqual([]);
  });

  it('an empty list takes away, a list that is left out stays', async () => {
    const events = await api.eventsOf(async () => {
      const { body } = await put(
        { attributeRoleMappings: [], roleResolutionStrategy: 'first-match' },
        {},
        '?confirm=1',
      );
      expect(body).toMatchObject({ attributeRoleMappings: [], roleResolutionStrategy: 'first-match' });
      expect(body.attributeTeamMappings).toHaveLength(1);
      expect((await user()).role).toBeNull();
      await api.settled();
    });
    expect(events.map((event) => event.type)).toEqual(['mapping.applied', 'grant.removed']);
  });

  it('lists, filters and members are right while people are still resolved anew', async () => {
    await put({
      attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: 'All of ${*}' }],
    });
    const { items } = (await api.get<Page<UserJson>>(`/api/users?provider=${provider}`)).body;
    expect(items[0]!.businessUnits.map((unit) => unit.name)).toEqual(['All of Sales']);
    const explained = await api.get<{ businessUnits: { name: string }[] }>(`/api/users/${amara}/access`);
    expect(explained.body.businessUnits.map((unit) => unit.name)).toEqual(['All of Sales']);
    await api.settled();
    const members = await api.get<Page<{ id: string }>>('/api/business-units/All of Sales/members');
    expect(members.body.items.map((member) => member.id)).toEqual([amara]);
    expect((await api.send<{ ok: boolean }>('POST', '/api/verify')).body.ok).toBe(true);
  });

  it('says where SCIM holds what a claim holds', async () => {
    const claimScimAttributes = { unit: { attributeType: 'user', attributeValue: 'department' } };
    const { body } = await put({
      claimScimAttributes,
      attributeRoleMappings: [{ attribute: 'unit', value: 'Sales', role: 'Developer' }],
    });
    expect(body.claimScimAttributes).toEqual(claimScimAttributes);
    expect((await user()).role?.name).toBe('Developer');
    await api.settled();
  });
});

describe('PUT /api/providers/{id}/mappings refusals', () => {
  it.each([
    [
      { attributeRoleMappings: [{ attribute: 'a', value: '*', role: 'Boss' }] },
      '/attributeRoleMappings/0/role',
    ],
    [{ attributeRoleMappings: [{ attribute: 'a', value: '*', team: 'x' }] }, '/attributeRoleMappings/0/role'],
    [
      { attributeTeamMappings: [{ attribute: 'a', value: '${*}${*}', team: '*' }] },
      '/attributeTeamMappings/0/value',
    ],
    [
      { attributeTeamMappings: [{ attribute: '', value: '*', team: '*' }] },
      '/attributeTeamMappings/0/attribute',
    ],
    [{ attributeTeamMappings: 'all' }, '/attributeTeamMappings'],
    [{ roleResolutionStrategy: 'best' }, '/roleResolutionStrategy'],
    [
      { claimScimAttributes: { unit: { attributeType: 'thing' } } },
      '/claimScimAttributes/unit/attributeType',
    ],
    [{ rules: [] }, '/rules'],
  ])('400 for %j, with its path', async (body, path) => {
    const events = await api.eventsOf(async () => {
      const { problem } = await put(body);
      expect(problem).toMatchObject({ status: 400, reason: 'invalidValue' });
      expect((problem.problems as { path: string }[]).map((each) => each.path)).toContain(path);
    });
    expect(events).toEqual([]);
  });

  it('400 for two rules that say the same', async () => {
    const rule = { attribute: 'a', value: '*', role: 'Viewer' };
    expect((await put({ attributeRoleMappings: [rule, rule] })).problem.status).toBe(400);
  });

  it('412 for another number than the current one, by header or body', async () => {
    const { ruleset } = (await read()).body;
    for (const refused of [
      await put({ attributeRoleMappings: [] }, { 'if-match': `"${ruleset - 1}"` }),
      await put({ attributeRoleMappings: [], ruleset: ruleset + 1 }),
    ]) {
      expect(refused.problem).toMatchObject({ status: 412, reason: 'stale', version: `"${ruleset}"` });
    }
    expect((await put({}, { 'if-match': `"${ruleset}"` })).status).toBe(200);
  });

  it('of many changes at once with one If-Match one is taken', async () => {
    const { ruleset } = (await read()).body;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        put(
          { attributeTeamMappings: [{ attribute: 'groups', value: `g${i}`, team: 'One' }] },
          { 'if-match': `"${ruleset}"` },
        ),
      ),
    );
    expect(answers.map((each) => each.status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
    expect((await read()).body.ruleset).toBe(ruleset + 1);
  });

  it('409 for what the configuration file owns', async () => {
    const own = await api.get<Mappings>('/api/providers/entra/mappings');
    expect(own.body.locked).toEqual([
      'attributeRoleMappings',
      'attributeTeamMappings',
      'attributeBusinessUnitMappings',
    ]);
    const path = '/api/providers/entra/mappings';
    const { problem } = await api.send('PUT', path, { body: { attributeTeamMappings: [] } });
    expect(problem).toMatchObject({ status: 409, locked: ['attributeTeamMappings'] });
    expect((await api.send('PUT', path, { body: own.body })).status).toBe(200);
    const free = await api.send<Mappings>('PUT', path, { body: { roleResolutionStrategy: 'first-match' } });
    expect(free.body.roleResolutionStrategy).toBe('first-match');
  });

  it('404 for no provider', async () => {
    expect((await api.get('/api/providers/nobody/mappings')).problem.status).toBe(404);
  });
});
