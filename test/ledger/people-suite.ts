// People by the names that apps know them by, with all that they have: what an app is answered per request.

import { expect, it } from 'vitest';
import type { PersonKey } from '../../src/ledger/ledger.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { applyRules, ENTERPRISE, everyDepartment, PROVIDER } from './scribe.ts';

export function peopleSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const called = async (by: PersonKey['by'], value: string, more: Partial<PersonKey> = {}) =>
    (await desk.ledger.peopleCalled({ by, value, ...more })).map(({ loaded }) => loaded.user.id).sort();

  it('finds everybody who may be meant, the removed too', async () => {
    const { id } = await desk.write.createUser({ userName: 'ida', externalId: 'oid-1' });
    await desk.write.removeUser(id);
    const again = await desk.write.createUser({ userName: 'Ida', externalId: 'oid-2' });
    expect(await called('userName', 'IDA')).toEqual([id, again.id].sort());
    expect(await called('userName', 'ida', { provider: PROVIDER })).toHaveLength(2);
    expect(await called('userName', 'ida', { provider: 'elsewhere' })).toEqual([]);
    expect(await called('externalId', 'oid-1')).toEqual([id]);
    expect(await called('externalId', 'OID-1')).toEqual([]);
    expect(await called('oid', 'oid-2')).toEqual([again.id]);
    expect(await called('id', id)).toEqual([id]);
    expect(await called('id', id, { provider: 'elsewhere' })).toEqual([]);
    expect(await called('id', 'nobody')).toEqual([]);
  });

  it('reads what they have, of one moment, also while a change of rules is reaching them', async () => {
    const { id } = await desk.person('amara', { [ENTERPRISE]: { department: 'Sales' } });
    await desk.write.createGroup('Orion', [id]);
    const [full] = await desk.ledger.peopleCalled({ by: 'id', value: id });
    expect(full).toEqual(await desk.ledger.fullUser(id));
    expect([...full!.targets.values()].map(({ name }) => name).sort()).toEqual(['Orion', 'Sales']);
    expect(full!.loaded.groups.map(({ displayName }) => displayName)).toEqual(['Orion']);
    expect(full!.roles).toEqual(await desk.ledger.roles());
    const number = await applyRules(desk.ledger, [everyDepartment]);
    const [between] = await desk.ledger.peopleCalled({ by: 'userName', value: 'amara@kitehaus.example' });
    expect([between!.state.ruleset.number, between!.loaded.ruleset]).toEqual([number, number - 1]);
  });
}
