// The first pass of a cycle: people and groups, one by one. Not linked: looked for, then made or adopted. Linked:
// read by the id that was learnt, compared, and only what differs is written.

import { isGroupInScope, type TenantGroup, type TenantUser } from '../tenant.ts';
import { type Collection, matchAddress, objectAddress, readAddress } from './address.ts';
import {
  checkResource,
  isAccepted,
  managerIn,
  type Read,
  readList,
  readResource,
  reportLasting,
} from './answer.ts';
import type { UserView } from './attribute-sources.ts';
import type { Exchange } from './connection.ts';
import { changesBody } from './dialect.ts';
import { failureOf, LOG_NAME } from './failure.ts';
import { type Cycle, decided, isLost, report, type UserLink } from './job.ts';
import { type Change, groupBody, groupChanges, matchingValue, userBody, userChanges } from './mapping.ts';
import { type Json, readAt, target } from './target.ts';
import type { About, PropertyChange } from './witness.ts';

/** What differs between people and groups in this pass. */
interface ObjectKind extends About {
  readonly collection: Collection;
  readonly subject: string;
  changesIn(resource: Json): Change[];
}

type Match = { readonly found: Read | null; readonly exchange: Exchange };

function viewOf(cycle: Cycle, user: TenantUser): UserView {
  return { user, active: user.accountEnabled && !user.softDeleted && cycle.inScope.has(user.objectId) };
}

function userKind(cycle: Cycle, view: UserView): ObjectKind {
  return {
    name: 'user',
    collection: 'Users',
    subject: `user ${view.user.userPrincipalName}`,
    objectId: view.user.objectId,
    changesIn: (resource) => userChanges(cycle.job.mapping, view, resource),
  };
}

function groupKind(cycle: Cycle, group: TenantGroup): ObjectKind {
  return {
    name: 'group',
    collection: 'Groups',
    subject: `group ${group.displayName}`,
    objectId: group.objectId,
    changesIn: (resource) => groupChanges(group, resource, cycle.job.mapping.groups),
  };
}

/** True when everything that Entra had to do for this person is done. */
export async function provisionUser(cycle: Cycle, objectId: string): Promise<boolean> {
  const { job, tenant, inScope } = cycle;
  const user = tenant.users.get(objectId);
  const link = job.users.get(objectId);
  if (!user) return link === undefined || removeUser(cycle, objectId, link);
  const isInScope = inScope.has(objectId);
  const view = viewOf(cycle, user);
  const kind = userKind(cycle, view);
  decided(cycle, kind, { step: 'scope', isInScope, active: view.active });
  if (link ? !isInScope && !link.isManaged : !isInScope) return skip(cycle, kind);
  const linked = (read: Read, confirmedManager: string | null): true => {
    job.users.set(objectId, {
      id: read.id,
      shownManager: managerIn(read.resource),
      confirmedManager,
      isBinned: user.softDeleted,
      isManaged: isInScope,
    });
    return true;
  };
  if (link) {
    if (link.isBinned && !user.softDeleted && !(await matchUser(cycle, view, kind))) return false;
    const read = await readLinked(cycle, kind, link.id);
    return read !== null && (await update(cycle, kind, read)) && linked(read, link.confirmedManager);
  }
  const match = await matchUser(cycle, view, kind);
  if (!match) return false;
  if (match.found) return linked(match.found, null) && adopt(cycle, kind, match.found);
  // Somebody who was disabled before they ever arrived is not made.
  if (!view.active) return skip(cycle, kind);
  // Nothing was learnt about the person, who is looked for again at the next change.
  if (isLost(cycle, objectId, 'create')) return true;
  const made = await create(cycle, kind, match, userBody(job.mapping, view));
  return made !== null && linked(made, null);
}

