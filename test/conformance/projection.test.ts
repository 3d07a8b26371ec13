// Which attributes an answer shows: attributes and excludedAttributes (RFC 7644 3.9).

import { beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE, type Resource, USER } from '../harness/scim-client.ts';
import { expectError, expectStatus, unique, userBody, useServer } from './fixture.ts';

const on = useServer();
let user: Resource;

beforeAll(async () => {
  const { id } = await on.user({
    name: { givenName: 'Amara', familyName: 'Osei' },
    displayName: 'Amara Osei',
    title: 'Cartographer',
    emails: [
      { value: 'amara@kitehaus.example', type: 'work', primary: true },
      { value: 'amara@home.example', type: 'home' },
    ],
    [ENTERPRISE]: { department: 'Tides', employeeNumber: 'K-118' },
  });
  user = await on.read(`/Users/${id}`);
});

const show = (query: string) => on.read(`/Users/${user.id}?${query}`);
const namesOf = (resource: Resource) => Object.keys(resource).sort();
const minimum = (...names: string[]) => ['id', 'schemas', ...names].sort();

describe('attributes', () => {
  it('[A01] [RFC7644 3.9] Only what was asked for, beside id and schemas', async () => {
    expect(namesOf(await show('attributes=userName'))).toEqual(minimum('userName'));
  });

  it('[A02] [RFC7643 3] schemas is always there', async () => {
    expect((await show('attributes=title')).schemas).toContain(USER);
  });

  it('[A03] [RFC7643 2.1] Names ignore letter case', async () => {
    expect(namesOf(await show('attributes=USERNAME,Title'))).toEqual(minimum('title', 'userName'));
  });

  it('[A04] [RFC7644 3.10] One sub-attribute', async () => {
    expect((await show('attributes=name.familyName')).name).toEqual({ familyName: 'Osei' });
  });

  it('[A05] [RFC7644 3.9] One sub-attribute of each element', async () => {
    expect((await show('attributes=emails.value')).emails).toEqual([
      { value: 'amara@kitehaus.example' },
      { value: 'amara@home.example' },
    ]);
  });

  it('[A06] [RFC7644 3.10] One attribute of an extension', async () => {
    const shown = await show(`attributes=${ENTERPRISE}:department`);
    expect(namesOf(shown)).toEqual(minimum(ENTERPRISE));
    expect(shown[ENTERPRISE]).toEqual({ department: 'Tides' });
  });

  it('[A07] [RFC7644 3.10] A whole extension', async () => {
    const shown = await show(`attributes=${ENTERPRISE}`);
    expect(namesOf(shown)).toEqual(minimum(ENTERPRISE));
    expect(shown[ENTERPRISE]).toEqual(user[ENTERPRISE]);
  });

  it('[A06] [RFC7644 3.10] A core attribute with its URN', async () => {
    expect(namesOf(await show(`attributes=${USER}:userName`))).toEqual(minimum('userName'));
  });

  it('[A11] [RFC7644 3.9] POST honours it', async () => {
    const answer = await on.scim.post('/Users?attributes=userName', userBody({ title: 'Pilot' }));
    expectStatus(answer, 201);
    expect(namesOf(answer.resource)).toEqual(minimum('userName'));
  });

  it('[A13] [RFC7644 3.4.2.5] Lists honour it', async () => {
    const [listed] = (await on.scim.users(`id eq "${user.id}"`, '&attributes=title')).list.Resources;
    expect(namesOf(listed!)).toEqual(minimum('title'));
  });

  it('[A14] [RFC7644 3.9] An unknown name is ignored, which leaves the minimum', async () => {
    expect(namesOf(await show('attributes=shoeSize'))).toEqual(minimum());
    expect(namesOf(await show('attributes=shoeSize,title'))).toEqual(minimum('title'));
  });

  it('[A15] [RFC7643 7] password is never shown', async () => {
    expect(namesOf(await show('attributes=password'))).toEqual(minimum());
  });

  it('[A18] [RFC7644 3.9] Blanks after commas are tolerated', async () => {
    expect(namesOf(await show('attributes=userName,%20title,+displayName'))).toEqual(
      minimum('displayName', 'title', 'userName'),
    );
  });
});

describe('excludedAttributes', () => {
  it('[A08] [RFC7644 3.9] Only what was named is missing', async () => {
    const { title: _title, emails: _emails, ...rest } = user;
    expect(await show('excludedAttributes=title,emails')).toEqual(rest);
  });

  it('[A09] [RFC7643 7] id cannot be excluded', async () => {
    expect((await show('excludedAttributes=id')).id).toBe(user.id);
  });

  it('[A12] [RFC7644 3.9] PUT honours it', async () => {
    const { id } = await on.user();
    const body = userBody({ userName: `${unique()}@kitehaus.example`, title: 'Pilot', displayName: 'Bo' });
    const answer = await on.scim.put(`/Users/${id}?excludedAttributes=title`, body);
    expectStatus(answer, 200);
    expect(answer.resource).not.toHaveProperty('title');
    expect(answer.resource.displayName).toBe('Bo');
  });

  it('[A16] [RFC7644 3.9] One sub-attribute', async () => {
    const shown = await show('excludedAttributes=name.familyName');
    expect(shown.name).toEqual({ givenName: 'Amara' });
    expect(shown.title).toBe('Cartographer');
  });

  it('[A17] [RFC7644 3.10] A whole extension', async () => {
    const shown = await show(`excludedAttributes=${ENTERPRISE}`);
    expect(shown).not.toHaveProperty([ENTERPRISE]);
    expect(shown.title).toBe('Cartographer');
  });

  it('[A10] [RFC7644 3.9] Both parameters at once are refused or have a defined result', async () => {
    const answer = await on.scim.get(`/Users/${user.id}?attributes=userName,title&excludedAttributes=title`);
    if (answer.status === 200) expect(namesOf(answer.resource)).toEqual(minimum('userName'));
    else expectError(answer, 400);
  });
});
