// Media types in and out (RFC 7644 3.1, 3.8 and 8.1).

import { describe, expect, it } from 'vitest';
import { BULK_REQUEST, SEARCH_REQUEST } from '../harness/scim-client.ts';
import { expectStatus, userBody, useServer } from './fixture.ts';

const on = useServer();
const postAs = (type: string) => on.scim.post('/Users', userBody(), { 'Content-Type': type });

describe('media types', () => {
  it('[T01] [RFC7644 8.1] Answers are application/scim+json', async () => {
    const { id, userName } = await on.user();
    const answers = [
      await on.scim.get('/Users'),
      await on.scim.get('/Groups'),
      await on.scim.get(`/Users/${id}`),
      await on.scim.put(`/Users/${id}`, userBody({ userName })),
      await on.scim.patch(`/Users/${id}`, [{ op: 'add', path: 'title', value: 'Pilot' }]),
      await on.scim.get('/Schemas'),
      await on.scim.get('/ServiceProviderConfig'),
      await on.scim.post('/Users/.search', { schemas: [SEARCH_REQUEST] }),
      await on.scim.post('/Bulk', { schemas: [BULK_REQUEST], Operations: [] }),
    ];
    for (const answer of answers) expect(answer.mediaType, answer.exchange).toBe('application/scim+json');
  });

  it('[T02] [RFC7644 3.8] The type has no parameter', async () => {
    for (const path of ['/Users', '/Schemas', '/Users/nobody']) {
      expect((await on.scim.get(path)).headers['content-type']).toBe('application/scim+json');
    }
  });

  it('[T03] [RFC7644 3.8] application/json is accepted', async () => {
    expectStatus(await postAs('application/json'), 201);
  });

  it('[T04] [RFC7644 3.8] A charset is accepted', async () => {
    expectStatus(await postAs('application/scim+json; charset=utf-8'), 201);
    expectStatus(await postAs('application/json;charset=UTF-8'), 201);
    expectStatus(await postAs('Application/SCIM+JSON'), 201);
  });

  it('[T05] [RFC7644 3.8] Accept of application/json and of anything is served', async () => {
    for (const accept of [
      'application/json',
      '*/*',
      'application/*',
      'application/scim+json, application/json;q=0.9',
      null,
    ]) {
      const answer = await on.scim.get('/Users', { Accept: accept });
      expectStatus(answer, 200);
      expect(answer.list.totalResults).toBeGreaterThanOrEqual(0);
    }
  });

  it('[T06] [RFC9110 15.5.7] Accept of text/html gets SCIM JSON or 406', async () => {
    const answer = await on.scim.get('/Users', { Accept: 'text/html' });
    expectStatus(answer, 200, 406);
    expect(answer.mediaType).toBe('application/scim+json');
  });
});
