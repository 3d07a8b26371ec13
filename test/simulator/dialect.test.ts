// The bodies of Entra's requests, spelled out: one per form, as documentation and field reports show them.

import { describe, expect, test } from 'vitest';
import {
  changesBody,
  DIALECTS,
  joinBody,
  leaveBody,
  managerBody,
  managerClearingBody,
} from '../../simulator/agent/dialect.ts';
import {
  type Change,
  groupBody,
  type MappingSettings,
  userBody,
  userMapping,
} from '../../simulator/agent/mapping.ts';
import { ENTERPRISE_URN, target } from '../../simulator/agent/target.ts';
import { MAPPING, PERSON } from './organisation.ts';

const PATCH = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
const ROLE_ID = '0b1c0000-0000-4000-8000-000000000001';
const APP_ROLES = [{ id: ROLE_ID, value: 'navigator', displayName: 'Navigator' }];

function change(verb: Change['verb'], path: string, value: Change['value']): Change {
  return { verb, target: target(path), value, read: undefined };
}

const SEVERAL: Change[] = [
  change('replace', 'displayName', 'Runa Mastbaum'),
  change('add', 'emails[type eq "work"].value', 'r.mastbaum@nordhafen.example'),
  change('replace', 'name.familyName', 'Mastbaum'),
  change('add', `${ENTERPRISE_URN}:department`, 'Pilotage'),
  change('replace', 'active', false),
  change('remove', 'title', null),
];

describe('PATCH of a user', () => {
  test('legacy: an operation per attribute, capitalised verbs, booleans as text (Q01, Q02)', () => {
    expect(changesBody(DIALECTS.legacy, SEVERAL, [])).toEqual({
      schemas: PATCH,
      Operations: [
        { op: 'Replace', path: 'displayName', value: 'Runa Mastbaum' },
        { op: 'Add', path: 'emails[type eq "work"].value', value: 'r.mastbaum@nordhafen.example' },
        { op: 'Replace', path: 'name.familyName', value: 'Mastbaum' },
        { op: 'Add', path: `${ENTERPRISE_URN}:department`, value: 'Pilotage' },
        { op: 'Replace', path: 'active', value: 'False' },
        { op: 'Remove', path: 'title' },
      ],
    });
  });

  test('flag: filtered paths one by one, all others in one path-less operation per verb (Q07, Q08)', () => {
    expect(changesBody(DIALECTS.flag, SEVERAL, [])).toEqual({
      schemas: PATCH,
      Operations: [
        { op: 'add', path: 'emails[type eq "work"].value', value: 'r.mastbaum@nordhafen.example' },
        { op: 'remove', path: 'title' },
        {
          op: 'replace',
          value: { displayName: 'Runa Mastbaum', 'name.familyName': 'Mastbaum', active: false },
        },
        { op: 'add', value: { [`${ENTERPRISE_URN}:department`]: 'Pilotage' } },
      ],
    });
  });

  test('gallery: filtered paths are keys of the path-less operation too (Q07)', () => {
    expect(changesBody(DIALECTS.gallery, SEVERAL.slice(0, 3), [])).toEqual({
      schemas: PATCH,
      Operations: [
        { op: 'replace', value: { displayName: 'Runa Mastbaum', 'name.familyName': 'Mastbaum' } },
        { op: 'add', value: { 'emails[type eq "work"].value': 'r.mastbaum@nordhafen.example' } },
      ],
    });
  });

  test('verbose: an operation per attribute, lower-case verbs, JSON booleans', () => {
    expect(changesBody(DIALECTS.verbose, SEVERAL.slice(3, 5), [])).toEqual({
      schemas: PATCH,
      Operations: [
        { op: 'add', path: `${ENTERPRISE_URN}:department`, value: 'Pilotage' },
        { op: 'replace', path: 'active', value: false },
      ],
    });
  });

  test('complex app roles: JSON within a text in the legacy form, objects otherwise (Q21)', () => {
    const role = {
      primary: false,
      type: 'WindowsAzureActiveDirectoryRole',
      value: 'navigator',
      display: 'Navigator',
    };
    const added = [change('add', 'roles', [role])];
    expect(changesBody(DIALECTS.legacy, added, APP_ROLES).Operations).toEqual([
      {
        op: 'Add',
        path: 'roles',
        value: [{ value: `{"id":"${ROLE_ID}","value":"navigator","displayName":"Navigator"}` }],
      },
    ]);
    expect(changesBody(DIALECTS.flag, added, APP_ROLES).Operations).toEqual([
      { op: 'add', path: 'roles', value: [role] },
    ]);
    expect(changesBody(DIALECTS.legacy, [change('replace', 'roles', [role])], APP_ROLES).Operations).toEqual([
      { op: 'Replace', path: 'roles', value: [role] },
    ]);
  });
});

