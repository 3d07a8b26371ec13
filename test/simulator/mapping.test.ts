// What differs, and with which verb it is sent: the verb follows what was read.

import { describe, expect, test } from 'vitest';
import { type MappingSettings, userBody, userChanges, userMapping } from '../../simulator/agent/mapping.ts';
import { ENTERPRISE_URN } from '../../simulator/agent/target.ts';
import type { TenantUser } from '../../simulator/tenant.ts';
import { MAPPING, PERSON } from './organisation.ts';

const APP_ROLES = [
  { id: 'r1', value: 'navigator', displayName: 'Navigator' },
  { id: 'r2', value: 'pilot', displayName: 'Pilot' },
];

/** Differences between a person and a resource that was made of the same person and then edited. */
function differences(
  edit: (resource: Record<string, unknown>) => void,
  person: Partial<TenantUser> = {},
  settings: Partial<MappingSettings> = {},
): unknown[] {
  const mapping = userMapping({ ...MAPPING, ...settings }, APP_ROLES);
  const view = { user: { ...PERSON, ...person }, active: true };
  const resource = structuredClone(userBody(mapping, view));
  edit(resource);
  return userChanges(mapping, view, resource).map(({ verb, target, value }) => [verb, target.path, value]);
}

describe('verbs', () => {
  test('a resource that shows everything needs nothing', () => {
    expect(
      differences(() => {}, { department: 'Pilotage', telephoneNumber: '+46 1', city: 'Visby' }),
    ).toEqual([]);
  });

  test('absent, null and empty are added, anything else is replaced', () => {
    const edit = (resource: Record<string, unknown>): void => {
      delete resource.displayName;
      resource.externalId = null;
      resource.name = { formatted: 'Runa Tallmast', givenName: '', familyName: 'Former' };
      resource.active = false;
    };
    expect(differences(edit)).toEqual([
      ['add', 'externalId', PERSON.objectId],
      ['replace', 'active', true],
      ['add', 'displayName', 'Runa Tallmast'],
      ['add', 'name.givenName', 'Runa'],
      ['replace', 'name.familyName', 'Tallmast'],
    ]);
  });

  test('a missing element is added by its filtered path, a present one replaced (Q04, Q05)', () => {
    const edit = (resource: Record<string, unknown>): void => {
      resource.emails = [{ type: 'home', value: PERSON.mail }];
      resource.phoneNumbers = [{ type: 'work', value: '+46 2' }];
    };
    expect(differences(edit, { telephoneNumber: '+46 1' })).toEqual([
      ['add', 'emails[type eq "work"].value', PERSON.mail],
      ['replace', 'phoneNumbers[type eq "work"].value', '+46 1'],
    ]);
  });

  test('values are compared as they are: another spelling is another value (Q47)', () => {
    const edit = (resource: Record<string, unknown>): void => {
      resource.userName = PERSON.userPrincipalName.toUpperCase();
      (resource[ENTERPRISE_URN] as Record<string, unknown>).department = 'pilotage';
    };
    expect(differences(edit, { department: 'Pilotage' })).toEqual([
      ['replace', 'userName', PERSON.userPrincipalName],
      ['replace', `${ENTERPRISE_URN}:department`, 'Pilotage'],
    ]);
  });
});

describe('an emptied source attribute', () => {
  const titled = (resource: Record<string, unknown>): void => {
    resource.title = 'Pilot';
  };
  test.each([
    ['silence', []],
    ['empty', [['replace', 'title', '']]],
    ['null', [['replace', 'title', null]]],
    ['remove', [['remove', 'title', null]]],
  ] as const)('%s', (clearing, expected) => {
    expect(differences(titled, {}, { clearing })).toEqual(expected);
  });
});

describe('recycle bin', () => {
  const hex = '9f3c000000004000800000000000f433';
  test('the object id without hyphens is put before the user name (Q36)', () => {
    const restored = (resource: Record<string, unknown>): void => {
      resource.userName = PERSON.userPrincipalName;
    };
    expect(differences(restored, { softDeleted: true })).toEqual([
      ['replace', 'userName', `${hex}${PERSON.userPrincipalName}`],
    ]);
  });

  test('mail too, or nothing, when the job is set so', () => {
    const clean = (resource: Record<string, unknown>): void => {
      resource.userName = PERSON.userPrincipalName;
      resource.emails = [{ type: 'work', value: PERSON.mail }];
    };
    expect(differences(clean, { softDeleted: true }, { recycleBin: 'rename-mail' })).toEqual([
      ['replace', 'userName', `${hex}${PERSON.userPrincipalName}`],
      ['replace', 'emails[type eq "work"].value', `${hex}${PERSON.mail}`],
    ]);
    expect(differences(clean, { softDeleted: true }, { recycleBin: 'keep' })).toEqual([]);
  });
});

describe('app roles', () => {
  const held =
    (values: string[]) =>
    (resource: Record<string, unknown>): void => {
      resource.roles = values.map((value, position) => ({ value, primary: position === 0 }));
    };

  test('single: the primary role is replaced in place (Q22)', () => {
    expect(differences(held(['pilot']), { appRoles: ['navigator'] }, { roles: 'single' })).toEqual([
      ['replace', 'roles[primary eq "True"].value', 'navigator'],
    ]);
  });

  test('complex: only ever adds (Q23)', () => {
    expect(differences(held(['pilot']), { appRoles: ['navigator'] }, { roles: 'complex' })).toMatchObject([
      ['add', 'roles', [{ value: 'navigator' }]],
    ]);
    expect(
      differences(held(['pilot', 'navigator']), { appRoles: ['navigator'] }, { roles: 'complex' }),
    ).toEqual([]);
  });

  test('assertive: sends the whole list, also an empty one (Q23)', () => {
    expect(
      differences(held(['pilot', 'navigator']), { appRoles: ['navigator'] }, { roles: 'assertive' }),
    ).toMatchObject([['replace', 'roles', [{ value: 'navigator' }]]]);
    expect(differences(held(['pilot']), {}, { roles: 'assertive' })).toEqual([['replace', 'roles', []]]);
  });
});
