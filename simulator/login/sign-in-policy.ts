// Whether somebody may sign in, or go on being signed in: account, Conditional Access, assignment. The first no is thrown
// as an error of the table.

import { isAssigned } from '../tenant-access.ts';
import { EntraError } from './aadsts.ts';
import type { AppRegistration } from './app-registration.ts';
import {
  type Account,
  accountOf,
  type Grant,
  type LoginState,
  NO_POLICY,
  type Policy,
} from './login-state.ts';

export function policyOf(state: LoginState, userId: string): Policy {
  return state.policies.get(userId) ?? NO_POLICY;
}

/** `hasMfa` of the sign-in at hand: one at a screen can always do it, a silent one has what its session has. */
export function checkAccount(
  state: LoginState,
  { tenant, user }: Account,
  app: AppRegistration,
  hasMfa: boolean,
): void {
  const facts = { user: user.userPrincipalName, clientId: app.clientId, tenant: tenant.tenantId };
  const policy = policyOf(state, user.objectId);
  if (!app.accountEnabled) throw new EntraError('appDisabled', facts);
  if (user.softDeleted) throw new EntraError('accountMissing', facts);
  if (!user.accountEnabled) throw new EntraError('accountDisabled', facts);
  if (policy.isBlocked) throw new EntraError('conditionalAccess', facts);
  if (policy.requiresMfa && !hasMfa) throw new EntraError('mfaRequired', facts);
  if (app.ownsAssignments && app.appRoleAssignmentRequired && !isAssigned(tenant, user)) {
    throw new EntraError('notAssigned', facts);
  }
}

/** For who comes back with a code or a refresh token, out of anybody's sight. */
export function checkGrant(state: LoginState, grant: Grant, app: AppRegistration): Account {
  const account = accountOf(state, grant.tenantId, grant.userId);
  if (!account) throw new EntraError('accountMissing', { user: grant.userId });
  if (grant.isRevoked) throw new EntraError('grantRevoked');
  const frequencyMs = policyOf(state, grant.userId).signInFrequencyMs;
  if (frequencyMs !== null && state.clock.now() >= grant.signedInAt + frequencyMs) {
    throw new EntraError('signInTooOld');
  }
  if (app.consentMissing !== null) {
    throw new EntraError(app.consentMissing === 'admin' ? 'adminConsentMissing' : 'consentMissing', {
      clientId: app.clientId,
    });
  }
  checkAccount(state, account, app, grant.hasMfa);
  return account;
}
