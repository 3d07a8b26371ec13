// Paging by cursor (RFC 9865), with time under the control of the test.

import { beforeAll, describe, expect, it } from 'vitest';
import { type List, type Resource, SEARCH_REQUEST } from '../harness/scim-client.ts';
import { expectError, expectList, expectStatus, idsOf, unique, useServer } from './fixture.ts';

/** Shifts the server's clock; only the expiry test moves it, as the last one of the file. */
let shiftMs = 0;
const on = useServer({ clock: { now: () => Date.now() + shiftMs } });
const TAG = unique('cursor');
const MINE = `userName sw "${TAG}"`;
const COUNT = 7;
const UNRESERVED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const people: Resource[] = [];

beforeAll(async () => {
  for (let i = 0; i < COUNT; i++) people.push(await on.user({ userName: `${TAG}-${i}@kitehaus.example` }));
});

interface Pagination {
  cursor: boolean;
  index: boolean;
  defaultPaginationMethod?: string;
  defaultPageSize?: number;
  maxPageSize?: number;
  cursorTimeout?: number;
}

const pagination = async () =>
  ((await on.scim.get('/ServiceProviderConfig')).json as { pagination: Pagination }).pagination;
const ask = (cursor: string, more = '&count=3') =>
  on.scim.users(MINE, `&cursor=${encodeURIComponent(cursor)}${more}`);
const firstPage = async (): Promise<List & { nextCursor: string }> => {
  const list = expectList(await ask(''));
  expect(list.nextCursor).toBeTypeOf('string');
  return { ...list, nextCursor: list.nextCursor! };
};

describe('walking', () => {
  it('[C01] [RFC9865 4] The configuration says what is offered', async () => {
    const found = await pagination();
    expect(found.cursor).toBe(true);
    expect(found.index).toBe(true);
    for (const number of [found.defaultPageSize, found.maxPageSize, found.cursorTimeout]) {
      if (number !== undefined) expect(Number.isInteger(number)).toBe(true);
    }
    if (found.defaultPaginationMethod !== undefined) {
      expect(['cursor', 'index']).toContain(found.defaultPaginationMethod);
    }
  });

  it('[C02] [RFC9865 2] An empty cursor starts, with a next one and no previous one', async () => {
    const list = await firstPage();
    expect(list.Resources).toHaveLength(3);
    expect(list).not.toHaveProperty('previousCursor');
  });

  it('[C03] [RFC9865 2] Following the cursor meets everybody once, and the last page has none', async () => {
    const met: Resource[] = [];
    let pages = 0;
    for (let cursor: string | undefined = ''; cursor !== undefined; pages++) {
      expect(pages).toBeLessThan(COUNT);
      const list: List = expectList(await ask(cursor));
      met.push(...list.Resources);
      cursor = list.nextCursor;
    }
    expect(pages).toBe(3);
    expect(idsOf(met)).toEqual(idsOf(people));
  });

  it('[C03] [RFC9865 2] Groups can be walked too', async () => {
    const tag = unique('walked');
    const groups = [await on.group({ displayName: `${tag}-1` }), await on.group({ displayName: `${tag}-2` })];
    const filter = `displayName sw "${tag}"`;
    const first = expectList(await on.scim.groups(filter, '&cursor=&count=1'));
    const second = expectList(await on.scim.groups(filter, `&count=1&cursor=${first.nextCursor}`));
    expect(second).not.toHaveProperty('nextCursor');
    expect(idsOf([...first.Resources, ...second.Resources])).toEqual(idsOf(groups));
  });

  it('[C03] [RFC9865 2] A walk is not disturbed by what is made or deleted meanwhile', async () => {
    const tag = unique('moving');
    const make = (n: number) => on.user({ userName: `${tag}-${n}` });
    const made = [await make(1), await make(2), await make(3), await make(4)];
    const filter = `userName sw "${tag}"`;
    const first = expectList(await on.scim.users(filter, '&cursor=&count=2'));
    expectStatus(await on.scim.delete(`/Users/${first.Resources[0]!.id}`), 204);
    const second = expectList(await on.scim.users(filter, `&count=2&cursor=${first.nextCursor}`));
    expect(idsOf([...first.Resources, ...second.Resources])).toEqual(idsOf(made));
  });

  it('[C04] [RFC9865 2] Cursors use unreserved characters only', async () => {
    expect((await firstPage()).nextCursor).toMatch(/^[A-Za-z0-9\-._~]+$/);
  });

  it('[C06] [RFC9865 3] .search takes a cursor in its body', async () => {
    const search = (cursor: string) =>
      on.scim.post('/Users/.search', { schemas: [SEARCH_REQUEST], filter: MINE, count: 4, cursor });
    const first = expectList(await search(''));
    const second = expectList(await search(first.nextCursor!));
    expect(idsOf([...first.Resources, ...second.Resources])).toEqual(idsOf(people));
    expect(second).not.toHaveProperty('nextCursor');
  });

  it('[C08] [RFC9865 2.4] Where there are no pages a cursor is ignored', async () => {
    expectStatus(await on.scim.get('/Schemas?cursor='), 200);
  });

  it('[W01] [RFC9865 2] previousCursor walks back where it is offered', async () => {
    const first = await firstPage();
    const second = expectList(await ask(first.nextCursor));
    if (second.previousCursor === undefined) return;
    expect(expectList(await ask(second.previousCursor)).Resources).toEqual(first.Resources);
  });

  it('[W02] [RFC9865 2.4] startIndex beside a cursor has a defined result', async () => {
    const answer = await ask('', '&count=3&startIndex=2');
    if (answer.status === 200) expectList(answer);
    else expectError(answer, 400);
  });
});

