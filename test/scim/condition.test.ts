import { describe, expect, it } from 'vitest';
import {
  holds,
  matchesElement,
  orderOfTexts,
  readCondition,
  readElementCondition,
} from '../../src/scim/condition.ts';
import { groupKind, userKind } from '../../src/scim/schema.ts';
import { ACME, ENTERPRISE, GROUP, reasonOf, refusalOf, timed, USER } from './samples.ts';

const amara = {
  schemas: [USER, ENTERPRISE, ACME],
  id: 'Id-1',
  externalId: 'Ext-1',
  userName: 'Amara.Osei@KiteHaus.example',
  name: { familyName: 'Osei', givenName: 'Amara' },
  title: 'Großmeister 100%',
  active: true,
  emails: [
    { value: 'amara@work.example', type: 'work', primary: true },
    { value: 'amara@home.example', type: 'home' },
  ],
  groups: [{ value: 'g1', display: 'Crew' }],
  [ENTERPRISE]: { department: 'Tide Tables', manager: { value: 'm1' } },
  [ACME]: {
    tag: 'Blue-Kite',
    level: 3,
    on: true,
    roles: [{ value: 'knot' }, { value: 'sail' }],
    deep: { part: 'x' },
  },
  meta: { resourceType: 'User', created: '2026-01-31T08:00:00Z', lastModified: '2026-02-01T08:00:00Z' },
};

const user = (filter: string) => holds(readCondition(userKind, filter), amara);
const all = (...filters: string[]) => {
  for (const filter of filters) expect(user(filter), filter).toBe(true);
};
const none = (...filters: string[]) => {
  for (const filter of filters) expect(user(filter), filter).toBe(false);
};
const place = (attribute: string, more = {}) => ({
  urn: null,
  attribute,
  sub: null,
  type: 'string',
  caseExact: false,
  multiValued: false,
  ...more,
});

describe('[RFC7644 3.4.2.2] what a condition is made of', () => {
  it('a comparison', () => {
    expect(readCondition(userKind, 'USERNAME eq "x"')).toEqual({
      kind: 'compare',
      place: place('userName'),
      operator: 'eq',
      value: 'x',
    });
  });
  it('null is the absence of a value (F33)', () => {
    const present = { kind: 'present', place: place('title') };
    expect(readCondition(userKind, 'title eq null')).toEqual({ kind: 'not', part: present });
    expect(readCondition(userKind, 'not (title eq null)')).toEqual({
      kind: 'not',
      part: { kind: 'not', part: present },
    });
    expect(readCondition(userKind, 'title ne null')).toEqual(present);
    expect(reasonOf(() => readCondition(userKind, 'title gt null'))).toBe('invalidFilter');
  });
  it('negations stand at the leaves', () => {
    const compare = (value: string) => ({
      kind: 'not',
      part: { kind: 'compare', place: place('title'), operator: 'eq', value },
    });
    expect(readCondition(userKind, 'not (title eq "a" or not (title eq "b") or title eq "c")')).toEqual({
      kind: 'and',
      parts: [compare('a'), compare('b').part, compare('c')],
    });
  });
  it('an element, with places inside it', () => {
    const emails = place('emails', { type: 'complex', multiValued: true });
    expect(readCondition(userKind, 'emails[type eq "work"].value eq "x"')).toEqual({
      kind: 'element',
      place: emails,
      part: {
        kind: 'and',
        parts: [
          { kind: 'compare', place: place('emails', { sub: 'type' }), operator: 'eq', value: 'work' },
          { kind: 'compare', place: place('emails', { sub: 'value' }), operator: 'eq', value: 'x' },
        ],
      },
    });
  });
  it('literals in the type of the attribute (Q03)', () => {
    expect(readCondition(userKind, 'active eq "True"')).toMatchObject({ value: true });
    expect(readCondition(userKind, 'meta.created ge "1970-01-01T02:00:01+02:00"')).toMatchObject({
      value: 1000,
    });
  });
  it('always and never', () => {
    for (const filter of ['id pr', 'schemas pr', 'meta pr', 'odd eq "x" or id pr'])
      expect(readCondition(userKind, filter)).toEqual({ kind: 'always' });
    for (const filter of [
      'odd eq "x"',
      'not (odd eq "x")',
      'odd ne "x"',
      'name.odd pr',
      'emails[odd eq "x"]',
      'not (emails[odd eq "x"])',
      'title pr and odd pr',
      'not (id pr)',
      `${ENTERPRISE}:odd pr`,
    ]) {
      expect(readCondition(userKind, filter), filter).toEqual({ kind: 'never' });
    }
    expect(readCondition(userKind, 'odd pr or title pr')).toEqual({ kind: 'present', place: place('title') });
  });
});

