// The groups of the directory beside those that SCIM pushed. SCIM alone makes, renames and removes groups here, so that their
// differences are shown; who is in them is compared person by person.

import { groupExternalId } from '../identity/group.ts';
import type { DriftRow, StagedGroup } from '../ledger/reconciliation.ts';
import type { Found } from '../mapping/decide-directory.ts';
import { GUID } from '../provider/endpoints.ts';
import type { Known } from './known.ts';
import { mustBeOurs, placeOf, type Running } from './running.ts';

const GROUPS_AT_ONCE = 200;
const RESTART = 'SCIM alone does that: provision the group on demand, or restart provisioning.';

export async function compareGroups(
  running: Running,
  { isWhole, dealing }: Known,
  row: (found: Found) => DriftRow,
): Promise<void> {
  const { ledger, run, holder } = running;
  const state = await ledger.provider(run.provider);
  if (!state?.ruleset.groupsByScim || run.channel === 'import') return;
  for (let after = ''; ; ) {
    const page = await ledger.reconciliations.groups(run.id, after, GROUPS_AT_ONCE);
    const last = page.at(-1);
    if (!last) break;
    const rows = page.flatMap(differencesOf).map(row);
    if (rows.length > 0) {
      mustBeOurs(await ledger.reconciliations.report(run.id, holder, rows, placeOf(running, {})));
    }
    after = last.group.id;
  }
  if (isWhole) await compareOurs(running, new Set(dealing.known.groups.keys()), row);
}

function differencesOf({ group, here }: StagedGroup): Found[] {
  const { id, displayName } = group;
  const base = { user: null, directoryId: id, about: 'group', takes: false, action: null };
  if (displayName === null) return [];
  if (!here) {
    const why = `The directory has this group, and it is not here. ${RESTART}`;
    return [{ ...base, category: 'missing-here', name: displayName, why, detail: { there: displayName } }];
  }
  if (here.displayName === displayName) return [];
  const why = `The group has another name in the directory. ${RESTART}`;
  const detail = { here: here.displayName, there: displayName };
  return [{ ...base, category: 'name-differs', name: here.displayName, why, detail }];
}

/** Groups here whose externalId is an id of the directory that it did not list. */
async function compareOurs(
  running: Running,
  listed: ReadonlySet<string>,
  row: (found: Found) => DriftRow,
): Promise<void> {
  const { ledger, run, holder } = running;
  const query = { provider: run.provider, condition: null, sort: null, withMembers: false };
  for (let after: { sorted: null; id: string } | null = null; ; ) {
    const page = await ledger.queryGroups({ ...query, start: { after }, limit: GROUPS_AT_ONCE });
    const rows = page.rows.flatMap((each) => {
      const document = JSON.parse(each.document);
      const externalId = groupExternalId({ document })?.toLowerCase();
      if (externalId === undefined || !GUID.test(externalId) || listed.has(externalId)) return [];
      const why = `The group is not assigned in the directory any more, or is gone. ${RESTART}`;
      const name = String(document.displayName);
      const base = { user: null, directoryId: externalId, about: 'group', takes: false, action: null };
      return [row({ ...base, category: 'missing-there', name, why, detail: { here: name } })];
    });
    if (rows.length > 0) {
      mustBeOurs(await ledger.reconciliations.report(run.id, holder, rows, placeOf(running, {})));
    }
    if (page.next === null) return;
    after = { sorted: null, id: page.next.id };
  }
}
