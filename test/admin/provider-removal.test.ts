// DELETE /api/providers/{id}, SCIM switched off by PATCH, and the plan of both: what becomes of the people.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderJson, UserJson } from '../../src/edge/admin/contract.ts';
import type { JobJson } from '../../src/edge/admin/jobs.ts';
import type { RemovalPlanJson } from '../../src/edge/admin/removal-plan.ts';
import { GROUP, type ScimClient, scimClient } from '../harness/scim-client.ts';
import { type Fixture, keys, type Page, startFixture, userBody } from './fixture.ts';

/** More than several chunks reach; at full size with BIFROST_HEAVY=1. */
const MANY = process.env.BIFROST_HEAVY === '1' ? 20_000 : 3_000;
const LIMIT_MS = 600_000;

let api: Fixture;
let next = 0;

beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

interface Place {
  id: string;
  name: string;
  scim: ScimClient;
  people: string[];
}

/** Two people with role, team and business unit, the second suspended by SCIM. */
async function place(more: Record<string, unknown> = {}): Promise<Place> {
  const name = `Contoso ${++next}`;
  const { body } = await api.send<ProviderJson>('POST', '/api/providers', {
    body: {
      ...{ name, kind: 'entra', tenantId: randomUUID(), clientId: randomUUID(), scim: {} },
      attributeRoleMappings: [{ attribute: 'department', value: '*', role: 'Viewer' }],
      attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
      attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
      ...more,
    },
  });
  const scim = scimClient(body.scim.endpoint, body.scim.token!);
  const people: string[] = [];
  for (const each of ['amara', 'bela']) {
    people.push((await scim.post('/Users', userBody(`${each}${next}@contoso.com/Sails`))).resource.id);
  }
  await scim.patch(`/Users/${people[1]}`, [{ op: 'replace', path: 'active', value: false }]);
  const members = people.map((value) => ({ value }));
  await scim.post('/Groups', { schemas: [GROUP], displayName: 'Orion', members });
  return { id: body.id, name, scim, people };
}

const remove = (id: string, query = '', headers: Record<string, string> = {}) =>
  api.send<JobJson>('DELETE', `/api/providers/${id}${query}`, { headers });
const patch = (id: string, body: unknown) =>
  api.send<ProviderJson>('PATCH', `/api/providers/${id}`, { body });
const get = (id: string) => api.get<ProviderJson>(`/api/providers/${id}`);
const user = async (id: string) => (await api.get<UserJson>(`/api/users/${id}`)).body;
const planOf = async (id: string, query: string) =>
  (await api.get<RemovalPlanJson>(`/api/providers/${id}/removal-plan?${query}`)).body;
const verified = async () => (await api.send<{ problems: string[] }>('POST', '/api/verify')).body.problems;

