// Paging by index: startIndex and count (RFC 7644 3.4.2.4).

import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Resource } from '../harness/scim-client.ts';
import { expectError, expectList, expectStatus, idsOf, unique, useServer } from './fixture.ts';

const on = useServer();
const TAG = unique('page');
const MINE = `userName sw "${TAG}"`;
const COUNT = 7;
const people: Resource[] = [];

beforeAll(async () => {
  for (let i = 0; i < COUNT; i++) people.push(await on.user({ userName: `${TAG}-${i}@kitehaus.example` }));
});

const page = (more: string): Promise<Answer> => on.scim.users(MINE, `&${more}`);

describe('pages', () => {
  it('[PG01] [RFC7644 3.4.2.4] startIndex and count are honoured', async () => {
    const list = expectList(await page('startIndex=2&count=3'));
    expect(list).toMatchObject({ totalResults: COUNT, startIndex: 2, itemsPerPage: 3 });
    expect(list.Resources).toHaveLength(3);
  });

  it('[PG02] [RFC7644 3.4.2.4] itemsPerPage of a short last page is its real number', async () => {
    const list = expectList(await page('startIndex=6&count=5'));
    expect(list).toMatchObject({ totalResults: COUNT, startIndex: 6, itemsPerPage: 2 });
    expect(list.Resources).toHaveLength(2);
  });

  it('[PG03] [RFC7644 3.4.2.4] A startIndex below one counts as one', async () => {
    const first = expectList(await page('startIndex=1&count=2'));
    for (const startIndex of [0, -5]) {
      const list = expectList(await page(`startIndex=${startIndex}&count=2`));
      expect(list.startIndex).toBe(1);
      expect(list.Resources).toEqual(first.Resources);
    }
  });

  it('[PG04] [RFC7644 3.4.2.4] count=0 gives the total and no entries', async () => {
    expect(expectList(await page('count=0'))).toMatchObject({
      totalResults: COUNT,
      itemsPerPage: 0,
      Resources: [],
    });
  });

  it('[PG05] [RFC7644 3.4.2.4] A negative count counts as zero', async () => {
    expect(expectList(await page('count=-3'))).toMatchObject({ totalResults: COUNT, Resources: [] });
  });

  it('[PG06] [RFC7644 3.4.2.4] Past the end there is the total and no entries', async () => {
    const list = expectList(await page('startIndex=100&count=5'));
    expect(list).toMatchObject({ totalResults: COUNT, itemsPerPage: 0, Resources: [] });
  });

  it('[PG07] [RFC7644 3.4.2.4] Walking the pages meets everybody once', async () => {
    const met: Resource[] = [];
    for (let start = 1; start <= COUNT; start += 3) {
      met.push(...expectList(await page(`startIndex=${start}&count=3`)).Resources);
    }
    expect(idsOf(met)).toEqual(idsOf(people));
  });

  it('[PG08] [RFC7643 5] A count above filter.maxResults is capped', async () => {
    const config = (await on.scim.get('/ServiceProviderConfig')).json as { filter: { maxResults: number } };
    const list = expectList(await page(`count=${config.filter.maxResults + 1}`));
    expect(list.Resources).toHaveLength(COUNT);
    expect(list.itemsPerPage).toBeLessThanOrEqual(config.filter.maxResults);
  });

  it('[PG09] [RFC7644 3.12] What is no number is refused or ignored', async () => {
    for (const query of ['count=many', 'startIndex=first', 'count=', 'startIndex=1.5', 'count=1e3']) {
      const answer = await page(query);
      if (answer.status === 200) expectList(answer);
      else expectError(answer, 400, 'invalidValue');
    }
  });

  it('[PG10] [RFC7644 3.4.2] The numbers of a list are JSON integers', async () => {
    const { totalResults, startIndex, itemsPerPage } = expectList(await page('startIndex=1&count=2'));
    for (const number of [totalResults, startIndex, itemsPerPage])
      expect(Number.isInteger(number)).toBe(true);
  });

  it('[PG11] [RFC7644 3.4.2.4] Groups have pages too', async () => {
    const tag = unique('paged');
    const groups: Resource[] = [];
    for (let i = 0; i < 3; i++) groups.push(await on.group({ displayName: `${tag}-${i}` }));
    const met: Resource[] = [];
    for (const startIndex of [1, 3]) {
      const answer = await on.scim.groups(`displayName sw "${tag}"`, `&startIndex=${startIndex}&count=2`);
      const list = expectList(answer);
      expect(list).toMatchObject({ totalResults: 3, startIndex });
      met.push(...list.Resources);
    }
    expect(idsOf(met)).toEqual(idsOf(groups));
  });

  it('[PG12] [practice] Huge numbers have an answer', async () => {
    for (const query of [
      'count=99999999999999999999',
      'startIndex=99999999999999999999',
      'count=2147483648',
    ]) {
      expectStatus(await page(query), 200, 400);
    }
  });
});
