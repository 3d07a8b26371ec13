// before + wanted = after + events: what is said twice is said once, and every change has its event and nothing else.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGroup, settleGroup } from '../../src/identity/group.ts';
import { createUser, removeUser, statusOf, suspendByAdmin } from '../../src/identity/user.ts';
import { generatedUser } from '../ledger/generated-resource.ts';
import { ACME, ENTERPRISE, patch, person, put, replace, types, wanted } from './person.ts';

const generated = generatedUser.map((attributes) => wanted(attributes));

describe('settleUser', () => {
  it('gives back the very same user, and no event, for what already is', () => {
    fc.assert(
      fc.property(generated, generated, (first, second) => {
        const made = createUser({ provider: 'p', id: 'u', formerly: null }, first, 1).after;
        const once = put(made, { ...second.document }, 2);
        const twice = put(once.after, { ...second.document }, 3);
        expect(twice.after).toBe(once.after);
        expect(twice.events).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('comes to what was wanted, whatever was before, and counts one revision', () => {
    fc.assert(
      fc.property(generated, generated, (first, second) => {
        const made = createUser({ provider: 'p', id: 'u', formerly: null }, first, 1).after;
        const { after, events } = put(made, { ...second.document }, 2);
        // Silence about active changes nothing: only a true re-admits.
        const active = second.document.active ?? made.document.active;
        expect(after.document).toEqual({ ...second.document, active });
        expect(after.revision - made.revision).toBe(events.length > 0 ? 1 : 0);
        expect(statusOf(after)).toBe(active === false ? 'suspended' : 'active');
      }),
      { numRuns: 300 },
    );
  });

  it('takes the order of keys for no change', () => {
    const before = person({ name: { givenName: 'Amara', familyName: 'Osei' } });
    expect(put(before, { name: { familyName: 'Osei', givenName: 'Amara' } }).after).toBe(before);
  });

  it('says before and after of what differs, and nothing of the rest', () => {
    const before = person({ title: 'Maker', nickName: 'Ama', [ENTERPRISE]: { department: 'Kites' } });
    const { events } = put(before, {
      title: 'Weaver',
      [ENTERPRISE]: { department: 'Kites', division: 'North' },
    });
    expect(events).toEqual([
      {
        type: 'user.updated',
        subject: { kind: 'user', id: 'u1' },
        data: {
          before: { title: 'Maker', nickName: 'Ama' },
          after: { title: 'Weaver', [`${ENTERPRISE}:division`]: 'North' },
        },
      },
    ]);
  });

  it('notices changes in extensions that nobody knows, colons in their names included', () => {
    const before = person({ [ACME]: { 'badge:colour': 'red', tag: 'a' } });
    const { after, events } = put(before, { [ACME]: { 'badge:colour': 'blue', tag: 'a' } });
    expect(after.document[ACME]).toEqual({ 'badge:colour': 'blue', tag: 'a' });
    expect(events[0]?.data).toEqual({
      before: { [`${ACME}:badge:colour`]: 'red' },
      after: { [`${ACME}:badge:colour`]: 'blue' },
    });
  });

  it('notices changes of what no schema has', () => {
    const before = person({ favouriteKite: 'delta' });
    expect(types(put(before, { favouriteKite: 'box' }))).toEqual(['user.updated']);
    expect(types(put(before, { favouriteKite: 'delta' }))).toEqual([]);
    expect(put(before, {}).after.unlisted).toEqual({});
  });

  it('takes a list that SCIM never filled for none [roles: [] of every Entra POST]', () => {
    const before = person({ roles: [] });
    expect(before.supplied.has('roles')).toBe(false);
    expect(patch(before, [replace('roles', [])]).after).toBe(before);
  });
});

describe('removal', () => {
  it('keeps the record, readable, and says so once', () => {
    const before = person({ title: 'Maker' });
    const { after, events } = removeUser(before, 9_000);
    expect(after).toMatchObject({ removedAt: 9_000, document: before.document, revision: 2 });
    expect(statusOf(after)).toBe('removed');
    expect(events).toEqual([
      {
        type: 'user.removed',
        subject: { kind: 'user', id: 'u1' },
        data: { userName: 'amara.osei@kitehaus.example' },
      },
    ]);
  });
});

describe('suspension', () => {
  const off = [replace('active', false)];
  const on = [replace('active', true)];
  const statuses = (user: ReturnType<typeof person>) => [
    statusOf(user),
    Object.keys(user.suspensions).sort().join(),
  ];

  /** Reason by reason: who may suspend, who may lift, and what is left. */
  const table: readonly (readonly [
    string,
    (user: ReturnType<typeof person>) => ReturnType<typeof patch>,
    string,
    string[],
  ])[] = [
    ['SCIM suspends', (user) => patch(user, off), 'suspended scim', ['user.suspended']],
    ['SCIM suspends again', (user) => patch(patch(user, off).after, off, 3_000), 'suspended scim', []],
    [
      'SCIM lifts its own',
      (user) => patch(patch(user, off).after, on, 3_000),
      'active ',
      ['user.reactivated'],
    ],
    ['an admin suspends', (user) => suspendByAdmin(user, true, 2_000), 'suspended admin', ['user.suspended']],
    [
      'an admin suspends again',
      (user) => suspendByAdmin(suspendByAdmin(user, true, 2_000).after, true, 3_000),
      'suspended admin',
      [],
    ],
    [
      'an admin lifts it',
      (user) => suspendByAdmin(suspendByAdmin(user, true, 2_000).after, false, 3_000),
      'active ',
      ['user.reactivated'],
    ],
    [
      'an admin suspends one whom SCIM did',
      (user) => suspendByAdmin(patch(user, off).after, true, 3_000),
      'suspended admin,scim',
      ['user.suspension_changed'],
    ],
    [
      'SCIM suspends one whom an admin did',
      (user) => patch(suspendByAdmin(user, true, 2_000).after, off, 3_000),
      'suspended admin,scim',
      ['user.suspension_changed'],
    ],
    [
      'SCIM lifts its own, the admin stays',
      (user) => patch(patch(suspendByAdmin(user, true, 2_000).after, off, 3_000).after, on, 4_000),
      'suspended admin',
      ['user.suspension_changed'],
    ],
    [
      'an admin lifts theirs, SCIM stays',
      (user) => suspendByAdmin(suspendByAdmin(patch(user, off).after, true, 3_000).after, false, 4_000),
      'suspended scim',
      ['user.suspension_changed'],
    ],
    [
      'SCIM cannot lift what only an admin may',
      (user) => patch(suspendByAdmin(user, true, 2_000).after, [replace('title', 'x')], 3_000),
      'suspended admin',
      ['user.updated'],
    ],
    [
      'SCIM lifts its own and an older one of the directory',
      (user) => patch({ ...patch(user, off).after, suspensions: { scim: 1, directory: 2 } }, on, 4_000),
      'active ',
      ['user.reactivated'],
    ],
    [
      'SCIM lifts both but the admin',
      (user) =>
        patch({ ...patch(user, off).after, suspensions: { scim: 1, directory: 2, admin: 3 } }, on, 4_000),
      'suspended admin',
      ['user.suspension_changed'],
    ],
  ];
  for (const [what, act, status, events] of table) {
    it(what, () => {
      const settled = act(person());
      expect(statuses(settled.after).join(' ')).toBe(status);
      expect(types(settled)).toEqual(events);
    });
  }

  it('stands from the first moment for who is made inactive', () => {
    const { after, events } = createUser(
      { provider: 'p', id: 'u', formerly: null },
      wanted({ active: false }),
      5,
    );
    expect(after.suspensions).toEqual({ scim: 5 });
    expect(events.map((event) => event.type)).toEqual(['user.created', 'user.suspended']);
  });

  it('keeps the time at which it began', () => {
    const suspended = patch(person(), off, 2_000).after;
    const renamed = patch(suspended, [replace('title', 'x')], 3_000).after;
    expect(renamed.suspensions).toEqual({ scim: 2_000 });
  });

  it('goes with other changes of one request: two events, in this order', () => {
    expect(types(patch(person(), [replace('title', 'x'), ...off]))).toEqual([
      'user.updated',
      'user.suspended',
    ]);
  });

  it('takes a missing active for true of somebody new, and for no news of somebody who is there', () => {
    expect(person().document.active).toBe(true);
    const suspended = patch(person(), off).after;
    expect(put(suspended, {}).after).toBe(suspended);
    expect(types(put(suspended, { active: true }))).toEqual(['user.reactivated']);
  });
});

describe('settleGroup', () => {
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
  const { after: crew } = createGroup(
    { provider: 'p', id: 'g' },
    { schemas, displayName: 'Crew', externalId: 'x' },
    1,
  );

  it('gives back the very same group for what already is', () => {
    const again = settleGroup(crew, { schemas, externalId: 'x', displayName: 'Crew' }, 2);
    expect(again.after).toBe(crew);
    expect(again.events).toEqual([]);
  });

  it('says what differs', () => {
    const { after, events } = settleGroup(crew, { schemas, displayName: 'Guild' }, 2);
    expect(after).toMatchObject({ revision: 2, membershipVersion: 1, modifiedAt: 2 });
    expect(events).toEqual([
      {
        type: 'group.updated',
        subject: { kind: 'group', id: 'g' },
        data: { before: { displayName: 'Crew', externalId: 'x' }, after: { displayName: 'Guild' } },
      },
    ]);
  });
});
