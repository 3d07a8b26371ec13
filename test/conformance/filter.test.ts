// Filters that find something: operators, precedence, value paths, names with URNs, literals (RFC 7644 3.4.2.2).
// The server of this file holds exactly the people below. What must be refused is in filter-refusals.test.ts.

import { beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE, type Resource, USER } from '../harness/scim-client.ts';
import { aMomentLater, expectIds, expectList, expectStatus, useServer } from './fixture.ts';

const on = useServer();

type Name = 'amara' | 'bo' | 'chidi' | 'dagny' | 'escape';
const people = {} as Record<Name, Resource>;

const PEOPLE: Record<Name, Record<string, unknown>> = {
  amara: {
    userName: 'Amara.Osei@kitehaus.example',
    externalId: 'Ext-Amara',
    displayName: 'Amara Osei',
    name: { givenName: 'Amara', familyName: 'Osei' },
    title: 'Cartographer',
    emails: [
      { value: 'amara@kitehaus.example', type: 'work', primary: true },
      { value: 'amara@home.example', type: 'home' },
    ],
    active: true,
    [ENTERPRISE]: { department: 'Tide Tables', employeeNumber: 'K-118' },
  },
  bo: {
    userName: 'bo+lab@kitehaus.example',
    externalId: 'ext-bo',
    displayName: 'Bo Lindqvist',
    name: { givenName: 'Bo', familyName: 'Lindqvist' },
    title: 'Pilot',
    emails: [{ value: 'bo@other.example', type: 'work' }],
    active: false,
    [ENTERPRISE]: { department: 'Harbour' },
  },
  chidi: { userName: 'chidi@kitehaus.example', displayName: 'Chidi Nwosu', title: 'Pilot', active: true },
  dagny: {
    userName: 'dagny@kitehaus.example',
    displayName: 'Dagny Holt',
    name: { givenName: 'Dagny' },
    emails: [{ value: 'dagny@kitehaus.example', type: 'home' }],
    active: true,
  },
  escape: { userName: 'escape@kitehaus.example', displayName: 'a "quoted" \\ back é 🪁', active: true },
};

beforeAll(async () => {
  for (const name of Object.keys(PEOPLE) as Name[]) {
    const manager = name === 'bo' ? { manager: { value: people.amara.id } } : undefined;
    const extension = PEOPLE[name][ENTERPRISE] as Record<string, unknown> | undefined;
    people[name] = await on.user({
      ...PEOPLE[name],
      ...(extension ? { [ENTERPRISE]: { ...extension, ...manager } } : {}),
    });
    await aMomentLater();
  }
});

async function finds(filter: string, ...names: Name[]) {
  expectIds(
    await on.scim.users(filter),
    names.map((name) => people[name]),
  );
}

const EVERYBODY: Name[] = ['amara', 'bo', 'chidi', 'dagny', 'escape'];

