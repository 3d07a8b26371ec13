// `$batch`: up to twenty requests in one, each answered, charged and refused singly, and not in the order in which they were asked.

import { jsonReply, type Reply, type SimRequest } from '../http-message.ts';
import { GraphError } from './graph-error.ts';

const PARTS_MOST = 20;

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
    const isStopped = part.dependsOn.some((id) => (replies.get(id)?.status ?? 424) >= 400);
    replies.set(part.id, isStopped ? failedDependency() : answer(part.request, part.path));
  }
  // Graph answers as its servers are done: nobody may count on the order.
  const order = parts.map(({ id }) => id).sort((a, b) => (mixed(a) < mixed(b) ? -1 : 1));
  return jsonReply(200, { responses: order.map((id) => showPart(id, replies.get(id)!)) });
}

function mixed(id: string): string {
  return [...id].reverse().join('');
}

function failedDependency(): Reply {
  return jsonReply(424, { error: { code: 'FailedDependency', message: 'A request before it failed.' } });
}

function showPart(id: string, { status, headers, body }: Reply): Record<string, unknown> {
  const isJson = String(headers['content-type'] ?? '').startsWith('application/json');
  return { id, status, headers, body: isJson ? JSON.parse(body) : body };
}

function readParts(request: SimRequest): Part[] {
  const bad = (message: string) => new GraphError('Request_BadRequest', message);
  const requests = readJson(request.body).requests;
  if (!Array.isArray(requests)) throw bad('The batch has no requests.');
  if (requests.length > PARTS_MOST) throw bad(`The batch has more than ${PARTS_MOST} requests.`);
  const parts = requests.map((part: unknown) => readPart(request, part, bad));
  if (new Set(parts.map(({ id }) => id)).size < parts.length) throw bad('Two requests have one id.');
  return parts;
}

function readPart(around: SimRequest, part: unknown, bad: (message: string) => GraphError): Part {
  if (typeof part !== 'object' || part === null) throw bad('A request of the batch is no object.');
  const { id, method, url, headers, body, dependsOn } = part as Record<string, unknown>;
  if (typeof id !== 'string' || typeof method !== 'string' || typeof url !== 'string') {
    throw bad('A request of the batch lacks id, method or url.');
  }
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

function readJson(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return { ...body };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new GraphError('Request_BadRequest', 'Unable to read JSON request payload.');
}
