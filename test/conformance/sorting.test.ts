// Sorting by sortBy and sortOrder (RFC 7644 3.4.2.3).

import { beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { aMomentLater, expectError, expectList, expectStatus, unique, useServer } from './fixture.ts';

const on = useServer();
const TAG = unique('sort');
const MINE = `userName sw "${TAG}"`;

/** In order of creation. No name twice, so that each order below is the only right one. */
const PEOPLE: [string, Record<string, unknown>][] = [
  [
    'c',
    {
      displayName: 'Zimmer',
      name: { familyName: 'Zimmer' },
      title: 'Pilot',
      [ENTERPRISE]: { costCenter: '2' },
    },
  ],
  ['a', { displayName: 'adams', name: { familyName: 'adams' }, [ENTERPRISE]: { costCenter: '1' } }],
  [
    'd',
    {
      displayName: 'Baker',
      name: { familyName: 'Baker' },
      title: 'Captain',
      [ENTERPRISE]: { costCenter: '4' },
    },
  ],
  [
    'b',
    { displayName: 'Örn', name: { familyName: 'Örn' }, title: 'mate', [ENTERPRISE]: { costCenter: '3' } },
  ],
];
const MAILS: Record<string, unknown[]> = {
  a: [
    { value: 'z@kitehaus.example', type: 'home' },
    { value: 'c@kitehaus.example', type: 'work', primary: true },
  ],
  b: [{ value: 'b@kitehaus.example', type: 'work', primary: true }],
  c: [
    { value: 'd@kitehaus.example', type: 'work', primary: true },
    { value: 'a@kitehaus.example', type: 'home' },
  ],
  d: [{ value: 'a@kitehaus.example', type: 'work', primary: true }],
};

beforeAll(async () => {
  for (const [letter, attributes] of PEOPLE) {
    await on.user({ ...attributes, userName: `${TAG}-${letter}`, emails: MAILS[letter] });
    await aMomentLater();
  }
});

/** The letters of the people in the order of the answer. */
async function order(more: string): Promise<string> {
  const list = expectList(await on.scim.users(MINE, `&${more}`));
  return list.Resources.map((user) => user.userName?.slice(-1)).join('');
}

describe('order', () => {
  it('[S01] [RFC7644 3.4.2.3] sortBy alone is ascending', async () => {
    expect(await order('sortBy=userName')).toBe('abcd');
    expect(await order('sortBy=userName&sortOrder=ascending')).toBe('abcd');
  });

  it('[S02] [RFC7644 3.4.2.3] descending reverses', async () => {
    expect(await order('sortBy=userName&sortOrder=descending')).toBe('dcba');
  });

  it('[S03] [RFC7644 3.4.2.3] Text that is not case exact is sorted without case', async () => {
    const letters = (await order('sortBy=displayName')).replace('b', '');
    expect(letters).toBe('adc');
    expect((await order('sortBy=name.familyName')).replace('b', '')).toBe('adc');
  });

  it('[S04] [RFC7644 3.4.2.3] Those without the attribute come last, descending first', async () => {
    expect(await order('sortBy=title')).toBe('dbca');
    expect(await order('sortBy=title&sortOrder=descending')).toBe('acbd');
  });

  it('[S05] [RFC7644 3.4.2.3] A list is sorted by its primary value', async () => {
    expect(await order('sortBy=emails')).toBe('dbac');
    expect(await order('sortBy=emails.value&sortOrder=descending')).toBe('cabd');
  });

  it('[S09] [RFC7644 3.4.2.3] By meta.created the order is that of time', async () => {
    expect(await order('sortBy=meta.created')).toBe('cadb');
    expect(await order('sortBy=meta.created&sortOrder=descending')).toBe('bdac');
  });

  it('[S10] [RFC7644 3.4.2.4] Pages are cut from one sorted list', async () => {
    const pages = [await order('sortBy=title&count=3'), await order('sortBy=title&count=3&startIndex=4')];
    expect(pages).toEqual(['dbc', 'a']);
  });

  it('[S10] [RFC9865 2] A cursor walks the sorted list', async () => {
    const first = expectList(await on.scim.users(MINE, '&sortBy=userName&count=3&cursor='));
    const last = await order(`sortBy=userName&count=3&cursor=${first.nextCursor}`);
    expect(first.Resources.map((user) => user.userName?.slice(-1)).join('') + last).toBe('abcd');
  });

  it('[S11] [RFC7644 3.10] sortBy takes any letter case and the URN', async () => {
    expect(await order('sortBy=USERNAME')).toBe('abcd');
    expect(await order(`sortBy=${USER}:userName`)).toBe('abcd');
    expect(await order(`sortBy=${ENTERPRISE}:costCenter`)).toBe('acbd');
  });
});

describe('what cannot be sorted by', () => {
  it('[S06] [RFC7644 3.4.2.3] An unknown sortBy is refused or ignored', async () => {
    const answer = await on.scim.users(MINE, '&sortBy=shoeSize');
    if (answer.status === 200) expect(expectList(answer).Resources).toHaveLength(PEOPLE.length);
    else expectError(answer, 400);
  });

  it('[S07] [RFC7644 3.4.2.3] sortOrder without sortBy is ignored', async () => {
    expect([...(await order('sortOrder=descending'))].sort().join('')).toBe('abcd');
  });

  it('[S08] [RFC7644 3.4.2.3] An unknown sortOrder is refused or ignored', async () => {
    expectStatus(await on.scim.users(MINE, '&sortBy=userName&sortOrder=sideways'), 200, 400);
  });
});
