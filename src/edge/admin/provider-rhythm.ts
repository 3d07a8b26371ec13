// When a provider called in the last 24 hours, and how that went: what its page draws, in slots as long as the cycles of Entra.

import { type Static, Type } from 'typebox';
import type { Ledger } from '../../ledger/ledger.ts';
import { count, rfc3339, text, time } from './contract.ts';
import { needProvider } from './look-up.ts';
import { CYCLE_MS } from './provider-health.ts';
import { type Route, route } from './route.ts';

const SLOT_MS = CYCLE_MS;
const SLOTS = 36;
/** 15 ms of SQLite, which does nothing else meanwhile (docs/decisions/0019). */
const COUNTED_AT_ONCE = 100_000;

const slotShape = Type.Object({
  since: time(),
  until: time('The next one begins then.'),
  accepted: count(),
  refused: count('Answered with 4xx or 5xx.'),
  isCapped: Type.Boolean({ description: 'There were more than those that are counted.' }),
});

const rhythmShape = Type.Object({
  provider: text(),
  knownSince: time(
    'Before that nothing is known: the provider was not there yet, or the log has forgotten it. A slot that ends by then says nothing.',
  ),
  slots: Type.Array(slotShape, { description: 'The oldest first; the last one is still going on.' }),
});
export type ProviderRhythmJson = Static<typeof rhythmShape>;

const getRhythm = route({
  method: 'GET',
  path: '/providers/{id}/rhythm',
  permission: { resource: 'providers', operation: 'read' },
  summary: 'How often a provider called in the last 24 hours, and how that went',
  description:
    '36 slots of 40 minutes from midnight UTC on, so that everybody is shown the same ones. Counted from the request log; requests whose credential named no provider are in none.',
  response: rhythmShape,
  async handle({ parts: { ledger, settings }, params, at }) {
    const { provider } = await needProvider(ledger, params.id);
    const forgottenUntil = at - settings.retention.requestsMs;
    return {
      body: {
        provider: provider.id,
        knownSince: rfc3339(Math.max(provider.createdAt, forgottenUntil)),
        slots: await slotsOf(ledger, provider.id, at),
      },
    };
  },
});

/**
 * By the clock, not from now back: 40 minutes divide the day, so a slot that is over never changes, and bars stand still
 * while one looks. One statement for each: on SQLite nothing else is done during one.
 */
async function slotsOf(ledger: Ledger, provider: string, at: number): Promise<ProviderRhythmJson['slots']> {
  const current = Math.floor(at / SLOT_MS) * SLOT_MS;
  const slots: ProviderRhythmJson['slots'] = [];
  for (let back = SLOTS - 1; back >= 0; back--) {
    const since = current - back * SLOT_MS;
    const until = since + SLOT_MS;
    const counts = await ledger.countRequests({ provider, since, until, most: COUNTED_AT_ONCE });
    slots.push({ since: rfc3339(since), until: rfc3339(until), ...counts });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return slots;
}

export const providerRhythmRoutes: readonly Route[] = [getRhythm];
