// Memory and SQL agree: what `holds` says of every resource as it goes out on the wire is what a query finds, and
// `compareBy` gives the order in which it comes. RFC 7644 3.4.2.2 and 3.4.2.3 decide which side is right.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResourceQuery } from '../../src/ledger/ledger.ts';
import { holds, readCondition } from '../../src/scim/condition.ts';
import { groupKind, type ResourceKind, userKind } from '../../src/scim/schema.ts';
import { compareBy, readSort } from '../../src/scim/sort.ts';
import { groupFilter, groupSortNames, userFilter, userSortNames } from './generated-filter.ts';
import { fill, RUNS, SEED, USERS, type Wire, wire } from './generated-ledger.ts';
import { ACME, TEXTS } from './generated-resource.ts';
import type { Open, Opened } from './opened.ts';
import { PROVIDER, seed } from './scribe.ts';

export function filterSuite(open: Open): void {
  let opened: Opened;
  let asked = 0;
  let users: Wire[] = [];
  let groups: Wire[] = [];

  beforeAll(async () => {
    opened = await open();
    await seed(opened.ledger);
    await fill(opened.ledger);
    users = await wire(opened.ledger, userKind);
    groups = await wire(opened.ledger, groupKind);
  });
  afterAll(() => opened.destroy());

  async function idsOf(kind: ResourceKind, more: Partial<ResourceQuery>): Promise<string[]> {
    const query = {
      provider: PROVIDER,
      condition: null,
      sort: null,
      start: { offset: 0 },
      limit: 1000,
      ...more,
    };
    const page =
      kind === userKind
        ? await opened.ledger.queryUsers(query)
        : await opened.ledger.queryGroups({ ...query, withMembers: false });
    expect(page.total).toBe(page.rows.length);
    return page.rows.map((each) => each.id);
  }

  async function agree(kind: ResourceKind, filter: string): Promise<void> {
    const condition = readCondition(kind, filter);
    // Statements that are used no more are freed between turns of the event loop.
    if (++asked % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    const expected = (kind === userKind ? users : groups)
      .filter((each) => holds(condition, each))
      .map((each) => each.id);
    expect({ filter, ids: await idsOf(kind, { condition }) }).toEqual({ filter, ids: expected });
  }

  it('has resources to look at', () => {
    expect(users).toHaveLength(USERS);
    expect(groups.length).toBeGreaterThan(5);
  });

  it('finds what holds in memory: users [RFC7644 3.4.2.2]', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(userFilter, (filter) => agree(userKind, filter)),
      { numRuns: RUNS, seed: SEED },
    ),
  );

  it('finds what holds in memory: groups [RFC7644 3.4.2.2]', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(groupFilter, (filter) => agree(groupKind, filter)),
      { numRuns: Math.floor(RUNS / 3), seed: SEED },
    ),
  );

  describe('one by one', () => {
    const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
    for (const operator of operators) {
      it(`agrees on ${operator} for every text`, async () => {
        for (const value of ['', ...TEXTS]) {
          for (const path of ['userName', 'title', 'externalId', 'emails', `${ACME}:tag`, `${ACME}:Tags`]) {
            await agree(userKind, `${path} ${operator} ${JSON.stringify(value)}`);
          }
        }
      });
    }

    it('agrees on points in time, whatever their zone [RFC7643 2.3.5]', async () => {
      const created = users.map((each) => String((each.meta as Record<string, unknown>).created));
      for (const operator of ['eq', 'ne', 'gt', 'ge', 'lt', 'le']) {
        for (const at of [
          created[0],
          created[7],
          created.at(-1),
          '2026-03-01T09:00:00+01:00',
          '2020-01-01T00:00:00.5Z',
        ]) {
          await agree(userKind, `meta.created ${operator} "${at}"`);
          await agree(groupKind, `meta.lastModified ${operator} "${at}"`);
        }
      }
    });

    it('agrees on ids of groups and members', async () => {
      for (const each of groups) {
        await agree(userKind, `groups eq "${each.id}"`);
        await agree(userKind, `groups[value eq "${each.id}" and type eq "direct"]`);
        await agree(groupKind, `members eq "${users[0]!.id}" or id eq "${each.id}"`);
        await agree(groupKind, `members[value eq "${users[1]!.id}" and type eq "User"]`);
      }
    });
  });

  describe('order [RFC7644 3.4.2.3]', () => {
    for (const [kind, names] of [
      [userKind, userSortNames],
      [groupKind, groupSortNames],
    ] as const) {
      for (const sortBy of names) {
        for (const sortOrder of ['ascending', 'descending']) {
          it(`is the same for ${kind.name}s by ${sortBy}, ${sortOrder}`, async () => {
            const sort = readSort(kind, sortBy, sortOrder)!;
            const compare = compareBy(sort);
            const sign = sort.descending ? -1 : 1;
            const resources = [...(kind === userKind ? users : groups)];
            resources.sort((a, b) => compare(a, b) || sign * (a.id < b.id ? -1 : 1));
            expect(await idsOf(kind, { sort })).toEqual(resources.map((each) => each.id));
          });
        }
      }
    }
  });
}
