// The addresses that ask for no permission, each with the reason. Everything else that is mounted stands in the table of
// the admin API with what it needs; a test compares both with what is really mounted.

import { EVIDENCE_KEYS_PATH } from '../evidence/signing.ts';
import { dashboardPaths } from './dashboard.ts';

interface OpenRoute {
  /** As it is mounted; `/*` at the end stands for itself and all behind it. */
  readonly path: string;
  readonly why: string;
}

export const openRoutes: readonly OpenRoute[] = [
  { path: '/api/openapi.json', why: 'describes the API and holds nothing of what is kept here' },
  {
    path: '/api/forward-auth/*',
    why: 'asks for the session of a visitor, or for an API key that may ask for access, by itself',
  },
  { path: '/scim/v2/*', why: 'asks for a provisioning token, which names the provider, instead' },
  { path: '/account', why: 'says who is signed in, and leads everybody else to signing in' },
  ...dashboardPaths.map((path) => ({
    path,
    why: 'is the dashboard: a page without content for whoever is signed in, which asks the API for the rest',
  })),
  { path: '/assets/*', why: 'is what the dashboard is made of, the same for everybody' },
  { path: '/login', why: 'is where people become somebody' },
  {
    path: '/login/front-channel-logout',
    why: 'is what a provider knows to call, and ends only what it can name',
  },
  { path: '/logout', why: 'ends the session that comes with it' },
  { path: '/setup', why: 'asks for the secret of the set-up link' },
  { path: '/sign-in/*', why: 'is the style and the scripts of these pages' },
  {
    path: '/workspace/scim/oauth-discover-callback',
    why: 'answers only who has begun it, and signs nobody in',
  },
  {
    path: `${EVIDENCE_KEYS_PATH}/*`,
    why: 'has the public keys with which anybody checks evidence that was handed to them',
  },
  { path: '/healthz', why: 'says to whoever watches over the process that it lives' },
  { path: '/readyz', why: 'says to the load balancer that the storage answers' },
  {
    path: '/metrics',
    why: 'answers this machine and the networks of BIFROST_METRICS_NETWORKS; others need an API key with system:read',
  },
];

export function isOpenRoute(path: string): boolean {
  return openRoutes.some((each) => {
    const base = each.path.replace(/\/\*$/, '');
    return path === base || (base !== each.path && path.startsWith(`${base}/`));
  });
}
