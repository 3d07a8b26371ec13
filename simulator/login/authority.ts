// The first segment of a path: which tenant, or which of the three shared endpoints, and where an application may be used.

import type { Tenant } from '../tenant.ts';
import { EntraError } from './aadsts.ts';
import type { AppRegistration } from './app-registration.ts';
import type { LoginState } from './login-state.ts';

export type Authority =
  | { readonly kind: 'tenant'; readonly tenant: Tenant }
  | { readonly kind: 'shared'; readonly segment: string };

const SHARED: readonly string[] = ['common', 'organizations', 'consumers'];

/** The tenant of all personal accounts, the same in every cloud. */
export const CONSUMER_TENANT_ID = '9188040d-6c67-4c5b-b112-36a304b66dad';

export function readAuthority(state: LoginState, segment: string): Authority {
  const wanted = segment.toLowerCase();
  if (SHARED.includes(wanted)) return { kind: 'shared', segment: wanted };
  for (const tenant of state.tenants.values()) {
    if (tenant.tenantId === wanted || tenant.domain === wanted) return { kind: 'tenant', tenant };
  }
  throw new EntraError('tenantUnknown', { tenant: segment });
}

/** Null on the shared endpoints, where the account that signs in decides. */
export function tenantIdOf(authority: Authority): string | null {
  return authority.kind === 'tenant' ? authority.tenant.tenantId : null;
}

/** What stands for the tenant in issuers: its id, or the literal template that clients have to fill. */
export function issuerTenant(authority: Authority): string {
  if (authority.kind === 'tenant') return authority.tenant.tenantId;
  return authority.segment === 'consumers' ? CONSUMER_TENANT_ID : '{tenantid}';
}

export function issuerOf(state: LoginState, tenantId: string, version: 1 | 2): string {
  // The v1.0 form is that of sts.windows.net: no version, and a slash at the end.
  return version === 2 ? `${state.issuerUrl}/${tenantId}/v2.0` : `${state.issuerUrl}/${tenantId}/`;
}

/** The application, if it may be used at this authority. */
export function readApp(state: LoginState, authority: Authority, clientId: string | null): AppRegistration {
  if (!clientId) throw new EntraError('parameterMissing', { name: 'client_id' });
  const app = state.apps.get(clientId);
  const isShared = authority.kind === 'shared';
  const where = isShared ? authority.segment : authority.tenant.tenantId;
  const isElsewhere =
    app?.signInAudience === 'AzureADMyOrg' && !isShared && app.homeTenantId !== authority.tenant.tenantId;
  if (!app || isElsewhere) throw new EntraError('appUnknown', { clientId, tenant: where });
  if (isShared && app.signInAudience === 'AzureADMyOrg')
    throw new EntraError('singleTenantApp', { clientId });
  return app;
}
