// Users: replacing and deleting them (RFC 7644 3.5.1 and 3.6). PATCH has files of its own.

import { describe, expect, it } from 'vitest';
import { ENTERPRISE, type Resource, USER } from '../harness/scim-client.ts';
import {
  aMomentLater,
  created,
  expectError,
  expectIds,
  expectStatus,
  memberIds,
  patchBody,
  unique,
  userBody,
  useServer,
  withoutMeta,
} from './fixture.ts';

const on = useServer();
const put = (id: string, attributes: Record<string, unknown>) =>
  on.scim.put(`/Users/${id}`, userBody(attributes));
const asBody = (resource: Resource): Record<string, unknown> => ({ ...resource });

describe('replacing a user', () => {
  it('[U16] [RFC7644 3.5.1] What the body leaves out is cleared', async () => {
    const { id, userName } = await on.user({
      title: 'Pilot',
      nickName: 'Bo',
      emails: [{ value: 'bo@kitehaus.example', type: 'work' }],
      [ENTERPRISE]: { department: 'Tides' },
    });
    expectStatus(await put(id, { userName, displayName: 'Bo' }), 200);
    const user = await on.read(`/Users/${id}`);
    expect(user.displayName).toBe('Bo');
    for (const name of ['title', 'nickName', 'emails', ENTERPRISE]) expect(user).not.toHaveProperty([name]);
  });

  it('[U17] [RFC7644 3.5.1] The answer is 200 with the resource and a later lastModified', async () => {
    const before = await on.user();
    await aMomentLater();
    const answer = await put(before.id, { userName: before.userName, title: 'Pilot' });
    expectStatus(answer, 200);
    expect(answer.resource.title).toBe('Pilot');
    expect(answer.resource.meta.created).toBe(before.meta.created);
    expect(Date.parse(answer.resource.meta.lastModified)).toBeGreaterThan(
      Date.parse(before.meta.lastModified),
    );
    expect(await on.read(`/Users/${before.id}`)).toEqual(answer.resource);
  });

  it('[U18] [RFC7644 3.5.1] A body without userName is 400 and changes nothing', async () => {
    const user = await on.user({ title: 'Pilot' });
    const answer = await on.scim.put(`/Users/${user.id}`, { schemas: [USER], title: 'Smith' });
    expectError(answer, 400, 'invalidValue');
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });

  it('[U19] [RFC7644 3.5.1] Another id in the body changes no id', async () => {
    const [user, other] = [await on.user(), await on.user()];
    const answer = await put(user.id, { id: other.id, userName: user.userName, title: 'Pilot' });
    expectStatus(answer, 200);
    expect(answer.resource.id).toBe(user.id);
    expect(await on.read(`/Users/${other.id}`)).toEqual(other);
  });

  it('[U20] [RFC7644 3.5.1] An unknown id is 404 and nothing comes into being', async () => {
    const userName = unique('ghost');
    expectError(await put(unique('no'), { userName }), 404);
    expectIds(await on.scim.users(`userName eq "${userName}"`), []);
  });

  it('[U21] [RFC7644 3.12] The userName of somebody else is 409', async () => {
    const [user, other] = [await on.user(), await on.user()];
    expectError(await put(user.id, { userName: other.userName?.toUpperCase() }), 409, 'uniqueness');
    expect((await on.read(`/Users/${user.id}`)).userName).toBe(user.userName);
  });

  it('[U22] [RFC7644 3.5.1] What GET shows can be sent back unchanged, and changes nothing', async () => {
    const { id } = await on.user({
      externalId: unique(),
      name: { givenName: 'Amara', familyName: 'Osei' },
      active: false,
      emails: [{ value: 'amara@kitehaus.example', type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'Tides' },
    });
    await on.group({ members: [{ value: id }] });
    const user = await on.read(`/Users/${id}`);
    await aMomentLater();
    const answer = await on.scim.put(`/Users/${id}`, asBody(user));
    expectStatus(answer, 200);
    expect(answer.resource).toEqual(user);
  });

  it('[U23] [RFC7643 4.1.2] groups in a body is ignored', async () => {
    const { id, userName } = await on.user();
    const [mine, other] = [await on.group({ members: [{ value: id }] }), await on.group()];
    const answer = await put(id, { userName, groups: [{ value: other.id }] });
    expectStatus(answer, 200);
    expect(answer.resource.groups?.map((group) => group.value)).toEqual([mine.id]);
    expect(memberIds(await on.read(`/Groups/${other.id}`))).toEqual([]);
  });

  it('[U36] [RFC7643 3.1] The id stays the same under PUT and PATCH', async () => {
    const { id } = await on.user();
    expect((await put(id, { userName: unique('renamed') })).resource.id).toBe(id);
    expect((await on.patched(id, [{ op: 'replace', path: 'userName', value: unique('again') }])).id).toBe(id);
  });

  it('[U37] [RFC7643 3] A PUT body without schemas, or with unknown ones only, is 400', async () => {
    const user = await on.user();
    const { schemas: _schemas, ...body } = userBody({ userName: user.userName });
    expectError(await on.scim.put(`/Users/${user.id}`, body), 400);
    expectError(await on.scim.put(`/Users/${user.id}`, { ...body, schemas: ['urn:example:kite'] }), 400);
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });
});

describe('deleting a user', () => {
  it('[U24] [RFC7644 3.6] The answer is 204 without a body', async () => {
    const { id } = await on.user();
    const answer = await on.scim.delete(`/Users/${id}`);
    expectStatus(answer, 204);
    expect(answer.text).toBe('');
  });

  it('[U25] [RFC7644 3.6] Afterwards every method finds nothing', async () => {
    const { id, userName } = await on.user();
    expectStatus(await on.scim.delete(`/Users/${id}`), 204);
    const operations = [{ op: 'replace', path: 'title', value: 'Pilot' }];
    expectError(await on.scim.get(`/Users/${id}`), 404);
    expectError(await put(id, { userName }), 404);
    expectError(await on.scim.send('PATCH', `/Users/${id}`, { body: patchBody(operations) }), 404);
    expectError(await on.scim.delete(`/Users/${id}`), 404);
  });

  it('[U26] [RFC7644 3.6] Lists and filters no longer show the user', async () => {
    const { id, userName, externalId } = await on.user({ externalId: unique('ext') });
    expectStatus(await on.scim.delete(`/Users/${id}`), 204);
    for (const filter of [`id eq "${id}"`, `userName eq "${userName}"`, `externalId eq "${externalId}"`]) {
      expectIds(await on.scim.users(filter), []);
    }
    expect((await on.scim.get('/Users?count=500')).text).not.toContain(id);
  });

  it('[U27] [RFC7644 3.6] The userName is free again, for a user with a new id', async () => {
    const former = await on.user({ title: 'Pilot' });
    expectStatus(await on.scim.delete(`/Users/${former.id}`), 204);
    const user = created(await on.scim.post('/Users', userBody({ userName: former.userName })));
    expect(user.id).not.toBe(former.id);
    expect(withoutMeta(user)).not.toHaveProperty('title');
    expectIds(await on.scim.users(`userName eq "${former.userName}"`), [user]);
  });

  it('[U28] [RFC7644 3.6] An unknown id is 404', async () => {
    expectError(await on.scim.delete(`/Users/${unique('no')}`), 404);
  });
});
