// A SCIM client that sends exactly what a test says: raw paths, raw bytes, and no header that was not asked for.
// Owns reading an answer into the shapes of RFC 7644, with the whole exchange in the message when it has another shape.

import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
export const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** Longest time that any request of the suite may take. */
const TIMEOUT_MS = 20_000;

interface Element {
  value?: string;
  type?: string;
  primary?: boolean;
  display?: string;
  $ref?: string;
  [name: string]: unknown;
}

interface Meta {
  resourceType: string;
  created: string;
  lastModified: string;
  location: string;
  version: string;
}

interface Enterprise {
  employeeNumber?: string;
  costCenter?: string;
  organization?: string;
  division?: string;
  department?: string;
  manager?: { value?: string; $ref?: string; displayName?: string };
}

export interface Resource {
  id: string;
  schemas: string[];
  meta: Meta;
  externalId?: string;
  userName?: string;
  displayName?: string;
  title?: string;
  nickName?: string;
  userType?: string;
  active?: boolean;
  name?: Record<string, string>;
  emails?: Element[];
  phoneNumbers?: Element[];
  addresses?: Element[];
  roles?: Element[];
  groups?: Element[];
  members?: Element[];
  [ENTERPRISE]?: Enterprise;
  [name: string]: unknown;
}

export interface List {
  schemas: string[];
  totalResults: number;
  startIndex?: number;
  itemsPerPage?: number;
  nextCursor?: string;
  previousCursor?: string;
  Resources: Resource[];
}

export interface ScimError {
  schemas: string[];
  status: string;
  scimType?: string;
  detail?: string;
}

export interface Operation {
  op: string;
  path?: string;
  value?: unknown;
}

export interface BulkResult {
  method: string;
  bulkId?: string;
  location?: string;
  version?: string;
  status: string;
  response?: unknown;
}

interface Sending {
  /** JSON value; a string or bytes go out as they are. */
  body?: unknown;
  /** Added to the defaults; `null` takes a default away. */
  headers?: Record<string, string | null>;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Media type without parameters, in lower case. */
  mediaType: string;
  /** Parsed body; undefined when empty or no JSON. */
  json: unknown;
  /** Each throws, showing the exchange, when the answer is something else. */
  resource: Resource;
  list: List;
  error: ScimError;
  bulk: BulkResult[];
  /** Request and answer as text, for failure messages. */
  exchange: string;
}

export interface ScimClient {
  send(method: string, path: string, sending?: Sending): Promise<Answer>;
  get(path: string, headers?: Record<string, string | null>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string | null>): Promise<Answer>;
  put(path: string, body: unknown, headers?: Record<string, string | null>): Promise<Answer>;
  /** PATCH with these operations under the PatchOp schema. */
  patch(path: string, operations: Operation[], headers?: Record<string, string | null>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string | null>): Promise<Answer>;
  /** GET /Users with this filter, encoded. `more` is appended as it is. */
  users(filter: string, more?: string): Promise<Answer>;
  groups(filter: string, more?: string): Promise<Answer>;
  close(): void;
}

function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const shorten = (text: string): string =>
  text.length > 3000 ? `${text.slice(0, 3000)}... (${text.length} characters)` : text;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function schemasOf(json: unknown): unknown[] {
  return isObject(json) && Array.isArray(json.schemas) ? json.schemas : [];
}

function answerOf(status: number, headers: IncomingHttpHeaders, text: string, sent: string): Answer {
  const json = parseJson(text);
  const exchange = `${sent}\n<- ${status} ${headers['content-type'] ?? 'no content type'}\n${shorten(text)}`;
  const is = <T>(what: string, holds: boolean): T => {
    if (!holds) throw new Error(`the answer is no ${what}\n${exchange}`);
    return json as T;
  };
  return {
    status,
    headers,
    text,
    mediaType: (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase(),
    json,
    exchange,
    get resource() {
      return is<Resource>('resource', isObject(json) && typeof json.id === 'string' && status < 300);
    },
    get list() {
      const holds =
        schemasOf(json).includes(LIST_RESPONSE) && isObject(json) && Array.isArray(json.Resources);
      return is<List>('ListResponse', holds && status === 200);
    },
    get error() {
      return is<ScimError>('SCIM error', schemasOf(json).includes(ERROR) && status >= 400);
    },
    get bulk() {
      const holds =
        schemasOf(json).includes(BULK_RESPONSE) && isObject(json) && Array.isArray(json.Operations);
      return is<{ Operations: BulkResult[] }>('BulkResponse', holds && status === 200).Operations;
    },
  };
}

/** `base` is the SCIM endpoint; paths are appended to it without any normalisation. */
export function scimClient(base: string, token: string | null): ScimClient {
  const { hostname, port, pathname } = new URL(base);
  const agent = new Agent({ keepAlive: true });
  const root = pathname.replace(/\/$/, '');

  const send = (method: string, path: string, sending: Sending = {}): Promise<Answer> => {
    const bytes = bytesOf(sending.body);
    const headers: Record<string, string> = {};
    const wanted: Record<string, string | null> = {
      Accept: 'application/scim+json',
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(bytes ? { 'Content-Type': 'application/scim+json' } : {}),
      ...sending.headers,
    };
    for (const [name, value] of Object.entries(wanted)) if (value !== null) headers[name] = value;
    if (bytes) headers['Content-Length'] = String(bytes.length);
    const sent = `${method} ${root}${shorten(path)}${bytes ? `\n${shorten(bytes.toString())}` : ''}`;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(new Error(`${error.message}\n${sent}`, { cause: error }));
      const outgoing = request(
        { agent, hostname, port, method, path: root + path, headers, timeout: TIMEOUT_MS },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', fail);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve(answerOf(incoming.statusCode ?? 0, incoming.headers, text, sent));
          });
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      outgoing.on('error', fail);
      outgoing.end(bytes);
    });
  };

  const withBody =
    (method: string) =>
    (path: string, body: unknown, headers: Sending['headers'] = {}) =>
      send(method, path, { body, headers });
  const query = (filter: string, more: string) => `?filter=${encodeURIComponent(filter)}${more}`;

  return {
    send,
    get: (path, headers = {}) => send('GET', path, { headers }),
    post: withBody('POST'),
    put: withBody('PUT'),
    patch: (path, operations, headers = {}) =>
      send('PATCH', path, { body: { schemas: [PATCH_OP], Operations: operations }, headers }),
    delete: (path, headers = {}) => send('DELETE', path, { headers }),
    users: (filter, more = '') => send('GET', `/Users${query(filter, more)}`),
    groups: (filter, more = '') => send('GET', `/Groups${query(filter, more)}`),
    close: () => agent.destroy(),
  };
}
