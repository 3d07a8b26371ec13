import { describe, expect, it } from 'vitest';
import { readResource } from '../../src/scim/resource.ts';
import { groupKind, userKind } from '../../src/scim/schema.ts';
import {
  ACME,
  ENTERPRISE,
  GROUP,
  readGroup,
  readUser,
  reasonOf,
  refusalOf,
  USER,
  userBody,
  userDocument,
} from './samples.ts';

describe('the canonical document', () => {
  it('[RFC7643 3] begins with schemas, then externalId, then the schema order, extensions last', () => {
    const document = userDocument({
      [ENTERPRISE]: { manager: { value: 'm1' }, employeeNumber: 'K-1' },
      title: 'Cartographer',
      externalId: 'x1',
      NAME: { familyName: 'Osei', GivenName: 'Amara' },
    });
    expect(JSON.stringify(document)).toBe(
      JSON.stringify({
        schemas: [USER, ENTERPRISE],
        externalId: 'x1',
        userName: 'amara.osei@kitehaus.example',
        name: { familyName: 'Osei', givenName: 'Amara' },
        title: 'Cartographer',
        [ENTERPRISE]: { employeeNumber: 'K-1', manager: { value: 'm1' } },
      }),
    );
  });

  it('[RFC7643 3] names an extension in schemas only when it has content (U39)', () => {
    expect(userDocument({ schemas: [USER, ENTERPRISE] }).schemas).toEqual([USER]);
    expect(
      userDocument({ schemas: [USER, ENTERPRISE, USER], [ENTERPRISE]: { department: '' } }).schemas,
    ).toEqual([USER]);
    expect(userDocument({ [ENTERPRISE]: { department: 'A' } }).schemas).toEqual([USER, ENTERPRISE]);
  });

  it('[RFC7644 3.3] leaves out what a client cannot write: id, meta, groups, password', () => {
    const read = readUser({
      id: 'mine',
      meta: { version: '1' },
      groups: [{ value: 'g' }],
      password: 'secret',
    });
    expect(Object.keys(read.document)).toEqual(['schemas', 'userName']);
    expect(read.unlisted).toEqual({});
  });

  it('[RFC7643 2.2] keeps values verbatim (Q47)', () => {
    const values = {
      phoneNumbers: [{ value: '+46 (0)8-555 010', type: 'Werk' }],
      preferredLanguage: 'sv-SE',
      title: ' x ',
    };
    expect(userDocument(values)).toMatchObject(values);
  });

  it('[RFC7643 2.5] null, "", [] and {} are unassigned (Q15)', () => {
    const empty = {
      title: '',
      addresses: null,
      roles: [],
      emails: [null, '', {}],
      name: {},
      active: null,
      timezone: [],
    };
    expect(Object.keys(userDocument(empty))).toEqual(['schemas', 'userName']);
  });

  it('reads its own document to the same document', () => {
    const { document } = readUser({
      [ACME]: { tag: 'x', list: [{ a: [1, true] }] },
      active: 'False',
      roles: ['pilot'],
      emails: [
        { value: 'a', primary: true },
        { value: 'b', primary: true },
      ],
    });
    expect(readResource(userKind, document, { require: true })).toEqual({
      document,
      unlisted: {},
      habits: [],
    });
  });
});

