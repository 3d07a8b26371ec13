// The control API: the orders of `login-control.ts` as JSON over HTTP, for scripts and for tests in another process. Only
// for programs on this machine: a page in a browser, which could reach loopback too, is turned away. Routes about the
// directory are in `control-directory.ts`, those about Graph and provisioning in `control-graph.ts`.

import { jsonReply, type Reply, type SimRequest } from '../http-message.ts';
import { AADSTS } from './aadsts.ts';
import type { AppRegistration } from './app-registration.ts';
import { readAppChanges, readFault } from './control-body.ts';
import { DIRECTORY_ROUTES } from './control-directory.ts';
import { GRAPH_ROUTES } from './control-graph.ts';
import { type Body, type ControlCall, type ControlRoutes, person } from './control-route.ts';
import { ControlError, type LoginControl } from './login-control.ts';
import { isWrongTokenName, WRONG_TOKENS } from './wrong-tokens.ts';

/** Every route there is. */
export const CONTROL_ROUTES: ControlRoutes = {
  'GET /control': { says: 'these routes', answer: () => routesInWords() },
  ...DIRECTORY_ROUTES,
  'POST /control/next-user': {
    says: '{ "user": "..." }: the next sign-in is this person, without a page',
    answer: ({ control, body }) => control.nextUser(body.user === null ? null : person(body.user)),
  },
  'POST /control/next-id-token': {
    says: '{ "kind": "wrong-aud" }: the next ID token is wrong in this way',
    answer: nextIdToken,
  },
  'GET /control/wrong-tokens': { says: 'the kinds of wrong ID token', answer: wrongTokens },
  'GET /control/errors': { says: 'the errors that sign-in can give', answer: () => AADSTS },
  'POST /control/faults': {
    says: '{ "at": "token", "kind": "status", "status": 429, "retryAfterSeconds": 3, "times": 1 }',
    answer: ({ control, body }) => control.setFault(readFault(body)),
  },
  'DELETE /control/faults': { says: 'no more faults', answer: ({ control }) => control.clearFaults() },
  'POST /control/keys/rotate': {
    says: 'another key signs',
    answer: async ({ control }) => ({ kid: await control.rotateKeys() }),
  },
  'POST /control/keys/replace': {
    says: 'another key signs, and the one before is withdrawn',
    answer: async ({ control }) => ({ kid: await control.replaceKey() }),
  },
  'POST /control/clock': {
    says: '{ "now": "2030-01-01T00:00:00Z" or null } or { "advanceMs": 600000 }',
    answer: setClock,
  },
  'GET /control/app': {
    says: 'the registration',
    answer: ({ control, query }) => control.app(query.get('clientId') ?? undefined),
  },
  'PATCH /control/app': {
    says: 'settings, such as { "groupMembershipClaims": "All" }; ?clientId= for another application',
    answer: ({ control, query, body }) =>
      control.changeApp(
        readAppChanges(control.app(), body) as Partial<AppRegistration>,
        query.get('clientId') ?? undefined,
      ),
  },
  'POST /control/app/expire-secrets': {
    says: 'the secrets of the application expire now; ?clientId= for another application',
    answer: ({ control, query }) => control.expireSecrets(query.get('clientId') ?? undefined),
  },
  ...GRAPH_ROUTES,
  'GET /control/requests': {
    says: 'what was asked of the simulator',
    answer: ({ control }) => control.requests(),
  },
};

function routesInWords(): Record<string, string> {
  return Object.fromEntries(Object.entries(CONTROL_ROUTES).map(([route, { says }]) => [route, says]));
}

function wrongTokens(): Record<string, string> {
  return Object.fromEntries(Object.entries(WRONG_TOKENS).map(([name, { says }]) => [name, says]));
}

function nextIdToken({ control, body }: ControlCall): void {
  if (body.kind !== null && !isWrongTokenName(body.kind)) {
    throw new ControlError(`kind: one of ${Object.keys(WRONG_TOKENS).join(', ')}, or null`);
  }
  control.nextIdToken(body.kind);
}

function setClock({ control, body }: ControlCall): void {
  if (typeof body.advanceMs === 'number') {
    control.advanceClock(body.advanceMs);
    return;
  }
  const ms = body.now === null ? null : Date.parse(String(body.now));
  if (Number.isNaN(ms)) throw new ControlError('now: a time such as 2030-01-01T00:00:00Z, or null');
  control.setClock(ms);
}

/** What stands in a path before the name of one of them. */
const NAMED = ['users', 'groups', 'roles', 'snapshots'];

export async function controlApi(control: LoginControl, url: string, request: SimRequest): Promise<Reply> {
  if (!isFromProgram(url, request)) return jsonReply(403, { error: 'For programs on this machine only' });
  const segments = request.path.split('/').filter(Boolean);
  const name = segments.length > 2 && NAMED.includes(segments[1]!) ? segments[2]! : null;
  if (name !== null) segments[2] = '*';
  const route = CONTROL_ROUTES[`${request.method} /${segments.join('/')}`];
  if (!route) return jsonReply(404, { error: 'No such route', routes: routesInWords() });
  try {
    const body = readBody(request.body);
    const decoded = decodeURIComponent(name ?? '');
    const answer = await route.answer({ control, query: request.query, name: decoded, body });
    return answer === undefined ? { status: 204, headers: {}, body: '' } : jsonReply(200, answer);
  } catch (error) {
    if (error instanceof ControlError || error instanceof URIError)
      return jsonReply(400, { error: error.message });
    throw error;
  }
}

/** A name that resolves to loopback, or a page of another site, would show in these two headers. */
function isFromProgram(url: string, { headers }: SimRequest): boolean {
  const { port } = new URL(url);
  const isOurs = [`127.0.0.1:${port}`, `localhost:${port}`].includes(headers.host ?? '');
  return isOurs && (headers.origin === undefined || headers.origin === url);
}

function readBody(text: string): Body {
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ControlError('The body must be a JSON object');
}
