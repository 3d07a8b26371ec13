// /Groups: a group's own attributes travel as a document, its membership as a difference. Nothing here reads the
// members of a group unless the answer shows them or a whole set is written.

import { newId } from '../../id.ts';
import { type Group, groupName } from '../../identity/group.ts';
import { displayNameOf } from '../../identity/user.ts';
import type { GroupRow, Loaded, MemberRow, Needs } from '../../ledger/ledger.ts';
import {
  decideGroupCreate,
  decideGroupRemoval,
  decideGroupWrite,
  type LoadedMember,
  type MembershipDecision,
} from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import { matchesElement } from '../../scim/condition.ts';
import type { MemberRef } from '../../scim/members.ts';
import type { Membership } from '../../scim/membership.ts';
import { applyPatch, membershipAhead, type Patched } from '../../scim/patch.ts';
import { readPatch } from '../../scim/patch-request.ts';
import { type Projection, readProjection, wantsMembers } from '../../scim/projection.ts';
import { readResource } from '../../scim/resource.ts';
import { groupKind } from '../../scim/schema.ts';
import { type Change, membersInWords, nameIn } from './action-words.ts';
import { contextOf, requestRow, type ScimAnswer, type ScimCall } from './call.ts';
import { checkPreconditions, isKnown } from './precondition.ts';
import { groupLocation, groupText } from './resource-text.ts';

/** Up to so many members are resolved in the request that renames or removes their group; more are left to a job. */
const RESOLVED_AT_ONCE = 500;

export async function getGroup(call: ScimCall, id: string): Promise<ScimAnswer> {
  const projection = projectionOf(call);
  const row = await call.ledger.readGroup(call.caller.provider, id, wantsMembers(projection));
  if (!row) throw noGroup(id);
  const action = `Read the group ${nameIn(row.document) ?? id}`;
  call.ledger.noteRequest(requestRow(call, { status: 200, action, resource: id }));
  if (isKnown(call.ifNoneMatch, row.version)) return { status: 304, body: null, version: row.version };
  return answer(call, 200, row, projection);
}

export async function createGroup(call: ScimCall): Promise<ScimAnswer> {
  const projection = projectionOf(call);
  const read = readResource(groupKind, call.body, { require: true });
  const refs = read.members ?? [];
  const row = await call.ledger.transact({
    provider: call.caller.provider,
    needs: { ...tokenOf(call), members: refs.map((ref) => ref.value) },
    decide: (loaded) => {
      const members = knownMembers(refs, loaded.members);
      const context = contextOf(call, loaded.state);
      const { changes, group } = decideGroupCreate(context, newId(call.at), read.document, members);
      const action = createdInWords(group, members);
      const request = requestRow(call, { status: 201, action, resource: group.id, tags: read.habits });
      return { changes, request, answer: rowOf(group, members.map(memberRow)) };
    },
  });
  return answer(call, 201, row, projection);
}

export async function replaceGroup(call: ScimCall, id: string): Promise<ScimAnswer> {
  const projection = projectionOf(call);
  const read = readResource(groupKind, call.body, { require: true });
  const membership: Membership = { kind: 'whole', members: read.members ?? [] };
  await changeGroup(call, id, { membership, renames: true }, (before) => ({
    ...readResource(groupKind, call.body, { require: true, before: before.document }),
    membership,
    replacedMembersWithOne: false,
  }));
  return shown(call, id, projection);
}

export async function patchGroup(call: ScimCall, id: string): Promise<ScimAnswer> {
  const projection = projectionOf(call);
  const operations = readPatch(groupKind, call.body);
  const { memberReplaceIsAdd } = call.state.provider.settings;
  const { membership, names } = membershipAhead(groupKind, operations, { memberReplaceIsAdd });
  const renames = names('displayName');
  await changeGroup(call, id, { membership, renames }, (before) =>
    applyPatch(groupKind, { document: before.document, unlisted: {} }, operations, { memberReplaceIsAdd }),
  );
  return call.query.attributes === undefined ? { status: 204, body: null } : shown(call, id, projection);
}

