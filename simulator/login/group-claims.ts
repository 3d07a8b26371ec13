// The claims `groups` and `roles`, and the pointer that takes the place of `groups` when there are too many.

import type { TenantGroup } from '../tenant.ts';
import { appRolesOf, assignedGroups, transitiveGroups } from '../tenant-access.ts';
import { type AppRegistration, hasProperty, optionalClaim } from './app-registration.ts';
import type { Account, LoginState } from './login-state.ts';
import type { Claims } from './token-draft.ts';

/** More than this, and a JWT carries no group at all. */
const MOST_GROUPS = 200;

export function groupAndRoleClaims(state: LoginState, account: Account, app: AppRegistration): Claims {
  const { tenant, user } = account;
  const roles = app.ownsAssignments ? appRolesOf(tenant, user) : [];
  const rolesClaim = roles.length === 0 ? {} : { roles };
  if (app.groupMembershipClaims === null) return rolesClaim;
  const groups = groupsFor(account, app);
  if (groups.length > MOST_GROUPS) return { ...rolesClaim, ...overage(state, account) };
  if (groups.length === 0) return rolesClaim;
  const settings = optionalClaim(app, 'groups');
  // Names can be chosen by whoever may make groups, so Entra gives them only for assigned ones.
  const values = groups.map((group) =>
    group.assigned && hasProperty(settings, 'cloud_displayname') ? group.displayName : group.objectId,
  );
  return hasProperty(settings, 'emit_as_roles') ? { roles: values } : { ...rolesClaim, groups: values };
}

function groupsFor({ tenant, user }: Account, app: AppRegistration): TenantGroup[] {
  if (app.groupMembershipClaims === 'ApplicationGroup') {
    return app.ownsAssignments ? assignedGroups(tenant, user.objectId) : [];
  }
  const groups = transitiveGroups(tenant, user.objectId);
  return app.groupMembershipClaims === 'All'
    ? groups
    : groups.filter((group) => group.securityEnabled !== false);
}

/** Points to a service that is retired: clients are to ask Graph for the person instead. */
function overage(state: LoginState, { tenant, user }: Account): Claims {
  const endpoint = `https://${state.cloud.retiredGraphHost}/${tenant.tenantId}/users/${user.objectId}/getMemberObjects`;
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
}
