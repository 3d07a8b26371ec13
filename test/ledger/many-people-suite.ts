// Lists of more people than are sorted for a page: which way to them is taken, and that everybody is met once. One population
// for all of it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger, PageKey, UserListQuery } from '../../src/ledger/ledger.ts';
import type { Dialect } from '../../src/ledger/sql/dialect.ts';
import type { Script, Statement } from '../../src/ledger/sql/statement.ts';
import { readSettings } from '../../src/ledger/sql/stored-settings.ts';
import { listUsers } from '../../src/ledger/sql/user-lists.ts';
import { everyDepartment, everyGroup, PROVIDER, scribe, seed, sweepAll } from './scribe.ts';

/** More than are sorted (user-lists.ts). */
const MANY = 7_300;
const IN_LARGE = 7_100;
const IN_SMALL = 600;
const PAGE = 1_500;
const AT_ONCE = 100;
/** Every so many-th is changed or removed while lists are read. */
const MOVED_EVERY = 73;

export interface Explains {
  dialect: Dialect;
  run(statement: Statement): Promise<object[]>;
  /** What is wrong with the plan of a statement: tables that are read from one end to the other. */
  complaints(statement: Statement): Promise<string[]>;
  close(): Promise<void>;
}

export interface ManyPeople {
  ledger: Ledger;
  /** On the same storage, beside the ledger. */
  explains(): Promise<Explains>;
  destroy(): Promise<void>;
}