export async function deleteGroup(call: ScimCall, id: string): Promise<ScimAnswer> {
  await call.ledger.transact({
    provider: call.caller.provider,
    needs: { ...tokenOf(call), group: id, usersInGroup: true },
    decide: (loaded) => {
      const group = presentGroup(loaded, id);
      checkPreconditions(call, versionOf(group));
      const changes = decideGroupRemoval(
        contextOf(call, loaded.state),
        group,
        loaded.usersInGroup(RESOLVED_AT_ONCE),
      );
      const action = `Removed the group ${groupName(group)}`;
      return { changes, request: requestRow(call, { status: 204, action, resource: id }), answer: null };
    },
  });
  return { status: 204, body: null };
}

// --- the one way of a change ------------------------------------------------------------------------------------

type GroupChange = Pick<Patched, 'document' | 'membership' | 'replacedMembersWithOne' | 'habits'>;

async function changeGroup(
  call: ScimCall,
  id: string,
  ahead: { membership: Membership | null; renames: boolean },
  read: (before: Group) => GroupChange,
): Promise<void> {
  await call.ledger.transact({
    provider: call.caller.provider,
    needs: { ...tokenOf(call), group: id, usersInGroup: ahead.renames, ...membershipNeeds(ahead.membership) },
    decide: (loaded) => {
      const before = presentGroup(loaded, id);
      checkPreconditions(call, versionOf(before));
      const change = read(before);
      const membership = membershipDecision(change.membership, loaded);
      const context = contextOf(call, loaded.state);
      const { changes, group } = decideGroupWrite(context, before, {
        document: change.document,
        membership,
        members: () => loaded.usersInGroup(RESOLVED_AT_ONCE),
        whole: isWhole(change.membership),
      });
      if (changes && change.replacedMembersWithOne && membership.leaves.length > 0) {
        changes.events.push(shrinkAlarm(group, membership.leaves.length));
      }
      const action = changeInWords(before, group, membership);
      const request = requestRow(call, { status: 204, action, resource: id, tags: change.habits });
      return { changes, request, answer: null };
    },
  });
}

/** Reported of Entra in 2026: `replace members` with one value where "add this one" was meant. */
function shrinkAlarm(group: Group, lost: number) {
  const data = { displayName: groupName(group), left: lost };
  return {
    type: 'members.replaced_with_one' as const,
    subject: { kind: 'group' as const, id: group.id },
    data,
  };
}

/** Decided on everybody who is in the group: nobody may join or leave meanwhile. */
function isWhole(membership: Membership | null): boolean {
  return membership?.kind === 'whole' || (membership?.leavesWhere.length ?? 0) > 0;
}

function membershipNeeds(membership: Membership | null): Needs {
  if (!membership) return {};
  if (membership.kind === 'whole') {
    return { members: membership.members.map((ref) => ref.value), memberIds: true };
  }
  const members = [...membership.joins.map((ref) => ref.value), ...membership.leaves];
  return isWhole(membership) ? { members, memberIds: true } : { members };
}

/** Who really joins and leaves: those who are in already, or out already, do not. */
function membershipDecision(membership: Membership | null, loaded: Loaded): MembershipDecision {
  if (!membership) return { joins: [], leaves: [] };
  if (membership.kind === 'whole') {
    const wanted = knownMembers(membership.members, loaded.members);
    const ids = new Set(wanted.map(memberId));
    const gone = [...loaded.memberIds].filter((id) => !ids.has(id));
    return {
      joins: wanted.filter((member) => !loaded.memberIds.has(memberId(member))),
      leaves: [...loaded.loadMembers(gone).values()],
    };
  }
  const joins = knownMembers(membership.joins, loaded.members);
  const joining = new Set(joins.map(memberId));
  const leaving = new Set(membership.leaves.filter((id) => loaded.inGroup.has(id)));
  const leaves = [...leaving].map((id) => loaded.members.get(id)).filter((member) => member !== undefined);
  for (const member of leavesByFilter(membership, loaded)) {
    if (!joining.has(memberId(member)) && !leaving.has(memberId(member))) leaves.push(member);
  }
  return { joins: joins.filter((member) => !loaded.inGroup.has(memberId(member))), leaves };
}

