// `$batch`: up to twenty requests in one, each answered, charged and refused singly, and not in the order in which they were asked.

import { jsonReply, type Reply, type SimRequest } from '../http-message.ts';
import { seededRandom, shuffled } from '../random.ts';
import { readBody } from './graph-call.ts';
import { GraphError } from './graph-error.ts';

const PARTS_MOST = 20;
const ABSOLUTE = /^([a-z][a-z0-9+.-]*:|\/\/)/i;

interface Part {
  readonly id: string;
  readonly dependsOn: readonly string[];
  readonly request: SimRequest;
  /** After Graph's base, with the version. */
  readonly path: string;
}

/** `answer`: one part, as if it had come alone. */
export function batch(request: SimRequest, answer: (request: SimRequest, path: string) => Reply): Reply {
  const parts = readParts(request);
  const replies = new Map<string, Reply>();
  for (const part of parts) {
    const isStopped = part.dependsOn.some((id) => replies.get(id)!.status >= 400);
    replies.set(part.id, isStopped ? failedDependency() : answer(part.request, part.path));
  }
  const order = inAnyOrder(parts.map(({ id }) => id));
  return jsonReply(200, { responses: order.map((id) => showPart(id, replies.get(id)!)) });
}

/** Graph answers as its servers are done: nobody may count on the order, so it is never the one that was asked in. */
function inAnyOrder(ids: readonly string[]): string[] {
  const order = shuffled(ids, seededRandom(ids.length));
  if (order[0] === ids[0]) order.push(...order.splice(0, 1));
  return order;
}

function failedDependency(): Reply {
  return jsonReply(424, { error: { code: 'FailedDependency', message: 'A request before it failed.' } });
}

function showPart(id: string, { status, headers, body }: Reply): Record<string, unknown> {
  const isJson = String(headers['content-type'] ?? '').startsWith('application/json');
  return { id, status, headers, body: isJson ? JSON.parse(body) : body };
}

function readParts(request: SimRequest): Part[] {
  const { requests } = readBody({ request });
  if (!Array.isArray(requests)) throw bad('The batch has no requests.');
  if (requests.length > PARTS_MOST) throw bad(`The batch has more than ${PARTS_MOST} requests.`);
  const parts = requests.map((part: unknown) => readPart(request, part));
  const before = new Set<string>();
  for (const { id, dependsOn } of parts) {
    if (before.has(id)) throw bad('Two requests have one id.');
    if (!dependsOn.every((other) => before.has(other))) {
      throw bad('A request depends on one that is not before it.');
    }
    before.add(id);
  }
  return parts;
}

function bad(message: string): GraphError {
  return new GraphError('Request_BadRequest', message);
}

function readPart(around: SimRequest, part: unknown): Part {
  if (typeof part !== 'object' || part === null) throw bad('A request of the batch is no object.');
  const { id, method, url, headers, body, dependsOn } = part as Record<string, unknown>;
  if (typeof id !== 'string' || typeof method !== 'string' || typeof url !== 'string') {
    throw bad('A request of the batch lacks id, method or url.');
  }
  if (ABSOLUTE.test(url)) throw bad('The address of a request is not relative.');
  const relative = url.startsWith('/') ? url : `/${url}`;
  const target = new URL(`/v1.0${relative}`, 'http://simulator.invalid');
  const own = Object.entries((headers ?? {}) as Record<string, string>);
  const named = Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), value]));
  return {
    id,
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map(String) : [],
    path: target.pathname,
    request: {
      method: method.toUpperCase(),
      path: target.pathname,
      query: target.searchParams,
      headers: { ...priorityOf(around), ...named, authorization: around.headers.authorization },
      body: body === undefined ? '' : JSON.stringify(body),
    },
  };
}

function priorityOf({ headers }: SimRequest): Record<string, string> {
  const priority = headers['x-ms-throttle-priority'];
  return typeof priority === 'string' ? { 'x-ms-throttle-priority': priority } : {};
}