describe('operators', () => {
  it('[F01] [RFC7644 3.4.2.2] eq finds the equal text', async () => {
    await finds('displayName eq "Bo Lindqvist"', 'bo');
  });

  it('[F02] [RFC7643 2.2] eq ignores the letter case of a value that is not case exact', async () => {
    await finds('userName eq "AMARA.OSEI@KITEHAUS.EXAMPLE"', 'amara');
    await finds('title eq "pilot"', 'bo', 'chidi');
  });

  it('[F03] [RFC7643 2.1] Attribute names ignore letter case', async () => {
    await finds('USERNAME eq "chidi@kitehaus.example"', 'chidi');
  });

  it('[F04] [RFC7644 3.4.2.2] Operators ignore letter case', async () => {
    await finds('title EQ "Pilot" AND userName Sw "bo"', 'bo');
    await finds('NOT (title Pr) Or userName EW "@nowhere"', 'dagny', 'escape');
  });

  it('[F05] [RFC7644 3.4.2.2] ne finds the others', async () => {
    await finds('userName ne "chidi@kitehaus.example"', 'amara', 'bo', 'dagny', 'escape');
  });

  it('[F06] [RFC7644 3.4.2.2] co finds a part', async () => {
    await finds('displayName co "lindq"', 'bo');
  });

  it('[F07] [RFC7644 3.4.2.2] sw finds a beginning', async () => {
    await finds('displayName sw "da"', 'dagny');
  });

  it('[F08] [RFC7644 3.4.2.2] ew finds an end', async () => {
    await finds('displayName ew "nwosu"', 'chidi');
  });

  it('[F09] [RFC7644 3.4.2.2] pr finds those that have a value', async () => {
    await finds('title pr', 'amara', 'bo', 'chidi');
    await finds('emails pr', 'amara', 'bo', 'dagny');
    await finds(`${ENTERPRISE}:department pr`, 'amara', 'bo');
  });

  it('[F10] [RFC7644 3.4.2.2] pr on a sub-attribute, where some have no parent', async () => {
    await finds('name.familyName pr', 'amara', 'bo');
    await finds('name.givenName pr', 'amara', 'bo', 'dagny');
  });

  it('[F11] [RFC7644 3.4.2.2] gt, ge, lt and le compare times as instants', async () => {
    const middle = people.chidi.meta.created;
    await finds(`meta.created gt "${middle}"`, 'dagny', 'escape');
    await finds(`meta.created ge "${middle}"`, 'chidi', 'dagny', 'escape');
    await finds(`meta.created lt "${middle}"`, 'amara', 'bo');
    await finds(`meta.created le "${middle}"`, 'amara', 'bo', 'chidi');
    await finds('meta.lastModified gt "2011-05-13T04:42:34Z"', ...EVERYBODY);
  });

  it('[F12] [RFC7644 3.4.2.2] gt and lt on text follow the lexical order', async () => {
    await finds('userName gt "chidi@kitehaus.example"', 'dagny', 'escape');
    await finds('userName lt "bz"', 'amara', 'bo');
  });

  it('[F13] [RFC7644 3.4.2.2] eq on a boolean', async () => {
    await finds('active eq false', 'bo');
    await finds('active eq true', 'amara', 'chidi', 'dagny', 'escape');
  });

  it('[F13] [practice] eq on a boolean given as text', async () => {
    await finds('active eq "False"', 'bo');
  });
});

describe('logic', () => {
  it('[F15] [RFC7644 3.4.2.2] and', async () => {
    await finds('title eq "Pilot" and active eq true', 'chidi');
  });

  it('[F16] [RFC7644 3.4.2.2] or', async () => {
    await finds('userName sw "bo" or userName sw "dagny"', 'bo', 'dagny');
  });

  it('[F17] [RFC7644 3.4.2.2] not with parentheses', async () => {
    await finds('not (title eq "Pilot")', 'amara', 'dagny', 'escape');
  });

  it('[F18] [RFC7644 3.4.2.2] and binds tighter than or', async () => {
    await finds('userName sw "amara" or userName sw "bo" and title eq "nothing"', 'amara');
    await finds('title eq "nothing" and userName sw "bo" or userName sw "amara"', 'amara');
  });

  it('[F19] [RFC7644 3.4.2.2] Parentheses change the grouping', async () => {
    await finds('(userName sw "amara" or userName sw "bo") and title eq "Pilot"', 'bo');
  });

  it('[F20] [RFC7644 3.4.2.2] Parentheses may be nested deeply', async () => {
    await finds(`${'('.repeat(20)}title eq "Cartographer"${')'.repeat(20)}`, 'amara');
  });

  it('[F44] [practice] Two hundred or-terms are answered in time', async () => {
    const terms = Array.from({ length: 200 }, (_, i) => `userName eq "nobody-${i}"`);
    const answer = await on.scim.users(`${terms.join(' or ')} or userName sw "bo"`);
    expectIds(answer, [people.bo]);
  });

  it('[F47] [RFC7644 3.4.2.2] not beside and, or and value paths', async () => {
    await finds('active eq true and not (emails[type eq "work"])', 'chidi', 'dagny', 'escape');
    await finds(
      'not (emails[type eq "home" or type eq "work"]) or title eq "Cartographer"',
      'amara',
      'chidi',
      'escape',
    );
  });
});

