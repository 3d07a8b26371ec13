// What a person decides on a held batch, by where it came from: rules are applied here, purges begin in the ledger, and what a
// reconciliation found is worked on beside the requests (reconcile).

import type { EventDraft, EventType } from '../../identity/event.ts';
import type { Batch, BatchState } from '../../ledger/reconciliation.ts';
import { Refusal } from '../../refusal.ts';
import { type Call, changeBy } from './route.ts';
import { approveRules, undoRules } from './rules-batch.ts';

type Decision = 'approve' | 'drop' | 'undo';

/** What each can be decided on in; another state is refused with what it means. */
const possibleIn: Readonly<Record<Decision, BatchState>> = {
  approve: 'held',
  drop: 'held',
  undo: 'applied',
};

const stateWords: Readonly<Record<BatchState, string>> = {
  held: 'waits for somebody to approve or drop it, and nothing was done',
  applying: 'was approved, and is under way',
  applied: 'was approved and applied',
  dropped: 'was dropped, and nothing was done',
  dissolved: 'is about nothing any more: what it was held for is not so, or came another way',
  replaced: 'was replaced by a later one, which holds the same',
  undoing: 'is being taken back',
  undone: 'was taken back',
};

const verbs: Readonly<Record<Decision, string>> = {
  approve: 'approved',
  drop: 'dropped',
  undo: 'undone',
};

function refusal(decision: Decision, { id, state, decidedBy }: Batch): Refusal {
  const by = decidedBy === null || state === 'held' ? '' : ` (by ${decidedBy})`;
  const detail = `The batch ${id} ${stateWords[state]}${by}: it cannot be ${verbs[decision]}.`;
  const advice = 'See what waits: bifrost batch list';
  return new Refusal('conflict', detail, { state, advice });
}

function checkState(decision: Decision, batch: Batch): void {
  if (batch.state !== possibleIn[decision]) throw refusal(decision, batch);
}

/** Somebody else was first. */
async function movedMeanwhile({ parts }: Call, decision: Decision, batch: Batch): Promise<Refusal> {
  return refusal(decision, (await parts.ledger.heldBatches.find(batch.id)) ?? batch);
}

function news(batch: Batch, ...types: EventType[]): EventDraft[] {
  const { id, source, people } = batch;
  return types.map((type) => ({ type, subject: { kind: 'batch', id }, data: { source, people } }));
}

export async function approve(call: Call, batch: Batch, confirm: number | undefined): Promise<void> {
  checkState('approve', batch);
  const { ledger, reconciling, wakeWork } = call.parts;
  const { heldBatches } = ledger;
  const by = changeBy(call);
  let isDone: boolean;
  if (batch.source === 'purge') {
    isDone = await ledger.purgeHeld(batch.id, by);
  } else if (batch.source === 'rules') {
    isDone = await approveClaimed(call, batch, confirm);
  } else {
    isDone = await heldBatches.move(
      batch.id,
      ['held'],
      { state: 'applying' },
      by,
      news(batch, 'batch.approved'),
    );
    reconciling.wake();
  }
  if (!isDone) throw await movedMeanwhile(call, 'approve', batch);
  wakeWork();
}

/** Nobody else decides meanwhile. A server that dies in between leaves it to be approved again: it is so already then. */
async function approveClaimed(call: Call, batch: Batch, confirm: number | undefined): Promise<boolean> {
  const { heldBatches } = call.parts.ledger;
  const by = changeBy(call);
  if (!(await heldBatches.move(batch.id, ['held'], { state: 'applying' }, by, []))) return false;
  try {
    const became = await approveRules(call, batch, confirm);
    const types =
      became === 'applied' ? (['batch.approved', 'batch.applied'] as const) : [`batch.${became}` as const];
    return await heldBatches.move(batch.id, ['applying'], { state: became }, by, news(batch, ...types));
  } catch (error) {
    await heldBatches.move(batch.id, ['applying'], { state: 'held' }, by, []);
    throw error;
  }
}

export async function drop(call: Call, batch: Batch): Promise<void> {
  checkState('drop', batch);
  const rows = { from: 'held', to: 'dropped', why: `Dropped by ${call.caller.name}.` } as const;
  const isDone = await call.parts.ledger.heldBatches.move(
    batch.id,
    ['held'],
    { state: 'dropped' },
    changeBy(call),
    news(batch, 'batch.dropped'),
    ...(batch.source === 'reconciliation' ? [rows] : []),
  );
  if (!isDone) throw await movedMeanwhile(call, 'drop', batch);
}

export async function undo(call: Call, batch: Batch): Promise<void> {
  if (batch.source === 'purge') {
    const detail = 'What was erased cannot be brought back: purges have no undo.';
    throw new Refusal('conflict', detail, { state: batch.state });
  }
  checkState('undo', batch);
  const { heldBatches } = call.parts.ledger;
  const by = changeBy(call);
  let isDone: boolean;
  if (batch.source === 'rules') {
    await undoRules(call, batch);
    isDone = await heldBatches.move(
      batch.id,
      ['applied'],
      { state: 'undone' },
      by,
      news(batch, 'batch.undone'),
    );
    call.parts.wakeWork();
  } else {
    isDone = await heldBatches.move(batch.id, ['applied'], { state: 'undoing', done: 0 }, by, []);
    call.parts.reconciling.wake();
  }
  if (!isDone) throw await movedMeanwhile(call, 'undo', batch);
}
