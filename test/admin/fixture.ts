// A running server with the admin API in hand. Every answer of it is checked against the OpenAPI document; people and
// groups arrive by SCIM, as they do in life.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { openApi } from '../../src/edge/admin/openapi.ts';
import type { Problem } from '../../src/edge/admin/problem.ts';
import { ENTERPRISE, GROUP, type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import { type ServerOptions, startServer, type TestServer } from '../harness/server.ts';

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
  totalIsCapped?: boolean;
}

interface Answer<Body> {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
  /** Throws when the answer is no refusal. */
  problem: Problem;
}

interface Sending {
  body?: unknown;
  /** Goes out as it is. */
  rawBody?: string;
  headers?: Record<string, string>;
  /** Another key than the Admin's; null for none. */
  key?: string | null;
}

export interface Fixture {
  server: TestServer;
  scim: ScimClient;
  send<Body>(method: string, path: string, sending?: Sending): Promise<Answer<Body>>;
  get<Body>(path: string, sending?: Sending): Promise<Answer<Body>>;
  /** Ids of users made by these names; each in the department that stands behind a slash. */
  pushUsers(...names: string[]): Promise<string[]>;
  pushGroup(displayName: string, members: readonly string[]): Promise<string>;
  /** The events that `act` made. */
  eventsOf(act: () => Promise<unknown>): Promise<EventJson[]>;
  /** Until nobody is left to be resolved anew. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export const keys = {
  admin: 'admin-key-of-the-tests-00000001',
  developer: 'developer-key-of-the-tests-0001',
  viewer: 'viewer-key-of-the-tests-000001',
};

export async function startFixture(options: ServerOptions = {}): Promise<Fixture> {
  const adminKey = keys.admin;
  const server = await startServer({
    ...options,
    config: {
      apiKeys: [
        { name: 'ops', key: adminKey, role: 'Admin' },
        { name: 'builder', key: keys.developer, role: 'Developer' },
        { name: 'watcher', key: keys.viewer, role: 'Viewer' },
      ],
      ...options.config,
    },
  });
  const scim = scimClient(server.scim, server.token);
  const send = sender(server.url, adminKey);
  const get: Fixture['get'] = (path, sending) => send('GET', path, sending);

  return {
    server,
    scim,
    send,
    get,
    async pushUsers(...names) {
      const ids: string[] = [];
      for (const name of names) ids.push((await scim.post('/Users', userBody(name))).resource.id);
      return ids;
    },
    async pushGroup(displayName, members) {
      const body = {
        schemas: [GROUP],
        externalId: `group-${displayName}`,
        displayName,
        members: members.map((value) => ({ value })),
      };
      return (await scim.post('/Groups', body)).resource.id;
    },
    async eventsOf(act) {
      const before = await get<Page<EventJson>>('/api/audit?limit=1');
      await act();
      const after = before.body.items[0]?.position ?? 0;
      const { items } = (await get<Page<EventJson>>(`/api/events?after=${after}&limit=500`)).body;
      // The alarm is raised beside the requests, up to a second after whatever was suspended before.
      return items.filter(({ type }) => type !== 'guard.alarm');
    },
    async settled() {
      for (let i = 0; i < 200; i++) {
        const { body } = await get<{ sweep: { staleUsers: number } }>('/api/status');
        if (body.sweep.staleUsers === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('people are still being resolved anew');
    },
    async stop() {
      scim.close();
      await server.stop();
    },
  };
}

/** `amara@contoso.com/Sales` has the department Sales. */
export function userBody(named: string): Record<string, unknown> {
  const [userName = '', department] = named.split('/');
  const name = userName.split('@')[0]!;
  return {
    schemas: [USER, ENTERPRISE],
    userName,
    externalId: `oid-${name}`,
    displayName: name[0]!.toUpperCase() + name.slice(1),
    active: true,
    emails: [{ type: 'work', value: userName, primary: true }],
    ...(department === undefined ? {} : { [ENTERPRISE]: { department } }),
  };
}

function sender(url: string, adminKey: string): Fixture['send'] {
  const check = contractCheck();
  return async <Body>(method: string, path: string, sending: Sending = {}) => {
    const key = sending.key === undefined ? adminKey : sending.key;
    const body = sending.rawBody ?? (sending.body === undefined ? undefined : JSON.stringify(sending.body));
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...sending.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const isEndless = response.headers.get('content-type') === 'text/event-stream';
    if (isEndless) await response.body?.cancel();
    const text = isEndless ? '' : await response.text();
    const isFile = /^(application\/x-(ndjson|tar)|text\/csv)\b/.test(
      response.headers.get('content-type') ?? '',
    );
    const json: unknown = text === '' || isFile ? undefined : JSON.parse(text);
    const exchange = `${method} ${path} -> ${response.status} ${text.slice(0, 2000)}`;
    if (response.status >= 400) {
      expect(response.headers.get('content-type'), exchange).toBe('application/problem+json');
      expect((json as Problem).status, exchange).toBe(response.status);
    } else if (json !== undefined) check({ method, path, status: response.status }, json, exchange);
    const { status, headers } = response;
    // Not enumerable: a failing comparison prints an answer without tripping over it.
    return Object.defineProperty({ status, headers, text, body: json as Body } as Answer<Body>, 'problem', {
      get() {
        if (status < 400) throw new Error(`the answer is no refusal: ${exchange}`);
        return json;
      },
    });
  };
}

// --- the contract -----------------------------------------------------------------------------------------------

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

/** Fails where an answer is not what the OpenAPI document says. */
function contractCheck(): (
  asked: { method: string; path: string; status: number },
  json: unknown,
  exchange: string,
) => void {
  const document = openApi('test') as {
    paths: Record<string, Record<string, Operation>>;
    components: object;
  };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const compiled = new Map<string, ValidateFunction>();
  const templates = Object.keys(document.paths)
    // Fixed addresses before those with parameters.
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));

  return ({ method, path: url, status }, json, exchange) => {
    const plain = url.split('?')[0]!.replace(/\/$/, '');
    const operationAt = (path: string) => document.paths[path]?.[method.toLowerCase()];
    const path = templates.find((each) => each.pattern.test(plain) && operationAt(each.path))?.path;
    const operation = path === undefined ? undefined : operationAt(path);
    const schema = operation?.responses[status]?.content?.['application/json']?.schema;
    if (!schema) throw new Error(`the OpenAPI document has no answer for ${exchange}`);
    const name = `${method} ${path} ${status}`;
    const validate = compiled.get(name) ?? ajv.compile({ ...schema, components: document.components });
    compiled.set(name, validate);
    expect(validate(json) ? [] : validate.errors, exchange).toEqual([]);
  };
}

/** What of events a test compares: all that does not change from run to run. */
export function told(events: readonly EventJson[]): string[] {
  return events.map(({ type, subject, object }) =>
    [type, `${subject.kind} ${subject.id}`, object && `${object.kind} ${object.id}`]
      .filter(Boolean)
      .join(' -> '),
  );
}