export function manyPeopleSuite(engine: string, open: () => Promise<ManyPeople>): void {
  describe(`many people on ${engine}`, () => {
    let opened: ManyPeople;
    const ids: string[] = [];
    const targets = new Map<string, string>();

    beforeAll(async () => {
      opened = await open();
      const { ledger } = opened;
      await seed(ledger, [everyGroup, everyDepartment]);
      const write = scribe(ledger);
      for (let n = 0; n < MANY; n += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, MANY - n) }, (_, at) => personOf(n + at));
        ids.push(...(await Promise.all(some.map(write.createUser))).map(({ id }) => id));
      }
      await write.createGroup('Large', ids.slice(0, IN_LARGE));
      await write.createGroup('Small', ids.slice(-IN_SMALL));
      await sweepAll(ledger);
      for (const kind of ['team', 'businessUnit'] as const)
        for (const { name, id } of (await ledger.listTargets({ kind, after: null, limit: 9 })).items)
          targets.set(name, id);
    }, 120_000);

    afterAll(() => opened.destroy());

    const lists: Record<string, () => Omit<UserListQuery, 'sort' | 'after' | 'limit'>> = {
      everybody: () => ({}),
      'those of a status': () => ({ status: 'active' }),
      'those of a large team': () => ({ team: targets.get('Large')! }),
      'those of a small team': () => ({ team: targets.get('Small')! }),
      'those of a business unit': () => ({ businessUnit: targets.get('Kites')! }),
      'those of a large team in a business unit': () => ({
        team: targets.get('Large')!,
        businessUnit: targets.get('Kites')!,
      }),
      'those without a role': () => ({ role: 'none' }),
      'those of a source': () => ({ source: 'scim' }),
      'those who cannot sign in': () => ({ canSignIn: false }),
      'what nearly everybody is called': () => ({ search: 'kitehaus' }),
      'what some are called': () => ({ search: 'amara', status: 'active' }),
      'what names begin with': () => ({ search: 'am' }),
    };
    const orders = [
      { by: 'userName', descending: false },
      { by: 'displayName', descending: true },
      { by: 'createdAt', descending: true },
      { by: 'lastProvisionedAt', descending: false },
      { by: 'lastSignInAt', descending: true },
    ] as const satisfies UserListQuery['sort'][];

    it('are counted in stretches, to the last one', async () => {
      const explainer = await opened.explains();
      const rowsOf = async (table: string): Promise<number> => {
        const text = `SELECT CAST(count(*) AS INTEGER) AS n FROM ${table}`;
        const [row] = (await explainer.run({ text, values: [], kind: 'read' })) as { n: number }[];
        return row!.n;
      };
      try {
        const counts = await opened.ledger.counts();
        expect(counts).toMatchObject({ users: MANY, groups: 2, memberships: IN_LARGE + IN_SMALL });
        expect(counts.holdings).toBe(await rowsOf('holdings'));
        expect(counts.events).toBe(await rowsOf('events'));
      } finally {
        await explainer.close();
      }
    });

    it('are found without reading a table from one end to the other', async () => {
      const explainer = await opened.explains();
      const wrong: string[] = [];
      let statements = 0;
      try {
        const follow = async <Answer>(script: Script<Answer>, check: boolean): Promise<Answer> => {
          for (let step = script.next({ rows: [], changes: 0 }); ; ) {
            if (step.done) return step.value;
            if (check) {
              statements++;
              wrong.push(...(await explainer.complaints(step.value)));
            }
            step = script.next({ rows: await explainer.run(step.value), changes: 0 });
          }
        };
        const settings = await follow(readSettings(), false);
        for (const list of Object.values(lists)) {
          for (const sort of [orders[0], orders[4]]) {
            const query = { ...list(), provider: PROVIDER, sort, limit: 50 };
            const first = await follow(
              listUsers(explainer.dialect, settings, { ...query, after: null }),
              true,
            );
            if (first.next)
              await follow(listUsers(explainer.dialect, settings, { ...query, after: first.next }), true);
          }
        }
      } finally {
        await explainer.close();
      }
      expect(wrong).toEqual([]);
      expect(statements).toBeGreaterThan(6 * Object.keys(lists).length);
    }, 60_000);

    const walks = [
      ['everybody', orders[1]],
      ['those of a large team', orders[3]],
      ['those of a small team', orders[0]],
      ['what nearly everybody is called', orders[2]],
    ] as const;
    for (const [at, [what, sort]] of walks.entries()) {
      const order = `${sort.descending ? '-' : ''}${sort.by}`;
      it(`meet ${what} once each by ${order}, while others change`, async () => {
        const query = { ...lists[what]!(), provider: PROVIDER, sort };
        const before = await walk(query, async () => {});
        expect(new Set(before).size).toBe(before.length);
        let round = 0;
        const after = await walk(query, () => move(at, round++));
        const isStill = (id: string) => ids.indexOf(id) % MOVED_EVERY !== 0;
        expect(after.filter(isStill).sort()).toEqual(before.filter(isStill).sort());
        expect(after.filter(isStill)).toEqual(before.filter(isStill));
      });
    }

    async function walk(query: Omit<UserListQuery, 'after' | 'limit'>, between: () => Promise<void>) {
      const found: string[] = [];
      let after: PageKey | null = null;
      do {
        const page: Awaited<ReturnType<typeof opened.ledger.listUsers>> = await opened.ledger.listUsers({
          ...query,
          after,
          limit: PAGE,
        });
        found.push(...page.items.map(({ user }) => user.id));
        after = page.next;
        await between();
      } while (after);
      return found;
    }

    /** One of those who may be moved gets other names, and with them another place in every list. */
    async function move(list: number, round: number): Promise<void> {
      const n = ((list * 31 + round) % Math.floor(MANY / MOVED_EVERY)) * MOVED_EVERY;
      const name = `moved.${list}.${round}.${n}@kitehaus.example`;
      await scribe(opened.ledger).replaceUser(ids[n]!, { ...personOf(n), userName: name, displayName: name });
    }
  });
}

function personOf(n: number): Record<string, unknown> {
  const given = ['amara', 'bela', 'chidi', 'dara'][n % 4]!;
  return {
    userName: `${given}.${n}@kitehaus.example`,
    displayName: `${given} ${(n * 7919) % 97}`,
    active: n % 50 !== 1,
    department: n % 9 === 0 ? 'Kites' : 'Ropes',
    emails: [{ type: 'work', value: `${given}.${n}@kitehaus.example` }],
  };
}
