// A change of rules under the guard: planned, applied where it takes little, held where it takes much; whoever makes it and the
// last administrator stay.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import type { Person } from '../../src/identity/sign-in.ts';
import { type Fixture, type Page, startFixture } from './fixture.ts';
import { decide, departmentRule, guardedProvider, titleRule } from './guarded-provider.ts';
import { keyOf } from './signed-in.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);
const onlySales = [departmentRule('Sales')];
const user = async (id: string) => (await api.get<UserJson>(`/api/users/${id}`)).body;

describe('POST /api/providers/{id}/plan', () => {
  it('says who would lose and gain what, losses first, and changes nothing', async () => {
    const there = await guardedProvider(api, { Sales: 30, Lab: 10 });
    const events = await api.eventsOf(async () => {
      const plan = await there.plan([departmentRule('Sales', 'Developer')]);
      expect(plan).toMatchObject({
        people: 40,
        active: 40,
        lose: 10,
        loseRole: 10,
        loseSignIn: 10,
        gain: 30,
        confirm: 10,
        takenBefore: 0,
        admins: { lose: 0, items: [] },
        exempt: [],
      });
      expect(plan.losers).toHaveLength(10);
      expect(plan.losers[0]).toMatchObject({
        losesSignIn: true,
        role: { before: { name: 'Viewer' }, after: null },
        loses: [{ kind: 'role', name: 'Viewer' }],
        gains: [],
      });
      expect(plan.gainers).toHaveLength(30);
      expect(plan.gainers[0]).toMatchObject({ loses: [], gains: [{ kind: 'role', name: 'Developer' }] });
    });
    expect(events).toEqual([]);
    expect((await there.plan([departmentRule('*')])).confirm).toBeNull();
  });

  it('needs to read people as well as rules, and refuses what PUT refuses', async () => {
    const there = await guardedProvider(api, { Sales: 1 });
    const address = `/api/providers/${there.id}/plan`;
    expect((await api.send('POST', address, { body: { rules: [] } })).status).toBe(400);
    const stale = await api.send('POST', address, { body: {}, headers: { 'if-match': '"99"' } });
    expect(stale.status).toBe(412);
    expect((await api.send('POST', '/api/providers/nobody/plan', { body: {} })).status).toBe(404);
  });
});

describe('PUT /api/providers/{id}/mappings that takes much', () => {
  it('202: is held as one batch, which the same change again answers', async () => {
    const there = await guardedProvider(api, { Sales: 30, Lab: 10 });
    const before = await there.mappings();
    let id = '';
    const events = await api.eventsOf(async () => {
      const { status, body } = await there.put(onlySales);
      expect(status).toBe(202);
      expect(body).toMatchObject({
        source: 'rules',
        state: 'held',
        people: 10,
        active: 40,
        limits: { percent: 20, count: 500 },
        totals: { lose: 10, suspendedLose: 0, loseRole: 10, loseSignIn: 10, gain: 0, adminsLose: 0 },
      });
      id = body.id;
      expect((await there.put(onlySales)).body).toEqual(body);
    });
    expect(types(events)).toEqual(['batch.held']);
    expect(events[0]).toMatchObject({
      subject: { kind: 'batch', id },
      data: { people: 10 },
      provider: there.id,
    });
    expect(await there.mappings()).toEqual(before);
    expect((await there.guard()).held.map((batch) => batch.id)).toEqual([id]);
    expect(await there.withoutRole()).toBe(0);
  });

  it('200 with `confirm` and the right number: applied, not counted; what was held of it dissolves', async () => {
    const there = await guardedProvider(api, { Sales: 30, Lab: 10 });
    const { id } = (await there.put(onlySales)).body;
    expect((await there.put(onlySales, 9)).problem).toMatchObject({ status: 409, confirm: 10 });
    const events = await api.eventsOf(async () => {
      expect((await there.put(onlySales, 10)).body.attributeRoleMappings).toMatchObject(onlySales);
    });
    expect(types(events)).toEqual(expect.arrayContaining(['mapping.applied', 'batch.dissolved']));
    expect((await api.get<{ state: string }>(`/api/batches/${id}`)).body.state).toBe('dissolved');
    expect((await there.guard()).taken.rules).toBe(0);
    expect(await there.withoutRole()).toBe(10);
  });

  it('little passes, and counts in the day until the little is much', async () => {
    const there = await guardedProvider(api, { Sales: 30, A: 4, B: 5, C: 1 });
    const rules = (...names: string[]) => names.map((name) => departmentRule(name));
    expect((await there.put(rules('Sales', 'B', 'C'))).status).toBe(200);
    expect((await there.guard()).taken.rules).toBe(4);
    expect((await there.put(rules('Sales', 'C'))).status).toBe(200);
    expect((await there.guard()).taken.rules).toBe(9);
    const held = await there.put(rules('Sales'));
    expect(held.status).toBe(202);
    expect(held.body).toMatchObject({ people: 1, takenBefore: 9 });
    // What takes nothing is nobody's business.
    expect((await there.put(rules('Sales', 'B', 'C', 'A'))).status).toBe(200);
  });

  it('a provider where nobody has anything to lose is never held', async () => {
    const there = await guardedProvider(api, { Sales: 3 }, []);
    expect((await there.put(onlySales)).status).toBe(200);
    const empty = await guardedProvider(api, {});
    expect((await empty.put([])).status).toBe(200);
  });

  it('of one who loses: below 10 is never held, unless it is more than half', async () => {
    const there = await guardedProvider(api, { Sales: 1, Lab: 1 });
    expect((await there.put(onlySales)).status).toBe(200);
    expect((await there.put([])).status).toBe(202);
  });
});

