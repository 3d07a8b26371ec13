// Every page of the portal, by its address below /portal.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { parseSearch, stringifySearch, texts } from '../../dashboard/address.ts';
import { Shell } from './frame/shell.tsx';
import { mappingPlace, places } from './places.ts';
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

const routeTree = root.addChildren([
  page(places.directory.to, () => import('./pages/home.tsx')),
  page(places.users.to, () => import('./pages/users.tsx'), 'search'),
  page(`${places.users.to}/$user`, () => import('./pages/user.tsx')),
  page(places.deletedUsers.to, () => import('./pages/deleted-users.tsx'), 'search'),
  page(places.groups.to, () => import('./pages/groups.tsx'), 'search'),
  page(`${places.groups.to}/$group`, () => import('./pages/group.tsx')),
  page(places.applications.to, () => import('./pages/applications.tsx')),
  page(places.application.to, () => import('./pages/application.tsx')),
  page(places.assignments.to, () => import('./pages/users-and-groups.tsx'), 'search'),
  page(places.provisioning.to, () => import('./pages/provisioning.tsx')),
  page(places.settings.to, () => import('./pages/provisioning-settings.tsx')),
  page(mappingPlace('$kind'), () => import('./pages/mapping.tsx')),
  page(places.onDemand.to, () => import('./pages/on-demand.tsx'), 'search', 'kind', 'selected'),
  page(places.logs.to, () => import('./pages/logs.tsx'), 'search', 'status', 'action', 'entry', 'identity'),
]);

export const router = createRouter({
  routeTree,
  basepath: '/portal',
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
});
