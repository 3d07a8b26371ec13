// Rules of attributes that the core schema itself can show: mutability, returned, uniqueness, types (RFC 7643 2 and 7).
// What needs a schema of its own is tested below HTTP, beside the code that reads schemas.

import { describe, expect, it } from 'vitest';
import { created, expectError, expectIds, memberIds, unique, userBody, useServer } from './fixture.ts';

const on = useServer();
const post = (attributes: Record<string, unknown>) => on.scim.post('/Users', userBody(attributes));
const certificate = (value: unknown) => ({ x509Certificates: [{ value }] });

describe('characteristics', () => {
  it('[M01] [RFC7643 7] A readOnly attribute sent on create is ignored', async () => {
    const group = await on.group();
    const user = created(await post({ groups: [{ value: group.id }], id: 'mine' }));
    expect(user).not.toHaveProperty('groups');
    expect(memberIds(await on.read(`/Groups/${group.id}`))).toEqual([]);
  });

  it('[M05] [RFC7643 7] A writeOnly attribute never comes back', async () => {
    const user = created(await post({ password: 'Sesame-1' }));
    expect(user).not.toHaveProperty('password');
    expect(await on.read(`/Users/${user.id}?attributes=password`)).not.toHaveProperty('password');
  });

  it('[M07] [RFC7644 3.9] What is always returned stays under both parameters', async () => {
    const { id } = await on.user();
    for (const query of ['attributes=title', 'excludedAttributes=id,schemas,userName']) {
      expect((await on.read(`/Users/${id}?${query}`)).id).toBe(id);
    }
  });

  it('[M09] [RFC7643 7] A case exact attribute is filtered by exact case', async () => {
    const externalId = unique('Ext-CASE');
    const user = await on.user({ externalId });
    expectIds(await on.scim.users(`externalId eq "${externalId}"`), [user]);
    expectIds(await on.scim.users(`externalId eq "${externalId.toLowerCase()}"`), []);
    expectIds(await on.scim.users(`externalId sw "ext-case" and id eq "${user.id}"`), []);
  });

  it('[M15] [RFC7643 7] userName is unique under POST, PUT and PATCH', async () => {
    const [user, other] = [await on.user(), await on.user()];
    const taken = other.userName?.toUpperCase();
    expectError(await post({ userName: taken }), 409, 'uniqueness');
    expectError(await on.scim.put(`/Users/${user.id}`, userBody({ userName: taken })), 409, 'uniqueness');
    const operations = [{ op: 'replace', value: { userName: taken } }];
    expectError(await on.scim.patch(`/Users/${user.id}`, operations), 409, 'uniqueness');
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });

  it('[M15] [RFC7643 7] A user may keep the own name, also in another letter case', async () => {
    const { id, userName } = await on.user();
    const value = userName?.toUpperCase();
    expect((await on.patched(id, [{ op: 'replace', path: 'userName', value }])).userName).toBe(value);
  });

  it('[M16] [RFC7643 7] Canonical values are suggestions', async () => {
    const emails = [{ value: 'a@kitehaus.example', type: 'lighthouse' }];
    const roles = [{ value: 'navigator', type: 'WindowsAzureActiveDirectoryRole' }];
    const { id } = created(await post({ emails, roles }));
    expect(await on.read(`/Users/${id}`)).toMatchObject({ emails, roles });
  });

  it('[W10] [RFC7643 8.7.1] The value of a member cannot be replaced by another', async () => {
    const [first, second] = [await on.user(), await on.user()];
    const { id } = await on.group({ members: [{ value: first.id }] });
    const operations = [{ op: 'replace', path: `members[value eq "${first.id}"].value`, value: second.id }];
    const answer = await on.scim.patch(`/Groups/${id}`, operations);
    expectError(answer, 400, 'mutability');
    expect(memberIds(await on.read(`/Groups/${id}`))).toEqual([first.id]);
  });
});

describe('types', () => {
  it('[M17] [RFC7643 2.3.2] Text in a boolean and an object in a text are 400 invalidValue', async () => {
    expectError(await post({ active: 'maybe' }), 400, 'invalidValue');
    expectError(await post({ active: 1 }), 400, 'invalidValue');
    expectError(await post({ title: { a: 1 } }), 400, 'invalidValue');
    expectError(
      await post({ emails: [{ value: 'a@kitehaus.example', primary: 'maybe' }] }),
      400,
      'invalidValue',
    );
    expectError(await post({ name: { familyName: { a: 1 } } }), 400, 'invalidValue');
    expectError(await post({ name: 'Amara Osei' }), 400, 'invalidValue');
  });

  it('[M18] [RFC7643 2.3.6] A certificate that is not base64 is 400 invalidValue', async () => {
    expectError(await post(certificate('this is *no* base64')), 400, 'invalidValue');
    expectError(await post(certificate(42)), 400, 'invalidValue');
  });

  it('[M12] [RFC7643 2.3.6] Binary is refused by PATCH and PUT as it is by POST', async () => {
    const user = await on.user();
    const operations = [{ op: 'add', ...{ path: 'x509Certificates', value: [{ value: '!!!' }] } }];
    expectError(await on.scim.patch(`/Users/${user.id}`, operations), 400, 'invalidValue');
    const body = userBody({ userName: user.userName, ...certificate('!!!') });
    expectError(await on.scim.put(`/Users/${user.id}`, body), 400, 'invalidValue');
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });

  it('[M14] [RFC7643 2.3] Boolean, binary, reference and complex values keep their JSON types', async () => {
    const attributes = {
      active: false,
      profileUrl: 'https://kitehaus.example/amara',
      name: { givenName: 'Amara' },
      emails: [{ value: 'a@kitehaus.example', primary: true }],
      ...certificate(Buffer.from('a certificate, long enough').toString('base64')),
    };
    const { id } = created(await post(attributes));
    expect(await on.read(`/Users/${id}`)).toMatchObject(attributes);
  });
});
