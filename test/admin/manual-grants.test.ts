// POST /api/users/{id}/grants and DELETE /api/users/{id}/grants/{kind}/{target}: what people give and take back.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import { type Fixture, startFixture, told } from './fixture.ts';

let api: Fixture;
let user: string;
let team: string;
let next = 0;

beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

/** A user of the department Sales, and a team in which they are not. */
beforeEach(async () => {
  next++;
  [user] = (await api.pushUsers(`person${next}@contoso.com/Sales`)) as [string];
  await api.pushGroup(`Team ${next}`, []);
  team = (await api.get<{ items: { id: string }[] }>(`/api/teams?search=Team ${next}`)).body.items[0]!.id;
});

const give = (kind: string, target: string) =>
  api.send<UserJson>('POST', `/api/users/${user}/grants`, { body: { kind, target } });
const take = (kind: string, target: string) =>
  api.send<UserJson>('DELETE', `/api/users/${user}/grants/${kind}/${encodeURIComponent(target)}`);
const isRight = async () => (await api.send<{ ok: boolean }>('POST', '/api/verify')).body.ok;

describe('POST /api/users/{id}/grants 201', () => {
  it('a manual role wins over rules, whatever permissions it has', async () => {
    await api.scim.patch(`/Users/${user}`, [{ op: 'add', path: 'roles', value: [{ value: 'admin' }] }]);
    const events = await api.eventsOf(async () => {
      const { status, body } = await give('role', 'Developer');
      expect([status, body.role]).toEqual([201, { id: 'developer', name: 'Developer' }]);
    });
    expect(told(events)).toEqual([
      `grant.removed -> user ${user} -> role admin`,
      `grant.added -> user ${user} -> role developer`,
    ]);
    expect(events[1]!.data).toMatchObject({ name: 'Developer', reason: { by: 'manual' } });
    expect(await isRight()).toBe(true);
  });

  it('a manual role replaces the one given before', async () => {
    await give('role', 'Developer');
    const events = await api.eventsOf(async () => {
      expect((await give('role', 'Admin')).body.role?.name).toBe('Admin');
    });
    expect(told(events)).toEqual([
      `grant.removed -> user ${user} -> role developer`,
      `grant.added -> user ${user} -> role admin`,
    ]);
    expect(await isRight()).toBe(true);
  });

  it('giving the same twice makes one event', async () => {
    const events = await api.eventsOf(async () => {
      await give('team', team);
      const again = await give('team', `Team ${next}`);
      expect(again.body.teams).toEqual([{ id: team, name: `Team ${next}` }]);
    });
    expect(told(events)).toEqual([`grant.added -> user ${user} -> team ${team}`]);
  });

  it('no channel withdraws what people gave', async () => {
    await give('team', team);
    const { items } = (await api.get<{ items: { id: string }[] }>('/api/business-units')).body;
    await give('businessUnit', items[0]!.id);
    const events = await api.eventsOf(() =>
      api.scim.patch(`/Users/${user}`, [
        {
          op: 'remove',
          path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
        },
      ]),
    );
    expect(events.filter((event) => event.type === 'grant.removed')).toHaveLength(2);
    const { body } = await api.get<UserJson>(`/api/users/${user}`);
    expect(body).toMatchObject({ role: null, teams: [{ id: team }], businessUnits: [{ name: 'Sales' }] });
    expect(await isRight()).toBe(true);
  });

  it('both reasons stand when a rule gives the same', async () => {
    await give('businessUnit', 'Sales');
    const { body } = await api.get<{ businessUnits: { sources: { by: string }[] }[] }>(
      `/api/users/${user}/access`,
    );
    expect(body.businessUnits[0]!.sources.map((source) => source.by).sort()).toEqual(['manual', 'rule']);
    const events = await api.eventsOf(async () => {
      expect((await take('businessUnit', 'Sales')).body.businessUnits).toHaveLength(1);
    });
    expect(events.map((event) => [event.type, event.data?.stillHeld])).toEqual([['grant.removed', true]]);
  });

  it('leaves the name of a team alone that was renamed', async () => {
    await give('team', team);
    expect((await api.get<{ name: string }>(`/api/teams/${team}`)).body.name).toBe(`Team ${next}`);
  });
});

describe('POST /api/users/{id}/grants refusals', () => {
  it.each([
    [{ kind: 'role', target: 'Boss' }, 'invalidValue'],
    [{ kind: 'team', target: 'Nobody knows' }, 'invalidValue'],
    [{ kind: 'group', target: 'x' }, 'invalidValue'],
    [{ kind: 'role' }, 'invalidValue'],
    [{ kind: 'role', target: '' }, 'invalidValue'],
    [{ kind: 'role', target: 'Admin', by: 'me' }, 'invalidValue'],
  ])('400 for %j, and nothing happens', async (body, reason) => {
    const events = await api.eventsOf(async () => {
      const { problem } = await api.send('POST', `/api/users/${user}/grants`, { body });
      expect(problem).toMatchObject({ status: 400, reason });
    });
    expect(events).toEqual([]);
  });

  it('404 for nobody', async () => {
    const { problem } = await api.send('POST', '/api/users/nobody/grants', {
      body: { kind: 'role', target: 'Admin' },
    });
    expect(problem.status).toBe(404);
  });

  it('409 for a removed user', async () => {
    await api.scim.delete(`/Users/${user}`);
    expect((await give('role', 'Admin')).problem).toMatchObject({ status: 409, reason: 'conflict' });
  });

  it('412 for a stale If-Match', async () => {
    const { problem } = await api.send('POST', `/api/users/${user}/grants`, {
      body: { kind: 'role', target: 'Admin' },
      headers: { 'if-match': '"99"' },
    });
    expect(problem.status).toBe(412);
  });
});

describe('DELETE /api/users/{id}/grants/{kind}/{target}', () => {
  it('200: the role of the rules is back', async () => {
    await give('role', 'Admin');
    const events = await api.eventsOf(async () => {
      expect((await take('role', 'Admin')).body.role).toEqual({ id: 'viewer', name: 'Viewer' });
    });
    expect(told(events)).toEqual([
      `grant.removed -> user ${user} -> role admin`,
      `grant.added -> user ${user} -> role viewer`,
    ]);
    expect(await isRight()).toBe(true);
  });

  it('404 for what they do not have, and for what is not there', async () => {
    expect((await take('team', team)).problem.status).toBe(404);
    expect((await take('team', 'Nothing')).problem.status).toBe(404);
    expect((await take('planet', 'Earth')).problem.status).toBe(404);
  });

  it('409 for what a rule gives', async () => {
    const events = await api.eventsOf(async () => {
      expect((await take('role', 'Viewer')).problem).toMatchObject({ status: 409, reason: 'conflict' });
    });
    expect(events).toEqual([]);
  });
});
