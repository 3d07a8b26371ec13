import { describe, expect, it } from 'vitest';
import { applyPatch, readPatch } from '../../src/scim/patch.ts';
import { userKind } from '../../src/scim/schema.ts';
import {
  ACME,
  ENTERPRISE,
  PATCH_OP,
  patchBody,
  patchGroup,
  patchUser,
  readUser,
  reasonOf,
  refusalOf,
  timed,
  USER,
  userDocument,
} from './samples.ts';

const work = { type: 'work', value: 'a@work.example', primary: true };
const home = { type: 'home', value: 'a@home.example' };
const start = {
  title: 'Cartographer',
  name: { familyName: 'Osei', givenName: 'Amara' },
  active: true,
  emails: [work, home],
  [ENTERPRISE]: { department: 'A', manager: { value: 'm1' } },
};
const outcome = (...operations: unknown[]) => patchUser(start, ...operations).document;
const refused = (...operations: unknown[]) => reasonOf(() => patchUser(start, ...operations));

describe('[RFC7644 3.5.2] the request', () => {
  const reason = (body: unknown) => reasonOf(() => readPatch(userKind, body));
  it('a body that is no object, or has no Operations, is invalidSyntax (P02, P51)', () => {
    for (const body of [
      null,
      [],
      'x',
      {},
      { schemas: [PATCH_OP] },
      { schemas: [PATCH_OP], Operations: {} },
      patchBody('x'),
      patchBody(null),
    ]) {
      expect(reason(body)).toBe('invalidSyntax');
    }
  });
  it('schemas without the PatchOp URN is invalidSyntax (P01); no schemas is forgiven (SEMANTICS 13)', () => {
    for (const schemas of [[], [USER], 'x', [5]])
      expect(reason({ schemas, Operations: [] })).toBe('invalidSyntax');
    expect(readPatch(userKind, { schemas: [PATCH_OP.toLowerCase()], Operations: [] })).toEqual([]);
    const { document, unlisted } = readUser();
    const operations = readPatch(userKind, { Operations: [{ op: 'add', path: 'title', value: 'x' }] });
    expect(applyPatch(userKind, { document, unlisted }, operations)).toMatchObject({
      document: { title: 'x' },
      habits: ['missing-patch-schema'],
    });
  });
  it('an empty list changes nothing (Q42, SEMANTICS 13)', () =>
    expect(outcome()).toEqual(userDocument(start)));
  it('an unknown op is invalidSyntax and names the operation (P03)', () => {
    for (const op of ['move', '', null, 5, undefined])
      expect(reason(patchBody({ op, path: 'title', value: 'x' }))).toBe('invalidSyntax');
    expect(
      refusalOf(() => readPatch(userKind, patchBody({ op: 'add', value: {} }, { op: 'test' }))).detail,
    ).toBe('operation 2 of 2: op: expected add, replace or remove, got "test"');
  });
  it('add and replace need a value (P07)', () => {
    expect(refused({ op: 'add', path: 'title' })).toBe('invalidValue');
    expect(refused({ op: 'replace' })).toBe('invalidValue');
    expect(refused({ op: 'add', value: 'x' })).toBe('invalidValue');
  });
  it('a path must be a text, and one that parses (P40)', () => {
    expect(refused({ op: 'add', path: 5, value: 'x' })).toBe('invalidPath');
    expect(refused({ op: 'add', path: 'a b', value: 'x' })).toBe('invalidPath');
  });
  it('at most 1,000 operations and 10,000 changes', () => {
    const many = Array.from({ length: 1001 }, () => ({ op: 'remove', path: 'title' }));
    expect(reason(patchBody(...many))).toBe('tooLarge');
    const filters = Array.from({ length: 10 }, () => ({
      op: 'remove',
      path: `emails[value eq "${'x'.repeat(9_000)}"]`,
    }));
    expect(reason(patchBody(...filters))).toBe('tooLarge');
    const wide = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`a${i}`, 'x']));
    expect(reason(patchBody({ op: 'add', value: wide }))).toBe('tooLarge');
  });
  it('names in any letter case, extra members ignored (Q43)', () => {
    const body = {
      schemas: [PATCH_OP],
      id: '1',
      operations: [{ name: 'x', OP: 'Replace', Path: 'title', VALUE: 'y' }],
    };
    const { document, unlisted } = readUser(start);
    expect(applyPatch(userKind, { document, unlisted }, readPatch(userKind, body)).document.title).toBe('y');
  });
});

