// The feed as server-sent events: a bounded number of connections, each with a place of its own in the log, at the pace of its
// reader, and no longer than its caller may read. Pages that only hear *that* something changed are `live.ts`.

import { Readable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { Refusal } from '../../refusal.ts';
import type { Parts } from '../parts.ts';
import { type Caller, stillMay } from './caller.ts';
import { showEvents } from './event-names.ts';
import { eventSlice, type StoredEventFilters } from './event-pages.ts';
import { cutSoon, eventStreamText, HEARTBEAT_MS } from './event-source.ts';
import { eventWaiters } from './event-waiters.ts';
import type { Needs } from './permissions.ts';

/** In all, and of one caller. */
const STREAMS = 100;
const STREAMS_EACH = 20;
const EVENTS_AT_ONCE = 50;
/** Events come in bursts: they are read together, so that many streams cost a busy server little. */
const GATHER_MS = 100;
/** A reader that takes nothing for so long is cut. */
const STALL_MS = 60_000;
/** What a browser waits before it comes back. */
const RETRY_MS = 2_000;

export interface FollowingFrom {
  caller: Caller;
  /** The caller as they are now. @throws Refusal when they may not come in any more. */
  again(): Promise<Caller>;
  needs: Needs;
  filters: StoredEventFilters;
  after: number;
  /** Aborted when the connection is over. */
  gone: AbortSignal;
  /** Ends the connection, whatever was not taken. */
  cut(): void;
}

export interface EventStreams {
  /** @throws Refusal `unavailable` where there are too many. */
  open(from: FollowingFrom): Readable;
  /** Ends all, for good. */
  stop(): void;
}

export interface StreamLimits {
  stallMs: number;
}

export function eventStreams(
  parts: Pick<Parts, 'ledger' | 'clock' | 'log' | 'apiKeys'>,
  limits: StreamLimits = { stallMs: STALL_MS },
): EventStreams {
  const waiters = eventWaiters(parts.ledger, STREAMS);
  const open = new Set<FollowingFrom>();
  let stopped = false;

  /** What the client is sent; the last is why nothing more comes. */
  async function* texts(from: FollowingFrom): AsyncGenerator<string> {
    yield `retry: ${RETRY_MS}\n\n`;
    try {
      yield* eventsOf(from);
      if (stopped) yield ended('stopping', 'The server stops. Come back in a moment.');
    } catch (error) {
      if (error instanceof Refusal) return yield ended(error.reason, error.message);
      parts.log.warn({ err: error }, 'a stream of events broke');
      yield ended('unavailable', 'The feed cannot be read now. Come back in a moment.');
    }
  }

  async function* eventsOf(from: FollowingFrom): AsyncGenerator<string> {
    const { filters, gone } = from;
    let place = from.after;
    while (!stopped && !gone.aborted) {
      const seen = await parts.ledger.lastPosition();
      const asked = { after: place, limit: EVENTS_AT_ONCE, newestFirst: false };
      const { events, next } = await eventSlice(parts.ledger, filters, asked);
      const shown = await showEvents(parts, events);
      // Looked up after the events were read: nobody is told of what they may not hear any more.
      const caller = await stillMay(from);
      yield* shown.map((event) => eventStreamText({ id: event.position, data: event }));
      const told = events.at(-1)?.position ?? place;
      // Of those up to `seen` that were not told the filters want none.
      place = next ?? Math.max(told, seen);
      if (place > told) yield eventStreamText({ id: place });
      if (next === null) yield* quiet(place, caller, gone);
    }
  }

  /** Until something happened, with a sign of life now and then. */
  async function* quiet(place: number, caller: Caller, gone: AbortSignal): AsyncGenerator<string> {
    const endsAt = caller.session?.expiresAt ?? caller.key?.expiresAt ?? Number.POSITIVE_INFINITY;
    const leftMs = endsAt - parts.clock.now();
    const waitMs = Math.max(0, Math.min(HEARTBEAT_MS, leftMs));
    const startedMs = performance.now();
    await waiters.next(place, waitMs, gone);
    if (performance.now() - startedMs >= HEARTBEAT_MS) yield ': still here\n\n';
    else if (!stopped) await after(GATHER_MS, undefined, { ref: false });
  }

  function refuseTooMany(wanted: Caller): void {
    const own = [...open].filter(({ caller }) => whose(caller) === whose(wanted)).length;
    if (stopped || open.size >= STREAMS || own >= STREAMS_EACH) {
      throw new Refusal('unavailable', 'Too many streams of events are open. Close one, or ask with "wait".');
    }
  }

  return {
    open(from) {
      refuseTooMany(from.caller);
      const stall = setTimeout(from.cut, limits.stallMs).unref();
      async function* watched() {
        for await (const text of texts(from)) {
          stall.refresh();
          yield text;
        }
      }
      const stream = Readable.from(watched(), { highWaterMark: 1 });
      open.add(from);
      const over = () => {
        clearTimeout(stall);
        open.delete(from);
        stream.destroy();
      };
      // It ends by itself, or with whoever follows it.
      stream.once('close', over);
      if (from.gone.aborted) over();
      else from.gone.addEventListener('abort', over, { once: true });
      return stream;
    },
    stop() {
      stopped = true;
      waiters.stop();
      cutSoon(open);
    },
  };
}

/** Somebody's keys are theirs: more of them give no more streams. */
function whose({ person, actor }: Caller): string {
  return person?.id ?? actor.id;
}

function ended(reason: string, detail: string): string {
  return eventStreamText({ event: 'ended', data: { reason, detail } });
}
