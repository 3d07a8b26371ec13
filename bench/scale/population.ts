// A whole organisation made from numbers alone, so that a load that was interrupted goes on where it stopped: users,
// groups and who is in which, written through the ledger's own `transact` with many operations at once.

import type { Ledger, Operation } from '../../src/ledger/ledger.ts';
import {
  type DecisionContext,
  decideGroupCreate,
  decideGroupWrite,
  decideUserCreate,
} from '../../src/mapping/decide.ts';
import { Refusal } from '../../src/refusal.ts';
import { readResource } from '../../src/scim/resource.ts';
import { groupKind, userKind } from '../../src/scim/schema.ts';
import { groupBody, objectIdOf, userBody } from '../person.ts';

export interface Size {
  users: number;
  groups: number;
  memberships: number;
  /** Members of group 0; the others share the rest evenly. */
  largest: number;
}

export interface LoadFigures {
  usersSeconds: number;
  groupsSeconds: number;
  /** Users and groups that this run made; others were there. */
  madeUsers: number;
  madeMemberships: number;
}

const USERS_IN_FLIGHT = 256;
const GROUPS_IN_FLIGHT = 8;
/** Of one request: as many as Entra sends in two dozen, so that a group of 100,000 is no single transaction. */
const MEMBERS_AT_ONCE = 500;
/** Prime: neighbours in a group are no neighbours among the users. */
const SCATTER = 7919;
/** 2025-01-01: ids sort by the time that they carry. */
const FIRST_MS = 1_735_689_600_000;
const TOLD_EVERY_MS = 10_000;

export function sizeOf(users: number, groups: number, memberships: number): Size {
  return { users, groups, memberships, largest: Math.min(100_000, Math.floor(users / 10)) };
}

/** Of user or group number n, by version 7 of RFC 9562. */
export function userIdOf(n: number): string {
  return timedId(n, objectIdOf(n));
}

export function groupIdOf(n: number): string {
  return timedId(n, objectIdOf(n + 1_000_000_000));
}

function timedId(n: number, random: string): string {
  const time = (FIRST_MS + n).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

/** Numbers of the users in group g. */
function membersOf(size: Size, g: number): number[] {
  const { first, count } = seatsOf(size, g);
  return Array.from({ length: count }, (_, i) => ((first + i) * SCATTER) % size.users);
}

function seatsOf({ users, groups, memberships, largest }: Size, g: number): { first: number; count: number } {
  if (g === 0) return { first: 0, count: largest };
  const each = Math.floor((memberships - largest) / (groups - 1));
  return { first: largest + (g - 1) * each, count: Math.min(each, users) };
}

export async function loadPopulation(
  ledger: Ledger,
  size: Size,
  tell: (line: string) => void,
): Promise<LoadFigures> {
  const [state] = await ledger.providers();
  if (!state) throw new Error('no provider there: start a server there first');
  const provider = state.provider.id;
  const before = await ledger.counts();
  // What was under way when a run before this one ended may lack a few in between.
  const from = Math.max(0, Math.min(before.users, size.users) - USERS_IN_FLIGHT);
  const userStart = performance.now();
  const madeUsers = await inParallel(from, size.users, USERS_IN_FLIGHT, tell, 'users', (n) =>
    made(ledger.transact(userCreation(provider, n, n < before.users))),
  );
  const groupStart = performance.now();
  let madeMemberships = 0;
  // Group 0 is the largest: it is begun first, and may still have been under way when a run before this one ended.
  const others = Math.max(1, Math.min(before.groups, size.groups) - GROUPS_IN_FLIGHT);
  await inParallel(others - 1, size.groups, GROUPS_IN_FLIGHT, tell, 'groups', async (n) => {
    const g = n === others - 1 ? 0 : n;
    const members = membersOf(size, g).map(userIdOf);
    const first = members.slice(0, MEMBERS_AT_ONCE);
    const isNew = await made(ledger.transact(groupCreation(provider, g, first, g < before.groups)));
    if (isNew) madeMemberships += first.length;
    for (let at = isNew ? first.length : 0; at < members.length; at += MEMBERS_AT_ONCE) {
      const some = members.slice(at, at + MEMBERS_AT_ONCE);
      const joined = await ledger.transact(joining(provider, g, some));
      madeMemberships += joined;
    }
    return isNew;
  });
  const end = performance.now();
  return {
    usersSeconds: (groupStart - userStart) / 1000,
    groupsSeconds: (end - groupStart) / 1000,
    madeUsers,
    madeMemberships,
  };
}

/** How many of the numbers were new. */
export async function inParallel(
  from: number,
  to: number,
  callers: number,
  tell: (line: string) => void,
  what: string,
  make: (n: number) => Promise<boolean>,
): Promise<number> {
  let next = from;
  let fresh = 0;
  let told = performance.now();
  let toldAt = from;
  const caller = async () => {
    while (next < to) {
      if (await make(next++)) fresh++;
      const now = performance.now();
      if (now - told < TOLD_EVERY_MS) continue;
      tell(`${next} of ${to} ${what}, ${Math.round(((next - toldAt) * 1000) / (now - told))}/s`);
      told = now;
      toldAt = next;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return fresh;
}

/** False where a run before this one made it. */
async function made(operation: Promise<boolean>): Promise<boolean> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'uniqueness') return false;
    throw error;
  }
}

export function contextOf(state: DecisionContext['state']): DecisionContext {
  return { state, at: Date.now(), actor: { kind: 'system', id: 'bench' }, cause: null };
}

/** `mayBeThere`: it is looked for first, since engines differ in what they say of an id that is there. */
function userCreation(provider: string, n: number, mayBeThere: boolean): Operation<boolean> {
  return {
    provider,
    needs: mayBeThere ? { user: userIdOf(n) } : {},
    decide({ state, user }) {
      if (user) return { changes: null, answer: false };
      const { document, unlisted } = readResource(userKind, userBody(n), { require: true });
      const ids = { id: userIdOf(n), formerly: null };
      return {
        changes: decideUserCreate(contextOf(state), ids, { document, unlisted }).changes,
        answer: true,
      };
    },
  };
}

function groupCreation(
  provider: string,
  g: number,
  members: string[],
  mayBeThere: boolean,
): Operation<boolean> {
  return {
    provider,
    needs: mayBeThere ? { members, group: groupIdOf(g) } : { members },
    decide({ state, members: known, group }) {
      if (group) return { changes: null, answer: false };
      const { document } = readResource(groupKind, groupBody(g), { require: true });
      const { changes } = decideGroupCreate(contextOf(state), groupIdOf(g), document, [...known.values()]);
      return { changes, answer: true };
    },
  };
}

/** Answers how many were not in it. */
function joining(provider: string, g: number, members: string[]): Operation<number> {
  const group = groupIdOf(g);
  return {
    provider,
    needs: { group, members },
    decide(loaded) {
      if (!loaded.group) throw new Error(`group ${g} is not there`);
      const joins = [...loaded.members].filter(([id]) => !loaded.inGroup.has(id)).map(([, member]) => member);
      const membership = { joins, leaves: [] };
      const wanted = { document: loaded.group.document, membership, members: () => 'many' as const };
      const { changes } = decideGroupWrite(contextOf(loaded.state), loaded.group, wanted);
      return { changes, answer: joins.length };
    },
  };
}