describe('[RFC7644 3.5.2.1] add', () => {
  it('sets a single value, with and without a path (P05, P06)', () => {
    expect(outcome({ op: 'add', path: 'nickName', value: 'A' }).nickName).toBe('A');
    expect(outcome({ op: 'add', value: { nickName: 'A', title: 'B' } })).toMatchObject({
      nickName: 'A',
      title: 'B',
    });
  });
  it('the RFC’s example: an e-mail and a nickname without a path', () => {
    const value = { emails: [{ value: 'babs@jensen.org', type: 'home' }], nickname: 'Babs' };
    expect(outcome({ op: 'add', value })).toMatchObject({
      emails: [work, home, value.emails[0]],
      nickName: 'Babs',
    });
  });
  it('appends to a list (P08), not what is there already (P09)', () => {
    const other = { type: 'other', value: 'o' };
    expect(outcome({ op: 'add', path: 'emails', value: [other] }).emails).toEqual([work, home, other]);
    expect(outcome({ op: 'add', path: 'emails', value: other }).emails).toEqual([work, home, other]);
    expect(outcome({ op: 'add', path: 'emails', value: [home] }).emails).toEqual([work, home]);
    expect(outcome({ op: 'add', path: 'emails', value: [] }).emails).toEqual([work, home]);
  });
  it('makes a missing parent (P11), keeps other sub-attributes (P12)', () => {
    expect(patchUser({}, { op: 'add', path: 'name.familyName', value: 'X' }).document.name).toEqual({
      familyName: 'X',
    });
    expect(outcome({ op: 'add', path: 'name', value: { middleName: 'E' } }).name).toEqual({
      familyName: 'Osei',
      givenName: 'Amara',
      middleName: 'E',
    });
  });
  it('a new primary turns the old one off (P37)', () => {
    const next = { type: 'other', value: 'o', primary: true };
    const demoted = [{ ...work, primary: false }, home];
    expect(outcome({ op: 'add', path: 'emails', value: [next] }).emails).toEqual([...demoted, next]);
    expect(outcome({ op: 'add', path: 'emails', value: [{ ...home, primary: 'True' }] }).emails).toEqual([
      { ...work, primary: false },
      { ...home, primary: true },
    ]);
    const later = [{ value: 'x' }, { value: 'y', primary: true }];
    expect(
      patchUser({ emails: later }, { op: 'add', path: 'emails', value: [{ value: 'x', primary: true }] })
        .document.emails,
    ).toEqual([
      { value: 'x', primary: true },
      { value: 'y', primary: false },
    ]);
    expect(outcome({ op: 'replace', path: 'emails[type eq "home"].primary', value: true }).emails).toEqual([
      { ...work, primary: false },
      { ...home, primary: true },
    ]);
  });
});

