// What pages hear while they are open: *that* something changed, never what. One reading of the log for all connections, at most
// twice a second; each hears of what it may read, and its caller is looked up again when that may have changed.

import { Readable } from 'node:stream';
import type { StoredEvent } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import type { Parts } from '../parts.ts';
import { type Caller, mayNot } from './caller.ts';
import { cutSoon, eventStreamText, HEARTBEAT_MS } from './event-source.ts';
import { changesSomebody, topicsOf } from './live-topics.ts';
import type { Needs } from './permissions.ts';

const TELL_EVERY_MS = 500;
/** Who may have ended unnoticed, by their time alone, is looked for so often. */
const CAP_EVERY_MS = 1_000;
/** What a browser waits before it comes back. */
const RETRY_MS = 2_000;
/** Connections in all, and of one caller: a window each. */
const CONNECTIONS = 1_000;
const CONNECTIONS_EACH = 20;
/** Events of one look; when there are more, everything may have changed. */
const EVENTS_AT_ONCE = 500;
/** What a connection may leave unread before it is taken for gone. */
const UNREAD_BYTES = 64 * 1024;

export interface LiveFeed {
  /** `after`: the last position that was heard before the connection broke. */
  open(from: Pick<Connection, 'caller' | 'again' | 'cut'>, after: number | null): Promise<Readable>;
  /** Ends all, for good. */
  stop(): void;
}

/** For each topic, what those who may hear of it may read: the needs of its routes. */
export type ReadersOf = ReadonlyMap<string, readonly Needs[]>;

interface Connection {
  caller: Caller;
  again(): Promise<Caller>;
  /** Ends it, whatever was not taken. */
  cut(): void;
  stream: Readable;
}

export function liveFeed(
  { ledger, clock, log }: Pick<Parts, 'ledger' | 'clock' | 'log'>,
  readers: ReadersOf,
): LiveFeed {
  const open = new Set<Connection>();
  let told: number | null = null;
  let due: NodeJS.Timeout | null = null;
  let stopped = false;
  const beats = setInterval(() => each((one) => write(one, ': still here\n\n')), HEARTBEAT_MS).unref();
  const caps = setInterval(() => {
    each((one) => {
      const { session, key } = one.caller;
      const endsAt = session?.expiresAt ?? key?.expiresAt ?? Number.POSITIVE_INFINITY;
      if (endsAt <= clock.now()) end(one);
    });
  }, CAP_EVERY_MS).unref();
  const unfollow = ledger.follow(() => {
    if (open.size > 0) due ??= setTimeout(() => void look(), TELL_EVERY_MS).unref();
  });

  function each(act: (one: Connection) => unknown): void {
    for (const one of [...open]) act(one);
  }

  async function look(): Promise<void> {
    due = null;
    try {
      const events = await ledger.events({ after: told ?? 0, limit: EVENTS_AT_ONCE });
      if (events.length === 0) return;
      const isAll = events.length === EVENTS_AT_ONCE;
      told = isAll ? await ledger.lastPosition() : events.at(-1)!.position;
      if (isAll || events.some(changesSomebody)) await lookAgain();
      const topics = isAll ? allTopics() : topicsAmong(events);
      each((one) => tell(one, told!, topics));
    } catch (error) {
      // The storage is away: the next event, or the next page, says more.
      log.warn({ err: error }, 'pages could not be told what changed');
    }
  }

  /** Whoever may not come in any more hears that, and nothing else. */
  async function lookAgain(): Promise<void> {
    await Promise.all(
      [...open].map(async (one) => {
        try {
          one.caller = await one.again();
        } catch (error) {
          if (error instanceof Refusal) end(one);
        }
      }),
    );
  }

  function tell(one: Connection, position: number, topics: ReadonlySet<string>): void {
    const heard = [...topics].filter((topic) => mayHear(readers, one.caller, topic)).sort();
    // A place alone is told as well, so that whoever comes back begins there.
    write(one, message(position, heard));
  }

  function write(one: Connection, text: string): void {
    if (one.stream.readableLength > UNREAD_BYTES) one.cut();
    else one.stream.push(text);
  }

  function end(one: Connection): void {
    write(one, eventStreamText({ event: 'ended', data: {} }));
    close(one);
  }

  function close(one: Connection): void {
    open.delete(one);
    one.stream.push(null);
  }

  function allTopics(): ReadonlySet<string> {
    return new Set(readers.keys());
  }

  /** Since then; everything where that is long ago. */
  async function missed(after: number): Promise<ReadonlySet<string>> {
    const events = await ledger.events({ after, limit: EVENTS_AT_ONCE });
    return events.length === EVENTS_AT_ONCE ? allTopics() : topicsAmong(events);
  }

  function refuseTooMany(caller: Caller): void {
    const own = [...open].filter((one) => one.caller.actor.id === caller.actor.id).length;
    if (stopped || open.size >= CONNECTIONS || own >= CONNECTIONS_EACH) {
      throw new Refusal('unavailable', 'Too many pages follow what happens. Ask again in a while.');
    }
  }

  return {
    async open(from, after) {
      refuseTooMany(from.caller);
      const stream = new Readable({ read() {}, highWaterMark: UNREAD_BYTES });
      const one = { ...from, stream };
      stream.once('close', () => open.delete(one));
      const isFirst = open.size === 0;
      open.add(one);
      try {
        const last = await ledger.lastPosition();
        // Nobody heard while nobody was here.
        if (isFirst || told === null) told = Math.max(told ?? 0, last);
        const topics = after === null || after >= last ? new Set<string>() : await missed(after);
        write(one, `retry: ${RETRY_MS}\n`);
        tell(one, last, topics);
      } catch (error) {
        close(one);
        throw error;
      }
      return stream;
    },
    stop() {
      stopped = true;
      unfollow();
      clearInterval(beats);
      clearInterval(caps);
      if (due) clearTimeout(due);
      const left = [...open];
      each(close);
      cutSoon(left);
    },
  };
}

function topicsAmong(events: readonly StoredEvent[]): ReadonlySet<string> {
  return new Set(events.flatMap(topicsOf));
}

function mayHear(readers: ReadersOf, caller: Caller, topic: string): boolean {
  return readers.get(topic)?.some((needs) => mayNot(caller, needs) === null) === true;
}

function message(position: number, topics: readonly string[]): string {
  return eventStreamText({ id: position, data: { position, topics } });
}
