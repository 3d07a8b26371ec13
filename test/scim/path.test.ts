import { describe, expect, it } from 'vitest';
import type { Habit } from '../../src/scim/dialects.ts';
import { readPath } from '../../src/scim/path.ts';
import { groupKind, userKind } from '../../src/scim/schema.ts';
import { ACME, ENTERPRISE, reasonOf, refusalOf, timed, USER } from './samples.ts';

/** What a path turned out to be, in short. */
function described(text: string, held: string[] = [], whole = false): string {
  const path = readPath(userKind, text, { held, whole });
  switch (path.kind) {
    case 'attribute':
      return `${path.field.path}${path.filter ? '[]' : ''}${path.sub ? `.${path.sub.name}` : ''}`;
    case 'extension':
      return `extension ${path.extension.urn}`;
    case 'foreign':
      return `foreign ${path.urn} ${path.name}${path.filter ? '[]' : ''}${path.sub === null ? '' : `.${path.sub}`}`;
    case 'unlisted':
      return `unlisted ${path.name}`;
    default:
      return path.kind;
  }
}

describe('[RFC7644 3.5.2] forms of a path', () => {
  const forms: [string, string][] = [
    ['title', 'title'],
    [' TITLE ', 'title'],
    ['name.familyName', 'name.familyName'],
    ['NAME.FAMILYNAME', 'name.familyName'],
    ['emails[type eq "work"]', 'emails[]'],
    ['emails[type eq "work"].value', 'emails[].value'],
    ['emails[ TYPE EQ "a]b\\"]" ].VALUE', 'emails[].value'],
    ['emails.value', 'emails.value'],
    ['members', 'unlisted members'],
    [`${USER}:title`, 'title'],
    [`${USER}:name.familyName`, 'name.familyName'],
    [`${USER}:emails[type eq "work"].value`, 'emails[].value'],
    [USER, 'core'],
    [`${ENTERPRISE}:department`, `${ENTERPRISE}:department`],
    [`${ENTERPRISE.toUpperCase()}:Department`, `${ENTERPRISE}:department`],
    [`${ENTERPRISE}.costCenter`, `${ENTERPRISE}:costCenter`],
    [`${ENTERPRISE}:manager.value`, `${ENTERPRISE}:manager.value`],
    [`${ENTERPRISE}:manager[value eq "m1"]`, `${ENTERPRISE}:manager[]`],
    [ENTERPRISE, `extension ${ENTERPRISE}`],
    ['department', `${ENTERPRISE}:department`],
    ['manager.displayName', `${ENTERPRISE}:manager.displayName`],
    ['roles[primary eq "True"].displayName', 'roles[].display'],
    ['id', 'id'],
    ['$ref', 'unlisted $ref'],
    ['favourite', 'unlisted favourite'],
    [`${USER}:role`, 'unlisted role'],
    [`${ENTERPRISE}:badge`, `unlisted ${ENTERPRISE}:badge`],
    ['favourite.colour', 'undefined'],
    ['favourite[type eq "x"].colour', 'undefined'],
    ['name.odd', 'undefined'],
    ['emails[type eq "work"].odd', 'undefined'],
    [`${ENTERPRISE}:manager.odd`, 'undefined'],
  ];
  for (const [text, expected] of forms) it(text, () => expect(described(text)).toBe(expected));
});

describe('extensions that we do not know (Q08, Q10, Q12)', () => {
  it('a version and a name end the URN', () => {
    expect(described(`${ACME}:tag`)).toBe(`foreign ${ACME} tag`);
    expect(described(`${ACME}:roles[value eq "x"].display`)).toBe(`foreign ${ACME} roles[].display`);
    expect(described(ACME)).toBe(`foreign ${ACME} null`);
  });
  it('else the last colon, unless the value is an object', () => {
    expect(described('urn:acme:hr:tag.part')).toBe('foreign urn:acme:hr tag.part');
    expect(described('urn:acme:hr', [], true)).toBe('foreign urn:acme:hr null');
  });
  it('else what the resource holds, longest first, in any letter case', () => {
    for (const held of [
      ['urn:acme', 'urn:acme:hr'],
      ['urn:acme:hr', 'urn:acme'],
    ]) {
      expect(described('URN:acme:HR:tag', held)).toBe('foreign urn:acme:hr tag');
    }
    expect(described('urn:acme:hr', ['urn:acme:hr'])).toBe('foreign urn:acme:hr null');
  });
});

describe('invalidPath (P40)', () => {
  const bad = [
    '',
    ' ',
    '.',
    'name.',
    '.familyName',
    'name..familyName',
    'a b',
    'emails[',
    'emails[type eq "work"',
    'emails]',
    'emails[]',
    'emails[type eq]',
    'emails[type eq work]',
    'emails[type eq "work"]value',
    'emails[type eq "work"].',
    'emails[type eq "work"].a.b',
    'emails[type eq "work"][x pr]',
    'title[value eq "x"]',
    'name.familyName[x pr]',
    `${USER}[x pr]`,
    `${ENTERPRISE}[x pr]`,
    `${ENTERPRISE}:`,
    'urn:',
    '5',
    '!',
    'a/b',
    'emails[primary gt true]',
    'emails[type eq "work"',
    `${ACME}[x pr]`,
    'a.b.c',
  ];
  for (const text of bad)
    it(text, () => expect(reasonOf(() => readPath(userKind, text))).toBe('invalidPath'));

  it('says what came', () => {
    expect(refusalOf(() => readPath(userKind, 'emails[type eq work].value')).detail).toBe(
      '"emails[type eq work].value": filter, character 9: expected a text in double quotes, a number, true, false or null, got "work"',
    );
  });
  it('hostile texts are answered at once', () => {
    const hostile = [
      '['.repeat(10_000),
      `emails[${'('.repeat(10_000)}`,
      'a.'.repeat(10_000),
      `urn:${':1'.repeat(9_000)}`,
      `emails[type eq "${'x'.repeat(30_000)}"]`,
      `${'x:1.1'.repeat(3_000)}!`,
    ];
    for (const text of hostile) expect(timed(() => readPath(userKind, text))).toBeLessThan(100);
  });
});

it('members of a group', () => {
  expect(readPath(groupKind, 'members[value eq "a" or value eq "b"]')).toMatchObject({
    kind: 'attribute',
    field: { path: 'members' },
  });
});

it('notes the dialects', () => {
  const habits: Habit[] = [];
  readPath(userKind, `${ENTERPRISE}.costCenter`, { habits });
  readPath(userKind, 'department', { habits });
  readPath(userKind, 'roles.displayName', { habits });
  expect(habits).toEqual(['urn-dot', 'flat-enterprise', 'display-name-for-display']);
});