describe('[RFC7644 3.5.2.2] remove', () => {
  it('a single value, a list, a sub-attribute (P20, P22, P25)', () => {
    expect(outcome({ op: 'remove', path: 'title' }).title).toBeUndefined();
    expect(outcome({ op: 'remove', path: 'emails' }).emails).toBeUndefined();
    expect(outcome({ op: 'remove', path: 'name.givenName' }).name).toEqual({ familyName: 'Osei' });
  });
  it('matching elements only (P23), the last one with its attribute (P24)', () => {
    expect(outcome({ op: 'remove', path: 'emails[type eq "work"]' }).emails).toEqual([home]);
    expect(
      outcome({ op: 'remove', path: 'emails[type eq "work" or value ew "home.example"]' }).emails,
    ).toBeUndefined();
    expect(outcome({ op: 'remove', path: 'emails[not (type eq "work")]' }).emails).toEqual([work]);
  });
  it('a sub-attribute of matching elements (P26); what is hollow then goes (Q45)', () => {
    expect(outcome({ op: 'remove', path: 'emails[type eq "work"].primary' }).emails).toEqual([
      { type: 'work', value: 'a@work.example' },
      home,
    ]);
    expect(outcome({ op: 'remove', path: 'emails[type eq "work"].value' }).emails).toEqual([home]);
    expect(outcome({ op: 'remove', path: 'emails.type' }).emails).toEqual([
      { value: 'a@work.example', primary: true },
      { value: 'a@home.example' },
    ]);
  });
  it('without a path is noTarget (P21)', () => {
    for (const value of [undefined, { title: 'x' }])
      expect(refused({ op: 'remove', value })).toBe('noTarget');
    expect(refused({ op: 'remove', path: USER })).toBe('noTarget');
  });
  it('of what is not there succeeds (SEMANTICS 13)', () => {
    const paths = [
      'nickName',
      'name.middleName',
      'phoneNumbers',
      'phoneNumbers[type eq "fax"].value',
      'emails[type eq "x"]',
      `${ENTERPRISE}:division`,
      ACME,
      `${ACME}:tag`,
      'odd',
      'ims.value',
      'addresses[type eq "x"].locality',
    ];
    for (const path of paths) expect(outcome({ op: 'remove', path }), path).toEqual(userDocument(start));
  });
  it('of a required attribute is mutability (P27)', () => {
    expect(refused({ op: 'remove', path: 'userName' })).toBe('mutability');
    expect(refused({ op: 'replace', path: 'userName', value: '' })).toBe('invalidValue');
    expect(refused({ op: 'replace', value: { userName: null } })).toBe('invalidValue');
    expect(reasonOf(() => patchGroup([{ op: 'remove', path: 'displayName' }]))).toBe('mutability');
    expect(
      outcome({ op: 'remove', path: 'userName' }, { op: 'add', path: 'userName', value: 'new' }).userName,
    ).toBe('new');
  });
  it('with a value: only what equals it (Q46, Q23)', () => {
    for (const value of ['', null, 'Cartographer', ['Cartographer']])
      expect(outcome({ op: 'remove', path: 'title', value }).title).toBeUndefined();
    expect(outcome({ op: 'remove', path: 'title', value: 'Pilot' }).title).toBe('Cartographer');
    expect(outcome({ op: 'remove', path: 'name.givenName', value: 'Bo' }).name).toEqual(start.name);
    expect(outcome({ op: 'remove', path: 'emails', value: [{ value: 'a@work.example' }] }).emails).toEqual([
      home,
    ]);
    expect(
      outcome({ op: 'remove', path: 'emails', value: [{ value: 'a@work.example', type: 'home' }] }).emails,
    ).toEqual([work, home]);
    expect(outcome({ op: 'remove', path: 'emails', value: [{ type: 'home' }] }).emails).toEqual([work, home]);
    expect(outcome({ op: 'remove', path: 'emails', value: [] }).emails).toEqual([work, home]);
    expect(outcome({ op: 'remove', path: 'manager', value: 'm2' })[ENTERPRISE]).toEqual(start[ENTERPRISE]);
    expect(outcome({ op: 'remove', path: 'manager', value: { value: 'm1' } })[ENTERPRISE]).toEqual({
      department: 'A',
    });
  });
});

