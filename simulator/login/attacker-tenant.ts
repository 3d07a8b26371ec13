// The second tenant of the service: somebody else's directory, in which a person carries the mail address of a victim.
// Mail is anybody's to set in a tenant of their own, which is why no application may know people by it.

import { sampleOrganisation } from '../sample-organisation.ts';
import type { Tenant, TenantUser } from '../tenant.ts';

const DOMAIN = 'strandgut.example';
const SIZE = { users: 3, groups: 1, members: 3 };

/** The first person is the attacker, and the first of the other tenant the victim. */
export function attackerTenant(victims: Tenant, seed: number): Tenant {
  const tenant = sampleOrganisation(SIZE, seed);
  const [victim] = victims.users.values();
  const users = [...tenant.users.values()].map((user, position): TenantUser => {
    const name = `${user.mailNickname}@${DOMAIN}`;
    return {
      ...user,
      userPrincipalName: name,
      mail: position === 0 && victim?.mail !== undefined ? victim.mail : name,
    };
  });
  return { ...tenant, domain: DOMAIN, users: new Map(users.map((user) => [user.objectId, user])) };
}
