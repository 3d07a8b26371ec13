// POST /Bulk (RFC 7644 3.7): reads the request, and plans the order in which its operations can run so that bulkId
// references resolve, forward ones and circles included. Running them is the edge's work.

import { Refusal } from '../refusal.ts';
import { isObject, isReservedKey, ownAnyCase, shorten } from './json.ts';
import { BULK_DATA_DEPTH, KEY_CHARACTERS } from './limits.ts';
import { bulkRequestUrn } from './messages.ts';

type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface BulkOperation {
  readonly method: BulkMethod | null;
  readonly bulkId: string | null;
  /** As sent, for the answer. */
  readonly path: string;
  readonly endpoint: 'Users' | 'Groups' | null;
  /** The id in the path; may be `bulkId:x`. null: the path names the collection. */
  readonly id: string | null;
  /** The entity tag to be matched, for If-Match. */
  readonly version: string | null;
  readonly data: unknown;
  /** Why this one operation cannot run; the others can. */
  readonly problem: Refusal | null;
}

export interface Bulk {
  /** How many failures end the run; null: none does. */
  readonly failOnErrors: number | null;
  readonly operations: readonly BulkOperation[];
}

/** Refuses the whole request with invalidSyntax, invalidValue or tooLarge (B10, B12). */
export function readBulk(body: unknown, limits: { maxOperations: number }): Bulk {
  if (!isObject(body)) throw new Refusal('invalidSyntax', `expected a BulkRequest, got ${shorten(body)}`);
  const schemas = ownAnyCase(body, 'schemas');
  const urns: unknown[] = Array.isArray(schemas) ? schemas : [];
  if (!urns.some((urn) => typeof urn === 'string' && urn.toLowerCase() === bulkRequestUrn.toLowerCase())) {
    throw new Refusal('invalidSyntax', `schemas: expected ${bulkRequestUrn}, got ${shorten(urns[0])}`);
  }
  const operations = ownAnyCase(body, 'Operations');
  if (!Array.isArray(operations)) {
    throw new Refusal('invalidSyntax', `Operations: expected a list, got ${shorten(operations)}`);
  }
  if (operations.length > limits.maxOperations) {
    throw new Refusal(
      'tooLarge',
      `Operations: expected at most ${limits.maxOperations}, got ${operations.length}`,
    );
  }
  const taken = new Set<string>();
  return {
    failOnErrors: readFailOnErrors(ownAnyCase(body, 'failOnErrors')),
    operations: operations.map((raw) => readOperation(raw, taken)),
  };
}

function readFailOnErrors(raw: unknown): number | null {
  if (raw === undefined || raw === null) return null;
  if (Number.isSafeInteger(raw) && (raw as number) >= 0) return (raw as number) || null;
  throw new Refusal('invalidValue', `failOnErrors: expected a whole number from 1, got ${shorten(raw)}`);
}

const METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const PATH = /^\/*(Users|Groups)(?:\/([^/?#]+))?\/?$/i;

function readOperation(raw: unknown, taken: Set<string>): BulkOperation {
  const operation = isObject(raw) ? raw : {};
  const verb = ownAnyCase(operation, 'method');
  const method = typeof verb === 'string' && METHODS.has(verb.toUpperCase()) ? verb.toUpperCase() : null;
  const rawPath = ownAnyCase(operation, 'path');
  const path = typeof rawPath === 'string' ? rawPath.slice(0, KEY_CHARACTERS) : '';
  const match = PATH.exec(path);
  const rawBulkId = ownAnyCase(operation, 'bulkId');
  const bulkId = typeof rawBulkId === 'string' && rawBulkId !== '' ? rawBulkId : null;
  const version = ownAnyCase(operation, 'version');
  const read = {
    method: method as BulkMethod | null,
    bulkId,
    path,
    endpoint: match ? endpointOf(match[1]!) : null,
    id: match?.[2] ?? null,
    version: typeof version === 'string' && version !== '' ? version : null,
    data: ownAnyCase(operation, 'data'),
  };
  const problem = problemOf(read, raw, taken);
  if (bulkId !== null) taken.add(bulkId);
  return { ...read, problem };
}

function endpointOf(name: string): 'Users' | 'Groups' {
  return name.toLowerCase() === 'users' ? 'Users' : 'Groups';
}

function problemOf(
  operation: Omit<BulkOperation, 'problem'>,
  raw: unknown,
  taken: ReadonlySet<string>,
): Refusal | null {
  const { method, bulkId, path, endpoint, id, data } = operation;
  if (!isObject(raw)) return new Refusal('invalidSyntax', `expected an operation, got ${shorten(raw)}`);
  if (method === null) {
    return new Refusal(
      'invalidSyntax',
      `method: expected POST, PUT, PATCH or DELETE, got ${shorten(raw.method)}`,
    );
  }
  if (endpoint === null) {
    return new Refusal(
      'invalidValue',
      `path: expected /Users or /Groups, perhaps with an id, got ${shorten(path)}`,
    );
  }
  if (method === 'POST' && id !== null) return new Refusal('invalidValue', 'path: POST takes no id');
  if (method !== 'POST' && id === null) return new Refusal('invalidValue', `path: ${method} needs an id`);
  if (method === 'POST' && bulkId === null) return new Refusal('invalidValue', 'bulkId: POST needs one');
  if (bulkId !== null && bulkId.length > KEY_CHARACTERS) {
    return new Refusal('invalidValue', `bulkId: expected at most ${KEY_CHARACTERS} characters`);
  }
  if (bulkId !== null && taken.has(bulkId)) {
    return new Refusal('invalidValue', `bulkId: ${shorten(bulkId)} stands for another operation already`);
  }
  if (method !== 'DELETE' && !isObject(data)) {
    return new Refusal('invalidSyntax', `data: expected an object, got ${shorten(data)}`);
  }
  return null;
}

const REFERENCE = 'bulkId:';

/** The bulkIds that the data refers to with texts `bulkId:x`, each once. */
export function bulkIdReferences(data: unknown): string[] {
  const found = new Set<string>();
  rewrite(data, BULK_DATA_DEPTH, (bulkId, text) => {
    found.add(bulkId);
    return text;
  });
  return [...found];
}

