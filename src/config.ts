// What the operator decides: environment and declarative configuration, read once, checked whole, frozen; and every
// limit of the server that is not SCIM's own. The keys of the file stand in config-schema.ts. Longer than most files
// because reading by the schema belongs to one place and has no other user.

import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import {
  configSchema,
  durationMs,
  isNetwork,
  type WrittenConfig,
  type WrittenProvider,
} from './config-schema.ts';
import { fold } from './fold.ts';
import { readKey, type SecretKey } from './secret.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Limits by name and with their unit. What exceeds one is refused, never cut. */
export const limits = {
  /** A configuration file. */
  configBytes: 5 * MIB,
  /** A request's body: a PATCH that names 10,000 members takes under 2 MiB, with room for a directory's habits. */
  bodyBytes: 8 * MIB,
  /** Request line and headers: a filter of 20,000 characters, percent-encoded, fits. */
  headerBytes: 96 * KIB,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 60_000,
  /** Above the 60 s of common load balancers, so that it is they who close an idle connection. */
  keepAliveTimeoutMs: 75_000,
  /** How long a stop waits for requests under way. */
  shutdownGraceMs: 10_000,
  /** Items of a list of the admin API, where `limit` says nothing, and at most. */
  listItemsDefault: 50,
  listItemsMost: 500,
  /** A total is counted up to here, then capped. */
  totalCountedTo: 10_000,
  /** Change sets that one transaction takes together. */
  commitChangeSets: 256,
  /** How often an operation decides again after a stale revision. */
  commitAttempts: 20,
  /** Rows and age at which buffered request-log rows are written. */
  requestLogRows: 500,
  requestLogDelayMs: 250,
  /** Characters of a body kept in the request log. */
  requestLogBodyCharacters: 16 * KIB,
  /** Rows that retention deletes, and people that a job resolves, per transaction. */
  retentionRows: 2_000,
  jobPeople: 500,
  retentionEveryMs: 3_600_000,
  /** Failed authentications of one address in a minute before it has to wait. */
  failedAuthenticationsPerMinute: 60,
} as const;

/** Name of an environment variable or of a configuration file, or a path in that file; and what to do about it. */
export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

const PROBLEMS_SHOWN = 100;

/** Everything that is wrong, at once. No message holds a value from the environment or of the file. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.slice(0, PROBLEMS_SHOWN).map(({ path, message }) => `  ${path}: ${message}`);
    if (problems.length > PROBLEMS_SHOWN) lines.push(`  and ${problems.length - PROBLEMS_SHOWN} more`);
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    super(`Bifrost does not start, because its configuration has ${count}:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

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
  readonly development: boolean;
  readonly trustedProxies: readonly string[];
  readonly sessions: { readonly refreshAfterMs: number; readonly capMs: number };
  readonly retention: { readonly requestsMs: number; readonly removedUsersMs: number };
  readonly declared: DeclaredConfig | null;
  readonly configPath: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingsSource {
  env: Environment;
  /** The text of a configuration; `configPath` then only names it. */
  configText?: string | undefined;
  /** Instead of BIFROST_CONFIG and of looking in `directory`. */
  configPath?: string | undefined;
  /** A configuration that was read already: no file is looked for. */
  config?: unknown;
  /** What relative paths start from; the working directory when left out. */
  directory?: string | undefined;
}

