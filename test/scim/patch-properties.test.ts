import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Refusal } from '../../src/refusal.ts';
import { applyPatch, readPatch } from '../../src/scim/patch.ts';
import { type Document, readResource } from '../../src/scim/resource.ts';
import { userKind } from '../../src/scim/schema.ts';
import { ACME, ENTERPRISE, patchBody, USER } from './samples.ts';

const text = fc.stringMatching(/^[a-zA-Z0-9@ .é-]{1,8}$/).filter((value) => value.trim() !== '');
const type = fc.constantFrom('work', 'home', 'other', 'Work');
const element = fc.record(
  { value: text, type, display: text, primary: fc.boolean() },
  { requiredKeys: ['value'] },
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const attributes = fc.record(
  {
    userName: text,
    externalId: text,
    title: text,
    active: fc.oneof(fc.boolean(), fc.constantFrom('True', 'false')),
    name: fc.record({ familyName: text, givenName: text }, { requiredKeys: [] }),
    emails: fc.array(element, { maxLength: 4 }),
    phoneNumbers: fc.array(element, { maxLength: 3 }),
    addresses: fc.array(fc.record({ type, locality: text, country: text }, { requiredKeys: [] }), {
      maxLength: 3,
    }),
    roles: fc.array(fc.oneof(text, element), { maxLength: 3 }),
    [ENTERPRISE]: fc.record(
      { department: text, manager: fc.oneof(text, fc.record({ value: text })) },
      { requiredKeys: [] },
    ),
    [ACME]: fc.record({ tag: text, list: fc.array(fc.oneof(text, fc.nat())) }, { requiredKeys: [] }),
    favourite: fc.jsonValue({ maxDepth: 3, noUnicodeString: true }),
  },
  { requiredKeys: ['userName'] },
);

function read(body: object) {
  return readResource(userKind, { schemas: [USER], ...body }, { require: true });
}

it('the reader reads its own document to the same document', () => {
  fc.assert(
    fc.property(attributes, (body) => {
      const { document, unlisted } = read(body);
      const again = readResource(userKind, document, { require: true });
      expect(JSON.stringify(again.document)).toBe(JSON.stringify(document));
      expect(again.habits).toEqual([]);
      expect(readResource(userKind, { ...document, ...unlisted }, { require: true }).unlisted).toEqual(
        unlisted,
      );
    }),
    { numRuns: 300 },
  );
});

it('the reader answers anything with a document or a refusal', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.dictionary(
          fc.constantFrom(
            ...Object.keys({
              userName: 1,
              name: 1,
              emails: 1,
              active: 1,
              roles: 1,
              schemas: 1,
              [ENTERPRISE]: 1,
              [ACME]: 1,
              manager: 1,
            }),
          ),
          fc.jsonValue(),
        ),
      ),
      (body) => {
        try {
          readResource(
            userKind,
            typeof body === 'object' && body ? { schemas: [USER], userName: 'x', ...body } : body,
            { require: true },
          );
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      },
    ),
    { numRuns: 300 },
  );
});

const path = fc.constantFrom(
  'title',
  'name',
  'name.familyName',
  'emails',
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  'emails[primary eq true].value',
  'emails.display',
  'phoneNumbers[type eq "home"].value',
  'addresses[type eq "work"].locality',
  'roles',
  'roles[primary eq "True"].value',
  'active',
  'manager',
  `${ENTERPRISE}:department`,
  ENTERPRISE,
  ACME,
  `${ACME}:tag`,
  `${ACME}:list`,
  'favourite',
  'userName',
  'id',
  'groups',
  'externalId',
  'emails[value co "a"]',
  'manager[value eq "a"]',
);
const value = fc.oneof(
  text,
  fc.constantFrom(null, '', true, 'False', 5),
  element,
  fc.array(element, { maxLength: 3 }),
  fc.record({ department: text, tag: text, familyName: text }, { requiredKeys: [] }),
);
const withPath = fc.record(
  { op: fc.constantFrom('add', 'Replace', 'remove'), path, value: maybe(value) },
  { requiredKeys: ['op', 'path'] },
);
const withoutPath = fc.record({
  op: fc.constantFrom('Add', 'replace'),
  value: fc.dictionary(path, value, { maxKeys: 4 }),
});
const withOneKey = fc.record({
  op: fc.constantFrom('Add', 'replace'),
  value: fc.dictionary(path, value, { maxKeys: 1 }),
});
const operations = fc.array(fc.oneof(withPath, withoutPath), { minLength: 1, maxLength: 5 });

interface State {
  document: Document;
  unlisted: Record<string, unknown>;
}

/** The state after the PATCH, or null when it was refused. */
function patched(state: State, changes: readonly unknown[]): State | null {
  try {
    const { document, unlisted } = applyPatch(userKind, state, readPatch(userKind, patchBody(...changes)));
    return { document, unlisted };
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return null;
  }
}

it('[RFC7644 3.5.2] a PATCH, refused or not, leaves its inputs untouched and gives a canonical document', () => {
  fc.assert(
    fc.property(attributes, operations, (body, changes) => {
      const state = read(body);
      const before = structuredClone({ state, changes });
      const after = patched(state, changes);
      expect({ state, changes }).toEqual(before);
      if (after)
        expect(readResource(userKind, after.document, { require: true }).document).toEqual(after.document);
    }),
    { numRuns: 300 },
  );
});

it('the same single change twice is the same as once', () => {
  fc.assert(
    fc.property(attributes, fc.oneof(withPath, withOneKey), (body, change) => {
      // A change that makes its own filter match otherwise speaks of other elements the second time.
      if (/\[(primary|value)|\]"/.test(JSON.stringify(change))) return;
      const once = patched(read(body), [change]);
      if (!once) return;
      expect(patched(once, [change])).toEqual(once);
    }),
    { numRuns: 300 },
  );
});

it('[Q41] the legacy form and the flag form of one change give equal documents', () => {
  const change = fc.record(
    {
      displayName: text,
      'name.familyName': text,
      active: fc.boolean(),
      'emails[type eq "work"].value': text,
      'addresses[type eq "work"].locality': text,
      [`${ENTERPRISE}:department`]: text,
      [`${ENTERPRISE}:manager`]: text,
      [`${ACME}:tag`]: text,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(attributes, change, (body, flag) => {
      const legacy = Object.entries(flag).map(([key, to], i) => ({
        op: i % 2 ? 'Add' : 'Replace',
        path: key,
        value: typeof to === 'boolean' ? (to ? 'True' : 'False') : to,
      }));
      const nested = { ...flag, [ENTERPRISE]: { department: flag[`${ENTERPRISE}:department`] ?? undefined } };
      const state = read(body);
      const expected = patched(state, legacy);
      expect(patched(state, [{ op: 'replace', value: flag }])).toEqual(expected);
      if (nested[ENTERPRISE].department !== undefined)
        expect(patched(state, [{ op: 'add', value: nested }])).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
