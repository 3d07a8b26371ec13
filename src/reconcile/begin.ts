// A run begins: by the clock when one is due, once for all replicas, or because a person said so.

import { newId } from '../id.ts';
import type { EventDraft } from '../identity/event.ts';
import { isClosed } from '../identity/provider.ts';
import type { Change, Ledger } from '../ledger/ledger.ts';
import type { NewRun, Run } from '../ledger/reconciliation.ts';
import { Refusal } from '../refusal.ts';
import type { RunAsked } from './reconciling.ts';

export function newRun(asked: RunAsked, trigger: NewRun['trigger'], at: number): NewRun {
  const { provider, channel, mode, filter, preview = false } = asked;
  const { reconcile, scope } = provider.settings;
  const isEmpty = !filter || Object.keys(filter).length === 0;
  return {
    id: newId(at),
    provider: provider.id,
    channel,
    mode: channel === 'import' ? 'heal' : (mode ?? (reconcile.mode === 'report' ? 'report' : 'heal')),
    scope,
    filter: isEmpty ? null : { ...filter },
    preview,
    trigger,
    startedAt: at,
  };
}

export function startEvent({ id, channel, mode, scope, filter, trigger, preview }: NewRun): EventDraft {
  const type = channel === 'import' ? 'import.started' : 'reconciliation.started';
  const data = { mode, scope, trigger, ...(filter && { filter }), ...(preview && { preview }) };
  return { type, subject: { kind: 'reconciliation', id }, data };
}

export async function beginByPerson(
  ledger: Ledger,
  asked: RunAsked,
  obstacle: string | null,
  by: Change,
): Promise<Run> {
  const { provider } = asked;
  if (isClosed(provider)) throw new Refusal('conflict', `The provider ${provider.name} is being removed.`);
  if (!provider.enabled) {
    throw new Refusal('conflict', `The provider ${provider.name} is disabled. Enable it first.`);
  }
  if (obstacle !== null) throw new Refusal('conflict', obstacle);
  const run = newRun(asked, 'person', by.at);
  const begun = await ledger.reconciliations.begin(run, by, [startEvent(run)]);
  if (begun) return begun;
  const { items } = await ledger.reconciliations.list({ provider: provider.id, after: null, limit: 20 });
  const under = items.find(({ phase }) => phase !== 'done' && phase !== 'waiting');
  const named = under ? ` (${under.id})` : '';
  throw new Refusal(
    'conflict',
    `A run of ${provider.name} is under way already${named}. Wait for it, or cancel it.`,
    under ? { run: under.id, advice: `How far it is: bifrost reconcile show ${under.id}` } : {},
  );
}
