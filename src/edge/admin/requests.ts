// The request log: what providers sent, what was answered, and what came of it.

import { type Static, Type } from 'typebox';
import type { Ledger, RequestQuery, StoredRequest } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { dialectWords } from '../../scim/dialect-words.ts';
import { shorten } from '../../scim/json.ts';
import { type ActionKind, actionKinds, lastFourIn } from '../scim/action-words.ts';
import { obstacleOf } from '../scim/replay.ts';
import { choice, listQuery, pageOf, providerFilter, rfc3339, search, sortedBy } from './contract.ts';
import { showEvents } from './event-names.ts';
import { findProvider } from './look-up.ts';
import { readIdCursor, showTotal, writeIdCursor } from './page.ts';
import {
  EFFECTS_SHOWN,
  type RequestJson,
  rejectedShape,
  requestShape,
  tagShape,
  wholeRequestShape,
} from './request-contract.ts';
import { stateOf } from './request-replay.ts';
import { type Route, route } from './route.ts';
import { period, readTime } from './time-filter.ts';

const permission = { resource: 'requests', operation: 'read' } as const;

function showRequest(request: StoredRequest): RequestJson {
  const {
    id,
    at,
    provider,
    token,
    method,
    path,
    action,
    status,
    durationMs,
    tags,
    detail,
    remote,
    resource,
  } = request;
  return {
    id,
    at: rfc3339(at),
    provider,
    token,
    method,
    path,
    action,
    status,
    durationMs,
    tags: [...tags],
    detail,
    remote,
    resource,
    effectCount: request.effects,
  };
}

const ORDER = 'requests';

const kinds = Object.keys(actionKinds) as [ActionKind, ...ActionKind[]];

const filters = {
  search,
  provider: providerFilter,
  status: Type.Optional(
    choice(['ok', 'failed', 'rejected'], '`failed`: 4xx and 5xx; `rejected`: credentials that were refused.'),
  ),
  action: Type.Optional(choice(kinds, 'What kind of thing it did.')),
  method: Type.Optional(choice(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])),
  tag: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'A tag, or a family of them; GET /requests/tags has all.',
    }),
  ),
  token: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Id of a provisioning token.' }),
  ),
  effects: Type.Optional(choice(['some', 'none'], 'Whether it changed something.')),
  resource: Type.Optional(
    Type.String({ minLength: 1, maxLength: 300, description: 'Id of a user or group.' }),
  ),
  ...period,
};

const query = Type.Object(
  { ...filters, ...listQuery, sort: sortedBy('-at') },
  { additionalProperties: false },
);

const listRequests = route({
  method: 'GET',
  path: '/requests',
  permission,
  summary: 'Requests of providers, newest first',
  description:
    'Where a filter finds little, a page may have fewer items than were asked for, and a cursor behind which to go on.',
  query,
  response: pageOf(requestShape),
  async handle({ parts: { ledger }, query: wanted }) {
    const page = await ledger.requests({
      ...(await readFilters(ledger, wanted)),
      before: readIdCursor(ORDER, wanted.cursor),
      limit: wanted.limit ?? 50,
    });
    return {
      body: {
        items: page.items.map(showRequest),
        nextCursor: writeIdCursor(ORDER, page.next),
        ...showTotal(page),
      },
    };
  },
});

async function readFilters(
  ledger: Ledger,
  wanted: Static<typeof query>,
): Promise<Omit<RequestQuery, 'before' | 'limit'>> {
  const { provider, action, effects, from, to } = wanted;
  const plain = { status: wanted.status, resource: wanted.resource, search: wanted.search };
  const more = { method: wanted.method, tag: wanted.tag, token: wanted.token };
  return {
    ...withoutUndefined({ ...plain, ...more }),
    ...(provider !== undefined && {
      provider: (await findProvider(ledger, provider))?.provider.id ?? provider,
    }),
    ...(action !== undefined && { actions: actionKinds[action] }),
    ...(effects !== undefined && { hasEffects: effects === 'some' }),
    ...(from !== undefined && { since: readTime('from', from) }),
    ...(to !== undefined && { until: readTime('to', to) }),
  };
}

type Present<Of> = { [Key in keyof Of]?: Exclude<Of[Key], undefined> };

function withoutUndefined<Of extends object>(of: Of): Present<Of> {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Present<Of>;
}

const getRequest = route({
  method: 'GET',
  path: '/requests/{id}',
  permission,
  summary: 'One request, with its body and the events it caused',
  response: wholeRequestShape,
  async handle({ parts, params }) {
    const { ledger } = parts;
    const request = await ledger.request(params.id);
    if (!request) throw new Refusal('notFound', `There is no request with the id ${shorten(params.id)}.`);
    const effects = await ledger.events({ cause: request.id, after: 0, limit: EFFECTS_SHOWN });
    const shown = await showEvents(parts, effects);
    const obstacle = obstacleOf(request, await stateOf(ledger, request));
    return { body: { ...showRequest(request), body: request.body, obstacle, effects: shown } };
  },
});

const listTags = route({
  method: 'GET',
  path: '/requests/tags',
  permission,
  summary: 'What the tags of requests mean',
  response: Type.Object({ items: Type.Array(tagShape) }),
  async handle() {
    const items = Object.entries(dialectWords).map(([tag, { title, meaning, isFamily = false }]) => {
      return { tag, title, meaning, isFamily };
    });
    return { body: { items } };
  },
});

/** Different wrong credentials, or addresses that send them: more would be an attack, of which these are enough to see. */
const REJECTED_SHOWN = 500;

const listRejected = route({
  method: 'GET',
  path: '/requests/rejected',
  permission,
  summary: 'Credentials that were refused, by their last four characters and where they came from',
  description: `Of the newest 20,000 refused requests that are kept; at most ${REJECTED_SHOWN} rows. The last try comes first.`,
  response: Type.Object({ items: Type.Array(rejectedShape) }),
  async handle({ parts: { ledger } }) {
    const found = await ledger.rejectedCredentials(REJECTED_SHOWN);
    const items = found.map(({ action, remote, detail, times, firstAt, lastAt, last }) => ({
      words: action,
      lastFour: lastFourIn(action),
      remote,
      why: detail,
      times,
      firstAt: rfc3339(firstAt),
      lastAt: rfc3339(lastAt),
      lastRequest: last,
    }));
    return { body: { items } };
  },
});

export const requestRoutes: readonly Route[] = [listRequests, listTags, listRejected, getRequest];
