// What every file of this suite starts from: one server of its own, names that no other test uses, and the
// expectations that hold for every answer. The checks themselves are in the test files, one file per subject.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  type Answer,
  ENTERPRISE,
  ERROR,
  GROUP,
  type List,
  type Operation,
  PATCH_OP,
  type Resource,
  type ScimClient,
  type ScimError,
  scimClient,
  USER,
} from '../harness/scim-client.ts';
import { type ServerOptions, startServer, type TestServer } from '../harness/server.ts';

export interface Fixture {
  readonly server: TestServer;
  readonly scim: ScimClient;
  /** A client of the same endpoint with another token, or with none. */
  clientWith(token: string | null): ScimClient;
  /** Creates a user with a userName of its own. */
  user(attributes?: Record<string, unknown>): Promise<Resource>;
  group(attributes?: Record<string, unknown>): Promise<Resource>;
  /** PATCHes and expects success; answers the user as GET shows it afterwards. */
  patched(id: string, operations: Operation[]): Promise<Resource>;
  patchedGroup(id: string, operations: Operation[]): Promise<Resource>;
  read(path: string): Promise<Resource>;
}

/** Registers the server of the calling file: started before its tests, stopped after them. */
export function useServer(options: ServerOptions = {}): Fixture {
  let server: TestServer | undefined;
  const clients: ScimClient[] = [];
  const clientWith = (token: string | null) => {
    const client = scimClient(server!.scim, token);
    clients.push(client);
    return client;
  };
  beforeAll(async () => {
    server = await startServer(options);
    clientWith(server.token);
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await server?.stop();
  });
  const scim = () => clients[0]!;
  const read = async (path: string) => (await scim().get(path)).resource;
  return {
    get server() {
      return server!;
    },
    get scim() {
      return scim();
    },
    clientWith,
    read,
    user: async (attributes = {}) => created(await scim().post('/Users', userBody(attributes))),
    group: async (attributes = {}) => created(await scim().post('/Groups', groupBody(attributes))),
    async patched(id, operations) {
      expectStatus(await scim().patch(`/Users/${id}`, operations), 200);
      return read(`/Users/${id}`);
    },
    async patchedGroup(id, operations) {
      expectStatus(await scim().patch(`/Groups/${id}`, operations), 204);
      return read(`/Groups/${id}`);
    },
  };
}

/** A name that no other test, file or run uses. Lower case, letters and digits after the stem. */
export function unique(stem = 'kite'): string {
  return `${stem}-${randomBytes(6).toString('hex')}`;
}

export function userBody(attributes: Record<string, unknown> = {}): Record<string, unknown> {
  const schemas = ENTERPRISE in attributes ? [USER, ENTERPRISE] : [USER];
  return { schemas, userName: `${unique()}@kitehaus.example`, ...attributes };
}

export function groupBody(attributes: Record<string, unknown> = {}): Record<string, unknown> {
  return { schemas: [GROUP], displayName: unique('crew'), ...attributes };
}

export function patchBody(operations: Operation[]): Record<string, unknown> {
  return { schemas: [PATCH_OP], Operations: operations };
}

export function created(answer: Answer): Resource {
  expectStatus(answer, 201);
  return answer.resource;
}

export function expectStatus(answer: Answer, ...statuses: number[]): void {
  expect(statuses, answer.exchange).toContain(answer.status);
}

/** A refusal as RFC 7644 3.12 words it; answers the error for further looks. */
export function expectError(answer: Answer, status: number | number[], scimType?: string): ScimError {
  expectStatus(answer, ...[status].flat());
  expect(answer.mediaType, answer.exchange).toBe('application/scim+json');
  expect(answer.headers.etag, answer.exchange).toBeUndefined();
  const { error } = answer;
  expect(error.schemas, answer.exchange).toEqual([ERROR]);
  expect(error.status, answer.exchange).toBe(String(answer.status));
  expect(error.detail ?? '', answer.exchange).not.toBe('');
  if (scimType !== undefined) expect(error.scimType, answer.exchange).toBe(scimType);
  return error;
}

/** A 200 ListResponse whose numbers agree with its entries; answers the list. */
export function expectList(answer: Answer): List {
  expectStatus(answer, 200);
  const { list } = answer;
  expect(list.totalResults, answer.exchange).toBeGreaterThanOrEqual(list.Resources.length);
  return list;
}

/** Expects exactly these users (or groups), in any order. */
export function expectIds(answer: Answer, resources: readonly Resource[]): void {
  const list = expectList(answer);
  const wanted = resources.map((resource) => resource.id).sort();
  expect(list.Resources.map((resource) => resource.id).sort(), answer.exchange).toEqual(wanted);
  expect(list.totalResults, answer.exchange).toBe(wanted.length);
}

export function memberIds(group: Resource): string[] {
  return (group.members ?? []).map((member) => member.value ?? '').sort();
}

export function idsOf(resources: readonly Resource[]): string[] {
  return resources.map((resource) => resource.id).sort();
}

/** Lets the clock move on, so that a later time stamp is a different one. */
export function aMomentLater(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** The same resource without what a repeated write may renew. */
export function withoutMeta({ meta: _meta, ...rest }: Resource): Record<string, unknown> {
  return rest;
}
