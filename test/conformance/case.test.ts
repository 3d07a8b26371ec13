// Letter case: names never matter, values only where an attribute says so (RFC 7643 2.1 and 2.2).

import { describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../harness/scim-client.ts';
import { created, expectError, expectIds, unique, useServer } from './fixture.ts';

const on = useServer();

describe('letter case', () => {
  it('[K01] [RFC7643 2.1] Attribute names in bodies ignore it', async () => {
    const userName = unique('cased');
    const body = {
      SCHEMAS: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      USERNAME: userName,
      Emails: [{ VALUE: 'a@kitehaus.example', Type: 'work', Primary: true }],
      Name: { FamilyName: 'Osei' },
      [ENTERPRISE.toLowerCase()]: { Department: 'Tides' },
    };
    const user = created(await on.scim.post('/Users', body));
    expect(user).toMatchObject({
      userName,
      emails: [{ value: 'a@kitehaus.example', type: 'work', primary: true }],
      name: { familyName: 'Osei' },
      [ENTERPRISE]: { department: 'Tides' },
    });
  });

  it('[K02] [RFC7643 2.1] Values are kept in the case in which they came', async () => {
    const userName = `${unique('CaSe')}@KiteHaus.Example`;
    const displayName = 'AMARA osei';
    const { id } = await on.user({ userName, displayName });
    expect(await on.read(`/Users/${id}`)).toMatchObject({ userName, displayName });
  });

  it('[K03] [RFC7643 2.2] co, sw and ew ignore it where an attribute is not case exact', async () => {
    const tag = unique('MiXed');
    const user = await on.user({ userName: `${tag}-Alpha@KiteHaus.Example`, displayName: `${tag} ÅNGSTRÖM` });
    expectIds(await on.scim.users(`userName sw "${tag.toLowerCase()}"`), [user]);
    expectIds(await on.scim.users(`userName co "${tag.toUpperCase()}-ALPHA"`), [user]);
    expectIds(await on.scim.users(`userName sw "${tag}" and userName ew "KITEHAUS.example"`), [user]);
    expectIds(await on.scim.users(`displayName ew "${tag} ångström"`), [user]);
  });

  it('[K04] [RFC7643 2.2] id is case exact', async () => {
    const { id } = await on.user();
    const other = id === id.toUpperCase() ? id.toLowerCase() : id.toUpperCase();
    expect(other).not.toBe(id);
    expectError(await on.scim.get(`/Users/${other}`), 404);
    expectIds(await on.scim.users(`id eq "${other}"`), []);
  });

  it('[K05] [RFC7643 2.1] In value paths it does not matter either', async () => {
    const { id } = await on.user({ emails: [{ value: 'a@kitehaus.example', type: 'work' }] });
    const path = 'emails[TYPE EQ "work"].VALUE';
    const user = await on.patched(id, [{ op: 'replace', path, value: 'b@kitehaus.example' }]);
    expect(user.emails).toEqual([{ value: 'b@kitehaus.example', type: 'work' }]);
    expectIds(await on.scim.users(`id eq "${id}" AND EMAILS[Type Eq "WORK" And Value Sw "B@"]`), [user]);
  });
});
