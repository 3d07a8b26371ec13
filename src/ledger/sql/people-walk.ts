// The walk over everybody of a provider, page by page, with what decides their access: for plans, which ask nothing else of them.

import type { GrantRow } from '../../identity/grant.ts';
import type { LoadedPerson, ProviderState } from '../../mapping/decide.ts';
import type { GroupFact } from '../../mapping/resolve.ts';
import { asKept } from '../../mapping/retire.ts';
import type { Dialect } from './dialect.ts';
import { readUserRow, type UserColumns, userColumns } from './rows.ts';
import { all, type Script } from './statement.ts';
import { isStanding, standingGrant, targetNames } from './users.ts';

/** How far it is. Each group is read once: in the walk it keeps the name that it had then. */
interface Walk {
  after: string;
  readonly groups: Map<string, GroupFact>;
}

/** `run`: how the engine runs a script, on the provider as it is at that moment. */
export function walkOver(
  dialect: Dialect,
  run: (
    script: (state: ProviderState | undefined | null) => Script<LoadedPerson[]>,
  ) => Promise<LoadedPerson[]>,
): (limit: number) => Promise<LoadedPerson[]> {
  const walk: Walk = { after: '', groups: new Map() };
  return (limit) => run((state) => nextPeople(dialect, state, walk, limit));
}

/** The next ones by id, without removed ones; fewer than asked for at the end. */
function* nextPeople(
  dialect: Dialect,
  state: ProviderState | undefined | null,
  walk: Walk,
  limit: number,
): Script<LoadedPerson[]> {
  if (!state) return [];
  const provider = state.provider.id;
  const rows = yield* all<UserColumns>(
    `SELECT ${userColumns} FROM users u WHERE u.provider = ? AND u.removed_at IS NULL AND u.id > ? ORDER BY u.id LIMIT (? + 0)`,
    provider,
    walk.after,
    limit,
  );
  const last = rows.at(-1);
  if (!last) return [];
  const groups = yield* groupsBetween(dialect, provider, walk, last.id);
  const standing = new Map(rows.filter(mayStand).map((row) => [row.id, standingRows(row)]));
  const names = yield* targetNames(dialect, provider, [...standing.values()].flat());
  // At the end: an engine may begin the script again.
  walk.after = last.id;
  return rows.map((row) =>
    asKept(state, {
      user: readUserRow(row),
      ruleset: row.ruleset,
      groups: groups.get(row.id) ?? [],
      standing: (standing.get(row.id) ?? []).map((grant) => standingGrant(grant, names)),
    }),
  );
}

/** One stretch of the index for a page: asking for each person costs several times as much. */
function* groupsBetween(
  dialect: Dialect,
  provider: string,
  { after, groups }: Walk,
  last: string,
): Script<Map<string, GroupFact[]>> {
  const edges = yield* all<{ member: string; group_id: string }>(
    'SELECT member, group_id FROM memberships WHERE provider = ? AND member > ? AND member <= ?',
    provider,
    after,
    last,
  );
  const unknown = new Set(edges.map((edge) => edge.group_id).filter((id) => !groups.has(id)));
  if (unknown.size > 0) {
    const rows = yield* all<{ id: string; display_name: string }>(
      `SELECT g.id, g.display_name FROM ${dialect.texts} CROSS JOIN directory_groups g WHERE g.provider = ? AND g.id = j.value`,
      JSON.stringify([...unknown]),
      provider,
    );
    for (const { id, display_name: displayName } of rows) groups.set(id, { id, displayName });
  }
  const ofMember = new Map<string, GroupFact[]>();
  for (const { member, group_id } of edges) {
    const group = groups.get(group_id);
    if (!group) continue;
    const known = ofMember.get(member);
    if (known) known.push(group);
    else ofMember.set(member, [group]);
  }
  return ofMember;
}

/** Most people have nothing of the kind: looking for the words is a fraction of reading all that rules gave them. */
function mayStand({ grants }: UserColumns): boolean {
  return grants.includes('"manual"') || grants.includes('"sticky"');
}

function standingRows({ grants }: UserColumns): GrantRow[] {
  return (JSON.parse(grants) as GrantRow[]).filter(isStanding);
}
