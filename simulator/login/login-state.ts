// Everything a running sign-in service remembers, in one place: tenants and applications as they are now, who is signed
// in, codes and refresh tokens given, and what was ordered for the next request. Owns the look-ups over it.

import type { SimulatorClock } from '../clock.ts';
import type { DeltaRounds } from '../graph/delta-rounds.ts';
import type { Throttle } from '../graph/throttle.ts';
import type { Provisioning } from '../provisioning.ts';
import type { Random } from '../random.ts';
import { keepRecycleBin } from '../recycle-bin.ts';
import type { Tenant, TenantUser } from '../tenant.ts';
import { findUser } from '../tenant-access.ts';
import type { Vanished } from '../tenant-changes.ts';
import type { AppRegistration } from './app-registration.ts';
import type { Cloud } from './cloud.ts';
import type { Faults } from './faults.ts';
import type { Lifetimes } from './lifetimes.ts';
import type { KeyRing } from './signing-keys.ts';
import type { WrongTokenName } from './wrong-tokens.ts';

/** One browser that is signed in; the applications are told its `sid`. */
export interface BrowserSession {
  readonly id: string;
  readonly sid: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly signedInAt: number;
  readonly hasMfa: boolean;
  /** Applications that were signed in to; the ones to tell of the end. */
  readonly clientIds: Set<string>;
}

/** What a sign-in gave an application the right to. */
export interface Grant {
  readonly clientId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly sid: string;
  readonly signedInAt: number;
  readonly hasMfa: boolean;
  /** Set by an administrator's "revoke sessions". */
  isRevoked: boolean;
}

export interface CodeGrant extends Grant {
  readonly redirectUri: string;
  readonly nonce: string | null;
  readonly challenge: { readonly value: string; readonly method: 'S256' | 'plain' } | null;
  readonly expiresAt: number;
  isRedeemed: boolean;
}

export interface RefreshGrant extends Grant {
  readonly expiresAt: number;
}

/** Conditional Access for one person. */
export interface Policy {
  readonly isBlocked: boolean;
  readonly requiresMfa: boolean;
  /** Null without a limit. */
  readonly signInFrequencyMs: number | null;
}

export const NO_POLICY: Policy = { isBlocked: false, requiresMfa: false, signInFrequencyMs: null };

export interface LoginState {
  /** Base of the endpoints, without a slash at its end. */
  readonly url: string;
  /** Base of the issuers: the same, except where a cloud issues under another host than it serves. */
  readonly issuerUrl: string;
  readonly graphUrl: string;
  readonly cloud: Cloud;
  readonly clock: SimulatorClock;
  readonly lifetimes: Lifetimes;
  readonly random: Random;
  readonly keys: KeyRing;
  readonly faults: Faults;
  /** By tenant id, in the order they were set up. */
  readonly tenants: Map<string, Tenant>;
  /** By client id. */
  readonly apps: Map<string, AppRegistration>;
  /** By the value of the cookie. */
  readonly sessions: Map<string, BrowserSession>;
  readonly codes: Map<string, CodeGrant>;
  readonly refreshTokens: Map<string, RefreshGrant>;
  /** By object id of the person. */
  readonly policies: Map<string, Policy>;
  readonly next: Next;
  readonly throttle: Throttle;
  readonly deltas: DeltaRounds;
  /** Tenants as they were, by the name they were kept under. */
  readonly snapshots: Map<string, Tenant>;
  /** People taken away by order and not yet back. */
  vanished: readonly Vanished[];
  /** What provisions from the first tenant; null while nothing does. */
  provisioning: Provisioning | null;
  /** What was asked, oldest first, as far as it is kept. */
  readonly log: LoggedRequest[];
}

export interface LoggedRequest {
  readonly method: string;
  /** With the query; what a form carried is not kept. */
  readonly target: string;
  /** Null where the request was left without an answer. */
  readonly status: number | null;
}

/** Orders for the sign-in and the ID token that come next. */
export interface Next {
  user: string | null;
  wrongToken: WrongTokenName | null;
}

export interface Account {
  readonly tenant: Tenant;
  readonly user: TenantUser;
}

/** What the optional claim `login_hint` carries: opaque to applications, an account to us. */
export function loginHintOf(account: Account): string {
  return `O.${Buffer.from(`${account.user.objectId}@${account.tenant.tenantId}`).toString('base64url')}`;
}

/** By object id, user name, mail or `login_hint`; in the tenant that is preferred first, then in the others. */
export function findAccount(
  state: LoginState,
  name: string,
  preferredTenantId: string | null,
): Account | null {
  const wanted = name.startsWith('O.')
    ? Buffer.from(name.slice(2), 'base64url').toString('utf8').split('@')[0]!
    : name;
  const preferred = preferredTenantId === null ? undefined : state.tenants.get(preferredTenantId);
  for (const tenant of preferred ? [preferred, ...state.tenants.values()] : state.tenants.values()) {
    const user = findUser(tenant, wanted);
    if (user) return { tenant, user };
  }
  return null;
}

/** What time does to directories. Called whenever one has changed, and before anybody looks at one. */
export function settleTenants(state: LoginState): void {
  for (const tenant of state.tenants.values()) {
    const settled = keepRecycleBin(tenant, state.clock.now());
    if (settled !== tenant) state.tenants.set(tenant.tenantId, settled);
  }
}

export function accountOf(state: LoginState, tenantId: string, userId: string): Account | null {
  const tenant = state.tenants.get(tenantId);
  const user = tenant?.users.get(userId);
  return tenant && user ? { tenant, user } : null;
}
