// PATCH: what add, replace and remove do to single, complex and multi-valued attributes (RFC 7644 3.5.2.1 to 3.5.2.3).
// Envelope, refusals and answers are in patch-request.test.ts, extensions and vendor forms in patch-forms.test.ts.

import { describe, expect, it } from 'vitest';
import { unique, useServer } from './fixture.ts';

const on = useServer();
const WORK = { value: 'work@kitehaus.example', type: 'work' };
const HOME = { value: 'home@kitehaus.example', type: 'home' };
const NAME = { givenName: 'Amara', familyName: 'Osei', middleName: 'Efua' };

describe('add', () => {
  it('[P05] [RFC7644 3.5.2.1] A path sets a single value', async () => {
    const { id } = await on.user();
    expect((await on.patched(id, [{ op: 'add', path: 'nickName', value: 'Bo' }])).nickName).toBe('Bo');
  });

  it('[P06] [RFC7644 3.5.2.1] Without a path an object of attributes is merged', async () => {
    const { id } = await on.user({ title: 'Pilot', emails: [WORK] });
    const user = await on.patched(id, [{ op: 'add', value: { nickName: 'Bo', emails: [HOME] } }]);
    expect(user).toMatchObject({ title: 'Pilot', nickName: 'Bo' });
    expect(user.emails).toHaveLength(2);
  });

  it('[P08] [RFC7644 3.5.2.1] A list is appended to', async () => {
    const { id } = await on.user({ emails: [WORK] });
    expect((await on.patched(id, [{ op: 'add', path: 'emails', value: [HOME] }])).emails).toEqual([
      WORK,
      HOME,
    ]);
  });

  it('[P09] [RFC7644 3.5.2.1] An identical element is not added again', async () => {
    const { id } = await on.user({ emails: [WORK, HOME] });
    const user = await on.patched(id, [
      { op: 'add', path: 'emails', value: [{ type: 'home', value: HOME.value }] },
    ]);
    expect(user.emails).toEqual([WORK, HOME]);
  });

  it('[P11] [RFC7644 3.5.2.1] A sub-attribute makes its missing parent', async () => {
    const { id } = await on.user();
    const user = await on.patched(id, [{ op: 'add', path: 'name.familyName', value: 'Osei' }]);
    expect(user.name).toEqual({ familyName: 'Osei' });
  });

  it('[P12] [RFC7644 3.5.2.1] A complex value keeps the sub-attributes that it does not name', async () => {
    const { id } = await on.user({ name: NAME });
    const user = await on.patched(id, [{ op: 'add', path: 'name', value: { familyName: 'Ray' } }]);
    expect(user.name).toEqual({ ...NAME, familyName: 'Ray' });
  });

  it('[P37] [RFC7644 3.5.2] A new primary turns the old one off', async () => {
    const { id } = await on.user({ emails: [{ ...WORK, primary: true }] });
    const user = await on.patched(id, [{ op: 'add', path: 'emails', value: [{ ...HOME, primary: true }] }]);
    const primary = user.emails?.filter((email) => email.primary);
    expect(primary?.map((email) => email.value)).toEqual([HOME.value]);
    expect(user.emails).toHaveLength(2);
  });

  it('[P47] [RFC7644 3.5.2.1] An element that a value path describes is made when it is not there', async () => {
    const { id } = await on.user();
    const user = await on.patched(id, [
      { op: 'add', path: 'emails[type eq "work"].value', value: WORK.value },
    ]);
    expect(user.emails).toEqual([WORK]);
  });
});

