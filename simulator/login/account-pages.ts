// The pages on which a person decides: which account, whether to consent, and what went wrong. Every decision is a link,
// so they work without scripts.

import { htmlReply, type Reply } from '../http-message.ts';
import type { TenantUser } from '../tenant.ts';
import type { EntraError } from './aadsts.ts';
import type { ReturnTarget } from './authorize-request.ts';
import { reportError } from './error-text.ts';
import type { Account, LoginState } from './login-state.ts';
import { escaped, layout } from './page-layout.ts';

const SHOWN_ACCOUNTS = 50;
/** From this many on, a search field is worth its place. */
const SEARCHED_FROM = 8;

/** The same request again, with a decision added. */
function again(parameters: URLSearchParams, decision: Readonly<Record<string, string>>): string {
  const next = new URLSearchParams(parameters);
  for (const name of ['sim_search', 'sim_consent', 'sim_cancel']) next.delete(name);
  for (const [name, value] of Object.entries(decision)) next.set(name, value);
  return `?${escaped(next.toString())}`;
}

export function accountPage(state: LoginState, target: ReturnTarget, parameters: URLSearchParams): Reply {
  const search = parameters.get('sim_search') ?? '';
  const tenants =
    target.authority.kind === 'tenant' ? [target.authority.tenant] : [...state.tenants.values()];
  const accounts = tenants
    .flatMap((tenant) => [...tenant.users.values()])
    .filter((user) => !user.softDeleted);
  const found = accounts.filter((user) => matches(user, search.trim().toLowerCase()));
  const rows = found.slice(0, SHOWN_ACCOUNTS).map((user) => {
    const about = [user.userPrincipalName, user.jobTitle, user.accountEnabled ? null : 'disabled'];
    const words = about.filter((word) => word !== null && word !== undefined).join(' · ');
    return `<li><a href="${again(parameters, { sim_user: user.objectId })}">${escaped(user.displayName)}<br>
<span class="soft">${escaped(words)}</span></a></li>`;
  });
  const more = found.length > SHOWN_ACCOUNTS ? `Showing ${SHOWN_ACCOUNTS} of ${found.length}.` : '';
  const none = found.length === 0 ? 'Nobody has that name.' : '';
  const body = `<h1>Pick an account</h1><p>to continue to <strong>${escaped(target.app.displayName)}</strong></p>
${accounts.length >= SEARCHED_FROM ? searchForm(parameters, search) : ''}
<ul class="accounts">${rows.join('')}</ul><p class="soft">${more}${none}</p>
<p><a href="${again(parameters, { sim_cancel: '1' })}">Cancel</a></p>`;
  return htmlReply(200, layout('Sign in', body));
}

function searchForm(parameters: URLSearchParams, search: string): string {
  const hidden = [...parameters]
    .filter(([name]) => name !== 'sim_search')
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`);
  return `<form class="search" method="get">${hidden.join('')}
<input type="search" name="sim_search" value="${escaped(search)}" placeholder="Name or address" aria-label="Search" autofocus>
<button>Search</button></form>`;
}

function matches(user: TenantUser, search: string): boolean {
  const names = [user.displayName, user.userPrincipalName, user.mail ?? '', user.objectId];
  return names.some((name) => name.toLowerCase().includes(search));
}

export function consentPage(account: Account, target: ReturnTarget, parameters: URLSearchParams): Reply {
  const scopes = (parameters.get('scope') ?? '').split(' ').map((scope) => `<li>${escaped(scope)}</li>`);
  const decide = (decision: string): string =>
    again(parameters, { sim_user: account.user.objectId, sim_consent: decision });
  const body = `<h1>Permissions requested</h1>
<p><strong>${escaped(target.app.displayName)}</strong> would like, for ${escaped(account.user.userPrincipalName)}:</p>
<ul>${scopes.join('')}</ul>
<p><a class="button" href="${decide('accept')}">Accept</a>
<a class="button quiet" href="${decide('decline')}">Decline</a></p>`;
  return htmlReply(200, layout('Permissions requested', body));
}

export function errorPage(state: LoginState, error: EntraError, correlationId?: string): Reply {
  const report = reportError(state, error, correlationId);
  const body = `<h1>This sign-in cannot go on</h1><pre>${escaped(report.description)}</pre>
<p class="soft">Nothing was sent back to the application: where to send it could not be trusted.</p>`;
  return htmlReply(400, layout('Sign-in error', body));
}