export async function provisionGroup(cycle: Cycle, objectId: string): Promise<boolean> {
  const { job, tenant } = cycle;
  const group = tenant.groups.get(objectId);
  const link = job.groups.get(objectId);
  if (!group || !isGroupInScope(tenant, group)) {
    const about: About = { name: 'group', objectId };
    decided(cycle, about, { step: 'scope', isInScope: false, active: false });
    if (!link) return true;
    const subject = `group ${group?.displayName ?? objectId}`;
    const isGone =
      isLost(cycle, objectId, 'delete') || (await remove(cycle, about, 'Groups', link.id, subject));
    if (isGone) job.groups.delete(objectId);
    return isGone;
  }
  const kind = groupKind(cycle, group);
  decided(cycle, kind, { step: 'scope', isInScope: true, active: true });
  if (link) {
    const read = await readLinked(cycle, kind, link.id);
    return read !== null && update(cycle, kind, read);
  }
  const attribute = job.settings.matchGroupsBy;
  const match = await lookUp(
    cycle,
    kind,
    attribute,
    attribute === 'displayName' ? group.displayName : objectId,
  );
  if (!match) return false;
  if (match.found) {
    job.groups.set(objectId, { id: match.found.id, isOwn: false });
    return adopt(cycle, kind, match.found);
  }
  if (isLost(cycle, objectId, 'create')) return true;
  const made = await create(cycle, kind, match, groupBody(group, job.mapping.groups));
  if (made) job.groups.set(objectId, { id: made.id, isOwn: true });
  return made !== null;
}

function skip(cycle: Cycle, about: About): true {
  cycle.counts.skipped++;
  decided(cycle, about, { step: 'action', action: 'skip', changes: [] });
  return true;
}

/** By each matching attribute in turn, until one finds somebody. Null: failed, and reported. */
async function matchUser(cycle: Cycle, view: UserView, kind: ObjectKind): Promise<Match | null> {
  let last: Match | null = null;
  for (const attribute of cycle.job.settings.matchUsersBy) {
    const value = matchingValue(cycle.job.mapping, attribute, view);
    if (value === undefined) continue;
    last = await lookUp(cycle, kind, attribute, value);
    if (!last || last.found) return last;
  }
  return last;
}

async function lookUp(
  cycle: Cycle,
  kind: ObjectKind,
  attribute: string,
  value: string,
): Promise<Match | null> {
  const note = report(cycle, kind);
  const path = matchAddress(kind.collection, attribute, value);
  const exchange = await cycle.job.connection.send(kind, `match ${kind.name}`, 'GET', path);
  if (!isAccepted(exchange, [200], kind.subject, note)) return null;
  const hits = readList(exchange, kind.subject, note);
  if (!hits) return null;
  if (hits.length > 1) {
    const problem = `${hits.length} resources have ${attribute} "${value}": the object is skipped`;
    note(failureOf(exchange, kind.subject, problem, LOG_NAME.duplicateTarget));
    return null;
  }
  const hit = hits[0];
  const foundId = typeof hit?.id === 'string' ? hit.id : null;
  decided(cycle, kind, { step: 'match', attribute, value, foundId });
  if (!hit) return { found: null, exchange };
  const shown = readAt(hit, target(attribute));
  if (typeof shown !== 'string' || shown.toLowerCase() !== value.toLowerCase()) {
    const problem = `the filter for ${attribute} "${value}" found one whose ${attribute} is ${JSON.stringify(shown)}`;
    note(failureOf(exchange, kind.subject, problem, LOG_NAME.incompatibleFiltering));
    return null;
  }
  const found = checkResource(exchange, hit, kind.name, null, kind.subject, note);
  return found && { found, exchange };
}

async function readLinked(cycle: Cycle, kind: ObjectKind, id: string): Promise<Read | null> {
  const note = report(cycle, kind);
  decided(cycle, kind, { step: 'match', attribute: 'id', value: id, foundId: id });
  const exchange = await cycle.job.connection.send(
    kind,
    `read ${kind.name}`,
    'GET',
    readAddress(kind.collection, id),
  );
  if (!isAccepted(exchange, [200], kind.subject, note)) return null;
  return readResource(exchange, kind.name, id, kind.subject, note);
}

