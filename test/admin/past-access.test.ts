// GET /api/users/{id}/access?at= and GET /api/audit/access: what somebody had at a past moment is what the live answer said
// then, whatever happened since.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import type { PastAccess, PastTarget } from '../../src/edge/admin/past-access.ts';
import type { Explanation } from '../../src/edge/admin/user-access.ts';
import { admin } from '../concurrency/admin.ts';
import { randomFrom } from '../concurrency/crowd.ts';
import { ENTERPRISE, GROUP, USER } from '../harness/scim-client.ts';
import { providerWithoutRules } from '../harness/server.ts';
import { ruleSets } from '../mapping/model.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';

const PAIRS = 1_000;
const STEPS = 84;
const SEED = Number(process.env.BIFROST_SEED ?? 11);
const TOKEN = 'past-access-provisioning-token-01';

const DEPARTMENTS = ['Kites', 'Sails', 'Ropes'];
const TITLES = ['Lead Maker', 'Maker'];
const GROUPS = ['eng-kites', 'eng-sails', 'Orion', 'Vega'];
const BIN = '0123456789abcdef0123456789abcdef';
const ROLES = ['Admin', 'Developer', 'Viewer'];

/** Rules of the model, and the first of them with what stays when its claim goes. */
const rules = [
  ...ruleSets.map(({ mappings }) => mappings),
  {
    ...ruleSets[0]!.mappings,
    attributeRoleMappings: [
      { attribute: 'title', value: 'Lead*', role: 'Developer', sticky: true },
      { attribute: 'department', value: '*', role: 'Viewer' },
    ],
    attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*', sticky: true }],
  },
];

interface Pair {
  user: string;
  live: Explanation;
  position: number;
  at: number;
}

let api: Fixture;

beforeAll(async () => {
  const block = providerWithoutRules('entra', TOKEN);
  api = await startFixture({ config: { providers: [block] } });
  Object.assign(api.scim, (await import('../harness/scim-client.ts')).scimClient(api.server.scim, TOKEN));
});
afterAll(() => api.stop());

/** One random change after the other, on people and groups that are there. */
function history(seed: number) {
  const random = randomFrom(seed);
  const users: string[] = [];
  const removed: string[] = [];
  const groups: string[] = [];
  let made = 0;
  const one = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const some = (list: readonly string[]) => list.filter(() => random(3) === 0).map((value) => ({ value }));
  const { scim } = api;
  const patchUser = (operations: object) => scim.patch(`/Users/${one(users)}`, [operations] as never);
  const patchGroup = (operations: object) => scim.patch(`/Groups/${one(groups)}`, [operations] as never);

  async function makeUser(): Promise<void> {
    const body = {
      schemas: [USER, ENTERPRISE],
      userName: `person${made++}@kitehaus.example`,
      displayName: `Person ${made}`,
      ...(random(3) > 0 && { title: one(TITLES) }),
      roles: random(3) === 0 ? [{ value: 'admin' }] : [],
      ...(random(3) > 0 && { [ENTERPRISE]: { department: one(DEPARTMENTS) } }),
    };
    users.push((await scim.post('/Users', body)).resource.id);
  }

  async function makeGroup(): Promise<void> {
    const body = { schemas: [GROUP], displayName: `${one(GROUPS)} ${made++}`, members: some(users) };
    groups.push((await scim.post('/Groups', body)).resource.id);
  }

  async function applyRules(body: object = one(rules)): Promise<void> {
    const plan = await api.send<{ lose: number }>('POST', '/api/providers/entra/plan', { body });
    const path = `/api/providers/entra/mappings?confirm=${plan.body.lose}`;
    expect((await api.send('PUT', path, { body })).status).toBeLessThan(300);
  }

  const acts: readonly (() => Promise<unknown>)[] = [
    makeUser,
    makeGroup,
    () => applyRules(),
    () => applyRules(),
    () => patchUser({ op: 'replace', path: `${ENTERPRISE}:department`, value: one(DEPARTMENTS) }),
    () => patchUser({ op: 'remove', path: `${ENTERPRISE}:department` }),
    () => patchUser({ op: 'replace', path: 'title', value: one(TITLES) }),
    () => patchUser({ op: 'remove', path: 'title' }),
    () => patchUser({ op: 'add', path: 'roles', value: [{ value: 'admin' }] }),
    () => patchUser({ op: 'replace', path: 'displayName', value: `Called ${made++}` }),
    () => patchUser({ op: 'replace', path: 'active', value: random(2) === 0 }),
    () => patchUser({ op: 'replace', path: 'userName', value: `${BIN}person${made++}@kitehaus.example` }),
    () => patchGroup({ op: 'add', path: 'members', value: some(users) }),
    () => patchGroup({ op: 'replace', path: 'members', value: some(users) }),
    () => patchGroup({ op: 'replace', path: 'displayName', value: `${one(GROUPS)} ${made++}` }),
    () => give('role', one(ROLES)),
    () => take('role', one(ROLES).toLowerCase()),
    async () => {
      if (users.length < 8) return;
      const [user] = users.splice(random(users.length), 1) as [string];
      removed.push(user);
      await scim.delete(`/Users/${user}`);
    },
    async () => {
      if (groups.length < 4) return;
      const [group] = groups.splice(random(groups.length), 1) as [string];
      await scim.delete(`/Groups/${group}`);
    },
  ];

  const give = (kind: string, target: string) =>
    api.send('POST', `/api/users/${one(users)}/grants`, { body: { kind, target } });
  const take = (kind: string, target: string) =>
    api.send('DELETE', `/api/users/${one(users)}/grants/${kind}/${target}`);

  async function begin(): Promise<void> {
    await applyRules();
    for (let n = 0; n < 8; n++) await makeUser();
    for (let n = 0; n < 4; n++) await makeGroup();
  }

  function outweighed(): (() => Promise<unknown>)[] {
    const [user] = users as [string];
    const titled = (title: string) =>
      scim.patch(`/Users/${user}`, [{ op: 'replace', path: 'title', value: title }]);
    const path = `/api/users/${user}/grants`;
    return [
      () => applyRules(rules.at(-1)),
      () => titled('Lead Maker'),
      () => api.send('POST', path, { body: { kind: 'role', target: 'Viewer' } }),
      () => titled('Maker'),
      () => api.send('DELETE', `${path}/role/viewer`),
    ];
  }

  return { applyRules, outweighed, begin, step: () => one(acts)(), users, removed, one };
}

