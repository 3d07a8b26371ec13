// The simulated tenant's sign-in as a server on loopback: starts and stops it, plays the faults of the wire, and gives a
// test its handle. Which address is what: `login-routes.ts`.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Reply, readRequest, textReply } from '../http-message.ts';
import { newPortal, type Portal } from '../portal-api/portal.ts';
import { replyOfFault } from './faults.ts';
import { graphSource } from './graph-source.ts';
import { type LoginControl, loginControl } from './login-control.ts';
import { findEndpoint } from './login-routes.ts';
import { type LoginOptions, setUp } from './login-setup.ts';
import type { LoginState } from './login-state.ts';

export interface LoginSimulator extends LoginControl {
  /** Base of sign-in: what stands for `https://login.microsoftonline.com`. */
  readonly url: string;
  /** Base of Graph: what stands for `https://graph.microsoft.com`. */
  readonly graphUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Another application of the same tenant. */
  readonly other: Client;
  /** The second tenant, and its own application. */
  readonly attacker: Client & { readonly tenantId: string };
  close(): Promise<void>;
}

export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Requests that are remembered for `requests()`. */
const LOG_LENGTH = 2_000;

export async function startLogin(options: LoginOptions = {}): Promise<LoginSimulator> {
  const stopping = new AbortController();
  const server = createServer();
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state = await setUp(options, url).catch(async (error: unknown) => {
    await close(server, stopping);
    throw error;
  });
  const control = loginControl(state);
  const portal = newPortal(control, { authority: url, graph: state.graphUrl });
  server.on('request', (message, response) => {
    serve({ state, control, portal }, stopping.signal, message, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else write(response, textReply(500, `The simulator failed: ${String(error)}`));
    });
  });
  const [main, other, foreign] = [...state.apps.values()].map((app) => ({
    clientId: app.clientId,
    clientSecret: app.secrets[0]!.value,
  }));
  const [tenantId, attackerId] = [...state.tenants.keys()];
  return {
    ...control,
    url,
    graphUrl: state.graphUrl,
    tenantId: tenantId!,
    ...main!,
    other: other!,
    attacker: { tenantId: attackerId!, ...foreign! },
    close() {
      portal.close();
      return close(server, stopping);
    },
  };
}

async function close(server: Server, stopping: AbortController): Promise<void> {
  stopping.abort();
  if (!server.listening) return;
  server.close();
  // Hanging answers are part of the service, and would keep it open.
  server.closeAllConnections();
  await once(server, 'close');
}

interface Service {
  readonly state: LoginState;
  readonly control: LoginControl;
  readonly portal: Portal;
}

async function serve(
  { state, control, portal }: Service,
  stopping: AbortSignal,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(message);
  const { point, target, answer } = findEndpoint(state, control, portal, request);
  const fault = point === null ? null : state.faults.takeWire(point, target);
  const logged = (status: number | null): void => {
    if (point === null) return;
    if (state.log.length >= LOG_LENGTH) state.log.shift();
    state.log.push({ method: request.method, target: message.url ?? '/', status });
  };
  if (fault?.kind === 'hang' || fault?.kind === 'reset') {
    logged(null);
    if (fault.kind === 'reset') message.socket.resetAndDestroy();
    return;
  }
  if (fault?.kind === 'slow') await delay(fault.ms, undefined, { signal: stopping });
  const reply = (fault && replyOfFault(fault, graphSource(state), target)) ?? (await answer());
  logged(reply.status);
  if (fault?.kind === 'truncated') await writeHalf(response, reply);
  else write(response, reply);
}

function write(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
}

async function writeHalf(response: ServerResponse, reply: Reply): Promise<void> {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  await new Promise<unknown>((written) =>
    response.write(body.subarray(0, Math.ceil(body.length / 2)), written),
  );
  response.destroy();
}