describe('[RFC7644 3.5.2.3] replace', () => {
  it('only what is named (P14), whole lists (P15), acts as add (P16)', () => {
    expect(outcome({ op: 'replace', value: { title: 'B' } })).toEqual(userDocument({ ...start, title: 'B' }));
    expect(outcome({ op: 'replace', path: 'emails', value: [home] }).emails).toEqual([home]);
    expect(outcome({ op: 'replace', path: 'nickName', value: 'A' }).nickName).toBe('A');
  });
  it('keeps sub-attributes that are not named (P13), clears those with null or "" (Q45)', () => {
    expect(outcome({ op: 'replace', path: 'name', value: { familyName: 'Ray' } }).name).toEqual({
      familyName: 'Ray',
      givenName: 'Amara',
    });
    expect(outcome({ op: 'replace', path: 'name', value: { familyName: '', givenName: 'A' } }).name).toEqual({
      givenName: 'A',
    });
    expect(
      outcome({ op: 'replace', value: { name: { familyName: null, givenName: null } } }).name,
    ).toBeUndefined();
  });
  it('only the matching element (P17); its place for a whole new one (P19)', () => {
    expect(outcome({ op: 'replace', path: 'emails[type eq "work"].value', value: 'n' }).emails).toEqual([
      { ...work, value: 'n' },
      home,
    ]);
    expect(
      outcome({ op: 'replace', path: 'emails[type eq "work"]', value: { type: 'work', value: 'n' } }).emails,
    ).toEqual([{ type: 'work', value: 'n' }, home]);
    expect(
      outcome({ op: 'replace', path: 'emails[type eq "work"]', value: [{ value: 'n' }] }).emails,
    ).toEqual([{ type: 'work', value: 'n' }, home]);
    expect(outcome({ op: 'add', path: 'emails[type eq "work"]', value: { display: 'W' } }).emails).toEqual([
      { ...work, display: 'W' },
      home,
    ]);
    expect(
      refused({ op: 'replace', path: 'emails[type eq "work"]', value: [{ value: 'n' }, { value: 'o' }] }),
    ).toBe('invalidValue');
  });
  it('the RFC’s example: one address by its type', () => {
    const value = { type: 'work', streetAddress: '911 Universal City Plaza', locality: 'Hollywood' };
    const addresses = [
      { type: 'work', streetAddress: 'old', region: 'CA' },
      { type: 'home', locality: 'Visby' },
    ];
    const patched = patchUser({ addresses }, { op: 'replace', path: 'addresses[type eq "work"]', value });
    expect(patched.document.addresses).toEqual([value, addresses[1]]);
    const street = patchUser(
      { addresses },
      { op: 'replace', path: 'addresses[type eq "work"].streetAddress', value: '1010 Broadway Ave' },
    );
    expect(street.document.addresses).toEqual([
      { ...addresses[0], streetAddress: '1010 Broadway Ave' },
      addresses[1],
    ]);
  });
  it('null, "" and [] unassign (P45, P46, Q45)', () => {
    for (const value of [null, '', []]) {
      for (const op of ['replace', 'Replace']) {
        expect(outcome({ op, path: 'title', value }).title).toBeUndefined();
        expect(outcome({ op, path: 'emails', value }).emails).toBeUndefined();
        expect(outcome({ op, value: { title: value, 'name.givenName': value } })).toEqual(
          userDocument({ ...start, title: '', name: { familyName: 'Osei' } }),
        );
      }
    }
    expect(outcome({ op: 'add', path: 'title', value: '' }).title).toBeUndefined();
    expect(outcome({ op: 'replace', path: 'emails[type eq "work"]', value: '' }).emails).toEqual([home]);
  });
  it('a sub-attribute of a list without a filter: of every element, or of a new one', () => {
    expect(outcome({ op: 'replace', path: 'emails.display', value: 'D' }).emails).toEqual([
      { ...work, display: 'D' },
      { ...home, display: 'D' },
    ]);
    expect(patchUser({}, { op: 'add', path: 'emails.Value', value: 'x' }).document.emails).toEqual([
      { value: 'x' },
    ]);
  });
  it('a wrong type is invalidValue, with operation and path in the detail (P44)', () => {
    expect(
      refusalOf(() =>
        patchUser(start, { op: 'add', value: {} }, { op: 'replace', path: 'active', value: 'maybe' }),
      ),
    ).toEqual({
      reason: 'invalidValue',
      detail: 'operation 2 of 2, path "active": active: expected true or false, got "maybe"',
    });
    for (const [path, value] of [
      ['title', { a: 1 }],
      ['name', 'x'],
      ['name.familyName', 5],
      ['emails', 'x'],
      ['emails[type eq "work"].value', {}],
      ['active', 5],
    ]) {
      expect(refused({ op: 'replace', path, value })).toBe('invalidValue');
    }
  });
});

