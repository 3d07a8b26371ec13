// What identity providers really send, one test per vector of entra.json: seeded, sent as it is, and looked at
// afterwards. Vectors share a server that is emptied after each; one that needs a setting gets a server of its own.

import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, GROUP, type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { evaluate, inOrderOfReference, type Seed, substitute, type Vector } from './vector.ts';

const vectors = JSON.parse(readFileSync(new URL('./entra.json', import.meta.url), 'utf8')) as Vector[];

const collectionOf = (type: Seed['type']): string => (type === 'User' ? '/Users' : '/Groups');

/** Brings the seeds into being by SCIM; answers their ids by reference. */
async function seed(scim: ScimClient, seeds: Record<string, Seed>): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const [ref, resource] of inOrderOfReference(seeds)) {
    const { type, ...attributes } = substitute(resource, ids);
    const extensions = Object.keys(attributes).filter((name) => name.startsWith('urn:'));
    const schemas = [type === 'User' ? USER : GROUP, ...extensions];
    const answer = await scim.post(collectionOf(type), { schemas, ...attributes });
    expect(answer.status, `seeding ${ref}\n${answer.exchange}`).toBe(201);
    ids.set(ref, answer.resource.id);
  }
  return ids;
}

async function empty(scim: ScimClient) {
  for (const collection of ['/Groups', '/Users']) {
    const { Resources } = (await scim.get(`${collection}?attributes=id&count=500`)).list;
    for (const { id } of Resources) expect((await scim.delete(`${collection}/${id}`)).status).toBe(204);
  }
}

function expectStatusOf(vector: Vector, answer: Answer) {
  expect(vector.expectedStatus, answer.exchange).toContain(answer.status);
  if (vector.preferredStatus !== undefined)
    expect(answer.status, answer.exchange).toBe(vector.preferredStatus);
  for (const [name, mediaType] of Object.entries(vector.expectedEffect.responseHeaders ?? {})) {
    const found = String(answer.headers[name.toLowerCase()]).split(';')[0]?.trim();
    expect(found, answer.exchange).toBe(mediaType);
  }
}

async function run(scim: ScimClient, vector: Vector) {
  const seeds = vector.precondition.resources;
  const ids = await seed(scim, seeds);
  const answer = await scim.send(vector.method, substitute(vector.path, ids), {
    ...(vector.body === null ? {} : { body: substitute(vector.body, ids) }),
    ...(vector.headers ? { headers: vector.headers } : {}),
  });
  expectStatusOf(vector, answer);
  const show = async (path: string) => {
    const shown = await scim.get(path);
    expect([200, 404], shown.exchange).toContain(shown.status);
    return shown.status === 200 ? shown.json : undefined;
  };
  const look = (ref: string) => show(`${collectionOf(seeds[ref]!.type)}/${ids.get(ref)}`);
  const created = () => show(`${vector.path.split('?')[0]}/${answer.resource.id}`);
  for (const check of vector.expectedEffect.checks) {
    const complaint = await evaluate(check, answer, ids, look, created);
    if (complaint) expect.fail(`${complaint}\n${answer.exchange}`);
  }
}

const titleOf = ({ quirk, name, dialect, confidence, scenario }: Vector) =>
  `${quirk} ${name} (${dialect}, ${confidence}${scenario ? `, ${scenario}` : ''})`;

describe('requests of identity providers', () => {
  let server: TestServer;
  let scim: ScimClient;

  beforeAll(async () => {
    server = await startServer();
    scim = scimClient(server.scim, server.token);
  });
  afterEach(() => empty(scim));
  afterAll(async () => {
    scim.close();
    await server.stop();
  });

  for (const vector of vectors.filter(({ precondition }) => !precondition.config)) {
    it(titleOf(vector), () => run(scim, vector));
  }
});

describe('requests that need a setting of the provider', () => {
  for (const vector of vectors.filter(({ precondition }) => precondition.config)) {
    it(titleOf(vector), async () => {
      const server = await startServer({ provider: vector.precondition.config! });
      const scim = scimClient(server.scim, server.token);
      try {
        await run(scim, vector);
      } finally {
        scim.close();
        await server.stop();
      }
    });
  }
});
