// Many clients at once: nothing that was answered with success may be lost, and everything stored still follows from
// the rules. 2,000 requests by default, 20,000 with BIFROST_HEAVY=1.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { admin, verified } from './admin.ts';
import { type Expected, type Ground, nothingYet, work } from './crowd.ts';

const CLIENTS = 64;
const USERS = 50;
const GROUPS = 10;
const REQUESTS = process.env.BIFROST_HEAVY === '1' ? 20_000 : 2_000;
const SEED = Number(process.env.BIFROST_SEED ?? 11);
const LIMIT_MS = process.env.BIFROST_HEAVY === '1' ? 600_000 : 60_000;

describe('64 clients on 50 users and 10 groups', () => {
  let server: TestServer;
  let client: ScimClient;
  let ground: Ground;
  let expected: Expected;
  let revisionsBefore: Map<string, number>;

  beforeAll(async () => {
    server = await startServer();
    client = scimClient(server.scim, server.token);
    const users: string[] = [];
    for (let i = 0; i < USERS; i++) {
      const body = { schemas: [USER], userName: `user${i}@kitehaus.example`, displayName: `User ${i}` };
      users.push((await client.post('/Users', body)).resource.id);
    }
    const groups: string[] = [];
    for (let i = 0; i < GROUPS; i++) {
      const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: `Group ${i}` };
      groups.push((await client.post('/Groups', body)).resource.id);
    }
    ground = { scim: server.scim, token: server.token, users, groups };
    expected = nothingYet(ground);
    revisionsBefore = new Map(
      await Promise.all(users.map(async (id) => [id, await revisionOf(id)] as const)),
    );
    await Promise.all(
      Array.from({ length: CLIENTS }, (_, number) =>
        work(ground, expected, { number, of: CLIENTS, requests: Math.ceil(REQUESTS / CLIENTS), seed: SEED }),
      ),
    );
  }, LIMIT_MS);
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  async function revisionOf(id: string): Promise<number> {
    const { version } = (await client.get(`/Users/${id}`)).resource.meta;
    return Number(/\d+/.exec(version)![0]);
  }

  it('answers every request as expected', () => {
    expect(expected.surprises).toEqual([]);
    expect(expected.answers).toBeGreaterThanOrEqual(REQUESTS);
  });

  it('loses no role and no address of anybody', async () => {
    for (const id of ground.users) {
      const { roles = [], emails = [], title, active } = (await client.get(`/Users/${id}`)).resource;
      expect(new Set(roles.map((each) => each.value))).toEqual(expected.roles.get(id));
      expect(new Set(emails.map((each) => each.value))).toEqual(expected.emails.get(id));
      expect(active).toBe(expected.active.get(id) ?? true);
      if (title !== undefined) expect(expected.titles.get(id)).toContain(title);
    }
  });

  it('counts every change of a user in its version, once [RFC7644 3.14]', async () => {
    for (const id of ground.users) {
      expect((await revisionOf(id)) - revisionsBefore.get(id)!).toBe(expected.changes.get(id));
    }
  });

  it('loses no member and keeps nobody who left', async () => {
    for (const [id, wanted] of expected.members) {
      const { members = [], displayName } = (await client.get(`/Groups/${id}`)).resource;
      expect(new Set(members.map((each) => each.value))).toEqual(wanted);
      if (expected.names.has(id)) expect(displayName).toBe(expected.names.get(id));
    }
  });

  it('gives everybody the teams of the groups that they are in, by the names of now', async () => {
    const names = new Map(
      await Promise.all(
        ground.groups.map(
          async (id) => [id, (await client.get(`/Groups/${id}`)).resource.displayName] as const,
        ),
      ),
    );
    for (const id of ground.users) {
      const wanted = ground.groups
        .filter((group) => expected.members.get(group)!.has(id))
        .map((group) => names.get(group));
      const { teams } = await admin<{ teams: { name: string }[] }>(server, `/users/${id}`);
      expect(teams.map((each) => each.name).sort()).toEqual(wanted.sort());
    }
  });

  it('keeps every user that was made on the way', async () => {
    for (const id of expected.made) expect((await client.get(`/Users/${id}`)).status).toBe(200);
    expect((await client.get('/Users?count=0')).list.totalResults).toBe(USERS + expected.made.length);
  });

  it('passes verify', async () => {
    const report = await verified(server);
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ ok: true, users: USERS + expected.made.length, groups: GROUPS });
  });
});

