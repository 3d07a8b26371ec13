// Each habit by itself; that the readers make use of them is shown by vectors.test.ts and the tests of the readers.

import { describe, expect, it } from 'vitest';
import type { Habit } from '../../src/scim/dialects.ts';
import * as dialects from '../../src/scim/dialects.ts';
import { userKind } from '../../src/scim/schema.ts';

const field = (name: string) => userKind.fields.byName.get(name)!;

describe('habits of providers, one by one', () => {
  it('booleanFromText (Q02)', () => {
    expect(['True', 'false', 'TRUE', 'FALSE'].map(dialects.booleanFromText)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(['yes', '1', '', ' true'].map(dialects.booleanFromText)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
  it('soleElement (Q17)', () => {
    expect(dialects.soleElement([], 'simple')).toBeNull();
    expect(dialects.soleElement(['a'], 'simple')).toBe('a');
    expect(dialects.soleElement([{ $ref: null, value: 'a' }], 'simple')).toBe('a');
    expect(dialects.soleElement([{ value: 'a' }], 'complex')).toEqual({ value: 'a' });
    expect(dialects.soleElement([1, 2], 'simple')).toEqual([1, 2]);
  });
  it('objectFromText (Q16)', () => {
    expect(dialects.objectFromText(userKind.flat.get('manager')!, 'm1')).toEqual({ value: 'm1' });
    expect(dialects.objectFromText(field('name'), 'm1')).toBeUndefined();
  });
  it('unpackRole (Q21)', () => {
    const role = { value: '{"value":"pilot","displayName":"Pilot"}' };
    expect(dialects.unpackRole(field('roles'), role)).toEqual({ value: 'pilot', displayName: 'Pilot' });
    expect(dialects.unpackRole(field('emails'), role)).toBeUndefined();
    for (const value of ['{', '{"x":1}', 'pilot', '[1]', 5])
      expect(dialects.unpackRole(field('roles'), { value })).toBeUndefined();
  });
  it('subIn (Q62)', () => {
    const habits: Habit[] = [];
    expect(dialects.subIn(field('roles').subs!, 'DisplayName', habits)?.name).toBe('display');
    expect(dialects.subIn(userKind.flat.get('manager')!.subs!, 'displayName', habits)?.name).toBe(
      'displayName',
    );
    expect(dialects.subIn(field('addresses').subs!, 'displayName', habits)).toBeUndefined();
    expect(habits).toEqual(['display-name-for-display']);
  });
  it('flatField (Q14)', () => {
    expect(dialects.flatField(userKind, 'EmployeeNumber')?.name).toBe('employeeNumber');
    expect(dialects.flatField(userKind, 'title')).toBeUndefined();
  });
  it('isMicrosoftGroupUrn (Q28)', () => {
    expect(
      dialects.isMicrosoftGroupUrn(
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ),
    ).toBe(true);
    expect(dialects.isMicrosoftGroupUrn('urn:x')).toBe(false);
  });
  it('readVerb (Q01)', () => {
    const habits: Habit[] = [];
    expect(['add', 'Replace', 'REMOVE', 'move', 5].map((verb) => dialects.readVerb(verb, habits))).toEqual([
      'add',
      'replace',
      'remove',
      null,
      null,
    ]);
    expect(habits).toEqual(['verb-capitalised']);
  });
  it('operationsOf (Q43)', () => {
    const habits: Habit[] = [];
    expect(dialects.operationsOf({ Operations: 1 }, habits)).toBe(1);
    expect(habits).toEqual([]);
    expect(dialects.operationsOf({ operations: 2 }, habits)).toBe(2);
    expect(dialects.operationsOf({}, habits)).toBeUndefined();
    expect(habits).toEqual(['operations-in-other-case']);
  });
  it('isUnassigning (Q45)', () => {
    expect([null, undefined, ''].every(dialects.isUnassigning)).toBe(true);
    expect([0, false, [], {}, ' '].some(dialects.isUnassigning)).toBe(false);
  });
  it('removedMembers (Q24, Salesforce)', () => {
    const habits: Habit[] = [];
    expect(dialects.removedMembers(undefined, habits)).toBeNull();
    expect(habits).toEqual([]);
    expect(dialects.removedMembers('', habits)).toEqual([]);
    expect(dialects.removedMembers([{ value: 'a' }], habits)).toEqual([{ value: 'a' }]);
    expect(dialects.removedMembers({ Members: ['a'] }, habits)).toEqual(['a']);
    expect(habits).toEqual(['remove-members-by-value-list', 'remove-members-by-object']);
  });
  it('memberFromText (Q26)', () => expect(dialects.memberFromText('a', [])).toEqual({ value: 'a' }));
  it('keepLastPrimary (Q44)', () => {
    const list = [{ primary: true }, { primary: true }, { value: 'x' }, 'text'];
    expect(dialects.keepLastPrimary(list)).toBe(true);
    expect(list).toEqual([{ primary: false }, { primary: true }, { value: 'x' }, 'text']);
    expect(dialects.keepLastPrimary(list)).toBe(false);
  });
});

it('tags are noted once, at most 32 of them, and cut to size', () => {
  const habits: Habit[] = [];
  for (let i = 0; i < 100; i++) dialects.note(habits, dialects.ignored(`x${i % 50}`));
  expect(habits).toHaveLength(32);
  expect(dialects.unlistedAttribute('x'.repeat(500))).toHaveLength('unlisted-attribute:'.length + 60);
});
