// HTTP as the simulated services see it: a request read whole, and a reply as data. Who listens and who writes to the
// socket is `login/login-server.ts`.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface SimRequest {
  readonly method: string;
  /** As sent, percent signs and all. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
}

type Headers = Reply['headers'];

const LARGEST_BODY_BYTES = 1_000_000;

export async function readRequest(message: IncomingMessage): Promise<SimRequest> {
  const target = new URL(message.url ?? '/', 'http://simulator.invalid');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY_BYTES) throw new RangeError('The request body is too large');
    chunks.push(chunk);
  }
  return {
    method: message.method ?? 'GET',
    path: target.pathname,
    query: target.searchParams,
    headers: message.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** `path` with the query of the request. */
export function targetOf({ query }: SimRequest, path: string): string {
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Of the query for GET, of the form for POST: Entra takes either at the endpoints that a browser visits. */
export function parametersOf(request: SimRequest): URLSearchParams {
  return request.method === 'POST' ? new URLSearchParams(request.body) : request.query;
}

export function cookieOf(request: SimRequest, name: string): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=');
    if (key === name && value) return value;
  }
  return null;
}

export function jsonReply(status: number, value: unknown, headers: Headers = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  };
}

export function htmlReply(status: number, body: string, headers: Headers = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body,
  };
}

export function textReply(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

export function redirectReply(location: string, headers: Headers = {}): Reply {
  return { status: 302, headers: { location, 'cache-control': 'no-store', ...headers }, body: '' };
}
