// The SCIM 2.0 endpoint: HTTP in, one call to a handler, HTTP out. Owns transport matters only: addresses, tokens,
// media types, preconditions' headers, the shape of errors, and that every request leaves a row in the log.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../refusal.ts';
import { groupKind, userKind } from '../../scim/schema.ts';
import { readListQuery, readSearch } from '../../scim/search-request.ts';
import type { Parts } from '../parts.ts';
import { countRejected } from '../rejected.ts';
import { refusedInWords, rejectedInWords } from './action-words.ts';
import { type Authenticated, authenticate, bearerToken, type TryCounter, tryCounter } from './auth.ts';
import { loggedBody, loggedPath, parseBody } from './body.ts';
import { BULK_PAYLOAD_BYTES, bulk } from './bulk.ts';
import { requestRow, SCIM_BASE, type ScimAnswer, type ScimCall } from './call.ts';
import { counted } from './counted.ts';
import { discoveryRoutes } from './discovery.ts';
import { bugAnswer, errorAnswer, frameworkRefusal } from './error-answer.ts';
import { createGroup, deleteGroup, getGroup, patchGroup, replaceGroup } from './groups.ts';
import { list, searchAll } from './list.ts';
import { createUser, deleteUser, getUser, patchUser, replaceUser } from './users.ts';

const MEDIA_TYPE = 'application/scim+json';

type Handler = (call: ScimCall, id: string) => Promise<ScimAnswer>;

/** What the hooks learn of a request, kept until its answer is logged. */
interface Arrival {
  id: string;
  at: number;
  startedMs: number;
  body: string | null;
  authenticated: Authenticated | null;
}

const arrivals = new WeakMap<FastifyRequest, Arrival>();

/** `own.ledger` counts what is taken from people (wave.ts). */
export async function registerScim(app: FastifyInstance, own: Parts, cursorKey: Buffer): Promise<void> {
  const tries = tryCounter();
  const count = counted(own.ledger, own.metrics);
  const parts = { ...own, ledger: count.ledger };
  acceptJson(app);
  app.addHook('onRequest', async (request) => {
    const at = parts.clock.now();
    arrivals.set(request, {
      id: request.id,
      at,
      startedMs: performance.now(),
      body: null,
      authenticated: null,
    });
  });
  app.setErrorHandler((error, request, reply) => refuse(parts, request, reply, error));
  app.setNotFoundHandler(async (request, reply) =>
    refuse(parts, request, reply, new Refusal('notFound', `There is nothing at ${loggedPath(request.url)}.`)),
  );
  await app.register(async (open) => discoveryRoutes(open, parts));
  await app.register(async (guarded) => {
    guarded.addHook('onRequest', async (request) => {
      const { state } = await admit(parts, tries, request);
      count.named(state.provider);
    });
    resourceRoutes(guarded, parts, cursorKey);
  });
}

/** The text is kept as it came: it is parsed in the handler, once the caller is known. */
function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const types = ['application/json', MEDIA_TYPE];
  app.addContentTypeParser(
    types,
    { parseAs: 'string', bodyLimit: BULK_PAYLOAD_BYTES },
    (_request, text, done) => done(null, text),
  );
}

/** A right token is let in whatever its address did before: Entra shares addresses with everybody in Azure. */
async function admit(parts: Parts, tries: TryCounter, request: FastifyRequest): Promise<Authenticated> {
  const arrival = arrivals.get(request)!;
  try {
    arrival.authenticated = await authenticate(parts.ledger, request.headers.authorization, arrival.at);
  } catch (error) {
    const refusal = error instanceof Refusal ? guessing(tries, request.ip, arrival.at, error) : error;
    if (refusal instanceof Refusal) countRejected(parts.metrics, 'scim', refusal);
    throw refusal;
  }
  const { caller } = arrival.authenticated;
  parts.ledger.noteTokenUse({ provider: caller.provider, id: caller.token }, arrival.at, request.ip);
  return arrival.authenticated;
}

/** What an address is told that has tried too often; else the refusal as it is. */
function guessing(tries: TryCounter, address: string, at: number, refusal: Refusal): Refusal {
  if (refusal.reason !== 'unauthenticated') return refusal;
  const retryAfter = tries.blockedFor(address, at);
  if (retryAfter === 0) {
    tries.failed(address, at);
    return refusal;
  }
  const detail = `Too many requests with a wrong token. Try again in ${retryAfter} seconds.`;
  return new Refusal('throttled', detail, { retryAfter });
}

// --- routes -----------------------------------------------------------------------------------------------------

function resourceRoutes(app: FastifyInstance, parts: Parts, cursorKey: Buffer): void {
  const route = (method: string, url: string, handle: Handler) =>
    app.route({ method, url, handler: (request, reply) => run(parts, request, reply, handle) });
  const listOf = { cursorKey };

  route('GET', '/Users', (call) => list(call, userKind, listOf));
  route('POST', '/Users', createUser);
  route('POST', '/Users/.search', (call) => list(searched(call), userKind, listOf));
  route('GET', '/Users/:id', getUser);
  route('PUT', '/Users/:id', replaceUser);
  route('PATCH', '/Users/:id', patchUser);
  route('DELETE', '/Users/:id', deleteUser);

  route('GET', '/Groups', (call) => list(call, groupKind, listOf));
  route('POST', '/Groups', createGroup);
  route('POST', '/Groups/.search', (call) => list(searched(call), groupKind, listOf));
  route('GET', '/Groups/:id', getGroup);
  route('PUT', '/Groups/:id', replaceGroup);
  route('PATCH', '/Groups/:id', patchGroup);
  route('DELETE', '/Groups/:id', deleteGroup);

  route('POST', '/Bulk', (call) => bulk(call));
  route('POST', '/.search', (call) => searchAll(searched(call)));
  route('GET', '/', searchAll);

  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  for (const method of methods) route(method, '/Me', notForPeople);
  for (const [url, allowed] of Object.entries(collections)) {
    for (const method of [...methods, 'OPTIONS'].filter((each) => !allowed.includes(each))) {
      app.route({ method, url, handler: (request, reply) => wrongMethod(parts, request, reply, allowed) });
    }
  }
}

