// Users: creating and reading them, and what a body may not bring in (RFC 7643 3 and 4.1, RFC 7644 3.3 and 3.4.1).

import { describe, expect, it } from 'vitest';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import {
  created,
  expectError,
  expectIds,
  expectList,
  expectStatus,
  patchBody,
  unique,
  userBody,
  useServer,
} from './fixture.ts';

const on = useServer();
const post = (attributes: Record<string, unknown>) => on.scim.post('/Users', userBody(attributes));
const postRaw = (body: unknown) => on.scim.post('/Users', body);

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Every writable attribute of the core schema but password. */
const FULL = {
  externalId: 'full-1',
  name: {
    formatted: 'Ms. Amara E. Osei, III',
    familyName: 'Osei',
    givenName: 'Amara',
    middleName: 'Efua',
    honorificPrefix: 'Ms.',
    honorificSuffix: 'III',
  },
  displayName: 'Amara Osei',
  nickName: 'Ama',
  profileUrl: 'https://kitehaus.example/amara',
  title: 'Cartographer',
  userType: 'Employee',
  preferredLanguage: 'sv-SE',
  locale: 'en-GB',
  timezone: 'Europe/Stockholm',
  active: true,
  emails: [
    { value: 'amara@kitehaus.example', type: 'work', primary: true },
    { value: 'amara@home.example', type: 'home' },
  ],
  phoneNumbers: [{ value: '+46 (0)8-555 010', type: 'work' }],
  ims: [{ value: 'amara-im', type: 'xmpp' }],
  photos: [{ value: 'https://kitehaus.example/amara.png', type: 'photo' }],
  addresses: [
    {
      type: 'work',
      streetAddress: '4 Gull Lane',
      locality: 'Visby',
      region: 'Gotland',
      postalCode: '62156',
      country: 'SE',
      formatted: '4 Gull Lane\n62156 Visby',
      primary: true,
    },
  ],
  entitlements: [{ value: 'harbour-keys', display: 'Harbour keys' }],
  roles: [{ value: 'navigator', display: 'Navigator', type: 'crew' }],
  x509Certificates: [{ value: Buffer.from('a certificate').toString('base64') }],
};

describe('creating a user', () => {
  it('[U01] [RFC7644 3.3] A minimal user gets id, schemas, userName and meta', async () => {
    const body = userBody();
    const user = created(await postRaw(body));
    expect(user.schemas).toEqual([USER]);
    expect(user.userName).toBe(body.userName);
    expect(user.id).not.toBe('');
    expect(user.meta.resourceType).toBe('User');
  });

  it('[U02] [RFC7644 3.3] Location equals meta.location', async () => {
    const answer = await post({});
    expect(answer.headers.location).toBe(answer.resource.meta.location);
  });

  it('[U03] [RFC7643 3.1] created and lastModified are times with a zone, equal at first', async () => {
    const { meta } = await on.user();
    expect(meta.created).toMatch(RFC3339);
    expect(meta.lastModified).toBe(meta.created);
    expect(meta.resourceType).toBe('User');
  });

  it('[U04] [RFC7643 3.1] meta.location leads to the same resource', async () => {
    const user = await on.user();
    const path = user.meta.location.slice(on.server.scim.length);
    expect(user.meta.location.startsWith(on.server.scim)).toBe(true);
    expect(await on.read(path)).toEqual(user);
  });

  it('[U05] [RFC7644 3.4.1] GET shows what POST answered', async () => {
    const user = await on.user({
      displayName: 'Bo',
      emails: [{ value: 'bo@kitehaus.example', type: 'work' }],
    });
    expect(await on.read(`/Users/${user.id}`)).toEqual(user);
  });

  it('[U06] [RFC7643 4.1] Every core attribute makes the round trip', async () => {
    const user = created(await post(FULL));
    expect(await on.read(`/Users/${user.id}`)).toMatchObject(FULL);
  });

  it('[U07] [RFC7643 3.1] An id from the client is ignored', async () => {
    const id = unique('mine');
    expect(created(await post({ id })).id).not.toBe(id);
    expectStatus(await on.scim.get(`/Users/${id}`), 404);
  });

  it('[U08] [RFC7643 3.1] meta from the client is ignored', async () => {
    const meta = {
      resourceType: 'Group',
      created: '2001-01-01T00:00:00Z',
      location: 'https://elsewhere.example/1',
    };
    const user = created(await post({ meta }));
    expect(user.meta.resourceType).toBe('User');
    expect(user.meta.created).not.toBe(meta.created);
    expect(user.meta.location).not.toBe(meta.location);
  });

  it('[U09] [RFC7643 3.1] externalId is kept as sent and never made up', async () => {
    expect((await on.user({ externalId: 'Ext-ÅB 1' })).externalId).toBe('Ext-ÅB 1');
    expect(await on.user()).not.toHaveProperty('externalId');
  });

  it('[U29] [RFC7643 2.5] null means unassigned', async () => {
    const user = created(await post({ title: null, emails: null, name: null, addresses: null }));
    for (const name of ['title', 'emails', 'name', 'addresses']) expect(user).not.toHaveProperty(name);
  });

  it('[U30] [RFC7643 2.5] An empty list means unassigned', async () => {
    const user = created(await post({ emails: [], roles: [] }));
    expect(user).not.toHaveProperty('emails');
    expect(user).not.toHaveProperty('roles');
    expectIds(await on.scim.users(`id eq "${user.id}" and emails pr`), []);
  });

  it('[U31] [RFC7644 3.8] Text beyond ASCII makes the round trip and can be found', async () => {
    const displayName = `Ångström 山田 🪁 ${unique()}`;
    const user = await on.user({ displayName });
    expect((await on.read(`/Users/${user.id}`)).displayName).toBe(displayName);
    expectIds(await on.scim.users(`displayName eq "${displayName}"`), [user]);
  });

  it('[U33] [RFC7643 2.4] No more than one value is primary', async () => {
    const answer = await post({
      emails: [
        { value: 'a@kitehaus.example', type: 'work', primary: true },
        { value: 'b@kitehaus.example', type: 'home', primary: true },
      ],
    });
    expectStatus(answer, 201);
    expect(answer.resource.emails).toHaveLength(2);
    expect(answer.resource.emails?.filter((email) => email.primary)).toHaveLength(1);
  });

  it('[U34] [RFC7643 2.4] The same type and value is returned once', async () => {
    const email = { value: 'a@kitehaus.example', type: 'work' };
    expect((await on.user({ emails: [email, { ...email }] })).emails).toHaveLength(1);
  });

  it('[U35] [RFC7643 2.3.2] active false is kept as a JSON boolean', async () => {
    const user = await on.user({ active: false });
    expect(user.active).toBe(false);
    expect((await on.read(`/Users/${user.id}`)).active).toBe(false);
  });

  it('[U40] [RFC7643 2.3.2] active sent as text becomes a boolean', async () => {
    expect((await on.user({ active: 'False' })).active).toBe(false);
    expect((await on.user({ active: 'true' })).active).toBe(true);
  });

  it('[U41] [RFC7644 3.4.2] Listing without parameters gives a ListResponse', async () => {
    const user = await on.user();
    const list = expectList(await on.scim.get('/Users'));
    expect(list.totalResults).toBeGreaterThan(0);
    expectIds(await on.scim.users(`userName eq "${user.userName}"`), [user]);
  });
});

