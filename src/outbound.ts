// The one way out: every request that Bifrost sends to the outside goes through here. Owns the guard (https only, and
// public addresses or trusted networks only, decided when the connection is made), time, size and redirects; which
// addresses those are: network.ts. What is asked and what the answer means is the caller's.

import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { limits } from './limits.ts';
import { isLoopbackAddress, refusalOfAddress } from './network.ts';
import { readBeginning, readWhole } from './outbound-body.ts';
import { OutboundFailure, outboundFailure, timedOut } from './outbound-failure.ts';
import { spanned } from './trace.ts';
import { version } from './version.ts';

export interface OutboundRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For all of it: name, connection, every redirect, the last byte. Default 10 s. */
  readonly timeoutMs?: number;
  /** Of the body; one byte more is a failure. Default 1 MiB. */
  readonly maxBytes?: number;
  /** `cut`: more than that is no failure; the rest is left unread, and the connection ends. */
  readonly beyond?: 'cut';
  /** How many are followed, for GET alone and each checked again; `answer`: the redirect is what was asked for. Default 0. */
  readonly redirects?: number | 'answer';
  /** Ends it early; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

export interface OutboundAnswer {
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly status: number;
  /** Names in lower case; of a repeated header the values joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Read as UTF-8. */
  readonly body: string;
  /** By `beyond`: `body` is the beginning. */
  readonly isCut: boolean;
}

export interface Outbound {
  /** Any status is an answer. Rejects with an OutboundFailure where none came. */
  fetch(url: string, request?: OutboundRequest): Promise<OutboundAnswer>;
  /** Ends every connection; what is under way fails. Whoever asks ends first. */
  close(): Promise<void>;
}

/** The addresses of a host name, all of them; rejects with the code of node:dns. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export interface OutboundOptions {
  /** Addresses and networks in CIDR form, as they are now: asked before each request. */
  readonly trustedNetworks: () => readonly string[];
  /** Loopback is reachable, by plain http too. */
  readonly development: boolean;
  readonly resolve?: Resolve;
  /** PEM, beside those that Node.js trusts. */
  readonly certificateAuthorities?: readonly string[];
}

/** Proxy variables of the environment are not read: the address is decided here, not by a proxy. */
export function outbound(options: OutboundOptions): Outbound {
  let way = openWay(options, options.trustedNetworks());
  const current = () => {
    const trusted = options.trustedNetworks();
    if (trusted.join() !== way.trusted.join()) {
      // A connection that stands would outlive the network that allowed it.
      way.agent.close().catch(() => {});
      way = openWay(options, trusted);
    }
    return way;
  };
  return {
    fetch: (url, request = {}) => {
      const attributes = { 'http.request.method': request.method ?? 'GET', 'server.address': hostOf(url) };
      const sending = async (to: (more: { 'http.response.status_code': number }) => void) => {
        const answer = await send(current(), options.development, url, request);
        to({ 'http.response.status_code': answer.status });
        return answer;
      };
      return spanned('outbound', attributes, sending, 'client');
    },
    close: () => way.agent.destroy(),
  };
}

/** Paths and queries of providers have ids in them. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'none';
}

interface Way {
  readonly agent: Agent;
  readonly trusted: readonly string[];
  /** What each host was last connected by, for messages. */
  readonly seen: Map<string, readonly string[]>;
}

function openWay(options: OutboundOptions, trusted: readonly string[]): Way {
  const seen = new Map<string, readonly string[]>();
  const policy = { trusted, development: options.development };
  const resolve = options.resolve ?? resolveBySystem;
  const check = (hostname: string, addresses: readonly string[], isPlain: boolean) => {
    if (seen.size >= HOSTS_REMEMBERED) seen.clear();
    seen.set(hostname, addresses);
    for (const address of addresses) {
      const refusal = refusalOfAddress(address, policy);
      if (refusal) throw blockedAddress(hostname, address, refusal.what, refusal.isTrustable);
      if (isPlain && !isLoopbackAddress(address)) throw blocked(hostname, [address], 'is plain http', HTTPS);
    }
  };
  const connectorFor = (isPlain: boolean) => {
    // Node.js connects to what this gives and asks no second time: what was checked is what is reached.
    const lookup: LookupFunction = (hostname, { all }, done) => {
      resolve(hostname)
        .then((addresses) => {
          check(hostname, addresses, isPlain);
          const entries = addresses.map((address) => ({ address, family: isIP(address) }));
          const [first] = entries;
          if (!first) throw Object.assign(new Error('no address'), { code: 'ENODATA' });
          if (all) done(null, entries);
          else done(null, first.address, first.family);
        })
        .catch((error: NodeJS.ErrnoException) => done(error, '', 0));
    };
    const ca = options.certificateAuthorities;
    return buildConnector({ lookup, timeout: limits.outboundTimeoutMs, ...(ca && { ca: [...ca] }) });
  };
  const secure = connectorFor(false);
  const plain = connectorFor(true);
  const connect: buildConnector.connector = (wanted, done) => {
    const hostname = bare(wanted.hostname);
    const isPlain = wanted.protocol !== 'https:';
    try {
      // For an address in the place of a name, Node.js looks nothing up.
      if (isIP(hostname) !== 0) check(hostname, [hostname], isPlain);
    } catch (error) {
      done(error as Error, null);
      return;
    }
    (isPlain ? plain : secure)(wanted, done);
  };
  return { agent: new Agent({ connect, connections: limits.outboundConnections }), trusted, seen };
}

