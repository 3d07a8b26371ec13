// Every page of the portal, by its address below /portal.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { parseSearch, stringifySearch, texts } from '../../dashboard/address.ts';
import { Shell } from './frame/shell.tsx';
import { NotHere } from './ui/shown.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotHere });

type Page = () => Promise<{ default: ComponentType }>;

function page(path: string, load: Page, ...names: readonly string[]) {
  return createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load),
    validateSearch: texts(...names),
  });
}

const application = '/enterprise-applications/bifrost';
const provisioning = `${application}/provisioning`;

const routeTree = root.addChildren([
  page('/', () => import('./pages/home.tsx')),
  page('/users', () => import('./pages/users.tsx'), 'search'),
  page('/users/$user', () => import('./pages/user.tsx')),
  page('/deleted-users', () => import('./pages/deleted-users.tsx'), 'search'),
  page('/groups', () => import('./pages/groups.tsx'), 'search'),
  page('/groups/$group', () => import('./pages/group.tsx')),
  page('/enterprise-applications', () => import('./pages/applications.tsx')),
  page(application, () => import('./pages/application.tsx')),
  page(`${application}/users-and-groups`, () => import('./pages/users-and-groups.tsx'), 'search'),
  page(provisioning, () => import('./pages/provisioning.tsx')),
  page(`${provisioning}/settings`, () => import('./pages/provisioning-settings.tsx')),
  page(`${provisioning}/mappings/$kind`, () => import('./pages/mapping.tsx')),
  page(`${provisioning}/on-demand`, () => import('./pages/on-demand.tsx'), 'search', 'kind', 'selected'),
  page(
    `${provisioning}/logs`,
    () => import('./pages/logs.tsx'),
    'search',
    'status',
    'action',
    'entry',
    'identity',
  ),
]);

export const router = createRouter({
  routeTree,
  basepath: '/portal',
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
});