describe('at the same moment', () => {
  let server: TestServer;
  let clients: ScimClient[];

  beforeAll(async () => {
    server = await startServer();
    clients = Array.from({ length: 10 }, () => scimClient(server.scim, server.token));
  });
  afterAll(async () => {
    for (const each of clients) each.close();
    await server.stop();
  });

  const statuses = (answers: readonly { status: number }[]) => answers.map((each) => each.status).sort();

  it('ten creations of one userName make one user and nine conflicts [RFC7644 3.3]', async () => {
    const answers = await Promise.all(
      clients.map((each, i) =>
        each.post('/Users', {
          schemas: [USER],
          userName: i % 2 ? 'AMARA@kitehaus.example' : 'amara@KITEHAUS.example',
        }),
      ),
    );
    expect(statuses(answers)).toEqual([201, ...Array(9).fill(409)]);
    for (const each of answers) if (each.status === 409) expect(each.error.scimType).toBe('uniqueness');
    expect((await clients[0]!.users('userName eq "amara@kitehaus.example"')).list.totalResults).toBe(1);
  });

  it('ten creations of one group make one group and one team', async () => {
    const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Orion Crew' };
    const answers = await Promise.all(clients.map((each) => each.post('/Groups', body)));
    expect(statuses(answers)).toEqual([201, ...Array(9).fill(409)]);
    expect(await admin(server, '/teams')).toMatchObject({ total: 1, items: [{ name: 'Orion Crew' }] });
  });

  it('of ten writes with one If-Match, one is taken and nine are told 412 [RFC7644 3.14]', async () => {
    const { id, meta } = (await clients[0]!.post('/Users', { schemas: [USER], userName: 'bela' })).resource;
    const answers = await Promise.all(
      clients.map((each, i) =>
        each.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: `Title ${i}` }], {
          'If-Match': meta.version,
        }),
      ),
    );
    expect(statuses(answers)).toEqual([200, ...Array(9).fill(412)]);
    const winner = answers.findIndex((each) => each.status === 200);
    expect((await clients[0]!.get(`/Users/${id}`)).resource.title).toBe(`Title ${winner}`);
  });

  it('ten removals of one user are one removal', async () => {
    const { id } = (await clients[0]!.post('/Users', { schemas: [USER], userName: 'chidi' })).resource;
    const answers = await Promise.all(clients.map((each) => each.delete(`/Users/${id}`)));
    expect(statuses(answers)).toEqual([204, ...Array(9).fill(404)]);
  });

  it('whole sets of members, written at once, leave one of them', async () => {
    const made = await Promise.all(
      clients.map((each, i) => each.post('/Users', { schemas: [USER], userName: `member${i}` })),
    );
    const ids = made.map((each) => each.resource.id);
    const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Vega' };
    const group = (await clients[0]!.post('/Groups', body)).resource.id;
    const answers = await Promise.all(
      clients.map((each, i) =>
        each.patch(`/Groups/${group}`, [
          { op: 'replace', path: 'members', value: [{ value: ids[i] }, { value: ids[(i + 1) % 10] }] },
        ]),
      ),
    );
    expect(statuses(answers)).toEqual(Array(10).fill(204));
    const { members = [] } = (await clients[0]!.get(`/Groups/${group}`)).resource;
    const positions = members.map((each) => ids.indexOf(String(each.value))).sort((a, b) => a - b);
    const pairs = ids.map((_, i) => [i, (i + 1) % 10].sort((a, b) => a - b).join());
    expect(pairs).toContain(positions.join());
    expect((await verified(server)).problems).toEqual([]);
  });
});
