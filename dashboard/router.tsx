// Every page, by its address. A page is one file of routes/, loaded when it is first opened; the names behind the `?` that it knows
// stand here, so that addresses hold nothing else.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
} from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { parseSearch, stringifySearch, texts } from './address.ts';
import { navigation } from './frame/navigation.ts';
import { Shell } from './frame/shell.tsx';
import { useSession } from './session.tsx';
import { NotFound } from './ui/not-found.tsx';
import { Broken } from './ui/states.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

type Page = () => Promise<{ default: ComponentType }>;

/** Links are plain addresses here; a test opens each of them. */
function page(path: string, load: Page, ...names: readonly string[]) {
  return createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load),
    validateSearch: texts(...names),
  });
}

/** The first page that they may see; whoever may see none is told so by the page of users. */
function Home() {
  const { may } = useSession();
  const first = navigation.flatMap(({ places }) => places).find(({ permissions }) => permissions.some(may));
  return <Navigate to={first?.to ?? '/governance/users'} replace />;
}

const home = createRoute({ getParentRoute: () => root, path: '/', component: Home });
const governance = createRoute({ getParentRoute: () => root, path: '/governance', component: Home });

const provisioning = '/governance/user-provisioning';
const list = ['search', 'sort', 'provider'];

const routeTree = root.addChildren([
  home,
  governance,
  page(provisioning, () => import('./routes/user-provisioning.tsx')),
  page(`${provisioning}/new`, () => import('./routes/new-provider.tsx'), 'kind', 'step', 'provider', 'scim'),
  page(`${provisioning}/$provider`, () => import('./routes/provider.tsx'), 'open'),
  page(`${provisioning}/$provider/attribute-mapping`, () => import('./routes/attribute-mapping.tsx')),
  page(
    `${provisioning}/$provider/history`,
    () => import('./routes/mapping-history.tsx'),
    'ruleset',
    'restore',
  ),
  page(
    '/governance/users',
    () => import('./routes/users.tsx'),
    ...list,
    ...['status', 'role', 'team', 'businessUnit', 'source', 'canSignIn'],
  ),
  page('/governance/users/$user', () => import('./routes/user.tsx'), 'tab', 'open', 'at', 'position'),
  page('/governance/teams', () => import('./routes/teams.tsx'), ...list),
  page('/governance/teams/$target', () => import('./routes/team.tsx'), 'search', 'sort'),
  page('/governance/business-units', () => import('./routes/business-units.tsx'), ...list),
  page('/governance/business-units/$target', () => import('./routes/business-unit.tsx'), 'search', 'sort'),
  page('/governance/roles', () => import('./routes/roles.tsx'), 'search', 'sort'),
  page('/governance/roles/apps', () => import('./routes/app-permissions.tsx')),
  page('/governance/roles/$role', () => import('./routes/role.tsx'), 'tab', 'search'),
  page('/governance/reconciliation', () => import('./routes/reconciliation.tsx'), 'provider', 'state', 'tab'),
  page(
    '/governance/reconciliation/$run',
    () => import('./routes/reconciliation-run.tsx'),
    'category',
    'state',
    'search',
    'tab',
  ),
  page('/governance/import', () => import('./routes/import.tsx'), 'provider', 'by', 'value', 'run'),
  page('/governance/held', () => import('./routes/held.tsx'), 'provider', 'state'),
  page('/governance/held/$batch', () => import('./routes/held-batch.tsx'), 'search'),
  page(
    '/governance/requests',
    () => import('./routes/requests.tsx'),
    ...list,
    ...['status', 'method', 'action', 'tag', 'from', 'to', 'token', 'effects', 'resource', 'tab', 'open'],
  ),
  page(
    '/governance/audit',
    () => import('./routes/audit.tsx'),
    ...['sort', 'provider', 'type', 'actor', 'subject', 'object', 'cause', 'from', 'to', 'open'],
  ),
  page('/governance/webhooks', () => import('./routes/webhooks.tsx'), 'sort'),
  page('/governance/webhooks/$webhook', () => import('./routes/webhook.tsx'), 'state'),
  page('/settings', () => import('./routes/settings.tsx'), 'open'),
  page('/settings/$section', () => import('./routes/settings.tsx'), 'open'),
]);

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});
