// PATCH as a request: its envelope, its refusals, its atomicity and its answer (RFC 7644 3.5.2).
// What each operation does to a resource is in patch-operations.test.ts.

import { describe, expect, it } from 'vitest';
import { type Operation, PATCH_OP } from '../harness/scim-client.ts';
import { aMomentLater, expectError, expectStatus, patchBody, unique, useServer } from './fixture.ts';

const on = useServer();
const TITLE: Operation = { op: 'replace', path: 'title', value: 'Pilot' };
const send = (id: string, body: unknown) => on.scim.send('PATCH', `/Users/${id}`, { body });

/** Sends one operation to a new user and expects this refusal, and the user as before. */
async function refuses(operation: Record<string, unknown>, scimType: string) {
  const user = await on.user({ title: 'Smith', name: { givenName: 'Bo' } });
  const answer = await send(user.id, { schemas: [PATCH_OP], Operations: [operation] });
  expectError(answer, 400, scimType);
  expect(await on.read(`/Users/${user.id}`)).toEqual(user);
}

describe('the envelope', () => {
  it('[P01] [RFC7644 3.5.2] A body under another schema is 400', async () => {
    const user = await on.user();
    expectError(await send(user.id, { schemas: ['urn:example:kite'], Operations: [TITLE] }), 400);
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });

  it('[P01] [practice] A body without schemas is forgiven', async () => {
    const { id } = await on.user();
    expectStatus(await send(id, { Operations: [TITLE] }), 200);
    expect((await on.read(`/Users/${id}`)).title).toBe('Pilot');
  });

  it('[P02] [RFC7644 3.5.2] A body without Operations is 400', async () => {
    const { id } = await on.user();
    expectError(await send(id, { schemas: [PATCH_OP] }), 400);
    expectError(await send(id, { schemas: [PATCH_OP], Operations: 'replace' }), 400);
    expectError(await send(id, { schemas: [PATCH_OP], Operations: [42] }), 400);
  });

  it('[P02] [practice] An empty list of Operations is 200 and changes nothing', async () => {
    const user = await on.user({ title: 'Smith' });
    await aMomentLater();
    const answer = await send(user.id, patchBody([]));
    expectStatus(answer, 200);
    expect(answer.resource).toEqual(user);
  });

  it('[P51] [RFC7644 3.5.2] A body that is no object is 400', async () => {
    const { id } = await on.user();
    for (const body of ['[]', '"replace"', '42', 'null']) expectError(await send(id, body), 400);
  });

  it('[P42] [RFC7644 3.5.2] An unknown id is 404', async () => {
    expectError(await send(unique('no'), patchBody([TITLE])), 404);
    expectError(await on.scim.patch(`/Groups/${unique('no')}`, [TITLE]), 404);
  });

  it('[P03] [RFC7644 3.12] An unknown op is 400 invalidSyntax', async () => {
    await refuses({ op: 'frobnicate', path: 'title', value: 'Pilot' }, 'invalidSyntax');
    await refuses({ path: 'title', value: 'Pilot' }, 'invalidSyntax');
  });

  it('[P04] [practice] op may be in any letter case', async () => {
    const { id } = await on.user({ nickName: 'Bo' });
    const user = await on.patched(id, [
      { op: 'Replace', path: 'title', value: 'Pilot' },
      { op: 'ADD', path: 'displayName', value: 'Bo L.' },
      { op: 'Remove', path: 'nickName' },
    ]);
    expect(user).toMatchObject({ title: 'Pilot', displayName: 'Bo L.' });
    expect(user).not.toHaveProperty('nickName');
  });
});

