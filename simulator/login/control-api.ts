// The control API: the orders of `login-control.ts` as JSON over HTTP, for scripts and for tests in another process. Only
// for programs on this machine: a page in a browser, which could reach loopback too, is turned away.

import { jsonReply, type Reply, type SimRequest } from '../http-message.ts';
import type { TenantUser } from '../tenant.ts';
import { AADSTS } from './aadsts.ts';
import type { AppRegistration } from './app-registration.ts';
import { readAppChanges, readFault, readPolicy, readUserChanges } from './control-body.ts';
import { ControlError, type LoginControl } from './login-control.ts';
import { isWrongTokenName, WRONG_TOKENS } from './wrong-tokens.ts';

type Body = Readonly<Record<string, unknown>>;

interface ControlCall {
  readonly control: LoginControl;
  readonly query: URLSearchParams;
  /** The person or group of the path. */
  readonly name: string;
  readonly body: Body;
}

interface ControlRoute {
  readonly says: string;
  readonly answer: (call: ControlCall) => unknown;
}

const DEFAULT_LIMIT = 50;

/** `*` stands for one segment of the path. A route that answers nothing answers 204. */
export const CONTROL_ROUTES: Readonly<Record<string, ControlRoute>> = {
  'GET /control': { says: 'these routes', answer: () => routesInWords() },
  'GET /control/users': { says: 'people; ?search= and ?limit=', answer: listUsers },
  'GET /control/groups': { says: 'groups', answer: listGroups },
  'GET /control/users/*': { says: 'one person', answer: ({ control, name }) => control.user(name) },
  'PATCH /control/users/*': {
    says: 'attributes, such as { "accountEnabled": false }',
    answer: ({ control, name, body }) => control.editUser(name, readUserChanges(body)),
  },
  'POST /control/users/*/assign': {
    says: '{ "appRoles": ["admin"] }; none is Default Access',
    answer: ({ control, name, body }) => control.assignUser(name, textList(body.appRoles)),
  },
  'POST /control/users/*/unassign': {
    says: 'no longer assigned in person',
    answer: ({ control, name }) => control.unassignUser(name),
  },
  'POST /control/groups/*/assign': {
    says: '{ "appRoles": [] }',
    answer: ({ control, name, body }) => control.assignGroup(name, textList(body.appRoles)),
  },
  'POST /control/groups/*/unassign': {
    says: 'no longer assigned',
    answer: ({ control, name }) => control.unassignGroup(name),
  },
  'POST /control/groups/*/join': {
    says: '{ "user": "..." }',
    answer: ({ control, name, body }) => control.joinGroup(name, text(body.user)),
  },
  'POST /control/groups/*/leave': {
    says: '{ "user": "..." }',
    answer: ({ control, name, body }) => control.leaveGroup(name, text(body.user)),
  },
  'DELETE /control/users/*': {
    says: 'gone for good; the recycle bin is PATCH { "softDeleted": true }',
    answer: ({ control, name }) => control.deleteUser(name),
  },
  'POST /control/users/*/policy': {
    says: '{ "isBlocked": true, "requiresMfa": true, "signInFrequencyMs": 3600000 }',
    answer: ({ control, name, body }) => control.setPolicy(name, readPolicy(body)),
  },
  'POST /control/users/*/revoke-sessions': {
    says: 'refresh tokens and browser sessions are no longer good',
    answer: ({ control, name }) => control.revokeSessions(name),
  },
  'POST /control/users/*/sign-out': {
    says: 'ends the sessions and tells the applications; answers what they answered',
    answer: ({ control, name }) => control.signOut(name),
  },
  'POST /control/next-user': {
    says: '{ "user": "..." }: the next sign-in is this person, without a page',
    answer: ({ control, body }) => control.nextUser(body.user === null ? null : text(body.user)),
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
  'GET /control/requests': {
    says: 'what was asked of the simulator',
    answer: ({ control }) => control.requests(),
  },
};

function routesInWords(): Record<string, string> {
  return Object.fromEntries(Object.entries(CONTROL_ROUTES).map(([route, { says }]) => [route, says]));
}

function listUsers({ control, query }: ControlCall): unknown {
  const search = (query.get('search') ?? '').toLowerCase();
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const found = [...control.tenant().users.values()].filter((user) =>
    [user.displayName, user.userPrincipalName, user.mail ?? ''].some((name) =>
      name.toLowerCase().includes(search),
    ),
  );
  return { total: found.length, items: found.slice(0, limit).map(showUser) };
}

function showUser(user: TenantUser): Partial<TenantUser> {
  const { objectId, userPrincipalName, displayName, userType, accountEnabled, assigned, appRoles } = user;
  return { objectId, userPrincipalName, displayName, userType, accountEnabled, assigned, appRoles };
}

function listGroups({ control }: ControlCall): unknown {
  const groups = [...control.tenant().groups.values()];
  return groups.map(({ memberIds, ...group }) => ({ ...group, members: memberIds.size }));
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

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ControlError('user: an object id, a user name or a mail address');
}

function textList(value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new ControlError('appRoles: a list of values of app roles');
}

export async function controlApi(control: LoginControl, url: string, request: SimRequest): Promise<Reply> {
  if (!isFromProgram(url, request)) return jsonReply(403, { error: 'For programs on this machine only' });
  const segments = request.path.split('/').filter(Boolean);
  const name = segments.length > 2 && ['users', 'groups'].includes(segments[1]!) ? segments[2]! : null;
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
