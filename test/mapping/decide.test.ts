// From a settled change to the whole change set: which events, in which order, and nothing else; which grants come and
// go; what is left to the sweep.

import { describe, expect, it } from 'vitest';
import type { ChangeSet } from '../../src/identity/change-set.ts';
import { createGroup, type Group } from '../../src/identity/group.ts';
import type { User } from '../../src/identity/user.ts';
import {
  type DecisionContext,
  decideAccess,
  decideGroupCreate,
  decideGroupRemoval,
  decideGroupWrite,
  decideUserCreate,
  decideUserRemoval,
  decideUserWrite,
  type LoadedUser,
} from '../../src/mapping/decide.ts';
import { decideManualGrant, decideManualWithdrawal } from '../../src/mapping/manual.ts';
import type { GroupFact } from '../../src/mapping/resolve.ts';
import { ENTERPRISE, person, wanted } from '../identity/person.ts';
import { compiled, PROVIDER, type RulesetWords, rule, stateWith } from './ruleset.ts';

const rules = [
  rule('role', 'roles', 'admin', 'Admin'),
  rule('role', 'department', '*', 'Viewer'),
  rule('team', 'groups', '*', '*'),
  rule('businessUnit', 'department', '*', '*'),
];

function context(words: RulesetWords = {}, given = rules): DecisionContext {
  const actor = { kind: 'token' as const, id: 't' };
  return { state: stateWith(compiled(given, words)), at: 5_000, actor, cause: { kind: 'request', id: 'r' } };
}

/** A user as stored after a change set was written, groups as given. */
function stored(changes: ChangeSet, groups: GroupFact[] = [], user?: User): LoadedUser {
  const write = changes.users[0];
  const access = write ?? changes.resolved[0]!;
  const { role, grants, ruleset } = access;
  const standing = grants
    .filter((each) => each.reason.by === 'manual')
    .map(({ kind, target, reason, reasonKey }) => ({
      target: { kind, id: target, name: target, key: target },
      reason,
      reasonKey,
    }));
  return { user: user ?? write!.after, role, ruleset, groups, grants: [...grants], standing };
}

function made(attributes: Record<string, unknown>): LoadedUser {
  return stored(decideUserCreate(context(), { id: 'u1', formerly: null }, wanted(attributes)).changes);
}

function groupNamed(displayName: string, id = 'g1'): Group {
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
  return createGroup({ provider: PROVIDER, id }, { schemas, displayName }, 1).after;
}

const words = (changes: ChangeSet | null) =>
  (changes?.events ?? []).map((each) => (each.object ? `${each.type} ${each.object.kind}` : each.type));
const kites = { [ENTERPRISE]: { department: 'Kites' } };
const orion: GroupFact = { id: 'g1', displayName: 'Orion' };
const asMember = (loaded: LoadedUser) => ({ kind: 'User' as const, loaded });

describe('a user', () => {
  it('is made with what follows from the rules', () => {
    const { changes } = decideUserCreate(context(), { id: 'u1', formerly: 'u0' }, wanted(kites));
    expect(words(changes)).toEqual(['user.created', 'grant.added businessUnit', 'grant.added role']);
    expect(changes.events[0]?.data).toMatchObject({ formerly: 'u0' });
    expect(changes.users).toMatchObject([{ expected: 0, role: 'viewer', ruleset: 1 }]);
    expect(changes.targets).toMatchObject([{ kind: 'businessUnit', name: 'Kites', key: 'name:kites' }]);
    expect(changes.gained).toHaveLength(2);
    expect(changes.lost).toEqual([]);
  });

  it('that already is so makes no change set', () => {
    const loaded = made(kites);
    expect(decideUserWrite(context(), loaded, wanted(kites)).changes).toBeNull();
  });

  it('that changes what no rule looks at keeps every grant untouched', () => {
    const loaded = made(kites);
    const { changes } = decideUserWrite(context(), loaded, wanted({ ...kites, title: 'Maker' }));
    expect(words(changes)).toEqual(['user.updated']);
    expect(changes?.users[0]?.grants).toEqual(loaded.grants);
    expect([changes?.gained, changes?.lost]).toEqual([[], []]);
  });

  it('that moves loses the one and gains the other', () => {
    const { changes } = decideUserWrite(
      context(),
      made(kites),
      wanted({ [ENTERPRISE]: { department: 'Sails' } }),
    );
    expect(words(changes)).toEqual([
      'user.updated',
      'grant.removed businessUnit',
      'grant.removed role',
      'grant.added businessUnit',
      'grant.added role',
    ]);
    // Still a viewer, for a new reason: nothing is lost.
    const ofRole = changes?.events.filter((each) => each.object?.kind === 'role');
    expect(ofRole?.[0]?.data).toMatchObject({ stillHeld: true });
    expect(changes?.gained).toHaveLength(1);
    expect(changes?.lost).toHaveLength(1);
  });

  it('that is suspended keeps grants, dormant', () => {
    const { changes } = decideUserWrite(context(), made(kites), wanted({ ...kites, active: false }));
    expect(words(changes)).toEqual(['user.suspended']);
    expect(changes?.users[0]).toMatchObject({ role: 'viewer' });
  });

  it('that is removed leaves every group and loses every grant, what was given by hand too', () => {
    const loaded = { ...made(kites), groups: [orion] };
    const given = decideManualGrant(context(), loaded, {
      kind: 'role',
      id: 'admin',
      name: 'Admin',
      key: 'admin',
    })!;
    const before = stored(given, [orion], loaded.user);
    expect(before.role).toBe('admin');
    const changes = decideUserRemoval(context(), before);
    expect(words(changes).sort()).toEqual([
      'grant.removed businessUnit',
      'grant.removed role',
      'grant.removed team',
      'membership.removed group',
      'user.removed',
    ]);
    expect(changes.users[0]).toMatchObject({ role: null, grants: [] });
  });
});

