// What a plan and the history of rules read: everybody with what decides their access, and the rules of every number.

import { expect, it } from 'vitest';
import type { LoadedPerson } from '../../src/mapping/decide.ts';
import { decideManualGrant } from '../../src/mapping/manual.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { adminsRule, applyRules, by, everyDepartment, everyGroup, PROVIDER, tick } from './scribe.ts';

export function rulesSuite(open: Open): void {
  const desk = eachWithLedger(open);

  async function give(user: string): Promise<void> {
    const role = { kind: 'role' as const, id: 'admin', name: 'Admin', key: 'admin' };
    const change = by();
    await desk.ledger.transact({
      provider: PROVIDER,
      needs: { user },
      decide: ({ user: loaded, state }) => ({
        changes: decideManualGrant({ state, ...change }, loaded!, role),
        answer: undefined,
      }),
    });
  }

  async function walk(limit: number): Promise<LoadedPerson[]> {
    const next = desk.ledger.everybody(PROVIDER);
    const met: LoadedPerson[] = [];
    for (;;) {
      const people = await next(limit);
      met.push(...people);
      if (people.length < limit) return met;
    }
  }

  it('everybody: page by page, as each is loaded alone, without removed ones', async () => {
    const ids: string[] = [];
    for (const userName of ['amara', 'bela', 'chidi', 'dara', 'emil']) {
      ids.push((await desk.write.createUser({ userName })).id);
    }
    await desk.write.createGroup('Vega', ids.slice(0, 3));
    await desk.write.createGroup('Orion', ids.slice(2));
    await give(ids[1]!);
    await desk.write.removeUser(ids[3]!);
    const alone: LoadedPerson[] = [];
    for (const id of ids.filter((each) => each !== ids[3]).sort()) {
      const { user, ruleset, groups, standing } = (await desk.ledger.fullUser(id))!.loaded;
      alone.push({ user, ruleset, groups, standing });
    }
    expect(alone.map(({ groups }) => groups.length)).toEqual([1, 1, 2, 1]);
    expect(alone.map(({ standing }) => standing.length)).toEqual([0, 1, 0, 0]);
    const byId = (people: readonly LoadedPerson[]) =>
      people.map((each) => ({ ...each, groups: [...each.groups].sort((a, b) => (a.id < b.id ? -1 : 1)) }));
    for (const limit of [1, 2, 4, 100]) expect(byId(await walk(limit))).toEqual(byId(alone));
    expect(await desk.ledger.everybody('another')(10)).toEqual([]);
  });

  it('rules: every number with who made it and when, newest first', async () => {
    const at = tick();
    const first = await applyRules(desk.ledger, [everyGroup]);
    const second = await applyRules(desk.ledger, [adminsRule, everyDepartment]);
    const { items, next, total } = await desk.ledger.rulesets(PROVIDER, { before: null, limit: 2 });
    expect(items.map(({ number }) => number)).toEqual([second, first]);
    expect(items[0]).toMatchObject({
      provider: PROVIDER,
      strategy: 'most-permissions',
      rules: [adminsRule, everyDepartment],
      scimAttributes: {},
      actor: { kind: 'system', id: 'test' },
    });
    expect(items[1]!.at).toBeGreaterThan(at);
    expect(total).toBe(second);
    expect(next).toBe(first);
    const older = await desk.ledger.rulesets(PROVIDER, { before: next, limit: 100 });
    expect(older.items.map(({ number }) => number)).toEqual(
      Array.from({ length: first - 1 }, (_, k) => first - 1 - k),
    );
    expect(older.next).toBeNull();
    expect(await desk.ledger.rulesetOf(PROVIDER, first)).toEqual(items[1]);
    expect(await desk.ledger.rulesetOf(PROVIDER, second + 1)).toBeNull();
    expect(await desk.ledger.rulesetOf('another', first)).toBeNull();
  });
}