describe('what an operation may not do', () => {
  it('[P07] [RFC7644 3.5.2.1] add without a value is 400 invalidValue', async () => {
    await refuses({ op: 'add', path: 'displayName' }, 'invalidValue');
    await refuses({ op: 'add' }, 'invalidValue');
  });

  it('[P21] [RFC7644 3.5.2.2] remove without a path is 400 noTarget', async () => {
    await refuses({ op: 'remove' }, 'noTarget');
    await refuses({ op: 'remove', value: { title: 'Smith' } }, 'noTarget');
  });

  it('[P18] [RFC7644 3.5.2.3] A value path that matches nothing and names no element is 400 noTarget', async () => {
    const path = 'emails[type eq "work" and value co "nowhere"].value';
    await refuses({ op: 'replace', path, value: 'bo@kitehaus.example' }, 'noTarget');
    await refuses({ op: 'add', path, value: 'bo@kitehaus.example' }, 'noTarget');
    await refuses(
      { op: 'replace', path: 'emails[type ne "home"].value', value: 'bo@kitehaus.example' },
      'noTarget',
    );
  });

  it('[P27] [RFC7644 3.5.2.2] remove of a required attribute is 400', async () => {
    const user = await on.user();
    const error = expectError(await send(user.id, patchBody([{ op: 'remove', path: 'userName' }])), 400);
    expect(['mutability', 'invalidValue']).toContain(error.scimType);
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });

  it('[P28] [RFC7644 3.12] replace of id is 400 mutability', async () => {
    await refuses({ op: 'replace', path: 'id', value: 'mine' }, 'mutability');
  });

  it('[P28] [practice] id inside a value without a path is ignored', async () => {
    const { id } = await on.user();
    const user = await on.patched(id, [{ op: 'replace', value: { id: 'mine', title: 'Pilot' } }]);
    expect(user).toMatchObject({ id, title: 'Pilot' });
  });

  it('[P29] [RFC7643 7] meta cannot be changed', async () => {
    const { id, meta } = await on.user();
    for (const operation of [
      { op: 'replace', path: 'meta.created', value: '2001-01-01T00:00:00Z' },
      { op: 'replace', value: { meta: { created: '2001-01-01T00:00:00Z', resourceType: 'Group' } } },
    ]) {
      const answer = await send(id, patchBody([operation]));
      if (answer.status !== 200) expectError(answer, 400, 'mutability');
      expect((await on.read(`/Users/${id}`)).meta).toEqual(meta);
    }
  });

  it('[P40] [RFC7644 3.12] A path that does not parse is 400 invalidPath', async () => {
    for (const path of [
      'emails[type eq "work"',
      'name..givenName',
      'emails[]',
      '[type eq "work"]',
      'title title',
    ]) {
      await refuses({ op: 'replace', path, value: 'x' }, 'invalidPath');
    }
  });

  it('[P41] [RFC7644 3.5.2] A path to an undefined attribute puts nothing in the resource', async () => {
    const user = await on.user({ name: { givenName: 'Bo' } });
    for (const path of ['shoeSize', 'name.shoeSize', 'emails[type eq "work"].shoeSize']) {
      const answer = await send(user.id, patchBody([{ op: 'add', path, value: '44' }]));
      if (answer.status !== 200) expectError(answer, 400);
      expect((await on.scim.get(`/Users/${user.id}`)).text).not.toContain('shoeSize');
    }
  });

  it('[P43] [RFC7644 3.12] A userName that is taken is 409 uniqueness', async () => {
    const [user, other] = [await on.user(), await on.user()];
    const value = other.userName?.toUpperCase();
    expectError(
      await send(user.id, patchBody([{ op: 'replace', path: 'userName', value }])),
      409,
      'uniqueness',
    );
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });

  it('[P44] [RFC7644 3.12] A value of the wrong type is 400 invalidValue', async () => {
    await refuses({ op: 'replace', path: 'title', value: { a: 1 } }, 'invalidValue');
    await refuses({ op: 'replace', path: 'active', value: 'maybe' }, 'invalidValue');
    await refuses({ op: 'replace', path: 'name', value: 'Bo Lindqvist' }, 'invalidValue');
    await refuses({ op: 'replace', value: { displayName: { a: 1 } } }, 'invalidValue');
    await refuses({ op: 'replace', value: 'Pilot' }, 'invalidValue');
  });

  it('[P30] [RFC7644 3.5.2] A failing operation undoes the ones before it', async () => {
    const user = await on.user({ title: 'Smith' });
    const operations = [TITLE, { op: 'replace', path: 'active', value: 'maybe' }];
    expectError(await send(user.id, patchBody(operations)), 400);
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });
});

describe('the answer', () => {
  it('[P32] [RFC7644 3.5.2] A user is answered with 200 and the whole resource', async () => {
    const { id } = await on.user({ displayName: 'Bo' });
    const answer = await send(id, patchBody([TITLE]));
    expectStatus(answer, 200);
    expect(answer.resource).toEqual(await on.read(`/Users/${id}`));
  });

  it('[P33] [RFC7643 3.1] An effective change moves lastModified and keeps created', async () => {
    const { id, meta } = await on.user();
    await aMomentLater();
    const user = await on.patched(id, [TITLE]);
    expect(user.meta.created).toBe(meta.created);
    expect(Date.parse(user.meta.lastModified)).toBeGreaterThan(Date.parse(meta.lastModified));
  });

  it('[P10] [RFC7644 3.5.2.1] add of what is already there leaves lastModified as it is', async () => {
    const email = { value: 'bo@kitehaus.example', type: 'work' };
    const before = await on.user({ title: 'Pilot', emails: [email] });
    await aMomentLater();
    const user = await on.patched(before.id, [
      { op: 'add', path: 'title', value: 'Pilot' },
      { op: 'add', path: 'emails', value: [email] },
    ]);
    expect(user).toEqual(before);
  });

  it('[P49] [RFC7644 3.9] attributes shapes the answer', async () => {
    const { id } = await on.user({ displayName: 'Bo' });
    const answer = await on.scim.send('PATCH', `/Users/${id}?attributes=title`, { body: patchBody([TITLE]) });
    expectStatus(answer, 200);
    expect(Object.keys(answer.resource).sort()).toEqual(['id', 'schemas', 'title']);
  });

  it('[P31] [RFC7644 3.5.2] Operations run in order and see what came before', async () => {
    const { id } = await on.user();
    const user = await on.patched(id, [
      { op: 'add', path: 'emails', value: [{ value: 'a@kitehaus.example', type: 'work' }] },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'b@kitehaus.example' },
      { op: 'add', path: 'title', value: 'Pilot' },
      { op: 'remove', path: 'title' },
    ]);
    expect(user.emails).toEqual([{ value: 'b@kitehaus.example', type: 'work' }]);
    expect(user).not.toHaveProperty('title');
  });
});
