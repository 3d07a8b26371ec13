// The characteristics of RFC 7643 2.3 and 7 that our own schemas do not use, on a kind made for it (M01 to M18).

import { describe, expect, it } from 'vitest';
import { holds, readCondition } from '../../src/scim/condition.ts';
import { project, readProjection } from '../../src/scim/projection.ts';
import { type Document, readResource } from '../../src/scim/resource.ts';
import { resourceKind } from '../../src/scim/schema.ts';
import { attribute, complex } from '../../src/scim/schemas/attribute.ts';
import { patchKind, reasonOf } from './samples.ts';

const CORE = 'urn:test:2.0:Thing';
const EXTRA = 'urn:test:extra:2.0:Thing';

const kind = resourceKind(
  {
    id: CORE,
    name: 'Thing',
    description: 'A thing.',
    attributes: [
      attribute('label', 'string', '', { required: true }),
      attribute('serial', 'string', '', { mutability: 'immutable', caseExact: true }),
      attribute('owner', 'string', '', { mutability: 'readOnly' }),
      attribute('secret', 'string', '', { mutability: 'writeOnly', returned: 'never' }),
      attribute('detail', 'string', '', { returned: 'request' }),
      attribute('badge', 'string', '', { returned: 'always' }),
      attribute('count', 'integer', ''),
      attribute('weight', 'decimal', ''),
      attribute('made', 'dateTime', ''),
      attribute('blob', 'binary', ''),
      attribute('link', 'reference', ''),
      attribute('on', 'boolean', ''),
      attribute('tags', 'string', '', { multiValued: true }),
      complex('box', '', [
        attribute('size', 'integer', ''),
        attribute('lock', 'string', '', { mutability: 'immutable' }),
        attribute('note', 'string', '', { returned: 'request' }),
        attribute('mark', 'string', '', { returned: 'always' }),
      ]),
    ],
  },
  [
    {
      schema: {
        id: EXTRA,
        name: 'Extra',
        description: '',
        attributes: [attribute('colour', 'string', '', { required: true })],
      },
      required: true,
    },
  ],
  { name: 'Thing', endpoint: '/Things' },
);

const extra = { [EXTRA]: { colour: 'red' } };
const read = (more: Record<string, unknown>, before?: Document) =>
  readResource(
    kind,
    { schemas: [CORE], label: 'x', ...extra, ...more },
    { require: true, ...(before ? { before } : {}) },
  );
const document = (more: Record<string, unknown> = {}) => read(more).document;

describe('mutability', () => {
  it('[RFC7643 7] readOnly and writeOnly values are taken and dropped (M01, M05)', () => {
    const made = document({ owner: 'me', secret: 'x' });
    expect(made.owner).toBeUndefined();
    expect(made.secret).toBeUndefined();
    expect(patchKind(kind, made, { op: 'replace', path: 'owner', value: 'me' }).document).toEqual(made);
  });
  it('[RFC7644 3.5.1] immutable: free at first, the same again, never another (M02, M03)', () => {
    const before = document({ serial: 'A', box: { lock: 'L' } });
    expect(read({ serial: 'A', box: { lock: 'L', size: 2 } }, before).document.box).toEqual({
      size: 2,
      lock: 'L',
    });
    expect(reasonOf(() => read({ serial: 'B', box: { lock: 'L' } }, before))).toBe('mutability');
    expect(reasonOf(() => read({ serial: 'A', box: { lock: 'K' } }, before))).toBe('mutability');
    expect(reasonOf(() => read({ box: { lock: 'L' } }, before))).toBe('mutability');
    expect(read({ serial: 'A' }, document()).document.serial).toBe('A');
  });
  it('[RFC7644 3.5.2] immutable under PATCH (M04)', () => {
    expect(patchKind(kind, document(), { op: 'add', path: 'serial', value: 'A' }).document.serial).toBe('A');
    const before = document({ serial: 'A' });
    expect(reasonOf(() => patchKind(kind, before, { op: 'replace', path: 'serial', value: 'B' }))).toBe(
      'mutability',
    );
    expect(reasonOf(() => patchKind(kind, before, { op: 'remove', path: 'serial' }))).toBe('mutability');
  });
});

