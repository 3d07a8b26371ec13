import { describe, expect, it } from 'vitest';
import { readListQuery, readSearch } from '../../src/scim/search-request.ts';
import { reasonOf } from './samples.ts';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const nothing = {
  filter: null,
  attributes: undefined,
  excludedAttributes: undefined,
  sortBy: undefined,
  sortOrder: undefined,
  startIndex: 1,
  count: null,
  cursor: null,
};

describe('[RFC7644 3.4.2] the query of a list', () => {
  it('is read into one form', () => {
    expect(readListQuery({})).toEqual(nothing);
    expect(
      readListQuery({
        filter: 'a pr',
        attributes: 'a,b',
        excludedAttributes: 'c',
        sortBy: 'a',
        sortOrder: 'descending',
        startIndex: '3',
        count: '5',
        cursor: '',
      }),
    ).toEqual({
      filter: 'a pr',
      attributes: 'a,b',
      excludedAttributes: 'c',
      sortBy: 'a',
      sortOrder: 'descending',
      startIndex: 3,
      count: 5,
      cursor: '',
    });
  });
  it('of duplicates the first counts (R14); unknown names are ignored (Q40)', () => {
    expect(
      readListQuery({ filter: ['a pr', 'b pr'], count: ['1', 'x'], aadOptscim062020: '', __proto__: 'x' }),
    ).toEqual({ ...nothing, filter: 'a pr', count: 1 });
  });
  it('[RFC7644 3.4.2.4] startIndex below 1 is 1 (PG03), negative count is 0 (PG05), huge numbers are cut (PG12)', () => {
    const starts = ['0', '-5', '1', ' 7 ', '+2', '', '9'.repeat(300)].map(
      (startIndex) => readListQuery({ startIndex }).startIndex,
    );
    expect(starts).toEqual([1, 1, 1, 7, 2, 1, 1_000_000_000]);
    const counts = ['0', '-5', '', '99999999999999999999'].map((count) => readListQuery({ count }).count);
    expect(counts).toEqual([0, 0, null, 1_000_000_000]);
  });
  it('what is no number is invalidValue (PG09)', () => {
    for (const count of ['x', '1.5', '1e3', 'NaN', '0x10', '9'.repeat(500)]) {
      expect(reasonOf(() => readListQuery({ count }))).toBe('invalidValue');
      expect(reasonOf(() => readListQuery({ startIndex: count }))).toBe('invalidValue');
    }
  });
});

describe('[RFC7644 3.4.3] the body of .search', () => {
  it('needs the SearchRequest URN (Q04)', () => {
    for (const body of [null, [], {}, { schemas: ['x'] }, { schemas: SEARCH }])
      expect(reasonOf(() => readSearch(body))).toBe('invalidSyntax');
    expect(readSearch({ schemas: [SEARCH.toUpperCase()] })).toEqual(nothing);
  });
  it('is read into the same form (Q02, Q03, C06)', () => {
    expect(
      readSearch({
        schemas: [SEARCH],
        attributes: ['a'],
        excludedAttributes: ['b'],
        Filter: 'a pr',
        sortBy: 'a',
        sortOrder: 'ascending',
        startIndex: 0,
        count: -1,
        cursor: 'c',
      }),
    ).toEqual({
      ...nothing,
      attributes: ['a'],
      excludedAttributes: ['b'],
      filter: 'a pr',
      sortBy: 'a',
      sortOrder: 'ascending',
      count: 0,
      cursor: 'c',
    });
    expect(readSearch({ schemas: [SEARCH], filter: null, count: '7', startIndex: 1e300 })).toMatchObject({
      filter: null,
      count: 7,
      startIndex: 1_000_000_000,
    });
  });
  it('wrong types are invalidValue', () => {
    for (const wrong of [
      { filter: 5 },
      { attributes: {} },
      { attributes: [5] },
      { count: 1.5 },
      { count: {} },
      { startIndex: true },
      { sortBy: [] },
      { cursor: 1 },
    ]) {
      expect(reasonOf(() => readSearch({ schemas: [SEARCH], ...wrong }))).toBe('invalidValue');
    }
  });
});
