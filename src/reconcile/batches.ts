// Held batches of a run, once a person has decided: applied or taken back, some hundred rows at a time, each person looked at
// once more before anything is taken.

import { addChanges, emptyChangeSet } from '../identity/change-set.ts';
import type { RowTold } from '../identity/claims.ts';
import type { Change, Ledger } from '../ledger/ledger.ts';
import type { Batch, DriftRow } from '../ledger/reconciliation.ts';
import type { DecisionContext, LoadedUser } from '../mapping/decide.ts';
import { healPerson } from '../mapping/heal-directory.ts';
import { Refusal } from '../refusal.ts';
import { type Healer, healRows, type SettledRow } from './heal-people.ts';
import { byRun, type Running } from './running.ts';

const ROWS_AT_ONCE = 100;

/** What was held before is not so any more, or is little enough by now to be done by this run. */
export async function dissolveHeld(running: Running): Promise<void> {
  const { ledger, run } = running;
  const { heldBatches } = ledger;
  const held = await heldBatches.list({ provider: run.provider, states: ['held'], after: null, limit: 100 });
  for (const batch of held.items) {
    // What this run holds itself it held a moment ago, before it was interrupted.
    if (batch.source !== 'reconciliation' || batch.origin === run.id) continue;
    await dissolveBatch(ledger, batch, NOT_SO_ANY_MORE, byRun(running));
  }
}

const NOT_SO_ANY_MORE = 'A later run found that it is not so any more, or so few that nothing is held.';

export async function dissolveBatch(
  { heldBatches }: Pick<Ledger, 'heldBatches'>,
  { id, source, people }: Batch,
  why: string,
  by: Change,
): Promise<void> {
  const subject = { kind: 'batch' as const, id };
  const tell = [{ type: 'batch.dissolved' as const, subject, data: { source, people, why } }];
  const rows = { from: 'held' as const, to: 'skipped' as const, why };
  await heldBatches.move(id, ['held', 'applying'], { state: 'dissolved' }, by, tell, rows);
}

export interface BatchWork {
  readonly batch: Batch;
  readonly holder: string;
  readonly healer: Healer;
  /** How far it is, which the heartbeat writes too. */
  readonly progress: { done: number };
}

/** False when another has it by now. */
export async function applyBatch({ batch, holder, healer, progress }: BatchWork): Promise<boolean> {
  const { ledger, by } = healer;
  for (;;) {
    const rows = await rowsOf(healer, batch, 'held');
    if (rows.length === 0) break;
    const settled = await healRows(healer, rows);
    const done = settled.filter(({ state }) => state !== 'held');
    // Nobody of them could be asked about: later, or not at all.
    if (done.length === 0) throw new Error(settled[0]!.why);
    await ledger.reconciliations.settleDrift(done, by, [], batch.provider);
    progress.done += done.length;
    if (!(await ledger.heldBatches.advance(batch.id, holder, progress.done))) return false;
  }
  const subject = { kind: 'batch' as const, id: batch.id };
  const data = { source: batch.source, people: batch.people };
  return ledger.heldBatches.move(batch.id, ['applying'], { state: 'applied' }, by, [
    { type: 'batch.applied', subject, data },
  ]);
}

/** What was taken is given back; a later run finds it again, and holds it again. */
export async function undoBatch({ batch, holder, healer, progress }: BatchWork): Promise<boolean> {
  const { ledger, by } = healer;
  for (;;) {
    const rows = await rowsOf(healer, batch, 'healed');
    if (rows.length === 0) break;
    await ledger.reconciliations.settleDrift(await giveBack(healer, rows), by, [], batch.provider);
    progress.done += rows.length;
    if (!(await ledger.heldBatches.advance(batch.id, holder, progress.done))) return false;
  }
  const subject = { kind: 'batch' as const, id: batch.id };
  const data = { source: batch.source, people: batch.people };
  return ledger.heldBatches.move(batch.id, ['undoing'], { state: 'undone' }, by, [
    { type: 'batch.undone', subject, data },
  ]);
}

async function rowsOf({ ledger }: Healer, { id }: Batch, state: DriftRow['state']): Promise<DriftRow[]> {
  const query = { batch: id, states: [state], after: null, limit: ROWS_AT_ONCE };
  return (await ledger.reconciliations.drift(query)).items;
}

async function giveBack(healer: Healer, rows: readonly DriftRow[]): Promise<SettledRow[]> {
  try {
    return await giveBackTogether(healer, rows);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [only] = rows;
    if (rows.length === 1 && only) {
      return [{ ...only, state: 'skipped', why: `It could not be taken back. ${error.message}` }];
    }
    const settled: SettledRow[] = [];
    for (const row of rows) settled.push(...(await giveBack(healer, [row])));
    return settled;
  }
}

function giveBackTogether(healer: Healer, rows: readonly DriftRow[]): Promise<SettledRow[]> {
  const { ledger, provider, by } = healer;
  const ofPerson = new Map<string, DriftRow[]>();
  for (const row of rows) ofPerson.set(row.user ?? '', [...(ofPerson.get(row.user ?? '') ?? []), row]);
  return ledger.transact({
    provider,
    needs: { members: [...ofPerson.keys()] },
    decide({ state, members }) {
      const context = { state, ...by };
      const whole = emptyChangeSet(provider, by.at, by.actor, by.cause);
      for (const [user, theirs] of ofPerson) {
        const member = members.get(user);
        if (member?.kind !== 'User' || member.loaded.user.removedAt !== null) continue;
        const part = givenBack(context, healer, member.loaded, theirs);
        if (part) addChanges(whole, part);
      }
      const isNothing = whole.users.length + whole.resolved.length + whole.joins.length === 0;
      const settled = rows.map((row) => ({ ...row, state: 'undone' as const, healedAt: by.at }));
      return { changes: isNothing ? null : whole, answer: settled };
    },
  });
}

function givenBack(
  context: DecisionContext,
  { dealing }: Healer,
  loaded: LoadedUser,
  rows: readonly DriftRow[],
) {
  const wasSuspended = rows.some(({ category }) =>
    ['missing-there', 'disabled-there', 'unassigned'].includes(category),
  );
  const ofFacts = rows.find(({ category }) => category === 'attribute-differs');
  const facts = ofFacts?.detail.here;
  const subject = ofFacts?.directoryId ?? null;
  const told: RowTold | null =
    subject !== null && facts && typeof facts === 'object'
      ? { channel: dealing.known.channel, subject, claims: { ...facts } }
      : null;
  const edges = (joined: boolean) =>
    rows.flatMap(({ category, about, detail }) => {
      const isMeant = category === 'member-differs' && detail.there === joined;
      const group = isMeant ? dealing.known.groups.get(about)?.here : null;
      return group ? [{ id: group.id, displayName: group.displayName }] : [];
    });
  return healPerson(context, loaded, {
    ...(wasSuspended && { suspended: false }),
    ...(told && { told, keepName: true }),
    joins: edges(false),
    leaves: edges(true),
  });
}
