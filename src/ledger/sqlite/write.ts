// Writes one change set: state rows, edges, targets and events, inside the transaction of the commit queue.

import { fold } from '../../fold.ts';
import { newId } from '../../id.ts';
import type {
  ChangeSet,
  GroupWrite,
  ResolvedWrite,
  TargetRow,
  UserWrite,
} from '../../identity/change-set.ts';
import type { EventDraft } from '../../identity/event.ts';
import { statusOf } from '../../identity/user.ts';
import { supersedeJob } from '../sql/jobs.ts';
import type { EventOrigin } from '../sql/origin.ts';
import {
  groupWriteColumns,
  showGroupRow,
  showUserRow,
  userContent,
  userContentSets,
  userWriteColumns,
} from '../sql/rows.ts';
import { groupNameTaken, userNameTaken } from '../sql/taken-names.ts';
import { followsGroup, targetCreated, targetRenamed } from '../sql/targets.ts';
import type { Loader } from './load.ts';
import type { Database } from './open.ts';
import { isUniqueViolation, type RunScript } from './run-script.ts';
import { eventSealer } from './seal.ts';
import { signInWriter } from './sign-in-write.ts';
import { StaleChange } from './stale-change.ts';
import type { Totals } from './totals.ts';

export interface Writer {
  write(changes: ChangeSet): void;
  events(drafts: readonly EventDraft[], from: EventOrigin): void;
  lastPosition(): number;
  /** After a transaction was undone, what is remembered of its events must be read anew. */
  forget(): void;
}

export function writer(
  database: Database,
  run: RunScript,
  loaded: Pick<Loader, 'state' | 'forget'>,
  total: Totals,
): Writer {
  const sealer = eventSealer(database);
  const users = userWriter(database);
  const groups = groupWriter(database);
  const edges = edgeWriter(database);
  const targets = targetWriter(database);
  const signIns = signInWriter(database);
  const markGroupsByScim = database.prepare('UPDATE providers SET groups_by_scim = 1 WHERE id = ?');

  function writeUsers(changes: ChangeSet): void {
    const { provider, at } = changes;
    for (const each of changes.users) {
      users.write(each);
      if (each.expected === 0) total.changed('users', provider, 1);
      else if (each.after.removedAt === at) total.changed('users', provider, -1);
      if (statusOf(each.after) !== 'active') signIns.shutOut(provider, each.after.id);
    }
    for (const each of changes.resolved) users.resolved(provider, each);
    for (const each of changes.renumbered) users.renumbered(provider, each.user, each.ruleset);
  }

  function writeGroups(changes: ChangeSet): void {
    const { provider } = changes;
    const nameIsUnique = loaded.state(provider)?.provider.settings.groupsMatchedBy !== 'externalId';
    for (const each of changes.groups) {
      groups.write(each, nameIsUnique);
      if (each.expected === 0) total.changed('groups', provider, 1);
    }
  }

  function removeGroups(changes: ChangeSet): void {
    const { provider, at, jobs } = changes;
    for (const group of changes.removedGroups) {
      const membersLater = jobs.some(({ kind, subject }) => kind === 'leave-group' && subject === group);
      groups.remove(provider, group, at, membersLater);
      total.changed('groups', provider, -1);
    }
  }

  function write(changes: ChangeSet): void {
    const { provider, at } = changes;
    writeUsers(changes);
    writeGroups(changes);
    const drafts = [...targets.ensure(provider, changes.targets, at), ...changes.events];
    edges.write(changes);
    for (const each of changes.reidentified) signIns.reidentified(provider, each.user, each.externalId, at);
    if (changes.signIn) signIns.write(provider, changes.signIn);
    const cause = changes.cause ?? { kind: 'ruleset' as const, id: newId(at) };
    for (const job of changes.jobs) run(supersedeJob({ ...job, provider }, cause, at));
    removeGroups(changes);
    if (changes.groupsByScim) markGroupsByScim.run(provider);
    if (changes.groupsByScim || changes.jobs.length > 0) loaded.forget();
    sealer.add(drafts, changes);
  }

  return { write, events: sealer.add, lastPosition: sealer.lastPosition, forget: sealer.forget };
}

// --- users and groups -------------------------------------------------------------------------------------------

function userWriter(database: Database) {
  const columns = userWriteColumns.join(', ');
  const marks = userWriteColumns.map(() => '?').join(', ');
  const insert = database.prepare(`INSERT INTO users (${columns}) VALUES (${marks})`);
  const sets = userWriteColumns.slice(0, -2).map((name) => `${name} = ?`);
  const update = database.prepare(
    `UPDATE users SET ${sets.join(', ')} WHERE provider = ? AND id = ? AND revision = ?`,
  );
  // SQLite rewrites every index whose columns are set, also to what they are: most updates change no key.
  const updateContent = database.prepare(
    `UPDATE users SET ${userContentSets.join(', ')} WHERE provider = ? AND id = ? AND revision = ?`,
  );
  const renumber = database.prepare('UPDATE users SET ruleset = ? WHERE provider = ? AND id = ?');
  const resolve = database.prepare(
    'UPDATE users SET revision = revision + 1, role = ?, grants = ?, ruleset = ? WHERE provider = ? AND id = ? AND revision = ?',
  );

  function write(each: UserWrite): void {
    const values = showUserRow(each.after, each);
    try {
      if (each.expected === 0) {
        insert.run(...values);
        return;
      }
      const done = each.keysChanged
        ? update.run(...values, each.expected)
        : updateContent.run(...userContent(values), each.expected);
      if (done.changes !== 1) throw new StaleChange('user');
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw userNameTaken(each.after.document);
    }
  }

  return {
    write,
    renumbered(provider: string, user: string, ruleset: number): void {
      renumber.run(ruleset, provider, user);
    },
    resolved(provider: string, each: ResolvedWrite): void {
      const grants = JSON.stringify(each.grants);
      const { changes } = resolve.run(each.role, grants, each.ruleset, provider, each.user, each.expected);
      if (changes !== 1) throw new StaleChange('access');
    },
  };
}

