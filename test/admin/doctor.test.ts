// GET and POST /api/providers/{id}/doctor: what it finds when the rules and what Entra sends do not fit.

import { afterEach, describe, expect, it } from 'vitest';
import type { DoctorJson, FindingJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { GROUP, type ScimClient, scimClient } from '../harness/scim-client.ts';
import { type Fixture, keys, startFixture, userBody } from './fixture.ts';

const OBJECT_ID = '9c1b2f54-1b7e-4a52-8d0e-5f6a7b8c9d0e';

let api: Fixture;
let provider: string;
let scim: ScimClient;

/** A provider of the API, with these mappings and nobody in it. */
async function startWith(mappings: Record<string, unknown>, scimKey: object | null = {}): Promise<void> {
  api = await startFixture();
  const body = {
    name: 'Contoso',
    kind: 'entra',
    tenantId: '5d1c0c5e-7f0a-4d57-b8a5-8f4a1b7f2f11',
    clientId: '5d1c0c5e-7f0a-4d57-b8a5-8f4a1b7f2f12',
    ...(scimKey && { scim: scimKey }),
    attributeTeamMappings: [],
    ...mappings,
  };
  const made = (await api.send<ProviderJson>('POST', '/api/providers', { body })).body;
  provider = made.id;
  scim = scimClient(made.scim.endpoint, made.scim.token ?? 'none');
}

afterEach(async () => {
  scim.close();
  await api.stop();
});

async function push(...names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    ids.push((await scim.post('/Users', { ...userBody(name), externalId: OBJECT_ID })).resource.id);
  }
  return ids;
}

const doctor = async () => (await api.get<DoctorJson>(`/api/providers/${provider}/doctor`)).body;
const examine = (body: unknown) =>
  api.send<DoctorJson>('POST', `/api/providers/${provider}/doctor`, { body });
const found = ({ findings }: DoctorJson, code: FindingJson['code']) =>
  findings.filter((each) => each.code === code);
/** What is wrong with rules and people, without what every provider of these tests lacks. */
const codes = ({ findings }: DoctorJson) =>
  findings
    .map(({ code }) => code)
    .filter((code) => !['sign-in-never-verified', 'no-admin-outside'].includes(code));

describe('names', () => {
  it("a rule's attribute that differs in case from what came: one correction mends it (troubleshooting)", async () => {
    await startWith({ attributeRoleMappings: [{ attribute: 'Department', value: 'Sales', role: 'Viewer' }] });
    await push('amara@contoso.com/Sales', 'jonas@contoso.com/Sales');
    const before = await doctor();
    expect(before).toMatchObject({ ok: false, people: 2, lookedAt: 2, active: 2, withoutRole: 2 });
    expect(codes(before)).toEqual(['attribute-differs', 'no-role']);
    const [finding] = found(before, 'attribute-differs');
    expect(finding).toMatchObject({
      severity: 'problem',
      words: '"Department" was never seen; 2 people have "department".',
      rule: { list: 'attributeRoleMappings', index: 0 },
      examples: ['Sales'],
    });
    expect(finding!.fix!.change).toMatchObject({ kind: 'setRule', attribute: 'department', value: null });

    const rule = { attribute: finding!.fix!.change.attribute, value: 'Sales', role: 'Viewer' };
    const draft = (await examine({ attributeRoleMappings: [rule] })).body;
    expect(codes(draft)).toEqual([]);
    expect(draft).toMatchObject({ ok: true, withoutRole: 0 });
    expect(draft.rules).toEqual([
      {
        list: 'attributeRoleMappings',
        index: 0,
        attribute: 'department',
        value: 'Sales',
        target: 'Viewer',
        matches: 2,
        wins: 2,
        shadowed: false,
      },
    ]);
    // Nothing was changed by looking.
    expect(codes(await doctor())).toEqual(['attribute-differs', 'no-role']);
  });

  it('another URN, and a letter too many', async () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:Enterprise:2.0:User:department';
    await startWith({
      attributeRoleMappings: [{ attribute: 'department', value: '*', role: 'Viewer' }],
      attributeTeamMappings: [{ attribute: 'departmant', value: '*', team: '*' }],
      attributeBusinessUnitMappings: [{ attribute: urn, value: '*', businessUnit: '*' }],
    });
    await push('amara@contoso.com/Sales');
    const told = await doctor();
    expect(codes(told)).toEqual(['attribute-differs', 'attribute-never-seen']);
    expect(found(told, 'attribute-differs')[0]!.fix!.change.attribute).toBe(
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
    );
    expect(found(told, 'attribute-never-seen')[0]!.fix!.change.attribute).toBe('department');
  });

  it('a SCIM Attribute that differs in case (troubleshooting: the custom attribute is not arriving)', async () => {
    await startWith({
      attributeRoleMappings: [{ attribute: 'dept', value: '*', role: 'Viewer' }],
      claimScimAttributes: { dept: { attributeType: 'user', attributeValue: 'Department' } },
    });
    await push('amara@contoso.com/Sales');
    const told = await doctor();
    expect(codes(told)).toEqual(['scim-attribute-differs', 'no-role']);
    const [finding] = found(told, 'scim-attribute-differs');
    expect(finding).toMatchObject({ claim: 'dept', rule: null, severity: 'problem' });
    expect(finding!.detail).toContain('including case');
    const { claim, attributeType, attributeValue } = finding!.fix!.change;
    const mended = { claimScimAttributes: { [claim!]: { attributeType, attributeValue } } };
    expect(codes((await examine(mended)).body)).toEqual([]);
  });

  it('a name that is like nothing that was seen', async () => {
    await startWith({ attributeRoleMappings: [{ attribute: 'shoeSize', value: '44', role: 'Viewer' }] });
    await push('amara@contoso.com/Sales');
    const [finding] = found(await doctor(), 'attribute-never-seen');
    expect(finding).toMatchObject({
      fix: null,
      words: '"shoeSize" was never seen: nobody has an attribute of that name.',
    });
    expect(finding!.detail).toContain('userName');
  });

  it('once for all rules that go by it, before any token was seen', async () => {
    const byAppRole = (value: string) => ({ attribute: 'roles', value, role: 'Viewer' });
    await startWith({ attributeRoleMappings: ['admin', 'developer', 'viewer'].map(byAppRole) });
    await push('amara@contoso.com/Sales');
    const findings = found(await doctor(), 'attribute-never-seen');
    expect(findings).toMatchObject([{ rule: { list: 'attributeRoleMappings', index: 0 }, fix: null }]);
    expect(findings[0]!.detail).toMatch(/^Role rules 1, 2 and 3 match nobody\..*Nobody has signed in so far/);
  });
});