async function adopt(cycle: Cycle, kind: ObjectKind, read: Read): Promise<boolean> {
  cycle.counts.adopted++;
  return update(cycle, kind, read);
}

async function update(cycle: Cycle, kind: ObjectKind, read: Read): Promise<boolean> {
  const changes = kind.changesIn(read.resource);
  if (changes.length === 0) {
    cycle.counts.unchanged++;
    decided(cycle, kind, { step: 'action', action: 'none', changes: [] });
    return true;
  }
  const note = report(cycle, kind);
  if (!cycle.writes) {
    reportLasting(read.exchange, changes, kind.subject, note);
    return false;
  }
  if (isLost(cycle, kind.objectId, 'update')) return true;
  const { connection, mapping } = cycle.job;
  const path = objectAddress(kind.collection, read.id);
  const body = changesBody(cycle.dialect, changes, mapping.appRoles);
  decided(cycle, kind, { step: 'action', action: 'update', changes: changes.map(propertyChange) });
  const exchange = await connection.send(kind, `update ${kind.name}`, 'PATCH', path, body);
  const isDisabling = changes.some((change) => change.target.path === 'active' && change.value === false);
  if (!isAccepted(exchange, [200, 204], kind.subject, note, isDisabling)) return false;
  cycle.counts.updated++;
  if (exchange.status === 200) {
    const written = readResource(exchange, kind.name, read.id, kind.subject, note);
    if (!written) return false;
    reportLasting(exchange, kind.changesIn(written.resource), kind.subject, note);
  }
  return true;
}

async function create(cycle: Cycle, kind: ObjectKind, match: Match, body: Json): Promise<Read | null> {
  const note = report(cycle, kind);
  if (!cycle.writes) {
    note(failureOf(match.exchange, kind.subject, 'is missing: Entra would create it', LOG_NAME.exportAdd));
    return null;
  }
  const changes = cycle.job.settings.witness ? kind.changesIn({}).map(propertyChange) : [];
  decided(cycle, kind, { step: 'action', action: 'create', changes });
  const exchange = await cycle.job.connection.send(
    kind,
    `create ${kind.name}`,
    'POST',
    `/${kind.collection}`,
    body,
  );
  // 201 by RFC 7644 3.3; the gallery test tolerates 200.
  if (!isAccepted(exchange, [201, 200], kind.subject, note)) return null;
  const made = readResource(exchange, kind.name, null, kind.subject, note);
  if (!made) return null;
  cycle.counts.created++;
  reportLasting(exchange, kind.changesIn(made.resource), kind.subject, note);
  return made;
}

async function removeUser(cycle: Cycle, objectId: string, link: UserLink): Promise<boolean> {
  const about: About = { name: 'user', objectId };
  const isSent = link.isManaged && !isLost(cycle, objectId, 'delete');
  if (isSent && !(await remove(cycle, about, 'Users', link.id, `user ${objectId}`))) return false;
  cycle.job.users.delete(objectId);
  return true;
}

async function remove(
  cycle: Cycle,
  about: About,
  collection: Collection,
  id: string,
  subject: string,
): Promise<boolean> {
  decided(cycle, about, { step: 'action', action: 'delete', changes: [] });
  const kind = `delete ${about.name}` as const;
  const exchange = await cycle.job.connection.send(about, kind, 'DELETE', objectAddress(collection, id));
  // 404: it had gone already, which is what was wanted.
  if (!isAccepted(exchange, [204, 404], subject, report(cycle, about))) return false;
  cycle.counts.deleted++;
  return true;
}

function propertyChange({ target: { path }, value, read }: Change): PropertyChange {
  return { name: path, from: read, to: value };
}
