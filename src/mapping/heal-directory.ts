// What healing makes of one person: suspended or let in again, told, joined and left, as one change; and somebody made whom only
// the directory had. What is to be healed is decided by the comparison (decide-directory.ts).

import { type ChangeSet, emptyChangeSet } from '../identity/change-set.ts';
import { createUserByClaims, type RowTold, settleClaims } from '../identity/claims.ts';
import { type Settled, settleSuspension, type User } from '../identity/user.ts';
import {
  type DecisionContext,
  decideAccess,
  decideUserCreated,
  decideUserSettled,
  type LoadedUser,
} from './decide.ts';
import { type DirectoryKnown, rowTold, type SeenPerson } from './directory-facts.ts';
import type { GroupFact } from './resolve.ts';

export interface Healing {
  readonly suspended?: boolean;
  readonly told?: RowTold;
  readonly keepName?: boolean;
  /** Groups here. */
  readonly joins?: readonly (GroupFact & { readonly revision?: number })[];
  readonly leaves?: readonly GroupFact[];
}

/** All that is to be healed of one person, as one change; null where it is so already. */
export function healPerson(context: DecisionContext, loaded: LoadedUser, healing: Healing): ChangeSet | null {
  const { joins = [], leaves = [] } = healing;
  const settled = settleAll(loaded.user, healing, context.at);
  const leaving = new Set(leaves.map(({ id }) => id));
  const kept = loaded.groups.filter(({ id }) => !leaving.has(id));
  const joining = joins.filter(({ id }) => !loaded.groups.some((group) => group.id === id));
  const gone = loaded.groups.filter(({ id }) => leaving.has(id));
  const joined = joining.map(({ id, displayName }) => ({ id, displayName }));
  const after = { ...loaded, groups: [...kept, ...joined] };
  const decided =
    settled.after === loaded.user
      ? decideAccess(context, after)
      : decideUserSettled(context, after, settled).changes;
  if (joining.length + gone.length === 0) return decided;
  const { state, at, actor, cause } = context;
  const changes = decided ?? emptyChangeSet(state.provider.id, at, actor, cause);
  const subject = { kind: 'user' as const, id: loaded.user.id };
  for (const [groups, edges, type] of [
    [joining, changes.joins, 'membership.added'],
    [gone, changes.leaves, 'membership.removed'],
  ] as const) {
    for (const { id, displayName } of groups) {
      edges.push({ group: id, member: subject.id, memberKind: 'User', display: null });
      const object = { kind: 'group' as const, id };
      changes.events.unshift({ type, subject, object, data: { group: displayName } });
    }
  }
  for (const { id, revision } of joining) {
    if (revision !== undefined) changes.groupsUsed.push({ group: id, revision, membershipVersion: null });
  }
  return changes;
}

function settleAll(user: User, { suspended, told: row, keepName = false }: Healing, at: number): Settled {
  const facts: Settled = row ? settleClaims(user, row, at, { keepName }) : { after: user, events: [] };
  if (suspended === undefined) return facts;
  const status = settleSuspension(facts.after, 'directory', suspended, at);
  if (status.after === user) return facts;
  return {
    after: { ...status.after, revision: user.revision + 1 },
    events: [...facts.events, ...status.events],
  };
}

/** Somebody whom the directory has and who is not here. */
export function createFromDirectory(
  context: DecisionContext,
  made: { id: string; formerly: string | null },
  known: DirectoryKnown,
  seen: SeenPerson,
): ChangeSet {
  const row = rowTold(known, seen, null);
  const named = { preferred_username: seen.person.userName, ...row.claims };
  const provider = context.state.provider.id;
  const told = { ...row, claims: named };
  return decideUserCreated(context, createUserByClaims({ provider, ...made }, told, context.at));
}
