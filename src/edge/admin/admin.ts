// The admin API over HTTP: mounts the table of routes under /api, says who calls and whether they may, and turns every
// refusal into Problem Details. Owns transport matters only; what a route does stands in its own file.

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Ledger } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import type { Parts } from '../parts.ts';
import { countRejected } from '../rejected.ts';
import { type Asking, type Caller, type Credential, identifier, mayNot, stillMay } from './caller.ts';
import { apiKey, localShell } from './credentials.ts';
import { eventStreams } from './event-streams.ts';
import { eventWaiters } from './event-waiters.ts';
import { keptPlans } from './kept-plans.ts';
import { liveFeed, type ReadersOf } from './live.ts';
import { openApi } from './openapi.ts';
import type { Needs } from './permissions.ts';
import { bugAnswer, frameworkRefusal, problemAnswer } from './problem.ts';
import { parseBody } from './read-input.ts';
import type { AdminParts, Answer, Method, RawCall, Route } from './route.ts';
import { routes } from './routes.ts';
import { surveys } from './survey.ts';
import { verification } from './verification.ts';

/** Of a request: 1,500 rules of the longest kind fit. */
const BODY_BYTES = 4 * 1024 * 1024;
/** Requests that may wait for an event at once. */
const WAITING_REQUESTS = 200;
const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** `scimLedger` counts what SCIM takes from people (scim/wave.ts). `credentials`: further ways to say who one is, such as a session. Asked after the shell and the API keys. */
export async function registerAdmin(
  app: FastifyInstance,
  parts: Parts,
  scimLedger: Ledger,
  credentials: readonly Credential[] = [],
): Promise<void> {
  const description = openApi(parts.version);
  const own: AdminParts = {
    ...parts,
    scimLedger,
    waiters: eventWaiters(parts.ledger, WAITING_REQUESTS),
    streams: eventStreams(parts),
    live: liveFeed(parts, readersOf(routes)),
    verification: verification(parts),
    plans: keptPlans(parts),
    surveys: surveys(parts.ledger),
    describe: () => description,
  };
  const all = [localShell(parts), apiKey(parts), ...credentials];
  await app.register(async (api) => mount(api, own, all), { prefix: '/api' });
}

/** What the first hook learns of a request, for its handler and its refusal. */
interface Arrival {
  id: string;
  at: number;
  /** null on an open route. */
  caller: Caller | null;
}

function mount(app: FastifyInstance, parts: AdminParts, credentials: readonly Credential[]): void {
  const arrivals = new WeakMap<FastifyRequest, Arrival>();
  const identify = identifier(credentials);
  app.addHook('onRequest', async (request) => {
    const at = parts.clock.now();
    arrivals.set(request, { id: request.id, at, caller: null });
  });
  app.addHook('preClose', async () => {
    parts.waiters.stop();
    parts.live.stop();
    parts.streams.stop();
    parts.plans.stop();
  });
  acceptJson(app);
  app.setErrorHandler((error, request, reply) => refuse(parts, reply, error, request.id));
  app.setNotFoundHandler(async (request) => {
    throw new Refusal('notFound', `There is nothing at ${shownPath(request.url)}. See /api/openapi.json.`);
  });
  for (const each of routes) {
    app.route({
      method: each.method,
      url: fastifyPath(each.path),
      schema: {
        response: {
          ...(each.response && { [each.status ?? 200]: each.response }),
          ...(each.accepted && { 202: each.accepted.response }),
        },
      },
      onRequest: async (request) => {
        if (each.permission === 'open') return;
        const arrival = arrivals.get(request)!;
        try {
          const asking = askingOf(request, arrival.at);
          arrival.caller = await identify({ ...asking, confirmsLater: each.confirms === true });
          const { byRoles } = arrival.caller;
          // The roles that are held may be too old to refuse by.
          if (byRoles !== null && mayNot(arrival.caller, each.permission))
            arrival.caller = await identify(asking);
        } catch (error) {
          if (error instanceof Refusal) countRejected(parts.metrics, 'api', error);
          throw error;
        }
        const refusal = mayNot(arrival.caller, each.permission);
        if (refusal) throw refusal;
      },
      handler: async (request, reply) => {
        const again = () => identify(askingOf(request, parts.clock.now()));
        const call = { ...readCall(parts, request, reply, arrivals.get(request)!), again };
        return send(reply, each, await confirmed(each, call));
      },
    });
  }
  refuseOtherMethods(app);
}

