// What one replica says, every replica holds to by the very next request: a token that was rotated, a person who was
// suspended, rules that were changed. 30 times each, 1,000 with BIFROST_HEAVY=1.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { scimClient, USER } from '../harness/scim-client.ts';
import { type Fleet, startFleet } from './fleet.ts';

const isHeavy = process.env.BIFROST_HEAVY === '1';
const TIMES = isHeavy ? 1_000 : 30;
const LIMIT_MS = isHeavy ? 300_000 : 60_000;

interface Minted {
  token: string;
}

describe('what is said to one replica', () => {
  let database: FreshDatabase;
  let fleet: Fleet;
  let provider: string;
  let person: string;
  let here: string;
  let there: string;

  beforeAll(async () => {
    database = await freshDatabase();
    const provider_ = { attributeRoleMappings: undefined, attributeTeamMappings: undefined };
    fleet = await startFleet({ replicas: 2, databaseUrl: database.url, provider: provider_ });
    [here, there] = fleet.replicas.map((each) => each!.url) as [string, string];
    const { items } = await api<{ items: { id: string }[] }>(here, 'GET', '/providers');
    provider = items[0]!.id;
    const client = scimClient(`${here}/scim/v2`, fleet.token);
    const body = { schemas: [USER], userName: 'amara@kitehaus.example', userType: 'crew' };
    person = (await client.post('/Users', body)).resource.id;
    client.close();
  }, LIMIT_MS);
  afterAll(async () => {
    await fleet?.end();
    await database?.drop();
  });

  async function api<Body>(url: string, method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${fleet.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Body;
  }

  /** Of one person every loss is more than half: it is confirmed. */
  async function applyRules(rules: object): Promise<void> {
    const { lose } = await api<{ lose: number }>(here, 'POST', `/providers/${provider}/plan`, rules);
    await api(here, 'PUT', `/providers/${provider}/mappings?confirm=${lose}`, rules);
  }

  const rotate = (keepPrevious: string) =>
    api<Minted>(here, 'POST', `/providers/${provider}/tokens`, { keepPrevious });

  /** The status that a token is answered with: to a look, and to a change. */
  async function statuses(url: string, token: string, turn: number): Promise<[number, number]> {
    const client = scimClient(`${url}/scim/v2`, token);
    try {
      const read = await client.get(`/Users/${person}`);
      const written = await client.patch(`/Users/${person}`, [
        { op: 'replace', path: 'title', value: `Title ${turn}` },
      ]);
      return [read.status, written.status];
    } finally {
      client.close();
    }
  }

  /** Whoever comes with wrong tokens too often hears 429, and no more than that. */
  const inWord = (status: number) => (status === 401 || status === 429 ? 'refused' : String(status));
  const all = <Value>(value: Value) => Array.from({ length: TIMES }, () => value);

  it('ends a rotated token on the other by the very next request, for looks and for changes', {
    timeout: LIMIT_MS,
  }, async () => {
    const answers: string[] = [];
    let { token } = await rotate('none');
    for (let turn = 0; turn < TIMES; turn++) {
      // The other has just been shown it, and knows it.
      const before = await statuses(there, token, turn);
      const { token: newer } = await rotate('none');
      // Every second time the change is what comes first.
      const asked =
        turn % 2 === 0 ? await statuses(there, token, -turn) : await writeThenRead(there, token, -turn);
      answers.push([...before, ...asked].map(inWord).join());
      token = newer;
    }
    expect(answers).toEqual(all('200,200,refused,refused'));
  });

  async function writeThenRead(url: string, token: string, turn: number): Promise<[number, number]> {
    const client = scimClient(`${url}/scim/v2`, token);
    try {
      const value = `Title ${turn}`;
      const written = await client.patch(`/Users/${person}`, [{ op: 'replace', path: 'title', value }]);
      return [(await client.get(`/Users/${person}`)).status, written.status];
    } finally {
      client.close();
    }
  }

  it('ends a token that was kept until the newer one is used, by the first use of that', {
    timeout: LIMIT_MS,
  }, async () => {
    const answers: number[][] = [];
    let { token } = await rotate('none');
    for (let turn = 0; turn < TIMES; turn++) {
      const { token: newer } = await rotate('until-used');
      const older = scimClient(`${there}/scim/v2`, token);
      const newest = scimClient(`${here}/scim/v2`, newer);
      const kept = (await older.get(`/Users/${person}`)).status;
      const used = (await newest.get(`/Users/${person}?attributes=id`)).status;
      answers.push([kept, used, (await older.get(`/Users/${person}`)).status]);
      older.close();
      newest.close();
      token = newer;
    }
    expect(answers.map((each) => each.map(inWord).join())).toEqual(all('200,200,refused'));
  });

  it('keeps out who was suspended, on the other, right after the answer', { timeout: LIMIT_MS }, async () => {
    const { token } = await rotate('none');
    const client = scimClient(`${here}/scim/v2`, token);
    const active: boolean[] = [];
    for (let turn = 0; turn < TIMES; turn++) {
      for (const value of [false, true]) {
        const answer = await client.patch(`/Users/${person}`, [{ op: 'Replace', path: 'active', value }]);
        expect(answer.status).toBe(200);
        active.push((await api<{ active: boolean }>(there, 'GET', `/access?id=${person}`)).active);
      }
    }
    client.close();
    expect(active).toEqual(Array.from({ length: TIMES * 2 }, (_, i) => i % 2 === 1));
  });

  it('is what the other decides by at once, where rules changed', { timeout: LIMIT_MS }, async () => {
    const rules = (role: string) => ({
      attributeRoleMappings: [{ attribute: 'userType', value: 'crew', role }],
    });
    const roles: (string | undefined)[] = [];
    for (let turn = 0; turn < TIMES; turn++) {
      await applyRules(rules(turn % 2 === 0 ? 'Developer' : 'Viewer'));
      const answer = await api<{ role: { name: string } | null }>(there, 'GET', `/access?id=${person}`);
      roles.push(answer.role?.name);
    }
    expect(roles).toEqual(Array.from({ length: TIMES }, (_, i) => (i % 2 === 0 ? 'Developer' : 'Viewer')));
  });

  it('is what the other decides a change by that comes at once', { timeout: LIMIT_MS }, async () => {
    const { token } = await rotate('none');
    const client = scimClient(`${there}/scim/v2`, token);
    const units: (string | undefined)[] = [];
    for (let turn = 0; turn < TIMES; turn++) {
      const attributeTeamMappings = [{ attribute: 'title', value: '*', team: `Team ${turn}` }];
      await applyRules({ attributeTeamMappings });
      await client.patch(`/Users/${person}`, [{ op: 'replace', path: 'title', value: `Title ${turn}` }]);
      const { teams } = await api<{ teams: { name: string }[] }>(here, 'GET', `/users/${person}`);
      units.push(teams.map((each) => each.name).join());
    }
    client.close();
    expect(units).toEqual(Array.from({ length: TIMES }, (_, i) => `Team ${i}`));
  });
});
