// One run with everything that its report says: what was read and how whole, what was found and became of it, how far it is.

import { type Static, Type } from 'typebox';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Run, StagedPart } from '../../ledger/reconciliation.ts';
import { batchStates } from './batch-contract.ts';
import { choice, count, orNull, text } from './contract.ts';
import { countedDrift, type DriftCounts } from './counted-drift.ts';
import { namedRunShape, runsNamedIn } from './named-run.ts';
import { category, driftState, partShape, showPart } from './reconciliation-contract.ts';
import type { AdminParts } from './route.ts';

/** Parts of a large directory are its groups, thousands of them: those that are not whole come first. */
const PARTS_SHOWN = 50;
const SKIPPED_SHOWN = 20;

const driftCounts = Type.Array(
  Type.Object({
    category,
    state: driftState,
    takes: Type.Boolean(),
    rows: count(),
    people: count('A group is nobody.'),
  }),
  { description: 'What was found, by category and by what became of it.' },
);

export const listedRunShape = Type.Object({
  ...namedRunShape.properties,
  drift: Type.Optional(driftCounts),
});
export type ListedRunJson = Static<typeof listedRunShape>;

export const wholeRunShape = Type.Object({
  ...namedRunShape.properties,
  partsTotal: count('Parts of the reading: the groups, above all.'),
  partsRead: count('Of those, how many are read to their end, or gone.'),
  parts: Type.Array(partShape, { description: `The first ${PARTS_SHOWN}, those first that are not whole.` }),
  drift: driftCounts,
  healed: count('Differences that were healed.'),
  held: orNull(
    Type.Object(
      {
        batch: text(),
        people: count(),
        state: choice(batchStates),
      },
      { description: 'What the guard held back of it; POST /batches/{id}/approve does it.' },
    ),
  ),
  skipped: Type.Array(Type.Object({ name: text(), category, why: text() }), {
    description: `The first ${SKIPPED_SHOWN} that were not done after another look, and why.`,
  }),
});
export type WholeRunJson = Static<typeof wholeRunShape>;

export async function showWholeRun(
  reached: Pick<AdminParts, 'ledger' | 'apiKeys'>,
  run: Run,
): Promise<WholeRunJson> {
  const { ledger } = reached;
  const parts = await ledger.reconciliations.parts(run.id);
  const drift = await countedDrift(ledger, run);
  const skipped = await skippedOf(ledger, run, drift);
  const shown = await runsNamedIn(reached)(run);
  return {
    ...shown,
    progress: shown.progress ?? progressOf(run, parts, drift),
    partsTotal: parts.length,
    partsRead: parts.filter(isOver).length,
    parts: [...parts]
      .sort((a, b) => Number(isSound(a)) - Number(isSound(b)))
      .slice(0, PARTS_SHOWN)
      .map(showPart),
    drift,
    healed: rowsIn(drift, 'healed'),
    held: await heldOf(ledger, run, drift),
    skipped: skipped.map(({ name, category, why }) => ({ name, category, why })),
  };
}

function isOver({ state }: StagedPart): boolean {
  return state === 'complete' || state === 'gone';
}

function isSound({ state, why }: StagedPart): boolean {
  return state === 'complete' && why === null;
}

function rowsIn(
  drift: DriftCounts,
  state: DriftCounts[number]['state'],
  isAmong = (_: DriftCounts[number]) => true,
): number {
  return drift
    .filter((each) => each.state === state && isAmong(each))
    .reduce((sum, { rows }) => sum + rows, 0);
}

/** From 0 to 1 within the phase. While it reads it may go back, when a page tells of further groups. */
function progressOf({ phase }: Run, parts: readonly StagedPart[], drift: DriftCounts): number | null {
  if (phase === 'reading') return parts.length === 0 ? 0 : sumOf(parts.map(readOf)) / parts.length;
  if (phase === 'confirming') {
    const takes = ({ takes }: DriftCounts[number]) => takes;
    const all = sumOf(drift.filter(takes).map(({ rows }) => rows));
    return all === 0 ? null : 1 - rowsIn(drift, 'unconfirmed', takes) / all;
  }
  if (phase !== 'healing') return null;
  const [due, healed, skipped] = (['due', 'healed', 'skipped'] as const).map((state) => rowsIn(drift, state));
  const all = due! + healed! + skipped!;
  return all === 0 ? null : 1 - due! / all;
}

function readOf(part: StagedPart): number {
  if (part.state !== 'waiting') return 1;
  return part.expected ? Math.min(1, part.rows / part.expected) : 0;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

// What the counts do not know of is not looked for: a report of 100,000 rows would be read to its end.

async function skippedOf({ reconciliations }: Ledger, { id }: Run, drift: DriftCounts) {
  if (rowsIn(drift, 'skipped') === 0) return [];
  const wanted = { run: id, states: ['skipped'], after: null, limit: SKIPPED_SHOWN } as const;
  return (await reconciliations.drift(wanted)).items;
}

/** Where a batch was held, it holds all rows that take something and were not skipped before. */
const ROWS_LOOKED_AT = 100;
const ONCE_HELD = ['held', 'healed', 'dropped', 'undone', 'skipped'] as const;

async function heldOf(ledger: Ledger, { id, mode }: Run, drift: DriftCounts): Promise<WholeRunJson['held']> {
  const mayBe = ONCE_HELD.some((state) => rowsIn(drift, state, ({ takes }) => takes) > 0);
  if (mode !== 'heal' || !mayBe) return null;
  const { items } = await ledger.reconciliations.drift({
    run: id,
    takes: true,
    states: ONCE_HELD,
    after: null,
    limit: ROWS_LOOKED_AT,
  });
  const named = items.find(({ batch }) => batch !== null)?.batch ?? null;
  const batch = named === null ? null : await ledger.heldBatches.find(named);
  return batch && { batch: batch.id, people: batch.people, state: batch.state };
}
