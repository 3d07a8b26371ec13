// The invented people and groups of the benchmarks, each made from a number alone, so that the generator, the filler
// and the look-ups agree on them without telling each other. Shapes as Entra sends them; texts are plain ASCII.

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const MICROSOFT_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** Every user has this app role, and the rules give the role Viewer for it. */
export const APP_ROLE = 'navigator';

const DEPARTMENTS = 40;
const given = 'Amara Imani Jonas Leila Mateo Noor Oskar Priya Rosa Tariq Vera Yuki'.split(' ');
const family = 'Adler Brook Costa Dahl Eriksen Fontaine Greco Hale Ito Jansen Kaya'.split(' ');

export function userNameOf(n: number): string {
  return `${given[mixed(n) % given.length]}.${family[mixed(n + 7) % family.length]}.${n}@kitehaus.example`.toLowerCase();
}

/** Looks like an Entra object id: random over the whole range, as the index will meet them. */
export function objectIdOf(n: number): string {
  const hex = [0, 1, 2, 3].map((part) => eightHex(mixed(n * 4 + part))).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** POST as Entra sends it for an assigned user with an app role. */
export function userBody(n: number): Record<string, unknown> {
  const [first, last] = [given[mixed(n) % given.length], family[mixed(n + 7) % family.length]];
  const userName = userNameOf(n);
  return {
    schemas: [USER, ENTERPRISE],
    externalId: objectIdOf(n),
    userName,
    active: true,
    displayName: `${first} ${last}`,
    emails: [{ primary: true, type: 'work', value: userName }],
    meta: { resourceType: 'User' },
    name: { formatted: `${first} ${last}`, familyName: last, givenName: first },
    title: titleOf(0),
    roles: [{ primary: true, type: 'WindowsAzureActiveDirectoryRole', value: APP_ROLE }],
    [ENTERPRISE]: {
      employeeNumber: `K-${n}`,
      department: `Department ${mixed(n + 3) % DEPARTMENTS}`,
    },
  };
}

/** The same length for every change, so that answers are the same size. */
export function titleOf(change: number): string {
  return `Navigator ${String(change % 10_000_000).padStart(7, '0')}`;
}

export function groupNameOf(n: number): string {
  return `Crew ${String(n).padStart(7, '0')}`;
}

export function groupBody(n: number): Record<string, unknown> {
  return {
    schemas: [GROUP, MICROSOFT_GROUP],
    externalId: objectIdOf(n + 1_000_000_000),
    displayName: groupNameOf(n),
    meta: { resourceType: 'Group' },
  };
}

function eightHex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

/** A 32-bit mix (the finaliser of MurmurHash3): neighbours come out far apart. */
function mixed(n: number): number {
  let h = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