describe('schemas', () => {
  const reason = (schemas: unknown) =>
    reasonOf(() => readResource(userKind, { schemas, userName: 'x' }, { require: true }));
  it('[RFC7643 3] must be a list with a URN of this kind (U37, U38)', () => {
    for (const schemas of [
      undefined,
      null,
      [],
      USER,
      ['urn:x:y'],
      [1],
      [GROUP],
      Array.from({ length: 101 }, () => USER),
    ])
      expect(reason(schemas)).toBe('invalidSyntax');
  });
  it('forgives a misspelt extra URN (Q13) and Entra’s own Group URN (Q28)', () => {
    expect(
      readUser({ schemas: [USER, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'] }).habits,
    ).toEqual(['unknown-schema-urn']);
    const microsoft = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
    expect(readGroup({ schemas: [GROUP, microsoft] })).toMatchObject({
      document: { schemas: [GROUP] },
      habits: ['microsoft-group-urn'],
    });
  });
  it('takes URNs in any letter case', () =>
    expect(userDocument({ schemas: [USER.toUpperCase()] }).schemas).toEqual([USER]));
});

describe('refusals', () => {
  it('[RFC7643 4.1.1] userName is required and not empty (U12, U13)', () => {
    for (const userName of [undefined, null, '', []]) {
      expect(refusalOf(() => readUser({ userName }))).toEqual({
        reason: 'invalidValue',
        detail: 'userName: expected a value, it is required, got nothing',
      });
    }
  });
  it('asks for nothing when nothing is required', () => {
    expect(readResource(userKind, { schemas: [USER] }, { require: false }).document).toEqual({
      schemas: [USER],
    });
  });
  it('[RFC7643 4.2] displayName of a group is required (G02)', () => {
    expect(reasonOf(() => readGroup({ displayName: undefined }))).toBe('invalidValue');
  });
  it('[RFC7643 2.3] a value of the wrong type is invalidValue and names the path (U14, M17, P44)', () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ userName: { a: 1 } }, 'userName: expected a text, got an object'],
      [{ userName: 5 }, 'userName: expected a text, got 5'],
      [{ title: true }, 'title: expected a text, got true'],
      [{ active: 'maybe' }, 'active: expected true or false, got "maybe"'],
      [{ active: 1 }, 'active: expected true or false, got 1'],
      [{ name: 'Amara' }, 'name: expected an object, got "Amara"'],
      [{ name: { familyName: 1 } }, 'name.familyName: expected a text, got 1'],
      [{ emails: 'a@b.example' }, 'emails: expected a list, got "a@b.example"'],
      [{ emails: [5] }, 'emails (element 1): expected an object, got 5'],
      [{ emails: [{ value: 'a' }, { value: 1 }] }, 'emails.value (element 2): expected a text, got 1'],
      [{ title: ['a', 'b'] }, 'title: expected a single value, got a list of 2'],
      [{ [ENTERPRISE]: 'x' }, `${ENTERPRISE}: expected an object, got "x"`],
      [{ [ENTERPRISE]: { manager: 5 } }, `${ENTERPRISE}:manager: expected an object, got 5`],
      [
        { title: `${'x'.repeat(70)}\0` },
        `title: expected a text without NUL and without half characters, got "${'x'.repeat(60)}..."`,
      ],
      [{ profileUrl: 'not a uri' }, 'profileUrl: expected a URI, got "not a uri"'],
    ];
    for (const [attributes, detail] of cases) {
      expect(refusalOf(() => readUser(attributes))).toEqual({ reason: 'invalidValue', detail });
    }
  });
  it('[RFC7643 2.3.6] x509Certificates.value must be base64 (M18)', () => {
    expect(reasonOf(() => readUser({ x509Certificates: [{ value: 'not base64!' }] }))).toBe('invalidValue');
    expect(reasonOf(() => readUser({ x509Certificates: [{ value: 'abc' }] }))).toBe('invalidValue');
    expect(userDocument({ x509Certificates: [{ value: 'aGVsbG8=' }] }).x509Certificates).toEqual([
      { value: 'aGVsbG8=' },
    ]);
  });
  it('a body that is no object is invalidSyntax (X05)', () => {
    for (const body of [null, [], 'x', 5, undefined]) {
      expect(reasonOf(() => readResource(userKind, body, { require: true }))).toBe('invalidSyntax');
    }
  });
  it('half characters and NUL are refused wherever they stand', () => {
    for (const text of ['a\0b', '\ud800', 'x\udc00y']) {
      for (const attributes of [
        { title: text },
        { emails: [{ value: text }] },
        { odd: text },
        { [ACME]: { tag: text } },
        { [ACME]: { [text]: 'x' } },
      ]) {
        expect(reasonOf(() => readUser(attributes))).toBe('invalidValue');
      }
    }
  });
});

describe('lists', () => {
  it('[RFC7643 2.4] of several primaries the last stays (U33, Q44)', () => {
    const read = readUser({
      emails: [{ value: 'a', primary: true }, { value: 'b', primary: 'True' }, { value: 'c' }],
    });
    expect(read.document.emails).toEqual([
      { value: 'a', primary: false },
      { value: 'b', primary: true },
      { value: 'c' },
    ]);
    expect(read.habits).toEqual(['boolean-as-text', 'several-primaries']);
  });
  it('[RFC7643 2.4] a (type, value) pair stands once (U34, Q23)', () => {
    const emails = [{ value: 'a', type: 'work' }, { value: 'a' }, { value: 'a', type: 'work', display: 'A' }];
    expect(userDocument({ emails }).emails).toEqual([
      { value: 'a', type: 'work', display: 'A' },
      { value: 'a' },
    ]);
    const addresses = [{ locality: 'Visby' }, { locality: 'Visby' }, { locality: 'Ystad' }];
    expect(userDocument({ addresses }).addresses).toEqual([{ locality: 'Visby' }, { locality: 'Ystad' }]);
  });
  it('an element with nothing but type and primary is hollow (Q45)', () => {
    expect(userDocument({ addresses: [{ type: 'work', primary: true }] }).addresses).toBeUndefined();
  });
  it('[RFC7643 7] canonicalValues are suggestions (M16)', () => {
    expect(userDocument({ emails: [{ value: 'a', type: 'boat' }] }).emails).toEqual([
      { value: 'a', type: 'boat' },
    ]);
  });
  it('one object stands for a list of one', () => {
    const read = readUser({ emails: { value: 'a' } });
    expect(read).toMatchObject({ document: { emails: [{ value: 'a' }] }, habits: ['single-for-list'] });
  });
});