describe('refusing', () => {
  it('[C05] [RFC9865 2.1] A forged cursor is 400 invalidCursor', async () => {
    const { nextCursor } = await firstPage();
    const changed = nextCursor.replace(/^./, nextCursor.startsWith('A') ? 'B' : 'A');
    for (const cursor of ['forged', changed, `${nextCursor}A`, '0', '-1', '%00']) {
      expectError(await ask(cursor), 400, 'invalidCursor');
    }
  });

  it('[C05] [RFC9865 2.1] Not one character of a cursor can be changed or added', async () => {
    const { nextCursor } = await firstPage();
    const others = [...UNRESERVED].filter((character) => character !== nextCursor.at(-1));
    const changed = others.map((character) => nextCursor.slice(0, -1) + character);
    const longer = ['A', '~', '.', '='].map((character) => nextCursor + character);
    for (const cursor of [...changed, ...longer]) expectError(await ask(cursor), 400, 'invalidCursor');
  });

  it('[C07] [RFC9865 2.1] A cursor of another query is refused', async () => {
    const { nextCursor } = await firstPage();
    const other = `filter=${encodeURIComponent('title pr')}&count=3&cursor=${nextCursor}`;
    expectError(await on.scim.get(`/Users?${other}`), 400, 'invalidCursor');
    expectError(await on.scim.get(`/Users?count=3&cursor=${nextCursor}`), 400, 'invalidCursor');
    expectError(await on.scim.get(`/Groups?count=3&cursor=${nextCursor}`), 400, 'invalidCursor');
    expectError(await ask(nextCursor, '&count=3&sortBy=userName'), 400, 'invalidCursor');
  });

  it('[W01] [RFC9865 2.1] Another count is honoured or is invalidCount', async () => {
    const { nextCursor } = await firstPage();
    const answer = await ask(nextCursor, '&count=2');
    if (answer.status === 200) expect(expectList(answer).Resources).toHaveLength(2);
    else expectError(answer, 400, 'invalidCount');
  });

  it('[W01] [RFC9865 2.1] A cursor past its time is 400 expiredCursor', async () => {
    const { cursorTimeout } = await pagination();
    if (cursorTimeout === undefined) return;
    const { nextCursor } = await firstPage();
    shiftMs = (cursorTimeout + 1) * 1000;
    expectError(await ask(nextCursor), 400, 'expiredCursor');
    expectList(await ask(''));
  });
});
