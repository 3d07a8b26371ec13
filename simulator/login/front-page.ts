// The page at the root: what the service offers to programs, and what to enter in Bifrost. What people do is on the portal's pages.

import { CONTROL_ROUTES } from './control-api.ts';
import type { LoginState } from './login-state.ts';
import { escaped, layout } from './page-layout.ts';

/** The provider that a Bifrost in development mode is given, as in its configuration file. */
function bifrostConfiguration(state: LoginState): unknown {
  const [tenantId] = [...state.tenants.keys()];
  const [app] = [...state.apps.values()];
  return {
    providers: [
      {
        name: 'entra',
        kind: 'entra',
        tenantId,
        clientId: app?.clientId,
        clientSecret: app?.secrets[0]?.value,
        authorityUrl: state.url,
        graphUrl: state.graphUrl,
        // Without a rule that gives a role nobody comes in.
        attributeRoleMappings: [
          { attribute: 'roles', value: 'admin', role: 'Admin' },
          { attribute: 'roles', value: 'developer', role: 'Developer' },
          { attribute: 'roles', value: 'viewer', role: 'Viewer' },
        ],
      },
    ],
  };
}

export function frontPage(state: LoginState): string {
  const [tenant, attacker] = [...state.tenants.values()];
  const [app] = [...state.apps.values()];
  const base = `${state.url}/${tenant?.tenantId}`;
  const rows: [string, string][] = [
    ['Tenant ID', tenant?.tenantId ?? ''],
    ['Domain', tenant?.domain ?? ''],
    ['Client ID', app?.clientId ?? ''],
    ['Client secret', app?.secrets[0]?.value ?? ''],
    ['Base of sign-in', state.url],
    ['Base of Graph', state.graphUrl],
    ['Redirect URIs', app?.redirectUris.join(' ') ?? ''],
    ['Front-channel logout', app?.logoutUrl ?? 'none'],
    ['People', `${tenant?.users.size} in ${tenant?.groups.size} groups`],
    ['Second tenant', `${attacker?.tenantId} (${attacker?.domain})`],
  ];
  const links: [string, string][] = [
    ['Discovery v2.0', `${base}/v2.0/.well-known/openid-configuration`],
    ['Discovery v1.0', `${base}/.well-known/openid-configuration`],
    ['Keys', `${base}/discovery/v2.0/keys`],
    ['Sign in', signInLink(base, app?.clientId ?? '', app?.redirectUris[0] ?? '')],
    ['Sign out', `${base}/oauth2/v2.0/logout`],
    ['Admin consent', `${base}/adminconsent?client_id=${app?.clientId}`],
    ['Control API', `${state.url}/control`],
    ['People', `${state.url}/control/users`],
  ];
  const body = `<h1>Local Entra</h1><p class="soft">Sign-in and Graph of a tenant that does not exist.</p>
<p><a class="button" href="${escaped(state.url)}/portal/">Open the portal</a> <span class="soft">people, groups, assignments and provisioning</span></p>
<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd><code>${escaped(value)}</code></dd>`).join('')}</dl>
<p>${links.map(([name, href]) => `<a href="${escaped(href)}">${name}</a>`).join(' · ')}</p>
<h2>In Bifrost</h2><p>Start it with <code>BIFROST_DEVELOPMENT=1</code> and this <code>bifrost.json</code>:</p>
<pre>${escaped(JSON.stringify(bifrostConfiguration(state), null, 2))}</pre>
<h2>Control API</h2><dl>${controlRows()}</dl>`;
  return layout('Overview', body, { wide: true });
}

function signInLink(base: string, clientId: string, redirectUri: string): string {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: redirectUri,
    nonce: 'from-the-overview',
    prompt: 'select_account',
  });
  return `${base}/oauth2/v2.0/authorize?${query}`;
}

function controlRows(): string {
  return Object.entries(CONTROL_ROUTES)
    .map(([route, { says }]) => `<dt><code>${escaped(route)}</code></dt><dd>${escaped(says)}</dd>`)
    .join('');
}
