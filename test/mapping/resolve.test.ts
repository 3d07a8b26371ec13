// resolve: facts + groups + rules + manual grants = access with reasons. Whatever the order in which they came.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeUser, suspendByAdmin, type User } from '../../src/identity/user.ts';
import {
  type GroupFact,
  type ResolveInputs,
  resolve,
  type StandingGrant,
} from '../../src/mapping/resolve.ts';
import type { Rule } from '../../src/mapping/rule.ts';
import { ACME, ENTERPRISE, facts, person } from '../identity/person.ts';
import { compiled, type RulesetWords, roles, rule } from './ruleset.ts';

const crew: GroupFact = { id: 'g1', displayName: 'Orion Crew' };
const guild: GroupFact = { id: 'g2', displayName: 'eng-platform' };

function inputs(
  user: User,
  rules: readonly Rule[],
  more: Partial<ResolveInputs> & RulesetWords = {},
): ResolveInputs {
  const { strategy, scimAttributes, groupsByScim, ...rest } = more;
  const words = {
    ...(strategy && { strategy }),
    ...(scimAttributes && { scimAttributes }),
    ...(groupsByScim !== undefined && { groupsByScim }),
  };
  return { user, groups: [], standing: [], roles, ruleset: compiled(rules, words), ...rest };
}

const access = (...given: Parameters<typeof inputs>) => resolve(inputs(...given));

/** Kind and name of everything that stands, sorted. */
function standing(...given: Parameters<typeof inputs>): string[] {
  return [
    ...new Set(access(...given).grants.map((each) => `${each.target.kind} ${each.target.name}`)),
  ].sort();
}

function manual(kind: 'role' | 'team', id: string, name = id): StandingGrant {
  return {
    target: { kind, id, name, key: id },
    reason: { by: 'manual', actor: 'user:boss' },
    reasonKey: 'manual',
  };
}

describe('roles', () => {
  const editorRule = rule('role', 'roles', 'editor', 'Editor');
  const viewerRule = rule('role', 'department', '*', 'Viewer');
  const authorRule = rule('role', 'title', 'author', 'Author');
  const adminRule = rule('role', 'roles', 'admin', 'Admin');
  const many = person({
    roles: [{ value: 'editor' }, { value: 'ADMIN' }],
    title: 'Author',
    [ENTERPRISE]: { department: 'Kites' },
  });
  const outcome = (...given: Parameters<typeof inputs>) =>
    access(...given).candidates.map((each) => `${each.role.name} ${each.lost ?? 'wins'}`);

  it('give none where no rule fits, and nothing is granted', () => {
    expect(access(person(), [editorRule, viewerRule])).toEqual({ role: null, grants: [], candidates: [] });
  });

  it('go to the one with most permissions, and losers are kept with why', () => {
    expect(outcome(many, [viewerRule, editorRule, adminRule])).toEqual([
      'Admin wins',
      'Viewer fewer-permissions',
      'Editor fewer-permissions',
    ]);
    expect(standing(many, [viewerRule, editorRule, adminRule])).toEqual(['role Admin']);
  });

  it('go to the earlier rule where two have as many', () => {
    expect(outcome(many, [authorRule, editorRule])).toEqual(['Author wins', 'Editor later-rule']);
    expect(outcome(many, [editorRule, authorRule])).toEqual(['Editor wins', 'Author later-rule']);
  });

  it('go to the first rule that fits, where the provider says so', () => {
    const strategy = 'first-match' as const;
    expect(outcome(many, [viewerRule, adminRule, editorRule], { strategy })).toEqual([
      'Viewer wins',
      'Admin later-rule',
      'Editor later-rule',
    ]);
    expect(
      outcome(person({ roles: [{ value: 'editor' }] }), [viewerRule, adminRule, editorRule], { strategy }),
    ).toEqual(['Editor wins']);
  });

  it('stand for every reason that gives the same role', () => {
    const twice = [editorRule, rule('role', 'title', '*', 'Editor'), viewerRule];
    expect(outcome(many, twice)).toEqual(['Editor wins', 'Editor wins', 'Viewer fewer-permissions']);
    expect(access(many, twice).grants.map((each) => each.reason)).toMatchObject([
      { by: 'rule' },
      { by: 'rule' },
    ]);
  });

  it('given by hand win over every rule, whatever they are worth', () => {
    const byHand = [manual('role', 'viewer')];
    expect(outcome(many, [adminRule, editorRule], { standing: byHand })).toEqual([
      'Viewer wins',
      'Admin to-manual',
      'Editor to-manual',
    ]);
    expect(outcome(many, [adminRule], { standing: byHand, strategy: 'first-match' })).toEqual([
      'Viewer wins',
      'Admin to-manual',
    ]);
    const both = access(many, [viewerRule], { standing: byHand });
    expect(both.grants.map((each) => each.reason.by).sort()).toEqual(['manual', 'rule']);
  });

  it('that nobody knows give nothing', () => {
    expect(access(many, [rule('role', 'title', '*', 'Emperor')]).role).toBeNull();
    expect(access(many, [], { standing: [manual('role', 'emperor')] }).role).toBeNull();
  });
});

