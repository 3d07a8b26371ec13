// The admin API as commands use it: paths and JSON in, JSON out, every refusal turned into words and an exit code.
// Which way a request travels is connection.ts's business.

import { CliFailure, type ExitCode, exit } from './failure.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Where a redirect points; empty otherwise. */
  readonly location: string;
}

/** An answer whose body is read as it comes. */
export interface WireStream extends Omit<WireAnswer, 'text'> {
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Transport {
  /** `socket`: a server on this machine; `in-process`: none runs, this process has the data. */
  readonly kind: 'remote' | 'socket' | 'in-process';
  /** For messages. */
  readonly name: string;
  /** @throws CliFailure when nobody answers. */
  request(request: WireRequest): Promise<WireAnswer>;
  stream(request: WireRequest): Promise<WireStream>;
  close(): Promise<void>;
}

export interface Api {
  readonly kind: Transport['kind'];
  readonly name: string;
  get<Shape>(path: string, query?: Query, signal?: AbortSignal): Promise<Shape>;
  send<Shape>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Shape>;
  /** The status instead of a failure, for questions to which "no" is an answer. */
  ask(path: string, query?: Query): Promise<{ status: number; body: unknown }>;
  /** The bytes of an answer of that media type, as they come. */
  download(path: string, query: Query, media: string): Promise<AsyncIterable<Uint8Array>>;
}

export function apiOver(transport: Transport): Api {
  const ask = async (method: string, path: string, body: unknown, signal?: AbortSignal) => {
    const answer = await transport.request({
      method,
      path,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    return { status: answer.status, body: readAnswer(transport, answer) };
  };
  const expectSuccess = (answer: { status: number; body: unknown }) => {
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw refused(answer.status, answer.body, transport);
  };
  return {
    kind: transport.kind,
    name: transport.name,
    get: async <Shape>(path: string, query: Query = {}, signal?: AbortSignal) =>
      expectSuccess(await ask('GET', withQuery(path, query), undefined, signal)) as Shape,
    send: async <Shape>(method: string, path: string, body?: unknown) =>
      expectSuccess(await ask(method, path, body)) as Shape,
    ask: (path, query = {}) => ask('GET', withQuery(path, query), undefined),
    download: (path, query, media) => download(transport, withQuery(path, query), media),
  };
}

/** The bytes of an answer of that media type, as they come. */
export async function download(
  transport: Transport,
  path: string,
  media: string,
): Promise<AsyncIterable<Uint8Array>> {
  const { body, ...answer } = await transport.stream({ method: 'GET', path });
  if (answer.status === 200 && answer.contentType.startsWith(media)) return body;
  const text = await textOf(body);
  throw refused(answer.status, readAnswer(transport, { ...answer, text }), transport);
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** A path made of words, each of which may hold anything. */
export function pathOf(...words: readonly string[]): string {
  return `/api/${words.map(encodeURIComponent).join('/')}`;
}

function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

function readAnswer(transport: Transport, { status, contentType, text, location }: WireAnswer): unknown {
  // Done, or begun: there is nothing to tell of it.
  if (text === '' && (status === 204 || status === 202)) return null;
  if (/[/+]json\b/i.test(contentType)) {
    try {
      return JSON.parse(text);
    } catch {
      // Falls through: it only says that it is JSON.
    }
  }
  const what = location === '' ? `status ${status} without JSON` : `a redirect to ${originOf(location)}`;
  throw new CliFailure(
    exit.unavailable,
    `What answers at ${transport.name} is not the API of Bifrost: it sent ${what}.`,
    location === ''
      ? 'Set BIFROST_URL to the address at which the server itself is reached.'
      : 'Set BIFROST_URL to the address it redirects to, if that is your server.',
  );
}

/** A redirect's query may hold what nobody should print. */
function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : 'another path';
}

// --- refusals ---------------------------------------------------------------------------------------------------

const exitCodeOf: Readonly<Record<number, ExitCode>> = {
  400: exit.usage,
  401: exit.usage,
  403: exit.usage,
  404: exit.no,
  409: exit.no,
  412: exit.no,
  422: exit.usage,
};

function refused(status: number, body: unknown, transport: Pick<Transport, 'kind'>): CliFailure {
  const { detail, title, advice } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const said =
    [detail, title].find((each) => typeof each === 'string' && each !== '') ?? `It answered ${status}.`;
  const toDo = typeof advice === 'string' && advice !== '' ? advice : adviceFor(status, transport);
  return new CliFailure(exitCodeOf[status] ?? exit.unavailable, String(said), toDo);
}

function adviceFor(status: number, { kind }: Pick<Transport, 'kind'>): string {
  if (status === 401) {
    return kind === 'remote'
      ? 'Set BIFROST_API_KEY to an API key that the server knows.'
      : 'Check that this is the server you mean: the socket in its data folder asks for no key.';
  }
  if (status === 403) return 'Use an API key whose role may do this.';
  if (status === 404)
    return 'Check the name or the id: the command "list" of its kind, and "tail" for requests, show what is there.';
  if (status === 409)
    return 'Put right what it says; where it is about a name, say it more exactly or choose another one.';
  if (status === 412) return 'Somebody changed it at the same moment: run the command again.';
  if (status === 429) return 'Wait a little, then run the command again.';
  if (status >= 500) return 'Look into the log of the server, then run the command again.';
  return 'Correct the command; "--help" explains it.';
}
