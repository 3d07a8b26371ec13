// One line of `bifrost tail`: a request in plain words, or an event that it caused.

import type { EventJson, RequestJson } from '../edge/admin/contract.ts';
import type { Output, Text, Tone } from './output.ts';
import { timeOfDay } from './when.ts';

export type Entry = { is: 'request'; request: RequestJson } | { is: 'event'; event: EventJson };

/** In the order of time; a request stands before the events that it caused. */
export function entriesOf(requests: readonly RequestJson[], events: readonly EventJson[]): Entry[] {
  const entries: Entry[] = [
    ...requests.map((request): Entry => ({ is: 'request', request })),
    ...events.map((event): Entry => ({ is: 'event', event })),
  ];
  const at = (entry: Entry) => (entry.is === 'request' ? entry.request.at : entry.event.at);
  return entries.sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0));
}

export function showEntry(entry: Entry, json: boolean, output: Output): void {
  if (json) {
    output.jsonLine(
      entry.is === 'request' ? { is: 'request', ...entry.request } : { is: 'event', ...entry.event },
    );
  } else if (entry.is === 'request') showRequest(entry.request, output);
  else showEvent(entry.event, output);
}

function showRequest(request: RequestJson, output: Output): void {
  const { at, status, method, path, action, durationMs, provider, detail, tags } = request;
  output.line(
    { tone: 'dim', text: timeOfDay(at) },
    ' ',
    { tone: toneOf(status), text: String(status) },
    ` ${action}`,
    { tone: 'dim', text: `  ${method} ${path}, ${provider ?? 'no provider'}, ${Math.round(durationMs)} ms` },
  );
  if (detail !== null) output.line('             ', detail);
  if (tags.length > 0) output.line({ tone: 'dim', text: `             understood: ${tags.join(', ')}` });
}

function toneOf(status: number): Tone {
  return status >= 500 ? 'bad' : status >= 400 ? 'warning' : 'good';
}

function showEvent(event: EventJson, output: Output): void {
  const { at, position, type, subject, object, data } = event;
  const ends: Text[] = [` ${subject.kind} ${subject.id}`];
  if (object) ends.push(` - ${object.kind} ${nameIn(data) ?? object.id}`);
  else if (nameIn(data)) ends.push(` (${nameIn(data)})`);
  output.line(
    { tone: 'dim', text: `${timeOfDay(at)}   #${position} ` },
    { tone: 'strong', text: type },
    ...ends,
  );
}

/** The name that people know, where the event holds one. */
function nameIn(data: EventJson['data']): string | null {
  const after = (data?.after ?? {}) as Record<string, unknown>;
  const names = [
    data?.name,
    data?.group,
    data?.userName,
    data?.displayName,
    after.userName,
    after.displayName,
    after.name,
  ];
  return names.find((each): each is string => typeof each === 'string') ?? null;
}
