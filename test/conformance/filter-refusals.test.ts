// Filters that are refused, and what must not be found through one (RFC 7644 3.4.2.2, 3.12 and 7.5).

import { describe, expect, it } from 'vitest';
import { expectError, expectIds, expectList, expectStatus, unique, useServer } from './fixture.ts';

const on = useServer();

async function refuses(...filters: string[]) {
  for (const filter of filters) expectError(await on.scim.users(filter), 400, 'invalidFilter');
}

describe('what is no filter', () => {
  it('[F14] [RFC7644 3.4.2.2] Booleans have no order', async () => {
    await refuses('active gt true', 'active le false', 'emails[primary ge true]');
  });

  it('[F35] [RFC7644 3.12] Unclosed parentheses', async () => {
    await refuses('(userName eq "a"', '((userName eq "a") or title pr', 'userName eq "a")');
  });

  it('[F36] [RFC7644 3.4.2.2] An unknown operator', async () => {
    await refuses('userName like "a"', 'userName = "a"');
  });

  it('[F37] [RFC7644 3.4.2.2] An operator without a value', async () => {
    await refuses('userName eq', 'userName eq ', 'userName');
  });

  it('[F38] [RFC7644 3.4.2.2] A text without quotes', async () => {
    await refuses('userName eq bo', 'externalId eq jyoung');
  });

  it('[F39] [RFC7644 3.4.2.2] Something after a complete expression', async () => {
    await refuses('userName eq "a" "b"', 'userName eq "a" title', 'title pr title pr');
  });

  it('[F42] [RFC7644 3.4.2.2] An unclosed value path', async () => {
    await refuses('emails[type eq "work"', 'emails[type eq "work" and value pr', 'emails]');
  });

  it('[F45] [RFC7644 3.4.2.2] not without parentheses', async () => {
    await refuses('not userName eq "a"', 'not');
  });

  it('[F46] [RFC7644 3.4.2.2] and, or without a right side', async () => {
    await refuses('userName eq "a" and', 'userName eq "a" or ', 'and userName eq "a"');
  });

  it('[F48] [RFC7644 3.4.2.2] Nothing at all', async () => {
    expectError(await on.scim.get('/Users?filter='), 400, 'invalidFilter');
  });

  it('[F40] [RFC7644 3.4.2.2] An unknown attribute finds nobody or is refused', async () => {
    await on.user();
    for (const filter of ['shoeSize eq "44"', 'name.shoeSize pr', 'shoeSize pr']) {
      const answer = await on.scim.users(filter);
      if (answer.status === 200) expectIds(answer, []);
      else expectError(answer, 400, 'invalidFilter');
    }
  });
});

describe('the password', () => {
  it('[F43] [RFC7644 7.5] A filter does not tell a right guess from a wrong one', async () => {
    const password = unique('Sesame');
    const { id } = await on.user({ password });
    const ask = async (condition: string) => {
      const { status, text } = await on.scim.users(`id eq "${id}" and ${condition}`);
      expect(text).not.toContain(password);
      return { status, found: text.includes(id) };
    };
    expect(await ask(`password eq "${password}"`)).toEqual(await ask('password eq "wrong"'));
    expect(await ask(`password sw "${password.slice(0, 1)}"`)).toEqual(await ask('password sw "~"'));
    expect((await ask(`password eq "${password}"`)).found).toBe(false);
  });
});

describe('hostile filters', () => {
  it('[R07] [RFC7644 3.4.2.2] Quotes and SQL find nobody', async () => {
    await on.user();
    for (const value of [
      "' OR 1=1 --",
      "'; DROP TABLE users; --",
      '\\" or userName pr or \\"',
      'x) or (1=1',
    ]) {
      expectIds(await on.scim.users(`userName eq "${value}"`), []);
    }
    expect(expectList(await on.scim.get('/Users')).totalResults).toBeGreaterThan(0);
  });

  it('[R08] [RFC7644 3.4.2.2] Wildcards of databases are plain text', async () => {
    const tag = unique('wild');
    const plain = await on.user({ displayName: `${tag} 100x off` });
    const percent = await on.user({ displayName: `${tag} 100% off` });
    expectIds(await on.scim.users(`displayName co "${tag} 100%"`), [percent]);
    expectIds(await on.scim.users(`displayName sw "${tag} 100_"`), []);
    for (const text of ['%', '_', '.*', '[a-z]', '*']) {
      expectIds(await on.scim.users(`displayName co "${tag} 100${text} o" and id eq "${plain.id}"`), []);
      expectIds(await on.scim.users(`displayName ew "${text}" and displayName sw "${tag}"`), []);
    }
  });

  it('[R11] [practice] Very long and very deep filters are answered in time', async () => {
    const filters = [
      `userName eq "${'a'.repeat(20_000)}"`,
      `${'('.repeat(500)}title pr${')'.repeat(500)}`,
      `${'not ('.repeat(500)}title pr${')'.repeat(500)}`,
    ];
    for (const filter of filters) {
      const start = performance.now();
      const answer = await on.scim.send('POST', '/Users/.search', {
        body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter },
      });
      expectStatus(answer, 200, 400);
      expect(performance.now() - start).toBeLessThan(5000);
    }
    const inUrl = await on.scim.users(`userName eq "${'a'.repeat(15_000)}"`);
    expect(inUrl.status, inUrl.exchange).toBeLessThan(500);
  });

  it('[R14] [practice] Two filters at once have an answer', async () => {
    const query = `filter=${encodeURIComponent('title pr')}&filter=${encodeURIComponent('userName eq "nobody"')}`;
    expectStatus(await on.scim.get(`/Users?${query}`), 200, 400);
  });

  it('[R15] [RFC7644 3.4.2.2] A broken percent escape has an answer', async () => {
    for (const query of [
      'filter=userName%20eq%20%22%ZZ%22',
      'filter=%',
      'filter=userName%20eq%20%22%E0%A4%22',
    ]) {
      expectStatus(await on.scim.get(`/Users?${query}`), 200, 400);
    }
  });
});