describe('a grant by hand', () => {
  const admin = { kind: 'role' as const, id: 'admin', name: 'Admin', key: 'admin' };
  const viewer = { kind: 'role' as const, id: 'viewer', name: 'Viewer', key: 'viewer' };

  it('wins, and what it outweighed comes back when it is withdrawn', () => {
    const loaded = made(kites);
    const given = decideManualGrant(context(), loaded, admin)!;
    expect(words(given)).toEqual(['grant.removed role', 'grant.added role']);
    const after = stored(given, [], loaded.user);
    expect(after.role).toBe('admin');
    const taken = decideManualWithdrawal(context(), after, admin)!;
    expect(words(taken)).toEqual(['grant.removed role', 'grant.added role']);
    expect(taken.resolved[0]?.role).toBe('viewer');
  });

  it('stands beside the rule that gives the same, and either may go alone', () => {
    const loaded = made(kites);
    const given = decideManualGrant(context(), loaded, viewer)!;
    expect(words(given)).toEqual(['grant.added role']);
    expect(given.gained).toEqual([]);
    const both = stored(given, [], loaded.user);
    const { changes } = decideUserWrite(context(), both, wanted({}));
    expect(changes?.users[0]).toMatchObject({ role: 'viewer' });
    expect(changes?.events.find((each) => each.object?.kind === 'role')?.data).toMatchObject({
      stillHeld: true,
    });
    const taken = decideManualWithdrawal(context(), both, viewer)!;
    expect(taken.resolved[0]?.role).toBe('viewer');
    expect(taken.lost).toEqual([]);
  });

  it('given twice changes nothing; of roles there is one', () => {
    const loaded = made(kites);
    const after = stored(decideManualGrant(context(), loaded, admin)!, [], loaded.user);
    expect(decideManualGrant(context(), after, admin)).toBeNull();
    const other = stored(decideManualGrant(context(), after, viewer)!, [], loaded.user);
    expect(other.standing).toHaveLength(1);
    expect(other.role).toBe('viewer');
  });

  it('is not taken back from a rule', () => {
    expect(() => decideManualWithdrawal(context(), made(kites), viewer)).toThrow(/rule gives/);
    expect(() => decideManualWithdrawal(context(), made({}), viewer)).toThrow(/do not have/);
  });
});