describe('value paths without a match (SEMANTICS 13)', () => {
  it('add and replace make the element of a single eq (Q04, Q05, P47, I12)', () => {
    for (const op of ['add', 'replace']) {
      const patched = patchUser({}, { op, path: 'phoneNumbers[type eq "mobile"].value', value: '1' });
      expect(patched.document.phoneNumbers).toEqual([{ type: 'mobile', value: '1' }]);
      expect(patched.habits).toEqual(['element-created']);
    }
  });
  it('several operations build one element (Q06)', () => {
    const parts = ['streetAddress', 'locality', 'postalCode'].map((part) => ({
      op: 'Add',
      path: `addresses[type eq "work"].${part}`,
      value: part,
    }));
    expect(patchUser({}, ...parts).document.addresses).toEqual([
      { streetAddress: 'streetAddress', locality: 'locality', postalCode: 'postalCode', type: 'work' },
    ]);
  });
  it('a made primary turns the old one off (Q22)', () => {
    const roles = patchUser(
      { roles: [{ value: 'a', primary: false }] },
      { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'pilot' },
    );
    expect(roles.document.roles).toEqual([
      { value: 'a', primary: false },
      { value: 'pilot', primary: true },
    ]);
  });
  it('every other filter, and replace of a whole element, is noTarget (P18)', () => {
    for (const filter of [
      'type eq "x" and value eq "y"',
      'type ne "work" and type ne "home"',
      'value co "zz"',
      'odd eq "x"',
      'not (type pr)',
    ]) {
      expect(refused({ op: 'replace', path: `emails[${filter}].value`, value: 'n' }), filter).toBe(
        'noTarget',
      );
    }
    expect(refused({ op: 'replace', path: 'emails[type eq "x"]', value: { value: 'n' } })).toBe('noTarget');
    expect(outcome({ op: 'add', path: 'emails[type eq "x"]', value: { value: 'n' } }).emails).toEqual([
      work,
      home,
      { value: 'n', type: 'x' },
    ]);
  });
  it('clearing makes nothing', () =>
    expect(outcome({ op: 'replace', path: 'ims[type eq "x"].value', value: '' })).toEqual(
      userDocument(start),
    ));
  it('on a boolean (P52, Q03)', () => {
    expect(outcome({ op: 'replace', path: 'emails[primary eq true].value', value: 'n' }).emails).toEqual([
      { ...work, value: 'n' },
      home,
    ]);
  });
});

describe('read-only attributes', () => {
  it('id by path is mutability (P28), inside a value ignored (Q49)', () => {
    for (const op of ['add', 'replace', 'remove'])
      expect(refused({ op, path: 'id', value: 'x' })).toBe('mutability');
    expect(
      outcome({ op: 'replace', value: { id: 'x', title: 'B', schemas: ['x'], meta: { version: '1' } } })
        .title,
    ).toBe('B');
  });
  it('password by path is refused, as changePassword is not supported; inside a value it is read past', () => {
    const refused = () => outcome({ op: 'replace', path: 'password', value: 'Sesame-1' });
    expect(refused).toThrow(expect.objectContaining({ reason: 'mutability' }));
    expect(outcome({ op: 'replace', value: { password: 'Sesame-1' } })).toEqual(userDocument(start));
  });

  it('meta, groups, schemas are read past (P29, G24)', () => {
    const paths = [
      'meta',
      'meta.created',
      'groups',
      'groups[value eq "x"]',
      'schemas',
      'manager.displayName',
      `${ENTERPRISE}:manager.$ref`,
    ];
    for (const path of paths)
      expect(outcome({ op: 'replace', path, value: [{ value: 'x' }] }), path).toEqual(userDocument(start));
  });
});

