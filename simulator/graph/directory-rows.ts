// How people and groups look in Graph: all that they have, what is shown without `$select`, and what is left of somebody whom the
// caller may not read.

import type { TenantGroup, TenantUser } from '../tenant.ts';
import { type GraphCall, selected } from './graph-call.ts';

export type Row = Readonly<Record<string, unknown>>;

/** `accountEnabled` is not among them: who wants to know has to ask. */
export const USER_DEFAULTS = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

export const GROUP_DEFAULTS = [
  'id',
  'displayName',
  'securityEnabled',
  'mailEnabled',
  'groupTypes',
  'visibility',
];

const READS_PEOPLE = ['User.Read.All', 'Directory.Read.All'];

export function showUser(user: TenantUser): Row {
  return {
    id: user.objectId,
    accountEnabled: user.accountEnabled,
    businessPhones: user.telephoneNumber === undefined ? [] : [user.telephoneNumber],
    city: user.city,
    country: user.country,
    department: user.department,
    displayName: user.displayName,
    employeeId: user.employeeId,
    faxNumber: user.facsimileTelephoneNumber,
    givenName: user.givenName,
    jobTitle: user.jobTitle,
    mail: user.mail,
    mailNickname: user.mailNickname,
    mobilePhone: user.mobile,
    officeLocation: user.physicalDeliveryOfficeName,
    postalCode: user.postalCode,
    preferredLanguage: user.preferredLanguage,
    state: user.state,
    streetAddress: user.streetAddress,
    surname: user.surname,
    userPrincipalName: user.userPrincipalName,
    userType: user.userType,
  };
}

export function showGroup(group: TenantGroup): Row {
  return {
    id: group.objectId,
    displayName: group.displayName,
    securityEnabled: group.securityEnabled !== false,
    mailEnabled: group.securityEnabled === false,
    groupTypes: [],
    visibility: group.hiddenMembership ? 'HiddenMembership' : null,
  };
}

/** One row of a list of several types. */
export function showTypedGroup(call: GraphCall, group: TenantGroup): Row {
  return {
    '@odata.type': '#microsoft.graph.group',
    ...selected(call, showGroup(group), GROUP_DEFAULTS).values,
  };
}

/** Without a permission for people: type and id, and null for the rest, which then means "not for you" and nothing else. */
export function showTypedUser(call: GraphCall, user: TenantUser): Row {
  const { values } = selected(call, showUser(user), USER_DEFAULTS);
  const mayRead = READS_PEOPLE.some((permission) => call.caller.permissions.includes(permission));
  const shown = mayRead ? values : Object.fromEntries(Object.keys(values).map((name) => [name, null]));
  return { '@odata.type': '#microsoft.graph.user', ...shown, id: user.objectId };
}
