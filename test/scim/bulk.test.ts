import { describe, expect, it } from 'vitest';
import {
  type BulkStep,
  bulkIdReferences,
  planBulk,
  readBulk,
  substituteBulkIds,
  withoutBulkIds,
} from '../../src/scim/bulk.ts';
import { reasonOf } from './samples.ts';

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const read = (operations: unknown, more: object = {}) =>
  readBulk({ schemas: [BULK], Operations: operations, ...more }, { maxOperations: 1000 });
const post = (bulkId: string, ...refs: string[]) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { members: refs.map((ref) => ({ value: `bulkId:${ref}` })) },
});
const plan = (...operations: unknown[]) => planBulk(read(operations).operations);
const run = (index: number, ...without: string[]): BulkStep => ({
  kind: 'run',
  index,
  without: new Set(without),
});

describe('[RFC7644 3.7] the request', () => {
  it('needs the BulkRequest URN and a list (B12)', () => {
    for (const body of [
      null,
      [],
      {},
      { schemas: ['x'], Operations: [] },
      { schemas: [BULK] },
      { schemas: [BULK], Operations: {} },
    ]) {
      expect(reasonOf(() => readBulk(body, { maxOperations: 10 }))).toBe('invalidSyntax');
    }
  });
  it('more than maxOperations is tooLarge (B10)', () => {
    expect(reasonOf(() => readBulk({ schemas: [BULK], Operations: [1, 2, 3] }, { maxOperations: 2 }))).toBe(
      'tooLarge',
    );
  });
  it('failOnErrors is a whole number from 1, or left out', () => {
    expect([undefined, null, 0, 1].map((failOnErrors) => read([], { failOnErrors }).failOnErrors)).toEqual([
      null,
      null,
      null,
      1,
    ]);
    for (const failOnErrors of ['1', -1, 1.5])
      expect(reasonOf(() => read([], { failOnErrors }))).toBe('invalidValue');
  });
  it('reads an operation', () => {
    expect(
      read([{ method: 'patch', path: '/Users/42', version: 'W/"3"', data: { a: 1 } }]).operations,
    ).toEqual([
      {
        method: 'PATCH',
        bulkId: null,
        path: '/Users/42',
        endpoint: 'Users',
        id: '42',
        version: 'W/"3"',
        data: { a: 1 },
        problem: null,
      },
    ]);
    expect(read([{ method: 'DELETE', path: 'groups/x/' }]).operations[0]).toMatchObject({
      endpoint: 'Groups',
      id: 'x',
      problem: null,
    });
  });
  it('a bad operation has a problem, the others can run (B13, B14)', () => {
    const data = {};
    const bad = [
      null,
      'x',
      { method: 'GET', path: '/Users/1' },
      { method: 'POST', path: '/Users', data },
      { method: 'POST', path: '/Users/1', bulkId: 'a', data },
      { method: 'PUT', path: '/Users', data },
      { method: 'POST', path: '/Widgets', bulkId: 'b', data },
      { method: 'POST', bulkId: 'c', data },
      { method: 'PATCH', path: '/Users/1' },
      { method: 'PUT', path: '/Users/1/x', data },
      { method: 'POST', path: '/Users', bulkId: 'x'.repeat(2000), data },
      { path: '/Users/1?x', method: 'DELETE' },
    ];
    const { operations } = read([...bad, post('d'), post('d')]);
    expect(operations.map((operation) => operation.problem !== null)).toEqual([
      ...bad.map(() => true),
      false,
      true,
    ]);
  });
});

describe('[RFC7644 3.7.2] bulkId references', () => {
  const data = {
    members: [{ value: 'bulkId:a' }, { value: 'real' }, { value: 'bulkId:b' }],
    manager: { value: 'bulkId:a' },
    note: 'about bulkId:a',
  };
  it('are found, resolved, and left out', () => {
    expect(bulkIdReferences(data)).toEqual(['a', 'b']);
    expect(substituteBulkIds(data, new Map([['a', '1']]))).toEqual({
      members: [{ value: '1' }, { value: 'real' }, { value: 'bulkId:b' }],
      manager: { value: '1' },
      note: 'about bulkId:a',
    });
    expect(withoutBulkIds(data, new Set(['a', 'b']))).toEqual({
      members: [{ value: 'real' }],
      note: 'about bulkId:a',
    });
    expect(withoutBulkIds({ manager: 'bulkId:a', keep: 1 }, new Set(['a']))).toEqual({ keep: 1 });
  });
  it('keys that reach a prototype are dropped, depth is bounded', () => {
    expect(
      Object.keys(substituteBulkIds(JSON.parse('{"__proto__":{"x":1},"a":1}'), new Map()) as object),
    ).toEqual(['a']);
    const deep = JSON.parse(`${'['.repeat(5_000)}"bulkId:a"${']'.repeat(5_000)}`);
    expect(bulkIdReferences(deep)).toEqual([]);
  });
});

describe('[RFC7644 3.7.1] the order', () => {
  it('as sent where nothing else is asked (B03)', () =>
    expect(plan(post('a'), post('b', 'a'), post('c'))).toEqual([run(0), run(1), run(2)]));
  it('forward references first (B04)', () =>
    expect(plan(post('a', 'c'), post('b'), post('c', 'b'))).toEqual([run(1), run(2), run(0)]));
  it('a circle: made without, then completed, before anything later (B05)', () => {
    const later = { method: 'PATCH', path: '/Groups/bulkId:a', data: {} };
    expect(plan(post('a', 'b'), post('b', 'a', 'c'), later, post('c'))).toEqual([
      run(3),
      run(1, 'a'),
      run(0),
      { kind: 'complete', index: 1 },
      run(2),
    ]);
    expect(plan(post('a', 'a'))).toEqual([run(0, 'a'), { kind: 'complete', index: 0 }]);
  });
  it('references in paths count; unknown ones and bad operations do not (B15)', () => {
    expect(plan({ method: 'DELETE', path: '/Groups/bulkId:a' }, post('b', 'nowhere'), post('a'))).toEqual([
      run(2),
      run(0),
      run(1),
    ]);
    expect(plan({ method: 'POST', path: '/Widgets', bulkId: 'a', data: {} }, post('b', 'a'))).toEqual([
      run(0),
      run(1),
    ]);
  });
  it('a chain and a circle of 1,000', () => {
    const chain = Array.from({ length: 1000 }, (_, i) => post(`${i}`, `${i + 1}`));
    expect(plan(...chain).map((step) => step.index)).toEqual(Array.from({ length: 1000 }, (_, i) => 999 - i));
    expect(plan(...chain.slice(0, 999), post('999', '0'))).toHaveLength(1001);
  });
});
