// Two providers on one server: nothing of one is seen, taken or walked by the other (RFC 7644 6).

import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ScimClient } from '../harness/scim-client.ts';
import { providerBlock } from '../harness/server.ts';
import {
  created,
  expectError,
  expectIds,
  expectList,
  expectStatus,
  groupBody,
  patchBody,
  unique,
  userBody,
  useServer,
} from './fixture.ts';

const TOKENS = { here: randomBytes(32).toString('base64url'), there: randomBytes(32).toString('base64url') };
const on = useServer({
  config: { providers: [providerBlock('entra', TOKENS.here), providerBlock('second', TOKENS.there)] },
});
let here: ScimClient;
let there: ScimClient;

beforeAll(() => {
  here = on.clientWith(TOKENS.here);
  there = on.clientWith(TOKENS.there);
});

describe('another tenant', () => {
  it('[W09] [RFC7644 6] An id of the other is not found by any method', async () => {
    const user = created(await here.post('/Users', userBody()));
    const operations = [{ op: 'replace', path: 'title', value: 'Pilot' }];
    expectError(await there.get(`/Users/${user.id}`), 404);
    expectError(await there.put(`/Users/${user.id}`, userBody()), 404);
    expectError(await there.send('PATCH', `/Users/${user.id}`, { body: patchBody(operations) }), 404);
    expectError(await there.delete(`/Users/${user.id}`), 404);
    expect((await here.get(`/Users/${user.id}`)).resource).toEqual(user);
  });

  it('[W09] [RFC7644 6] Filters and lists do not cross', async () => {
    const externalId = unique('ext');
    const user = created(await here.post('/Users', userBody({ externalId })));
    for (const filter of [
      `id eq "${user.id}"`,
      `externalId eq "${externalId}"`,
      `userName eq "${user.userName}"`,
    ]) {
      expectIds(await there.users(filter), []);
      expectIds(await here.users(filter), [user]);
    }
    expect((await there.get('/Users?count=500')).text).not.toContain(user.id);
  });

  it('[W09] [RFC7644 6] userName and displayName are unique within one of them only', async () => {
    const user = userBody();
    const group = groupBody();
    const mine = created(await here.post('/Users', user));
    expect(created(await there.post('/Users', user)).id).not.toBe(mine.id);
    created(await here.post('/Groups', group));
    created(await there.post('/Groups', group));
  });

  it('[W09] [RFC7644 6] A user of the other cannot become a member', async () => {
    const user = created(await here.post('/Users', userBody()));
    const answer = await there.post('/Groups', groupBody({ members: [{ value: user.id }] }));
    expectError(answer, 400, 'invalidValue');
  });

  it('[W01] [RFC9865 5] A cursor of the other is refused as a forged one is', async () => {
    const tag = unique('crossing');
    for (const client of [here, there]) {
      for (const n of [1, 2]) created(await client.post('/Users', userBody({ userName: `${tag}-${n}` })));
    }
    const filter = `userName sw "${tag}"`;
    const { nextCursor } = expectList(await here.users(filter, '&cursor=&count=1'));
    expect(nextCursor).toBeTypeOf('string');
    const forged = expectError(await there.users(filter, '&count=1&cursor=forged'), 400, 'invalidCursor');
    const foreign = expectError(
      await there.users(filter, `&count=1&cursor=${nextCursor}`),
      400,
      'invalidCursor',
    );
    expect(foreign.detail).toBe(forged.detail);
    expectStatus(await here.users(filter, `&count=1&cursor=${nextCursor}`), 200);
  });
});
