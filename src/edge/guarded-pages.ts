// Pages outside /api that ask for a permission. A browser comes here with its session; whoever has none is led to signing in.
// The table of roles, docs/permissions.md and a test have them beside the routes of the API.

import type { Needs } from './admin/permissions.ts';
import { DISCOVER_PATH } from './oidc/addresses.ts';

export interface GuardedPage {
  readonly path: string;
  readonly needs: Exclude<Needs, string>;
}

/** Whoever sets a provider up, or writes its rules, may see what it sends. */
export const discoverClaims: GuardedPage = {
  path: DISCOVER_PATH,
  needs: {
    oneOf: [
      { resource: 'mappings', operation: 'apply' },
      { resource: 'providers', operation: 'edit' },
    ],
  },
};

export const guardedPages: readonly GuardedPage[] = [discoverClaims];
