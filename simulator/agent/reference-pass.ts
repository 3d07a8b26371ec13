// The second pass of a cycle: references, which can only be written once both ends exist. Managers one by one,
// members as differences. An end that this job has not provisioned is no reference yet, and is left out.

import type { MembershipChange } from '../tenant.ts';
import { objectAddress, readAddress, referenceAddress } from './address.ts';
import { isAccepted, managerIn, readList, readResource } from './answer.ts';
import { type Exchange, eachAtOnce } from './connection.ts';
import { joinBody, leaveBody, managerBody, managerClearingBody } from './dialect.ts';
import { failureOf, LOG_NAME, missing } from './failure.ts';
import {
  attempt,
  type Cycle,
  decided,
  escrow,
  type GroupLink,
  isInEscrow,
  isLost,
  type Job,
  type Outcome,
  report,
  type UserLink,
  type WorkItem,
} from './job.ts';
import type { Json } from './target.ts';
import type { About, PropertyChange } from './witness.ts';

/** Null: the question itself failed, and was reported. */
async function isManagedBy(
  cycle: Cycle,
  about: About,
  subject: string,
  userId: string,
  managerId: string,
): Promise<boolean | null> {
  const path = referenceAddress('Users', userId, 'manager', managerId);
  const exchange = await cycle.job.connection.send(about, 'check manager', 'GET', path);
  return isFound(cycle, about, subject, exchange);
}

async function isMember(
  cycle: Cycle,
  about: About,
  subject: string,
  groupId: string,
  userId: string,
): Promise<boolean | null> {
  const path = referenceAddress('Groups', groupId, 'members', userId);
  const exchange = await cycle.job.connection.send(about, 'check member', 'GET', path);
  return isFound(cycle, about, subject, exchange);
}

function isFound(cycle: Cycle, about: About, subject: string, exchange: Exchange): boolean | null {
  const note = report(cycle, about);
  if (!isAccepted(exchange, [200], subject, note)) return null;
  const hits = readList(exchange, subject, note);
  if (!hits) return null;
  if (hits.some((hit) => hit.members !== undefined)) {
    const problem = 'attributes=id was asked for, and members came along';
    note(failureOf(exchange, subject, problem, LOG_NAME.multipleEntries));
  }
  return hits.length > 0;
}

export async function provisionManager(cycle: Cycle, objectId: string): Promise<Outcome> {
  const { job, tenant } = cycle;
  const user = tenant.users.get(objectId);
  const link = job.users.get(objectId);
  if (!user || !link?.isManaged) return true;
  const subject = `manager of ${user.userPrincipalName}`;
  const about: About = { name: 'user', objectId };
  if (!cycle.writes) return verifyManager(cycle, about, subject, link, user.managerId);
  const standing = link.confirmedManager ?? link.shownManager;
  if (user.managerId === undefined) {
    if (standing === null) return true;
    const body = managerClearingBody(cycle.dialect, standing);
    const change = { from: standing, to: null };
    const isSent = !isLost(cycle, objectId, 'setManager');
    if (isSent && !(await writeManager(cycle, about, subject, link.id, body, change))) return false;
    cycle.counts.managersCleared++;
    job.users.set(objectId, { ...link, shownManager: null, confirmedManager: null });
    return true;
  }
  const wanted = job.users.get(user.managerId)?.id;
  if (wanted === undefined) return isInEscrow(job, { kind: 'user', id: user.managerId }) ? 'later' : true;
  if (wanted === link.confirmedManager) return true;
  const stands = await isManagedBy(cycle, about, subject, link.id, wanted);
  if (stands === null) return false;
  if (!stands) {
    const usersUrl = job.connection.addressOf('/Users');
    const body = managerBody(cycle.dialect, standing === null ? 'add' : 'replace', wanted, usersUrl);
    const change = { from: standing, to: wanted };
    const isSent = !isLost(cycle, objectId, 'setManager');
    if (isSent && !(await writeManager(cycle, about, subject, link.id, body, change))) return false;
    cycle.counts.managersSet++;
  }
  job.users.set(objectId, { ...link, shownManager: wanted, confirmedManager: wanted });
  return true;
}

