// What the operator decides: environment and declarative configuration, read once, checked whole, frozen. The keys of
// the file stand in config-schema.ts.

import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { type ConfigSource, readConfigFile } from './config-file.ts';
import { ConfigError, type ConfigProblem, type Environment } from './config-problem.ts';
import { type Reading, readBy } from './config-reader.ts';
import {
  configSchema,
  developmentAddresses,
  durationMs,
  isNetwork,
  providerAddresses,
  type WrittenConfig,
  type WrittenProvider,
} from './config-schema.ts';
import { type LogLevel, logLevels } from './log.ts';
import { readKey, type SecretKey } from './secret.ts';

export { ConfigError, type ConfigProblem };

interface FromProvider {
  readonly reconcile: { readonly mode: 'heal' | 'report' | 'off'; readonly everyMs: number };
  /** The keys that the file wrote: these it owns. What it left out has its default here, but others may own it. */
  readonly declaredKeys: readonly string[];
}
type Declared<P> = P extends { kind: 'entra' }
  ? Omit<P, 'reconcile' | 'allowedTenants'> & FromProvider & { readonly allowedTenants: readonly string[] }
  : P extends { kind: string }
    ? Omit<P, 'reconcile'> & FromProvider
    : never;

export type DeclaredProvider = Declared<WrittenProvider>;
export type DeclaredApiKey = WrittenConfig['apiKeys'][number];
export type DeclaredTrustedNetwork = NonNullable<WrittenConfig['trustedNetworks']>[number];
export type DeclaredResource = NonNullable<WrittenConfig['permissions']>[number];

/** What the file says and therefore owns. An absent list is not an empty one: the dashboard owns it. */
export interface DeclaredConfig {
  readonly providers: readonly DeclaredProvider[];
  readonly apiKeys: readonly DeclaredApiKey[];
  readonly trustedNetworks?: readonly DeclaredTrustedNetwork[];
  readonly permissions?: readonly DeclaredResource[];
  readonly sessions?: WrittenConfig['sessions'];
}

export interface Settings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  /** Scheme, host and port, without a slash at its end. Null: what is listened on. */
  readonly publicUrl: string | null;
  readonly secretKey: SecretKey | null;
  /** Of a rotation: opens what was sealed before it. Only beside `secretKey`. */
  readonly formerSecretKey: SecretKey | null;
  readonly development: boolean;
  readonly trustedProxies: readonly string[];
  /** Who may read /metrics without an API key. */
  readonly metricsNetworks: readonly string[];
  readonly logLevel: LogLevel;
  /** After it was told to stop, for so long it still serves while /readyz sends others elsewhere. */
  readonly drainMs: number;
  /** Durations such as `15m`: what counts where nobody set them elsewhere. */
  readonly sessions: { readonly refreshAfter: string; readonly cap: string };
  readonly retention: { readonly requestsMs: number; readonly removedUsersMs: number };
  readonly declared: DeclaredConfig | null;
  readonly configPath: string | null;
}

/** The environment, and where the configuration comes from. */
export type SettingsSource = ConfigSource;

