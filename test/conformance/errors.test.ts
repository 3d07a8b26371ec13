// How the endpoint says no: bodies, statuses and scimType (RFC 7644 3.12), methods and Allow (RFC 9110 15.5.6).

import { describe, expect, it } from 'vitest';
import { expectError, expectIds, expectStatus, unique, userBody, useServer } from './fixture.ts';

const on = useServer();
const postRaw = (body: string, headers: Record<string, string | null> = {}) =>
  on.scim.send('POST', '/Users', { body, headers });

describe('the error', () => {
  it('[X01] [RFC7644 3.12] 404 has the Error schema, the status as text and a detail', async () => {
    const error = expectError(await on.scim.get(`/Users/${unique('no')}`), 404);
    expect(error.status).toBe('404');
    expect(error.detail).toBeTruthy();
  });

  it('[X02] [RFC7644 3.8] Errors are application/scim+json', async () => {
    for (const answer of [
      await on.scim.get('/Users/nobody'),
      await on.scim.post('/Users', {}),
      await postRaw('{'),
    ]) {
      expect(answer.headers['content-type']).toBe('application/scim+json');
    }
  });

  it('[X08] [RFC7644 3.12] The status in the body equals that of HTTP', async () => {
    const { userName } = await on.user();
    for (const answer of [
      await on.scim.get('/Users/nobody'),
      await on.scim.post('/Users', userBody({ userName })),
      await on.scim.users('('),
      await on.scim.get('/Me'),
    ]) {
      expect(answer.error.status).toBe(String(answer.status));
    }
  });

  it('[X11] [RFC7644 3.12] 409 has scimType uniqueness', async () => {
    const { userName } = await on.user();
    expect(expectError(await on.scim.post('/Users', userBody({ userName })), 409, 'uniqueness').status).toBe(
      '409',
    );
  });

  it('[X09] [RFC7644 7] Errors leak neither stack, SQL nor path', async () => {
    const { userName } = await on.user();
    const answers = [
      await postRaw('{"a":'),
      await on.scim.get('/Users/%00'),
      await on.scim.users(`userName eq "'`),
      await on.scim.post('/Users', userBody({ userName })),
      await on.scim.patch('/Users/nobody', [{ op: 'replace', path: 'emails[', value: 1 }]),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toMatch(
        /\bat .+:\d+:\d+|node_modules|\.ts\b|SQLITE|SELECT |constraint failed|\/work\//i,
      );
    }
  });
});

describe('bodies that are none', () => {
  it('[X03] [RFC7644 3.12] Malformed JSON is 400 invalidSyntax', async () => {
    for (const body of ['{"userName": ', '{userName: "a"}', '{"a":1,}', 'userName=a']) {
      expectError(await postRaw(body), 400, 'invalidSyntax');
    }
  });

  it('[X04] [RFC7644 3.12] An empty body is 400', async () => {
    expectError(await postRaw(''), 400);
    expectError(
      await on.scim.send('POST', '/Users', { headers: { 'Content-Type': 'application/scim+json' } }),
      400,
    );
    expectError(await on.scim.send('POST', '/Users'), 400);
  });

  it('[X05] [RFC7644 3.12] A list or a scalar is 400', async () => {
    for (const body of ['[]', '"a"', '42', 'null', 'true']) expectError(await postRaw(body), 400);
  });

  it('[X10] [RFC7644 3.8] A body of a foreign type is 415 and nothing is created', async () => {
    const body = userBody();
    for (const type of [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ]) {
      expectError(await postRaw(JSON.stringify(body), { 'Content-Type': type }), [400, 415]);
    }
    expectIds(await on.scim.users(`userName eq "${body.userName}"`), []);
  });
});

describe('paths and methods', () => {
  it('[X06] [RFC7644 3.12] An unknown endpoint is 404', async () => {
    for (const path of ['/Kites', '/Kites/1', '/Users/1/photo', '/users.json']) {
      expectError(await on.scim.get(path), 404);
    }
  });

  it('[X07] [RFC7644 3.2] PUT, PATCH and DELETE of a collection are refused', async () => {
    for (const path of ['/Users', '/Groups']) {
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        expectError(
          await on.scim.send(method, path, method === 'DELETE' ? {} : { body: userBody() }),
          [404, 405, 501],
        );
      }
    }
  });

  it('[W11] [RFC9110 15.5.6] 405 carries Allow', async () => {
    const { id } = await on.user();
    for (const [method, path] of [
      ['PUT', '/Users'],
      ['POST', `/Users/${id}`],
      ['DELETE', '/Schemas'],
      ['GET', '/Bulk'],
    ] as const) {
      const answer = await on.scim.send(
        method,
        path,
        method === 'GET' || method === 'DELETE' ? {} : { body: userBody() },
      );
      expectError(answer, 405);
      expect(answer.headers.allow, answer.exchange).toMatch(/[A-Z]/);
    }
  });

  it('[W11] [RFC9110 9.3.2] HEAD answers as GET does, without a body', async () => {
    const { id, meta } = await on.user();
    const answer = await on.scim.send('HEAD', `/Users/${id}`);
    expectStatus(answer, 200);
    expect(answer.text).toBe('');
    expect(answer.headers.etag).toBe(meta.version);
  });

  it('[W11] [RFC9110 9.3.7] OPTIONS has an answer', async () => {
    expectStatus(await on.scim.send('OPTIONS', '/Users'), 200, 204, 404, 405);
  });

  it('[W03] [RFC7643 5] A password is refused by PATCH where changePassword is not offered', async () => {
    const config = (await on.scim.get('/ServiceProviderConfig')).json as {
      changePassword: { supported: boolean };
    };
    const { id } = await on.user();
    const answer = await on.scim.patch(`/Users/${id}`, [
      { op: 'replace', path: 'password', value: 'Sesame-1' },
    ]);
    if (config.changePassword.supported) expectStatus(answer, 200);
    else expectError(answer, [400, 403, 501]);
    expect(answer.text).not.toContain('Sesame-1');
  });
});