/** Throws a ConfigError that names every problem of environment and file. */
export function readSettings(source: SettingsSource): Settings {
  const problems: ConfigProblem[] = [];
  const environment = readEnvironment(source.env, source.directory ?? process.cwd(), problems);
  const { content, path } = readConfigFile(source, problems);
  const reading: Reading = { env: source.env, problems, credentials: new Map() };
  // With problems found, what is read has holes; it is trusted only after they were thrown.
  const written = readBy(configSchema, content ?? {}, '', reading) as WrittenConfig;
  if (!environment.development) refuseInsecureProviders(written, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const { sessions, retention } = written;
  return deepFreeze({
    ...environment,
    sessions: { refreshAfterMs: durationMs(sessions.refreshAfter), capMs: durationMs(sessions.cap) },
    retention: {
      requestsMs: durationMs(retention.requests),
      removedUsersMs: durationMs(retention.removedUsers),
    },
    declared: content === null ? null : declaredBy(written, content as { providers?: object[] }),
    configPath: path,
  });
}

function declaredBy(written: WrittenConfig, content: { providers?: object[] }): DeclaredConfig {
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
  const postgres = /^postgres(ql)?:\/\//.test(env.DATABASE_URL?.trim() ?? '');
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
      () => undefined,
      postgres
        ? 'names a PostgreSQL database, which this version cannot use yet: unset it, and the data is kept in an SQLite file in BIFROST_DATA_DIR'
        : 'must begin with postgres://; unset it to keep the data in an SQLite file in BIFROST_DATA_DIR',
    ),
    publicUrl: read<string | null>(
      'BIFROST_PUBLIC_URL',
      null,
      readPublicUrl,
      'must be https://host, without a path, query or user (http only for localhost: browsers would drop the session cookie)',
    ),
    secretKey: read<SecretKey | null>(
      'BIFROST_SECRET_KEY',
      null,
      (text) => readKey(text) ?? undefined,
      'must be exactly 32 bytes in base64: make one with `openssl rand -base64 32`',
    ),
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
  };
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
    for (const key of ['issuer', 'serverUrl'] as const) {
      const address = (provider as Partial<Record<typeof key, string>> | undefined)?.[key];
      if (address === undefined) continue;
      const { protocol, hostname } = new URL(address);
      if (protocol === 'https:' && !isLoopback(hostname)) continue;
      const message =
        'is plain http or on this machine: use https and a public name (BIFROST_DEVELOPMENT=1 allows it for trying out)';
      problems.push({ path: `providers[${at}].${key}`, message });
    }
  }
}

// The file.

interface ConfigFile {
  /** Null: there is none. */
  content: unknown;
  path: string | null;
}

const CONFIG_NAMES = ['bifrost.json', 'bifrost.yaml', 'bifrost.yml'];

function readConfigFile(source: SettingsSource, problems: ConfigProblem[]): ConfigFile {
  if (source.config !== undefined) return { content: source.config, path: null };
  if (source.configText !== undefined) {
    const path = source.configPath ?? null;
    return { content: parseConfig(source.configText, path ?? 'configuration', problems), path };
  }
  const directory = source.directory ?? process.cwd();
  const named = source.configPath ?? (source.env.BIFROST_CONFIG?.trim() || undefined);
  const there = CONFIG_NAMES.filter((name) => statSync(resolve(directory, name), { throwIfNoEntry: false }));
  if (named === undefined && there.length > 1) {
    const message = `stand beside each other: keep one, or name one in BIFROST_CONFIG`;
    problems.push({ path: there.join(' and '), message });
  }
  const name = named ?? there[0];
  if (name === undefined) return { content: null, path: null };
  const path = resolve(directory, name);
  try {
    if (statSync(path).size > limits.configBytes) {
      problems.push({ path, message: `is larger than ${limits.configBytes / MIB} MiB` });
      return { content: null, path };
    }
    return { content: parseConfig(readFileSync(path, 'utf8'), path, problems), path };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    problems.push({
      path,
      message: `${why}${named && !source.configPath ? '; BIFROST_CONFIG names it' : ''}`,
    });
    return { content: null, path };
  }
}

/** JSON is read as the YAML 1.2 it is, so both report doubled keys and the place of an error alike. */
function parseConfig(text: string, path: string, problems: ConfigProblem[]): unknown {
  const counter = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = counter.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  try {
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
    const doubled = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
    // Of the others the first is the cause, and the rest its consequences.
    const broken = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY').slice(0, 1);
    for (const { code, pos } of [...broken, ...doubled]) {
      const message = syntaxWords[code] ?? 'this is neither JSON nor YAML';
      problems.push({ path, message: `${place(pos[0])}: ${message}` });
    }
    return document.errors.length > 0 ? null : (document.toJS() ?? {});
  } catch (error) {
    // How the parser says that an alias leads nowhere, or that aliases of aliases would grow without end.
    if (!(error instanceof ReferenceError)) throw error;
    problems.push({ path, message: 'has an alias without its anchor, or too many aliases' });
    return null;
  }
}

