// The operator's own way in: a socket in the data directory, and which requests came by it.

import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { dirname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { makeFolder } from './folder.ts';

export const SOCKET_NAME = 'bifrost.sock';
export const LOCAL_HEADER = 'x-bifrost-local';

export interface LocalRequests {
  /** For requests that this process makes of itself. */
  readonly secret: string;
  add(request: IncomingMessage): void;
  has(request: IncomingMessage): boolean;
  /** Made of itself, with that secret. */
  isOwn(request: IncomingMessage): boolean;
}

/** Whoever may open this file may do everything, as with the data beside it. */
export async function listenOnSocket(
  app: FastifyInstance,
  local: LocalRequests,
  path: string,
): Promise<Server> {
  makeFolder(dirname(path));
  rmSync(path, { force: true });
  const server = createServer((request, response) => {
    local.add(request);
    app.routing(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}

/** Which requests came from the operator's own shell: by the socket, or injected with this process's own secret. */
export function localRequests(): LocalRequests {
  const bySocket = new WeakSet<IncomingMessage>();
  const secret = randomBytes(32).toString('base64url');
  const isOwn = (request: IncomingMessage) => request.headers[LOCAL_HEADER] === secret;
  return {
    secret,
    add: (request: IncomingMessage) => bySocket.add(request),
    has: (request: IncomingMessage) => bySocket.has(request) || isOwn(request),
    isOwn,
  };
}
