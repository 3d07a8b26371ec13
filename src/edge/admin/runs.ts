// From an id to a run of reconciliation or import, and who may stop or apply it.

import type { EventDraft } from '../../identity/event.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Run } from '../../ledger/reconciliation.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { mayNot } from './caller.ts';
import type { Permission } from './permissions.ts';
import type { Call } from './route.ts';

export const readRuns = { resource: 'reconciliations', operation: 'read' } as const;
export const beginRuns = { resource: 'reconciliations', operation: 'run' } as const;
export const healByHand = { resource: 'reconciliations', operation: 'heal' } as const;
export const importPeople = { resource: 'reconciliations', operation: 'import' } as const;

export async function needRun(ledger: Ledger, id: string): Promise<Run> {
  const run = await ledger.reconciliations.find(id);
  if (!run) {
    throw new Refusal('notFound', `There is no run ${shorten(id)}, or it ended long ago and was forgotten.`);
  }
  return run;
}

export function refuseUnless({ caller }: Call, permission: Permission): void {
  const refusal = mayNot(caller, permission);
  if (refusal) throw refusal;
}

/** That a person ended it, or let it go on. */
export function runEvent({ id, channel }: Run, what: 'started' | 'finished', data: object): EventDraft {
  return {
    type: `${channel}.${what}`,
    subject: { kind: 'reconciliation', id },
    data: { ...data },
  };
}

/** Where the run is, for an answer that begins one or sets it going. */
export function runAddress({ id }: Run): Record<string, string> {
  return { location: `/api/reconciliations/${id}` };
}
