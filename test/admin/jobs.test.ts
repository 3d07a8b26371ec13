// Work beside the requests, as administrators see it, and the purge of a removed user.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import type { JobJson } from '../../src/edge/admin/jobs.ts';
import { type Fixture, type Page, startFixture } from './fixture.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

const jobs = async (kind: JobJson['kind']) =>
  (await api.get<{ items: JobJson[] }>('/api/jobs')).body.items.filter((job) => job.kind === kind);

async function ended(kind: JobJson['kind'], subject: string | null): Promise<JobJson> {
  for (let i = 0; i < 200; i++) {
    const job = (await jobs(kind)).find((each) => each.subject === subject && each.finishedAt !== null);
    if (job) return job;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no job ${kind} has ended`);
}

describe('GET /api/jobs 200', () => {
  it('shows a change of rules with its progress and what it came from', async () => {
    await api.pushUsers('amara@contoso.com/Sales', 'bela@contoso.com/Sales');
    const { body } = await api.get<{ ruleset: number }>('/api/providers/entra/mappings');
    await api.pushGroup('Platform', []);
    expect(body.ruleset).toBeGreaterThan(0);
    await ended('retention', null);
    const [retention] = await jobs('retention');
    expect(retention).toMatchObject({ state: 'done', failures: 0, lastError: null, provider: null });
  });
});

describe('POST /api/users/{id}/purge', () => {
  it('409 while the user is not removed, 404 for nobody', async () => {
    const [id] = await api.pushUsers('cem@contoso.com/Sales');
    expect((await api.send('POST', `/api/users/${id}/purge`)).problem).toMatchObject({ status: 409 });
    expect((await api.send('POST', '/api/users/nobody/purge')).problem).toMatchObject({ status: 404 });
    expect((await api.get(`/api/users/${id}`)).status).toBe(200);
  });

  it('202, and then nothing says who it was; events keep their places', async () => {
    const [id] = await api.pushUsers('zuleika@contoso.com/Sales');
    await api.pushGroup('Rowers', [id!]);
    await api.scim.delete(`/Users/${id}`);
    const before = await api.get<Page<EventJson>>(`/api/users/${id}/timeline?limit=100`);
    expect(before.text).toContain('zuleika');
    expect((await api.send('POST', `/api/users/${id}/purge`)).status).toBe(202);
    expect((await api.send('POST', `/api/users/${id}/purge`)).status).toBeGreaterThanOrEqual(202);
    await ended('purge', id!);
    expect((await api.get(`/api/users/${id}`)).status).toBe(404);
    const everything = [
      (await api.get('/api/events?limit=500')).text,
      (await api.get('/api/users?status=removed&limit=500')).text,
      (await api.get('/api/requests?limit=500')).text,
    ].join('');
    expect(everything.toLowerCase()).not.toContain('zuleika');
    const events = (await api.get<Page<EventJson>>('/api/events?limit=500')).body.items;
    expect(events.map((each) => each.position)).toEqual(events.map((_, at) => at + 1));
    expect(events.filter((each) => each.subject.id === id).at(-1)?.type).toBe('user.purged');
    expect((await api.send('POST', '/api/verify')).body).toMatchObject({ ok: true, problems: [] });
  });
});
