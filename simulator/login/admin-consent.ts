// The admin consent endpoint: an administrator grants an application everything that it asks for, or refuses.

import { htmlReply, parametersOf, type Reply, redirectReply, type SimRequest } from '../http-message.ts';
import { EntraError } from './aadsts.ts';
import { errorPage } from './account-pages.ts';
import type { AppRegistration } from './app-registration.ts';
import { type Authority, readApp, readAuthority, tenantIdOf } from './authority.ts';
import type { LoginState } from './login-state.ts';
import { escaped, layout } from './page-layout.ts';

/** `sim_decision` is `accept` or `refuse`; without it a page asks. */
export function adminConsent(state: LoginState, request: SimRequest, segment: string): Reply {
  const parameters = parametersOf(request);
  try {
    const authority = readAuthority(state, segment);
    const app = readApp(state, authority, parameters.get('client_id'));
    const redirectUri = parameters.get('redirect_uri') ?? app.redirectUris[0] ?? '';
    if (!app.redirectUris.includes(redirectUri)) {
      throw new EntraError('redirectUriUnknown', { redirectUri, clientId: app.clientId });
    }
    const decision = parameters.get('sim_decision');
    if (decision === null) return decisionPage(app, parameters);
    return decided(state, authority, app, { redirectUri, decision, echoed: parameters.get('state') });
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    return errorPage(state, error);
  }
}

interface Decision {
  readonly redirectUri: string;
  readonly decision: string;
  readonly echoed: string | null;
}

function decided(
  state: LoginState,
  authority: Authority,
  app: AppRegistration,
  { redirectUri, decision, echoed }: Decision,
): Reply {
  const back = new URL(redirectUri);
  if (decision === 'accept') {
    const grantedPermissions = [...new Set([...app.grantedPermissions, ...app.requestedPermissions])];
    state.apps.set(app.clientId, { ...app, grantedPermissions, consentMissing: null });
    back.searchParams.set('admin_consent', 'True');
    back.searchParams.set('tenant', tenantIdOf(authority) ?? app.homeTenantId);
  } else {
    back.searchParams.set('error', 'permission_denied');
    back.searchParams.set('error_description', 'The admin canceled the request');
  }
  if (echoed !== null) back.searchParams.set('state', echoed);
  return redirectReply(back.href);
}

function decisionPage(app: AppRegistration, parameters: URLSearchParams): Reply {
  const decide = (decision: string): string => {
    const next = new URLSearchParams(parameters);
    next.set('sim_decision', decision);
    return `?${escaped(next.toString())}`;
  };
  const permissions = app.requestedPermissions.map((one) => `<li><code>${escaped(one)}</code></li>`);
  const body = `<h1>Permissions requested</h1>
<p>Review for your organization: <strong>${escaped(app.displayName)}</strong> asks for</p>
<ul>${permissions.join('')}</ul>
<p><a class="button" href="${decide('accept')}">Accept</a>
<a class="button quiet" href="${decide('refuse')}">Cancel</a></p>`;
  return htmlReply(200, layout('Permissions requested', body));
}