describe('[RFC7644 3.4.2.2] what holds', () => {
  it('texts without case unless caseExact (F02, F29, K03, K04)', () => {
    all(
      'userName eq "AMARA.osei@kitehaus.EXAMPLE"',
      'userName co "OSEI"',
      'userName sw "amara"',
      'userName ew ".EXAMPLE"',
      'title sw "GROSSM"',
      'id eq "Id-1"',
      'externalId eq "Ext-1"',
    );
    none('id eq "id-1"', 'externalId eq "ext-1"', 'externalId sw "ext"', 'userName eq "amara"');
  });
  it('wildcards of other languages are texts (R08)', () => {
    all('title co "100%"');
    none('title co "1%"', 'title co "_"', 'title sw "*"', 'userName co ".*"');
  });
  it('ne is true of what is not there, and of any element that differs (F05)', () => {
    all(
      'nickName ne "x"',
      'title ne "x"',
      'emails.value ne "amara@home.example"',
      'phoneNumbers ne "1"',
      'nickName ne true or nickName pr'.replace('true', '"true"'),
    );
    none('userName ne "amara.osei@kitehaus.example"', 'groups.value ne "g1"');
  });
  it('other comparisons are false of what is not there; not turns them', () => {
    none('nickName eq "x"', 'nickName gt ""', 'nickName pr', 'name.middleName pr', 'addresses.locality pr');
    all(
      'not (nickName eq "x")',
      'not (nickName pr)',
      'name pr',
      'name.familyName pr',
      'emails pr',
      `${ENTERPRISE} pr`,
    );
  });
  it('order of texts and of points in time (F11, F12, F49)', () => {
    all('userName gt "AMARA"', 'userName lt "b"', 'name.familyName ge "osei"', 'name.familyName le "OSEI"');
    all(
      'meta.created eq "2026-01-31T10:00:00+02:00"',
      'meta.created lt "2026-01-31T08:00:00.001Z"',
      'meta.lastModified gt "2026-01-31T23:59:59Z"',
    );
    none('meta.created gt "2026-01-31T09:00:00+01:00"');
  });
  it('order is by code point, as in the database', () => {
    expect(['\u{1f600}', '\uffee', 'z', 'é', 'za'].sort(orderOfTexts)).toEqual([
      'z',
      'za',
      'é',
      '\uffee',
      '\u{1f600}',
    ]);
  });
  it('booleans', () => {
    all('active eq true', 'active ne false', 'emails.primary eq true', 'emails[primary eq "True"]');
    none('active eq false', 'active eq "False"');
  });
  it('conditions in one value path hold of one element (F22, F23)', () => {
    all(
      'emails[type eq "work" and value co "work.example"]',
      'emails[not (type eq "work")]',
      'not (emails[type eq "other"])',
      'emails[type eq "home"].value ew "home.example"',
    );
    none('emails[type eq "work" and value co "home.example"]', 'emails[type eq "work"].value co "home"');
    all('emails.type eq "work" and emails.value co "home.example"');
  });
  it('a list or manager without sub-attribute means its value (F24, Q20)', () => {
    all(
      'emails co "work.example"',
      'manager eq "m1"',
      `${ENTERPRISE}:manager eq "m1"`,
      `id eq "Id-1" and manager eq "m1"`,
      'groups eq "g1"',
      'manager[value eq "m1"]',
    );
    none('manager eq "M1"', 'emails eq "work.example"');
  });
  it('URN prefixes in any letter case, and bare enterprise names (F25, F26, F27, N08)', () => {
    all(
      `${USER}:userName sw "amara"`,
      `${USER.toLowerCase()}:NAME.FAMILYNAME eq "osei"`,
      `${ENTERPRISE.toUpperCase()}:Department eq "tide tables"`,
    );
    all(
      `${ENTERPRISE}:manager.value eq "m1"`,
      'department co "tide"',
      `${ENTERPRISE}:costCenter ne "x"`,
      `not (${ENTERPRISE}:costCenter pr)`,
    );
  });
  it('extensions that we do not know: the literal’s type decides', () => {
    all(
      `${ACME}:tag eq "blue-kite"`,
      `${ACME.toLowerCase()}:TAG sw "BLUE"`,
      `${ACME}:level gt 2`,
      `${ACME}:on eq true`,
      `${ACME}:roles eq "sail"`,
      `${ACME}:roles.value eq "knot"`,
      `${ACME}:roles[value eq "KNOT"]`,
      `${ACME}:deep.part pr`,
      `${ACME}:none ne "x"`,
    );
    none(
      `${ACME}:level eq "3"`,
      `${ACME}:tag gt 3`,
      `${ACME}:roles[value eq "x"]`,
      `${ACME}:none eq "x"`,
      'urn:other:tag eq "blue-kite"',
    );
    expect(reasonOf(() => readCondition(userKind, `${ACME}:on gt true`))).toBe('invalidFilter');
  });
  it('schemas and meta (F41)', () =>
    all(`schemas eq "${ENTERPRISE.toUpperCase()}"`, 'meta.resourceType eq "User"'));
  it('precedence and grouping (F15 to F20, F47)', () => {
    all(
      'title pr and (nickName pr or active eq true)',
      'nickName pr and title pr or active eq true',
      'active eq true and not (emails[type eq "other"])',
    );
    none('title pr and nickName pr or active eq false');
  });
  it('[RFC7643 7] a password cannot be guessed (F43)', () => {
    const secret = { ...amara, password: 'x' };
    for (const filter of [
      'password eq "x"',
      'password pr',
      'password sw "x"',
      'not (password eq "y")',
      'password ne "y"',
    ]) {
      expect(holds(readCondition(userKind, filter), secret), filter).toBe(false);
    }
  });
});

