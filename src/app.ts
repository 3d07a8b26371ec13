// The server as HTTP has it: its limits, what is said to whoever speaks no HTTP, and every part mounted at its address.

import { createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { registerAdmin } from './edge/admin/admin.ts';
import { registerDashboard } from './edge/dashboard.ts';
import { registerEvidenceKeys } from './edge/evidence-keys.ts';
import { registerForwardAuth } from './edge/forward-auth/forward-auth.ts';
import { registerNowhere } from './edge/nowhere.ts';
import { registerSignIn } from './edge/oidc/register.ts';
import { sessionCookie } from './edge/oidc/session-credential.ts';
import { registerOperations } from './edge/operations.ts';
import type { Parts } from './edge/parts.ts';
import { SCIM_BASE } from './edge/scim/call.ts';
import { registerScim } from './edge/scim/scim.ts';
import { waves } from './edge/scim/wave.ts';
import { watchRequests } from './edge/watched-requests.ts';
import { newId } from './id.ts';
import { limits } from './limits.ts';
import { errorBody } from './scim/messages.ts';
import { silentConnections } from './silent-connections.ts';

export interface Address {
  method: string;
  path: string;
}

/** `addresses` is filled with what is mounted. */
export async function buildApp(
  parts: Parts,
  addresses: Address[],
  { logs }: { logs: boolean },
): Promise<FastifyInstance> {
  const app = Fastify({
    // Entra's administrators save the Tenant URL with a slash at its end; a redirect would lose the token.
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 500 },
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    trustProxy: parts.settings.trustedProxies.length > 0 ? [...parts.settings.trustedProxies] : false,
    exposeHeadRoutes: true,
    // The same stands in the log, in the request's row and with the events that it causes.
    genReqId: () => newId(parts.clock.now()),
    forceCloseConnections: 'idle',
    clientErrorHandler: answerUnreadable,
    http: { maxHeaderSize: limits.headerBytes, headersTimeout: limits.headersTimeoutMs },
    // A path whose percent escapes cannot be decoded is answered like any other that leads nowhere.
    frameworkErrors: (_error, request, reply) => answerMalformed(request.url, reply as FastifyReply),
  });
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) addresses.push({ method: each, path: url });
  });
  watchRequests(app, parts, { logs });
  registerNowhere(app, addresses);
  // No name and no id has a NUL, and not every storage can be asked for one.
  app.addHook('onRequest', async (request, reply) => {
    if (/^[^?]*%00/.test(request.url)) {
      answerMalformed(request.url, reply);
      return reply;
    }
    return undefined;
  });
  const endSilent = silentConnections(app.server);
  app.addHook('preClose', async () => endSilent());
  const isHttps = parts.settings.publicUrl?.startsWith('https:') === true;
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    // A year, as browsers want it before they believe it; never for an address that is not ours for good.
    if (isHttps) reply.header('strict-transport-security', 'max-age=31536000');
  });
  const cursorKey = createHmac('sha256', parts.keys.current().bytes).update('cursor').digest();
  await app.register(cookie);
  const wave = waves(parts);
  app.addHook('onClose', wave.stop);
  const counting = { ...parts, ledger: wave.ledger };
  await app.register(async (scim) => registerScim(scim, counting, cursorKey), { prefix: SCIM_BASE });
  await app.register(async (admin) => registerAdmin(admin, parts, wave.ledger, [sessionCookie(parts)]));
  for (const register of [registerForwardAuth, registerSignIn, registerEvidenceKeys, registerDashboard]) {
    await app.register(async (scope) => register(scope, parts));
  }
  await app.register(async (operations) => registerOperations(operations, parts));
  await app.ready();
  return app;
}

function answerMalformed(url: string, reply: FastifyReply): void {
  const detail = 'The address of the request could not be read.';
  if (url.startsWith('/api')) {
    const problem = { type: 'about:blank', title: 'Bad Request', status: 400, detail };
    reply
      .code(400)
      .header('content-type', 'application/problem+json')
      .send(Buffer.from(JSON.stringify(problem)));
    return;
  }
  reply.code(400).header('content-type', 'application/scim+json');
  reply.send(Buffer.from(JSON.stringify(errorBody(400, undefined, detail))));
}

/** What is no HTTP is told so and shown out: the connection cannot be trusted to begin anew. */
function answerUnreadable(_error: Error, socket: Socket): void {
  if (!socket.writable || socket.destroyed) return;
  const body = JSON.stringify(errorBody(400, undefined, 'The request could not be read as HTTP.'));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/scim+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