describe('groups', () => {
  const byGroup = { attributeRoleMappings: [{ attribute: 'groups', value: 'Navigators', role: 'Viewer' }] };

  it('that are not assigned (troubleshooting: group membership is not syncing)', async () => {
    await startWith(byGroup);
    const ids = await push('amara@contoso.com');
    const told = await doctor();
    expect(codes(told)).toEqual(['groups-never-arrived', 'no-role']);
    expect(found(told, 'groups-never-arrived')[0]!.detail).toContain('Provision Microsoft Entra ID Groups');
    const members = ids.map((value) => ({ value }));
    await scim.post('/Groups', { schemas: [GROUP], displayName: 'Navigators', members });
    expect(codes(await doctor())).toEqual([]);
  });

  it('named by their ids where SCIM brings names', async () => {
    await startWith({
      attributeRoleMappings: [{ attribute: 'groups', value: OBJECT_ID.toUpperCase(), role: 'Viewer' }],
    });
    const members = (await push('amara@contoso.com')).map((value) => ({ value }));
    await scim.post('/Groups', {
      schemas: [GROUP],
      displayName: 'Navigators',
      externalId: OBJECT_ID,
      members,
    });
    const [finding] = found(await doctor(), 'group-id-for-name');
    expect(finding!.fix).toMatchObject({
      words: 'Use "Navigators"',
      change: { kind: 'setRule', value: 'Navigators' },
    });
  });
});

describe('values and order', () => {
  it('a value that nobody has, with the one that is near', async () => {
    await startWith({ attributeRoleMappings: [{ attribute: 'department', value: 'Slaes', role: 'Viewer' }] });
    await push('amara@contoso.com/Sales');
    const [finding] = found(await doctor(), 'value-never-seen');
    expect(finding).toMatchObject({
      severity: 'warning',
      fix: { change: { kind: 'setRule', value: 'Sales' } },
    });
  });

  it('a pattern that fits nobody', async () => {
    await startWith({
      attributeTeamMappings: [{ attribute: 'department', value: 'eng-${*}', team: '${*}' }],
    });
    await push('amara@contoso.com/Sales');
    const [finding] = found(await doctor(), 'matches-nobody');
    expect(finding).toMatchObject({ rule: { list: 'attributeTeamMappings', index: 0 }, examples: ['Sales'] });
  });

  it('a rule behind another that always wins: moving it mends it', async () => {
    const rules = [
      { attribute: 'department', value: '*', role: 'Viewer' },
      { attribute: 'department', value: 'Sales', role: 'Developer' },
    ];
    await startWith({ roleResolutionStrategy: 'first-match', attributeRoleMappings: rules });
    await push('amara@contoso.com/Sales', 'jonas@contoso.com/Kitchen');
    const told = await doctor();
    const [finding] = found(told, 'shadowed');
    expect(finding).toMatchObject({
      people: 1,
      fix: { change: { kind: 'moveRule', rule: { index: 1 }, to: 0 } },
    });
    expect(told.rules.map(({ matches, wins, shadowed }) => [matches, wins, shadowed])).toEqual([
      [2, 2, false],
      [1, 0, true],
    ]);
    expect(codes((await examine({ attributeRoleMappings: rules.toReversed() })).body)).toEqual([]);
  });

  it('a rule that loses to more permissions', async () => {
    await startWith({
      attributeRoleMappings: [
        { attribute: 'department', value: 'Sales', role: 'Viewer' },
        { attribute: 'department', value: '*', role: 'Developer' },
      ],
    });
    await push('amara@contoso.com/Sales');
    const [finding] = found(await doctor(), 'shadowed');
    expect(finding).toMatchObject({ rule: { index: 0 }, fix: null });
    expect(finding!.detail).toContain('role rule 2 (Developer)');
  });

  it('the same rule twice', async () => {
    const rule = { attribute: 'department', value: 'Sales', role: 'Viewer' };
    await startWith({ attributeRoleMappings: [rule, { ...rule, value: 'SALES' }] });
    await push('amara@contoso.com/Sales');
    const told = await doctor();
    expect(codes(told)).toEqual(['duplicate']);
    expect(found(told, 'duplicate')[0]!.fix!.change).toMatchObject({
      kind: 'removeRule',
      rule: { index: 1 },
    });
  });
});

