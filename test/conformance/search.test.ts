// Queries in a body, and queries at the root (RFC 7644 3.4.2.1 and 3.4.3).

import { beforeAll, describe, expect, it } from 'vitest';
import { type Resource, SEARCH_REQUEST } from '../harness/scim-client.ts';
import { expectError, expectIds, expectList, expectStatus, unique, useServer } from './fixture.ts';

const on = useServer();
const TAG = unique('search');
const USERS = `userName sw "${TAG}"`;
const people: Resource[] = [];
let crew: Resource;

beforeAll(async () => {
  for (const letter of ['a', 'b', 'c']) {
    people.push(
      await on.user({ userName: `${TAG}-${letter}`, displayName: `${TAG} ${letter}`, title: 'Pilot' }),
    );
  }
  crew = await on.group({ displayName: `${TAG} crew` });
});

const search = (body: Record<string, unknown>, path = '/Users/.search') =>
  on.scim.post(path, { schemas: [SEARCH_REQUEST], ...body });

describe('.search', () => {
  it('[Q01] [RFC7644 3.4.3] It gives 200 and a ListResponse', async () => {
    expectIds(await search({ filter: USERS }), people);
  });

  it('[Q02] [RFC7644 3.4.3] attributes and excludedAttributes are lists', async () => {
    const [first] = expectList(
      await search({ filter: USERS, attributes: ['title', 'displayName'] }),
    ).Resources;
    expect(Object.keys(first!).sort()).toEqual(['displayName', 'id', 'schemas', 'title']);
    const [second] = expectList(await search({ filter: USERS, excludedAttributes: ['title'] })).Resources;
    expect(second).not.toHaveProperty('title');
    expect(second).toHaveProperty('displayName');
  });

  it('[Q03] [RFC7644 3.4.3] Paging and sorting are honoured', async () => {
    const body = { filter: USERS, sortBy: 'userName', sortOrder: 'descending', startIndex: 2, count: 1 };
    const list = expectList(await search(body));
    expect(list).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1 });
    expect(list.Resources[0]?.userName).toBe(`${TAG}-b`);
  });

  it('[Q04] [RFC7644 3.4.3] A body without the SearchRequest schema is 400', async () => {
    expectError(await on.scim.post('/Users/.search', { filter: USERS }), 400);
    expectError(await on.scim.post('/Users/.search', { schemas: ['urn:example:kite'], filter: USERS }), 400);
  });

  it('[Q05] [RFC7644 3.12] A bad filter is 400 invalidFilter', async () => {
    expectError(await search({ filter: 'userName eq' }), 400, 'invalidFilter');
    expectError(await search({ filter: 42 }), 400);
  });

  it('[Q08] [RFC7644 3.4.3] GET of .search is no user', async () => {
    expectError(await on.scim.get('/Users/.search'), [404, 405]);
  });

  it('[Q09] [RFC7644 3.4.3] Groups can be searched', async () => {
    expectIds(await search({ filter: `displayName sw "${TAG}"` }, '/Groups/.search'), [crew]);
  });
});

describe('the root', () => {
  it('[Q06] [RFC7644 3.4.3] .search returns both types', async () => {
    expectIds(await search({ filter: `displayName sw "${TAG}"` }, '/.search'), [...people, crew]);
  });

  it('[Q06] [RFC7644 3.4.2.1] meta.resourceType chooses one of them', async () => {
    const filter = `displayName sw "${TAG}" and meta.resourceType eq "Group"`;
    expectIds(await search({ filter }, '/.search'), [crew]);
  });

  it('[Q07] [RFC7644 3.4.2.1] GET with a filter returns a list, or says that it is not served', async () => {
    const answer = await on.scim.get(`?filter=${encodeURIComponent(`displayName sw "${TAG}"`)}`);
    if (answer.status === 200) expectIds(answer, [...people, crew]);
    else expectError(answer, [403, 404, 501]);
  });

  it('[W08] [RFC7644 3.4.2.1] GET without a filter is served or refused with a reason', async () => {
    const answer = await on.scim.get('/');
    if (answer.status === 200) expectList(answer);
    else expectError(answer, [400, 403, 404, 501]);
    expectStatus(answer, 200, 400, 403, 404, 501);
  });
});