/** Not held against the OpenAPI document, which takes longer than the answer. */
const ask = <Body>(path: string) => admin<Body>({ url: api.server.url, apiKey: keys.admin }, path);
const live = (user: string) => ask<Explanation>(`/users/${user}/access`);
const then = (user: string, moment: string) => api.get<PastAccess>(`/api/users/${user}/access?${moment}`);

/** What both answers say. What is about to be stored has no time yet. */
function said({ user, active, role, teams, businessUnits }: Explanation | PastAccess, known: Explanation) {
  const pending = new Set(
    [...known.teams, ...known.businessUnits, ...(known.role ? [known.role] : [])].flatMap(({ id, sources }) =>
      sources.filter(({ since }) => since === null).map(({ words }) => `${id} ${words}`),
    ),
  );
  const target = ({ id, name, sources }: PastTarget | Explanation['teams'][number]) => ({
    id,
    name,
    sources: sources
      .map(({ cause: _, since, ...source }) => ({
        ...source,
        since: pending.has(`${id} ${source.words}`) ? null : since,
      }))
      .sort((a, b) => (a.words < b.words ? -1 : 1)),
  });
  const { id, userName, displayName, status } = user;
  return {
    user: { id, userName, displayName, status },
    active,
    role: role && target(role),
    teams: teams.map(target),
    businessUnits: businessUnits.map(target),
  };
}

async function isTheSame({ user, live: known, position, at }: Pair, n: number): Promise<void> {
  const moment = n % 2 === 0 ? `position=${position}` : `at=${new Date(at).toISOString()}`;
  const past = await ask<PastAccess>(`/users/${user}/access?${moment}`);
  expect({ moment, ...said(past, known) }).toEqual({ moment, ...said(known, known) });
}

const pairs: Pair[] = [];
let story: ReturnType<typeof history>;