describe('refusing to create', () => {
  it('[U10] [RFC7644 3.3] A userName that is taken is 409 uniqueness', async () => {
    const { userName } = await on.user();
    expectError(await post({ userName }), 409, 'uniqueness');
  });

  it('[U11] [RFC7643 4.1.1] A userName that differs in letter case only is taken too', async () => {
    const { userName } = await on.user();
    expectError(await post({ userName: userName?.toUpperCase() }), 409, 'uniqueness');
  });

  it('[U12] [RFC7644 3.12] A missing userName is 400 invalidValue', async () => {
    expectError(await postRaw({ schemas: [USER], displayName: 'Nobody' }), 400, 'invalidValue');
  });

  it('[U13] [RFC7643 4.1.1] An empty userName is 400 invalidValue', async () => {
    expectError(await post({ userName: '' }), 400, 'invalidValue');
    expectError(await post({ userName: null }), 400, 'invalidValue');
  });

  it('[U14] [RFC7643 2.3.1] A userName that is no text is 400 invalidValue', async () => {
    for (const userName of [{ a: 1 }, 42, true, ['a', 'b']]) {
      expectError(await post({ userName }), 400, 'invalidValue');
    }
  });

  it('[U15] [RFC7644 3.3] Undefined attributes are no part of the resource', async () => {
    const user = created(await post({ shoeSize: 44, kite: { colour: 'red' } }));
    const read = await on.read(`/Users/${user.id}`);
    for (const name of ['shoeSize', 'kite']) {
      expect(user).not.toHaveProperty(name);
      expect(read).not.toHaveProperty(name);
    }
  });

  it('[U37] [RFC7643 3] A body without schemas is 400', async () => {
    const { schemas: _schemas, ...body } = userBody();
    expectError(await postRaw(body), 400);
    expectError(await postRaw({ ...body, schemas: [] }), 400);
  });

  it('[U38] [RFC7643 3] A body with unknown schemas only is 400', async () => {
    expectError(await post({ schemas: ['urn:example:params:scim:schemas:kite:2.0:User'] }), 400);
  });

  it('[U38] [RFC7643 3] A misspelt extra schema beside the core one is forgiven', async () => {
    const schemas = [USER, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'];
    expect(created(await post({ schemas })).schemas).toEqual([USER]);
  });

  it('[U39] [RFC7643 3] schemas of an answer has no duplicates and names the extension only with data', async () => {
    expect(created(await post({ schemas: [USER, USER, ENTERPRISE] })).schemas).toEqual([USER]);
    const user = created(await post({ [ENTERPRISE]: { department: 'Tides' } }));
    expect([...user.schemas].sort()).toEqual([USER, ENTERPRISE].sort());
  });
});

describe('the password', () => {
  it('[U32] [RFC7643 7] A password is in no answer, even when asked for', async () => {
    const password = unique('Sesame');
    const answers = [await post({ password })];
    const { id, userName } = answers[0]!.resource;
    const operations = [{ op: 'replace', path: 'title', value: 'Pilot' }];
    answers.push(
      await on.scim.get(`/Users/${id}`),
      await on.scim.get(`/Users/${id}?attributes=password,userName`),
      await on.scim.put(`/Users/${id}`, userBody({ userName, password })),
      await on.scim.send('PATCH', `/Users/${id}?attributes=password`, { body: patchBody(operations) }),
      await on.scim.users(`id eq "${id}"`, '&attributes=password'),
    );
    for (const answer of answers) {
      expectStatus(answer, 200, 201);
      expect(answer.text).not.toContain(password);
      expect(answer.text.toLowerCase()).not.toContain('"password"');
    }
  });
});