async function ended(id: string): Promise<JobJson> {
  for (;;) {
    const { body } = await api.get<JobJson>(`/api/jobs/${id}`);
    if (body.finishedAt !== null) return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function jobOf(provider: string): Promise<JobJson> {
  const { items } = (await api.get<Page<JobJson>>('/api/jobs?limit=500')).body;
  return items.find((each) => each.provider === provider && each.kind === 'end-scim')!;
}

describe('DELETE /api/providers/{id} 409', () => {
  it('with users and nothing said of them: the choices, their number and the plan', async () => {
    const { id } = await place();
    const events = await api.eventsOf(async () => {
      const { problem } = await remove(id);
      expect(problem).toMatchObject({
        reason: 'conflict',
        users: 2,
        choices: ['keep', 'suspend', 'remove'],
        plan: `/api/providers/${id}/removal-plan?of=provider`,
      });
      expect((await api.get<RemovalPlanJson>(String(problem.plan))).body.users).toBe(2);
    });
    expect(events).toEqual([]);
  });

  it('remove without their number, or with another: never blind', async () => {
    const { id } = await place();
    for (const query of ['?people=remove', '?people=remove&confirm=3']) {
      expect((await remove(id, query)).problem).toMatchObject({ status: 409, confirm: 2 });
    }
    expect((await get(id)).body).toMatchObject({ enabled: true, retirement: null });
  });

  it('no number is asked for where the guard lets so many pass', async () => {
    const { id } = await place({ guard: { percent: 100, count: 500 } });
    // Both are to go, one of whom is not active: more than all who are.
    expect((await remove(id, '?people=remove')).status).toBe(409);
    const lenient = await place({ guard: { percent: 100, count: 500 } });
    await lenient.scim.delete(`/Users/${lenient.people[1]}`);
    expect((await remove(lenient.id, '?people=remove')).status).toBe(202);
  });

  it('declared by the configuration file', async () => {
    expect((await remove('entra', '?people=keep')).problem.detail).toContain('change it there');
  });

  it('being removed already, for whatever else is tried', async () => {
    const { id, name } = await place();
    const { body: job } = await remove(id, '?people=keep');
    const tries = [
      await remove(id, '?people=remove&confirm=2'),
      await patch(id, { enabled: true }),
      await patch(id, { name: 'x' }),
      await api.send('PUT', `/api/providers/${id}/mappings`, { body: {} }),
      await api.send('POST', `/api/providers/${id}/tokens`),
    ];
    // The last of them may come when it is over, and is refused all the same.
    expect(tries.slice(1).map((each) => each.status)).toEqual([409, 409, 409, 409]);
    expect(tries[1]!.problem.detail).toContain(name);
    await ended(job.id);
    expect((await patch(id, { enabled: true })).problem.detail).toContain('was removed');
  });
});

describe('DELETE /api/providers/{id} other refusals', () => {
  it('400 for another choice, 412 for a stale If-Match', async () => {
    const { id } = await place();
    expect((await remove(id, '?people=sell')).problem).toMatchObject({ status: 400 });
    expect((await remove(id, '?people=keep', { 'if-match': '"77"' })).problem).toMatchObject({ status: 412 });
  });
});

describe('DELETE /api/providers/{id}?people=keep 202', () => {
  it('answers with the job; everybody stays as they are, and is told why', async () => {
    const { id, name, scim, people } = await place();
    const before = await Promise.all(people.map(user));
    const { status, body: job } = await remove(id, '?people=keep');
    expect(status).toBe(202);
    expect(job).toMatchObject({ kind: 'remove-provider', provider: id, total: 2, finishedAt: null });
    expect((await scim.get('/Users')).status).toBe(401);
    expect((await scim.post('/Users', userBody('late@contoso.com'))).status).toBe(401);
    expect(await ended(job.id)).toMatchObject({ state: 'done', done: 2 });
    for (const [n, person] of people.entries()) {
      expect(await user(person)).toEqual({ ...before[n], roleBy: 'manual' });
    }

    const { body } = await api.get<{ role: { sources: object[] } }>(`/api/users/${people[0]}/access`);
    expect(body.role.sources).toMatchObject([
      {
        by: 'manual',
        words: `Kept by key:${(await get(id)).body.retirement!.by.replace('key:', '')} when the provider ${name} was removed; before, a rule gave it: department is "Sails" (by scim). Only people take it back.`,
        kept: { of: 'provider', provider: name, formerly: [{ attribute: 'department', value: 'Sails' }] },
      },
    ]);
    expect(
      (await api.get(`/api/access?userName=amara${next}@contoso.com&provider=${id}`)).body,
    ).toMatchObject({
      active: true,
    });
    scim.close();
    expect(await verified()).toEqual([]);
  });

  it('is listed where it is asked for, gives its name away, and goes for good later', async () => {
    const { id, name, people } = await place();
    await ended((await remove(id, '?people=keep')).body.id);
    const listed = async (query: string) =>
      (await api.get<Page<ProviderJson>>(`/api/providers?limit=500${query}`)).body.items.map(
        (each) => each.id,
      );
    expect(await listed('')).not.toContain(id);
    expect(await listed('&removed=true')).toContain(id);
    expect((await get(id)).body).toMatchObject({
      enabled: false,
      retirement: { of: 'provider', people: 'keep', state: 'done' },
    });
    const again = await api.send<ProviderJson>('POST', '/api/providers', {
      body: { name, kind: 'oidc', issuer: 'https://id.contoso.com', clientId: 'x' },
    });
    expect(again.status).toBe(201);
    expect((await api.get<ProviderJson>(`/api/providers/${encodeURIComponent(name)}`)).body.id).toBe(
      again.body.id,
    );
    expect((await remove(id, '?people=suspend')).problem).toMatchObject({ status: 409, choices: ['remove'] });

    const events = await api.eventsOf(async () => {
      await ended((await remove(id, '?people=remove&confirm=2')).body.id);
    });
    const last = events.at(-1)!;
    expect([last.type, last.data]).toEqual(['provider.removed', { name, people: 'remove' }]);
    expect((await get(id)).status).toBe(404);
    expect((await api.get(`/api/users/${people[0]}`)).status).toBe(404);
    expect(await verified()).toEqual([]);
  });
});

describe('DELETE /api/providers/{id}?people=suspend 202', () => {
  it('whoever was active is suspended by people', async () => {
    const { id, people } = await place();
    await ended((await remove(id, '?people=suspend')).body.id);
    expect((await user(people[0]!)).suspensions).toEqual(['admin']);
    expect((await user(people[1]!)).suspensions).toEqual(['scim']);
    expect((await user(people[0]!)).role).toMatchObject({ name: 'Viewer' });
  });
});

describe('DELETE /api/providers/{id}?people=remove 202', () => {
  it('each goes as by DELETE, then the provider, and nobody of another', async () => {
    const { id, scim, people } = await place();
    const [bystander] = await api.pushUsers(`bystander${next}@contoso.com`);
    const events = await api.eventsOf(async () => {
      await ended((await remove(id, '?people=remove&confirm=2')).body.id);
    });
    const removed = events.filter((event) => event.type === 'user.removed').map((event) => event.subject.id);
    expect(removed.sort()).toEqual([...people].sort());
    expect((await get(id)).status).toBe(404);
    expect((await scim.get('/Users')).status).toBe(401);
    scim.close();
    expect((await user(bystander!)).status).toBe('active');
  });
});

describe('PATCH /api/providers/{id} with scim.enabled false', () => {
  it('409 where SCIM has brought people and nothing is said of them', async () => {
    const { id } = await place();
    expect((await patch(id, { scim: { enabled: false } })).problem).toMatchObject({
      status: 409,
      users: 2,
      choices: ['keep', 'suspend', 'remove'],
      plan: `/api/providers/${id}/removal-plan?of=scim`,
    });
    expect((await patch(id, { scim: { enabled: false, people: 'remove' } })).problem).toMatchObject({
      status: 409,
      confirm: 2,
    });
  });

  it.each([
    [{ enabled: false, people: 'sell' }, '/scim/people'],
    [{ enabled: true, people: 'keep' }, '/scim/people'],
    [{ enabled: false, people: 'remove', confirm: 'two' }, '/scim/confirm'],
  ])('400 for %j', async (scim, path) => {
    const { id } = await place();
    expect((await patch(id, { scim })).problem).toMatchObject({ status: 400, problems: [{ path }] });
  });

  it('200 without a word where it has brought nobody', async () => {
    const { body } = await api.send<ProviderJson>('POST', '/api/providers', {
      body: {
        name: `Empty ${++next}`,
        kind: 'oidc',
        issuer: 'https://id.contoso.com',
        clientId: 'x',
        scim: {},
      },
    });
    expect((await patch(body.id, { scim: { enabled: false } })).body).toMatchObject({ retirement: null });
  });

  it('keep: they stay, by hand; on again, SCIM counts beside it', async () => {
    const { id, scim, people } = await place();
    const before = await user(people[0]!);
    const { status, body } = await patch(id, { scope: 'all', scim: { enabled: false, people: 'keep' } });
    expect([status, body.scope, body.scim.enabled, body.retirement?.of]).toEqual([200, 'all', false, 'scim']);
    expect((await scim.get('/Users')).status).toBe(403);
    const job = await jobOf(id);
    await ended(job.id);
    expect(await user(people[0]!)).toEqual({ ...before, roleBy: 'manual' });
    const access = () =>
      api.get<{ teams: { sources: { by: string }[] }[] }>(`/api/users/${people[0]}/access`);
    expect((await access()).body.teams[0]!.sources.map(({ by }) => by)).toEqual(['manual']);
    expect((await get(id)).body.retirement).toBeNull();
    expect((await patch(id, { scim: { enabled: true } })).status).toBe(200);
    await api.settled();
    expect((await access()).body.teams[0]!.sources.map(({ by }) => by).sort()).toEqual(['manual', 'rule']);
    expect((await scim.get('/Users')).status).toBe(200);
    scim.close();
    expect(await verified()).toEqual([]);
  });

  it('suspend, and remove with their number', async () => {
    const [one, other] = [await place(), await place()];
    await patch(one.id, { scim: { enabled: false, people: 'suspend' } });
    await ended((await jobOf(one.id)).id);
    expect((await user(one.people[0]!)).suspensions).toEqual(['admin']);
    await patch(other.id, { scim: { enabled: false, people: 'remove', confirm: 2 } });
    await ended((await jobOf(other.id)).id);
    expect((await user(other.people[0]!)).status).toBe('removed');
    expect((await get(other.id)).status).toBe(200);
  });
});

describe('GET /api/providers/{id}/removal-plan', () => {
  it('200: whom it is about and what they lose; nothing changes', async () => {
    const { id, people } = await place();
    const events = await api.eventsOf(async () => {
      expect(await planOf(id, 'people=remove')).toMatchObject({
        ...{
          of: 'provider',
          people: 'remove',
          users: 2,
          active: 1,
          suspended: 1,
          withRole: 2,
          loseSignIn: 1,
        },
        ...{ totalIsCapped: false, confirm: 2, groups: 1, teams: 1, businessUnits: 1, tokens: 1 },
        admins: { total: 0, items: [] },
        first: [
          {
            user: { id: people[0] },
            losesSignIn: true,
            role: { name: 'Viewer' },
            teams: [{ name: 'Orion' }],
            businessUnits: [{ name: 'Sails' }],
          },
          { user: { id: people[1] }, losesSignIn: false },
        ],
      });
      const kept = await planOf(id, 'people=keep&of=scim');
      expect(kept).toMatchObject({ users: 2, loseSignIn: 0, confirm: null });
      expect(kept.first[0]).toMatchObject({ losesSignIn: false, role: null, teams: [] });
    });
    expect(events).toEqual([]);
  });

  it('names the administrators among them', async () => {
    const { id, people } = await place({
      attributeRoleMappings: [{ attribute: 'department', value: 'Sails', role: 'Admin' }],
    });
    const { admins } = await planOf(id, 'people=suspend');
    expect([admins.total, admins.items.map((each) => each.id)]).toEqual([2, people]);
  });

  it('403 for who may not remove it, 404 for none', async () => {
    const { id } = await place();
    const path = `/api/providers/${id}/removal-plan`;
    expect((await api.get(path, { key: keys.developer })).problem).toMatchObject({ status: 403 });
    expect((await api.get('/api/providers/nobody/removal-plan')).problem).toMatchObject({ status: 404 });
  });
});

describe('a large provider', () => {
  it('is removed beside the others, who hardly notice', { timeout: LIMIT_MS }, async () => {
    const { id, scim } = await place();
    for (let from = 0; from < MANY; from += 100) {
      const some = Array.from({ length: 100 }, (_, n) => userBody(`p${from + n}-${next}@contoso.com/Sails`));
      await Promise.all(some.map((body) => scim.post('/Users', body)));
    }
    scim.close();
    const before = await api.get<{ users: number }>(`/api/providers/${id}/removal-plan?people=remove`);
    expect(before.body.users).toBe(MANY + 2);
    const { body: job } = await remove(id, `?people=remove&confirm=${MANY + 2}`);
    let slowestMs = 0;
    for (let n = 0; ; n++) {
      const began = performance.now();
      await api.pushUsers(`other${n}-${next}@contoso.com`);
      const { body } = await api.get<JobJson>(`/api/jobs/${job.id}`);
      slowestMs = Math.max(slowestMs, performance.now() - began);
      if (body.finishedAt !== null) break;
    }
    expect(slowestMs).toBeLessThan(2_000);
    expect((await get(id)).status).toBe(404);
    expect(await verified()).toEqual([]);
  });
});