function leavesByFilter(
  membership: Extract<Membership, { kind: 'difference' }>,
  loaded: Loaded,
): LoadedMember[] {
  if (membership.leavesWhere.length === 0) return [];
  return [...loaded.loadMembers([...loaded.memberIds]).values()].filter((member) => {
    const element = { value: memberId(member), type: member.kind, display: memberRow(member).display };
    return membership.leavesWhere.some((condition) => matchesElement(condition, element));
  });
}

/** An id that nobody has is the caller's mistake; 404 would say that the group is gone. */
function knownMembers(
  refs: readonly MemberRef[],
  members: ReadonlyMap<string, LoadedMember>,
): LoadedMember[] {
  const known = new Map<string, LoadedMember>();
  for (const ref of refs) {
    const member = members.get(ref.value);
    if (!member) {
      throw new Refusal(
        'invalidValue',
        `members: there is no user or group with the id "${ref.value.slice(0, 100)}". The group was not changed; provision the member first.`,
      );
    }
    known.set(ref.value, ref.display === undefined ? member : { ...member, display: ref.display });
  }
  return [...known.values()];
}

// --- parts ------------------------------------------------------------------------------------------------------

function tokenOf(call: ScimCall): Needs {
  return { token: { id: call.caller.token, at: call.at } };
}

function noGroup(id: string): Refusal {
  return new Refusal('notFound', `There is no group with the id ${id.slice(0, 100)}.`);
}

function presentGroup(loaded: Loaded, id: string): Group {
  if (!loaded.group) throw noGroup(id);
  return loaded.group;
}

function memberId(member: LoadedMember): string {
  return member.kind === 'User' ? member.loaded.user.id : member.id;
}

function memberRow(member: LoadedMember): MemberRow {
  const display = member.display ?? (member.kind === 'User' ? displayNameOf(member.loaded.user) : null);
  return { id: memberId(member), kind: member.kind, display };
}

function versionOf(group: Group): string {
  return `W/"${group.revision}.${group.membershipVersion}"`;
}

function rowOf(group: Group, members: MemberRow[]): GroupRow {
  return {
    id: group.id,
    version: versionOf(group),
    document: JSON.stringify(group.document),
    createdAt: group.createdAt,
    modifiedAt: group.modifiedAt,
    members,
  };
}

/** Read before anything is written: a bad one refuses the request whole. */
function projectionOf(call: ScimCall): Projection {
  return readProjection(call.query.attributes, call.query.excludedAttributes, groupKind);
}

async function shown(call: ScimCall, id: string, projection: Projection): Promise<ScimAnswer> {
  const row = await call.ledger.readGroup(call.caller.provider, id, wantsMembers(projection));
  if (!row) throw noGroup(id);
  return answer(call, 200, row, projection);
}

function answer(call: ScimCall, status: number, row: GroupRow, projection: Projection): ScimAnswer {
  return {
    status,
    body: groupText(row, call.base, projection),
    version: row.version,
    location: groupLocation(row.id, call.base),
  };
}

function createdInWords(group: Group, members: readonly LoadedMember[]): string {
  const created = `Created the group ${groupName(group)}`;
  const joined = membersInWords('it', whoIn(members), whoIn([]));
  return joined ? `${created}: ${joined[0]!.toLowerCase()}${joined.slice(1)}` : created;
}

function changeInWords(before: Group, after: Group, membership: MembershipDecision): string {
  const [was, is] = [groupName(before), groupName(after)];
  const members = membersInWords(is, whoIn(membership.joins), whoIn(membership.leaves));
  const also = members && `: ${members[0]!.toLowerCase()}${members.slice(1)}`;
  if (was !== is) return `Renamed the group ${was} to ${is}${also}`;
  if (after !== before) return `Updated the group ${is}${also}`;
  return members || `Nothing to change for the group ${is}`;
}

function whoIn(members: readonly LoadedMember[]): Change {
  const people = members.filter(({ kind }) => kind === 'User').length;
  return { people, groups: members.length - people };
}