describe('types', () => {
  it('[RFC7643 2.3] right values keep their JSON type (M14)', () => {
    const values = {
      count: -3,
      weight: 2.5,
      made: '2026-01-31T08:00:00.5+02:00',
      blob: 'aGk=',
      link: '../x',
      on: false,
      tags: ['a', 'b'],
    };
    expect(document(values)).toMatchObject(values);
    expect(document({ blob: '-_-_' }).blob).toBe('-_-_');
    expect(document({ weight: 2 }).weight).toBe(2);
  });
  it('[RFC7643 2.3] wrong ones are invalidValue (M10, M11, M12)', () => {
    const wrong: Record<string, unknown[]> = {
      count: [1.5, '1', true, 2 ** 53, {}],
      weight: ['1', true, Number.POSITIVE_INFINITY],
      made: ['2026-01-31', 'yesterday', 5, '2026-13-31T08:00:00Z', '2026-01-31T08:00'],
      blob: ['a', '%%%%', 5, '=aaa'],
      link: ['a b', 5],
      on: ['yes', 0],
      tags: [{ a: 1 }, [5], [{}]],
    };
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values)
        expect(
          reasonOf(() => read({ [name]: value })),
          `${name} ${value}`,
        ).toBe('invalidValue');
    }
  });
  it('a list of simple values: repeats once, patched by value', () => {
    expect(document({ tags: ['a', 'b', 'a'] }).tags).toEqual(['a', 'b']);
    const before = document({ tags: ['a', 'b'] });
    const tags = (...operations: unknown[]) => patchKind(kind, before, ...operations).document.tags;
    expect(tags({ op: 'add', path: 'tags', value: 'c' })).toEqual(['a', 'b', 'c']);
    expect(tags({ op: 'add', path: 'tags', value: ['a', 'd'] })).toEqual(['a', 'b', 'd']);
    expect(tags({ op: 'remove', path: 'tags[value eq "A"]' })).toEqual(['b']);
    expect(tags({ op: 'remove', path: 'tags', value: ['b'] })).toEqual(['a']);
    expect(tags({ op: 'replace', path: 'tags[value eq "a"]', value: 'z' })).toEqual(['z', 'b']);
  });
  it('[RFC7644 3.4.2.2] numbers, caseExact and simple lists in filters (M09)', () => {
    const thing = document({
      count: 3,
      weight: 2.5,
      serial: 'Ab',
      tags: ['a', 'b'],
      made: '2026-01-31T08:00:00Z',
    });
    const matches = (filter: string) => holds(readCondition(kind, filter), thing);
    expect(matches('count gt 2 and count le 3 and weight eq 2.5 and weight ne 3')).toBe(true);
    expect(matches('serial eq "Ab"')).toBe(true);
    expect(matches('serial eq "ab" or serial sw "aB"')).toBe(false);
    expect(matches('tags eq "B" and tags[value eq "a"] and tags pr')).toBe(true);
    expect(matches('made lt "2026-01-31T10:00:01+02:00"')).toBe(true);
    expect(matches('secret eq "x" or secret pr or not (secret eq "x")')).toBe(false);
    for (const bad of ['count co 3', 'count eq "x"', 'blob gt "a"', 'made gt "x"', 'made sw "2026"']) {
      expect(
        reasonOf(() => readCondition(kind, bad)),
        bad,
      ).toBe('invalidFilter');
    }
  });
});

it('[RFC7643 6] a required extension, and what is required in it (M13)', () => {
  expect(reasonOf(() => read({ [EXTRA]: null }))).toBe('invalidValue');
  expect(reasonOf(() => readResource(kind, { schemas: [CORE], label: 'x' }, { require: true }))).toBe(
    'invalidValue',
  );
  expect(reasonOf(() => patchKind(kind, document(), { op: 'remove', path: EXTRA }))).toBe('invalidValue');
  expect(reasonOf(() => patchKind(kind, document(), { op: 'remove', path: `${EXTRA}:colour` }))).toBe(
    'invalidValue',
  );
});

describe('returned', () => {
  const thing = {
    schemas: [CORE],
    id: '1',
    label: 'x',
    detail: 'd',
    badge: 'b',
    secret: 's',
    box: { size: 1, note: 'n', mark: 'm' },
  };
  const shown = (attributes?: string, excluded?: string) =>
    project(thing, readProjection(attributes, excluded, kind), kind);
  it('[RFC7643 7] request: only when asked for; never: never (M05, M06)', () => {
    expect(shown()).toEqual({
      schemas: [CORE],
      id: '1',
      label: 'x',
      badge: 'b',
      box: { size: 1, mark: 'm' },
    });
    expect(shown('detail,secret')).toEqual({
      schemas: [CORE],
      id: '1',
      detail: 'd',
      badge: 'b',
      box: { mark: 'm' },
    });
    expect(shown('box')).toMatchObject({ box: thing.box });
    expect(shown('box.note')).toMatchObject({ box: { note: 'n', mark: 'm' } });
  });
  it('[RFC7643 7] always: stays (M07)', () => {
    expect(shown('label', undefined)).toEqual({
      schemas: [CORE],
      id: '1',
      label: 'x',
      badge: 'b',
      box: { mark: 'm' },
    });
    expect(shown(undefined, 'badge,box,label')).toEqual({
      schemas: [CORE],
      id: '1',
      badge: 'b',
      box: { mark: 'm' },
    });
    expect(shown(undefined, 'box.mark')).toMatchObject({ box: { size: 1, mark: 'm' } });
  });
});