describe('teams and business units', () => {
  const everyGroup = rule('team', 'groups', '*', '*');

  it('are all that fit', () => {
    const rules = [
      everyGroup,
      rule('team', 'groups', 'eng-${*}', 'Team ${*}'),
      rule('businessUnit', 'department', '*', '*'),
    ];
    const user = person({ [ENTERPRISE]: { department: 'Kites' } });
    expect(standing(user, rules, { groups: [crew, guild] })).toEqual([
      'businessUnit Kites',
      'team Orion Crew',
      'team Team platform',
      'team eng-platform',
    ]);
  });

  it('keep their identity when their group is renamed, by whatever part of its name they go', () => {
    const rules = [everyGroup, rule('team', 'groups', 'eng-${*}', '${*}')];
    const ids = (name: string) =>
      access(person(), rules, { groups: [{ id: 'g2', displayName: name }] }).grants.map(
        (each) => `${each.target.id} ${each.reasonKey}`,
      );
    expect(ids('eng-sails')).toEqual(ids('eng-platform'));
    expect(
      new Set(access(person(), rules, { groups: [guild] }).grants.map((each) => each.target.id)).size,
    ).toBe(2);
  });

  it('are told apart by group, whatever their names', () => {
    const twins = [crew, { id: 'g9', displayName: 'Orion Crew' }];
    expect(
      new Set(access(person(), [everyGroup], { groups: twins }).grants.map((each) => each.target.id)).size,
    ).toBe(2);
  });

  it('born of values are one in any letter case', () => {
    const rules = [rule('team', 'department', '*', '*'), rule('team', 'title', '*', '*')];
    const user = person({ title: 'KITES', [ENTERPRISE]: { department: 'Kites' } });
    const { grants } = access(user, rules);
    expect(grants).toHaveLength(2);
    expect(new Set(grants.map((each) => each.target.id)).size).toBe(1);
  });

  it('of one fixed name are one, for every reason', () => {
    const rules = [rule('team', 'groups', '*', 'Makers'), rule('team', 'title', 'maker', 'Makers')];
    const { grants } = access(person({ title: 'Maker' }), rules, { groups: [crew, guild] });
    expect(grants).toHaveLength(3);
    expect(new Set(grants.map((each) => each.target.id)).size).toBe(1);
    expect(grants.map((each) => each.target.key)).toEqual(Array(3).fill('name:makers'));
  });

  it('given by hand stand beside those of rules', () => {
    expect(
      standing(person(), [everyGroup], { groups: [crew], standing: [manual('team', 't1', 'By Hand')] }),
    ).toEqual(['team By Hand', 'team Orion Crew']);
  });

  it('have no name of blanks alone', () => {
    expect(standing(person({ title: '   ' }), [rule('team', 'title', '*', '*')])).toEqual([]);
  });
});

