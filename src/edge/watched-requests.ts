// What is noticed of every request: its id in the answer, a line in the log, its time among the metrics. None of them holds
// an address as it came: a filter has names in it, a path has ids.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isWithinNetworks } from '../network.ts';
import { isTraced, type ServerSpan, serverSpan } from '../trace.ts';
import type { Parts } from './parts.ts';

const REQUEST_ID_HEADER = 'x-request-id';

/** Asked every few seconds by machines, or once for each page: of interest to whoever looks for just that. */
const QUIET = /^\/(healthz|readyz|metrics|assets\/|sign-in\/)/;
/** Whoever sends its own words for a method makes no series of its own. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function watchRequests(app: FastifyInstance, parts: Parts, { logs }: { logs: boolean }): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header(REQUEST_ID_HEADER, request.id);
  });
  if (isTraced()) traceRequests(app, parts);
  app.addHook('onResponse', async (request, reply) => {
    count(parts, request, reply);
    if (logs) log(parts, request, reply);
  });
}

/** A body is read by the turn of its connection, which knows nothing of the request: the handler begins within it again. */
function traceRequests(app: FastifyInstance, parts: Parts): void {
  const spans = new WeakMap<FastifyRequest, ServerSpan>();
  app.addHook('onRequest', (request, _reply, done) => {
    const route = routeOf(request);
    const method = METHODS.has(request.method) ? request.method : '_OTHER';
    const attributes = {
      'http.request.method': method,
      'http.route': route,
      'bifrost.request_id': request.id,
    };
    // Whoever may choose the trace decides what is recorded, and joins requests of others.
    const carrier = isFromProxy(parts, request) ? request.headers : null;
    const span = serverSpan(`${method} ${route}`, attributes, carrier);
    if (!span) return done();
    spans.set(request, span);
    span.within(done);
  });
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) span.within(done);
    else done();
  });
  app.addHook('onResponse', async (request, reply) => {
    spans.get(request)?.end(reply.statusCode);
  });
}

function routeOf({ is404, routeOptions }: FastifyRequest): string {
  return is404 ? 'none' : (routeOptions.url ?? 'none');
}

function count({ metrics }: Parts, request: FastifyRequest, reply: FastifyReply): void {
  const labels = {
    method: METHODS.has(request.method) ? request.method : 'other',
    route: routeOf(request),
    status: `${Math.floor(reply.statusCode / 100)}xx`,
  };
  metrics.httpRequests.observe(labels, reply.elapsedTime / 1000);
}

function log(parts: Parts, request: FastifyRequest, reply: FastifyReply): void {
  const route = routeOf(request);
  const proxyId = idOfProxy(parts, request);
  const fields = {
    requestId: request.id,
    ...(proxyId !== null && { proxyRequestId: proxyId }),
    method: request.method,
    route,
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
  };
  const isQuiet = QUIET.test(route) || parts.isOwn(request.raw);
  parts.log[isQuiet ? 'debug' : 'info'](fields, 'request');
}

/** Ours names the row of the request log and what it caused, so nobody gives it; a proxy that is trusted has its own beside. */
function idOfProxy(parts: Parts, request: FastifyRequest): string | null {
  const given = request.headers[REQUEST_ID_HEADER];
  if (typeof given !== 'string' || !/^[\w.:-]{1,128}$/.test(given)) return null;
  return isFromProxy(parts, request) ? given : null;
}

function isFromProxy({ settings }: Parts, request: FastifyRequest): boolean {
  const from = request.socket.remoteAddress;
  return from !== undefined && isWithinNetworks(from, settings.trustedProxies);
}