/** Ours, because the parser's own messages quote the text, and the text may be a secret. */
const syntaxWords: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands here for the second time',
  MISSING_CHAR: 'something that was opened here or before is not closed, or a colon or comma is missing',
  UNEXPECTED_TOKEN:
    'this does not belong here; is a comma, colon, quote or bracket missing before it, or too many?',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed',
  TAB_AS_INDENT: 'a tab indents this line: YAML wants spaces',
  BAD_DQ_ESCAPE: 'this backslash sequence is none',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon in one line: put the text in quotes',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  MULTIPLE_DOCS: 'a second document begins here: one file holds one',
};

// Reading by the schema: one walk that puts in `env.` references and defaults, and collects what is wrong.

interface Reading {
  readonly env: Environment;
  readonly problems: ConfigProblem[];
  /** Where each bearer secret was seen: the same one twice could not tell who is asking. */
  readonly credentials: Map<string, string>;
}

/** The part of JSON Schema that config-schema.ts uses, and its three additions. */
interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly patternErrorMessage?: string;
  readonly uniqueBy?: readonly string[];
  readonly credential?: boolean;
  readonly '~refine'?: readonly { check(value: unknown): boolean; error(value: unknown): string }[];
}

type Say = (message: string) => void;

/** The value with references and defaults put in. Where something is wrong, a problem and a hole. */
function readBy(schema: Schema, written: unknown, path: string, reading: Reading): unknown {
  const { value, variable } = referred(written, reading.env);
  const say: Say = (message) => {
    const origin = variable ? ` (from the environment variable ${variable})` : '';
    reading.problems.push({ path: path || 'configuration', message: message + origin });
  };
  if (value === undefined) return void say('is not set: set it, or write the value here');
  if (value === null) return void say('has no value: write one ([] for an empty list), or leave the key out');
  const before = reading.problems.length;
  const read = readValue(schema, value, path, reading, say);
  if (reading.problems.length > before) return read;
  const broken = schema['~refine']?.find(({ check }) => !check(read));
  return broken ? void say(broken.error(read)) : read;
}

function referred(written: unknown, env: Environment): { value: unknown; variable?: string } {
  const variable =
    typeof written === 'string' ? /^env\.([A-Za-z_][A-Za-z0-9_]*)$/.exec(written)?.[1] : undefined;
  if (variable === undefined) return { value: written };
  return { value: Object.hasOwn(env, variable) ? env[variable] : undefined, variable };
}

function readValue(schema: Schema, value: unknown, path: string, reading: Reading, say: Say): unknown {
  if (schema.anyOf) return readVariant(schema.anyOf, value, path, reading, say);
  if (schema.type === 'object') return readObject(schema, value, path, reading, say);
  if (schema.type === 'array') return readList(schema, value, path, reading, say);
  const message =
    leafProblem(schema, value) ?? (schema.credential ? takenCredential(value, path, reading) : null);
  if (message !== null) say(message);
  return message === null ? value : undefined;
}

function readObject(schema: Schema, value: unknown, path: string, reading: Reading, say: Say): unknown {
  if (!isObject(value)) return void say('must be an object with named values');
  const each = schema.patternProperties && Object.values(schema.patternProperties)[0];
  if (each) {
    const entries = Object.entries(value);
    if (entries.length > (schema.maxProperties ?? Number.POSITIVE_INFINITY)) say('has too many entries');
    return Object.fromEntries(
      entries.map(([key, one]) => [key, readBy(each, one, inside(path, key), reading)]),
    );
  }
  const properties = schema.properties ?? {};
  const known = Object.keys(properties);
  for (const key of Object.keys(value).filter((key) => !Object.hasOwn(properties, key))) {
    const likely = mostAlike(key, known);
    const hint = likely ? `did you mean ${likely}?` : `known here are ${known.join(', ')}`;
    reading.problems.push({ path: inside(path, key), message: `is no key of the configuration: ${hint}` });
  }
  const read: [string, unknown][] = [];
  for (const [key, property] of Object.entries(properties)) {
    const one = Object.hasOwn(value, key) ? value[key] : property.default;
    if (one !== undefined) read.push([key, readBy(property, one, inside(path, key), reading)]);
    else if (schema.required?.includes(key)) {
      reading.problems.push({
        path: inside(path, key),
        message: `is missing. ${property.description ?? ''}`.trim(),
      });
    }
  }
  return Object.fromEntries(read.filter(([, one]) => one !== undefined));
}