describe('values without a path', () => {
  it('keys are paths: dotted, filtered, URN-qualified (Q07, Q08, P38)', () => {
    const { document, habits } = patchUser(start, {
      op: 'replace',
      value: {
        'name.familyName': 'Ray',
        'emails[type eq "work"].value': 'n',
        [`${ENTERPRISE}:department`]: 'B',
        [`${USER}:title`]: 'T',
        displayName: 'D',
      },
    });
    expect(document).toEqual(
      userDocument({
        ...start,
        displayName: 'D',
        title: 'T',
        name: { familyName: 'Ray', givenName: 'Amara' },
        emails: [{ ...work, value: 'n' }, home],
        [ENTERPRISE]: { department: 'B', manager: { value: 'm1' } },
      }),
    );
    expect(habits).toEqual(['dotted-key', 'urn-key']);
  });
  it('an extension’s object is merged, for add and replace (Q09, P35)', () => {
    for (const op of ['add', 'replace']) {
      expect(
        outcome({
          op,
          value: { [ENTERPRISE.toLowerCase()]: { costCenter: 'C', 'manager.value': 'm2', department: '' } },
        })[ENTERPRISE],
      ).toEqual({ costCenter: 'C', manager: { value: 'm2' } });
    }
    expect(outcome({ op: 'add', value: { [USER]: { title: 'T' } } }).title).toBe('T');
    expect(refused({ op: 'add', value: { [USER]: { [USER]: { title: 'T' } } } })).toBe('invalidValue');
  });
  it('a list of one object is unwrapped; anything else is refused', () => {
    expect(outcome({ op: 'replace', value: [{ title: 'T' }] }).title).toBe('T');
    for (const value of [null, 'x', 5, [], [{}, {}]])
      expect(refused({ op: 'replace', value })).toBe('invalidValue');
    expect(refused({ op: 'replace', value: { [ENTERPRISE]: 'x' } })).toBe('invalidValue');
  });
  it('keys that are no names are read past, broken value paths are refused', () => {
    const { document, habits } = patchUser(start, { op: 'add', value: { 'a b': 1, '': 2, title: 'T' } });
    expect(document.title).toBe('T');
    expect(habits).toEqual(['ignored:a b', 'ignored:']);
    expect(refused({ op: 'add', value: { 'emails[type eq': 'x' } })).toBe('invalidPath');
  });
});

describe('the enterprise extension', () => {
  it('by URN path, in any case, with a dot, bare (P34, N06, Q11, Q14)', () => {
    for (const path of [
      `${ENTERPRISE}:department`,
      `${ENTERPRISE}:department`.toUpperCase(),
      `${ENTERPRISE}.department`,
      'department',
    ]) {
      expect(outcome({ op: 'replace', path, value: 'B' })[ENTERPRISE]).toEqual({
        department: 'B',
        manager: { value: 'm1' },
      });
    }
  });
  it('the URN itself as path (P36)', () => {
    const added = patchUser({}, { op: 'add', path: ENTERPRISE, value: { department: 'A' } });
    expect(added.document).toMatchObject({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: 'A' } });
    for (const operation of [{ op: 'remove' }, { op: 'replace', value: null }]) {
      const removed = outcome({ ...operation, path: ENTERPRISE });
      expect(removed[ENTERPRISE]).toBeUndefined();
      expect(removed.schemas).toEqual([USER]);
    }
  });
  it('one attribute goes, the others stay (N05); the last one takes the URN along', () => {
    expect(outcome({ op: 'remove', path: 'department' })[ENTERPRISE]).toEqual({ manager: { value: 'm1' } });
    expect(outcome({ op: 'remove', path: 'department' }, { op: 'remove', path: 'manager' }).schemas).toEqual([
      USER,
    ]);
  });
  it('manager in every form (Q16, Q17, Q18, N07, P48)', () => {
    const manager = (...operations: unknown[]) =>
      (outcome(...operations)[ENTERPRISE] as Record<string, unknown>).manager;
    for (const value of [
      'm2',
      ['m2'],
      { value: 'm2' },
      [{ $ref: 'x', value: 'm2' }],
      { value: 'm2', displayName: 'Boss' },
    ]) {
      for (const path of ['manager', `${ENTERPRISE}:manager`])
        expect(manager({ op: 'Add', path, value })).toEqual({ value: 'm2' });
    }
    expect(manager({ op: 'replace', path: 'manager.value', value: 'm2' })).toEqual({ value: 'm2' });
    for (const operation of [
      { op: 'replace', value: '' },
      { op: 'replace', value: null },
      { op: 'replace', value: { value: '' } },
      { op: 'remove' },
      { op: 'replace', value: [] },
    ]) {
      expect(manager({ ...operation, path: `${ENTERPRISE}:manager` })).toBeUndefined();
    }
    expect(manager({ op: 'remove', path: 'manager[value eq "m1"]' })).toBeUndefined();
    expect(manager({ op: 'remove', path: 'manager[value eq "m2"]' })).toEqual({ value: 'm1' });
    expect(manager({ op: 'replace', path: 'manager[value eq "m1"].value', value: 'm2' })).toEqual({
      value: 'm2',
    });
    expect(refused({ op: 'replace', path: 'manager[value eq "m3"].value', value: 'm2' })).toBe('noTarget');
  });
});

