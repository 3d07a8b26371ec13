// A second look at persons by name, before anything is taken from them or given: the same comparison on what the directory says
// now. An absence becomes what it is: deleted, disabled, unassigned, or none at all.

import type { Whereabouts } from '../identity/directory.ts';
import type { DriftRow } from '../ledger/reconciliation.ts';
import type { DecisionContext, LoadedUser } from '../mapping/decide.ts';
import { comparePerson, type Dealing, type Found, type SeenHere } from '../mapping/decide-directory.ts';
import { rowTold } from '../mapping/directory-facts.ts';
import type { Healing } from '../mapping/heal-directory.ts';
import type { DirectoryReader } from './directory.ts';

export interface Looked {
  readonly found: Whereabouts;
  /** The id in the directory; null where nobody was found by their name. */
  readonly directoryId: string | null;
}

/** One answer for each row, in their order; each person is asked about once. */
export async function lookAgain(
  reader: DirectoryReader,
  rows: readonly DriftRow[],
  signal: AbortSignal,
): Promise<Looked[]> {
  const ids = [...new Set(rows.map(({ directoryId }) => directoryId).filter((id) => id !== null))];
  const names = [...new Set(rows.filter((row) => row.directoryId === null).map(({ name }) => name))];
  const byId = ids.length > 0 ? await reader.lookAt(ids, signal) : [];
  const byName = names.length > 0 ? await reader.lookFor(names, signal) : [];
  return rows.map(({ directoryId, name }) => {
    if (directoryId !== null) return { found: byId[ids.indexOf(directoryId)]!, directoryId };
    const { id, found } = byName[names.indexOf(name)]!;
    return { found: found.kind === 'gone' ? nameless : found, directoryId: id };
  });
}

/** Names change, and some directories provision people by another than the one that they have there. */
export const NAMELESS =
  'Nobody has their name there, and no object id of theirs is known here: send it as externalId.';
const nameless: Whereabouts = { kind: 'unknown', why: NAMELESS };

/** An absence that no look can prove. */
export function isNameless({ category, directoryId }: DriftRow): boolean {
  return category === 'missing-there' && directoryId === null;
}

/** What of a row is still so; `found` null where it is not, with why. */
export interface StillSo {
  readonly found: Found | null;
  readonly why: string;
  /** Nothing could be known: the row stays as it is, and nothing is done. */
  readonly isUnknown: boolean;
}

export function stillSo(
  context: DecisionContext,
  loaded: LoadedUser,
  row: DriftRow,
  { found: where, directoryId }: Looked,
  dealing: Dealing,
): StillSo {
  if (where.kind === 'unknown') return { found: null, why: where.why, isUnknown: true };
  if (where.kind !== 'there') return gone(row, where.kind, directoryId);
  const isAboutAssignment = row.category === 'missing-there' || row.category === 'unassigned';
  if (isAboutAssignment && where.assigned === null && where.person.enabled !== false) {
    const why = 'It could not be told whether they are assigned.';
    return { found: null, why, isUnknown: true };
  }
  const { found } = comparePerson(context, loaded, seenAgain(where), dealing);
  // Whoever was absent may be disabled or unassigned instead.
  const isAbsence = row.category === 'missing-there';
  const same = found.find(({ category, about }) =>
    isAbsence ? STATUS.has(category) : category === row.category && about === row.about,
  );
  const why = 'Another look showed that it is not so any more.';
  return same ? { found: same, why: same.why, isUnknown: false } : { found: null, why, isUnknown: false };
}

const STATUS: ReadonlySet<string> = new Set(['disabled-there', 'unassigned']);

function seenAgain(where: Extract<Whereabouts, { kind: 'there' }>): SeenHere {
  const { person, groups, roles, assigned } = where;
  return { person, groups, roles, assigned, isGroupsWhole: groups !== null };
}

function gone(row: DriftRow, kind: 'deleted' | 'gone', directoryId: string | null): StillSo {
  if (row.category !== 'missing-there' && !row.takes) {
    return { found: null, why: 'The directory has them no longer.', isUnknown: false };
  }
  const why =
    kind === 'deleted'
      ? 'They are among the deleted people of the directory.'
      : 'The directory has no trace of them.';
  const found: Found = {
    category: 'missing-there',
    user: row.user,
    directoryId: row.directoryId ?? directoryId,
    name: row.name,
    about: '',
    takes: true,
    why,
    detail: { here: 'active', there: kind },
    action: { does: 'suspend' },
  };
  return { found, why, isUnknown: false };
}

/** What one person's rows come to, as one change. */
export function healingOf(
  loaded: LoadedUser,
  found: readonly Found[],
  where: Whereabouts,
  { known }: Dealing,
): Healing {
  const actions = found.flatMap(({ action }) => (action ? [action] : []));
  const here = (does: 'join' | 'leave') =>
    actions.flatMap((action) => {
      const group = action.does === does ? known.groups.get(action.group)?.here : null;
      return group ? [group] : [];
    });
  const does = (what: string) => actions.some((action) => action.does === what);
  const row = does('tell') && where.kind === 'there' ? rowTold(known, seenAgain(where), loaded.user) : null;
  return {
    ...(does('suspend') && { suspended: true }),
    ...(does('lift') && { suspended: false }),
    ...(row && { told: row }),
    joins: here('join'),
    leaves: here('leave'),
  };
}