/** The data with every known reference replaced by the id; unknown ones stay, to be refused as values. */
export function substituteBulkIds(data: unknown, resolved: ReadonlyMap<string, string>): unknown {
  return rewrite(data, BULK_DATA_DEPTH, (bulkId, text) => resolved.get(bulkId) ?? text);
}

/** The data without the elements and values that refer to these bulkIds: what can be made before they exist. */
export function withoutBulkIds(data: unknown, without: ReadonlySet<string>): unknown {
  return rewrite(data, BULK_DATA_DEPTH, (bulkId, text) => (without.has(bulkId) ? undefined : text));
}

/** undefined from `change` takes the text out, with an object that held it as its `value`. */
function rewrite(
  data: unknown,
  depth: number,
  change: (bulkId: string, text: string) => string | undefined,
): unknown {
  if (typeof data === 'string') {
    return data.startsWith(REFERENCE) ? change(data.slice(REFERENCE.length), data) : data;
  }
  if (typeof data !== 'object' || data === null || depth === 0) return data;
  if (Array.isArray(data)) {
    return data.map((item) => rewrite(item, depth - 1, change)).filter((item) => item !== undefined);
  }
  const object: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    if (isReservedKey(key)) continue;
    const changed = rewrite(value, depth - 1, change);
    if (changed !== undefined) object[key] = changed;
    else if (value !== undefined && key.toLowerCase() === 'value') return undefined;
  }
  return object;
}

/**
 * Order in which the edge runs the operations; indexes are those of `operations`.
 * 'run': as sent, except that what refers to `without` is left out for now (`withoutBulkIds`): the operations wait for
 * one another in a circle (RFC 7644 3.7.1). 'complete': the resource that this POST made is written again with PUT and
 * the whole data, now that all ids are known.
 */
export type BulkStep =
  | { readonly kind: 'run'; readonly index: number; readonly without: ReadonlySet<string> }
  | { readonly kind: 'complete'; readonly index: number };

const NOTHING: ReadonlySet<string> = new Set();

/**
 * As sent, except that a POST that others refer to comes before them. A reference to a bulkId that no operation has
 * stays in the data: that operation fails by itself (B15).
 */
export function planBulk(operations: readonly BulkOperation[]): BulkStep[] {
  const makers = new Map<string, number>();
  operations.forEach((operation, index) => {
    if (operation.method === 'POST' && operation.bulkId !== null && !operation.problem) {
      makers.set(operation.bulkId, index);
    }
  });
  const needs = operations.map((operation) => needsOf(operation, makers));
  const steps: BulkStep[] = [];
  const state: ('open' | 'done' | undefined)[] = [];
  for (let index = 0; index < operations.length; index++) place(index, needs, state, steps);
  return steps;
}

interface Need {
  readonly bulkId: string;
  readonly index: number;
}

function needsOf(operation: BulkOperation, makers: ReadonlyMap<string, number>): Need[] {
  if (operation.problem) return [];
  const inPath = operation.id?.startsWith(REFERENCE) ? [operation.id.slice(REFERENCE.length)] : [];
  return [...inPath, ...bulkIdReferences(operation.data)].flatMap((bulkId) => {
    const index = makers.get(bulkId);
    return index === undefined ? [] : [{ bulkId, index }];
  });
}

/** Depth first with a stack of its own, since a chain can be as long as the request. */
function place(
  start: number,
  needs: readonly (readonly Need[])[],
  state: ('open' | 'done' | undefined)[],
  steps: BulkStep[],
): void {
  const from = steps.length;
  const stack = [{ index: start, next: 0, without: new Set<string>() }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    if (state[top.index] === 'done') {
      stack.pop();
      continue;
    }
    state[top.index] = 'open';
    const need = needs[top.index]![top.next++];
    if (need === undefined) {
      state[top.index] = 'done';
      steps.push({ kind: 'run', index: top.index, without: top.without.size > 0 ? top.without : NOTHING });
      stack.pop();
    } else if (state[need.index] === 'open') {
      top.without.add(need.bulkId);
    } else if (state[need.index] === undefined) {
      stack.push({ index: need.index, next: 0, without: new Set() });
    }
  }
  // By now everything in the circles of this start has run. What was left out is filled in at once, before a later
  // operation changes these resources again.
  for (const step of steps.slice(from)) {
    if (step.kind === 'run' && step.without.size > 0) steps.push({ kind: 'complete', index: step.index });
  }
}