describe('a held change of rules, decided', () => {
  it('approve applies it as one change; undo gives back what was there, as a new one', async () => {
    const there = await guardedProvider(api, { Sales: 30, Lab: 10 });
    const before = await there.mappings();
    const { id } = (await there.put(onlySales)).body;
    const approving = await api.eventsOf(async () => {
      const { body } = await decide(api, id, 'approve');
      expect(body).toMatchObject({ state: 'applied', decidedBy: expect.stringMatching(/^key:/) });
      expect(await there.withoutRole()).toBe(10);
    });
    expect(
      types(approving)
        .filter((type) => !type.startsWith('grant.'))
        .sort(),
    ).toEqual(['batch.applied', 'batch.approved', 'mapping.applied']);
    expect((await there.guard()).taken.rules).toBe(0);
    const undoing = await api.eventsOf(async () => {
      expect((await decide(api, id, 'undo')).body.state).toBe('undone');
      await api.settled();
    });
    expect(types(undoing).filter((type) => !type.startsWith('grant.'))).toEqual([
      'mapping.applied',
      'batch.undone',
    ]);
    const now = await there.mappings();
    expect(now).toEqual({ ...before, ruleset: before.ruleset + 2 });
    expect(await there.withoutRole()).toBe(0);
  });

  it('is planned anew on the rules that hold by then, and changes what it was to change alone', async () => {
    const there = await guardedProvider(api, { Sales: 30, Lab: 10 });
    const { id } = (await there.put(onlySales)).body;
    const body = {
      attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
    };
    await api.send('PUT', `/api/providers/${there.id}/mappings`, { body });
    const whole = (
      await api.get<{ rules: { ruleset: number; currentRuleset: number } }>(`/api/batches/${id}`)
    ).body;
    expect(whole.rules.currentRuleset).toBe(whole.rules.ruleset + 1);
    expect((await decide(api, id, 'approve')).body.state).toBe('applied');
    expect(await there.mappings()).toMatchObject({ attributeRoleMappings: onlySales, ...body });
  });

  it('409 where it takes more by now, until somebody says how many', async () => {
    const there = await guardedProvider(api, { Sales: 30, Lab: 10 });
    const { id } = (await there.put(onlySales)).body;
    await there.push('late@x.example/Lab');
    expect((await decide(api, id, 'approve')).problem).toMatchObject({ status: 409, confirm: 11 });
    expect((await decide(api, id, 'approve', { confirm: 11 })).status).toBe(200);
  });

  it('409 to undo what was changed since', async () => {
    const there = await guardedProvider(api, { Sales: 30, Lab: 10 });
    const { id } = (await there.put(onlySales)).body;
    await decide(api, id, 'approve');
    await there.put([...onlySales, titleRule('x', 'Admin')]);
    expect((await decide(api, id, 'undo')).problem).toMatchObject({ status: 409 });
    expect((await there.mappings()).attributeRoleMappings).toHaveLength(2);
  });

  it('two approvals at once apply it once', async () => {
    const there = await guardedProvider(api, { Sales: 30, Lab: 10 });
    const { id } = (await there.put(onlySales)).body;
    const { ruleset } = await there.mappings();
    const both = await Promise.all([decide(api, id, 'approve'), decide(api, id, 'approve')]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await there.mappings()).ruleset).toBe(ruleset + 1);
    const applied = await api.get<Page<object>>(`/api/events?type=batch.applied&subject=${id}`);
    expect(applied.body.items).toHaveLength(1);
  });
});