function groupWriter(database: Database) {
  const columns = groupWriteColumns.join(', ');
  const marks = groupWriteColumns.map(() => '?').join(', ');
  const insert = database.prepare(
    `INSERT INTO directory_groups (${columns}, membership_version, created_at) VALUES (${marks}, 1, ?)`,
  );
  const sets = groupWriteColumns.slice(0, -2).map((name) => `${name} = ?`);
  const update = database.prepare(
    `UPDATE directory_groups SET ${sets.join(', ')} WHERE provider = ? AND id = ? AND revision = ?`,
  );
  const remove = database.prepare('DELETE FROM directory_groups WHERE provider = ? AND id = ?');
  const removeMembers = database.prepare('DELETE FROM memberships WHERE provider = ? AND group_id = ?');
  const removeAsMember = database.prepare('DELETE FROM memberships WHERE provider = ? AND member = ?');
  const advanceParents = database.prepare(
    `UPDATE directory_groups SET membership_version = membership_version + 1, modified_at = ?1
     WHERE provider = ?2 AND id IN (SELECT group_id FROM memberships WHERE provider = ?2 AND member = ?3)`,
  );

  return {
    write(each: GroupWrite, nameIsUnique: boolean): void {
      const values = showGroupRow(each.after, nameIsUnique);
      try {
        if (each.expected === 0) insert.run(...values, each.after.createdAt);
        else if (update.run(...values, each.expected).changes !== 1) throw new StaleChange('group');
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        throw groupNameTaken(each.after.document);
      }
    },
    /** `membersLater`: too many to go at once; a job takes their edges away, and until then nobody sees them. */
    remove(provider: string, id: string, at: number, membersLater: boolean): void {
      advanceParents.run(at, provider, id);
      if (!membersLater) removeMembers.run(provider, id);
      removeAsMember.run(provider, id);
      remove.run(provider, id);
    },
  };
}

// --- edges and targets ------------------------------------------------------------------------------------------

function edgeWriter(database: Database) {
  const join = database.prepare(
    'INSERT INTO memberships (provider, group_id, member, member_kind, display, since) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const leave = database.prepare(
    'DELETE FROM memberships WHERE provider = ? AND group_id = ? AND member = ?',
  );
  const advance = database.prepare(
    'UPDATE directory_groups SET membership_version = membership_version + 1, modified_at = ? WHERE provider = ? AND id = ?',
  );
  const gain = database.prepare('INSERT INTO holdings (target, user, provider) VALUES (?, ?, ?)');
  const lose = database.prepare('DELETE FROM holdings WHERE target = ? AND user = ?');

  return {
    write(changes: ChangeSet): void {
      const { provider, at } = changes;
      const touched = new Set<string>();
      for (const each of changes.joins) {
        join.run(provider, each.group, each.member, each.memberKind, each.display, at);
        touched.add(each.group);
      }
      for (const each of changes.leaves) {
        leave.run(provider, each.group, each.member);
        touched.add(each.group);
      }
      // A group that is made here begins with its first members.
      for (const { expected, after } of changes.groups) if (expected === 0) touched.delete(after.id);
      for (const group of touched) advance.run(at, provider, group);
      for (const each of changes.lost) lose.run(each.target, each.user);
      for (const each of changes.gained) gain.run(each.target, each.user, provider);
    },
  };
}

/** Teams and business units come to be with their first grant (or group), and follow the name of their group. */
function targetWriter(database: Database) {
  const find = database.prepare('SELECT name FROM targets WHERE provider = ? AND id = ?');
  const insert = database.prepare(
    'INSERT INTO targets (provider, id, kind, name, name_folded, key, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const rename = database.prepare(
    'UPDATE targets SET name = ?, name_folded = ? WHERE provider = ? AND id = ?',
  );

  return {
    ensure(provider: string, targets: readonly TargetRow[], at: number): EventDraft[] {
      const events: EventDraft[] = [];
      for (const target of targets) {
        const { kind, id, name, key } = target;
        const there = find.get(provider, id) as { name: string } | undefined;
        if (!there) {
          insert.run(provider, id, kind, name, fold(name), key, at);
          events.push(targetCreated(target));
        } else if (there.name !== name && followsGroup(key)) {
          rename.run(name, fold(name), provider, id);
          events.push(targetRenamed(target, there.name));
        }
      }
      return events;
    },
  };
}