/** Whoever was let in by roles that were not looked up gets nothing, and hears of no failure, before that is made good. */
async function confirmed(route: Route, call: RawCall): Promise<Answer<unknown>> {
  const { byRoles } = call.caller;
  if (byRoles === null) return route.run(call);
  const [ran] = await Promise.allSettled([route.run(call)]);
  const isSame = ran.status === 'fulfilled' && ran.value.byRoles === byRoles;
  if (!isSame) await stillMay({ ...call, needs: route.permission });
  if (ran.status === 'rejected') throw ran.reason;
  return ran.value;
}

function askingOf(request: FastifyRequest, at: number): Asking {
  return { request: request.raw, authorization: request.headers.authorization, remote: request.ip, at };
}

/** By the first part of their addresses: who may read anything there hears that something there changed. */
function readersOf(all: readonly Route[]): ReadersOf {
  const readers = new Map<string, Needs[]>();
  for (const { method, path, permission } of all) {
    const topic = path.split('/')[1]!;
    if (method === 'GET') readers.set(topic, [...(readers.get(topic) ?? []), permission]);
  }
  return readers;
}

/** Read as text and parsed by our own rules. An empty body is no body, whatever its media type says. */
function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/([\w.-]+\+)?json\b/i,
    { parseAs: 'string', bodyLimit: BODY_BYTES },
    async (_request: FastifyRequest, text: string) => parseBody(text),
  );
}

/** Every address says which methods it has. */
function refuseOtherMethods(app: FastifyInstance): void {
  for (const path of new Set(routes.map((each) => each.path))) {
    const allowed = routes.filter((each) => leadsTo(each.path, path)).map((each) => each.method);
    app.route({
      method: METHODS.filter((method) => !allowed.includes(method)),
      url: fastifyPath(path),
      handler: async (request) => {
        const detail = `${request.method} is not possible here; ${allowed.join(', ')} is.`;
        throw new Refusal('methodNotAllowed', detail, { allowed });
      },
    });
  }
}

/** A fixed address may be one with a parameter as well: `GET /providers/verify` asks for a provider of that id. */
function leadsTo(pattern: string, path: string): boolean {
  const [wanted, found] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === found.length && wanted.every((each, at) => each.startsWith('{') || each === found[at])
  );
}

function fastifyPath(path: string): string {
  return path.replaceAll('{', ':').replaceAll('}', '');
}

// --- one request ------------------------------------------------------------------------------------------------

const everybody: Caller = {
  actor: { kind: 'system', id: 'anonymous' },
  name: 'anybody',
  person: null,
  user: null,
  role: null,
  permissions: new Set(),
  scope: null,
  via: 'session',
  key: null,
  session: null,
  byRoles: null,
};

function readCall(
  parts: AdminParts,
  request: FastifyRequest,
  reply: FastifyReply,
  arrival: Arrival,
): Omit<RawCall, 'again'> {
  return {
    parts,
    caller: arrival.caller ?? everybody,
    requestId: arrival.id,
    at: arrival.at,
    ifMatch: header(request, 'if-match'),
    ifNoneMatch: header(request, 'if-none-match'),
    accept: header(request, 'accept'),
    lastEventId: header(request, 'last-event-id'),
    gone: goneWith(reply),
    cut: () => reply.raw.destroy(),
    params: request.params as Record<string, string>,
    query: request.query,
    body: request.body,
  };
}

function header(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

/** Aborted when the connection ends before the answer did. */
function goneWith(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function send(reply: FastifyReply, route: Route, answer: Answer<unknown>): FastifyReply {
  const { status = route.status ?? 200, headers = {}, body } = answer;
  // What people may read is for them: no cache in between keeps it.
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-cache', ...headers })
    .send(body);
}

// --- refusals ---------------------------------------------------------------------------------------------------

function refuse(
  parts: Parts,
  reply: FastifyReply,
  error: FastifyError | unknown,
  requestId: string,
): FastifyReply {
  const refusal = error instanceof Refusal ? error : frameworkRefusal(error);
  if (!refusal) parts.log.error({ err: error, requestId }, 'a request to the admin API failed');
  if (refusal?.cause) parts.log.error({ err: refusal.cause, requestId }, refusal.message);
  const { status, headers, body } = refusal ? problemAnswer(refusal, requestId) : bugAnswer(requestId);
  return (
    reply
      .code(status)
      .headers({ 'cache-control': 'no-store', ...headers, 'content-type': 'application/problem+json' })
      // Bytes, so that nothing is added to the media type.
      .send(Buffer.from(JSON.stringify(body)))
  );
}

const PATH_CHARACTERS = 200;

function shownPath(url: string): string {
  return url.split('?')[0]!.slice(0, PATH_CHARACTERS);
}
