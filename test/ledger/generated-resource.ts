// Random users and groups for the property that memory and SQL agree: values that are alike but not the same (letter
// case, accents, wildcards, quotes), attributes that are absent, lists of one and of several, extensions that no schema
// knows.

import fc from 'fast-check';
import { ENTERPRISE } from './scribe.ts';

export const ACME = 'urn:acme:params:2.0:User';

/** Few texts, so that they meet; each pair of neighbours differs in what some comparison is blind to. */
export const TEXTS: readonly string[] = [
  'a',
  'A',
  'ab',
  'AB',
  'b',
  'aa',
  'a b',
  'ä',
  'Ä',
  'a\u0308',
  'ß',
  'SS',
  'ss',
  'İ',
  'i',
  'I',
  'ı',
  'Σ',
  'ς',
  'σ',
  'é',
  'É',
  '😀',
  '😀😁',
  '\uFFFD',
  '\uE000',
  '%',
  '_',
  'a%b',
  'a_b',
  "o'neil",
  'say "hi"',
  'back\\slash',
  '*',
  'true',
  '5',
  '2026-01-31T08:00:00Z',
  'work',
  'WORK',
  'K',
];

export const text = fc.constantFrom(...TEXTS);
export const type = fc.constantFrom('work', 'Work', 'home', 'other');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const listOf = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 3 });

const valued = fc.record(
  { value: text, display: text, type, primary: fc.boolean() },
  { requiredKeys: ['value'] },
);

const scalar = fc.oneof(text, fc.constantFrom(0, 5, -1, 2.5, 1e6), fc.boolean());

/** One shape per attribute of the unknown extension, each in a spelling of its own. */
const acme = fc.record(
  {
    tag: scalar,
    Tags: fc.array(text, { minLength: 1, maxLength: 3 }),
    thing: fc.record({ value: scalar, kind: text }, { requiredKeys: ['value'] }),
    THINGS: fc.array(fc.record({ value: scalar, Kind: text, primary: fc.boolean() }, { requiredKeys: [] }), {
      minLength: 1,
      maxLength: 3,
    }),
  },
  { requiredKeys: [] },
);

export const generatedUser = fc
  .record({
    title: maybe(text),
    nickName: maybe(text),
    displayName: maybe(text),
    externalId: maybe(text),
    active: maybe(fc.boolean()),
    profileUrl: maybe(fc.constantFrom('https://a.example/x', 'https://A.example/X')),
    name: maybe(fc.record({ familyName: text, givenName: text }, { requiredKeys: [] })),
    emails: maybe(listOf(valued)),
    roles: maybe(listOf(fc.record({ value: text, primary: fc.boolean() }, { requiredKeys: ['value'] }))),
    addresses: maybe(listOf(fc.record({ country: text, locality: text, type }, { requiredKeys: [] }))),
    x509Certificates: maybe(listOf(fc.record({ value: fc.constantFrom('YWE=', 'YWI=') }))),
    enterprise: maybe(
      fc.record(
        { department: text, employeeNumber: text, manager: fc.record({ value: text }) },
        { requiredKeys: [] },
      ),
    ),
    acme: maybe(acme),
    acmeSpelling: fc.constantFrom(ACME, ACME.toUpperCase()),
  })
  .map(({ enterprise, acme: custom, acmeSpelling, ...core }) => ({
    ...core,
    ...(enterprise ? { [ENTERPRISE]: enterprise } : {}),
    ...(custom ? { [acmeSpelling]: custom } : {}),
  }));

export const generatedGroup = fc.record({
  name: text,
  externalId: maybe(text),
  /** Positions among the users, and of groups made before it. */
  users: fc.uniqueArray(fc.nat({ max: 7 }), { maxLength: 4 }),
  groups: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 2 }),
});
