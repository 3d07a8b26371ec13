// The portal over HTTP: its API below /portal/api, and its pages. Both are for this machine: a page of another site, which could
// reach loopback too, is turned away, and so is a name that leads here.

import { jsonReply, type Reply, type SimRequest } from '../http-message.ts';
import type { AppRegistration } from '../login/app-registration.ts';
import type { LoginControl } from '../login/login-control.ts';
import { peopleInBin } from '../recycle-bin.ts';
import { usersInScope } from '../tenant.ts';
import type { OverviewJson } from './contract.ts';
import { ASSIGNMENT_ROUTES, GROUP_ROUTES } from './group-routes.ts';
import { MAPPING_ROUTES } from './mappings.ts';
import { type PortalCall, PortalRefusal, type PortalRoutes } from './portal-call.ts';
import { pageReply } from './portal-pages.ts';
import { newProvisioningDesk } from './provisioning-desk.ts';
import { PROVISIONING_ROUTES } from './provisioning-routes.ts';
import { USER_ROUTES } from './user-routes.ts';

export interface Portal {
  answer(request: SimRequest): Promise<Reply>;
  close(): void;
}

const ROUTES: PortalRoutes = {
  'GET /overview': showOverview,
  ...USER_ROUTES,
  ...GROUP_ROUTES,
  ...ASSIGNMENT_ROUTES,
  ...MAPPING_ROUTES,
  ...PROVISIONING_ROUTES,
};

export function newPortal(control: LoginControl, urls: PortalCall['urls']): Portal {
  const desk = newProvisioningDesk(control);
  return {
    async answer(request) {
      if (!isOurs(urls.authority, request)) {
        return jsonReply(403, { detail: 'For this machine only, and for pages of Local Entra itself' });
      }
      const [, first, ...rest] = request.path.split('/').slice(1);
      if (first !== 'api') return pageReply(request);
      return api({ control, desk, urls, app: control.app(), query: request.query }, request, rest);
    },
    close: desk.close,
  };
}

/** A page elsewhere shows in `Origin` and `Sec-Fetch-Site`, a name that resolves to loopback in `Host`. */
function isOurs(url: string, { headers, method, path }: SimRequest): boolean {
  const { port } = new URL(url);
  const host = headers.host ?? '';
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(host)) return false;
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return false;
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  // A link on Bifrost's pages may lead to a page of the portal, and to nothing else.
  const isVisit = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return isVisit && method === 'GET' && !path.startsWith('/portal/api');
}

async function api(
  call: Omit<PortalCall, 'names' | 'body'>,
  request: SimRequest,
  segments: readonly string[],
): Promise<Reply> {
  const found = findRoute(request.method, segments);
  if (!found) return jsonReply(404, { detail: 'The portal has no such address' });
  try {
    const body = readBody(request);
    const answer = await found.answer({ ...call, names: found.names, body });
    return answer === undefined ? { status: 204, headers: {}, body: '' } : jsonReply(200, answer);
  } catch (error) {
    if (error instanceof PortalRefusal) return jsonReply(error.status, { detail: error.message });
    throw error;
  }
}

interface FoundRoute {
  readonly names: readonly string[];
  readonly answer: (call: PortalCall) => unknown;
}

/** The exact route before one with a `*` in it. */
function findRoute(method: string, segments: readonly string[]): FoundRoute | null {
  const patterns = Object.entries(ROUTES)
    .map(([route, answer]) => ({ parts: route.split(/ ?\//), answer }))
    .filter(({ parts }) => parts[0] === method && parts.length === segments.length + 1)
    .filter(({ parts }) => parts.slice(1).every((part, at) => part === '*' || part === segments[at]))
    .sort((one, other) => stars(one.parts) - stars(other.parts));
  const [first] = patterns;
  if (!first) return null;
  const names = segments.filter((_, at) => first.parts[at + 1] === '*');
  return { names, answer: first.answer };
}

function stars(parts: readonly string[]): number {
  return parts.filter((part) => part === '*').length;
}

/** JSON and nothing else: a form of another site could not send it, whatever its headers say. */
function readBody({ body, headers }: SimRequest): PortalCall['body'] {
  if (body === '') return {};
  if (!headers['content-type']?.startsWith('application/json')) {
    throw new PortalRefusal(400, 'The body has to be application/json');
  }
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new PortalRefusal(400, 'The body has to be a JSON object');
}

function showOverview({ control, urls, app }: PortalCall): OverviewJson {
  const tenant = control.tenant();
  const deleted = peopleInBin(tenant).length;
  return {
    tenantId: tenant.tenantId,
    domain: tenant.domain,
    clientId: app.clientId,
    clientSecret: app.secrets[0]?.value ?? '',
    objectId: app.servicePrincipalId,
    authorityUrl: urls.authority,
    graphUrl: urls.graph,
    redirectUris: app.redirectUris,
    users: tenant.users.size - deleted,
    groups: tenant.groups.size,
    deleted,
    assigned: usersInScope({ ...tenant, scope: 'assigned' }).size,
    signInUrl: signInUrlOf(app),
  };
}

function signInUrlOf({ redirectUris: [first] }: AppRegistration): string | null {
  return first === undefined ? null : new URL('/login', first).href;
}