describe('groups', () => {
  const group = {
    schemas: [GROUP],
    id: 'g1',
    displayName: 'R&D + "Lab"',
    members: [
      { value: 'u1', type: 'User' },
      { value: 'u2', type: 'Group' },
    ],
  };
  const matches = (filter: string) => holds(readCondition(groupKind, filter), group);
  it('members by value, in every form (G21, Q31)', () => {
    for (const filter of [
      'members eq "u1"',
      'members.value eq "u1"',
      'members[value eq "u1"]',
      'id eq "g1" and members eq "u2"',
      'members[value eq "u2" and type eq "group"]',
    ]) {
      expect(matches(filter), filter).toBe(true);
    }
    for (const filter of ['members eq "u3"', 'members[value eq "u1" and type eq "Group"]'])
      expect(matches(filter), filter).toBe(false);
  });
  it('special characters (Q33)', () => expect(matches('displayName eq "r&d + \\"lab\\""')).toBe(true));
  it('enterprise names mean nothing here', () =>
    expect(readCondition(groupKind, 'department pr')).toEqual({ kind: 'never' }));
});

describe('refusals', () => {
  const bad = [
    'active gt true',
    'active co "t"',
    'active eq "maybe"',
    'active eq 1',
    'userName eq 5',
    'userName eq true',
    'name eq "x"',
    'addresses co "x"',
    'meta eq "x"',
    'meta.created gt "yesterday"',
    'meta.created co "2026"',
    'x509Certificates gt "aa"',
    'title[value eq "x"]',
    'name.familyName[x eq "y"]',
    `${ENTERPRISE} eq "x"`,
    'a.b.c eq "x"',
    'urn::: eq "x"'.replace(':::', '(:'),
  ];
  for (const filter of bad)
    it(`invalidFilter: ${filter}`, () =>
      expect(reasonOf(() => readCondition(userKind, filter))).toBe('invalidFilter'));
  it('names the attribute and its place (F14)', () => {
    expect(refusalOf(() => readCondition(userKind, 'title pr and active gt true')).detail).toBe(
      'filter, active at character 14: expected eq, ne or pr for true and false, got "gt"',
    );
  });
});

it('elements of PATCH paths', () => {
  const emails = userKind.fields.byName.get('emails');
  const condition = readElementCondition(emails, undefined, 'TYPE EQ "WORK" and not (primary eq true)');
  expect(matchesElement(condition, { type: 'work', value: 'x' })).toBe(true);
  expect(matchesElement(condition, { type: 'work', primary: true })).toBe(false);
});

it('20,000 characters are read and answered at once (R11)', () => {
  const filter = Array.from({ length: 900 }, (_, i) => `title co "${i}"`).join(' or ');
  expect(timed(() => holds(readCondition(userKind, filter), amara))).toBeLessThan(100);
  expect(timed(() => readCondition(userKind, `${'('.repeat(9_000)}a pr${')'.repeat(9_000)}`))).toBeLessThan(
    100,
  );
});

it('[R06] what is inherited is not there', () => {
  expect(holds(readCondition(userKind, 'title pr or emails pr or department pr'), Object.create(amara))).toBe(
    false,
  );
});

it('[R06] names of a prototype mean nothing', () => {
  for (const filter of [
    'constructor pr',
    'toString pr',
    'hasOwnProperty eq "x"',
    'name.constructor pr',
    `${ACME}:constructor pr`,
    `${ACME}:toString pr`,
  ]) {
    expect(user(filter), filter).toBe(false);
  }
});
