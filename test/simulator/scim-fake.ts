// A small SCIM server in memory, written without a look at Bifrost's own, so that the agent is tested against a
// second opinion. It can be told to misbehave in the ways that real applications do.

import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { applyPatch, type Document } from './scim-fake-patch.ts';

export type Misbehaviour =
  | 'not found on an empty filter'
  | 'active as text'
  | 'manager hidden'
  | 'manager as text'
  | 'title dropped'
  | 'plain json'
  | 'html'
  | 'members despite exclusion'
  | 'id changes on patch'
  | 'filter ignored'
  | 'resources null'
  | 'telephone reformatted'
  | 'duplicates'
  | 'hides inactive'
  | 'server errors'
  | 'never answers members'
  | 'drops sockets';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Document | null;
  readonly status: number;
}

export interface ScimFake {
  readonly base: string;
  readonly token: string;
  readonly users: Map<string, Document>;
  readonly groups: Map<string, Document>;
  readonly received: Received[];
  misbehaves: Misbehaviour | null;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: Document;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

export async function startScimFake(): Promise<ScimFake> {
  const fake = {
    base: '',
    token: 'a-token-that-only-tests-know',
    users: new Map<string, Document>(),
    groups: new Map<string, Document>(),
    received: [] as Received[],
    misbehaves: null as Misbehaviour | null,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = http.createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      if (fake.misbehaves === 'drops sockets') {
        request.socket.destroy();
        return;
      }
      const body = text === '' ? null : (JSON.parse(text) as Document);
      const answer = answerTo(fake, request, body);
      const { method = '', url = '', headers } = request;
      fake.received.push({ method, url, headers, body, status: answer.status });
      if (fake.misbehaves === 'never answers members' && JSON.stringify(body ?? '').includes('"members"'))
        return;
      const isHtml = fake.misbehaves === 'html';
      const type = isHtml
        ? 'text/html'
        : fake.misbehaves === 'plain json'
          ? 'application/json'
          : 'application/scim+json';
      if (answer.body === undefined) response.writeHead(answer.status).end();
      else {
        response.writeHead(answer.status, { 'content-type': type });
        response.end(isHtml ? '<html>Sign in</html>' : JSON.stringify(answer.body));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fake.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`;
  return fake;
}

function error(status: number, detail: string, scimType?: string): Answer {
  return {
    status,
    body: { schemas: [ERROR], status: String(status), detail, ...(scimType ? { scimType } : {}) },
  };
}

function answerTo(fake: ScimFake, request: http.IncomingMessage, body: Document | null): Answer {
  if (request.headers.authorization !== `Bearer ${fake.token}`) return error(401, 'the token is not known');
  if (fake.misbehaves === 'server errors' && request.method === 'POST') return error(500, 'the disk is full');
  const url = new URL((request.url ?? '').replaceAll('//', '/'), fake.base);
  const [, , , collection, id] = url.pathname.split('/');
  const isUsers = collection === 'Users';
  if (!isUsers && collection !== 'Groups') return error(404, 'no such endpoint');
  const store = isUsers ? fake.users : fake.groups;
  if (id === undefined) {
    return request.method === 'POST'
      ? create(fake, isUsers, body ?? {})
      : search(fake, isUsers, url.searchParams);
  }
  const found = store.get(id);
  if (!found) return error(404, `no resource ${id}`);
  if (request.method === 'DELETE') {
    store.delete(id);
    for (const group of fake.groups.values()) {
      group.members = (group.members as { value: string }[]).filter((member) => member.value !== id);
    }
    return { status: 204 };
  }
  if (request.method === 'PATCH') return patch(fake, isUsers, id, found, body ?? {});
  const isMemberless = url.searchParams.get('excludedAttributes') === 'members';
  return { status: 200, body: shown(fake, isUsers, found, isMemberless) };
}

function create(fake: ScimFake, isUsers: boolean, body: Document): Answer {
  const key = isUsers ? 'userName' : 'displayName';
  if (isTaken(isUsers ? fake.users : fake.groups, key, body[key], null)) {
    return error(409, `${key} ${String(body[key])} is taken`, 'uniqueness');
  }
  const id = randomUUID();
  const { schemas: _, ...rest } = structuredClone(body);
  const made: Document = { ...rest, id, schemas: isUsers ? [USER, ENTERPRISE] : [GROUP] };
  if (!isUsers) made.members = [];
  (isUsers ? fake.users : fake.groups).set(id, made);
  return { status: 201, body: shown(fake, isUsers, made, true) };
}

function isTaken(store: Map<string, Document>, key: string, value: unknown, self: string | null): boolean {
  const wanted = String(value).toLowerCase();
  return [...store].some(([id, one]) => id !== self && String(one[key]).toLowerCase() === wanted);
}

function patch(fake: ScimFake, isUsers: boolean, id: string, before: Document, body: Document): Answer {
  const after = applyPatch(before, body);
  const key = isUsers ? 'userName' : 'displayName';
  const store = isUsers ? fake.users : fake.groups;
  if (isTaken(store, key, after[key], id))
    return error(409, `${key} ${String(after[key])} is taken`, 'uniqueness');
  store.set(id, after);
  if (!isUsers) {
    const unknown = (after.members as { value: string }[]).find((member) => !fake.users.has(member.value));
    if (unknown) {
      store.set(id, before);
      return error(400, `no user ${unknown.value}`, 'invalidValue');
    }
    return { status: 204 };
  }
  return { status: 200, body: shown(fake, true, after, true) };
}

const SEARCHED = /^(?<name>[\w.]+|emails\[type eq "work"\]\.value) eq "(?<value>(?:[^"\\]|\\.)*)"$/;
const REFERENCE = /^id eq "(?<id>[^"]*)" and (?<name>manager|members) eq "(?<value>[^"]*)"$/;

function search(fake: ScimFake, isUsers: boolean, query: URLSearchParams): Answer {
  const filter = query.get('filter') ?? '';
  const store = isUsers ? fake.users : fake.groups;
  let hits = [...store.values()].filter(
    (one) => fake.misbehaves === 'filter ignored' || isMatch(one, filter),
  );
  if (fake.misbehaves === 'hides inactive') hits = hits.filter((one) => one.active !== false);
  if (fake.misbehaves === 'duplicates' && hits.length === 1)
    hits = [hits[0]!, { ...hits[0]!, id: randomUUID() }];
  if (hits.length === 0 && fake.misbehaves === 'not found on an empty filter')
    return error(404, 'nobody matches');
  const isMemberless = query.get('excludedAttributes') === 'members';
  const resources =
    query.get('attributes') === 'id'
      ? hits.map(({ id, schemas }) => ({ id, schemas }))
      : hits.map((one) => shown(fake, isUsers, one, isMemberless));
  const list = { schemas: [LIST], totalResults: hits.length, startIndex: 1, itemsPerPage: hits.length };
  const isNull = fake.misbehaves === 'resources null' && hits.length === 0;
  return { status: 200, body: { ...list, Resources: isNull ? null : resources } };
}

function isMatch(resource: Document, filter: string): boolean {
  const reference = REFERENCE.exec(filter)?.groups;
  if (reference) {
    if (resource.id !== reference.id) return false;
    if (reference.name === 'manager') return managerOf(resource) === reference.value;
    return (resource.members as { value: string }[]).some((member) => member.value === reference.value);
  }
  const searched = SEARCHED.exec(filter)?.groups;
  if (!searched) throw new Error(`The fake does not understand the filter ${filter}`);
  const wanted = (JSON.parse(`"${searched.value}"`) as string).toLowerCase();
  const held = searched.name?.startsWith('emails')
    ? ((resource.emails ?? []) as { value: string }[]).map((email) => email.value)
    : [resource[searched.name!]];
  return held.some((value) => String(value).toLowerCase() === wanted);
}

function managerOf(resource: Document): string | undefined {
  const enterprise = resource[ENTERPRISE] as { manager?: { value?: string } } | undefined;
  return enterprise?.manager?.value;
}

/** How the fake shows a resource: where most misbehaviour takes place. */
function shown(fake: ScimFake, isUsers: boolean, resource: Document, isMemberless: boolean): Document {
  const copy = structuredClone(resource);
  const enterprise = copy[ENTERPRISE] as Document | undefined;
  if (!isUsers && isMemberless && fake.misbehaves !== 'members despite exclusion') delete copy.members;
  switch (fake.misbehaves) {
    case 'active as text':
      if (isUsers) copy.active = copy.active ? 'True' : 'False';
      break;
    case 'manager hidden':
      delete enterprise?.manager;
      break;
    case 'manager as text':
      if (enterprise?.manager) enterprise.manager = managerOf(resource);
      break;
    case 'title dropped':
      delete copy.title;
      break;
    case 'id changes on patch':
      copy.id = randomUUID();
      break;
    case 'telephone reformatted':
      for (const phone of (copy.phoneNumbers ?? []) as { value: string }[])
        phone.value = phone.value.replace(/\D/g, '');
      break;
  }
  return copy;
}
