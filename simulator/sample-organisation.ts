// Makes a whole made-up organisation from a seed: same seed and sizes, same organisation.

import { type Random, seededRandom, shuffled } from './random.ts';
import {
  DEPARTMENTS,
  GIVEN_NAMES,
  GROUP_KINDS,
  GROUP_SUBJECTS,
  GUEST_DOMAINS,
  JOB_TITLES,
  OFFICES,
  SURNAMES,
} from './sample-names.ts';
import type { AppRole, Tenant, TenantGroup, TenantUser } from './tenant.ts';

export interface OrganisationSize {
  readonly users: number;
  readonly groups: number;
  /** Memberships in all groups together. */
  readonly members: number;
}

const DOMAIN = 'nordhafen.example';
/** One person in so many is a guest from another organisation. */
const GUEST_EVERY = 40;
/** How many people report to one manager. */
const REPORTS_PER_MANAGER = 8;
/** One person in so many holds the application's first role; nearly all others hold the last. */
const FIRST_ROLE_EVERY = 50;

/** Everybody is enabled and in scope, so `size.users` people, and not fewer, are provisioned. */
export function sampleOrganisation(size: OrganisationSize, seed: number): Tenant {
  if (size.members > size.users * size.groups) {
    throw new RangeError(
      `${size.groups} groups of ${size.users} people have room for ${size.users * size.groups} memberships, not for ${size.members}`,
    );
  }
  const random = seededRandom(seed);
  const appRoles = sampleRoles(random);
  const tenantId = random.guid();
  const users = sampleUsers(size.users, random);
  const groups = sampleGroups(size, [...users.keys()], random);
  return { tenantId, domain: DOMAIN, scope: 'assigned', appRoles, users, groups };
}

export function sampleRoles(random: Random): AppRole[] {
  return ['admin', 'developer', 'viewer'].map((value) => ({
    id: random.guid(),
    value,
    displayName: value.charAt(0).toUpperCase() + value.slice(1),
  }));
}

function sampleUsers(count: number, random: Random): Map<string, TenantUser> {
  const taken = new Map<string, number>();
  const ids: string[] = [];
  const users = new Map<string, TenantUser>();
  for (let position = 0; position < count; position++) {
    const managerId = position === 0 ? undefined : ids[Math.floor((position - 1) / REPORTS_PER_MANAGER)];
    const user = sampleUser(position, managerId, taken, random);
    ids.push(user.objectId);
    users.set(user.objectId, user);
  }
  return users;
}

/** One more person, for whom nothing but the position in the list is known. Also the new hires of the stories. */
export function sampleUser(
  position: number,
  managerId: string | undefined,
  taken: Map<string, number>,
  random: Random,
): TenantUser {
  const [givenName, plainGiven] = random.pick(GIVEN_NAMES);
  const [surname, plainSurname] = random.pick(SURNAMES);
  const nickname = uniqueName(`${plainGiven}.${plainSurname}`, taken);
  const isGuest = position % GUEST_EVERY === GUEST_EVERY - 1;
  const address = `${nickname}@${isGuest ? random.pick(GUEST_DOMAINS) : DOMAIN}`;
  const office = random.pick(OFFICES);
  const digits = String(position).padStart(4, '0');
  return {
    objectId: random.guid(),
    userType: isGuest ? 'Guest' : 'Member',
    userPrincipalName: isGuest ? `${address.replace('@', '_')}#EXT#@${DOMAIN}` : address,
    displayName: `${givenName} ${surname}`,
    givenName,
    surname,
    mail: address,
    mailNickname: nickname,
    jobTitle: random.pick(JOB_TITLES),
    department: random.pick(DEPARTMENTS),
    ...(isGuest ? {} : { employeeId: `N-${String(10_000 + position)}` }),
    ...(managerId === undefined ? {} : { managerId }),
    telephoneNumber: `${office.dialling} ${digits}`,
    ...(random.chance(0.6) ? { mobile: `${office.dialling} 9${digits}` } : {}),
    ...(random.chance(0.05) ? { facsimileTelephoneNumber: `${office.dialling} 8${digits}` } : {}),
    physicalDeliveryOfficeName: office.name,
    streetAddress: `${random.pick(office.streets)} ${1 + random.below(80)}`,
    city: office.city,
    ...(office.state === undefined ? {} : { state: office.state }),
    postalCode: office.postalCode,
    country: office.country,
    preferredLanguage: office.language,
    accountEnabled: true,
    appRoles: position % FIRST_ROLE_EVERY === 0 ? ['admin'] : [random.chance(0.2) ? 'developer' : 'viewer'],
    assigned: true,
    softDeleted: false,
  };
}

function uniqueName(name: string, taken: Map<string, number>): string {
  const uses = (taken.get(name) ?? 0) + 1;
  taken.set(name, uses);
  return uses === 1 ? name : `${name}${uses}`;
}

function sampleGroups(size: OrganisationSize, userIds: string[], random: Random): Map<string, TenantGroup> {
  const groups = new Map<string, TenantGroup>();
  const sizes = groupSizes(size);
  const order = shuffled(userIds, random);
  for (let position = 0; position < size.groups; position++) {
    const offset = random.below(Math.max(1, order.length));
    const memberIds = new Set<string>();
    for (let step = 0; step < sizes[position]!; step++) memberIds.add(order[(offset + step) % order.length]!);
    const objectId = random.guid();
    groups.set(objectId, { objectId, displayName: groupName(position), memberIds, assigned: true });
  }
  return groups;
}

function groupName(position: number): string {
  const subject = GROUP_SUBJECTS[position % GROUP_SUBJECTS.length]!;
  const row = Math.floor(position / GROUP_SUBJECTS.length);
  const kind = GROUP_KINDS[row % GROUP_KINDS.length]!;
  const round = Math.floor(row / GROUP_KINDS.length);
  return round === 0 ? `${subject}${kind}` : `${subject}${kind} ${round + 1}`;
}

/** As in life: the first groups are large, the others get smaller. Together exactly `size.members`. */
function groupSizes(size: OrganisationSize): number[] {
  const weights = Array.from({ length: size.groups }, (_, position) => 1 / (position + 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = weights.map((weight) => Math.min(size.users, Math.floor((size.members * weight) / total)));
  let left = size.members - sizes.reduce((sum, one) => sum + one, 0);
  for (let position = 0; left > 0; position = (position + 1) % sizes.length) {
    const room = Math.min(left, size.users - sizes[position]!, Math.max(1, Math.floor(left / sizes.length)));
    sizes[position]! += room;
    left -= room;
  }
  return sizes;
}
