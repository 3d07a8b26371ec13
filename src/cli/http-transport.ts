// Requests to a server that runs: at an address with an API key, or through the socket in its data folder.

import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Transport, WireAnswer, WireRequest, WireStream } from './api.ts';
import { CliFailure, exit } from './failure.ts';

/** A server that is there takes a connection at once. */
const CONNECT_MS = 10_000;
/** `verify` answers once it has read everything: minutes, where there are millions of events. */
const SILENCE_MS = 30 * 60_000;

export interface RemoteServer {
  url: URL;
  apiKey: string;
}

export function remoteTransport({ url, apiKey }: RemoteServer): Transport {
  const secure = url.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  // The address may have a path in front, where a proxy serves Bifrost beside other things.
  const base = url.pathname.replace(/\/+$/, '');
  const open = secure ? requestHttps : requestHttp;
  return transportOver({
    kind: 'remote',
    name: url.origin + base,
    open: (options) =>
      open(url.origin + base + options.path, { ...options, path: base + options.path, agent }),
    headers: { authorization: `Bearer ${apiKey}` },
    explain: (error) => unreachable(url.origin + base, error),
    close: () => agent.destroy(),
  });
}

export function socketTransport(socketPath: string, dataDir: string): Transport {
  const agent = new HttpAgent({ keepAlive: true });
  return transportOver({
    kind: 'socket',
    name: dataDir,
    open: (options) => requestHttp({ ...options, socketPath, agent }),
    headers: { host: 'localhost' },
    explain: (error) => {
      if (error.code === 'EACCES' || error.code === 'EPERM') {
        return new CliFailure(
          exit.unavailable,
          `A server has the data in ${dataDir}, but its socket belongs to another account.`,
          'Run this as that account, or set BIFROST_URL and BIFROST_API_KEY.',
        );
      }
      return new CliFailure(
        exit.unavailable,
        `The server that has the data in ${dataDir} stopped answering (${error.code ?? 'no reason given'}).`,
        'Look whether it still runs, then run the command again.',
      );
    },
    close: () => agent.destroy(),
  });
}

interface Way {
  kind: Transport['kind'];
  name: string;
  open(options: RequestOptions & { path: string }): ClientRequest;
  headers: Readonly<Record<string, string>>;
  explain(error: NodeJS.ErrnoException): CliFailure;
  close(): void;
}

function transportOver(way: Way): Transport {
  return {
    kind: way.kind,
    name: way.name,
    request: (request) => exchange(way, request),
    stream: (request) => exchangeStream(way, request),
    close: async () => way.close(),
  };
}

async function exchange(way: Way, request: WireRequest): Promise<WireAnswer> {
  const response = await send(way, request);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (error) {
    throw request.signal?.aborted ? error : way.explain(error as NodeJS.ErrnoException);
  }
  return { ...headOf(response), text: Buffer.concat(chunks).toString('utf8') };
}

async function exchangeStream(way: Way, request: WireRequest): Promise<WireStream> {
  const response = await send(way, request);
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      yield* response;
    } catch (error) {
      throw way.explain(error as NodeJS.ErrnoException);
    }
  }
  return { ...headOf(response), body: body() };
}

function headOf(response: IncomingMessage): Omit<WireAnswer, 'text'> {
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    location: response.headers.location ?? '',
  };
}

/** Until the head of the answer is there. */
function send(way: Way, { method, path, body, signal }: WireRequest): Promise<IncomingMessage> {
  const headers: Record<string, string | number> = { accept: 'application/json', ...way.headers };
  if (body !== undefined) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = Buffer.byteLength(body);
  }
  return new Promise((resolve, reject) => {
    const request = way.open({ method, path, headers, ...(signal ? { signal } : {}) });
    const giveUp = () => request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    const connecting = setTimeout(giveUp, CONNECT_MS);
    const connected = () => clearTimeout(connecting);
    request.on('socket', (socket) => (socket.connecting ? socket.once('connect', connected) : connected()));
    request.setTimeout(SILENCE_MS, giveUp);
    request.on('close', connected);
    request.on('error', (error: NodeJS.ErrnoException) =>
      reject(signal?.aborted ? error : way.explain(error)),
    );
    request.on('response', resolve);
    request.end(body);
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name could not be looked up',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
};

function unreachable(name: string, error: NodeJS.ErrnoException): CliFailure {
  const code = error.code ?? '';
  const untrusted = /CERT|SELF_SIGNED|ISSUER|ERR_TLS|ERR_SSL|EPROTO/.test(code);
  const reason = untrusted ? `its certificate or TLS is not accepted, ${code}` : (reasons[code] ?? code);
  return new CliFailure(
    exit.unavailable,
    `The server at ${name} cannot be reached: ${reason || 'no reason given'}.`,
    untrusted
      ? 'If an authority of your own signed it, name its certificate in NODE_EXTRA_CA_CERTS.'
      : 'Check BIFROST_URL and that the server runs; without BIFROST_URL the data on this machine is used.',
  );
}
