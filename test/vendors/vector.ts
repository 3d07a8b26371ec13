// One vendor habit as data: its shape, its references resolved, and its checks held against what the server shows.

import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../harness/scim-client.ts';

export interface Seed {
  type: 'User' | 'Group';
  [name: string]: unknown;
}

/** What must be found at a place: of a seeded or the created resource (`at`), or of the answer (`response`). */
export interface Check {
  resource?: string;
  created?: boolean;
  /** SCIM path into a resource. */
  at?: string;
  /** JSON pointer into the answer. */
  response?: string;
  equals?: unknown;
  absent?: boolean;
  count?: number;
  /** References of exactly the members there. */
  members?: string[];
  exists?: boolean;
}

export interface Vector {
  name: string;
  quirk: string;
  dialect: string;
  confidence: string;
  scenario?: string;
  method: string;
  path: string;
  headers?: Record<string, string | null>;
  body: unknown;
  precondition: { resources: Record<string, Seed>; config?: Record<string, unknown>; note?: string };
  expectedStatus: number[];
  preferredStatus?: number;
  expectedEffect: { summary: string; checks: Check[]; responseHeaders?: Record<string, string> };
}

/** Ids that the server gave, by reference. */
export type Ids = ReadonlyMap<string, string>;

/** Puts ids in place of `{ref}` in every text; an unknown name in braces stays, it may be JSON. */
export function substitute<T>(value: T, ids: Ids): T {
  if (typeof value === 'string') {
    return value.replace(/\{([\w-]+)\}/g, (whole, ref: string) => ids.get(ref) ?? whole) as T;
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item as unknown, ids)) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, substitute(item as unknown, ids)]),
    ) as T;
  }
  return value;
}

/** Seeds in an order in which each comes after those that it refers to. */
export function inOrderOfReference(seeds: Record<string, Seed>): [string, Seed][] {
  const waiting = new Map(Object.entries(seeds));
  const ordered: [string, Seed][] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].find(([ref, seed]) => {
      const text = JSON.stringify(seed);
      return [...waiting.keys()].every((other) => other === ref || !text.includes(`{${other}}`));
    });
    if (!ready) throw new Error(`seeds refer to each other: ${[...waiting.keys()].join(', ')}`);
    ordered.push(ready);
    waiting.delete(ready[0]);
  }
  return ordered;
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** `/Resources/0/id`; the names in these vectors need no escapes but that of a slash. */
function atPointer(json: unknown, pointer: string): unknown {
  const names = pointer.split('/').slice(1);
  return names.reduce(
    (value, name) => memberOf(value, name.replaceAll('~1', '/').replaceAll('~0', '~')),
    json,
  );
}

const URN_PATH = /^(urn:.+?:\d+(?:\.\d+)*:\w+)(?::(.+))?$/i;
const ATTRIBUTE_PATH = /^(\$?\w+)(?:\[(\w+) eq (".*"|true|false)\])?(?:\.(\$?\w+))?$/;

/** The value at a SCIM path: `name.givenName`, `emails[type eq "work"].value`, `urn:...:User:manager.value`. */
function atPath(resource: unknown, path: string): unknown {
  const urn = URN_PATH.exec(path);
  if (urn) {
    const extension = memberOf(resource, urn[1]!);
    return urn[2] === undefined ? extension : atPath(extension, urn[2]);
  }
  const parts = ATTRIBUTE_PATH.exec(path);
  if (!parts) throw new Error(`no SCIM path that a check may use: ${path}`);
  const [, attribute, key, literal, sub] = parts;
  let value = memberOf(resource, attribute!);
  if (key !== undefined) {
    const wanted: unknown = JSON.parse(literal!);
    value = Array.isArray(value) ? value.find((element) => memberOf(element, key) === wanted) : undefined;
  }
  return sub === undefined ? value : memberOf(value, sub);
}

const countOf = (value: unknown): number =>
  Array.isArray(value) ? value.length : value === undefined ? 0 : 1;

/** Says what is wrong, or nothing. `found` is the value that the check looked at. */
function complaint(check: Check, found: unknown, ids: Ids): string | undefined {
  const shown = JSON.stringify(found);
  if (check.absent === true) return found === undefined ? undefined : `should be absent, is ${shown}`;
  if (check.count !== undefined) {
    return countOf(found) === check.count ? undefined : `should have ${check.count} elements, is ${shown}`;
  }
  if (check.members !== undefined) {
    const wanted = check.members.map((ref) => ids.get(ref)).sort();
    const present = (Array.isArray(found) ? found : []).map((member) => memberOf(member, 'value')).sort();
    return isDeepStrictEqual(present, wanted)
      ? undefined
      : `should hold ${check.members.join(', ')}, is ${shown}`;
  }
  if ('equals' in check) {
    const wanted = substitute(check.equals, ids);
    const same = wanted === null ? found === undefined || found === null : isDeepStrictEqual(found, wanted);
    return same ? undefined : `should be ${JSON.stringify(wanted)}, is ${shown}`;
  }
  return `has no known form: ${JSON.stringify(check)}`;
}

/** What the server shows of a resource now: its JSON, or nothing when it answers 404. */
export type Look = (ref: string) => Promise<unknown>;

/** Evaluates one check; answers the complaint in words, or nothing. */
export async function evaluate(
  check: Check,
  answer: Answer,
  ids: Ids,
  look: Look,
  created: () => Promise<unknown>,
) {
  if (check.response !== undefined) {
    const wrong = complaint(check, atPointer(answer.json, check.response), ids);
    return wrong && `${check.response} of the answer ${wrong}`;
  }
  const name = check.created ? 'the created resource' : check.resource!;
  const resource = check.created ? await created() : await look(check.resource!);
  if (check.exists !== undefined) {
    return (resource !== undefined) === check.exists
      ? undefined
      : `${name} ${check.exists ? 'is gone' : 'is still there'}`;
  }
  const wrong = complaint(check, atPath(resource, substitute(check.at!, ids)), ids);
  return wrong && `${check.at} of ${name} ${wrong}\n${JSON.stringify(resource, null, 1)}`;
}
