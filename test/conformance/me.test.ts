// /Me: a provisioning token speaks for a provider, not for a person (RFC 7644 3.11).

import { describe, it } from 'vitest';
import { expectError, patchBody, userBody, useServer } from './fixture.ts';

const on = useServer();

describe('/Me', () => {
  it('[Y01] [RFC7644 3.11] GET is 501', async () => {
    expectError(await on.scim.get('/Me'), 501);
  });

  it('[Y03] [RFC7644 3.11] Writing is 501 too', async () => {
    const operations = patchBody([{ op: 'replace', path: 'title', value: 'Pilot' }]);
    expectError(await on.scim.send('PATCH', '/Me', { body: operations }), 501);
    expectError(await on.scim.put('/Me', userBody()), 501);
    expectError(await on.scim.post('/Me', userBody()), 501);
    expectError(await on.scim.delete('/Me'), 501);
  });
});