describe('extensions that we do not know', () => {
  const held = {
    [ACME]: { tag: 'blue', roles: [{ value: 'knot' }, { value: 'sail' }], deep: { a: 1, b: 2 } },
  };
  const acme = (...operations: unknown[]) => patchUser(held, ...operations).document[ACME];
  it('attributes are set, cleared, found in any case', () => {
    expect(acme({ op: 'add', path: `${ACME}:TAG`, value: 'red' })).toMatchObject({ tag: 'red' });
    expect(acme({ op: 'replace', value: { [`${ACME.toLowerCase()}:mood`]: 'calm' } })).toMatchObject({
      tag: 'blue',
      mood: 'calm',
    });
    expect(acme({ op: 'remove', path: `${ACME}:tag` })).not.toHaveProperty('tag');
    expect(acme({ op: 'replace', path: `${ACME}:tag`, value: '' })).not.toHaveProperty('tag');
    expect(acme({ op: 'remove', path: `${ACME}:tag`, value: 'red' })).toHaveProperty('tag');
  });
  it('objects are merged, lists are added to or replaced', () => {
    expect(acme({ op: 'replace', value: { [ACME]: { deep: { a: 5 }, tag: null } } })).toMatchObject({
      deep: { a: 5 },
    });
    expect(acme({ op: 'replace', path: `${ACME}:deep`, value: { a: null, c: 3 } })).toMatchObject({
      deep: { b: 2, c: 3 },
    });
    expect(acme({ op: 'replace', path: `${ACME}:deep.a`, value: 7 })).toMatchObject({ deep: { a: 7, b: 2 } });
    expect(
      acme({ op: 'add', path: `${ACME}:roles`, value: [{ value: 'knot' }, { value: 'row' }] }),
    ).toMatchObject({ roles: [{ value: 'knot' }, { value: 'sail' }, { value: 'row' }] });
    expect(acme({ op: 'replace', path: `${ACME}:roles`, value: [{ value: 'row' }] })).toMatchObject({
      roles: [{ value: 'row' }],
    });
    expect(acme({ op: 'remove', path: `${ACME}:roles`, value: [{ value: 'knot' }] })).toMatchObject({
      roles: [{ value: 'sail' }],
    });
  });
  it('value paths', () => {
    expect(acme({ op: 'replace', path: `${ACME}:roles[value eq "KNOT"].display`, value: 'K' })).toMatchObject(
      { roles: [{ value: 'knot', display: 'K' }, { value: 'sail' }] },
    );
    expect(acme({ op: 'add', path: `${ACME}:roles[value eq "row"].display`, value: 'R' })).toMatchObject({
      roles: [{ value: 'knot' }, { value: 'sail' }, { value: 'row', display: 'R' }],
    });
    expect(acme({ op: 'remove', path: `${ACME}:roles[value pr]` })).not.toHaveProperty('roles');
    expect(
      reasonOf(() => acme({ op: 'replace', path: `${ACME}:roles[value co "zz"].display`, value: 'R' })),
    ).toBe('noTarget');
  });
  it('removing one more than may be held is no error', () => {
    const full = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`urn:a:2.0:E${i}`, { x: 1 }]));
    expect(patchUser(full, { op: 'remove', path: `${ACME}:tag` }).document).toEqual(userDocument(full));
    expect(reasonOf(() => patchUser(full, { op: 'add', path: `${ACME}:tag`, value: 'x' }))).toBe(
      'invalidValue',
    );
  });
  it('come and go with their URN in schemas', () => {
    expect(patchUser(held, { op: 'remove', path: ACME }).document).toEqual(userDocument());
    expect(patchUser({}, { op: 'add', path: ACME, value: { tag: 'x' } }).document).toEqual(
      userDocument({ [ACME]: { tag: 'x' } }),
    );
    expect(
      patchUser(
        {},
        { op: 'add', path: 'urn:acme:hr', value: { tag: 'x' } },
        { op: 'remove', path: 'urn:acme:hr:tag' },
      ).document,
    ).toEqual(userDocument());
  });
});

