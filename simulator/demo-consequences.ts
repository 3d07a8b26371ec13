// What followed in Bifrost from what Entra sent: the event feed and a person's state, read as any script would read
// them, through the admin API with an API key. Turns both into plain words.

import { isJson, type Json } from './agent/target.ts';

export interface Consequences {
  /** The events since the last call, in order. */
  newEvents(): Promise<Json[]>;
  /** A person's access and why, by the id that SCIM knows too; a line each. */
  accessOf(id: string): Promise<string[]>;
}

const PAGE = 500;
const SHOWN_REASONS = 5;

export function consequences(url: string, apiKey: string): Consequences {
  let after = '0';
  const get = async (path: string): Promise<Json | null> => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(`${url}${path}`, { headers }).catch((error: unknown) => {
      throw new Error(`${url}${path} does not answer`, { cause: error });
    });
    if (response.status === 404) return null;
    const body: unknown = await response.json();
    if (!response.ok || !isJson(body)) throw new Error(`${path} answered ${response.status}`);
    return body;
  };
  return {
    async newEvents() {
      const events: Json[] = [];
      for (;;) {
        const page = await get(`/api/events?limit=${PAGE}&after=${after}`);
        const items = listOf(page?.items);
        if (items.length === 0 || typeof page?.nextCursor !== 'string') return events;
        events.push(...items);
        after = page.nextCursor;
      }
    },
    async accessOf(id) {
      const access = await get(`/api/users/${encodeURIComponent(id)}/access`);
      return access === null ? ['Nobody with this id is known any more.'] : showAccess(access);
    },
  };
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

function showAccess(access: Json): string[] {
  const held: [kind: string, targets: Json[]][] = [
    ['role', isJson(access.role) ? [access.role] : []],
    ['business unit', listOf(access.businessUnits)],
    ['team', listOf(access.teams)],
  ];
  const reasons = held.flatMap(([kind, targets]) =>
    targets.map((target) => `  ${kind} ${target.name}: ${listOf(target.sources)[0]?.words ?? ''}`),
  );
  const rest = reasons.length - SHOWN_REASONS;
  return [
    String(access.words),
    ...reasons.slice(0, SHOWN_REASONS),
    ...(rest > 0 ? [`  ... and ${rest} more`] : []),
  ];
}

/** `nameOf`: ids of people and groups as names, as far as they are known. */
export function showEvent(event: Json, nameOf: (id: string) => string): string {
  const subject = isJson(event.subject) ? nameOf(String(event.subject.id)) : '';
  const data = isJson(event.data) ? event.data : {};
  const object = isJson(event.object) ? nameOf(String(event.object.id)) : '';
  return `${String(event.type).padEnd(18)} ${subject}${showData(String(event.type), data, object)}`;
}

function showData(type: string, data: Json, object: string): string {
  if (type.startsWith('grant.')) {
    const name = object === '' ? '' : `: ${object}`;
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
  const rest = names.length - SHOWN_ATTRIBUTES;
  const shown = names
    .slice(0, SHOWN_ATTRIBUTES)
    .map((name) => `${name.split(':').at(-1)} ${short(before[name])} -> ${short(after[name])}`);
  return [...shown, ...(rest > 0 ? [`... and ${rest} more`] : [])].join('; ');
}

/** A first sign-in brings many claims at once. */
const SHOWN_ATTRIBUTES = 3;
const SHOWN_CHARACTERS = 70;

function short(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