/** Throws a ConfigError that names every problem of environment and file. */
export function readSettings(source: SettingsSource): Settings {
  const problems: ConfigProblem[] = [];
  const environment = readEnvironment(source.env, source.directory ?? process.cwd(), problems);
  const { content, path } = readConfigFile(source, problems);
  const reading: Reading = { env: source.env, problems, credentials: new Map() };
  // With problems found, what is read has holes; it is trusted only after they were thrown.
  const written = readBy(configSchema, content ?? {}, '', reading) as WrittenConfig;
  if (
    environment.databaseUrl !== null &&
    environment.secretKey === null &&
    !isSet(source.env.BIFROST_SECRET_KEY)
  ) {
    const message =
      'is required with DATABASE_URL, the same for all replicas: make one with `openssl rand -base64 32`';
    problems.push({ path: 'BIFROST_SECRET_KEY', message });
  }
  if (!environment.development) refuseInsecureProviders(written, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const { sessions, retention } = written;
  return deepFreeze({
    ...environment,
    sessions,
    retention: {
      requestsMs: durationMs(retention.requests),
      removedUsersMs: durationMs(retention.removedUsers),
    },
    declared: content === null ? null : declaredBy(written, content as Written),
    configPath: path,
  });
}

interface Written {
  providers?: object[];
  sessions?: object;
}

function declaredBy(written: WrittenConfig, content: Written): DeclaredConfig {
  const { apiKeys, trustedNetworks, permissions } = written;
  const providers = written.providers.map((provider, at) => {
    const byDefault = provider.claimsSyncMode === 'scim' && provider.scim?.enabled ? 'report' : 'heal';
    const { mode = byDefault, every } = provider.reconcile;
    const read = {
      ...provider,
      reconcile: { mode, everyMs: durationMs(every) },
      declaredKeys: Object.keys(content.providers?.[at] ?? {}),
    };
    return read.kind === 'entra' ? { ...read, allowedTenants: read.allowedTenants ?? [read.tenantId] } : read;
  });
  return {
    providers,
    apiKeys,
    ...(trustedNetworks && { trustedNetworks }),
    ...(permissions && { permissions }),
    ...(content.sessions && { sessions: written.sessions }),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const each of Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
}

// The environment.

type FromEnvironment = Omit<Settings, 'sessions' | 'retention' | 'declared' | 'configPath'>;

/** A variable that is set to nothing counts as not set, as container files write it. */
function readEnvironment(env: Environment, directory: string, problems: ConfigProblem[]): FromEnvironment {
  const read = <T>(
    name: string,
    otherwise: T,
    parse: (text: string) => T | undefined,
    problem: string,
  ): T => {
    const text = env[name]?.trim();
    if (!text) return otherwise;
    const value = parse(text);
    if (value === undefined) problems.push({ path: name, message: problem });
    return value ?? otherwise;
  };
  const readSecretKey = (name: string) =>
    read<SecretKey | null>(
      name,
      null,
      (text) => readKey(text) ?? undefined,
      'must be exactly 32 bytes in base64: make one with `openssl rand -base64 32`',
    );
  if (env.BIFROST_SECRET_KEY_FORMER?.trim() && !env.BIFROST_SECRET_KEY?.trim()) {
    const message = 'is for a rotation of BIFROST_SECRET_KEY, which is not set';
    problems.push({ path: 'BIFROST_SECRET_KEY_FORMER', message });
  }
  return {
    host: read(
      'HOST',
      '127.0.0.1',
      (text) => (isIP(text) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) ? text : undefined),
      'is no address to listen on: write an IP address or a host name, without scheme and port',
    ),
    port: read('PORT', 8080, readPort, 'is no port: write a whole number from 0 to 65535 (0: any free one)'),
    dataDir: resolve(directory, env.BIFROST_DATA_DIR?.trim() || './data'),
    databaseUrl: read<string | null>(
      'DATABASE_URL',
      null,
      readDatabaseUrl,
      'must be postgres://user:password@host:port/database, with : @ / % in a password as %3A %40 %2F %25; unset it to keep the data in an SQLite file in BIFROST_DATA_DIR',
    ),
    publicUrl: read<string | null>(
      'BIFROST_PUBLIC_URL',
      null,
      readPublicUrl,
      'must be https://host, without a path, query or user (http only for localhost: browsers would drop the session cookie)',
    ),
    secretKey: readSecretKey('BIFROST_SECRET_KEY'),
    formerSecretKey: readSecretKey('BIFROST_SECRET_KEY_FORMER'),
    development: read(
      'BIFROST_DEVELOPMENT',
      false,
      (text) => (text === '1' ? true : text === '0' ? false : undefined),
      'is either 1, or 0, or not set',
    ),
    trustedProxies: read<readonly string[]>(
      'BIFROST_TRUSTED_PROXY',
      [],
      readNetworks,
      'must be networks, separated by commas, such as 10.0.0.0/8, 192.0.2.7',
    ),
    metricsNetworks: read<readonly string[]>(
      'BIFROST_METRICS_NETWORKS',
      ['127.0.0.0/8', '::1/128'],
      readNetworks,
      'must be networks, separated by commas, such as 10.0.0.0/8, 192.0.2.7; not set: this machine alone',
    ),
    drainMs: read(
      'BIFROST_DRAIN',
      0,
      (text) => (/^\d{1,3}s$/.test(text) ? Number.parseInt(text, 10) * 1000 : undefined),
      'is a number of seconds such as 5s, at most 999s',
    ),
    logLevel: read<LogLevel>(
      'BIFROST_LOG_LEVEL',
      // A test that reads what is logged says which level.
      isSet(env.VITEST) ? 'error' : 'info',
      (text) => logLevels.find((level) => level === text),
      `is one of ${logLevels.join(', ')}`,
    ),
  };
}

function isSet(text: string | undefined): boolean {
  return (text?.trim() ?? '') !== '';
}

function readDatabaseUrl(text: string): string | undefined {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text) ? text : undefined;
}

function readPort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

function readNetworks(text: string): readonly string[] | undefined {
  const networks = text.split(',').map((each) => each.trim());
  return networks.every(isNetwork) ? networks : undefined;
}

function readPublicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare = url.pathname === '/' && url.search + url.hash + url.username + url.password === '';
  const kept = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  return bare && kept ? url.origin : undefined;
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function refuseInsecureProviders(
  written: Partial<WrittenConfig> | undefined,
  problems: ConfigProblem[],
): void {
  for (const [at, provider] of (written?.providers ?? []).entries()) {
    const addresses = (provider ?? {}) as Readonly<Record<string, unknown>>;
    for (const key of providerAddresses) {
      const address = addresses[key];
      if (typeof address !== 'string') continue;
      const { protocol, hostname } = new URL(address);
      if (protocol === 'https:' && !isLoopback(hostname)) continue;
      const message =
        'is plain http or on this machine: use https and a public name (BIFROST_DEVELOPMENT=1 allows it for trying out)';
      problems.push({ path: `providers[${at}].${key}`, message });
    }
    for (const key of developmentAddresses) {
      if (addresses[key] === undefined) continue;
      const message = 'is for trying out with BIFROST_DEVELOPMENT=1: leave it out';
      problems.push({ path: `providers[${at}].${key}`, message });
    }
  }
}

/** What whoever starts the server should know of its settings. */
export function warningsOf({ development }: Pick<Settings, 'development'>): string[] {
  const said =
    'BIFROST_DEVELOPMENT=1: identity providers may be on this machine and by plain http. Never for real people.';
  return development ? [said] : [];
}
