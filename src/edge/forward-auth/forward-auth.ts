// What a reverse proxy asks before it lets a request through to an application: nginx's auth_request, Traefik's ForwardAuth,
// Envoy's ext_authz, Caddy's forward_auth. 200 with headers that say who it is, 401 where nobody is signed in, 403 where
// they may not; anything else is a fault, for which a proxy lets nobody through.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../../id.ts';
import type { FullUser } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { accessOf, findAsked } from '../admin/access-answer.ts';
import { identifier, mayNot } from '../admin/caller.ts';
import { apiKey } from '../admin/credentials.ts';
import { bugAnswer, problemAnswer } from '../admin/problem.ts';
import { signedInCaller } from '../oidc/session-credential.ts';
import type { Parts } from '../parts.ts';
import { countRejected } from '../rejected.ts';
import { identityHeaders } from './identity-headers.ts';
import { type Required, readRequirements, readVisitorsRequirements, unmet } from './requirements.ts';
import { signInAddress, wantsPage } from './sign-in-address.ts';

const FORWARD_AUTH = '/api/forward-auth';
const ask = { resource: 'access', operation: 'read' } as const;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export function registerForwardAuth(app: FastifyInstance, parts: Parts): void {
  const identify = identifier([apiKey(parts)]);
  app.removeAllContentTypeParsers();
  // Envoy sends the visitor's method and media type: whatever came with them is not for us.
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  app.setErrorHandler((error, _request, reply) => refuse(parts, reply, error));

  /** Whom the proxy names, by its own key: a visitor's key or session names nobody here. */
  async function named(request: FastifyRequest, required: Required, at: number): Promise<FullUser> {
    const { authorization } = request.headers;
    const caller = await identify({ request: request.raw, authorization, remote: request.ip, at }).catch(
      (error: unknown) => {
        if (error instanceof Refusal) countRejected(parts.metrics, 'api', error);
        throw error;
      },
    );
    const refusal = mayNot(caller, ask);
    if (refusal) throw refusal;
    return findAsked(parts.ledger, required.person);
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    required: Required,
    visited: string | null = null,
  ) {
    const at = parts.clock.now();
    const full = required.isNamed
      ? await named(request, required, at).catch(asRefused)
      : await signedIn(parts, request, at);
    if (full === null) return askToSignIn(parts, request, reply, { required, visited });
    refuseUnmet(full, required);
    return reply.headers({ 'cache-control': 'no-store', ...identityHeaders(accessOf(full)) }).send();
  }

  app.route({
    method: METHODS,
    url: FORWARD_AUTH,
    handler: (request, reply) => answer(request, reply, readRequirements(queryOf(request))),
  });
  // Envoy adds the visitor's own path and query to the prefix that it has.
  app.route<{ Params: { required: string } }>({
    method: METHODS,
    url: `${FORWARD_AUTH}/:required/*`,
    handler: (request, reply) => {
      const visited = request.url.slice(request.url.indexOf('/', FORWARD_AUTH.length + 1));
      return answer(request, reply, readVisitorsRequirements(request.params.required), visited);
    },
  });
}

function queryOf(request: FastifyRequest): string {
  const at = request.url.indexOf('?');
  return at < 0 ? '' : request.url.slice(at + 1);
}

/** null: nobody is signed in. */
async function signedIn(parts: Parts, request: FastifyRequest, at: number): Promise<FullUser | null> {
  const caller = await signedInCaller(parts, request.raw, at);
  if (caller === null) return null;
  if (caller.user) return caller.user;
  throw new Refusal('forbidden', 'A break-glass administrator is nobody to an application.');
}

/** Proxies know 401 and 403: whom nobody knows may not come in. */
function asRefused(error: unknown): never {
  if (error instanceof Refusal && (error.reason === 'notFound' || error.reason === 'conflict')) {
    throw new Refusal('forbidden', error.message);
  }
  throw error;
}

function refuseUnmet(full: FullUser, required: Required): void {
  const access = accessOf(full);
  const { displayName, status } = access.user;
  if (!full.state.provider.enabled) throw new Refusal('forbidden', 'Their provider is disabled.');
  if (!access.active) throw new Refusal('forbidden', `${displayName} is ${status}.`);
  if (!access.role) throw new Refusal('forbidden', `${displayName} has no role here.`);
  const missing = unmet(access, required);
  if (missing) throw new Refusal('forbidden', `${displayName} does not have ${missing}.`);
}

/** 401 with where to sign in; who is shown the answer as it is, and wanted a page, is led there where the proxy wants that. */
function askToSignIn(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  { required, visited }: { required: Required; visited: string | null },
) {
  const address = signInAddress(parts.publicUrl(), request, visited);
  if (required.redirects && wantsPage(request)) {
    return reply.headers({ 'cache-control': 'no-store' }).redirect(address, 303);
  }
  reply.header('x-bifrost-sign-in', address);
  throw new Refusal('unauthenticated', 'Nobody is signed in.', { credential: 'none', signIn: address });
}

function refuse(parts: Parts, reply: FastifyReply, error: unknown): FastifyReply {
  const requestId = newId();
  if (!(error instanceof Refusal)) parts.log.error({ err: error, requestId }, 'a proxy was not answered');
  const { status, headers, body } =
    error instanceof Refusal ? problemAnswer(error, requestId) : bugAnswer(requestId);
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', ...headers, 'content-type': 'application/problem+json' })
    .send(Buffer.from(JSON.stringify(body)));
}
