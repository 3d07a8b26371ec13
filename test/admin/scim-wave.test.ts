// A wave of suspensions by SCIM: each in effect at once, nothing held, and one alarm.

import { afterEach, describe, expect, it } from 'vitest';
import { type Fixture, type Page, startFixture, userBody } from './fixture.ts';

interface Guard {
  provider: { name: string };
  active: number;
  allowance: number;
  taken: { scim: number };
  held: object[];
  alarms: { people: number; since: string; active: number }[];
}

/** As Entra sends it. */
const suspending = [{ op: 'Replace', path: 'active', value: 'False' }];

let api: Fixture;
afterEach(() => api.stop());

/** With so many at once, as Entra sends them. */
async function each<Item>(items: readonly Item[], act: (item: Item) => Promise<unknown>, atOnce = 32) {
  const waiting = [...items];
  const one = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await act(next);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

async function push(count: number): Promise<string[]> {
  const ids: string[] = [];
  await each(
    Array.from({ length: count }, (_, n) => `person${n}@contoso.com/Sales`),
    async (name) => ids.push((await api.scim.post('/Users', userBody(name))).resource.id),
  );
  return ids;
}

async function suspend(id: string): Promise<void> {
  expect((await api.scim.patch(`/Users/${id}`, suspending)).status).toBe(200);
  const { body } = await api.get<{ active: boolean }>(`/api/access?provider=entra&id=${id}`);
  expect(body.active).toBe(false);
}

const alarms = async () => (await api.get<Page<object>>('/api/events?type=guard.alarm')).body.items;

/** What is counted is written within a second. */
async function written(people: number): Promise<Guard> {
  for (let n = 0; n < 100; n++) {
    const [guard] = (await api.get<Page<Guard>>('/api/guard')).body.items;
    if (guard!.taken.scim === people) return guard!;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('not everybody was counted');
}

describe('2,000 people suspended by SCIM in a minute', () => {
  it('are out with the next request, each of them, and one alarm is raised', async () => {
    api = await startFixture();
    const people = await push(2_000);
    await each(people, suspend);
    const guard = await written(2_000);
    expect(guard).toMatchObject({ active: 0, held: [] });
    expect(await alarms()).toHaveLength(1);
    expect(guard.alarms).toHaveLength(1);
    expect(guard.alarms[0]!.people).toBeGreaterThan(300);
    expect(guard.alarms[0]!.active).toBeGreaterThan(1_500);
    expect(await alarms()).toMatchObject([
      { subject: { kind: 'provider', id: 'entra' }, actor: { kind: 'system', id: 'guard' } },
    ]);
  }, 120_000);
});

describe('fewer than the guard minds', () => {
  it('are no alarm; one who is removed after a suspension counts once', async () => {
    api = await startFixture();
    const people = await push(40);
    for (const id of people.slice(0, 4)) await suspend(id);
    expect((await api.scim.delete(`/Users/${people[0]}`)).status).toBe(204);
    expect((await api.scim.delete(`/Users/${people[4]}`)).status).toBe(204);
    const guard = await written(5);
    expect(guard).toMatchObject({ active: 35, alarms: [] });
    expect(await alarms()).toEqual([]);
  });

  it('the same word twice counts once; the only one is a wave', async () => {
    api = await startFixture();
    const [id] = await push(1);
    await suspend(id!);
    await suspend(id!);
    expect((await written(1)).alarms).toHaveLength(1);
  });
});