describe('people', () => {
  it('without a role, by what there is of them (troubleshooting: provisioned, and no role)', async () => {
    await startWith({ attributeRoleMappings: [{ attribute: 'department', value: 'Sales', role: 'Viewer' }] });
    const [, , third] = await push(
      'amara@contoso.com/Sales',
      'jonas@contoso.com/Kitchen',
      'leila@contoso.com/Kitchen',
      'noor@contoso.com',
    );
    await scim.patch(`/Users/${third}`, [{ op: 'replace', path: 'active', value: false }]);
    const told = await doctor();
    expect(told).toMatchObject({ ok: true, people: 4, active: 3, withoutRole: 2 });
    expect(found(told, 'no-role').map(({ people, words }) => [people, words])).toEqual([
      [1, '1 person has no role and cannot sign in: no rule fits what they have in "department": "Kitchen".'],
      [
        1,
        '1 person has no role and cannot sign in: what the role rules look at holds nothing for them: "department".',
      ],
    ]);
  });

  it('without any rule for roles', async () => {
    await startWith({});
    await push('amara@contoso.com');
    expect(await doctor()).toMatchObject({
      ok: false,
      findings: [{ code: 'no-role-rules', people: 1 }, {}, {}],
    });
  });

  it("whose externalId is Entra's default mailNickname", async () => {
    await startWith({ attributeRoleMappings: [{ attribute: 'userName', value: '*', role: 'Viewer' }] });
    await scim.post('/Users', userBody('amara@contoso.com'));
    const { externalId: _, ...without } = userBody('jonas@contoso.com');
    await scim.post('/Users', without);
    const told = await doctor();
    expect(found(told, 'external-id-no-object-id')[0]).toMatchObject({ people: 1, examples: ['oid-amara'] });
    expect(found(told, 'external-id-no-object-id')[0]!.detail).toContain('objectId instead of mailNickname');
    expect(found(told, 'external-id-missing')[0]).toMatchObject({ people: 1 });
  });

  it('who have not arrived: no rule is blamed', async () => {
    await startWith({ attributeRoleMappings: [{ attribute: 'Department', value: 'x', role: 'Viewer' }] });
    const told = await doctor();
    expect(codes(told)).toEqual(['nobody-yet']);
    expect(told.ok).toBe(true);
  });
});

describe('around the rules', () => {
  it('SCIM before sign-in was ever verified; without SCIM there is nothing to say of it', async () => {
    await startWith({});
    expect(found(await doctor(), 'sign-in-never-verified')).toHaveLength(1);
    scim.close();
    await api.stop();
    await startWith({}, null);
    expect(found(await doctor(), 'sign-in-never-verified')).toEqual([]);
  });

  it('nobody in when the provider is away', async () => {
    await startWith({});
    expect(found(await doctor(), 'no-admin-outside')).toHaveLength(1);
  });

  it('what the configuration file owns is not offered to be changed, and says so', async () => {
    await startWith({});
    await api.pushUsers('amara@contoso.com/Sales');
    // The provider of the fixture is declared, with a rule for `roles` and values that nobody has.
    const rules = [{ attribute: 'Department', value: 'Sales', role: 'Viewer' }];
    const body = { attributeRoleMappings: rules };
    const told = (await api.send<DoctorJson>('POST', '/api/providers/entra/doctor', { body })).body;
    const [finding] = found(told, 'attribute-differs');
    expect(finding!.fix).toBeNull();
    expect(finding!.detail).toContain('The configuration file owns attributeRoleMappings');
  });
});

describe('refusals', () => {
  it('403 without mappings:read, 404 for another provider, 400 for a role that is not there', async () => {
    await startWith({});
    const path = `/api/providers/${provider}/doctor`;
    expect((await api.get(path, { key: keys.viewer })).status).toBe(403);
    expect((await api.get('/api/providers/nowhere/doctor')).status).toBe(404);
    const body = { attributeRoleMappings: [{ attribute: 'a', value: 'b', role: 'Captain' }] };
    const { status, problem } = await examine(body);
    expect(status).toBe(400);
    expect(JSON.stringify(problem)).toContain('Captain');
  });
});
