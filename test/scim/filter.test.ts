import fc from 'fast-check';
import { type Filter as OracleFilter, parse as oracleParse } from 'scim2-parse-filter';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/refusal.ts';
import { type Filter, parseFilter } from '../../src/scim/filter.ts';
import { reasonOf, refusalOf, timed } from './samples.ts';

/** The tree without positions. */
function tree(filter: Filter): unknown {
  switch (filter.op) {
    case 'and':
    case 'or':
      return { [filter.op]: filter.parts.map(tree) };
    case 'not':
      return { not: tree(filter.part) };
    case 'pr':
      return `${filter.path} pr`;
    case 'element':
      return { [filter.path]: tree(filter.part) };
    default:
      return [filter.path, filter.op, filter.value];
  }
}
const parsed = (text: string) => tree(parseFilter(text));

describe('[RFC7644 3.4.2.2] the examples of the RFC', () => {
  const examples: [string, unknown][] = [
    ['userName eq "bjensen"', ['userName', 'eq', 'bjensen']],
    [`name.familyName co "O'Malley"`, ['name.familyName', 'co', "O'Malley"]],
    ['userName sw "J"', ['userName', 'sw', 'J']],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
      ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'sw', 'J'],
    ],
    ['title pr', 'title pr'],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', ['meta.lastModified', 'gt', '2011-05-13T04:42:34Z']],
    ['title pr and userType eq "Employee"', { and: ['title pr', ['userType', 'eq', 'Employee']] }],
    ['title pr or userType eq "Intern"', { or: ['title pr', ['userType', 'eq', 'Intern']] }],
    [
      'schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"',
      ['schemas', 'eq', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
    ],
    [
      'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
      {
        and: [
          ['userType', 'eq', 'Employee'],
          {
            or: [
              ['emails', 'co', 'example.com'],
              ['emails.value', 'co', 'example.org'],
            ],
          },
        ],
      },
    ],
    [
      'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
      {
        and: [
          ['userType', 'ne', 'Employee'],
          {
            not: {
              or: [
                ['emails', 'co', 'example.com'],
                ['emails.value', 'co', 'example.org'],
              ],
            },
          },
        ],
      },
    ],
    [
      'userType eq "Employee" and (emails.type eq "work")',
      {
        and: [
          ['userType', 'eq', 'Employee'],
          ['emails.type', 'eq', 'work'],
        ],
      },
    ],
    [
      'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
      {
        and: [
          ['userType', 'eq', 'Employee'],
          {
            emails: {
              and: [
                ['type', 'eq', 'work'],
                ['value', 'co', '@example.com'],
              ],
            },
          },
        ],
      },
    ],
    [
      'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
      {
        or: [
          {
            emails: {
              and: [
                ['type', 'eq', 'work'],
                ['value', 'co', '@example.com'],
              ],
            },
          },
          {
            ims: {
              and: [
                ['type', 'eq', 'xmpp'],
                ['value', 'co', '@foo.com'],
              ],
            },
          },
        ],
      },
    ],
  ];
  for (const [text, expected] of examples) it(text, () => expect(parsed(text)).toEqual(expected));
});

describe('grammar', () => {
  it('and binds tighter than or (F18); parentheses change that (F19)', () => {
    expect(parsed('a pr or b pr and c pr')).toEqual({ or: ['a pr', { and: ['b pr', 'c pr'] }] });
    expect(parsed('(a pr or b pr) and c pr')).toEqual({ and: [{ or: ['a pr', 'b pr'] }, 'c pr'] });
  });
  it('operators and keywords in any letter case (F04)', () => {
    expect(parsed('a EQ "x" AND Not (b Pr)OR c sW "y"')).toEqual({
      or: [{ and: [['a', 'eq', 'x'], { not: 'b pr' }] }, ['c', 'sw', 'y']],
    });
  });
  it('names that begin like keywords', () =>
    expect(parsed('order pr and android pr or notes pr')).toEqual({
      or: [{ and: ['order pr', 'android pr'] }, 'notes pr'],
    }));
  it('every kind of literal', () => {
    expect(parsed('a eq true and b eq False and c eq null and d eq -1.5e2 and e eq 0')).toEqual({
      and: [
        ['a', 'eq', true],
        ['b', 'eq', false],
        ['c', 'eq', null],
        ['d', 'eq', -150],
        ['e', 'eq', 0],
      ],
    });
  });
  it('[RFC8259 7] texts are JSON (F31)', () => {
    expect(parsed('a eq "q\\" b\\\\ u\\u00e9 n\\n \\ud83d\\ude00"')).toEqual(['a', 'eq', 'q" b\\ ué n\n 😀']);
    expect(parsed('a eq ") or (b eq \\"x"')).toEqual(['a', 'eq', ') or (b eq "x']);
  });
  it('a value path with a sub-attribute speaks of one element (Q33)', () => {
    expect(parsed('emails[type eq "work"].value eq "x"')).toEqual({
      emails: {
        and: [
          ['type', 'eq', 'work'],
          ['value', 'eq', 'x'],
        ],
      },
    });
    expect(parsed('emails[type eq "work"].value pr')).toEqual({
      emails: { and: [['type', 'eq', 'work'], 'value pr'] },
    });
  });
});

