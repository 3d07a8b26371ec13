// The request log: what providers sent, what was answered, and what came of it.

import { Type } from 'typebox';
import type { StoredRequest } from '../../ledger/ledger.ts';
import { showEvent } from '../../outbox/shown-event.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import {
  choice,
  eventShape,
  listQuery,
  orNull,
  pageOf,
  providerFilter,
  type RequestJson,
  requestShape,
  rfc3339,
  search,
  sortedBy,
  text,
} from './contract.ts';
import { findProvider } from './look-up.ts';
import { readIdCursor, showTotal, writeIdCursor } from './page.ts';
import { type Route, route } from './route.ts';

const permission = { resource: 'requests', operation: 'read' } as const;

/** Events of one request that are shown with it: a Bulk of 1,000 operations may have more, which the feed has. */
const EFFECTS_SHOWN = 1_000;

const fullRequestShape = Type.Object({
  ...requestShape.properties,
  body: orNull(text('As it came, with secrets masked.')),
  effects: Type.Array(eventShape, { description: `The events it caused; the first ${EFFECTS_SHOWN}.` }),
});

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

const listRequests = route({
  method: 'GET',
  path: '/requests',
  permission,
  summary: 'Requests of providers, newest first',
  query: Type.Object(
    {
      ...listQuery,
      search,
      sort: sortedBy('-at'),
      provider: providerFilter,
      status: Type.Optional(
        choice(
          ['ok', 'failed', 'rejected'],
          '`failed`: 4xx and 5xx; `rejected`: credentials that were refused.',
        ),
      ),
      resource: Type.Optional(
        Type.String({ minLength: 1, maxLength: 300, description: 'Id of a user or group.' }),
      ),
    },
    { additionalProperties: false },
  ),
  response: pageOf(requestShape),
  async handle({ parts: { ledger }, query }) {
    const { limit = 50, cursor, provider, status, resource } = query;
    const before = readIdCursor(ORDER, cursor);
    const page = await ledger.requests({
      before,
      limit,
      ...(provider !== undefined && {
        provider: (await findProvider(ledger, provider))?.provider.id ?? provider,
      }),
      ...(status !== undefined && { status }),
      ...(resource !== undefined && { resource }),
      ...(query.search !== undefined && { search: query.search }),
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

const getRequest = route({
  method: 'GET',
  path: '/requests/{id}',
  permission,
  summary: 'One request, with its body and the events it caused',
  response: fullRequestShape,
  async handle({ parts: { ledger }, params }) {
    const request = await ledger.request(params.id);
    if (!request) throw new Refusal('notFound', `There is no request with the id ${shorten(params.id)}.`);
    const effects = await ledger.events({ cause: request.id, after: 0, limit: EFFECTS_SHOWN });
    return { body: { ...showRequest(request), body: request.body, effects: effects.map(showEvent) } };
  },
});

export const requestRoutes: readonly Route[] = [listRequests, getRequest];