/** The read copy must show the manager, else Entra would write it again, or never see that it has to be cleared. */
function verifyManager(
  cycle: Cycle,
  about: About,
  subject: string,
  link: UserLink,
  managerId: string | undefined,
): boolean {
  const wanted = managerId === undefined ? null : (cycle.job.users.get(managerId)?.id ?? null);
  if (wanted === link.shownManager) return true;
  const problem = `would be patched again for ever: manager is ${wanted ?? 'none'}, read as ${link.shownManager ?? 'none'}`;
  report(cycle, about)(missing(subject, readAddress('Users', link.id), problem));
  return false;
}

async function writeManager(
  cycle: Cycle,
  about: About,
  subject: string,
  id: string,
  body: Json,
  { from, to }: { readonly from: string | null; readonly to: string | null },
): Promise<boolean> {
  const note = report(cycle, about);
  const changes = [{ name: 'manager', from, to }];
  decided(cycle, about, { step: 'action', action: 'update', changes });
  const path = objectAddress('Users', id);
  const exchange = await cycle.job.connection.send(about, 'set manager', 'PATCH', path, body);
  if (!isAccepted(exchange, [200, 204], subject, note)) return false;
  if (exchange.status === 204) return true;
  const written = readResource(exchange, 'user', id, subject, note);
  if (!written) return false;
  const shown = managerIn(written.resource);
  if (shown !== to) {
    const problem = `would be patched again for ever: manager is ${to ?? 'none'}, answered as ${shown ?? 'none'}`;
    note(failureOf(exchange, subject, problem, LOG_NAME.exportUpdate));
  }
  return true;
}

/** Joins and leaves of one group that travel in one PATCH. */
interface MemberPatch {
  readonly groupId: string;
  readonly link: GroupLink;
  readonly joins: boolean;
  /** Object id in the tenant, and id in the application. */
  readonly members: readonly { readonly userId: string; readonly id: string }[];
}

/** `looksUp`: memberships of groups that the job did not make are asked for before they are written. */
export async function provisionMembers(
  cycle: Cycle,
  changes: readonly MembershipChange[],
  looksUp: boolean,
): Promise<void> {
  const patches = planPatches(cycle, changes);
  const { concurrency, memberCheck } = cycle.job.settings;
  const present = new Map<string, ReadonlySet<string> | null>();
  if (looksUp && memberCheck === 'bulk') {
    const asked = patches.filter((one) => isAsked(cycle, one.link));
    const groups = new Map(asked.map((one) => [one.groupId, one.link.id]));
    await eachAtOnce(groups, concurrency, async ([groupId, id]) => {
      const about: About = { name: 'group', objectId: groupId };
      present.set(groupId, await membersOf(cycle, about, `members of ${groupName(cycle, groupId)}`, id));
    });
  }
  await eachAtOnce(patches, concurrency, (patch) => {
    const items = patch.members.map(
      ({ userId }): WorkItem => ({ kind: 'member', groupId: patch.groupId, userId }),
    );
    return attempt(cycle, items, () =>
      sendPatch(cycle, patch, looksUp && isAsked(cycle, patch.link), present.get(patch.groupId)),
    );
  });
}

/** A group that this job made had no members before; when nothing may be written, all are looked up. */
function isAsked(cycle: Cycle, link: GroupLink): boolean {
  return !link.isOwn || !cycle.writes;
}