describe('claims', () => {
  const every = (attribute: string) => [rule('team', attribute, '*', '*')];
  const names = (user: User, attribute: string, more: Parameters<typeof inputs>[2] = {}) =>
    standing(user, every(attribute), more).map((each) => each.replace('team ', ''));

  it('may be texts, numbers, truths, lists, and objects by their value', () => {
    const claims = facts(
      {
        n: [5, 1],
        b: [true, 1],
        l: [['x', 7, ['y']], 1],
        o: [{ value: 'v', other: 'no' }, 1],
        none: [null, 1],
      },
      'login',
    );
    const user = { ...person(), claims };
    expect(names(user, 'n')).toEqual(['5']);
    expect(names(user, 'b')).toEqual(['true']);
    expect(names(user, 'l')).toEqual(['7', 'x', 'y']);
    expect(names(user, 'o')).toEqual(['v']);
    expect(names(user, 'none')).toEqual([]);
    expect(names(user, 'nothing')).toEqual([]);
  });

  it('reach into objects by dots, the longest name first', () => {
    const claims = facts(
      {
        realm_access: [{ roles: ['a', 'b'], deep: { er: 'c' } }, 1],
        'with.dots': ['d', 1],
        'with.dots.more': [{ x: 'e' }, 1],
      },
      'login',
    );
    const user = {
      ...person({ name: { familyName: 'Osei' }, [ENTERPRISE]: { manager: { value: 'm1' } } }),
      claims,
    };
    expect(names(user, 'realm_access.roles')).toEqual(['a', 'b']);
    expect(names(user, 'realm_access.deep.er')).toEqual(['c']);
    expect(names(user, 'with.dots')).toEqual(['d']);
    expect(names(user, 'with.dots.more.x')).toEqual(['e']);
    expect(names(user, 'name.familyName')).toEqual(['Osei']);
    expect(names(user, `${ENTERPRISE}:manager.value`)).toEqual(['m1']);
    expect(names(user, 'realm_access.constructor')).toEqual([]);
    expect(names(user, '.'.repeat(50))).toEqual([]);
  });

  it('read SCIM lists by their values, and by any sub-attribute named with a dot', () => {
    const user = person({
      emails: [
        { type: 'work', value: 'a@x' },
        { type: 'home', value: 'b@x' },
      ],
    });
    expect(names(user, 'emails')).toEqual(['a@x', 'b@x']);
    expect(names(user, 'emails.type')).toEqual(['home', 'work']);
  });

  it('match attribute names exactly, letter case included', () => {
    const user = person({ [ENTERPRISE]: { department: 'Kites' }, [ACME]: { badge: 'red' } });
    expect(names(user, 'department')).toEqual(['Kites']);
    expect(names(user, 'Department')).toEqual([]);
    expect(names(user, `${ACME}:badge`)).toEqual(['red']);
  });

  it('`groups` are the groups by their names; before the first group came by SCIM, the claim of that name', () => {
    const user = { ...person(), claims: facts({ groups: [['From The Token'], 1] }, 'login') };
    expect(names(user, 'groups', { groups: [crew] })).toEqual(['Orion Crew']);
    expect(names(user, 'groups', { groupsByScim: false })).toEqual(['From The Token']);
    expect(names(user, 'groups', { groups: [] })).toEqual([]);
  });

  it('are found where the SCIM attribute table says', () => {
    const scimAttributes = {
      team_name: { attributeType: 'group' as const, attributeValue: 'displayName' },
      dept: { attributeType: 'user' as const, attributeValue: 'department' },
      groups: { attributeType: 'user' as const, attributeValue: 'title' },
    };
    const user = person({ title: 'Maker', [ENTERPRISE]: { department: 'Kites' } });
    const more = { scimAttributes, groups: [crew] };
    expect(names(user, 'team_name', more)).toEqual(['Orion Crew']);
    expect(names(user, 'dept', more)).toEqual(['Kites']);
    expect(names(user, 'groups', more)).toEqual(['Maker']);
  });

  it('keep the word of the token where the SCIM attribute was never supplied, and lose it where SCIM cleared it', () => {
    const scimAttributes = { dept: { attributeType: 'user' as const, attributeValue: 'department' } };
    const claims = facts({ dept: ['From The Token', 1] }, 'login');
    expect(names({ ...person(), claims }, 'dept', { scimAttributes })).toEqual(['From The Token']);
    const cleared = { ...person(), supplied: new Map([[`${ENTERPRISE}:department`, 1]]), claims };
    expect(names(cleared, 'dept', { scimAttributes })).toEqual([]);
  });
});

describe('sticky rules', () => {
  const stickyTeam = rule('team', 'department', '*', '*', true);
  const stickyRole = rule('role', 'title', 'editor', 'Editor', true);
  const before = person({ title: 'editor', [ENTERPRISE]: { department: 'Kites' } });
  const left = access(before, [stickyTeam, stickyRole]).grants;

  it('mark what they grant', () => {
    expect(left.map((each) => each.reason)).toMatchObject([{ sticky: true }, { sticky: true }]);
  });

  it('leave behind what they granted, once', () => {
    const after = person({ [ENTERPRISE]: { department: 'Sails' } });
    expect(standing(after, [stickyTeam, stickyRole], { standing: left })).toEqual([
      'role Editor',
      'team Kites',
      'team Sails',
    ]);
    const both = access(before, [stickyTeam, stickyRole], { standing: left });
    expect(both.grants).toEqual(left);
    expect(both.candidates).toHaveLength(1);
  });

  it('leave a role that competes in the place of its rule', () => {
    const author = rule('role', 'nickName', 'author', 'Author');
    const after = person({ nickName: 'author' });
    const winner = (rules: readonly Rule[]) => access(after, rules, { standing: left }).role?.name;
    expect(winner([stickyRole, author])).toBe('Editor');
    expect(winner([author, stickyRole])).toBe('Author');
    expect(winner([author])).toBe('Author');
    expect(winner([])).toBe('Editor');
    expect(winner([rule('role', 'nickName', '*', 'Admin')])).toBe('Admin');
  });
});