/** Of some people what is answered now. */
async function look(): Promise<void> {
  const everybody = [...story.users, ...story.removed];
  const asked = Array.from({ length: Math.ceil(PAIRS / STEPS) - 1 }, () => story.one(everybody));
  asked.push(story.users[0]!);
  const answers = await Promise.all(asked.map(live));
  const moment = { position: await api.server.ledger.lastPosition(), at: Date.now() };
  pairs.push(...asked.map((user, i) => ({ user, live: answers[i]!, ...moment })));
  // The next change is of another millisecond.
  while (Date.now() <= pairs.at(-1)!.at) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('a past moment', () => {
  beforeAll(async () => {
    story = history(SEED);
    await story.begin();
    for (let n = 0; n < STEPS; n++) {
      await story.step();
      await look();
    }
    // A role that a rule left stays stored while people gave another one, and counts again when they take that back.
    for (const act of story.outweighed()) {
      await act();
      await look();
    }
    await api.settled();
  }, 120_000);

  it('is answered as the live answer was then, for a thousand people and times', {
    timeout: 120_000,
  }, async () => {
    expect(pairs.length).toBeGreaterThanOrEqual(PAIRS);
    for (let from = 0; from < pairs.length; from += 20) {
      await Promise.all(pairs.slice(from, from + 20).map(isTheSame));
    }
    const { items } = (await api.get<Page<EventJson>>('/api/events?type=grant.changed')).body;
    expect(items.map(({ data }) => data?.outweighed)).toEqual(expect.arrayContaining([true, false]));
    // The history had all that is hard: other rules, suspended and removed people, roles by hand, what stays by itself.
    const sources = pairs.flatMap(({ live: { role, teams } }) =>
      [role, ...teams].flatMap((each) => each?.sources ?? []),
    );
    expect(new Set(pairs.map(({ live: { user } }) => user.status)).size).toBe(3);
    expect(new Set(pairs.map(({ live: { ruleset } }) => ruleset)).size).toBeGreaterThan(3);
    expect(new Set(sources.map(({ by }) => by)).size).toBe(2);
  });

  it('counts rules from when they were applied, also for those whom the job reached later', async () => {
    const everybody = () => Promise.all(story.users.map(live));
    const before = await everybody();
    await story.applyRules(rules[1]);
    await api.settled();
    const after = await everybody();
    const query = 'type=mapping.applied&limit=1';
    const [applied] = (await api.get<Page<EventJson>>(`/api/audit?${query}`)).body.items;
    const at = (position: number) =>
      Promise.all(story.users.map((user) => ask<PastAccess>(`/users/${user}/access?position=${position}`)));
    const told = (answers: readonly (Explanation | PastAccess)[], as: readonly Explanation[]) =>
      answers.map((answer, n) => said(answer, as[n]!));
    expect(told(before, before)).not.toEqual(told(after, after));
    expect(told(await at(applied!.position - 1), before)).toEqual(told(before, before));
    expect(told(await at(applied!.position), after)).toEqual(told(after, after));
  });

  it('of everybody is what it is of each', async () => {
    const { position } = pairs[PAIRS / 2]!;
    const { text } = await api.get(`/api/audit/access?position=${position}`);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PastAccess);
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(line).toEqual((await then(line.user.id, `position=${position}`)).body);
    const csv = (await api.get(`/api/audit/access?position=${position}&format=csv`)).text
      .trimEnd()
      .split('\r\n');
    const reasons = lines.map(({ role, teams, businessUnits }) =>
      [role, ...teams, ...businessUnits].reduce((sum, each) => sum + (each?.sources.length ?? 0), 0),
    );
    expect(csv).toHaveLength(1 + reasons.reduce((sum, each) => sum + Math.max(1, each), 0));
  });

  it('still says what an erased person had and since when, and neither their name nor why', async () => {
    const before = pairs.find(
      ({ user, live: { user: is, role } }) => story.removed.includes(user) && is.status !== 'removed' && role,
    )!;
    const { user, position } = before;
    await api.send('POST', `/api/users/${user}/purge`);
    for (let n = 0; n < 200 && (await api.get(`/api/users/${user}`)).status !== 404; n++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { body, text } = await then(user, `position=${position}`);
    expect(body).toMatchObject({ erased: true, user: { userName: null, displayName: null } });
    expect(body.role).toMatchObject({ id: before.live.role!.id, name: before.live.role!.name });
    const teams = before.live.teams.map(({ id, sources }) => [id, sources.length]);
    expect(body.teams.map(({ id, sources }) => [id, sources.length]).sort()).toEqual(teams.sort());
    expect(body.role!.sources[0]).toMatchObject({ by: null, actor: null });
    expect(text).not.toContain(before.live.user.userName);
  });
});

describe('a moment that is none', () => {
  it.each([
    ['at=2001-01-01T00:00:00Z', 'the log of events begins at'],
    ['at=2999-01-01T00:00:00Z', 'has not come yet'],
    ['at=yesterday-noon', 'which is no time'],
    ['at=2026-02-30', 'which is no time'],
    ['at=2025-02-29T08:00:00Z', 'which is no time'],
    ['position=0', 'begins at place 1'],
    ['position=999999999', 'The log ends at place'],
    ['position=1&at=2026-01-01', 'not both'],
  ])('is refused: %s', async (moment, words) => {
    const answer = await then(story.users[0]!, moment);
    expect([answer.status, answer.problem.detail]).toEqual([400, expect.stringContaining(words)]);
    expect((await api.get(`/api/audit/access?${moment}`)).status).toBe(400);
  });

  it('is 404 for somebody who came later', async () => {
    expect((await then(story.users[0]!, 'position=1')).status).toBe(404);
  });
});
