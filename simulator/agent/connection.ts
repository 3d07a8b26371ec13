// HTTP as Entra's provisioning service speaks it, and as cheaply as Node allows: the same connection serves as the
// load generator. Owns sockets, headers, time limits and the Tenant URL; knows nothing of what the bodies mean.

import http from 'node:http';
import https from 'node:https';
import type { About } from './witness.ts';

/** What a request was for: latencies are counted per kind. */
export type RequestKind =
  | 'probe'
  | 'match user'
  | 'read user'
  | 'create user'
  | 'update user'
  | 'delete user'
  | 'match group'
  | 'read group'
  | 'create group'
  | 'update group'
  | 'delete group'
  | 'check manager'
  | 'set manager'
  | 'check member'
  | 'read members'
  | 'add members'
  | 'remove members';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** One request with what came back. `status` 0: no answer, and `error` says why. */
export interface Exchange {
  /** Null for what is about the connection itself. */
  readonly about: About | null;
  readonly kind: RequestKind;
  readonly method: Method;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly mediaType: string;
  readonly text: string;
  readonly error: string;
  readonly milliseconds: number;
}

export interface Connection {
  /** The absolute address of a collection, for `$ref`. */
  addressOf(path: string): string;
  /** Never throws: a request without an answer is an exchange with status 0. */
  send(
    about: About | null,
    kind: RequestKind,
    method: Method,
    path: string,
    body?: unknown,
  ): Promise<Exchange>;
  close(): void;
}

export interface ConnectionSettings {
  /** As typed into the portal: a trailing slash and a flag such as `?aadOptscim062020` travel along. */
  readonly tenantUrl: string;
  readonly token: string;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly seen: (exchange: Exchange) => void;
}

const LARGEST_ANSWER_CHARACTERS = 64 * 1024 * 1024;
const SWEEP_MS = 250;

interface Pending {
  readonly request: http.ClientRequest;
  readonly startedAt: number;
}

export function connect(settings: ConnectionSettings): Connection {
  const tenant = readTenantUrl(settings.tenantUrl);
  const client = tenant.isSecure ? https : http;
  const agent = new client.Agent({ keepAlive: true, maxSockets: settings.concurrency });
  const { host, port } = tenant;
  // Entra sends no User-Agent, and a Content-Type on writes only.
  const readHeaders = { Authorization: `Bearer ${settings.token}` };
  const writeHeaders = { ...readHeaders, 'Content-Type': 'application/scim+json; charset=utf-8' };
  const pending = new Set<Pending>();
  // One timer for all requests: a deadline for the whole exchange, which a socket's idle time-out is not.
  const sweeper = setInterval(() => expire(pending, settings.timeoutMs), SWEEP_MS);
  sweeper.unref();

  return {
    addressOf: tenant.addressOf,
    send: (about, kind, method, path, body) =>
      new Promise((resolve) => {
        const startedAt = performance.now();
        const headers = body === undefined ? readHeaders : writeHeaders;
        const request = client.request({ host, port, path: tenant.pathOf(path), method, agent, headers });
        const entry: Pending = { request, startedAt };
        pending.add(entry);
        const finish: Finish = (status, mediaType, text, error) => {
          if (!pending.delete(entry)) return;
          const milliseconds = performance.now() - startedAt;
          const exchange = { about, kind, method, path, body, status, mediaType, text, error, milliseconds };
          settings.seen(exchange);
          resolve(exchange);
        };
        request.on('error', (error: NodeJS.ErrnoException) => finish(0, '', '', error.code ?? error.message));
        request.on('response', (response) => readAnswer(response, finish));
        request.end(body === undefined ? undefined : JSON.stringify(body));
      }),
    close() {
      clearInterval(sweeper);
      agent.destroy();
    },
  };
}

interface TenantUrl {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: string | number;
  addressOf(path: string): string;
  /** What stands in the request line: the path appended as Entra does, the flags behind it. */
  pathOf(path: string): string;
}

function readTenantUrl(text: string): TenantUrl {
  const url = new URL(text);
  const isSecure = url.protocol === 'https:';
  const base = url.pathname === '/' ? '' : url.pathname;
  const flags = url.search.slice(1);
  return {
    isSecure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (isSecure ? 443 : 80),
    addressOf: (path) => `${url.origin}${url.pathname.replace(/\/+$/, '')}${path}`,
    pathOf(path) {
      if (flags === '') return base + path;
      return `${base}${path}${path.includes('?') ? '&' : '?'}${flags}`;
    },
  };
}

type Finish = (status: number, mediaType: string, text: string, error: string) => void;

function readAnswer(response: http.IncomingMessage, finish: Finish): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    if (text.length > LARGEST_ANSWER_CHARACTERS) response.destroy(new Error('answer too large'));
  });
  response.on('end', () =>
    finish(response.statusCode ?? 0, response.headers['content-type'] ?? '', text, ''),
  );
  response.on('error', (error: NodeJS.ErrnoException) => finish(0, '', '', error.code ?? error.message));
}

function expire(pending: ReadonlySet<Pending>, timeoutMs: number): void {
  const now = performance.now();
  for (const { request, startedAt } of pending) {
    if (now - startedAt > timeoutMs)
      request.destroy(Object.assign(new Error('Timeout'), { code: 'Timeout' }));
  }
}

/** Works through a list with so many at once. Bounded by construction: nothing is started before its turn. */
export async function eachAtOnce<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