function readList(schema: Schema, value: unknown, path: string, reading: Reading, say: Say): unknown {
  if (!Array.isArray(value)) return void say('must be a list');
  if (value.length < (schema.minItems ?? 0)) say('must not be empty');
  if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) {
    return void say(`has ${value.length} entries, and may have ${schema.maxItems}`);
  }
  const read = value.map((one, at) => readBy(schema.items ?? {}, one, `${path}[${at}]`, reading));
  if (schema.uniqueBy) refuseDoubles(read, schema.uniqueBy, path, reading);
  return read;
}

/** One key makes a name, of which case does not count; several make a rule, which is what its texts say exactly. */
function refuseDoubles(read: unknown[], keys: readonly string[], path: string, reading: Reading): void {
  const seen = new Map<string, number>();
  for (const [at, one] of read.entries()) {
    const texts = keys.map((key) => (isObject(one) ? one[key] : undefined));
    if (!texts.every((text) => typeof text === 'string')) continue;
    const mark = keys.length === 1 ? fold(texts[0]!) : JSON.stringify(texts);
    const first = seen.get(mark);
    const place = (index: number): string => `${path}[${index}]${keys.length === 1 ? `.${keys[0]}` : ''}`;
    if (first === undefined) seen.set(mark, at);
    else reading.problems.push({ path: place(at), message: `is the same as ${place(first)}` });
  }
}

/** The variant whose `kind` is written; where that is none, what all variants share is checked still. */
function readVariant(
  variants: readonly Schema[],
  value: unknown,
  path: string,
  reading: Reading,
  say: Say,
): unknown {
  if (!isObject(value)) return void say('must be an object with named values');
  const kinds = variants.map(({ properties }) => properties?.kind?.const ?? '');
  const kind = Object.hasOwn(value, 'kind') ? referred(value.kind, reading.env).value : undefined;
  const variant = variants[kinds.indexOf(String(kind))];
  if (variant) return readObject(variant, value, path, reading, say);
  const [first = {}, ...others] = variants;
  const shared = Object.entries(first.properties ?? {}).filter(([key, property]) =>
    others.every(({ properties }) => properties?.[key] === property),
  );
  const properties = {
    kind: { enum: kinds, description: `One of ${kinds.join(', ')}.` },
    ...Object.fromEntries(shared),
  };
  const known = Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(properties, key)));
  const required = first.required?.filter((key) => Object.hasOwn(properties, key)) ?? [];
  return readObject({ properties, required }, known, path, reading, say);
}

/** What is wrong with a text, number or flag, in words that do not repeat it; null when nothing is. */
function leafProblem(schema: Schema, value: unknown): string | null {
  const words = schema.enum ?? (schema.const === undefined ? null : [schema.const]);
  if (words) {
    if (typeof value === 'string' && words.includes(value)) return null;
    const likely = typeof value === 'string' ? mostAlike(value, words) : undefined;
    return `must be one of ${words.join(', ')}${likely ? `: did you mean ${likely}?` : ''}`;
  }
  if (schema.type === 'boolean')
    return typeof value === 'boolean' ? null : 'must be true or false, without quotes';
  if (schema.type === 'integer') {
    const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema;
    const fits = Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
    return fits ? null : `must be a whole number from ${minimum} to ${maximum}`;
  }
  if (typeof value !== 'string') return 'must be text: put it in quotes';
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  if (value === '' && minLength > 0) return 'is empty';
  if (value.length < minLength) return `is shorter than ${minLength} characters`;
  if (value.length > maxLength) return `is longer than ${maxLength} characters`;
  return pattern && !new RegExp(pattern).test(value)
    ? (schema.patternErrorMessage ?? 'is not well formed')
    : null;
}

function takenCredential(value: unknown, path: string, { credentials }: Reading): string | null {
  const first = credentials.get(String(value));
  if (first === undefined) credentials.set(String(value), path);
  return first === undefined ? null : `is the same secret as ${first}: each needs its own`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inside(path: string, key: string): string {
  if (!/^[\w$-]{1,64}$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, 64))}]`;
  return path ? `${path}.${key}` : key;
}

/** The known word that a mistyped one most likely meant. */
function mostAlike(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((each) => ({ each, distance: editDistance(fold(word.slice(0, 64)), fold(each)) }))
    .filter(({ each, distance }) => distance <= Math.max(1, Math.floor(each.length / 4)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.each;
}

/** Levenshtein's: insertions, deletions and changes that make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
