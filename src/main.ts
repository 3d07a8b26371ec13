// Builds the parts, joins them, starts, stops: the only file that knows every room.

import { createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type InjectOptions,
  type LightMyRequestResponse,
} from 'fastify';
import { type Clock, systemClock } from './clock.ts';
import { readSettings, type Settings, warningsOf } from './config.ts';
import { applyDeclared, declaredApiKeys } from './declared.ts';
import { registerAdmin } from './edge/admin/admin.ts';
import { writtenSecret } from './edge/admin/provider-block.ts';
import { sessionRules } from './edge/admin/session-rules.ts';
import { trustedNetworks } from './edge/admin/trusted-networks.ts';
import { closedSecrets, storedSecrets } from './edge/admin/verification.ts';
import { registerDashboard } from './edge/dashboard.ts';
import { passwords } from './edge/oidc/passwords.ts';
import { registerSignIn } from './edge/oidc/register.ts';
import { sessionCookie } from './edge/oidc/session-credential.ts';
import { issueSetUpLink, type SetUpLink } from './edge/oidc/set-up.ts';
import { registerOperations } from './edge/operations.ts';
import type { Parts } from './edge/parts.ts';
import { SCIM_BASE } from './edge/scim/call.ts';
import { registerScim } from './edge/scim/scim.ts';
import { fold } from './fold.ts';
import { followed } from './followed.ts';
import { newId } from './id.ts';
import { type Provider, type SecretName, sealedSecret } from './identity/provider.ts';
import { type KeyRing, loadKeyRing } from './key-ring.ts';
import type { Ledger } from './ledger/ledger.ts';
import { limits } from './limits.ts';
import {
  LOCAL_HEADER,
  type LocalRequests,
  listenOnSocket,
  localRequests,
  SOCKET_NAME,
} from './local-socket.ts';
import { createLogger } from './log.ts';
import { outbound } from './outbound.ts';
import { deliveringOn } from './outbox/worker.ts';
import { reach } from './provider/reach.ts';
import { SignInRefusal } from './provider/sign-in-refusal.ts';
import { reconcilingOn } from './reconcile/worker.ts';
import { errorBody } from './scim/messages.ts';
import { silentConnections } from './silent-connections.ts';
import { openStorage } from './storage.ts';
import { version } from './version.ts';
import { working } from './working.ts';

export interface StartOptions {
  env: Record<string, string | undefined>;
  /** The declarative configuration, parsed; otherwise the file that the environment names. */
  config?: unknown;
  clock?: Clock;
  /** False: no address and no socket, only `inject` (the CLI where no server runs). */
  listen?: boolean;
}

export interface Bifrost {
  /** Where it listens; empty without `listen`. How the world reaches it may differ: see `settings.publicUrl`. */
  url: string;
  settings: Settings;
  ledger: Ledger;
  /** Of each stored secret that no key of this server opens, a sentence. It serves: SCIM needs none of them. */
  closedSecrets: readonly string[];
  /** While nobody is an administrator, and no link is live: the one with which somebody becomes the first. */
  offerSetUp(): Promise<SetUpLink | null>;
  /** Everything that is mounted. */
  addresses: readonly Address[];
  /** A request without a network, with the rights of the operator's own shell. */
  inject(request: InjectOptions): Promise<LightMyRequestResponse>;
  /** Lets requests under way finish, writes what waits, closes the file. */
  stop(): Promise<void>;
}

export interface Address {
  method: string;
  path: string;
}