const HOSTS_REMEMBERED = 1_000;
const HTTPS = 'Write the address with https.';

async function resolveBySystem(hostname: string): Promise<string[]> {
  return (await systemLookup(hostname, { all: true })).map(({ address }) => address);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

async function send(
  way: Way,
  development: boolean,
  address: string,
  request: OutboundRequest,
): Promise<OutboundAnswer> {
  const deadline = AbortSignal.timeout(request.timeoutMs ?? limits.outboundTimeoutMs);
  const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
  let left = typeof request.redirects === 'number' ? request.redirects : 0;
  let url = readUrl(address, development);
  let headers = { 'user-agent': `bifrost/${version}`, 'accept-encoding': 'identity', ...request.headers };
  for (;;) {
    const answer = await hop(way, url, { ...request, headers }, signal, deadline);
    const { location } = answer.headers;
    const isRedirect = REDIRECTS.has(answer.status) && location !== undefined;
    if (!isRedirect || request.redirects === 'answer') return answer;
    if (left-- <= 0 || (request.method ?? 'GET') !== 'GET') throw redirected(url, location);
    const next = readUrl(URL.canParse(location, url.href) ? new URL(location, url).href : '', development);
    if (next.protocol !== url.protocol) throw redirected(url, location);
    if (next.origin !== url.origin) headers = withoutCredentials(headers);
    url = next;
  }
}

async function hop(
  way: Way,
  url: URL,
  request: OutboundRequest,
  signal: AbortSignal,
  deadline: AbortSignal,
): Promise<OutboundAnswer> {
  const hostname = bare(url.hostname);
  try {
    const asked = way.agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method ?? 'GET',
      headers: request.headers as Record<string, string>,
      body: request.body ?? null,
      signal,
      // The deadline is one for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const answer = await untilAborted(asked, signal);
    const headers = plainHeaders(answer.headers);
    const most = request.maxBytes ?? limits.outboundBytes;
    const { text, isCut } =
      request.beyond === 'cut'
        ? await readBeginning(answer, headers, most)
        : { text: await readWhole(answer, headers, url.host, most), isCut: false };
    return { url: url.href, status: answer.statusCode, headers, body: text, isCut };
  } catch (error) {
    const addresses = way.seen.get(hostname) ?? [];
    if (deadline.aborted) throw timedOut(url.host, addresses);
    if (request.signal?.aborted) throw request.signal.reason;
    throw outboundFailure(error, url.host, addresses);
  }
}

/** undici lets a request that still waits for its connection wait on; nobody else has to. */
function untilAborted<Value>(asked: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((done, fail) => {
    const end = () => fail(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    asked.then(done, fail).finally(() => signal.removeEventListener('abort', end));
  });
}

/** Odd spellings of an address (decimal, octal, full width) are ordinary ones after URL has read them. */
function readUrl(address: string, development: boolean): URL {
  if (!URL.canParse(address)) throw blocked('the address', [], 'is no URL', 'Write it as https://host/path.');
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') {
    throw blocked(url.host, [], 'has a user or password in its URL', 'Write the address without them.');
  }
  // Whether a plain host is loopback is decided when its address is known.
  const isPlainAllowed = development && url.protocol === 'http:';
  if (url.protocol !== 'https:' && !isPlainAllowed) throw blocked(url.host, [], 'is not https', HTTPS);
  return url;
}

function blocked(
  host: string,
  addresses: readonly string[],
  why: string,
  advice: string,
  network?: string,
): OutboundFailure {
  const where = addresses.length > 0 && addresses[0] !== host ? `${host} (${addresses.join(', ')})` : host;
  return new OutboundFailure(`No request is sent: ${where} ${why}.`, {
    kind: 'blocked',
    host,
    addresses,
    advice,
    ...(network !== undefined && { network }),
  });
}

function blockedAddress(host: string, address: string, what: string, isTrustable: boolean): OutboundFailure {
  const network = `${address}/${isIP(address) === 6 ? 128 : 32}`;
  const advice = isTrustable
    ? `Is it yours, add ${network} or the network around it to the trusted networks.`
    : 'No setting allows that; use a name that resolves to another address.';
  const why = `${host === address ? 'is' : 'resolves to'} ${what}`;
  return blocked(host, [address], why, advice, isTrustable ? network : undefined);
}

function redirected(url: URL, location: string): OutboundFailure {
  const target = URL.canParse(location, url.href) ? new URL(location, url).origin : 'no address';
  return new OutboundFailure(`${url.host} sends us on to ${target}, which is not followed.`, {
    kind: 'redirect',
    host: url.host,
    addresses: [],
    advice: 'Enter the address that it redirects to, if that is right.',
  });
}

function withoutCredentials<Headers extends Record<string, string>>(headers: Headers): Headers {
  const kept = Object.entries(headers).filter(([name]) => !/^(authorization|cookie)$/i.test(name));
  return Object.fromEntries(kept) as Headers;
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
  );
  return Object.fromEntries(plain);
}

/** IPv6 without its brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
