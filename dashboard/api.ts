// The one way to the server: JSON in, JSON out, refusals as `ApiProblem` with a sentence for people. Types come from the server's
// contract. Whoever has no session any more is led to signing in, and back.

import type { RequestRefusal } from './problem.ts';

export interface Answered<Body> {
  status: number;
  body: Body;
  /** For `If-Match` of the change that follows. */
  etag: string | null;
}

export interface Sent {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Query;
  body?: unknown;
  /** The `etag` of what the change was made on: a stale one is refused with 412. */
  ifMatch?: string | null;
  signal?: AbortSignal;
}

/** Left out when undefined or empty. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What the server refused, or that it did not answer (`status` 0). `message` is for people. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly title: string;
  /** Field by field, where the input was wrong: JSON pointer and sentence. */
  readonly problems: readonly { path: string; problem: string }[];
  readonly requestId: string | null;
  /** Everything that the refusal says. */
  readonly refusal: RequestRefusal;

  constructor(status: number, refusal: RequestRefusal) {
    super(refusal.detail ?? refusal.title ?? `The server answered ${status}.`);
    this.status = status;
    this.title = refusal.title ?? 'It did not work';
    this.problems = refusal.problems ?? [];
    this.requestId = refusal.requestId ?? null;
    this.refusal = refusal;
  }

  /** What is wrong with the field of that JSON pointer, or with something in it. */
  at(path: string): string | undefined {
    return this.problems.find((each) => each.path === path || each.path.startsWith(`${path}/`))?.problem;
  }
}

export function addressOf(path: string, query: Query = {}): string {
  const wanted = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') wanted.set(name, String(value));
  }
  const text = wanted.toString();
  return `/api${path}${text === '' ? '' : `?${text}`}`;
}

/** `path` below `/api`. @throws ApiProblem */
export async function send<Body>(path: string, sent: Sent = {}): Promise<Answered<Body>> {
  const { method = 'GET', query, body, ifMatch, signal } = sent;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (ifMatch) headers['if-match'] = ifMatch;
  const response = await fetch(addressOf(path, query), {
    method,
    headers,
    credentials: 'same-origin',
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, {
      title: 'No answer',
      detail: 'The server did not answer. It may be restarting, or the network is away.',
    });
  });
  const text = await response.text();
  const read = readJson(text);
  if (response.status === 401) leadToSignIn();
  if (!response.ok) throw new ApiProblem(response.status, (read ?? {}) as RequestRefusal);
  return { status: response.status, body: read as Body, etag: response.headers.get('etag') };
}

/** What `GET path` answers. @throws ApiProblem */
export async function get<Body>(path: string, query?: Query, signal?: AbortSignal): Promise<Body> {
  return (await send<Body>(path, { ...(query && { query }), ...(signal && { signal }) })).body;
}

function readJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

let isLeading = false;
// A page that somebody comes back to is as they left it.
addEventListener('pageshow', () => {
  isLeading = false;
});

/** With the page that they were on as the way back. Several answers may say that the session has ended: the first one leads. */
function leadToSignIn(): void {
  if (isLeading) return;
  isLeading = true;
  const here = location.pathname + location.search;
  location.assign(`/login?ended&returnTo=${encodeURIComponent(here)}`);
}