/** @throws ConfigError with all problems at once; LedgerLocked when another process has the data. */
export async function startBifrost(options: StartOptions): Promise<Bifrost> {
  const settings = readSettings({
    env: options.env,
    ...('config' in options ? { config: options.config } : {}),
  });
  const clock = options.clock ?? systemClock;
  const log = createLogger({ level: options.env.VITEST ? 'error' : 'info' });
  const ledger = await openStorage(settings, {
    onTrouble: (error) => log.warn({ err: error }, 'a connection to the database broke'),
    say: (line) => log.warn(line),
  });
  try {
    await refuseUnfinishedImport(ledger);
    // Under the lock of the data: a rotation in another process is over by now.
    const sealed = await storedSecrets(ledger);
    const keys = loadKeyRing(settings, { mayMake: sealed.length === 0 });
    const apiKeys = declaredApiKeys(settings);
    // Replicas that start together make the same file true, one after the other.
    // A command that opened the data itself changes nothing that it was not told to: on a database others are serving.
    const isCommand = options.listen === false;
    const begins = !isCommand || (await ledger.roles()).length === 0;
    if (begins) await ledger.alone(() => applyDeclared(ledger, settings, clock, (said) => log.warn(said)));
    const closed = closedSecrets(await storedSecrets(ledger), keys).map(({ said }) => said);
    for (const said of [...closed, ...(isCommand ? [] : warningsOf(settings))]) log.warn(said);
    const work = working(ledger, clock, settings.retention, log);
    const local = localRequests();
    const own = { ledger, settings };
    const cidrs = async () => (await trustedNetworks(own)).networks.map(({ cidr }) => cidr);
    const trusted = await followed(ledger, cidrs);
    const rules = await followed(ledger, () => sessionRules(own));
    const wayOut = outbound({ trustedNetworks: trusted.current, development: settings.development });
    const address = { url: '' };
    const way = reach({
      outbound: wayOut,
      clock,
      development: settings.development,
      secretOf: (provider, name = 'clientSecret') => secretOf(keys, settings, provider, name),
    });
    const reconciling = reconcilingOn({ ledger, clock, reach: way, log });
    const delivering = deliveringOn({ ledger, clock, keys, outbound: wayOut, log });
    const parts: Parts = {
      ledger,
      clock,
      settings,
      log,
      keys,
      version,
      passwords: passwords(),
      reach: way,
      reconciling,
      sessionRules: rules.current,
      delivering,
      apiKeys,
      publicUrl: () => settings.publicUrl ?? (address.url || `http://${settings.host}:${settings.port}`),
      isLocal: local.has,
      wakeWork: work.wake,
    };
    const addresses: Address[] = [];
    const app = await buildApp(parts, addresses);
    const stopListening =
      options.listen === false ? async () => {} : await listen(app, parts, local, address);
    if (!isCommand || ledger.engine === 'sqlite') work.begin();
    if (!isCommand) reconciling.schedule();
    if (!isCommand) delivering.schedule();
    return {
      url: address.url,
      settings,
      ledger,
      closedSecrets: closed,
      offerSetUp: () => {
        const at = clock.now();
        const cause = { kind: 'start' as const, id: newId(at) };
        const by = { at, actor: { kind: 'system' as const, id: 'start' }, cause };
        return issueSetUpLink(ledger, parts.publicUrl(), by, { onlyFirst: true });
      },
      addresses,
      inject: (request) =>
        app.inject({ ...request, headers: { ...request.headers, [LOCAL_HEADER]: local.secret } }),
      stop: async () => {
        await stopListening();
        await app.close();
        await Promise.all([reconciling.stop(), delivering.stop()]);
        await work.stop();
        trusted.stop();
        rules.stop();
        await wayOut.close();
        await ledger.close();
      },
    };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

/** What the file declares stays in the file; everything else is sealed with its provider. */
function secretOf(
  keys: KeyRing,
  { declared }: Settings,
  provider: Provider,
  name: SecretName,
): string | null {
  const block = declared?.providers.find((each) => fold(each.name) === fold(provider.name));
  const written = provider.declared && block ? writtenSecret(block, name) : undefined;
  if (written !== undefined) return written;
  const secret = sealedSecret(provider, name);
  if (secret === null) return null;
  try {
    return keys.open(secret.sealed, secret.identity);
  } catch (error) {
    throw new SignInRefusal('bad_settings', { detail: (error as Error).message });
  }
}

async function refuseUnfinishedImport(ledger: Ledger): Promise<void> {
  const underWay = await ledger.unfinishedImport();
  if (!underWay) return;
  throw new Error(
    `an import into this data is not finished (${underWay.lines} lines are done). Run the same "bifrost import" again: it goes on where it stopped.`,
  );
}

// --- HTTP -------------------------------------------------------------------------------------------------------

/** `addresses` is filled with what is mounted. */
async function buildApp(parts: Parts, addresses: Address[]): Promise<FastifyInstance> {
  const app = Fastify({
    // Entra's administrators save the Tenant URL with a slash at its end; a redirect would lose the token.
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 500 },
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    trustProxy: parts.settings.trustedProxies.length > 0 ? [...parts.settings.trustedProxies] : false,
    exposeHeadRoutes: true,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerUnreadable,
    http: { maxHeaderSize: limits.headerBytes, headersTimeout: limits.headersTimeoutMs },
    // A path whose percent escapes cannot be decoded is answered like any other that leads nowhere.
    frameworkErrors: (_error, request, reply) => answerMalformed(request.url, reply as FastifyReply),
  });
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) addresses.push({ method: each, path: url });
  });
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
  await app.register(async (scim) => registerScim(scim, parts, cursorKey), { prefix: SCIM_BASE });
  await app.register(async (admin) => registerAdmin(admin, parts, [sessionCookie(parts)]));
  await app.register(async (people) => registerSignIn(people, parts));
  await app.register(async (pages) => registerDashboard(pages, parts));
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

async function listen(
  app: FastifyInstance,
  parts: Parts,
  local: LocalRequests,
  address: { url: string },
): Promise<() => Promise<void>> {
  const { host, port, dataDir } = parts.settings;
  address.url = (await app.listen({ host, port }))
    .replace('[::]', 'localhost')
    .replace('0.0.0.0', 'localhost');
  const socket = await listenOnSocket(app, local, join(dataDir, SOCKET_NAME)).catch((error: unknown) => {
    parts.log.warn({ err: error }, 'no local socket: CLI commands need BIFROST_URL and BIFROST_API_KEY');
    return null;
  });
  return async () => {
    if (!socket) return;
    socket.closeAllConnections();
    await new Promise((resolve) => socket.close(resolve));
  };
}
