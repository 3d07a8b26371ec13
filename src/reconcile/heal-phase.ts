// What is due is done: first whoever is missing here, then the rows about those who are here. When more would be taken than the
// guard lets pass, all that takes is held as one batch before, and the rest is done.

import { createPeople } from './create-people.ts';
import { type Healer, healRows } from './heal-people.ts';
import { holdTooMuch } from './hold.ts';
import type { Known } from './known.ts';
import { ignoredBy } from './rows.ts';
import { advance, byRun, mustBeWanted, type Running } from './running.ts';

const ROWS_AT_ONCE = 100;
/** Where the phase is. */
const places = { guard: '', create: 'create ', rows: 'rows' } as const;

export async function healPhase(running: Running, known: Known, position: string): Promise<void> {
  if (running.run.mode !== 'heal') return;
  let at = position;
  if (at === places.guard) {
    await holdTooMuch(running, known);
    if (await areSomeNameless(running)) await leaveUnmade(running);
    at = (await isAnybodyToBeMade(running)) ? places.create : places.rows;
    await advance(running, { phase: 'healing', position: at });
  }
  while (at.startsWith(places.create)) {
    const place = (last: string) => places.create + last;
    const last = await createPeople(running, known.dealing, at.slice(places.create.length), place);
    at = last === null ? places.rows : place(last);
  }
  await healDue(running, known);
}

/** Somebody here whom the directory does not list, and of whom no id there is known: may be one of those who are missing here. */
async function areSomeNameless({ ledger, run }: Running): Promise<boolean> {
  for (let after: string | null = null; ; ) {
    const query = { run: run.id, category: 'missing-there' as const, after, limit: ROWS_AT_ONCE };
    const page = await ledger.reconciliations.drift(query);
    if (page.items.some(({ directoryId, user }) => user !== null && directoryId === null)) return true;
    if (page.next === null) return false;
    after = page.next;
  }
}

const MAY_BE_HERE =
  'Some users here cannot be told apart from those in the directory, as no object id of theirs is known: this may be one of them. Send the object id as externalId.';

async function leaveUnmade(running: Running): Promise<void> {
  const { ledger, run } = running;
  for (;;) {
    const query = { run: run.id, category: 'missing-here' as const, states: ['due' as const], after: null };
    const { items } = await ledger.reconciliations.drift({ ...query, limit: ROWS_AT_ONCE });
    if (items.length === 0) return;
    const open = items.map((row) => ({ ...row, state: 'open' as const, why: MAY_BE_HERE }));
    await ledger.reconciliations.settleDrift(open, byRun(running), [], run.provider);
  }
}

async function isAnybodyToBeMade({ ledger, run }: Running): Promise<boolean> {
  const counts = await ledger.reconciliations.driftCounts(run.id);
  return counts.some(({ category, state }) => category === 'missing-here' && state === 'due');
}

/** Of a row about somebody to be made, when everybody who was still missing has been made. */
const ARRIVED = 'They are not missing any more.';

async function healDue(running: Running, { dealing }: Known): Promise<void> {
  const { ledger, run, reader, signal } = running;
  const { reconciliations, heldBatches } = ledger;
  const ignored = await ignoredBy(ledger, run.provider, running.clock.now());
  for (let after: string | null = null; ; ) {
    await mustBeWanted(running);
    const due = await reconciliations.drift({ run: run.id, states: ['due'], after, limit: ROWS_AT_ONCE });
    if (due.items.length === 0) return;
    const by = byRun(running);
    const healer: Healer = { ledger, reader, dealing, provider: run.provider, by, signal, ignored };
    const settled = (await healRows(healer, due.items)).map((row) =>
      row.state === 'due' ? { ...row, state: 'open' as const } : row,
    );
    const healed = new Set(settled.filter(({ state }) => state === 'healed').map(({ id }) => id));
    const taken = new Set(due.items.filter((row) => row.takes && healed.has(row.id)).map(({ user }) => user));
    if (taken.size > 0) await heldBatches.noteTaken(run.provider, 'reconciliation', taken.size, by.at);
    const arrived = due.items
      .filter(({ user }) => user === null)
      .map((row) => ({ ...row, state: 'skipped' as const, why: ARRIVED }));
    await reconciliations.settleDrift([...settled, ...arrived], by, [], run.provider);
    await advance(running, { position: places.rows });
    if (due.next === null) return;
    after = due.next;
  }
}
