// What tokens say: absent is no news, present counts also when empty, the same word twice is no change; and the user
// that a first sign-in makes, until SCIM takes them over.

import { describe, expect, it } from 'vitest';
import { type ClaimsTold, createUserByClaims, settleClaims } from '../../src/identity/claims.ts';
import { factOf } from '../../src/identity/facts.ts';
import { isUnprovisioned, type User } from '../../src/identity/user.ts';
import { facts, patch, person, put, replace, types } from './person.ts';

const OID = '8f14e45f-ceea-467f-a8d2-0c5b3ddf1c11';

function told(claims: Record<string, unknown>, channel: ClaimsTold['channel'] = 'login'): ClaimsTold {
  return { channel, claims, subject: OID };
}

function newcomer(claims: Record<string, unknown> = {}): User {
  const word = told({ preferred_username: 'amara@kitehaus.example', name: 'Amara Osei', ...claims });
  return createUserByClaims({ provider: 'contoso', id: 'u1', formerly: null }, word, 1_000).after;
}

describe('claims of a user whom SCIM provisioned', () => {
  it('become facts, and leave the SCIM resource alone', () => {
    const before = person();
    const { after, events } = settleClaims(before, told({ roles: ['editor'], name: 'Another Name' }), 2_000);
    expect(after.document).toBe(before.document);
    expect(after.claims.roles).toEqual({ value: ['editor'], channel: 'login', at: 2_000 });
    expect(after.revision).toBe(before.revision + 1);
    expect(events).toEqual([
      {
        type: 'user.updated',
        subject: { kind: 'user', id: 'u1' },
        data: { channel: 'login', before: {}, after: { roles: ['editor'], name: 'Another Name' } },
      },
    ]);
  });

  it('say nothing by being absent, and take away by being empty', () => {
    const once = settleClaims(person(), told({ roles: ['editor'] }), 2_000).after;
    const silent = settleClaims(once, told({}), 3_000);
    expect(silent.after).toBe(once);
    const emptied = settleClaims(once, told({ roles: [] }), 3_000);
    expect(factOf(emptied.after, 'roles')).toEqual({ value: [], channel: 'login', since: 3_000 });
    expect(emptied.events[0]?.data).toEqual({
      channel: 'login',
      before: { roles: ['editor'] },
      after: { roles: [] },
    });
  });

  it('said twice change nothing, in whatever channel', () => {
    const once = settleClaims(person(), told({ roles: ['editor'] }), 2_000).after;
    expect(settleClaims(once, told({ roles: ['editor'] }, 'refresh'), 3_000)).toEqual({
      after: once,
      events: [],
    });
  });

  it('said again count as new where the directory has said something else since', () => {
    const once = settleClaims(person(), told({ department: 'Sales' }), 2_000).after;
    const since = { ...once, directory: facts({ department: ['Support', 3_000] }, 'reconciliation') };
    expect(factOf(since, 'department')?.value).toBe('Support');
    const again = settleClaims(since, told({ department: 'Sales' }), 4_000);
    expect(factOf(again.after, 'department')).toEqual({ value: 'Sales', channel: 'login', since: 4_000 });
    expect(again.events[0]?.data).toMatchObject({
      before: { department: 'Support' },
      after: { department: 'Sales' },
    });
  });

  it('never outweigh what SCIM has supplied', () => {
    const before = person({ title: 'Engineer' });
    const { after } = settleClaims(before, told({ title: 'Director' }), 2_000);
    expect(factOf(after, 'title')).toEqual({ value: 'Engineer', channel: 'scim', since: 1_000 });
  });

  it('cannot reach the prototype', () => {
    const claims = JSON.parse('{"__proto__": {"roles": ["admin"]}, "constructor": "x"}') as Record<
      string,
      unknown
    >;
    const { after } = settleClaims(person(), told(claims), 2_000);
    expect(factOf(after, 'roles')).toBe(null);
    expect(({} as { roles?: unknown }).roles).toBe(undefined);
  });
});

describe('the user that a first sign-in makes', () => {
  it('is found by SCIM under externalId, and has no word of SCIM', () => {
    const made = newcomer({ email: 'amara@kitehaus.example', given_name: 'Amara' });
    expect(made.document).toMatchObject({
      externalId: OID,
      userName: 'amara@kitehaus.example',
      displayName: 'Amara Osei',
      name: { givenName: 'Amara' },
      emails: [{ value: 'amara@kitehaus.example', type: 'work', primary: true }],
      active: true,
    });
    expect(made.supplied.size).toBe(0);
    expect(isUnprovisioned(made)).toBe(true);
  });

  it('has the subject for a name where the token gives none', () => {
    const word = told({ roles: ['viewer'] });
    const { after } = createUserByClaims({ provider: 'contoso', id: 'u1', formerly: null }, word, 1_000);
    expect(after.document.userName).toBe(OID);
  });

  it('follows the names that later tokens give, unless the name is somebody else’s', () => {
    const made = newcomer();
    const word = told({ preferred_username: 'amara.osei@kitehaus.example', name: 'Amara O.' });
    expect(settleClaims(made, word, 2_000).after.document).toMatchObject({
      userName: 'amara.osei@kitehaus.example',
      displayName: 'Amara O.',
    });
    const kept = settleClaims(made, word, 2_000, { keepName: true }).after;
    expect(kept.document).toMatchObject({ userName: 'amara@kitehaus.example', displayName: 'Amara O.' });
  });

  it('is taken over by SCIM with its first word, even one that changes nothing', () => {
    const made = newcomer();
    const adopted = put(made, { ...made.document }, 2_000);
    expect(types(adopted)).toEqual(['user.adopted']);
    expect(isUnprovisioned(adopted.after)).toBe(false);
    expect(factOf(adopted.after, 'displayName')).toEqual({
      value: 'Amara Osei',
      channel: 'scim',
      since: 2_000,
    });
    expect(put(adopted.after, { ...made.document }, 3_000).events).toEqual([]);
    const later = settleClaims(adopted.after, told({ name: 'Another' }), 3_000);
    expect(later.after.document).toBe(adopted.after.document);
  });

  it('is suspended by SCIM as anybody is', () => {
    const suspended = patch(newcomer(), [replace('active', false)]);
    expect(types(suspended)).toEqual(['user.adopted', 'user.suspended']);
  });
});