describe('refusals', () => {
  const bad = [
    '',
    ' ',
    'userName',
    'userName eq',
    'userName eq jyoung',
    'userName eq "x" trailing',
    'userName eq "x" and',
    'userName eq "x" or',
    'and',
    'not userName eq "x"',
    'not',
    'not(',
    '(userName eq "x"',
    'userName eq "x")',
    'userName xx "x"',
    'eq "x"',
    '"x" eq userName',
    'emails[type eq "work"',
    'emails[type eq "work"]]',
    'emails[]',
    'emails[type eq "work"].',
    'emails[type eq "work"].value',
    'a[b[c pr]]',
    'userName eq "x',
    'userName eq "\\x"',
    'userName eq "\\ud800"',
    'userName eq "a\nb"',
    'userName eq 01',
    'userName eq 1e999',
    'userName eq "a""b"',
    "userName eq 'x'",
    'userName eq "x" "y"',
    'userName eq [1]',
    'userName eq {"a":1}',
    'userName eq "\\u0000"',
    '; drop table',
    'a pr b pr',
    '()',
    'a eq "x"and b pr',
    'a eq 1and b pr',
    'a eq 1.5.6',
  ];
  for (const text of bad)
    it(`invalidFilter: ${text}`, () => expect(reasonOf(() => parseFilter(text))).toBe('invalidFilter'));

  it('names the place and what was expected there', () => {
    expect(refusalOf(() => parseFilter('userName eq jyoung')).detail).toBe(
      'filter, character 13: expected a text in double quotes, a number, true, false or null, got "jyoung"',
    );
    expect(refusalOf(() => parseFilter('title pr and (a pr')).detail).toBe(
      'filter, character 19: expected ")", got the end',
    );
  });
});

describe('bounds (R11)', () => {
  it('20,000 characters, 50 levels, 1,000 comparisons', () => {
    expect(parsed(`${'('.repeat(50)}a pr${')'.repeat(50)}`)).toBe('a pr');
    expect(reasonOf(() => parseFilter(`${'('.repeat(51)}a pr${')'.repeat(51)}`))).toBe('invalidFilter');
    expect(reasonOf(() => parseFilter(`${'not ('.repeat(51)}a pr${')'.repeat(51)}`))).toBe('invalidFilter');
    const terms = (count: number) => Array.from({ length: count }, () => 'a eq "x"').join(' or ');
    expect(parseFilter(terms(1000))).toMatchObject({ op: 'or' });
    expect(reasonOf(() => parseFilter(terms(1001)))).toBe('invalidFilter');
    expect(reasonOf(() => parseFilter(`a eq "${'x'.repeat(20_000)}"`))).toBe('invalidFilter');
  });
  it('hostile texts are answered at once', () => {
    const hostile = [
      '('.repeat(10_000),
      'not('.repeat(4_000),
      'a['.repeat(9_000),
      '"'.repeat(19_999),
      `a eq "${'\\'.repeat(19_990)}`,
      ' '.repeat(20_000),
      'a'.repeat(20_000),
      'a and '.repeat(3_000),
      `a eq ${'1'.repeat(19_000)}`,
    ];
    for (const text of hostile) expect(timed(() => parseFilter(text))).toBeLessThan(100);
  });
});

// --- against another parser -------------------------------------------------------------------------------------------

const name = fc.constantFrom(
  'userName',
  'name.familyName',
  'emails.value',
  'title',
  'meta.created',
  'urn:x:2.0:User:dept',
);
// No backslashes and no negative numbers: the other parser stumbles over them.
const literal = fc.oneof(
  fc.stringMatching(/^[ -~]{0,12}$/).filter((text) => !text.includes('\\')),
  fc.nat(999),
  fc.boolean(),
  fc.constant(null),
);
const comparison = fc.oneof(
  name.map((path) => `${path} pr`),
  fc
    .tuple(name, fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'), literal)
    .map(([path, op, value]) => `${path} ${op} ${JSON.stringify(value)}`),
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc
      .tuple(tie('expression'), fc.constantFrom('and', 'or'), tie('expression'))
      .map(([left, op, right]) => `${left} ${op} ${right}`),
    tie('expression').map((inner) => `(${inner})`),
    tie('expression').map((inner) => `not (${inner})`),
    comparison.map((inner) => `emails[${inner}]`),
  ),
}));

function ofOracle(filter: OracleFilter): unknown {
  switch (filter.op) {
    case 'and':
    case 'or':
      return {
        [filter.op]: filter.filters.flatMap((part) =>
          part.op === filter.op
            ? (ofOracle(part) as Record<string, unknown[]>)[filter.op]!
            : [ofOracle(part)],
        ),
      };
    case 'not':
      return { not: ofOracle(filter.filter) };
    case 'pr':
      return `${filter.attrPath} pr`;
    case '[]':
      return { [filter.attrPath]: ofOracle(filter.valFilter) };
    default:
      return [filter.attrPath, filter.op, filter.compValue];
  }
}

/** Groups of one operator inside another of the same say nothing. */
function flat(node: unknown): unknown {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return node;
  const [[op, inner] = ['', null]] = Object.entries(node);
  if (op !== 'and' && op !== 'or') return { [op]: flat(inner) };
  return { [op]: (inner as unknown[]).map(flat).flatMap((part) => (isOf(part, op) ? part[op]! : [part])) };
}
function isOf(part: unknown, op: string): part is Record<string, unknown[]> {
  return typeof part === 'object' && part !== null && !Array.isArray(part) && op in part;
}

it('[RFC7644 3.4.2.2] reads generated filters as scim2-parse-filter does', () => {
  fc.assert(
    fc.property(expression, (text) => {
      expect(flat(parsed(text))).toEqual(flat(ofOracle(oracleParse(text))));
    }),
    { numRuns: 300 },
  );
});

it('answers any text with a tree or with invalidFilter', () => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '"',
    'eq',
    'and',
    'or',
    'not',
    '(',
    ')',
    '[',
    ']',
    '.',
    '\\',
    '1',
    'true',
    'null',
    'pr',
    '\ud800',
    ':',
    '-',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
      ),
      (text) => {
        try {
          parseFilter(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      },
    ),
    { numRuns: 300 },
  );
});
