// What followed in Bifrost from what Entra sent: the event feed and a person's state, read as any script would read
// them, through the admin API with an API key. Turns both into plain words.

import { isJson, type Json } from './agent/target.ts';

export interface Consequences {
  /** The events since the last call, in order. */
  newEvents(): Promise<Json[]>;
  /** One line about a person, by the id that SCIM knows too. */
  stateOf(id: string): Promise<string>;
}

const PAGE = 500;

export function consequences(url: string, apiKey: string): Consequences {
  let after: string | null = null;
  const get = (path: string): Promise<Response> =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
  return {
    async newEvents() {
      const events: Json[] = [];
      for (;;) {
        const response = await get(`/api/events?limit=${PAGE}${after === null ? '' : `&after=${after}`}`);
        if (!response.ok) throw new Error(`/api/events answered ${response.status}`);
        const page: unknown = await response.json();
        const items = isJson(page) && Array.isArray(page.items) ? page.items.filter(isJson) : [];
        const last = items.at(-1);
        if (!last) return events;
        events.push(...items);
        after = encodeURIComponent(String(last.position));
      }
    },
    async stateOf(id) {
      const response = await get(`/api/users/${encodeURIComponent(id)}`);
      if (response.status === 404) return 'is not known any more';
      if (!response.ok) throw new Error(`/api/users/${id} answered ${response.status}`);
      const user: unknown = await response.json();
      return isJson(user) ? showState(user) : 'is not shown';
    },
  };
}

function showState(user: Json): string {
  const role = isJson(user.role) ? `role ${user.role.name}` : 'no role';
  const teams = namesOf(user.teams);
  const units = namesOf(user.businessUnits);
  return `is ${user.status}, ${role}, teams: ${teams || 'none'}, business units: ${units || 'none'}`;
}

function namesOf(list: unknown): string {
  return (Array.isArray(list) ? list : []).map((one) => (isJson(one) ? String(one.name) : '')).join(', ');
}

/** `nameOf`: ids of people and groups as names, as far as they are known. */
export function showEvent(event: Json, nameOf: (id: string) => string): string {
  const subject = isJson(event.subject) ? nameOf(String(event.subject.id)) : '';
  const data = isJson(event.data) ? event.data : {};
  return `${String(event.type).padEnd(18)} ${subject}${showData(String(event.type), data)}`;
}

function showData(type: string, data: Json): string {
  if (type.startsWith('grant.')) {
    const name = data.name === undefined ? '' : ` -> ${data.name}`;
    return `${name}, because ${showReason(data.reason)}`;
  }
  if (type.startsWith('membership.')) return `, group ${data.group}`;
  if (typeof data.reason === 'string') return `, reason: ${data.reason}`;
  if (isJson(data.after) && isJson(data.before)) return `: ${showDifference(data.before, data.after)}`;
  return '';
}

function showReason(reason: unknown): string {
  if (!isJson(reason)) return 'of a rule';
  if (reason.by === 'manual') return 'somebody gave it by hand';
  return `of the rule on ${reason.attribute}, which found "${reason.value}" by ${reason.channel}`;
}

function showDifference(before: Json, after: Json): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .map((name) => `${name.split(':').at(-1)} ${short(before[name])} -> ${short(after[name])}`)
    .join('; ');
}

const SHOWN_CHARACTERS = 70;

function short(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
