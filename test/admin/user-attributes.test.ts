// GET /api/users/{id}/attributes and /api/users/{id}/scim.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserAttributeJson } from '../../src/edge/admin/contract.ts';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { startWorld, type World } from '../sign-in/world.ts';

let world: World;
let id: string;
let name: string;

beforeAll(async () => {
  world = await startWorld();
  const person = [...world.entra.tenant().users.values()].find(({ department }) => department)!;
  name = person.userPrincipalName;
  const made = await world.scim.post('/Users', {
    schemas: [USER, ENTERPRISE],
    userName: name,
    externalId: person.objectId,
    displayName: 'Amara Osei',
    active: true,
    [ENTERPRISE]: { department: 'Sales' },
  });
  id = made.resource.id;
  await world.signIn(name);
});
afterAll(() => world?.stop());

describe('GET /api/users/{id}/attributes', () => {
  it('200: every word with its channel and time, which one counts and why, and the rules that look', async () => {
    const { body } = await world.api<{ items: UserAttributeJson[] }>('GET', `/api/users/${id}/attributes`);
    const named = (wanted: string) => body.items.find((each) => each.name === wanted)!;
    expect(body.items.map((each) => each.name)).toEqual(
      body.items.map((each) => each.name).sort((a, b) => a.localeCompare(b, 'en')),
    );
    expect(named('displayName')).toMatchObject({
      value: 'Amara Osei',
      why: 'Nobody else speaks of it.',
      said: [{ source: 'scim', channel: 'scim', value: 'Amara Osei', counts: true }],
      rules: [],
    });
    const department = named('department');
    expect(department.said[0]).toMatchObject({ source: 'scim', value: 'Sales', counts: true });
    expect(department.said[0]!.since).toBe(new Date(world.now()).toISOString());
    expect(department.rules.map((rule) => rule.words)).toContain('department = "*" gives the role "Viewer"');
    expect(body.items.some((each) => each.said.some(({ source }) => source === 'claims'))).toBe(true);
    for (const each of body.items) expect(each.said.filter(({ counts }) => counts)).toHaveLength(1);
  });

  it('404 for nobody', async () => {
    expect((await world.api('GET', '/api/users/nobody/attributes')).status).toBe(404);
  });
});

describe('GET /api/users/{id}/scim', () => {
  it('200: what SCIM itself answers', async () => {
    const { body } = await world.api<{ resource: object; location: string }>('GET', `/api/users/${id}/scim`);
    const scim = await world.scim.get(`/Users/${id}`);
    expect(body.resource).toEqual(scim.resource);
    expect(body.location).toBe(`${world.server.scim}/Users/${id}`);
  });

  it('404 once the user was removed', async () => {
    await world.scim.delete(`/Users/${id}`);
    expect((await world.api('GET', `/api/users/${id}/scim`)).status).toBe(404);
    expect((await world.api('GET', `/api/users/${id}/attributes`)).status).toBe(200);
  });
});
