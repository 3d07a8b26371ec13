// Who may speak: the bearer token of the provider (RFC 7644 2 and 7.4, RFC 6750).

import { describe, expect, it } from 'vitest';
import { BULK_REQUEST, SEARCH_REQUEST } from '../harness/scim-client.ts';
import { expectError, expectIds, expectStatus, patchBody, userBody, useServer } from './fixture.ts';

const on = useServer();
const as = (authorization: string | null) => on.scim.get('/Users', { Authorization: authorization });

describe('credentials', () => {
  it('[H01] [RFC7644 2] Without them it is 401', async () => {
    expectError(await as(null), 401);
  });

  it('[H02] [RFC9110 11.6.1] 401 has WWW-Authenticate', async () => {
    expect((await as(null)).headers['www-authenticate']).toMatch(/^Bearer/);
    expect((await as('Bearer wrong')).headers['www-authenticate']).toMatch(/^Bearer.*error="invalid_token"/);
  });

  it('[H03] [RFC7644 3.12] 401 has an Error body', async () => {
    const error = expectError(await as(null), 401);
    expect(error.status).toBe('401');
  });

  it('[H04] [RFC6750 3] A wrong or garbled token is 401', async () => {
    const { token } = on.server;
    const garbled = [
      'Bearer wrong',
      'Bearer',
      'Bearer ',
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token.toUpperCase()}`,
      `Bearer ${token} ${token}`,
      `Basic ${Buffer.from(`a:${token}`).toString('base64')}`,
      token,
      `Bearer ${on.server.apiKey}`,
      'Bearer \u00e5\u00e4\u00f6',
    ];
    for (const authorization of garbled) expectError(await as(authorization), 401);
  });

  it('[H05] [RFC9110 11.1] The name of the scheme ignores letter case', async () => {
    for (const scheme of ['bearer', 'BEARER']) expectStatus(await as(`${scheme} ${on.server.token}`), 200);
  });

  it('[H06] [RFC6750 2.3] A token in the query is not accepted', async () => {
    for (const name of ['access_token', 'token']) {
      expectError(await on.scim.get(`/Users?${name}=${on.server.token}`, { Authorization: null }), 401);
    }
  });

  it('[H07] [RFC7644 2] Every other way in needs them too', async () => {
    const anonymous = on.clientWith(null);
    const user = await on.user();
    const group = await on.group();
    const body = userBody();
    const operations = patchBody([{ op: 'replace', path: 'title', value: 'Pilot' }]);
    const answers = [
      await anonymous.post('/Users', body),
      await anonymous.put(`/Users/${user.id}`, userBody()),
      await anonymous.send('PATCH', `/Users/${user.id}`, { body: operations }),
      await anonymous.delete(`/Users/${user.id}`),
      await anonymous.get(`/Users/${user.id}`),
      await anonymous.get('/Groups'),
      await anonymous.delete(`/Groups/${group.id}`),
      await anonymous.post('/Users/.search', { schemas: [SEARCH_REQUEST] }),
      await anonymous.post('/.search', { schemas: [SEARCH_REQUEST] }),
      await anonymous.post('/Bulk', {
        schemas: [BULK_REQUEST],
        Operations: [{ method: 'POST', path: '/Users', bulkId: 'a', data: body }],
      }),
      await anonymous.get('/Me'),
    ];
    for (const answer of answers) expectError(answer, 401);
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
    expect(await on.read(`/Groups/${group.id}`)).toEqual(group);
    expectIds(await on.scim.users(`userName eq "${body.userName}"`), []);
  });

  it('[H04] [RFC6585 4] Wrong tokens in numbers are slowed down, the right one from the same address is not', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => as('Bearer wrong')));
    for (const answer of answers) expectError(answer, [401, 429]);
    const throttled = answers.find((answer) => answer.status === 429);
    if (throttled) expect(throttled.headers['retry-after'], throttled.exchange).toMatch(/^\d+$/);
    expectStatus(await on.scim.get('/Users'), 200);
  });
});