describe('multi-valued attributes', () => {
  it('[F21] [RFC7644 3.4.2.2] emails.value matches any element', async () => {
    await finds('emails.value eq "AMARA@home.example"', 'amara');
    await finds('emails.value ew "@kitehaus.example"', 'amara', 'dagny');
  });

  it('[F22] [RFC7644 3.4.2.2] In a value path the conditions hold on one element', async () => {
    await finds('emails[type eq "home" and value co "@home.example"]', 'amara');
    await finds('emails[type eq "work"]', 'amara', 'bo');
  });

  it('[F23] [RFC7644 3.4.2.2] A value path does not mix elements', async () => {
    await finds('emails[type eq "work" and value co "@home.example"]');
  });

  it('[F24] [RFC7644 3.4.2.2] Without a sub-attribute the value is compared', async () => {
    await finds('emails co "home.example"', 'amara');
    await finds('emails eq "bo@other.example"', 'bo');
  });

  it('[F24] [practice] A value path may be followed by a sub-attribute', async () => {
    await finds('emails[type eq "home"].value eq "dagny@kitehaus.example"', 'dagny');
    await finds('emails[type eq "work"].value eq "dagny@kitehaus.example"');
  });
});

describe('names', () => {
  it('[F25] [RFC7644 3.10] A core attribute may carry the URN', async () => {
    await finds(`${USER}:userName eq "chidi@kitehaus.example"`, 'chidi');
    await finds(`${USER}:name.familyName eq "Osei"`, 'amara');
  });

  it('[F26] [RFC7644 3.10] An extension attribute carries its URN', async () => {
    await finds(`${ENTERPRISE}:department eq "tide tables"`, 'amara');
  });

  it('[F27] [RFC7644 3.10] URN, attribute and sub-attribute', async () => {
    await finds(`${ENTERPRISE}:manager.value eq "${people.amara.id}"`, 'bo');
  });

  it('[F28] [RFC7643 3.1] externalId eq', async () => {
    await finds('externalId eq "ext-bo"', 'bo');
  });

  it('[F29] [RFC7643 3.1] externalId is case exact', async () => {
    await finds('externalId eq "ext-amara"');
    await finds('externalId eq "Ext-Amara"', 'amara');
  });

  it('[F30] [RFC7644 3.4.2.2] id eq', async () => {
    await finds(`id eq "${people.dagny.id}"`, 'dagny');
  });

  it('[F41] [RFC7644 3.4.2.2] meta.resourceType can be filtered', async () => {
    await finds('meta.resourceType eq "User"', ...EVERYBODY);
    await finds('meta.resourceType eq "Group"');
  });

  it('[F50] [RFC7644 3.4.2.2] Sub-attribute names ignore letter case', async () => {
    await finds('NAME.FAMILYNAME eq "Osei"', 'amara');
  });
});

describe('literals', () => {
  it('[F31] [RFC8259 7] JSON escapes in a text are decoded', async () => {
    await finds('displayName co "\\"quoted\\""', 'escape');
    await finds('displayName co "\\\\ back"', 'escape');
    await finds('displayName co "back \\u00e9"', 'escape');
    await finds('displayName co "\\ud83e\\ude81"', 'escape');
  });

  it('[F32] [RFC7644 3.4.2.2] %2B is a plus sign and + is a blank', async () => {
    expectIds(await on.scim.get('/Users?filter=userName+eq+%22bo%2Blab%40kitehaus.example%22'), [people.bo]);
    expectIds(await on.scim.get('/Users?filter=userName+eq+%22bo+lab%40kitehaus.example%22'), []);
  });

  it('[F33] [RFC7644 3.4.2.2] null parses, and no value is none', async () => {
    const list = expectList(await on.scim.users('title eq null'));
    expect(list.Resources.map((user) => user.id)).not.toContain(people.amara.id);
    expectStatus(await on.scim.users('title ne null'), 200);
  });

  it('[F34] [RFC7644 3.4.2] No match is 200 with an empty list', async () => {
    const answer = await on.scim.users('userName eq "nobody"');
    expectIds(answer, []);
    expect(answer.list.Resources).toEqual([]);
  });

  it('[F49] [RFC7643 2.3.5] Times of other zones are compared as instants', async () => {
    const created = new Date(people.bo.meta.created);
    const inVisby = new Date(created.getTime() + 7_200_000).toISOString().replace('Z', '+02:00');
    await finds(`meta.created eq "${inVisby}"`, 'bo');
    await finds(`meta.created eq "${created.toISOString()}"`, 'bo');
  });
});
