// The guard at a glance, provider by provider: what waits for a decision, which alarms there were, and how much of what may be
// taken in a day is taken already. What a banner needs.

import { type Static, Type } from 'typebox';
import { allowanceOf } from '../../identity/guard.ts';
import { isRemoved, type Provider } from '../../identity/provider.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { batchShape, guardLimits, showBatch } from './batch-contract.ts';
import { count, listQuery, pageOf, reference, rfc3339, search, sortedBy, text, time } from './contract.ts';
import { pageInMemory } from './page.ts';
import { type Route, route } from './route.ts';

const DAY_MS = 86_400_000;
/** Of one provider. */
const ALARMS_READ = 20;
const HELD_READ = 100;

const alarmShape = Type.Object({
  at: time(),
  event: text('Id of the event.'),
  people: count('How many SCIM had suspended and removed by then.'),
  since: time(),
  active: count('Active users before.'),
});
export type AlarmJson = Static<typeof alarmShape>;

const guardShape = Type.Object({
  provider: reference,
  limits: guardLimits,
  active: count('Active users.'),
  allowance: count('From how many may be taken in a day without a word of anybody; each source by itself.'),
  taken: Type.Object(
    { reconciliation: count(), rules: count(), purge: count(), scim: count('Is never held.') },
    { description: 'In the last 24 hours, without what people approved or confirmed.' },
  ),
  held: Type.Array(batchShape),
  alarms: Type.Array(alarmShape, { description: 'Of the last 24 hours, newest first.' }),
});

export type GuardJson = Static<typeof guardShape>;

const getGuard = route({
  method: 'GET',
  path: '/guard',
  permission: { resource: 'guard', operation: 'read' },
  summary: 'What is held back, alarms, and what may still be taken today, by provider',
  query: Type.Object(
    { ...listQuery, search, sort: sortedBy('name', '-name') },
    { additionalProperties: false },
  ),
  response: pageOf(guardShape),
  async handle({ parts: { ledger }, query, at }) {
    const providers = (await ledger.providers()).map(({ provider }) => provider);
    const page = pageInMemory(
      'guard',
      providers.filter((each) => !isRemoved(each)),
      query,
    );
    return {
      body: { ...page, items: await Promise.all(page.items.map((each) => guardOf(ledger, each, at))) },
    };
  },
});

async function guardOf(ledger: Ledger, { id, name, settings }: Provider, at: number) {
  const { heldBatches } = ledger;
  const active = await heldBatches.active(id);
  const taken = (source: Parameters<typeof heldBatches.taken>[1]) =>
    heldBatches.taken(id, source, at - DAY_MS);
  const held = await heldBatches.list({ provider: id, states: ['held'], after: null, limit: HELD_READ });
  return {
    provider: { id, name },
    limits: settings.guard,
    active,
    allowance: allowanceOf(settings.guard, active),
    taken: {
      reconciliation: await taken('reconciliation'),
      rules: await taken('rules'),
      purge: await taken('purge'),
      scim: await taken('scim'),
    },
    held: await Promise.all(held.items.map((batch) => showBatch(ledger, batch))),
    alarms: await alarmsOf(ledger, id, at),
  };
}

export async function alarmsOf(ledger: Ledger, provider: string, at: number) {
  const query = { provider, types: ['guard.alarm'], after: 0, limit: ALARMS_READ, newestFirst: true };
  const events = (await ledger.events(query)).filter((event) => event.at > at - DAY_MS);
  return events.map((event) => {
    const { people, since, active } = event.data as { people: number; since: string; active: number };
    return { at: rfc3339(event.at), event: event.id, people, since, active };
  });
}

export const guardRoutes: readonly Route[] = [getGuard];
