// What a proxy asks for: whom it names, if anybody, and what they have to have.

import { fold } from '../../fold.ts';
import type { AccessJson, Asked } from '../admin/access-answer.ts';
import { badInput } from '../admin/read-input.ts';

export interface Required {
  /** Whom the proxy names; without it, who is signed in. */
  person: Asked;
  isNamed: boolean;
  /** Each of them. */
  permissions: readonly string[];
  /** One of them, by id or name. */
  roles: readonly string[];
  /** Each of them, by id or name. */
  teams: readonly string[];
  businessUnits: readonly string[];
  /** Whether whoever is not signed in is led there by our own answer. */
  redirects: boolean;
}

const names = ['id', 'userName', 'externalId', 'oid'] as const;
const lists = ['permission', 'role', 'team', 'businessUnit'] as const;
const REDIRECT = 'redirect';
const MOST = 100;

/** Of the proxy's own query. @throws Refusal for what is not known: a requirement that was mistyped holds nobody back. */
export function readRequirements(query: string): Required {
  const given = new URLSearchParams(query);
  const known: readonly string[] = [...names, 'provider', ...lists, 'signIn'];
  const entries = [...given].slice(0, MOST + 1);
  const problems = entries.flatMap(([name, value]) => {
    const path = `/${name.slice(0, 100)}`;
    if (!known.includes(name)) return [{ path, problem: `is not known; ${known.join(', ')} are` }];
    if (value === '') return [{ path, problem: 'is empty' }];
    const isOnce = !lists.some((list) => list === name);
    return isOnce && given.getAll(name).length > 1 ? [{ path, problem: 'is there twice' }] : [];
  });
  const signIn = given.get('signIn');
  if (signIn !== null && signIn !== REDIRECT)
    problems.push({ path: '/signIn', problem: `is not ${REDIRECT}` });
  if (entries.length > MOST) problems.push({ path: '/', problem: `asks for more than ${MOST} things` });
  if (problems.length > 0) throw badInput('The query', problems);
  const person = Object.fromEntries(
    [...names, 'provider'].flatMap((name) => (given.has(name) ? [[name, given.get(name)!]] : [])),
  );
  return {
    person,
    isNamed: Object.keys(person).length > 0,
    permissions: given.getAll('permission'),
    roles: given.getAll('role'),
    teams: given.getAll('team'),
    businessUnits: given.getAll('businessUnit'),
    redirects: signIn === REDIRECT,
  };
}

/** Nothing is required. */
const NOTHING = '-';

/** Where the visitor's own path and query follow, a segment of the proxy's says it; it names nobody. */
export function readVisitorsRequirements(segment: string): Required {
  const required = readRequirements(segment === NOTHING ? '' : segment);
  if (required.isNamed) throw badInput('The path', [{ path: '/', problem: 'cannot name a person' }]);
  return required;
}

/** What they lack first, in words; null when they have it all. */
export function unmet(access: AccessJson, required: Required): string | null {
  const { role, permissions, teams, businessUnits } = access;
  const permission = required.permissions.find((each) => !permissions.includes(each));
  if (permission !== undefined) return `the permission ${permission}`;
  const { roles } = required;
  if (roles.length > 0 && !(role && roles.some((each) => isCalled(role, each)))) return roles.join(' or ');
  const lacks = (wanted: readonly string[], has: AccessJson['teams']) =>
    wanted.find((each) => !has.some((one) => isCalled(one, each)));
  const team = lacks(required.teams, teams);
  if (team !== undefined) return `the team ${team}`;
  const unit = lacks(required.businessUnits, businessUnits);
  return unit === undefined ? null : `the business unit ${unit}`;
}

function isCalled({ id, name }: { id: string; name: string }, wanted: string): boolean {
  return id === wanted || fold(name) === fold(wanted);
}