describe('habits of providers', () => {
  const manager = { [ENTERPRISE]: { manager: { value: 'm1' } } };
  it('manager as text, as a list, as an object (Q16, Q17)', () => {
    for (const sent of ['m1', ['m1'], { value: 'm1' }, [{ $ref: 'https://x/Users/m1', value: 'm1' }]]) {
      expect(userDocument({ [ENTERPRISE]: { manager: sent } })).toMatchObject(manager);
    }
  });
  it('an empty manager is no manager (I06); its name and $ref are not trusted (N02)', () => {
    expect(userDocument({ [ENTERPRISE]: { manager: { value: '' } } })[ENTERPRISE]).toBeUndefined();
    expect(
      userDocument({ [ENTERPRISE]: { manager: { value: 'm1', displayName: 'Boss', $ref: 'x' } } }),
    ).toMatchObject(manager);
    expect(userDocument({ [ENTERPRISE]: { manager: { displayName: 'Boss' } } })[ENTERPRISE]).toBeUndefined();
  });
  it('enterprise attributes at the root (Q14), where the object’s word counts more', () => {
    const read = readUser({
      department: 'A',
      manager: null,
      costCenter: 'C',
      [ENTERPRISE]: { costCenter: 'D' },
    });
    expect(read.document[ENTERPRISE]).toEqual({ costCenter: 'D', department: 'A' });
    expect(read.habits).toEqual(['flat-enterprise']);
    expect(userDocument({ [ENTERPRISE]: { costCenter: 'D' }, costCenter: 'C' })[ENTERPRISE]).toEqual({
      costCenter: 'D',
    });
  });
  it('attributes under their full name (Q08)', () => {
    const read = readUser({
      [`${ENTERPRISE}:department`]: 'A',
      [`${USER}:title`]: 'T',
      [`${ACME}:tag`]: 'blue',
    });
    expect(read.document).toMatchObject({
      title: 'T',
      [ENTERPRISE]: { department: 'A' },
      [ACME]: { tag: 'blue' },
    });
  });
  it('roles as JSON text (Q21), as bare text, with displayName (Q62)', () => {
    const json = JSON.stringify({ id: '0', value: 'navigator', displayName: 'Navigator' });
    expect(userDocument({ roles: [{ value: json }] }).roles).toEqual([
      { value: 'navigator', display: 'Navigator' },
    ]);
    expect(userDocument({ roles: [json] }).roles).toEqual([{ value: 'navigator', display: 'Navigator' }]);
    expect(userDocument({ roles: ['pilot'] }).roles).toEqual([{ value: 'pilot' }]);
    expect(userDocument({ roles: [{ value: '{not json' }] }).roles).toEqual([{ value: '{not json' }]);
  });
});

