// Which address is which endpoint: sign-in by tenant, Graph, the portal, the control API and the front page.

import { graph } from '../graph/graph-service.ts';
import { htmlReply, type Reply, type SimRequest, targetOf, textReply } from '../http-message.ts';
import type { Portal } from '../portal-api/portal.ts';
import { AADSTS, EntraError } from './aadsts.ts';
import { adminConsent } from './admin-consent.ts';
import { readAuthority } from './authority.ts';
import { authorize } from './authorize.ts';
import { controlApi } from './control-api.ts';
import { discoveryDocument, publishedKeys } from './discovery.ts';
import { errorBody } from './error-text.ts';
import type { FaultPoint } from './faults.ts';
import { frontPage } from './front-page.ts';
import { graphSource } from './graph-source.ts';
import type { LoginControl } from './login-control.ts';
import { type LoginState, settleTenants } from './login-state.ts';
import { logout } from './logout.ts';
import { token } from './token-endpoint.ts';

/** An endpoint that was found; `point` is where faults can be ordered. */
export interface Found {
  readonly point: FaultPoint | null;
  /** The address by which faults find it: for Graph what follows its base. */
  readonly target: string;
  readonly answer: () => Reply | Promise<Reply>;
}

interface Endpoint {
  readonly point: FaultPoint;
  readonly methods: readonly string[];
  readonly answer: (state: LoginState, request: SimRequest, segment: string) => Reply | Promise<Reply>;
}

const READ = ['GET', 'HEAD'];
const VISITED = ['GET', 'POST'];

/** By what follows the tenant. */
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'v2.0/.well-known/openid-configuration': metadata(2),
  '.well-known/openid-configuration': metadata(1),
  'discovery/v2.0/keys': keys(),
  'discovery/keys': keys(),
  'oauth2/v2.0/authorize': { point: 'authorize', methods: VISITED, answer: authorize },
  'oauth2/authorize': { point: 'authorize', methods: VISITED, answer: authorize },
  'oauth2/v2.0/token': tokens(2),
  'oauth2/token': tokens(1),
  'oauth2/v2.0/logout': { point: 'logout', methods: VISITED, answer: logout },
  'oauth2/logout': { point: 'logout', methods: VISITED, answer: logout },
  adminconsent: { point: 'authorize', methods: VISITED, answer: adminConsent },
  'v2.0/adminconsent': { point: 'authorize', methods: VISITED, answer: adminConsent },
};

function metadata(version: 1 | 2): Endpoint {
  return {
    point: 'discovery',
    methods: READ,
    answer: (state, _, segment) => discoveryDocument(state, readAuthority(state, segment), segment, version),
  };
}

function keys(): Endpoint {
  return {
    point: 'keys',
    methods: READ,
    answer: (state, { query }, segment) =>
      publishedKeys(state, readAuthority(state, segment), query.get('appid')),
  };
}

function tokens(version: 1 | 2): Endpoint {
  return {
    point: 'token',
    methods: ['POST'],
    answer: (state, request, segment) => token(state, request, segment, version),
  };
}

export function findEndpoint(
  state: LoginState,
  control: LoginControl,
  portal: Portal,
  request: SimRequest,
): Found {
  settleTenants(state);
  const [first = '', ...rest] = request.path.split('/').slice(1);
  const target = targetOf(request, request.path);
  const apart = (answer: Found['answer']): Found => ({ point: null, target, answer });
  if (first === '') return apart(() => htmlReply(200, frontPage(state)));
  if (first === 'portal') return apart(() => portal.answer(request));
  if (first === 'control') return apart(() => controlApi(control, state.url, request));
  if (first === 'error') return apart(() => explained(request));
  if (first === 'graph') {
    const path = `/${rest.join('/')}`;
    const answer = (): Promise<Reply> => graph(graphSource(state), request, path);
    return { point: 'graph', target: targetOf(request, path), answer };
  }
  const endpoint = Object.hasOwn(ENDPOINTS, rest.join('/')) ? ENDPOINTS[rest.join('/')] : undefined;
  if (!endpoint) return apart(() => textReply(404, 'Not found'));
  if (!endpoint.methods.includes(request.method)) return apart(() => textReply(405, 'Method not allowed'));
  return { point: endpoint.point, target, answer: () => inMetadata(state, endpoint, request, first) };
}

/** The documents know one error only, and have a name of their own for it. */
async function inMetadata(
  state: LoginState,
  endpoint: Endpoint,
  request: SimRequest,
  segment: string,
): Promise<Reply> {
  try {
    return await endpoint.answer(state, request, segment);
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    return errorBody(state, error, undefined, 'invalid_tenant');
  }
}

function explained({ query }: SimRequest): Reply {
  const row = Object.values(AADSTS).find(({ code }) => String(code) === query.get('code'));
  return row ? textReply(200, `AADSTS${row.code}: ${row.text}`) : textReply(404, 'No such error');
}
