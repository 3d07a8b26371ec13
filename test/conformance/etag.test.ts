// Versions: ETag, If-Match and If-None-Match (RFC 7644 3.14, RFC 9110 8.8.3 and 13.1).

import { describe, expect, it } from 'vitest';
import { expectError, expectStatus, groupBody, patchBody, unique, userBody, useServer } from './fixture.ts';

const on = useServer();
const TITLE = [{ op: 'replace', path: 'title', value: 'Pilot' }];
const patch = (path: string, headers: Record<string, string>) =>
  on.scim.send('PATCH', path, { body: patchBody(TITLE), headers });

/** A user who has changed since, and the version from before. */
async function changed() {
  const before = await on.user({ title: 'Smith' });
  const user = await on.patched(before.id, [{ op: 'replace', path: 'title', value: 'Mate' }]);
  return { path: `/Users/${user.id}`, user, stale: before.meta.version };
}

describe('versions', () => {
  it('[E01] [RFC7643 3.1] GET has an ETag equal to meta.version', async () => {
    const { id } = await on.user();
    const answer = await on.scim.get(`/Users/${id}`);
    expect(answer.headers.etag).toBe(answer.resource.meta.version);
    expect(answer.headers.etag).toMatch(/^(W\/)?"[^"]+"$/);
  });

  it('[E02] [RFC7644 3.14] POST has an ETag equal to meta.version', async () => {
    for (const answer of [
      await on.scim.post('/Users', userBody()),
      await on.scim.post('/Groups', groupBody()),
    ]) {
      expectStatus(answer, 201);
      expect(answer.headers.etag).toBe(answer.resource.meta.version);
      expect(answer.headers.etag).toBeTruthy();
    }
  });

  it('[E02] [RFC7644 3.14] POST of a group with members has the ETag that a GET has', async () => {
    const { id: value } = await on.user();
    const made = await on.scim.post('/Groups', { ...groupBody(), members: [{ value }] });
    const read = await on.scim.get(`/Groups/${made.resource.id}`);
    expect(read.headers.etag).toBe(made.headers.etag);
  });

  it('[E04] [RFC7644 3.14] The version changes with the resource', async () => {
    const { user, stale } = await changed();
    expect(user.meta.version).not.toBe(stale);
  });

  it('[E04] [RFC7644 3.14] The version of a group changes with its members', async () => {
    const [group, user] = [await on.group(), await on.user()];
    const joined = await on.patchedGroup(group.id, [
      { op: 'add', path: 'members', value: [{ value: user.id }] },
    ]);
    expect(joined.meta.version).not.toBe(group.meta.version);
  });

  it('[E04] [RFC7644 3.14] The version stays when nothing changes', async () => {
    const user = await on.user({ title: 'Pilot' });
    expect((await on.patched(user.id, TITLE)).meta.version).toBe(user.meta.version);
  });

  it('[W05] [RFC7644 3.14] Lists carry versions', async () => {
    const user = await on.user();
    const [listed] = (await on.scim.users(`id eq "${user.id}"`)).list.Resources;
    expect(listed?.meta.version).toBe(user.meta.version);
  });

  it('[W06] [RFC7643 3.1] Content-Location equals meta.location', async () => {
    const user = await on.user();
    const answers = [
      await on.scim.get(`/Users/${user.id}`),
      await on.scim.put(`/Users/${user.id}`, userBody({ userName: user.userName })),
      await patch(`/Users/${user.id}`, {}),
      await on.scim.post('/Users', userBody()),
    ];
    for (const answer of answers) {
      expect(answer.headers['content-location'], answer.exchange).toBe(answer.resource.meta.location);
    }
  });
});

describe('If-None-Match', () => {
  it('[E03] [RFC9110 13.1.2] The current version is 304 without a body', async () => {
    const { id, meta } = await on.user();
    const answer = await on.scim.get(`/Users/${id}`, { 'If-None-Match': meta.version });
    expectStatus(answer, 304);
    expect(answer.text).toBe('');
  });

  it('[E03] [RFC9110 13.1.2] An older version is 200 with the resource', async () => {
    const { path, user, stale } = await changed();
    const answer = await on.scim.get(path, { 'If-None-Match': stale });
    expectStatus(answer, 200);
    expect(answer.resource).toEqual(user);
  });

  it('[W05] [RFC9110 8.8.3.2] The comparison is weak, and a list of versions may be given', async () => {
    const { id, meta } = await on.user();
    const strong = meta.version.replace(/^W\//, '');
    for (const tags of [strong, `W/${strong}`, `"other", ${meta.version}`, '*']) {
      expectStatus(await on.scim.get(`/Users/${id}`, { 'If-None-Match': tags }), 304);
    }
  });

  it('[W05] [RFC9110 13.1.2] On PUT the current version is 412', async () => {
    const user = await on.user({ title: 'Smith' });
    const body = userBody({ userName: user.userName, title: 'Pilot' });
    const answer = await on.scim.put(`/Users/${user.id}`, body, { 'If-None-Match': user.meta.version });
    expectError(answer, 412);
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });
});

describe('If-Match', () => {
  it('[E05] [RFC7644 3.14] PUT with an old version is 412 and changes nothing', async () => {
    const { path, user, stale } = await changed();
    const body = userBody({ userName: user.userName, title: 'Pilot' });
    expectError(await on.scim.put(path, body, { 'If-Match': stale }), 412);
    expect(await on.read(path)).toEqual(user);
  });

  it('[E06] [RFC7644 3.14] PATCH with an old version is 412 and changes nothing', async () => {
    const { path, user, stale } = await changed();
    expectError(await patch(path, { 'If-Match': stale }), 412);
    expect(await on.read(path)).toEqual(user);
  });

  it('[E07] [RFC7644 3.14] DELETE with an old version is 412 and deletes nothing', async () => {
    const { path, user, stale } = await changed();
    expectError(await on.scim.delete(path, { 'If-Match': stale }), 412);
    expect(await on.read(path)).toEqual(user);
  });

  it('[E08] [RFC7644 3.14] The current version succeeds', async () => {
    const { path, user } = await changed();
    expectStatus(await patch(path, { 'If-Match': user.meta.version }), 200);
    const { meta } = await on.read(path);
    expectStatus(await on.scim.delete(path, { 'If-Match': `"other", ${meta.version}` }), 204);
  });

  it('[E09] [RFC9110 13.1.1] * succeeds on what exists', async () => {
    const { path } = await changed();
    expectStatus(await patch(path, { 'If-Match': '*' }), 200);
    expectStatus(await on.scim.delete(path, { 'If-Match': '*' }), 204);
    expectError(await patch(`/Users/${unique('no')}`, { 'If-Match': '*' }), [404, 412]);
  });

  it('[E06] [RFC7644 3.14] A group is held to its version too', async () => {
    const group = await on.group();
    const user = await on.user();
    const operations = [{ op: 'add', path: 'members', value: [{ value: user.id }] }];
    await on.patchedGroup(group.id, operations);
    const body = groupBody({ displayName: group.displayName });
    expectError(await on.scim.put(`/Groups/${group.id}`, body, { 'If-Match': group.meta.version }), 412);
    expect((await on.read(`/Groups/${group.id}`)).members).toHaveLength(1);
  });
});