describe('whoever changes the rules', () => {
  const people = { Sales: 30 };
  const rules = [departmentRule('*'), titleRule('chief', 'Admin')];

  async function withChief() {
    const there = await guardedProvider(api, people, rules);
    const id = await there.push('chief@x.example/Sales', { title: 'chief' });
    await there.push('other@x.example/Sales', { title: 'chief' });
    const chief: Person = { provider: there.id, id };
    return { there, id, key: await keyOf(api, chief) };
  }

  it('keeps the role that the rules would take, by hand, and the plan and the reason say so', async () => {
    const { there, id, key } = await withChief();
    const plan = await there.plan([departmentRule('*')], key);
    expect(plan.exempt).toMatchObject([{ user: { id }, role: { name: 'Admin' }, why: 'changes-rules' }]);
    expect(plan).toMatchObject({ lose: 1, admins: { lose: 1 } });
    const { body } = await there.put([departmentRule('*')], undefined, { key });
    expect((await user(id)).role?.name).toBe('Admin');
    const explained = await api.get<{
      role: { sources: { by: string; words: string; exempt: object | null }[] };
    }>(`/api/users/${id}/access`);
    const [source] = explained.body.role.sources;
    expect(source).toMatchObject({ by: 'manual', exempt: { ruleset: body.ruleset } });
    expect(source!.words).toContain(`the rules number ${body.ruleset}`);
    await api.settled();
    expect((await user(id)).role?.name).toBe('Admin');
    expect((await api.send<{ problems: [] }>('POST', '/api/verify')).body.problems).toEqual([]);
  });

  it('and has nothing by hand where the rules are refused as stale', async () => {
    const { there, id, key } = await withChief();
    const changes = [1, 2, 3, 4].map((n) =>
      there.put([departmentRule('*'), titleRule(`t${n}`, 'Viewer')], undefined, { key }),
    );
    const answers = await Promise.all(changes);
    expect(answers.map(({ status }) => status).sort()).toContain(200);
    expect(answers.map(({ status }) => status)).toContain(412);
    expect((await user(id)).role?.name).toBe('Admin');
    await there.put(rules);
    await api.settled();
    const grants = await api.get<{ role: { sources: { by: string }[] } }>(`/api/users/${id}/access`);
    expect(grants.body.role.sources.filter(({ by }) => by === 'manual')).toHaveLength(1);
  });

  it('a change that is refused leaves no exemption', async () => {
    const { there, id, key } = await withChief();
    const { ledger } = api.server;
    const apply = ledger.applyRuleset;
    ledger.applyRuleset = async (ruleset, by, expected) => apply(ruleset, by, expected! - 1);
    try {
      expect((await there.put([departmentRule('*')], undefined, { key })).status).toBe(412);
    } finally {
      ledger.applyRuleset = apply;
    }
    const told = await api.get<{ role: { sources: { by: string }[] } }>(`/api/users/${id}/access`);
    expect(told.body.role.sources.map(({ by }) => by)).toEqual(['rule']);
  });
});

describe('the last administrator', () => {
  it('stays one, whoever changes the rules; where another is there they go', async () => {
    const rules = [departmentRule('*'), titleRule('chief', 'Admin')];
    const alone = await startFixture();
    try {
      const there = await guardedProvider(alone, { Sales: 30 }, rules);
      const chiefs = [];
      for (const name of ['ada', 'bea'])
        chiefs.push(await there.push(`${name}@x.example/Sales`, { title: 'chief' }));
      const plan = await there.plan([departmentRule('*')]);
      expect(plan.exempt).toMatchObject([{ why: 'last-admin', role: { name: 'Admin' } }]);
      expect(plan).toMatchObject({ lose: 1, people: 32 });
      expect((await there.put([departmentRule('*')])).status).toBe(200);
      const roles = [];
      for (const id of chiefs) roles.push((await alone.get<UserJson>(`/api/users/${id}`)).body.role?.name);
      expect(roles.sort()).toEqual(['Admin', 'Viewer']);

      const elsewhere = await guardedProvider(alone, { Sales: 30 }, rules);
      await elsewhere.push('eva@x.example/Sales', { title: 'chief' });
      const second = await elsewhere.plan([departmentRule('*')]);
      expect(second).toMatchObject({ exempt: [], lose: 1, admins: { lose: 1 } });
    } finally {
      await alone.stop();
    }
  });
});

describe('PUT /api/roles/{id}/permissions that decides anew who wins', () => {
  it('409 where many would lose something, until somebody says how many', async () => {
    const there = await guardedProvider(api, { Sales: 30 }, [departmentRule('*')]);
    const role = (
      await api.send<{ id: string }>('POST', '/api/roles', { body: { name: 'Small', copyOf: 'Developer' } })
    ).body;
    await there.put([departmentRule('*'), departmentRule('Sales', 'Small')]);
    const address = `/api/roles/${role.id}/permissions`;
    const refused = await api.send('PUT', address, { body: { permissions: ['users:read'] } });
    expect(refused.problem).toMatchObject({ status: 409, confirm: 30, people: 30 });
    expect(
      (await api.send('PUT', `${address}?confirm=29`, { body: { permissions: ['users:read'] } })).status,
    ).toBe(409);
    expect(
      (await api.send('PUT', `${address}?confirm=30`, { body: { permissions: ['users:read'] } })).status,
    ).toBe(200);
    expect((await user(there.ids()[0]!)).role?.name).toBe('Viewer');
  });
});
