import { describe, expect, it } from 'vitest';
import { isWhole, project, readProjection, wantsGroups, wantsMembers } from '../../src/scim/projection.ts';
import { groupKind, userKind } from '../../src/scim/schema.ts';
import { ACME, ENTERPRISE, reasonOf, timed, USER } from './samples.ts';

const amara = {
  schemas: [USER, ENTERPRISE, ACME],
  id: '1',
  userName: 'amara',
  name: { familyName: 'Osei', givenName: 'Amara' },
  emails: [
    { value: 'a', type: 'work' },
    { value: 'b', type: 'home' },
  ],
  roles: [{ display: 'only' }],
  groups: [{ value: 'g' }],
  [ENTERPRISE]: { department: 'A', manager: { value: 'm', displayName: 'Boss' } },
  [ACME]: { tag: 'x', mood: 'calm' },
  meta: { resourceType: 'User', location: 'https://x/1' },
};
const always = { schemas: amara.schemas, id: '1' };
const shown = (attributes?: string | string[], excluded?: string | string[]) =>
  project(amara, readProjection(attributes, excluded, userKind), userKind);

describe('[RFC7644 3.9] attributes', () => {
  it('gives id, schemas and what was named, nothing else (A01, A02)', () => {
    expect(shown('userName')).toEqual({ ...always, userName: 'amara' });
    expect(shown('id')).toEqual(always);
  });
  it('in any letter case, with blanks after commas, as a list (A03, A18, Q02)', () => {
    const expected = { ...always, userName: 'amara', name: amara.name };
    expect(shown('USERNAME, Name')).toEqual(expected);
    expect(shown(['userName', 'name'])).toEqual(expected);
  });
  it('sub-attributes (A04, A05)', () => {
    expect(shown('name.familyName')).toEqual({ ...always, name: { familyName: 'Osei' } });
    expect(shown('emails.value')).toEqual({ ...always, emails: [{ value: 'a' }, { value: 'b' }] });
    expect(shown('roles.value')).toEqual(always);
    expect(shown('name.familyName,name')).toEqual({ ...always, name: amara.name });
    expect(shown('name,name.familyName')).toEqual({ ...always, name: amara.name });
    expect(shown('meta.location')).toEqual({ ...always, meta: { location: 'https://x/1' } });
  });
  it('extension attributes and whole extensions (A06, A07)', () => {
    expect(shown(`${ENTERPRISE.toLowerCase()}:department`)).toEqual({
      ...always,
      [ENTERPRISE]: { department: 'A' },
    });
    expect(shown(`${ENTERPRISE}:manager.value`)).toEqual({
      ...always,
      [ENTERPRISE]: { manager: { value: 'm' } },
    });
    expect(shown(ENTERPRISE)).toEqual({ ...always, [ENTERPRISE]: amara[ENTERPRISE] });
    expect(shown('department')).toEqual({ ...always, [ENTERPRISE]: { department: 'A' } });
    expect(shown(`${USER}:userName`)).toEqual({ ...always, userName: 'amara' });
    expect(shown(`${ACME}:tag`)).toEqual({ ...always, [ACME]: { tag: 'x' } });
    expect(shown(ACME)).toEqual({ ...always, [ACME]: amara[ACME] });
  });
  it('a filter is read as its attribute (Microsoft’s collection)', () => {
    expect(shown('emails[type eq "a,]b"],userName')).toEqual({
      ...always,
      emails: amara.emails,
      userName: 'amara',
    });
  });
  it('unknown names give the minimum (A14); empty means not given', () => {
    expect(shown('odd,name.odd,urn:x:y, ,a b')).toEqual(always);
    for (const empty of ['', ' ', ',', []]) expect(shown(empty)).toEqual(amara);
  });
  it('never a password (A15)', () => {
    const secret = { ...amara, password: 'x' };
    expect(project(secret, readProjection('password', undefined, userKind), userKind)).toEqual(always);
  });
});

describe('[RFC7644 3.9] excludedAttributes', () => {
  it('drops what was named only (A08, A16, A17)', () => {
    const { name, emails, ...rest } = amara;
    expect(shown(undefined, 'name,emails')).toEqual(rest);
    expect(shown(undefined, 'name.familyName')).toEqual({ ...amara, name: { givenName: 'Amara' } });
    expect(shown(undefined, 'emails.type')).toEqual({ ...amara, emails: [{ value: 'a' }, { value: 'b' }] });
    expect(shown(undefined, ENTERPRISE)[ENTERPRISE]).toBeUndefined();
    expect(shown(undefined, `${ENTERPRISE}:manager`)[ENTERPRISE]).toEqual({ department: 'A' });
    expect(shown(undefined, `${ACME}:tag`)[ACME]).toEqual({ mood: 'calm' });
  });
  it('never id or schemas (A09)', () => expect(shown(undefined, 'id,schemas')).toEqual(amara));
  it('with attributes: what those select, without these (A10)', () => {
    expect(shown('userName,name', 'name.givenName')).toEqual({
      ...always,
      userName: 'amara',
      name: { familyName: 'Osei' },
    });
  });
});

it('says what need not be read at all (Q29)', () => {
  const wants = (attributes?: string, excluded?: string) =>
    wantsMembers(readProjection(attributes, excluded, groupKind));
  expect([
    wants(),
    wants('members'),
    wants('members.value'),
    wants(undefined, 'displayName'),
    wants(undefined, 'members.type'),
  ]).not.toContain(false);
  expect([
    wants('id'),
    wants('displayName'),
    wants(undefined, 'members'),
    wants('members', 'MEMBERS'),
  ]).not.toContain(true);
  expect(wantsGroups(readProjection('groups', undefined, userKind))).toBe(true);
  expect(wantsGroups(readProjection('userName', undefined, userKind))).toBe(false);
});

it('the fast path: nothing left out, the same object', () => {
  const projection = readProjection(undefined, undefined, userKind);
  expect(isWhole(projection)).toBe(true);
  expect(project(amara, projection, userKind)).toBe(amara);
  expect(isWhole(readProjection('userName', undefined, userKind))).toBe(false);
});

it('is bounded and changes nothing that it was given', () => {
  expect(reasonOf(() => readProjection('x'.repeat(20_001), undefined, userKind))).toBe('invalidValue');
  expect(
    reasonOf(() =>
      readProjection(
        undefined,
        Array.from({ length: 501 }, () => 'x'),
        userKind,
      ),
    ),
  ).toBe('invalidValue');
  for (const hostile of [
    '['.repeat(19_999),
    ','.repeat(19_999),
    '['.repeat(9_000) + ']'.repeat(9_000),
    `urn:${'1:'.repeat(9_000)}`,
  ]) {
    expect(timed(() => readProjection(hostile, undefined, userKind))).toBeLessThan(100);
  }
  const before = structuredClone(amara);
  shown('name.familyName,__proto__,constructor', 'emails.type');
  expect(amara).toEqual(before);
});
