// Builds the parts, joins them, starts, stops: the only file that knows every room.

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { type Address, buildApp } from './app.ts';
import { type Clock, systemClock } from './clock.ts';
import { readSettings, type Settings, warningsOf } from './config.ts';
import { applyDeclared, declaredApiKeys } from './declared.ts';
import { writtenSecret } from './edge/admin/provider-block.ts';
import { sessionRules } from './edge/admin/session-rules.ts';
import { trustedNetworks } from './edge/admin/trusted-networks.ts';
import { closedSecrets, storedSecrets } from './edge/admin/verification.ts';
import { passwords } from './edge/oidc/passwords.ts';
import { issueSetUpLink, type SetUpLink } from './edge/oidc/set-up.ts';
import type { Parts } from './edge/parts.ts';
import { expiryNotices } from './expiry-notices.ts';
import { fold } from './fold.ts';
import { followed } from './followed.ts';
import { newId } from './id.ts';
import { type Provider, type SecretName, sealedSecret } from './identity/provider.ts';
import { type KeyRing, loadKeyRing } from './key-ring.ts';
import type { Ledger } from './ledger/ledger.ts';
import {
  LOCAL_HEADER,
  type LocalRequests,
  listenOnSocket,
  localRequests,
  SOCKET_NAME,
} from './local-socket.ts';
import { createLogger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { outbound } from './outbound.ts';
import { deliveringOn } from './outbox/worker.ts';
import { reach } from './provider/reach.ts';
import { SignInRefusal } from './provider/sign-in-refusal.ts';
import { reconcilingOn } from './reconcile/worker.ts';
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

/** @throws ConfigError with all problems at once; LedgerLocked when another process has the data. */
export async function startBifrost(options: StartOptions): Promise<Bifrost> {
  const settings = readSettings({
    env: options.env,
    ...('config' in options ? { config: options.config } : {}),
  });
  const clock = options.clock ?? systemClock;
  const log = createLogger({ level: settings.logLevel });
  const engine = settings.databaseUrl === null ? 'sqlite' : 'postgres';
  const metrics = createMetrics({ version, engine });
  const ledger = await openStorage(settings, {
    onTrouble: (error) => log.warn({ err: error }, 'a connection to the database broke'),
    say: (line) => log.warn(line),
    watch: {
      committed(durationMs, operations) {
        metrics.commits.observe(durationMs / 1000);
        metrics.commitOperations.observe(operations);
      },
    },
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
    let stopping = false;
    const way = reach({
      outbound: wayOut,
      clock,
      development: settings.development,
      secretOf: (provider, name = 'clientSecret') => secretOf(keys, settings, provider, name),
    });
    const reconciling = reconcilingOn({ ledger, clock, reach: way, log });
    const delivering = deliveringOn({
      ...{ ledger, clock, keys, outbound: wayOut, log },
      onTried: (webhook, result) => metrics.webhookTries.inc({ webhook, result }),
    });
    const parts: Parts = {
      ledger,
      clock,
      settings,
      log,
      metrics,
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
      isOwn: local.isOwn,
      isStopping: () => stopping,
      wakeWork: work.wake,
    };
    const notices = expiryNotices({ ledger, clock, reach: way, log });
    const addresses: Address[] = [];
    const app = await buildApp(parts, addresses, { logs: !isCommand });
    const stopListening =
      options.listen === false ? async () => {} : await listen(app, parts, local, address);
    if (!isCommand || ledger.engine === 'sqlite') work.begin();
    if (!isCommand) reconciling.schedule();
    if (!isCommand) delivering.schedule();
    if (!isCommand) notices.schedule();
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
        stopping = true;
        metrics.stopping.set(1);
        // Balancers ask every few seconds, and send requests here until they have heard.
        if (!isCommand && settings.drainMs > 0) await delay(settings.drainMs);
        await stopListening();
        await app.close();
        await Promise.all([reconciling.stop(), delivering.stop(), notices.stop()]);
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