describe('a group', () => {
  it('is made with its team, and its members have it at once, also where it is the first', () => {
    for (const groupsByScim of [true, false]) {
      const { changes } = decideGroupCreate(context({ groupsByScim }), 'g1', groupNamed('Orion').document, [
        asMember(made({})),
        { kind: 'Group', id: 'g9' },
      ]);
      expect(words(changes)).toEqual([
        'group.created',
        'membership.added group',
        'grant.added team',
        'membership.added group',
      ]);
      expect(changes.groupsByScim).toBe(!groupsByScim);
      expect(changes.targets).toMatchObject([{ kind: 'team', name: 'Orion', key: 'group:g1' }]);
      expect(changes.resolved).toHaveLength(1);
    }
  });

  const write = (
    from: string,
    to: string,
    more: { joins?: LoadedUser[]; leaves?: LoadedUser[]; members?: LoadedUser[] | 'many' } = {},
    given = rules,
  ) =>
    decideGroupWrite(context({}, given), groupNamed(from), {
      document: groupNamed(to).document,
      membership: { joins: (more.joins ?? []).map(asMember), leaves: (more.leaves ?? []).map(asMember) },
      members: () => more.members ?? [],
    }).changes;
  const inside = () => {
    const { changes } = decideGroupCreate(context(), 'g1', groupNamed('Orion').document, [
      asMember(made({})),
    ]);
    return stored(changes, [orion], person());
  };
  const engineers = [rule('team', 'groups', 'eng-*', '*')];

  it('that already is so makes no change set', () => {
    expect(write('Orion', 'Orion')).toBeNull();
  });

  it('that somebody joins or leaves says so, and what they gain or lose', () => {
    expect(words(write('Orion', 'Orion', { joins: [made({})] }))).toEqual([
      'membership.added group',
      'grant.added team',
    ]);
    expect(words(write('Orion', 'Orion', { leaves: [inside()] }))).toEqual([
      'membership.removed group',
      'grant.removed team',
    ]);
  });

  it('that is renamed renames its team, and resolves nobody where the rules see no difference', () => {
    const changes = write('Orion', 'Vega', { members: [inside()] });
    expect(words(changes)).toEqual(['group.updated']);
    expect(changes?.targets).toMatchObject([{ name: 'Vega', key: 'group:g1' }]);
    expect(changes?.resolved).toEqual([]);
  });

  it('that is renamed out of a rule takes its team from everybody in it, who stay, join or leave', () => {
    const resolved = (id: string, groups: GroupFact[]) => {
      const user = { ...person(), id };
      const bare: LoadedUser = { user, role: null, ruleset: 1, groups, grants: [], standing: [] };
      const changes = decideAccess(context({}, engineers), bare);
      return changes ? stored(changes, groups, user) : bare;
    };
    const eng: GroupFact = { id: 'g1', displayName: 'eng-a' };
    const [stays, leaves, joins] = [resolved('u1', [eng]), resolved('u2', [eng]), resolved('u3', [])];
    const changes = write(
      'eng-a',
      'Sails',
      { joins: [joins], leaves: [leaves], members: [stays, leaves] },
      engineers,
    );
    expect(words(changes)).toEqual([
      'group.updated',
      'membership.added group',
      'membership.removed group',
      'grant.removed team',
      'grant.removed team',
    ]);
    expect(changes?.resolved.map((each) => [each.user, each.grants.length])).toEqual([
      ['u3', 0],
      ['u1', 0],
      ['u2', 0],
    ]);
    const many = write('eng-a', 'Sails', { joins: [joins], leaves: [leaves], members: 'many' }, engineers);
    expect(many?.jobs).toEqual([{ kind: 'resolve-members', subject: 'g1' }]);
    // Who joins is held in place by being resolved, and who leaves is no member any more when the job comes.
    expect(many?.resolved.map((each) => each.user)).toEqual(['u3', 'u2']);
  });

  it('that is removed takes its team from its members, or leaves that to a job', () => {
    const changes = decideGroupRemoval(context(), groupNamed('Orion'), [inside()]);
    expect(words(changes)).toEqual(['group.removed', 'membership.removed group', 'grant.removed team']);
    expect(changes.removedGroups).toEqual(['g1']);
    const many = decideGroupRemoval(context(), groupNamed('Orion'), 'many');
    expect(words(many)).toEqual(['group.removed']);
    expect(many.jobs).toEqual([{ kind: 'leave-group', subject: 'g1' }]);
  });
});

describe('new rules', () => {
  it('change nothing but the number for who has what they say', () => {
    const loaded = made(kites);
    expect(decideAccess(context(), loaded)).toBeNull();
    const changes = decideAccess(context({ number: 2 }), loaded);
    expect(words(changes)).toEqual([]);
    expect(changes?.resolved).toEqual([]);
    expect(changes?.renumbered).toMatchObject([{ ruleset: 2 }]);
  });

  it('take and give what they say', () => {
    const changes = decideAccess(
      context({ number: 2 }, [rule('role', 'department', '*', 'Editor')]),
      made(kites),
    );
    expect(words(changes)).toEqual(['grant.removed businessUnit', 'grant.removed role', 'grant.added role']);
    expect(changes?.resolved[0]?.role).toBe('editor');
  });
});