const collections: Readonly<Record<string, readonly string[]>> = {
  '/Users': ['GET', 'POST'],
  '/Groups': ['GET', 'POST'],
  '/Users/.search': ['POST'],
  '/Groups/.search': ['POST'],
  '/Users/:id': ['GET', 'PUT', 'PATCH', 'DELETE'],
  '/Groups/:id': ['GET', 'PUT', 'PATCH', 'DELETE'],
  '/Bulk': ['POST'],
  '/.search': ['POST'],
};

async function notForPeople(): Promise<ScimAnswer> {
  throw new Refusal(
    'notSupported',
    '/Me is not supported: a provisioning token stands for a provider, not a person.',
  );
}

async function wrongMethod(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: readonly string[],
): Promise<FastifyReply> {
  reply.header('allow', allowed.join(', '));
  const detail = `${request.method} is not possible here; ${allowed.join(', ')} are.`;
  return refuse(parts, request, reply, new Refusal('methodNotAllowed', detail));
}

/** `.search` carries in its body what a GET carries in its query. */
function searched(call: ScimCall): ScimCall {
  return { ...call, query: readSearch(call.body) };
}

// --- one request ------------------------------------------------------------------------------------------------

async function run(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: Handler,
): Promise<FastifyReply> {
  const call = readCall(parts, request);
  const answer = await handle(call, (request.params as { id?: string }).id ?? '');
  if (answer.version !== undefined) reply.header('etag', answer.version);
  if (answer.location !== undefined) {
    reply.header('content-location', answer.location);
    if (answer.status === 201) reply.header('location', answer.location);
  }
  return send(reply, answer.status, answer.body);
}

function readCall(parts: Parts, request: FastifyRequest): ScimCall {
  const arrival = arrivals.get(request)!;
  const { caller, state } = arrival.authenticated!;
  const wantsBody = request.method === 'POST' || request.method === 'PUT' || request.method === 'PATCH';
  const text = typeof request.body === 'string' ? request.body : '';
  arrival.body = loggedBody(text);
  return {
    ledger: parts.ledger,
    caller,
    state,
    requestId: arrival.id,
    at: arrival.at,
    startedMs: arrival.startedMs,
    method: request.method,
    path: loggedPath(request.url),
    query: readListQuery(request.query as Record<string, string | string[] | undefined>),
    body: wantsBody ? parseBody(text) : undefined,
    loggedBody: arrival.body,
    ifMatch: header(request, 'if-match'),
    ifNoneMatch: header(request, 'if-none-match'),
    remote: request.ip,
    base: parts.publicUrl() + SCIM_BASE,
  };
}

function header(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

function send(reply: FastifyReply, status: number, body: string | object | null): FastifyReply {
  reply.code(status);
  if (body === null) return reply.send();
  // Exactly this media type: some conformance suites compare it without reading its parameters.
  reply.header('content-type', MEDIA_TYPE);
  return reply.send(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
}

// --- refusals ---------------------------------------------------------------------------------------------------

function refuse(parts: Parts, request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const arrival = arrivals.get(request);
  const requestId = request.id;
  const refusal = error instanceof Refusal ? error : frameworkRefusal(error);
  const { status, body } = refusal ? errorAnswer(refusal) : bugAnswer(requestId);
  if (!refusal) parts.log.error({ err: error, requestId }, 'a SCIM request failed');
  if (refusal?.cause) parts.log.error({ err: refusal.cause, requestId }, refusal.message);
  if (status === 401) reply.header('www-authenticate', challenge(request));
  if (status === 503) reply.header('retry-after', '2');
  if (refusal?.reason === 'throttled') reply.header('retry-after', String(refusal.facts.retryAfter));
  // A row for each would let a stranger fill the disk.
  const isGuessing = refusal?.reason === 'throttled';
  if (arrival && !isGuessing) noteRefusal(parts, request, arrival, { status, detail: body.detail });
  return send(reply, status, body);
}

/** RFC 6750 3: an error is named only where a token was sent. */
function challenge(request: FastifyRequest): string {
  return bearerToken(request.headers.authorization) === null
    ? 'Bearer realm="scim"'
    : 'Bearer realm="scim", error="invalid_token"';
}

function noteRefusal(
  parts: Parts,
  request: FastifyRequest,
  arrival: Arrival,
  outcome: { status: number; detail: string },
): void {
  const body = arrival.body ?? (typeof request.body === 'string' ? loggedBody(request.body) : null);
  const row = requestRow(
    {
      ledger: parts.ledger,
      caller: arrival.authenticated?.caller ?? { provider: '', token: '' },
      requestId: arrival.id,
      at: arrival.at,
      startedMs: arrival.startedMs,
      method: request.method,
      path: loggedPath(request.url),
      loggedBody: body,
      ifMatch: null,
      ifNoneMatch: null,
      remote: request.ip,
      base: '',
    },
    {
      status: outcome.status,
      action:
        outcome.status === 401
          ? rejectedInWords(bearerToken(request.headers.authorization))
          : refusedInWords(request.method, loggedPath(request.url), body),
      // A refusal quotes what it is about.
      detail: /password/i.test(outcome.detail)
        ? outcome.detail.replace(/"(?:[^"\\]|\\.)*"/g, '"***"')
        : outcome.detail,
    },
  );
  parts.ledger.noteRequest(row);
}
