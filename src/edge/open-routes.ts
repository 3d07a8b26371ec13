// The addresses that ask for no permission, each with the reason. Everything else that is mounted stands in the table of
// the admin API with what it needs; a test compares both with what is really mounted.

interface OpenRoute {
  /** As it is mounted; `/*` at the end stands for itself and all behind it. */
  readonly path: string;
  readonly why: string;
}

export const openRoutes: readonly OpenRoute[] = [
  { path: '/api/openapi.json', why: 'describes the API and holds nothing of what is kept here' },
  { path: '/scim/v2/*', why: 'asks for a provisioning token, which names the provider, instead' },
  { path: '/healthz', why: 'says to whoever watches over the process that it lives' },
  { path: '/readyz', why: 'says to the load balancer that the storage answers' },
  { path: '/metrics', why: 'counts, without names; for a scraper in the same network' },
];

export function isOpenRoute(path: string): boolean {
  return openRoutes.some((each) => {
    const base = each.path.replace(/\/\*$/, '');
    return path === base || (base !== each.path && path.startsWith(`${base}/`));
  });
}
