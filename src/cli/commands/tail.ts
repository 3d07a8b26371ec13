// bifrost tail: follows what arrives and what came of it, until Ctrl-C.

import { setTimeout as sleep } from 'node:timers/promises';
import type { EventJson, RequestJson, StatusJson } from '../../edge/admin/contract.ts';
import { type Api, pathOf } from '../api.ts';
import type { Arguments, Call, Command } from '../command.ts';
import { usageFailure } from '../failure.ts';
import type { List } from '../list.ts';
import { type Entry, entriesOf, showEntry } from '../tail-entry.ts';

/** How long the server may keep an answer back until something happens: below what it allows. */
const WAIT_S = 25;
/** With requests followed too: those that change nothing make no event that would end the wait. */
const GLANCE_S = 1;
const EVENTS_AT_ONCE = 500;
const REQUESTS_AT_ONCE = 100;
/** Requests that one glance reads back at most; a server under more load shows the newest. */
const REQUESTS_PER_GLANCE = 2_000;
/** The log of requests is written in batches: one may turn up that is this much older than others already shown. */
const LATE_MS = 10_000;
/** What is shown where nothing can follow, because no server runs. */
const LATEST = 20;

export const tail: Command = {
  words: ['tail'],
  summary: 'Follow requests and events as they come',
  about:
    'Shows each request of a provider in plain words with the events that it caused, until Ctrl-C. With --json one JSON document per line, whose "is" says request or event. Where no server runs it shows the latest and ends.',
  options: {
    events: { about: 'events only' },
    requests: { about: 'requests only' },
    type: { value: '<types>', about: 'events of these types only, separated by commas: user.suspended' },
    provider: { value: '<provider>', about: 'only of this provider' },
    after: {
      value: '<position>',
      about: 'first all events after this position (0: from the beginning)',
      atLeast: 0,
    },
  },
  examples: [
    ['tail', 'while you press "Provision on demand" in Entra'],
    ['tail --events --after 0 --json > events.jsonl', 'the whole history, then what follows'],
    ['tail --type user.suspended,user.reactivated', 'who is let in no more, and who is again'],
    ['tail --requests --provider entra', 'only what one provider sends'],
  ],
  run: follow,
};

interface Followed {
  events: boolean;
  requests: boolean;
  provider: string | undefined;
  type: string | undefined;
  /** Position of the last event that was shown. */
  after: number;
  /** Ids of requests shown lately, with their time. */
  shown: Map<string, number>;
  /** Requests from before this time are not shown. */
  since: number;
}

async function follow(call: Call): Promise<0> {
  const given = call.arguments;
  const type = given.text('type');
  const only = { events: given.flag('events') || type !== undefined, requests: given.flag('requests') };
  if (only.requests) refuseEventsToo(given);
  const api = await call.api();
  const stop = call.stopSignal();
  const provider = given.text('provider');
  if (provider !== undefined) await api.get(pathOf('providers', provider));
  const followed: Followed = {
    events: only.events || !only.requests,
    requests: only.requests || !only.events,
    provider,
    type,
    after: 0,
    shown: new Map(),
    since: 0,
  };
  const show = (entries: readonly Entry[]) => {
    for (const entry of entries) showEntry(entry, call.json, call.output);
  };
  await begin(api, followed, given.count('after'));
  if (api.kind === 'in-process') {
    show(await readNews(api, followed, stop));
    call.output.note('No server runs here, so nothing follows.');
    return 0;
  }
  call.output.note('Following; Ctrl-C ends.');
  while (!stop.aborted) show(await readNews(api, followed, stop));
  return 0;
}

function refuseEventsToo(given: Arguments): void {
  const why = { after: 'counts', type: 'chooses' };
  for (const [name, does] of Object.entries(why)) {
    if (given.text(name) === undefined) continue;
    const said = `--${name} ${does} events, and --requests leaves them out.`;
    throw usageFailure(said, 'Leave one of the two away.');
  }
}

/** Where to begin: at a position that was asked for, else now; where nothing can follow, a little earlier. */
async function begin(api: Api, followed: Followed, after: number | undefined): Promise<void> {
  const { lastPosition } = await api.get<StatusJson>(pathOf('status'));
  const ended = api.kind === 'in-process';
  followed.after = after ?? Math.max(0, ended ? lastPosition - LATEST : lastPosition);
  if (!followed.requests) return;
  const latest = await requestPage(api, followed, undefined, LATEST);
  if (ended) return;
  for (const { id, at } of latest.items) followed.shown.set(id, Date.parse(at));
  // The server's own clock, where it has said anything: this machine's may differ.
  followed.since = latest.items[0] ? Date.parse(latest.items[0].at) : 0;
}

async function readNews(api: Api, followed: Followed, stop: AbortSignal): Promise<Entry[]> {
  try {
    const events = followed.events ? await newEvents(api, followed, stop) : [];
    if (!followed.events && api.kind !== 'in-process')
      await sleep(GLANCE_S * 1000, undefined, { signal: stop });
    const requests = followed.requests ? await newRequests(api, followed) : [];
    return entriesOf(requests, events);
  } catch (error) {
    if (stop.aborted) return [];
    throw error;
  }
}

async function newEvents(api: Api, followed: Followed, stop: AbortSignal): Promise<EventJson[]> {
  const wait = api.kind === 'in-process' ? 0 : followed.requests ? GLANCE_S : WAIT_S;
  const events: EventJson[] = [];
  for (;;) {
    const page = await api.get<List<EventJson>>(
      pathOf('events'),
      {
        after: followed.after,
        limit: EVENTS_AT_ONCE,
        provider: followed.provider,
        type: followed.type,
        wait: events.length > 0 ? 0 : wait,
      },
      stop,
    );
    events.push(...page.items);
    followed.after = page.items.at(-1)?.position ?? followed.after;
    // A server that runs is asked again anyway; what stands still is read to its end.
    if (page.items.length < EVENTS_AT_ONCE || api.kind !== 'in-process') return events;
  }
}

/** The log lists the newest first: back to what was shown already. */
async function newRequests(api: Api, followed: Followed): Promise<RequestJson[]> {
  const fresh: RequestJson[] = [];
  const most = api.kind === 'in-process' ? LATEST : REQUESTS_PER_GLANCE;
  const horizon = followed.since - LATE_MS;
  let cursor: string | undefined;
  while (fresh.length < most) {
    const page = await requestPage(api, followed, cursor, Math.min(most, REQUESTS_AT_ONCE));
    const within = page.items.filter((request) => Date.parse(request.at) >= horizon);
    fresh.push(...within.filter((request) => !followed.shown.has(request.id)));
    if (within.length < page.items.length || page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  for (const { id, at } of fresh) {
    followed.shown.set(id, Date.parse(at));
    followed.since = Math.max(followed.since, Date.parse(at));
  }
  for (const [id, at] of followed.shown) if (at < followed.since - LATE_MS) followed.shown.delete(id);
  return fresh.reverse();
}

function requestPage(api: Api, { provider }: Followed, cursor: string | undefined, limit: number) {
  return api.get<List<RequestJson>>(pathOf('requests'), { provider, cursor, limit });
}
