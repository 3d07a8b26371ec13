// Going back to the rules of before gives everybody exactly what they had and why, whatever the rules between were; whoever
// changed in between keeps that change.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Explanation } from '../../src/edge/admin/user-access.ts';
import { randomFrom } from '../concurrency/crowd.ts';
import { ENTERPRISE } from '../harness/scim-client.ts';
import { type Fixture, startFixture } from './fixture.ts';
import { departmentRule, guardedProvider, type Mappings } from './guarded-provider.ts';

const ROUNDS = 6;
const SEED = Number(process.env.BIFROST_SEED ?? 3);
const DEPARTMENTS = ['Sales', 'Lab', 'Kites'];

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

/** Rules that give and take at random, and leave nothing behind when they go. */
function randomRules(random: (below: number) => number) {
  const one = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const value = () => one([...DEPARTMENTS, 'S*', '*']);
  /** No rule is there twice. */
  const some = <T>(make: () => T): T[] => {
    const rules = Array.from({ length: random(3) }, make);
    return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
  };
  return {
    roleResolutionStrategy: one(['most-permissions', 'first-match']),
    attributeRoleMappings: some(() => departmentRule(value(), one(['Viewer', 'Developer']))),
    attributeTeamMappings: [
      ...some(() => ({ attribute: 'department', value: value(), team: one(['*', 'Street', 'Bench']) })),
      ...some(() => ({ attribute: 'groups', value: '*', team: '*' })).slice(0, 1),
    ],
    attributeBusinessUnitMappings: some(() => ({
      attribute: one(['department', 'displayName']),
      value: '*',
      businessUnit: one(['*', 'Everybody']),
    })),
  };
}

/** Everything that somebody has, with every reason for it. */
async function hasAndWhy(id: string): Promise<string[]> {
  const { role, teams, businessUnits } = (await api.get<Explanation>(`/api/users/${id}/access`)).body;
  const held = [...(role ? [role] : []), ...teams, ...businessUnits];
  return held.flatMap(({ id: target, name, sources }) =>
    sources.map(({ words }) => `${target} ${name}: ${words}`),
  );
}

async function everybody(ids: readonly string[]): Promise<Record<string, string[]>> {
  const found = await Promise.all(ids.map(async (id) => [id, (await hasAndWhy(id)).sort()] as const));
  return Object.fromEntries(found);
}

it('gives back what everybody had, and why, after any rules', { timeout: 120_000 }, async () => {
  const random = randomFrom(SEED);
  const there = await guardedProvider(api, { Sales: 3, Lab: 3, Kites: 2 });
  const ids = there.ids();
  await there.scim.post('/Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Harbour',
    members: ids.slice(0, 5).map((value) => ({ value })),
  });
  const address = `/api/providers/${there.id}`;
  async function apply(body: object): Promise<void> {
    const { lose } = (await api.send<{ lose: number }>('POST', `${address}/plan`, { body })).body;
    const put = await api.send<Mappings>('PUT', `${address}/mappings?confirm=${lose}`, { body });
    expect([put.status, put.text.slice(0, 300)]).toEqual([200, expect.any(String)]);
  }
  let differed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await apply(randomRules(random));
    await api.settled();
    const { ruleset } = await there.mappings();
    const before = await everybody(ids);
    await apply(randomRules(random));
    if (random(2) === 0) await api.settled(); // else it is taken back while the job is under way
    if (JSON.stringify(await everybody(ids)) !== JSON.stringify(before)) differed++;
    const mover = ids[random(ids.length)]!;
    const department = `Moved ${round}`;
    await there.scim.patch(`/Users/${mover}`, [
      { op: 'replace', path: `${ENTERPRISE}:department`, value: department },
    ]);
    const kept = await api.get<{ mappings: object }>(`${address}/rulesets/${ruleset}`);
    await apply(kept.body.mappings);
    await api.settled();
    const { [mover]: had, ...others } = before;
    const { [mover]: has, ...now } = await everybody(ids);
    expect({ round, ...now }).toEqual({ round, ...others });
    expect(
      has!.filter((each) => DEPARTMENTS.some((name) => each.includes(`department is "${name}"`))),
    ).toEqual([]);
    // By the same rules the new department gives what anything gives.
    const byAny = (held: string[]) =>
      held.filter((each) => each.includes('In the group') || each.includes('displayName is'));
    expect(byAny(has!)).toEqual(byAny(had!));
    expect((await api.send('POST', '/api/verify')).body).toMatchObject({ ok: true, problems: [] });
  }
  expect(differed).toBeGreaterThan(ROUNDS / 2);
  there.scim.close();
});
