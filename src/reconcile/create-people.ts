// People whom the directory has and who are missing here, made as a first sign-in would make them: SCIM finds them by the id that
// they have there, and takes them over with its first word.

import { fold } from '../fold.ts';
import { newId } from '../id.ts';
import type { DriftRow, StagedPerson } from '../ledger/reconciliation.ts';
import type { Dealing } from '../mapping/decide-directory.ts';
import { createFromDirectory } from '../mapping/heal-directory.ts';
import { Refusal } from '../refusal.ts';
import { fitsFilter } from './import-filter.ts';
import { seenOf } from './known.ts';
import { missingHere } from './missing-here.ts';
import { rowId } from './rows.ts';
import { byRun, contextOf, mustBeOurs, mustBeWanted, placeOf, type Running } from './running.ts';

const PEOPLE_AT_ONCE = 200;
const WRITES_AT_ONCE = 32;

/** One portion behind that id; null at the end, else where it goes on. */
export async function createPeople(
  running: Running,
  dealing: Dealing,
  after: string,
  place: (last: string) => string,
): Promise<string | null> {
  const { ledger, run, holder } = running;
  await mustBeWanted(running);
  const page = await ledger.reconciliations.people(run.id, after, PEOPLE_AT_ONCE);
  const last = page.at(-1)?.person.id;
  if (last === undefined) return null;
  const state = await ledger.provider(run.provider);
  if (!state) return null;
  const missing = page.flatMap((staged) => {
    const isHere = staged.linked.length + staged.byExternalId.length > 0;
    const found =
      isHere || !fitsFilter(run, dealing.known, staged) ? null : missingHere(staged, state.provider);
    return found?.action ? [{ staged, found }] : [];
  });
  const dueRows = await dueAmong(
    running,
    missing.map(({ found }) => rowId(run.id, found)),
  );
  const waiting = missing.filter(({ found }) => dueRows.has(rowId(run.id, found)));
  const rows: DriftRow[] = [];
  for (let n = 0; n < waiting.length; n += WRITES_AT_ONCE) {
    const portion = waiting.slice(n, n + WRITES_AT_ONCE);
    rows.push(
      ...(await Promise.all(
        portion.map(({ staged, found }) =>
          create(running, dealing, staged, dueRows.get(rowId(run.id, found))!),
        ),
      )),
    );
  }
  const to = placeOf(running, { position: place(last) });
  mustBeOurs(await ledger.reconciliations.report(run.id, holder, rows, to));
  return last;
}

/** What a person said to ignore is not made. */
async function dueAmong(
  { ledger, run }: Running,
  ids: readonly string[],
): Promise<ReadonlyMap<string, DriftRow>> {
  const rows = await ledger.reconciliations.driftRows(run.id, ids);
  return new Map(rows.filter(({ state }) => state === 'due').map((row) => [row.id, row]));
}

async function create(
  running: Running,
  dealing: Dealing,
  staged: StagedPerson,
  row: DriftRow,
): Promise<DriftRow> {
  const { ledger, run } = running;
  const id = newId(running.clock.now());
  const { userName } = staged.person;
  try {
    await ledger.transact({
      provider: run.provider,
      needs: userName === null ? {} : { formerHolderOf: fold(userName) },
      decide({ state, formerly }) {
        const made = { id, formerly };
        const seen = seenOf(run, staged);
        const changes = createFromDirectory(contextOf(running, state), made, dealing.known, seen);
        return { changes, answer: null };
      },
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...row, state: 'skipped', why: `They could not be made. ${error.message}` };
  }
  return { ...row, user: id, state: 'healed', healedAt: byRun(running).at };
}
