// What a finished reading can speak of: which groups it saw whole, whether it saw everybody. What it did not see whole takes
// nothing from anybody.

import type { Ledger } from '../ledger/ledger.ts';
import type { Run, StagedPart, StagedPerson } from '../ledger/reconciliation.ts';
import type { Dealing, SeenHere } from '../mapping/decide-directory.ts';
import type { DirectoryKnown, KnownGroup } from '../mapping/directory-facts.ts';
import { equalJson } from '../scim/json.ts';
import type { RunReport } from './report.ts';
import { addProblem, type Running } from './running.ts';

export interface Known {
  readonly dealing: Dealing;
  /** Every part was read whole, so that whoever is not there is absent. */
  readonly isWhole: boolean;
}

const GROUPS_AT_ONCE = 500;
const MEMBERS = 'members ';

export async function knownOf(running: Running): Promise<Known> {
  const { ledger, run } = running;
  const { reconciliations } = ledger;
  const parts = await reconciliations.parts(run.id);
  const before = await rowsBefore(running);
  const groups = new Map<string, KnownGroup>();
  const broken = new Set(parts.filter((part) => !isWhole(part, before)).map(({ part }) => part));
  for (const part of parts) if (broken.has(part.part)) tellBroken(running, part, before);
  for (let after = ''; ; ) {
    const page = await reconciliations.groups(run.id, after, GROUPS_AT_ONCE);
    for (const { group, here, members, isWhole: isRead } of page) {
      const isNews = before.get(MEMBERS + group.id) !== 0;
      const isEmptied =
        isNews && here !== null && members === 0 && isRead && (await hadMembers(running, here.id));
      if (isEmptied) {
        broken.add(MEMBERS + group.id);
        addProblem(
          running,
          `${group.displayName ?? group.id}: the directory gave no members at all, and there are some here.`,
        );
      }
      groups.set(group.id, {
        displayName: group.displayName,
        isWhole: isRead && !broken.has(MEMBERS + group.id),
        here: here && { id: here.id, displayName: here.displayName, revision: here.revision },
      });
    }
    const last = page.at(-1);
    if (!last) break;
    after = last.group.id;
  }
  withoutSharedGroups(groups);
  const everything = broken.size === 0;
  running.report = { ...running.report, isWhole: everything };
  return { dealing: dealingOf(running, groups, everything), isWhole: everything };
}

/** Two of the directory that are called as one here: it is not known which of them it is, and neither decides who is in it. */
function withoutSharedGroups(groups: Map<string, KnownGroup>): void {
  const claimed = new Map<string, number>();
  for (const { here } of groups.values()) if (here) claimed.set(here.id, (claimed.get(here.id) ?? 0) + 1);
  for (const [id, group] of groups) {
    if (group.here && claimed.get(group.here.id)! > 1) groups.set(id, { ...group, here: null });
  }
}

function dealingOf(
  { run, report }: Pick<Running, 'run' | 'report'>,
  groups: ReadonlyMap<string, KnownGroup>,
  isWhole: boolean,
): Dealing {
  const { application } = report;
  const known: DirectoryKnown = {
    channel: run.channel,
    groups,
    groupsByName: new Map(
      [...groups].flatMap(([id, { displayName }]) => (displayName ? [[displayName, id]] : [])),
    ),
    roles: new Set(application?.roles ?? []),
    // An import with a filter reads some of the assignments.
    rolesAreWhole: isWhole && run.channel === 'reconciliation' && application !== null,
  };
  return {
    heals: run.mode === 'heal',
    suspendsUnassigned: run.scope === 'assigned' && application?.assignmentRequired === true,
    known,
  };
}

/** One in a hundred may join or leave while pages are read. */
const TOLERATED = 0.01;
const TOLERATED_ROWS = 5;

function isWhole(part: StagedPart, before: ReadonlyMap<string, number>): boolean {
  if (part.state !== 'complete' || part.why !== null) return false;
  const missing = (part.expected ?? part.rows) - part.rows;
  if (missing > Math.max(TOLERATED_ROWS, part.rows * TOLERATED)) return false;
  // Of members a group here says whether there were any.
  const known = before.get(part.part) ?? (part.part.startsWith(MEMBERS) || before.size === 0 ? 0 : null);
  return part.rows > 0 || known === 0;
}

function tellBroken(running: Running, part: StagedPart, before: ReadonlyMap<string, number>): void {
  const had = before.get(part.part) ?? 0;
  const counted =
    part.rows === 0 && had > 0
      ? `the directory gave no rows, and there were ${had} in the run before.`
      : `${part.rows} rows came of ${part.expected ?? 'an unknown number'}.`;
  addProblem(running, `${part.part}: ${part.why ?? counted}`);
}

/**
 * How many rows each part had when the same was last read to its end. That something is empty now is believed when the run before
 * found it empty too.
 */
async function rowsBefore({ ledger, run }: Running): Promise<ReadonlyMap<string, number>> {
  const { reconciliations } = ledger;
  const last = await reconciliations.latest(run.provider, run.channel, ['complete', 'partial']);
  if (!last || last.id === run.id || !equalJson(last.filter, run.filter)) return new Map();
  const parts = await reconciliations.parts(last.id);
  return new Map(parts.filter(({ state }) => state === 'complete').map(({ part, rows }) => [part, rows]));
}

async function hadMembers({ ledger, run }: Running, group: string): Promise<boolean> {
  return ledger.transact({
    provider: run.provider,
    needs: { group, memberIds: true },
    decide: ({ memberIds }) => ({ changes: null, answer: memberIds.size > 0 }),
  });
}

/**
 * The same of a run that is over, for a later look at single persons: which groups hold somebody is what that look says, not what
 * was read then.
 */
export async function dealingOfRun(ledger: Ledger, run: Run): Promise<Dealing> {
  const report = run.counts as unknown as RunReport;
  const groups = new Map<string, KnownGroup>();
  for (let after = ''; ; ) {
    const page = await ledger.reconciliations.groups(run.id, after, GROUPS_AT_ONCE);
    for (const { group, here } of page) {
      groups.set(group.id, { displayName: group.displayName, isWhole: false, here });
    }
    const last = page.at(-1);
    if (!last) break;
    after = last.group.id;
  }
  withoutSharedGroups(groups);
  return dealingOf({ run, report }, groups, report.isWhole === true);
}

/** A staged row as it is compared. Whether somebody is assigned counts where only those who are assigned were read. */
export function seenOf(run: Run, { person, groups, roles, assigned }: StagedPerson): SeenHere {
  const isCounted = run.scope === 'assigned' && run.channel === 'reconciliation';
  return { person, groups, roles, isGroupsWhole: false, assigned: isCounted ? assigned : null };
}
