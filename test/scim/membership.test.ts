import { describe, expect, it } from 'vitest';
import { applyPatch, readPatch } from '../../src/scim/patch.ts';
import { groupKind } from '../../src/scim/schema.ts';
import { GROUP, patchBody, patchGroup, readGroup, reasonOf } from './samples.ts';

const membership = (...operations: unknown[]) => patchGroup(operations).membership;
const difference = (joins: string[], leaves: string[] = []) => ({
  kind: 'difference',
  joins: joins.map((value) => ({ value })),
  leaves,
  leavesWhere: [],
});
const whole = (...members: string[]) => ({ kind: 'whole', members: members.map((value) => ({ value })) });

describe('[RFC7644 3.5.2.1] add members', () => {
  it('in every form (G11, G16, Q26)', () => {
    const forms = [
      { path: 'members', value: [{ $ref: null, value: 'a' }] },
      { path: 'MEMBERS', value: { value: 'a' } },
      { path: 'members', value: 'a' },
      { path: 'members', value: ['a', { value: 'a' }] },
      { path: `${GROUP}:members`, value: [{ value: 'a' }] },
      { path: 'members.value', value: 'a' },
      { path: 'members[value eq "a"]', value: { value: 'a' } },
      { value: { members: [{ value: 'a' }] } },
      { value: { [`${GROUP}:members`]: [{ value: 'a' }] } },
      { value: { [GROUP]: { members: ['a'] } } },
    ];
    for (const form of forms)
      expect(membership({ op: 'Add', ...form }), JSON.stringify(form)).toEqual(difference(['a']));
  });
  it('keeps type and display where they are given', () => {
    expect(
      membership({ op: 'add', path: 'members', value: [{ value: 'g', type: 'group', displayName: 'G' }] }),
    ).toMatchObject({
      joins: [{ value: 'g', type: 'Group', display: 'G' }],
    });
  });
  it('of nobody says nothing', () => {
    for (const value of [[], null, '']) expect(membership({ op: 'add', path: 'members', value })).toBeNull();
  });
});

describe('[RFC7644 3.5.2.2] remove members', () => {
  it('by filter (G13, Q25)', () => {
    expect(membership({ op: 'remove', path: 'members[value eq "a"]' })).toEqual(difference([], ['a']));
    expect(
      membership({ op: 'remove', path: 'members[value eq "a" or (value eq "b" or value eq "c")]' }),
    ).toEqual(difference([], ['a', 'b', 'c']));
    expect(membership({ op: 'remove', path: 'members[value eq "a"].value' })).toEqual(difference([], ['a']));
  });
  it('by a value list: those only (G17, Q24); an empty list: nobody (SEMANTICS 13)', () => {
    const patched = patchGroup([{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }, 'b'] }]);
    expect(patched.membership).toEqual(difference([], ['a', 'b']));
    expect(patched.habits).toEqual(['verb-capitalised', 'remove-members-by-value-list', 'member-as-text']);
    for (const value of [[], '', { members: [] }, { members: null }])
      expect(membership({ op: 'remove', path: 'members', value })).toBeNull();
  });
  it('by an object with members in it (Salesforce)', () => {
    const patched = patchGroup([{ op: 'remove', path: 'members', value: { members: [{ value: 'a' }] } }]);
    expect(patched).toMatchObject({
      membership: difference([], ['a']),
      habits: ['remove-members-by-object'],
    });
    expect(membership({ op: 'remove', path: 'members', value: { value: 'a' } })).toEqual(
      difference([], ['a']),
    );
  });
  it('without a value: all (G14)', () => {
    expect(membership({ op: 'remove', path: 'members' })).toEqual(whole());
    expect(membership({ op: 'remove', path: 'members', value: null })).toEqual(whole());
  });
  it('by any other filter: a condition for whoever loads the members', () => {
    expect(membership({ op: 'remove', path: 'members[type eq "User"]' })).toMatchObject({
      kind: 'difference',
      joins: [],
      leaves: [],
      leavesWhere: [
        { kind: 'compare', place: { attribute: 'members', sub: 'type' }, operator: 'eq', value: 'User' },
      ],
    });
    expect(membership({ op: 'remove', path: 'members[odd eq "x"]' })).toBeNull();
    const mixed = membership(
      {
        op: 'add',
        path: 'members',
        value: [
          { value: 'a', type: 'User' },
          { value: 'b', type: 'Group' },
        ],
      },
      { op: 'remove', path: 'members[type eq "User"]' },
    );
    expect(mixed).toMatchObject({ joins: [{ value: 'b' }], leavesWhere: [{}] });
  });
});

