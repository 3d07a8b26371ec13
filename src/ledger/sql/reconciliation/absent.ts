// Who is here, active, and was not found among those that were read.

import { externalIdOf, signInName } from '../../../identity/user.ts';
import type { AbsentUser, Reconciliations } from '../../reconciliation.ts';
import type { Dialect } from '../dialect.ts';
import type { Hands } from '../hands.ts';
import { readUserRow, type UserColumns, userColumns } from '../rows.ts';
import { all, one, type Script } from '../statement.ts';

/** Users that one look goes past: nearly all of them were found. */
const LOOKED_AT_ONCE = 2000;

export function absences(hands: Hands): Pick<Reconciliations, 'absent' | 'joinedSince'> {
  return {
    joinedSince: (provider, users, since) =>
      hands.read(() => joinedSince(hands.dialect, provider, users, since)),
    async absent(run, provider, after, limit) {
      const absent: AbsentUser[] = [];
      for (let from: string | null = after; from !== null && absent.length < limit; ) {
        const some: Look = await hands.read(() =>
          look(hands.dialect, { run, provider, after: from!, limit: limit - absent.length }),
        );
        absent.push(...some.absent);
        from = some.upTo;
        // Others have their turn between two looks.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return absent;
    },
  };
}

interface Look {
  absent: AbsentUser[];
  /** null when nobody is behind. */
  upTo: string | null;
}

interface Asked {
  run: string;
  provider: string;
  after: string;
  limit: number;
}

function* look(dialect: Dialect, { run, provider, after, limit }: Asked): Script<Look> {
  const end = yield* one<{ id: string }>(
    'SELECT id FROM users WHERE provider = ? AND id > ? AND removed_at IS NULL ORDER BY id LIMIT 1 OFFSET (? + 0)',
    provider,
    after,
    LOOKED_AT_ONCE,
  );
  const rows = yield* all<UserColumns>(
    `SELECT ${userColumns} FROM users u
     WHERE u.provider = ? AND u.id > ?${end ? ' AND u.id <= ?' : ''} AND u.removed_at IS NULL AND u.status = 'active'
       AND NOT EXISTS (SELECT 1 FROM staged_matches s WHERE s.run = ? AND s.person = u.id)
     ORDER BY u.id LIMIT (? + 0)`,
    provider,
    after,
    ...(end ? [end.id] : []),
    run,
    limit,
  );
  const links = yield* linksOf(
    dialect,
    provider,
    rows.map((row) => row.id),
  );
  return { absent: rows.map((row) => absentUser(row, links)), upTo: end?.id ?? null };
}

function* joinedSince(
  { isGiven }: Dialect,
  provider: string,
  users: readonly string[],
  since: number,
): Script<ReadonlySet<string>> {
  if (users.length === 0) return new Set();
  const rows = yield* all<{ member: string; group_id: string }>(
    `SELECT member, group_id FROM memberships WHERE provider = ? AND ${isGiven('member')} AND since > ?`,
    provider,
    JSON.stringify(users),
    since,
  );
  return new Set(rows.map(({ member, group_id: group }) => `${member} ${group}`));
}

/** Of each, the newest. */
function* linksOf(
  dialect: Dialect,
  provider: string,
  people: readonly string[],
): Script<ReadonlyMap<string, string>> {
  if (people.length === 0) return new Map();
  const links = yield* all<{ person: string; subject: string; since: number }>(
    `SELECT person, subject, since FROM identities WHERE provider = ? AND ${dialect.isGiven('person')}`,
    provider,
    JSON.stringify(people),
  );
  links.sort((a, b) => a.since - b.since);
  return new Map(
    links.map(({ person, subject }) => [person, GUID.test(subject) ? subject.toLowerCase() : subject]),
  );
}

/** Ids of other directories are not the same in either case. */
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function absentUser(row: UserColumns, links: ReadonlyMap<string, string>): AbsentUser {
  const user = readUserRow(row);
  const externalId = externalIdOf(user);
  const byExternalId = externalId !== null && GUID.test(externalId) ? externalId.toLowerCase() : null;
  return { user: row.id, directoryId: links.get(row.id) ?? byExternalId, userName: signInName(user) };
}
