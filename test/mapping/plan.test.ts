// What other rules would mean for one person: the same `resolve` on both, and the difference in the words of the plan.

import { describe, expect, it } from 'vitest';
import type { LoadedUser } from '../../src/mapping/decide.ts';
import { planPerson } from '../../src/mapping/plan.ts';
import type { Rule } from '../../src/mapping/rule.ts';
import { ENTERPRISE, person } from '../identity/person.ts';
import { compiled, roles, rule } from './ruleset.ts';

const viewers = rule('role', 'department', '*', 'Viewer');
const admins = rule('role', 'title', 'boss', 'Admin');
const units = rule('businessUnit', 'department', '*', '*');
const teams = rule('team', 'groups', '*', '*');

const boss = { title: 'boss', [ENTERPRISE]: { department: 'Sales' } };

function loaded(attributes: Record<string, unknown>, more: Partial<LoadedUser> = {}): LoadedUser {
  const user = person(attributes);
  return { user, role: null, ruleset: 1, groups: [], grants: [], standing: [], ...more };
}

function plan(before: readonly Rule[], after: readonly Rule[], who: LoadedUser) {
  const found = planPerson({ ruleset: compiled(before), roles }, { ruleset: compiled(after), roles }, who);
  const names = (targets: typeof found.lost) => targets.map(({ kind, name }) => `${kind} ${name}`);
  return { ...found, gained: names(found.gained), lost: names(found.lost) };
}

describe('planPerson', () => {
  it('says nothing where both give the same', () => {
    const told = plan([viewers, units], [units, viewers], loaded(boss));
    expect(told).toMatchObject({ gained: [], lost: [], losesSignIn: false });
    expect(told.roleBefore).toEqual(told.roleAfter);
  });

  it('a role that is gone takes the role and signing in', () => {
    const told = plan([viewers, units], [units], loaded(boss));
    expect(told).toMatchObject({ lost: ['role Viewer'], gained: [], roleAfter: null, losesSignIn: true });
  });

  it('of a suspended one only the role: they cannot sign in as it is', () => {
    const who = loaded({ ...boss, active: false });
    expect(plan([viewers], [], who)).toMatchObject({ lost: ['role Viewer'], losesSignIn: false });
  });

  it('a role with more permissions in its place takes nothing; one with fewer does', () => {
    const up = plan([viewers], [viewers, admins], loaded(boss));
    expect(up).toMatchObject({ lost: [], gained: ['role Admin'], losesSignIn: false });
    const down = plan([viewers, admins], [viewers], loaded(boss));
    expect(down).toMatchObject({ lost: ['role Admin'], gained: ['role Viewer'], losesSignIn: false });
    expect([down.roleBefore?.name, down.roleAfter?.name]).toEqual(['Admin', 'Viewer']);
  });

  it('another role with as many permissions takes the former', () => {
    const [editor, author] = [rule('role', 'title', '*', 'Editor'), rule('role', 'title', '*', 'Author')];
    expect(plan([editor], [author], loaded(boss))).toMatchObject({
      lost: ['role Editor'],
      gained: ['role Author'],
    });
  });

  it('teams and business units by name; another reason for the same is no loss', () => {
    const who = loaded(boss, { groups: [{ id: 'g1', displayName: 'Rovers' }] });
    expect(plan([teams, units], [], who)).toMatchObject({
      lost: ['businessUnit Sales', 'team Rovers'],
    });
    const named = rule('businessUnit', 'title', 'boss', 'Sales');
    expect(plan([units], [named], who).lost).toEqual([]);
  });

  it('what people gave stays', () => {
    const target = { kind: 'role' as const, id: 'viewer', name: 'Viewer', key: 'viewer' };
    const given = { target, reason: { by: 'manual' as const, actor: 'key:ops' }, reasonKey: 'manual' };
    expect(plan([viewers], [], loaded(boss, { standing: [given] }))).toMatchObject({
      lost: [],
      losesSignIn: false,
    });
  });

  it('roles that permit something else decide anew who wins', () => {
    const fewer = roles.map((role) => (role.id === 'admin' ? { ...role, permissionCount: 1 } : role));
    const rules = [viewers, admins];
    const now = { ruleset: compiled(rules), roles };
    const lesser = compiled(rules);
    const byKind = {
      ...lesser.byKind,
      role: lesser.byKind.role.map((each) => ({
        ...each,
        role: fewer.find(({ id }) => id === each.role!.id)!,
      })),
    };
    const told = planPerson(now, { ruleset: { ...lesser, byKind }, roles: fewer }, loaded(boss));
    expect(told.lost.map(({ name }) => name)).toEqual(['Admin']);
    expect(told.roleAfter?.name).toBe('Viewer');
  });
});