describe('[RFC7644 3.5.2.3] replace members', () => {
  it('is the whole set (G15), and empties with [] or null', () => {
    expect(membership({ op: 'replace', path: 'members', value: [{ value: 'a' }, { value: 'b' }] })).toEqual(
      whole('a', 'b'),
    );
    expect(membership({ op: 'replace', value: { members: [] } })).toEqual(whole());
    expect(membership({ op: 'replace', path: 'members', value: null })).toEqual(whole());
  });
  it('by one member raises an alarm (Q27)', () => {
    const one = { op: 'replace', path: 'members', value: [{ value: 'a' }] };
    expect(patchGroup([one]).replacedMembersWithOne).toBe(true);
    expect(patchGroup([{ ...one, op: 'add' }]).replacedMembersWithOne).toBe(false);
    expect(patchGroup([{ ...one, value: ['a', 'b'] }]).replacedMembersWithOne).toBe(false);
  });
  it('is add where the provider is set so (memberReplaceIsAdd), with a path and without', () => {
    for (const operation of [
      { op: 'replace', path: 'members', value: ['a'] },
      { op: 'replace', value: { members: ['a'] } },
    ]) {
      const patched = patchGroup([operation], { memberReplaceIsAdd: true });
      expect(patched).toMatchObject({ membership: difference(['a']), replacedMembersWithOne: false });
      expect(patched.habits).toContain('replace-members-as-add');
    }
  });
  it('[RFC7643 8.7.1] never turns one member into another', () => {
    expect(
      reasonOf(() => membership({ op: 'replace', path: 'members[value eq "a"].value', value: 'b' })),
    ).toBe('mutability');
    expect(membership({ op: 'replace', path: 'members[type eq "untyped"].value', value: 'b' })).toEqual(
      difference(['b']),
    );
    expect(membership({ op: 'replace', path: 'members[value eq "a"].display', value: 'A' })).toBeNull();
  });
});

describe('several operations, in order (I03, Q55)', () => {
  const add = (value: string) => ({ op: 'add', path: 'members', value: [{ value }] });
  const remove = (value: string) => ({ op: 'remove', path: `members[value eq "${value}"]` });
  it('fold into one', () => {
    expect(membership(add('a'), remove('b'))).toEqual(difference(['a'], ['b']));
    expect(membership(add('a'), remove('a'))).toEqual(difference([], ['a']));
    expect(membership(remove('a'), add('a'))).toEqual(difference(['a']));
    expect(membership({ op: 'remove', path: 'members' }, add('a'))).toEqual(whole('a'));
    expect(membership({ op: 'replace', path: 'members', value: ['a', 'b'] }, remove('a'), add('c'))).toEqual(
      whole('b', 'c'),
    );
    expect(membership(add('a'), { op: 'replace', path: 'members', value: ['b'] })).toEqual(whole('b'));
  });
  it('beside other attributes; the document never holds members', () => {
    const patched = patchGroup([{ op: 'replace', value: { displayName: 'B', members: ['a'] } }]);
    expect(patched.document).toEqual({ schemas: [GROUP], displayName: 'B' });
    expect(patched.membership).toEqual(whole('a'));
    expect(patchGroup([{ op: 'replace', value: { id: 'x', displayName: 'B' } }]).membership).toBeNull();
  });
});

it('takes 10,000 members in one request in linear time', () => {
  const { document, unlisted } = readGroup();
  const members = (count: number) => Array.from({ length: count }, (_, i) => ({ value: `user-${i}` }));
  const time = (count: number) => {
    const body = patchBody(
      { op: 'add', path: 'members', value: members(count) },
      { op: 'remove', path: 'members', value: members(count / 2) },
    );
    const start = performance.now();
    const { membership: folded } = applyPatch(groupKind, { document, unlisted }, readPatch(groupKind, body));
    expect(folded).toMatchObject({ joins: { length: count / 2 }, leaves: { length: count / 2 } });
    return performance.now() - start;
  };
  time(1000);
  expect(time(10_000)).toBeLessThan(500);
});