describe('attributes that the schema does not have (P41)', () => {
  it('become facts, never part of the resource', () => {
    const { document, unlisted, habits } = patchUser(
      { favourite: 'red', gone: 'x' },
      { op: 'replace', path: 'FAVOURITE', value: 'blue' },
      { op: 'add', value: { [`${USER}:role`]: 'pilot', gone: '' } },
      { op: 'add', path: `${ENTERPRISE}:badge`, value: '7' },
    );
    expect(document).toEqual(userDocument());
    expect(unlisted).toEqual({ favourite: 'blue', role: 'pilot', [`${ENTERPRISE}:badge`]: '7' });
    expect(habits).toContain('unlisted-attribute:role');
  });
  it('what is deeper is read past, with a tag', () => {
    const { document, unlisted, habits } = patchUser(
      {},
      { op: 'add', path: 'name.odd', value: 'x' },
      { op: 'add', path: 'a[b eq "c"].d', value: 'x' },
    );
    expect(document).toEqual(userDocument());
    expect(unlisted).toEqual({});
    expect(habits).toEqual(['ignored:name.odd', 'ignored:a[b eq "c"].d']);
  });
});

describe('all or nothing (P30, P31, Q55)', () => {
  it('later operations see earlier ones', () => {
    expect(
      outcome({ op: 'add', path: 'title', value: 'A' }, { op: 'remove', path: 'title', value: 'A' }).title,
    ).toBeUndefined();
  });
  it('a refused PATCH leaves no trace', () => {
    const { document, unlisted } = readUser({ ...start, odd: 'x' });
    const before = structuredClone({ document, unlisted });
    const operations = readPatch(
      userKind,
      patchBody(
        {
          op: 'replace',
          value: {
            title: 'X',
            odd: 'y',
            'emails[type eq "work"].value': 'n',
            [ENTERPRISE]: { department: 'Z' },
          },
        },
        { op: 'remove', path: 'userName' },
      ),
    );
    expect(reasonOf(() => applyPatch(userKind, { document, unlisted }, operations))).toBe('mutability');
    expect({ document, unlisted }).toEqual(before);
  });
});

describe('[R06] keys that reach a prototype', () => {
  it('have no effect in paths and values', () => {
    const value = JSON.parse(
      `{"__proto__":{"polluted":1},"constructor":{"x":1},"title":"T","${ACME}":{"__proto__":{"polluted":1},"constructor":1,"tag":"x"},"name":{"__proto__":{"polluted":1},"constructor":"x"}}`,
    );
    const { document, unlisted } = patchUser(
      {},
      { op: 'add', value },
      { op: 'add', path: 'constructor', value: 'x' },
      { op: 'add', path: `${ACME}:constructor`, value: 'x' },
      { op: 'add', path: `${ACME}:a.constructor`, value: 'x' },
    );
    expect(document).toEqual(userDocument({ title: 'T', [ACME]: { tag: 'x' } }));
    expect(unlisted).toEqual({});
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    for (const path of ['__proto__', '__proto__.polluted', `${ACME}:__proto__`])
      expect(refused({ op: 'add', path, value: { polluted: 1 } })).toBe('invalidPath');
    expect(
      reasonOf(() => patchUser({}, { op: 'add', path: `${ACME}:a[__proto__ eq "x"].b`, value: 'x' })),
    ).toBe('noTarget');
  });
});

it('hostile requests are answered at once', () => {
  const nested = JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`);
  const urns = JSON.parse(`${`{"${USER}":`.repeat(2_000)}1${'}'.repeat(2_000)}`);
  const wide = Array.from({ length: 1000 }, (_, i) => ({ value: `v${i}` }));
  const requests: unknown[][] = [
    [{ op: 'add', path: 'odd', value: nested }],
    [{ op: 'add', value: urns }],
    [{ op: 'add', value: { [ACME]: nested } }],
    [{ op: 'add', path: `emails[${'('.repeat(10_000)}`, value: 'x' }],
    [{ op: 'add', path: 'title', value: `${'x'.repeat(1_000_000)}` }],
    [{ op: 'add', path: 'title', value: '\ud800' }],
    [
      { op: 'add', path: 'emails', value: wide },
      { op: 'replace', path: 'emails[value co "v"].display', value: 'x' },
    ],
  ];
  for (const operations of requests) expect(timed(() => patchUser({}, ...operations))).toBeLessThan(100);
});