describe('what our schema does not have', () => {
  it('an unknown extension stays as it came, cleaned, under the first spelling (SEMANTICS 3, Q12)', () => {
    const read = readUser({
      [ACME]: { tag: 'blue', no: null, none: [], deep: { a: [1, '', null] } },
      [ACME.toUpperCase()]: { more: true },
    });
    expect(read.document[ACME]).toEqual({ tag: 'blue', deep: { a: [1] }, more: true });
    expect(read.document.schemas).toEqual([USER, ACME]);
  });
  it('[RFC7644 3.3] an unknown attribute is no part of the resource, but a fact (U15)', () => {
    const read = readUser({
      favourite: { colour: 'red', none: null },
      odd: null,
      [ENTERPRISE]: { badge: '7' },
    });
    expect(Object.keys(read.document)).toEqual(['schemas', 'userName']);
    expect(read.unlisted).toEqual({ favourite: { colour: 'red' }, [`${ENTERPRISE}:badge`]: '7' });
    expect(read.habits).toEqual([
      'unlisted-attribute:favourite',
      `unlisted-attribute:${`${ENTERPRISE}:badge`.slice(0, 60)}`,
    ]);
  });
  it('is bounded: 64 attributes, 16 extensions, 8 levels, 2,000 values', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a${i}`, 'x']));
    expect(Object.keys(readUser(many).unlisted).length).toBe(64);
    const urns = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`urn:a:2.0:E${i}`, { x: 1 }]));
    expect(reasonOf(() => readUser(urns))).toBe('invalidValue');
    expect(reasonOf(() => readUser({ odd: nested(9) }))).toBe('invalidValue');
    expect(readUser({ odd: nested(8) }).unlisted.odd).toBeDefined();
    expect(reasonOf(() => readUser({ odd: Array.from({ length: 2001 }, () => 1) }))).toBe('invalidValue');
  });
});

function nested(levels: number): unknown {
  let value: unknown = 'x';
  for (let i = 0; i < levels; i++) value = { a: value };
  return value;
}

describe('sizes', () => {
  it('userName up to 1,024 characters, other texts up to 65,536 (R05)', () => {
    expect(userDocument({ userName: 'x'.repeat(1024) }).userName).toHaveLength(1024);
    expect(reasonOf(() => readUser({ userName: 'x'.repeat(1025) }))).toBe('invalidValue');
    expect(reasonOf(() => readUser({ title: 'x'.repeat(65_537) }))).toBe('invalidValue');
    expect(reasonOf(() => readUser({ odd: 'x'.repeat(65_537) }))).toBe('invalidValue');
  });
  it('lists up to 1,000 elements', () => {
    expect(
      reasonOf(() => readUser({ emails: Array.from({ length: 1001 }, (_, i) => ({ value: `${i}` })) })),
    ).toBe('invalidValue');
  });
});

describe('members of a group', () => {
  it('undefined without the key, empty for null and []', () => {
    expect(readGroup().members).toBeUndefined();
    expect('members' in readGroup()).toBe(false);
    for (const members of [null, [], '']) expect(readGroup({ members }).members).toEqual([]);
  });
  it('[RFC7643 4.2] in every form, repeats once, never in the document (Q26, Q32, Q62)', () => {
    const read = readGroup({
      members: [
        { $ref: null, value: 'a' },
        'b',
        { Value: 'a', type: 'user', displayName: 'A' },
        null,
        { value: 'g', type: 'Group' },
      ],
    });
    expect(read.members).toEqual([
      { value: 'a', type: 'User', display: 'A' },
      { value: 'b' },
      { value: 'g', type: 'Group' },
    ]);
    expect(read.document.members).toBeUndefined();
    expect(readGroup({ members: { value: 'a', type: 'untyped' } }).members).toEqual([{ value: 'a' }]);
  });
  it('an element without an id is invalidValue', () => {
    for (const member of [{}, { value: '' }, { value: 5 }, 5, { value: 'a\0' }, []]) {
      expect(refusalOf(() => readGroup({ members: [{ value: 'a' }, member] }))).toMatchObject({
        reason: 'invalidValue',
        detail: expect.stringContaining('members (element 2)'),
      });
    }
  });
  it('up to 100,000', () => {
    const members = Array.from({ length: 100_001 }, (_, i) => `${i}`);
    expect(reasonOf(() => readGroup({ members }))).toBe('invalidValue');
    expect(
      readResource(
        groupKind,
        { schemas: [GROUP], displayName: 'x', members: members.slice(1) },
        { require: true },
      ).members,
    ).toHaveLength(100_000);
  });
});

it('[R06] keys that reach a prototype have no effect', () => {
  const body = JSON.parse(
    `{"schemas":["${USER}"],"userName":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},
      "name":{"__proto__":{"polluted":1},"givenName":"A"},"${ACME}":{"__proto__":{"polluted":1},"constructor":1,"a":{"__proto__":{"x":1},"b":1}},
      "toString":"hello","hasOwnProperty":"x","odd":{"__proto__":{"polluted":1},"y":1}}`,
  );
  const read = readResource(userKind, body, { require: true });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(read.document).toEqual({
    schemas: [USER, ACME],
    userName: 'x',
    name: { givenName: 'A' },
    [ACME]: { a: { b: 1 } },
  });
  expect(Object.getPrototypeOf(read.document)).toBe(Object.prototype);
  expect(read.unlisted).toEqual({ toString: 'hello', hasOwnProperty: 'x', odd: { y: 1 } });
});

it('inherited keys are not read', () => {
  const body = Object.create(userBody({ title: 'inherited' }));
  expect(reasonOf(() => readResource(userKind, body, { require: true }))).toBe('invalidSyntax');
});
