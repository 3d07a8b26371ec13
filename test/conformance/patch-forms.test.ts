// PATCH: extensions by URN, and the forms in which identity providers write an operation (RFC 7644 3.5.2 and 3.10).

import { describe, expect, it } from 'vitest';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { useServer } from './fixture.ts';

const on = useServer();

describe('extensions', () => {
  it('[P34] [RFC7644 3.10] An extension attribute is reached by its URN path', async () => {
    const { id } = await on.user();
    const path = `${ENTERPRISE}:department`;
    const user = await on.patched(id, [{ op: 'add', path, value: 'Tides' }]);
    expect(user[ENTERPRISE]).toEqual({ department: 'Tides' });
    expect(user.schemas).toContain(ENTERPRISE);
    const changed = await on.patched(id, [{ op: 'replace', path, value: 'Harbour' }]);
    expect(changed[ENTERPRISE]).toEqual({ department: 'Harbour' });
  });

  it('[P35] [RFC7644 3.5.2.1] An extension object in a value without a path is merged', async () => {
    const { id } = await on.user({ [ENTERPRISE]: { employeeNumber: 'K-118' } });
    const user = await on.patched(id, [{ op: 'add', value: { [ENTERPRISE]: { department: 'Tides' } } }]);
    expect(user[ENTERPRISE]).toEqual({ employeeNumber: 'K-118', department: 'Tides' });
  });

  it('[P36] [RFC7644 3.10] The URN itself is a path, for add and for remove', async () => {
    const { id } = await on.user({ title: 'Pilot' });
    const value = { department: 'Tides', costCenter: 'CC-9' };
    const added = await on.patched(id, [{ op: 'add', path: ENTERPRISE, value }]);
    expect(added[ENTERPRISE]).toEqual(value);
    const user = await on.patched(id, [{ op: 'remove', path: ENTERPRISE }]);
    expect(user).not.toHaveProperty([ENTERPRISE]);
    expect(user.schemas).toEqual([USER]);
    expect(user.title).toBe('Pilot');
  });
});

describe('forms of identity providers', () => {
  it('[P38] [practice] Dotted keys in a value without a path are paths', async () => {
    const { id } = await on.user({ name: { familyName: 'Osei' } });
    const value = { 'name.givenName': 'Amara', 'emails[type eq "work"].value': 'amara@kitehaus.example' };
    const user = await on.patched(id, [{ op: 'replace', value }]);
    expect(user.name).toEqual({ familyName: 'Osei', givenName: 'Amara' });
    expect(user.emails).toEqual([{ type: 'work', value: 'amara@kitehaus.example' }]);
    expect(Object.keys(user).filter((key) => key.startsWith('name.') || key.includes('['))).toEqual([]);
  });

  it('[P48] [practice] A manager given as text becomes manager.value', async () => {
    const [user, chief] = [await on.user(), await on.user()];
    const changed = await on.patched(user.id, [
      { op: 'add', path: `${ENTERPRISE}:manager`, value: chief.id },
    ]);
    expect(changed[ENTERPRISE]?.manager?.value).toBe(chief.id);
  });

  it('[P50] [RFC7643 2.3.2] active given as text becomes a boolean', async () => {
    const { id } = await on.user();
    expect((await on.patched(id, [{ op: 'Replace', path: 'active', value: 'False' }])).active).toBe(false);
    expect((await on.patched(id, [{ op: 'replace', value: { active: 'TRUE' } }])).active).toBe(true);
  });
});