describe('replace', () => {
  it('[P13] [RFC7644 3.5.2.3] A complex value keeps the sub-attributes that it does not name', async () => {
    const { id } = await on.user({ name: NAME });
    const user = await on.patched(id, [{ op: 'replace', path: 'name', value: { familyName: 'Ray' } }]);
    expect(user.name).toEqual({ ...NAME, familyName: 'Ray' });
  });

  it('[P14] [RFC7644 3.5.2.3] Without a path only the named attributes change', async () => {
    const { id } = await on.user({ title: 'Smith', nickName: 'Bo', emails: [WORK] });
    const user = await on.patched(id, [{ op: 'replace', value: { title: 'Pilot', active: false } }]);
    expect(user).toMatchObject({ title: 'Pilot', nickName: 'Bo', active: false, emails: [WORK] });
  });

  it('[P15] [RFC7644 3.5.2.3] A list is swapped as a whole', async () => {
    const { id } = await on.user({ emails: [WORK] });
    expect((await on.patched(id, [{ op: 'replace', path: 'emails', value: [HOME] }])).emails).toEqual([HOME]);
  });

  it('[P16] [RFC7644 3.5.2.3] An unassigned attribute is assigned', async () => {
    const { id } = await on.user();
    const user = await on.patched(id, [
      { op: 'replace', path: 'title', value: 'Pilot' },
      { op: 'replace', path: 'emails', value: [WORK] },
    ]);
    expect(user).toMatchObject({ title: 'Pilot', emails: [WORK] });
  });

  it('[P17] [RFC7644 3.5.2.3] A value path changes the matching element only', async () => {
    const { id } = await on.user({ emails: [WORK, HOME] });
    const value = 'new@kitehaus.example';
    const user = await on.patched(id, [{ op: 'replace', path: 'emails[type eq "work"].value', value }]);
    expect(user.emails).toEqual([{ ...WORK, value }, HOME]);
  });

  it('[P18] [practice] An element that a single eq describes is made when it is not there', async () => {
    const { id } = await on.user({ emails: [HOME] });
    const user = await on.patched(id, [
      { op: 'replace', path: 'emails[type eq "work"].value', value: WORK.value },
    ]);
    expect(user.emails).toEqual([HOME, WORK]);
  });

  it('[P19] [RFC7644 3.5.2.3] A value path without a sub-attribute replaces the element', async () => {
    const { id } = await on.user({ emails: [{ ...WORK, display: 'Desk' }, HOME] });
    const value = { value: 'new@kitehaus.example', type: 'work' };
    const user = await on.patched(id, [{ op: 'replace', path: 'emails[type eq "work"]', value }]);
    expect(user.emails?.map((email) => email.value).sort()).toEqual([HOME.value, value.value].sort());
    expect(user.emails?.find((email) => email.type === 'work')).toEqual(value);
  });

  it('[P45] [RFC7643 2.5] null unassigns', async () => {
    const { id } = await on.user({ title: 'Pilot', name: NAME, emails: [WORK] });
    const user = await on.patched(id, [
      { op: 'replace', path: 'title', value: null },
      { op: 'replace', path: 'name.middleName', value: null },
      { op: 'replace', value: { emails: null } },
    ]);
    expect(user).not.toHaveProperty('title');
    expect(user).not.toHaveProperty('emails');
    expect(user.name).toEqual({ givenName: 'Amara', familyName: 'Osei' });
  });

  it('[P46] [RFC7643 2.5] An empty list unassigns', async () => {
    const { id } = await on.user({ emails: [WORK] });
    expect(await on.patched(id, [{ op: 'replace', path: 'emails', value: [] }])).not.toHaveProperty('emails');
  });

  it('[P52] [RFC7644 3.5.2.3] A value path may test a boolean', async () => {
    const { id } = await on.user({ emails: [{ ...WORK, primary: true }, HOME] });
    const value = 'new@kitehaus.example';
    const user = await on.patched(id, [{ op: 'replace', path: 'emails[primary eq true].value', value }]);
    expect(user.emails).toEqual([{ ...WORK, primary: true, value }, HOME]);
  });
});

describe('remove', () => {
  it('[P20] [RFC7644 3.5.2.2] A single value is unassigned', async () => {
    const { id } = await on.user({ title: 'Pilot' });
    expect(await on.patched(id, [{ op: 'remove', path: 'title' }])).not.toHaveProperty('title');
  });

  it('[P22] [RFC7644 3.5.2.2] A list is unassigned', async () => {
    const { id } = await on.user({ emails: [WORK, HOME] });
    expect(await on.patched(id, [{ op: 'remove', path: 'emails' }])).not.toHaveProperty('emails');
  });

  it('[P23] [RFC7644 3.5.2.2] A value path removes the matching elements only', async () => {
    const { id } = await on.user({ emails: [WORK, HOME] });
    expect((await on.patched(id, [{ op: 'remove', path: 'emails[type eq "work"]' }])).emails).toEqual([HOME]);
  });

  it('[P24] [RFC7644 3.5.2.2] With its last element the attribute is unassigned', async () => {
    const { id } = await on.user({ emails: [WORK] });
    expect(await on.patched(id, [{ op: 'remove', path: 'emails[type eq "work"]' }])).not.toHaveProperty(
      'emails',
    );
  });

  it('[P25] [RFC7644 3.5.2.2] A sub-attribute goes and the others stay', async () => {
    const { id } = await on.user({ name: NAME });
    const user = await on.patched(id, [{ op: 'remove', path: 'name.middleName' }]);
    expect(user.name).toEqual({ givenName: 'Amara', familyName: 'Osei' });
  });

  it('[P26] [RFC7644 3.5.2.2] A sub-attribute of matching elements goes and the elements stay', async () => {
    const { id } = await on.user({ emails: [{ ...WORK, display: 'Desk' }, HOME] });
    const user = await on.patched(id, [{ op: 'remove', path: 'emails[type eq "work"].display' }]);
    expect(user.emails).toEqual([WORK, HOME]);
  });

  it('[P20] [practice] What is not there is removed with success, and nothing changes', async () => {
    const before = await on.user({ emails: [WORK] });
    const user = await on.patched(before.id, [
      { op: 'remove', path: 'title' },
      { op: 'remove', path: 'name.middleName' },
      { op: 'remove', path: 'emails[type eq "other"]' },
    ]);
    expect(user).toEqual(before);
  });
});

describe('names in paths', () => {
  it('[P39] [RFC7643 2.1] Attribute names ignore letter case', async () => {
    const { id } = await on.user({ emails: [WORK] });
    const user = await on.patched(id, [
      { op: 'replace', path: 'TITLE', value: 'Pilot' },
      { op: 'replace', path: 'Name.FamilyName', value: 'Osei' },
      { op: 'replace', path: 'EMAILS[Type eq "work"].VALUE', value: HOME.value },
      { op: 'replace', value: { NICKNAME: 'Bo' } },
    ]);
    expect(user).toMatchObject({ title: 'Pilot', name: { familyName: 'Osei' }, nickName: 'Bo' });
    expect(user.emails).toEqual([{ ...WORK, value: HOME.value }]);
  });

  it('[M15] [RFC7643 7] A free userName can be taken by PATCH', async () => {
    const { id } = await on.user();
    const value = unique('renamed');
    expect((await on.patched(id, [{ op: 'replace', path: 'userName', value }])).userName).toBe(value);
  });
});
