import { describe, expect, it } from 'vitest';
import { userKind } from '../../src/scim/schema.ts';
import { compareBy, readSort } from '../../src/scim/sort.ts';
import { ACME, ENTERPRISE, USER } from './samples.ts';

function sorted(resources: Record<string, unknown>[], sortBy: string, sortOrder?: string): unknown[] {
  return resources.toSorted(compareBy(readSort(userKind, sortBy, sortOrder)!)).map((resource) => resource.id);
}

describe('[RFC7644 3.4.2.3] sorting', () => {
  it('without regard to case where the attribute has none (S01, S02, S03)', () => {
    const users = [
      { id: 'z', userName: 'Zimmer' },
      { id: 'a', userName: 'adams' },
      { id: 'm', userName: 'MILES' },
    ];
    expect(sorted(users, 'userName')).toEqual(['a', 'm', 'z']);
    expect(sorted(users, 'USERNAME', 'Descending')).toEqual(['z', 'm', 'a']);
    expect(sorted(users, `${USER}:userName`, 'sideways')).toEqual(['a', 'm', 'z']);
    expect(
      sorted(
        [
          { id: 'b', externalId: 'b' },
          { id: 'A', externalId: 'B' },
        ],
        'externalId',
      ),
    ).toEqual(['A', 'b']);
  });
  it('without a value: last ascending, first descending (S04)', () => {
    const users = [{ id: '-' }, { id: 'b', title: 'b' }, { id: 'a', title: 'a' }];
    for (const order of [users, users.toReversed(), [users[1]!, users[0]!, users[2]!]]) {
      expect(sorted(order, 'title')).toEqual(['a', 'b', '-']);
      expect(sorted(order, 'title', 'descending')).toEqual(['-', 'b', 'a']);
    }
  });
  it('a list by its primary element, else by its first (S05)', () => {
    const users = [
      { id: 'c', emails: [{ value: 'a' }, { value: 'c', primary: true }] },
      { id: 'b', emails: [{ value: 'b' }, { value: 'a' }] },
    ];
    expect(sorted(users, 'emails')).toEqual(['b', 'c']);
    expect(sorted(users, 'emails.value')).toEqual(['b', 'c']);
  });
  it('points in time by instant (S09), extensions, booleans, sub-attributes', () => {
    const users = [
      {
        id: '2',
        meta: { created: '2026-01-01T00:00:00Z' },
        active: true,
        name: { familyName: 'B' },
        [ENTERPRISE]: { department: 'b' },
        [ACME]: { level: 10 },
      },
      {
        id: '1',
        meta: { created: '2026-01-01T01:00:00+02:00' },
        active: false,
        name: { familyName: 'A' },
        [ENTERPRISE]: { department: 'A' },
        [ACME]: { level: 9 },
      },
    ];
    for (const sortBy of [
      'meta.created',
      'active',
      'name.familyName',
      'department',
      `${ENTERPRISE}:department`,
      `${ACME}:level`,
    ]) {
      expect(sorted(users, sortBy), sortBy).toEqual(['1', '2']);
    }
  });
  it('what cannot be sorted by is ignored (S06, S07)', () => {
    for (const sortBy of [
      undefined,
      '',
      'odd',
      'name',
      'meta',
      'password',
      'a b',
      'name.odd',
      ENTERPRISE,
      'x'.repeat(2000),
    ]) {
      expect(readSort(userKind, sortBy, 'descending')).toBeNull();
    }
  });
});