function planPatches(cycle: Cycle, changes: readonly MembershipChange[]): MemberPatch[] {
  const { job } = cycle;
  const byGroup = new Map<string, MemberPatch & { members: { userId: string; id: string }[] }>();
  for (const { groupId, userId, joins } of changes) {
    const link = job.groups.get(groupId);
    const id = job.users.get(userId)?.id;
    if (!link || id === undefined) {
      if (isWaiting(job, groupId, userId)) escrow(cycle, { kind: 'member', groupId, userId });
      continue;
    }
    const key = `${joins} ${groupId}`;
    const whole = byGroup.get(key) ?? { groupId, link, joins, members: [] };
    whole.members.push({ userId, id });
    byGroup.set(key, whole);
  }
  const size = job.settings.membersPerPatch;
  const patches: MemberPatch[] = [];
  for (const whole of byGroup.values()) {
    for (let from = 0; from < whole.members.length; from += size) {
      patches.push({ ...whole, members: whole.members.slice(from, from + size) });
    }
  }
  return patches;
}

function isWaiting(job: Job, groupId: string, userId: string): boolean {
  return isInEscrow(job, { kind: 'user', id: userId }) || isInEscrow(job, { kind: 'group', id: groupId });
}

function groupName(cycle: Cycle, groupId: string): string {
  return cycle.tenant.groups.get(groupId)?.displayName ?? groupId;
}

async function sendPatch(
  cycle: Cycle,
  patch: MemberPatch,
  looksUp: boolean,
  present: ReadonlySet<string> | null | undefined,
): Promise<boolean> {
  const { job, counts } = cycle;
  const about: About = { name: 'group', objectId: patch.groupId };
  const note = report(cycle, about);
  const subject = `members of group ${groupName(cycle, patch.groupId)}`;
  if (present === null) return false;
  const ids: string[] = [];
  const operation = patch.joins ? 'addMember' : 'removeMember';
  for (const { id, userId } of patch.members) {
    const stands = looksUp
      ? (present?.has(id) ?? (await isMember(cycle, about, subject, patch.link.id, id)))
      : !patch.joins;
    if (stands === null) return false;
    if (stands === patch.joins) counts.membersPresent++;
    else if (!isLost(cycle, userId, operation)) ids.push(id);
  }
  if (ids.length === 0) return true;
  if (!cycle.writes) {
    const problem = `would be patched again for ever: ${ids.join(', ')} not among the members`;
    note(missing(subject, readAddress('Groups', patch.link.id), problem));
    return false;
  }
  const kind = patch.joins ? 'add members' : 'remove members';
  const body = patch.joins
    ? joinBody(cycle.dialect, ids, job.settings.replaceMembers)
    : leaveBody(cycle.dialect, ids);
  decided(cycle, about, { step: 'action', action: 'update', changes: ids.map(memberChange(patch.joins)) });
  const path = objectAddress('Groups', patch.link.id);
  const exchange = await job.connection.send(about, kind, 'PATCH', path, body);
  if (!isAccepted(exchange, [204, 200], subject, note)) return false;
  if (exchange.status === 200 && !readResource(exchange, 'group', patch.link.id, subject, note)) return false;
  counts[patch.joins ? 'membersAdded' : 'membersRemoved'] += ids.length;
  return true;
}

function memberChange(joins: boolean): (id: string) => PropertyChange {
  return (id) => ({ name: 'members', from: joins ? null : id, to: joins ? id : null });
}

/** All members at once: not what Entra does, but one request instead of thousands. Null: failed, and reported. */
async function membersOf(
  cycle: Cycle,
  about: About,
  subject: string,
  id: string,
): Promise<ReadonlySet<string> | null> {
  const note = report(cycle, about);
  const path = objectAddress('Groups', id);
  const exchange = await cycle.job.connection.send(about, 'read members', 'GET', path);
  if (!isAccepted(exchange, [200], subject, note)) return null;
  const read = readResource(exchange, 'group', id, subject, note);
  if (!read) return null;
  const members: unknown = read.resource.members ?? [];
  const values = (Array.isArray(members) ? members : []).map((member) => String(member?.value));
  return new Set(values);
}
