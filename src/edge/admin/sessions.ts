// Who is signed in: everybody's sessions for whoever may see and end them, and everybody's own.

import { Type } from 'typebox';
import type { Person } from '../../identity/sign-in.ts';
import type { Session } from '../../ledger/sign-in.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { count, listQuery, pageOf, rfc3339, sortedBy } from './contract.ts';
import { needUser } from './look-up.ts';
import { oneOf, ownersIn } from './owners.ts';
import { readIdCursor, writeIdCursor } from './page.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { type OwnerJson, type SessionJson, sessionShape } from './sign-in-contract.ts';

const read = { resource: 'sessions', operation: 'read' } as const;
const end = { resource: 'sessions', operation: 'end' } as const;

const query = Type.Object({ ...listQuery, sort: sortedBy('-createdAt') }, { additionalProperties: false });

function showSession(session: Session, person: OwnerJson, { caller }: Call): SessionJson {
  const { id, remote, agent } = session;
  return {
    id,
    person,
    createdAt: rfc3339(session.createdAt),
    lastSeenAt: rfc3339(session.lastSeenAt),
    expiresAt: rfc3339(session.expiresAt),
    remote,
    agent,
    current: caller.session?.id === id,
  };
}

/** The cap of a session that nobody uses may be over before it is cleared away: it is not listed as one. */
async function page(call: Call & { query: { limit?: number; cursor?: string } }, person?: Person) {
  const { ledger } = call.parts;
  const order = person ? `sessions ${person.id}` : 'sessions';
  const { limit = 50, cursor } = call.query;
  const found = await ledger.sessions.list({
    ...(person && { person }),
    after: readIdCursor(order, cursor),
    limit,
  });
  const owner = ownersIn(ledger);
  const live = found.items.filter((session) => session.expiresAt > call.at);
  const items = await Promise.all(
    live.map(async (session) => showSession(session, (await owner(session.person)).shown, call)),
  );
  return { items, nextCursor: writeIdCursor(order, found.next), total: found.total };
}

const listSessions = route({
  method: 'GET',
  path: '/sessions',
  permission: read,
  summary: 'Who is signed in, the newest sign-in first',
  query,
  response: pageOf(sessionShape),
  handle: async (call) => ({ body: await page(call) }),
});

const listOfUser = route({
  method: 'GET',
  path: '/users/{id}/sessions',
  permission: read,
  summary: 'The sessions of a user, the newest first',
  query,
  response: pageOf(sessionShape),
  async handle(call) {
    return { body: await page(call, await personOf(call)) };
  },
});

async function personOf({ parts, params }: Call & { params: { id: string } }): Promise<Person> {
  const { user } = (await needUser(parts.ledger, params.id)).loaded;
  return { provider: user.provider, id: user.id };
}

const endSession = route({
  method: 'DELETE',
  path: '/sessions/{id}',
  permission: end,
  summary: 'End a session',
  description: 'The next request with it is refused, on every replica.',
  status: 204,
  async handle(call) {
    const { parts, params } = call;
    const ended = await parts.ledger.sessions.end(params.id, 'ended-by-admin', changeBy(call));
    if (!ended) throw noSession(params.id);
    return {};
  },
});

function noSession(id: string): Refusal {
  return new Refusal('notFound', `There is no session ${shorten(id)}: it has ended, or never was.`);
}

const endOfUser = route({
  method: 'DELETE',
  path: '/users/{id}/sessions',
  permission: end,
  summary: 'Sign a user out everywhere',
  response: Type.Object({ ended: count('How many sessions there were.') }),
  async handle(call) {
    const person = await personOf(call);
    const ended = await call.parts.ledger.sessions.endAll(person, null, 'ended-by-admin', changeBy(call));
    return { body: { ended } };
  },
});

// --- one's own --------------------------------------------------------------------------------------------------

/** Of whoever is signed in. A key has none, and does not speak for the sessions of its owner. */
function signedIn({ caller }: Call): Person | null {
  return caller.via === 'session' ? caller.person : null;
}

const listOwn = route({
  method: 'GET',
  path: '/me/sessions',
  permission: 'signed-in',
  summary: 'Your own sessions, the newest first; an API key has none',
  query,
  response: pageOf(sessionShape),
  async handle(call) {
    const person = signedIn(call);
    return { body: person ? await page(call, person) : { items: [], nextCursor: null, total: 0 } };
  },
});

const endOwn = route({
  method: 'DELETE',
  path: '/me/sessions/{id}',
  permission: 'signed-in',
  summary: 'End one of your own sessions',
  status: 204,
  async handle(call) {
    const { ledger } = call.parts;
    const { id } = call.params;
    const person = signedIn(call);
    const own = person && (await oneOf((page) => ledger.sessions.list({ person, ...page }), id));
    if (!own || !(await ledger.sessions.end(id, 'signed-out', changeBy(call)))) throw noSession(id);
    return {};
  },
});

export const sessionRoutes: readonly Route[] = [
  listSessions,
  endSession,
  listOfUser,
  endOfUser,
  listOwn,
  endOwn,
];
