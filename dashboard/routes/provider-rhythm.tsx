// When a provider called in the last 24 hours, as bars of 40 minutes, which is how often Entra begins a cycle.

import { Text } from '@mantine/core';
import type { ProviderHealthJson, ProviderJson, ProviderRhythmJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Chart, type ChartBar } from '../ui/chart/chart.tsx';
import { counted } from '../ui/counted.ts';
import { Shown } from '../ui/states.tsx';
import { exactTime } from '../ui/when.tsx';

type Slot = ProviderRhythmJson['slots'][number];

/** Live news come with every request: a cycle of thousands would have it counted all the time. */
const ASK_EVERY_MS = 60_000;
const HEIGHT_PX = 120;
const LABELLED_EVERY_MS = 4 * 3_600_000;

const isEmpty = ({ accepted, refused }: Slot) => accepted + refused === 0;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clockTime = (at: string) => clock.format(new Date(at));

interface RhythmProps {
  provider: ProviderJson;
  health: ProviderHealthJson;
}

export function ProviderRhythm({ provider, health }: RhythmProps) {
  const rhythm = useGet<ProviderRhythmJson>(`/providers/${provider.id}/rhythm`, {
    topic: 'rhythm',
    every: ASK_EVERY_MS,
  });
  return (
    <Shown of={rhythm} label="Counting its requests">
      {(found) =>
        found.slots.every(isEmpty) ? (
          <Nothing provider={provider} contact={health.contact} found={found} />
        ) : (
          <Bars provider={provider} found={found} isOn={health.contact !== 'off'} />
        )
      }
    </Shown>
  );
}

interface NothingProps {
  provider: ProviderJson;
  contact: ProviderHealthJson['contact'];
  found: ProviderRhythmJson;
}

function Nothing({ provider: { kind }, contact, found }: NothingProps) {
  // What is said above of either is all there is to say.
  if (contact === 'off' || contact === 'never') return null;
  return (
    <Text size="sm" c="dimmed">
      {beganLater(found)
        ? `Nothing called since ${exactTime(found.knownSince)}, when the log begins. `
        : 'Nothing called in the last 24 hours. '}
      {kind === 'entra'
        ? 'Entra does every 40 minutes while its provisioning is on.'
        : 'It does when somebody or something changes there.'}
    </Text>
  );
}

/** The log does not reach back to all that is shown. */
const beganLater = ({ slots, knownSince }: ProviderRhythmJson) => knownSince > slots[0]!.since;

const series = [
  { name: 'Accepted', look: 'plain' },
  { name: 'Refused', look: 'hatched' },
] as const;

interface BarsProps {
  provider: ProviderJson;
  found: ProviderRhythmJson;
  /** Its requests are taken, so that they are missed where none come. */
  isOn: boolean;
}

function Bars({ provider, found, isOn }: BarsProps) {
  const { may } = useSession();
  const missed = isOn && provider.kind === 'entra' ? missedIn(found) : new Set<Slot>();
  const bars = barsOf(found, missed, may('requests:read') ? provider.id : null);
  return (
    <Chart summary={summaryOf(found, bars)} series={series} each="Time" bars={bars} heightPx={HEIGHT_PX} />
  );
}

/** `opens`: whose requests a bar leads to; null for whoever may not read them. */
function barsOf(
  { slots, knownSince }: ProviderRhythmJson,
  missed: ReadonlySet<Slot>,
  opens: string | null,
): ChartBar[] {
  const last = slots.at(-1);
  return slots.map((slot) => {
    const { since, until, accepted, refused, isCapped } = slot;
    const isKnown = until > knownSince;
    return {
      id: since,
      time: `${clockTime(since)} to ${slot === last ? 'now' : clockTime(until)}`,
      words: isKnown ? wordsOf(slot, missed.has(slot)) : `not known, the log begins ${exactTime(knownSince)}`,
      values: isKnown ? [accepted, refused] : null,
      isMissed: missed.has(slot),
      ...(missed.has(slot) && { note: 'missed' }),
      ...(isCapped && { note: 'and more' }),
      ...(Date.parse(since) % LABELLED_EVERY_MS === 0 && { tick: clockTime(since) }),
      ...(opens !== null && isKnown && { to: requestsOf(opens, slot) }),
    };
  });
}

/**
 * Two empty slots in a row, and more: a single one may lie between two cycles of which the second came a little late. Not before
 * the first call that is seen, when it may not have been started, nor in the slot that is still going on.
 */
function missedIn({ slots }: ProviderRhythmJson): ReadonlySet<Slot> {
  const over = slots.slice(
    slots.findIndex((slot) => !isEmpty(slot)),
    -1,
  );
  const isSilent = (slot: Slot | undefined) => slot !== undefined && isEmpty(slot);
  return new Set(
    over.filter((slot, at) => isSilent(slot) && (isSilent(over[at - 1]) || isSilent(over[at + 1]))),
  );
}

function wordsOf(slot: Slot, isMissed: boolean): string {
  const { accepted, refused, isCapped } = slot;
  if (isEmpty(slot)) return isMissed ? 'no request was let in, a cycle was missed' : 'no request was let in';
  const words = `${accepted.toLocaleString('en')} accepted, ${refused.toLocaleString('en')} refused`;
  return isCapped ? `${words}, and more` : words;
}

function requestsOf(provider: string, { since, until }: Slot): string {
  return `/governance/requests?${new URLSearchParams({ provider, from: since, to: until })}`;
}

function summaryOf(found: ProviderRhythmJson, bars: readonly ChartBar[]): string {
  const { slots } = found;
  const when = beganLater(found)
    ? `since ${exactTime(found.knownSince)}, when the log begins`
    : 'of the last 24 hours';
  const sum = (of: 'accepted' | 'refused') => slots.reduce((all, slot) => all + slot[of], 0);
  const more = slots.some(({ isCapped }) => isCapped) ? 'more than ' : '';
  const missed = bars.filter(({ isMissed }) => isMissed).length;
  const gaps = missed > 0 ? ` Cycles were missed in ${counted(missed, 'slot', 'slots')} of 40 minutes.` : '';
  return `Requests ${when}: ${more}${counted(sum('accepted'), 'was', 'were')} accepted and ${sum('refused').toLocaleString('en')} refused.${gaps}`;
}
