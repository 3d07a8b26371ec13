// The enterprise extension of a user (RFC 7643 4.3).

import { describe, expect, it } from 'vitest';
import { ENTERPRISE, USER } from '../harness/scim-client.ts';
import { created, expectIds, expectStatus, unique, userBody, useServer } from './fixture.ts';

const on = useServer();
const withEnterprise = (extension: Record<string, unknown>) => on.user({ [ENTERPRISE]: extension });

describe('the extension', () => {
  it('[N01] [RFC7643 3.3] Its data comes back under its URN, which schemas names', async () => {
    const data = {
      employeeNumber: 'K-118',
      costCenter: 'CC-9',
      organization: 'Kitehaus',
      division: 'North',
      department: 'Tide Tables',
    };
    const { id } = await withEnterprise(data);
    const user = await on.read(`/Users/${id}`);
    expect(user[ENTERPRISE]).toEqual(data);
    expect(user.schemas).toContain(ENTERPRISE);
  });

  it('[N02] [RFC7643 4.3] manager.value is kept, displayName from the client is not trusted', async () => {
    const chief = await on.user({ displayName: 'The Chief' });
    const { id } = await withEnterprise({ manager: { value: chief.id, displayName: 'Somebody Else' } });
    const manager = (await on.read(`/Users/${id}`))[ENTERPRISE]?.manager;
    expect(manager?.value).toBe(chief.id);
    expect(manager?.displayName ?? 'The Chief').toBe('The Chief');
  });

  it('[N03] [RFC7644 3.5.1] PUT without it removes its data and its URN', async () => {
    const { id, userName } = await withEnterprise({ department: 'Tides' });
    expectStatus(await on.scim.put(`/Users/${id}`, userBody({ userName })), 200);
    const user = await on.read(`/Users/${id}`);
    expect(user).not.toHaveProperty([ENTERPRISE]);
    expect(user.schemas).toEqual([USER]);
  });

  it('[N04] [RFC7643 3] Data whose URN is missing from schemas is not lost', async () => {
    const user = created(
      await on.scim.post('/Users', { ...userBody(), [ENTERPRISE]: { department: 'Tides' } }),
    );
    expect(user[ENTERPRISE]).toEqual({ department: 'Tides' });
    expect(user.schemas).toContain(ENTERPRISE);
  });

  it('[N05] [RFC7644 3.5.2.2] remove of one attribute keeps the others', async () => {
    const { id } = await withEnterprise({ department: 'Tides', costCenter: 'CC-9' });
    const user = await on.patched(id, [{ op: 'remove', path: `${ENTERPRISE}:department` }]);
    expect(user[ENTERPRISE]).toEqual({ costCenter: 'CC-9' });
  });

  it('[N06] [RFC7644 3.10] The letter case of the URN does not matter', async () => {
    const { id } = await withEnterprise({ department: 'Tides' });
    const path = `${ENTERPRISE.toUpperCase()}:Department`;
    const user = await on.patched(id, [{ op: 'replace', path, value: 'Harbour' }]);
    expect(user[ENTERPRISE]).toEqual({ department: 'Harbour' });
    expectIds(await on.scim.users(`id eq "${id}" and ${ENTERPRISE.toUpperCase()}:DEPARTMENT eq "harbour"`), [
      user,
    ]);
  });

  it('[N07] [RFC7643 4.3] manager is replaced by manager.value and removed again', async () => {
    const [user, chief] = [await on.user(), await on.user()];
    const set = [{ op: 'replace', path: `${ENTERPRISE}:manager.value`, value: chief.id }];
    expect((await on.patched(user.id, set))[ENTERPRISE]?.manager?.value).toBe(chief.id);
    const cleared = await on.patched(user.id, [{ op: 'remove', path: `${ENTERPRISE}:manager` }]);
    expect(cleared).not.toHaveProperty([ENTERPRISE]);
  });

  it('[N08] [RFC7644 3.10] ne, sw and pr on its attributes', async () => {
    const tag = unique('dept');
    const north = await withEnterprise({ department: `${tag}-north`, division: tag });
    const south = await withEnterprise({ department: `${tag}-south`, division: tag });
    const here = `${ENTERPRISE}:division eq "${tag}"`;
    expectIds(await on.scim.users(`${ENTERPRISE}:department sw "${tag}"`), [north, south]);
    expectIds(await on.scim.users(`${here} and ${ENTERPRISE}:department ne "${tag}-north"`), [south]);
    expectIds(await on.scim.users(`${here} and ${ENTERPRISE}:department pr`), [north, south]);
    expectIds(await on.scim.users(`${here} and ${ENTERPRISE}:costCenter pr`), []);
  });
});
