// Staged groups, a page of them, and which groups here they are.

import { fold } from '../../../fold.ts';
import type { Reconciliations, StagedGroup } from '../../reconciliation.ts';
import type { Dialect } from '../dialect.ts';
import type { Hands } from '../hands.ts';
import { all, type Script } from '../statement.ts';
import { providerOf } from './runs.ts';
import { spellings } from './staged-people.ts';

export function stagedGroups(hands: Hands): Pick<Reconciliations, 'groups'> {
  return { groups: (run, after, limit) => hands.read(() => readGroups(hands.dialect, run, after, limit)) };
}

interface StagedColumns {
  id: string;
  display_name: string | null;
  members: number;
  state: string | null;
}

function* readGroups(dialect: Dialect, run: string, after: string, limit: number): Script<StagedGroup[]> {
  const provider = yield* providerOf(run);
  if (provider === null) return [];
  const rows = yield* all<StagedColumns>(
    `SELECT g.id, g.display_name, coalesce(l.members, 0) AS members, p.state FROM staged_groups g
     LEFT JOIN staged_lists l ON l.run = g.run AND l.group_id = g.id
     LEFT JOIN staged_parts p ON p.run = g.run AND p.part = ${dialect.byBytes("'members ' || g.id")}
     WHERE g.run = ? AND g.id > ? ORDER BY g.id LIMIT (? + 0)`,
    run,
    after,
    limit,
  );
  if (rows.length === 0) return [];
  const here = yield* groupsHere(dialect, provider, rows);
  return rows.map((row) => ({
    group: { id: row.id, displayName: row.display_name },
    here: here(row),
    isWhole: row.state === 'complete',
    members: row.members,
  }));
}

interface HereColumns {
  how: 'externalId' | 'name';
  key: string;
  id: string;
  display_name: string;
  external_id: string | null;
  revision: number;
}

const hereColumns =
  'g.id AS id, g.display_name AS display_name, g.external_id AS external_id, g.revision AS revision';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where several share a name, one without an externalId, then the oldest. */
function* groupsHere(
  { isGiven }: Dialect,
  provider: string,
  staged: readonly StagedColumns[],
): Script<(group: StagedColumns) => StagedGroup['here']> {
  const names = staged.flatMap(({ display_name: name }) => (name === null ? [] : [fold(name)]));
  const rows = yield* all<HereColumns>(
    `SELECT 'externalId' AS how, g.external_id AS key, ${hereColumns}
       FROM directory_groups g WHERE g.provider = ? AND ${isGiven('g.external_id')}
     UNION ALL SELECT 'name', g.display_name_folded, ${hereColumns}
       FROM directory_groups g WHERE g.provider = ? AND ${isGiven('g.display_name_folded')}`,
    provider,
    JSON.stringify(staged.flatMap(({ id }) => spellings(id))),
    provider,
    JSON.stringify(names),
  );
  rows.sort(
    (a, b) => Number(a.external_id !== null) - Number(b.external_id !== null) || (a.id < b.id ? -1 : 1),
  );
  const found = new Map<string, HereColumns>();
  for (const row of rows.reverse()) {
    // A group with an id of its own in the directory is that one, whatever another is called.
    if (row.how === 'name' && row.external_id !== null && GUID.test(row.external_id)) continue;
    found.set(`${row.how} ${row.key}`, row);
  }
  return ({ id, display_name: name }) => {
    const byId = spellings(id).map((each) => found.get(`externalId ${each}`));
    const row = byId.find((each) => each) ?? (name === null ? undefined : found.get(`name ${fold(name)}`));
    if (!row) return null;
    return {
      id: row.id,
      displayName: row.display_name,
      externalId: row.external_id,
      revision: row.revision,
    };
  };
}