describe('manager', () => {
  test.each([
    [
      'legacy',
      { op: 'Add', path: 'manager', value: [{ $ref: 'https://app.example/scim/Users/m1', value: 'm1' }] },
    ],
    ['flag', { op: 'add', value: { [`${ENTERPRISE_URN}:manager`]: 'm1' } }],
    ['gallery', { op: 'add', value: { [`${ENTERPRISE_URN}:manager`]: 'm1' } }],
    ['verbose', { op: 'add', path: `${ENTERPRISE_URN}:manager`, value: 'm1' }],
  ] as const)('is written in %s (Q16, Q17)', (name, operation) => {
    expect(managerBody(DIALECTS[name], 'add', 'm1', 'https://app.example/scim/Users')).toEqual({
      schemas: PATCH,
      Operations: [operation],
    });
  });

  test('is written as an object when the job is set so', () => {
    const dialect = { ...DIALECTS.verbose, manager: 'object' as const };
    expect(managerBody(dialect, 'replace', 'm1', '').Operations).toEqual([
      { op: 'replace', path: `${ENTERPRISE_URN}:manager`, value: { value: 'm1' } },
    ]);
  });

  test.each([
    ['legacy', 'filter', { op: 'Remove', path: 'manager[value eq "m1"]' }],
    ['legacy', 'remove', { op: 'Remove', path: `${ENTERPRISE_URN}:manager` }],
    ['verbose', 'empty', { op: 'replace', path: `${ENTERPRISE_URN}:manager`, value: '' }],
    ['flag', 'empty', { op: 'replace', value: { [`${ENTERPRISE_URN}:manager`]: '' } }],
  ] as const)('is cleared in %s by %s (Q18)', (name, managerClearing, operation) => {
    expect(managerClearingBody({ ...DIALECTS[name], managerClearing }, 'm1').Operations).toEqual([operation]);
  });
});

describe('members', () => {
  test('legacy: value lists with an empty $ref, also for those who leave (Q24)', () => {
    expect(joinBody(DIALECTS.legacy, ['u1'], false).Operations).toEqual([
      { op: 'Add', path: 'members', value: [{ $ref: null, value: 'u1' }] },
    ]);
    expect(leaveBody(DIALECTS.legacy, ['u1', 'u2']).Operations).toEqual([
      {
        op: 'Remove',
        path: 'members',
        value: [
          { $ref: null, value: 'u1' },
          { $ref: null, value: 'u2' },
        ],
      },
    ]);
  });

  test('flag: those who leave are removed by filter, one operation each (Q25)', () => {
    expect(joinBody(DIALECTS.flag, ['u1', 'u2'], false).Operations).toEqual([
      { op: 'add', path: 'members', value: [{ value: 'u1' }, { value: 'u2' }] },
    ]);
    expect(leaveBody(DIALECTS.flag, ['u1', 'u2']).Operations).toEqual([
      { op: 'remove', path: 'members[value eq "u1"]' },
      { op: 'remove', path: 'members[value eq "u2"]' },
    ]);
  });

  test('the deviation of 2026 sends a joiner as a replace (Q27)', () => {
    expect(joinBody(DIALECTS.flag, ['u1'], true).Operations).toEqual([
      { op: 'replace', path: 'members', value: [{ value: 'u1' }] },
    ]);
  });
});

describe('POST', () => {
  const body = (
    settings: Partial<MappingSettings>,
    appRoles: readonly string[] = [],
  ): Record<string, unknown> =>
    userBody(userMapping({ ...MAPPING, ...settings }, APP_ROLES), {
      user: { ...PERSON, appRoles },
      active: true,
    });

  test('of a user: both schemas, primary work address, meta, roles even when empty, nothing that is empty', () => {
    expect(body({ externalId: 'mailNickname' })).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE_URN],
      externalId: 'runa.tallmast',
      userName: 'runa.tallmast@nordhafen.example',
      active: true,
      displayName: 'Runa Tallmast',
      emails: [{ primary: true, type: 'work', value: 'runa.tallmast@nordhafen.example' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'Runa Tallmast', familyName: 'Tallmast', givenName: 'Runa' },
      roles: [],
    });
  });

  test('of a user with everything: one address and one telephone number per type, the extension as an object', () => {
    const user = {
      ...PERSON,
      city: 'Visby',
      postalCode: '621 57',
      telephoneNumber: '+46 (0)498-555 01',
      mobile: '+46 70 555 01',
      department: 'Pilotage',
      employeeId: 'N-7',
    };
    expect(userBody(userMapping(MAPPING, []), { user, active: true })).toMatchObject({
      addresses: [{ type: 'work', locality: 'Visby', postalCode: '621 57' }],
      phoneNumbers: [
        { type: 'work', value: '+46 (0)498-555 01' },
        { type: 'mobile', value: '+46 70 555 01' },
      ],
      [ENTERPRISE_URN]: { employeeNumber: 'N-7', department: 'Pilotage' },
    });
  });

  test('of a user with app roles, by mapping function', () => {
    const type = 'WindowsAzureActiveDirectoryRole';
    expect(body({ roles: 'single' }, ['navigator']).roles).toEqual([
      { primary: true, type, value: 'navigator' },
    ]);
    expect(body({ roles: 'complex' }, ['navigator']).roles).toEqual([
      { primary: false, type, value: 'navigator', display: 'Navigator' },
    ]);
    expect(body({ roles: 'none' }, ['navigator']).roles).toEqual([]);
  });

  test("of a group: no members, and Microsoft's own schema URI beside the core one (Q28)", () => {
    expect(
      groupBody({ objectId: '8aa1', displayName: 'Lotsen', memberIds: new Set(['u1']), assigned: true }),
    ).toEqual({
      schemas: [
        'urn:ietf:params:scim:schemas:core:2.0:Group',
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ],
      externalId: '8aa1',
      displayName: 'Lotsen',
      meta: { resourceType: 'Group' },
    });
  });
});