describe('who they are for', () => {
  const rules = [rule('team', 'groups', '*', '*'), rule('role', 'title', '*', 'Viewer')];
  const user = person({ title: 'Maker' });

  it('is nobody who was removed, whatever was given by hand', () => {
    const removed = removeUser(user, 5).after;
    expect(access(removed, rules, { groups: [crew], standing: [manual('team', 't')] })).toEqual({
      role: null,
      grants: [],
      candidates: [],
    });
  });

  it('is also who is suspended: their access is dormant, not gone', () => {
    const suspended = suspendByAdmin(user, true, 5).after;
    expect(standing(suspended, rules, { groups: [crew] })).toEqual(standing(user, rules, { groups: [crew] }));
  });
});

describe('order', () => {
  const attribute = fc.constantFrom('groups', 'roles', 'department', 'title', 'emails', 'n');
  const value = fc.constantFrom('*', 'a', 'b', 'a*', '${*}b', 'x-${*}', '*c*');
  const someRule = fc.oneof(
    fc
      .tuple(attribute, value, fc.constantFrom('*', '${*}', 'T ${*}', 'Fixed'))
      .map(([a, v, t]) => rule('team', a, v, t)),
    fc
      .tuple(attribute, value, fc.constantFrom('*', 'Fixed'))
      .map(([a, v, t]) => rule('businessUnit', a, v, t)),
    fc
      .tuple(attribute, value, fc.constantFrom('Admin', 'Editor', 'Author', 'Viewer'))
      .map(([a, v, t]) => rule('role', a, v, t)),
  );
  const word = fc.constantFrom('a', 'b', 'ab', 'x-b', 'abc', 'B', 'ß', '😀');
  const scenario = fc.record({
    rules: fc.uniqueArray(someRule, { maxLength: 6, selector: (each) => each.id }),
    strategy: fc.constantFrom('most-permissions' as const, 'first-match' as const),
    groups: fc.uniqueArray(fc.record({ id: fc.constantFrom('g1', 'g2', 'g3', 'g4'), displayName: word }), {
      selector: (each) => each.id,
    }),
    words: fc.array(word, { maxLength: 3 }),
    byHand: fc.uniqueArray(fc.constantFrom('admin', 'viewer', 't1', 't2'), { maxLength: 3 }),
    turn: fc.nat({ max: 5 }),
  });

  it('of groups, values, standing grants and rules of teams changes nothing', () => {
    fc.assert(
      fc.property(scenario, ({ rules, strategy, groups, words, byHand, turn }) => {
        const user = (list: readonly string[]) => ({
          ...person({ roles: list.map((each) => ({ value: each })), title: list[0] ?? '' }),
          claims: facts({ n: [list, 1] }, 'login'),
        });
        const hand = byHand.map((id) => manual(id.startsWith('t') ? 'team' : 'role', id));
        // One manual role at most is ever stored.
        const standingGrants = hand.filter(
          (each, i) =>
            each.target.kind === 'team' || hand.findIndex((other) => other.target.kind === 'role') === i,
        );
        const turned = <T>(list: readonly T[]) =>
          [...list.slice(turn % (list.length || 1)), ...list.slice(0, turn % (list.length || 1))].reverse();
        const given = { groups, standing: standingGrants, strategy };
        const one = access(user(words), rules, given);
        const rolesFirst = [
          ...rules.filter((each) => each.kind === 'role'),
          ...turned(rules.filter((each) => each.kind !== 'role')),
        ];
        const title = words[0];
        const reordered = {
          ...user(turned(words)),
          document: { ...user(turned(words)).document, ...(title ? { title } : {}) },
        };
        const other = access(reordered, rolesFirst, {
          groups: turned(groups),
          standing: turned(standingGrants),
          strategy,
        });
        const shown = (list: typeof one.grants) =>
          list.map((each) => `${each.target.kind} ${each.target.id} ${each.reasonKey}`);
        expect(shown(other.grants)).toEqual(shown(one.grants));
        expect(other.role).toEqual(one.role);
      }),
      { numRuns: 1000 },
    );
  });
});
