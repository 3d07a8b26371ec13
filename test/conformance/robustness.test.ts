// Bad and hostile input: an answer in bounded time, never a 5xx, and the server goes on.

import { describe, expect, it } from 'vitest';
import { type Answer, USER } from '../harness/scim-client.ts';
import {
  expectError,
  expectList,
  expectStatus,
  idsOf,
  memberIds,
  unique,
  userBody,
  useServer,
} from './fixture.ts';

const on = useServer();
const post = (attributes: Record<string, unknown>) => on.scim.post('/Users', userBody(attributes));
const MEGABYTE = 1024 * 1024;

/** Success or a SCIM error that blames the request. */
function expectSane(answer: Answer) {
  if (answer.status >= 300) expectError(answer, [400, 404, 413, 414, 431]);
}

describe('bodies', () => {
  it('[R01] [practice] Deeply nested JSON is refused or ignored', async () => {
    for (const [open, close] of [
      ['{"a":', '}'],
      ['[', ']'],
    ] as const) {
      const nested = `${open.repeat(20_000)}1${close.repeat(20_000)}`;
      const body = `{"schemas":["${USER}"],"userName":"${unique()}","name":${nested}}`;
      expectError(await on.scim.post('/Users', body), 400);
    }
    expectSane(await on.scim.post('/Users', `{"kite":${'['.repeat(500)}${']'.repeat(500)}}`));
  });

  it('[R02] [RFC9110 15.5.14] A body of 12 MB is 413, and the server goes on', async () => {
    expectError(await post({ displayName: 'x'.repeat(12 * MEGABYTE) }), 413);
    expectStatus(await post({}), 201);
  });

  it('[R04] [practice] NUL and control characters are stored or refused', async () => {
    for (const displayName of ['a\u0000b', 'a\u0001\u001f\u007fb', '\ud800', '\u202egnp']) {
      const answer = await post({ displayName });
      expectSane(answer);
      if (answer.status === 201) {
        const stored = await on.read(`/Users/${answer.resource.id}`);
        expect(stored.displayName).toBe(answer.resource.displayName);
      }
    }
    expectSane(await post({ userName: `${unique()}\u0000` }));
  });

  it('[R05] [practice] A userName of 100 kB is stored or refused', async () => {
    expectSane(await post({ userName: `${unique()}${'x'.repeat(100_000)}` }));
  });

  it('[R06] [practice] __proto__ and constructor have no effect', async () => {
    const plain = JSON.stringify(userBody());
    const body = plain.replace(
      '{',
      '{"__proto__":{"active":false,"title":"Owned"},"constructor":{"prototype":{"x":1}},',
    );
    const answer = await on.scim.post('/Users', body);
    expectSane(answer);
    expect(answer.text).not.toContain('Owned');
    const user = await on.user();
    for (const operation of [
      { op: 'add', path: '__proto__.title', value: 'Owned' },
      { op: 'add', path: 'constructor.prototype.title', value: 'Owned' },
      { op: 'add', value: { '__proto__.title': 'Owned', 'name.__proto__.title': 'Owned' } },
    ]) {
      expectSane(await on.scim.patch(`/Users/${user.id}`, [operation]));
    }
    for (const shown of [await on.scim.get(`/Users/${user.id}`), await post({})]) {
      expect(shown.text).not.toContain('Owned');
    }
  });

  it('[R12] [RFC7644 3.8] Invalid UTF-8 is 400 or replaced', async () => {
    const [head, tail] = JSON.stringify(userBody({ displayName: '@@' })).split('@@') as [string, string];
    const body = Buffer.concat([Buffer.from(head), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from(tail)]);
    const answer = await on.scim.send('POST', '/Users', { body });
    if (answer.status !== 201) expectError(answer, 400);
  });

  it('[R12] [practice] A byte order mark and duplicate keys do no harm', async () => {
    expectSane(await on.scim.post('/Users', `\ufeff${JSON.stringify(userBody())}`));
    const userName = unique('twice');
    expectSane(
      await on.scim.post(
        '/Users',
        `{"schemas":["${USER}"],"userName":"${userName}","USERNAME":"b-${userName}"}`,
      ),
    );
  });
});

describe('addresses', () => {
  it('[R03] [practice] Tricks in the id find nothing', async () => {
    for (const id of [
      '..%2f..%2fetc%2fpasswd',
      '%00',
      '%2e%2e',
      'a%20b',
      `x${'y'.repeat(5000)}`,
      '%E0%A4',
      "1'or'1",
    ]) {
      const answer = await on.scim.get(`/Users/${id}`);
      expectStatus(answer, 400, 404, 414);
      expect(answer.text).not.toContain('root:');
    }
    expectStatus(await on.scim.get('/Users/../../../../etc/passwd'), 400, 401, 404);
  });

  it('[R13] [RFC9110 15.6.2] An unknown method is refused', async () => {
    for (const method of ['BREW', 'TRACE', 'PROPFIND']) {
      // A client of its own: what HTTP itself cannot read ends the connection.
      const answer = await on.clientWith(on.server.token).send(method, '/Users');
      expectStatus(answer, 400, 404, 405, 501);
    }
  });
});

describe('at the same time', () => {
  it('[R09] [RFC7643 7] Ten creates of one userName give one user', async () => {
    const userName = unique('race');
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ userName })));
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([201, ...Array<number>(9).fill(409)]);
    expect(expectList(await on.scim.users(`userName eq "${userName}"`)).totalResults).toBe(1);
  });

  it('[R10] [RFC7644 3.5.2] Ten adds of different members lose none', async () => {
    const { id } = await on.group();
    const users = await Promise.all(Array.from({ length: 10 }, () => on.user()));
    const answers = await Promise.all(
      users.map((user) =>
        on.scim.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: user.id }] }]),
      ),
    );
    for (const answer of answers) expectStatus(answer, 204);
    expect(memberIds(await on.read(`/Groups/${id}`))).toEqual(idsOf(users));
  });

  it('[R09] [RFC7643 7] Ten PATCHes of one user lose none', async () => {
    const { id } = await on.user();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        on.scim.patch(`/Users/${id}`, [
          { op: 'add', path: 'emails', value: [{ value: `e${i}@kitehaus.example` }] },
        ]),
      ),
    );
    for (const answer of answers) expectStatus(answer, 200);
    expect((await on.read(`/Users/${id}`)).emails).toHaveLength(10);
  });
});
