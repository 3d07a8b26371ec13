// An application as the portal knows it: the registration and its enterprise application in one, and the registrations
// a simulated tenant starts with. Assignments of people and groups are the tenant's (`tenant.ts`).

import type { Random } from '../random.ts';

export interface AppSecret {
  readonly id: string;
  readonly displayName: string;
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** As in the manifest; known additional properties are those of `email`, `upn` and `groups`. */
export interface OptionalClaim {
  readonly name: string;
  readonly additionalProperties?: readonly string[];
}

export interface AppRegistration {
  readonly clientId: string;
  readonly servicePrincipalId: string;
  readonly homeTenantId: string;
  readonly displayName: string;
  readonly signInAudience: 'AzureADMyOrg' | 'AzureADMultipleOrgs';
  readonly redirectUris: readonly string[];
  /** Where front-channel logout is announced. */
  readonly logoutUrl: string | null;
  readonly secrets: readonly AppSecret[];
  readonly groupMembershipClaims: null | 'SecurityGroup' | 'ApplicationGroup' | 'All';
  /** Of ID tokens. */
  readonly optionalClaims: readonly OptionalClaim[];
  readonly requestedAccessTokenVersion: 1 | 2;
  readonly appRoleAssignmentRequired: boolean;
  /** The enterprise application's "Enabled for users to sign in". */
  readonly accountEnabled: boolean;
  /** The tenant keeps the assignments of one application only; another one lets everybody in and knows no roles. */
  readonly ownsAssignments: boolean;
  /** Application permissions of Graph that the registration asks for, and those an administrator has granted. */
  readonly requestedPermissions: readonly string[];
  readonly grantedPermissions: readonly string[];
  /** What still has to be consented to before anybody can sign in. */
  readonly consentMissing: null | 'user' | 'admin';
  /** Publishes its keys with `?appid=` only, as applications with claims mapping do. */
  readonly hasOwnSigningKey: boolean;
  /** The documentation contradicts itself about ID tokens that come with a refresh; a client must bear all three. */
  readonly refreshedIdTokens: 'signed' | 'unsigned' | 'absent';
}

/** Everything Bifrost reads, and nothing that writes. */
const PERMISSIONS = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];
const SECRET_LIFE_MS = 180 * 24 * 3_600_000;

function newSecret(random: Random, displayName: string, expiresAt: number): AppSecret {
  const value = `sim8Q~${random.guid().replaceAll('-', '')}.${random.below(100)}`;
  return { id: random.guid(), displayName, value, expiresAt };
}

export function newRegistration(
  random: Random,
  now: number,
  given: Pick<AppRegistration, 'homeTenantId' | 'displayName' | 'redirectUris' | 'ownsAssignments'>,
): AppRegistration {
  return {
    clientId: random.guid(),
    servicePrincipalId: random.guid(),
    signInAudience: 'AzureADMyOrg',
    logoutUrl: null,
    secrets: [newSecret(random, 'made at the start', now + SECRET_LIFE_MS)],
    groupMembershipClaims: 'ApplicationGroup',
    optionalClaims: ['email', 'upn', 'sid', 'login_hint', 'acct'].map((name) => ({ name })),
    requestedAccessTokenVersion: 2,
    appRoleAssignmentRequired: given.ownsAssignments,
    accountEnabled: true,
    requestedPermissions: PERMISSIONS,
    grantedPermissions: PERMISSIONS,
    consentMissing: null,
    hasOwnSigningKey: false,
    refreshedIdTokens: 'signed',
    ...given,
  };
}

export function optionalClaim(app: AppRegistration, name: string): OptionalClaim | null {
  return app.optionalClaims.find((claim) => claim.name === name) ?? null;
}

export function hasProperty(claim: OptionalClaim | null, property: string): boolean {
  return claim?.additionalProperties?.includes(property) ?? false;
}
