// Users: the list, one of them, their timeline, and the suspension that only people set and lift.

import { type Static, Type } from 'typebox';
import { statusOf, suspendByAdmin } from '../../identity/user.ts';
import type { Ledger, Total, UserListQuery } from '../../ledger/ledger.ts';
import { decideUserSettled } from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import {
  choice,
  eventShape,
  listQuery,
  pageOf,
  providerFilter,
  sortedBy,
  sources,
  statuses,
  type UserJson,
  userShape,
} from './contract.ts';
import { showFullUser, showListed } from './current-access.ts';
import { eventPage } from './event-pages.ts';
import { fittingPage, showPending } from './fitting-page.ts';
import { findProvider, findRole, findTarget, needUser } from './look-up.ts';
import { readCursor, showTotal, writeCursor } from './page.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

const sorts = {
  userName: { by: 'userName', descending: false },
  '-userName': { by: 'userName', descending: true },
  displayName: { by: 'displayName', descending: false },
  '-displayName': { by: 'displayName', descending: true },
  createdAt: { by: 'createdAt', descending: false },
  '-createdAt': { by: 'createdAt', descending: true },
  lastProvisionedAt: { by: 'lastProvisionedAt', descending: false },
  '-lastProvisionedAt': { by: 'lastProvisionedAt', descending: true },
  lastSignInAt: { by: 'lastSignInAt', descending: false },
  '-lastSignInAt': { by: 'lastSignInAt', descending: true },
} as const satisfies Record<string, UserListQuery['sort']>;

const filter = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 300, description }));

const filters = {
  status: Type.Optional(choice(statuses, 'Left out: active and suspended.')),
  role: filter('Id or exact name of a role, or `none`.'),
  team: filter('Id or exact name of a team.'),
  businessUnit: filter('Id or exact name of a business unit.'),
  provider: providerFilter,
  source: Type.Optional(choice(sources, 'How they came.')),
  canSignIn: Type.Optional(
    choice(['false'], 'Those who are suspended, removed or without a role, as `status` lets them be.'),
  ),
  search: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description:
        'Part of the user name, the display name or the work address; case does not count. One or two letters: what the user name begins with, or the display name where it is sorted by.',
    }),
  ),
};

type Filters = Static<ReturnType<typeof Type.Object<typeof filters>>>;
type StoredFilters = Omit<UserListQuery, 'sort' | 'after' | 'limit'>;

/** Names made ids; null when one names nothing, so that nobody is found. */
async function readFilters(ledger: Ledger, query: Filters): Promise<StoredFilters | null> {
  const found: StoredFilters = {};
  if (query.status !== undefined) found.status = query.status;
  if (query.search !== undefined) found.search = query.search;
  if (query.source !== undefined) found.source = query.source;
  if (query.canSignIn !== undefined) found.canSignIn = false;
  if (query.provider !== undefined) {
    const state = await findProvider(ledger, query.provider);
    if (!state) return null;
    found.provider = state.provider.id;
  }
  if (query.role === 'none') {
    found.role = 'none';
  } else if (query.role !== undefined) {
    const role = await findRole(ledger, query.role);
    if (!role) return null;
    found.role = role.id;
  }
  for (const kind of ['team', 'businessUnit'] as const) {
    const named = query[kind];
    if (named === undefined) continue;
    const target = await findTarget(ledger, kind, named, found.provider);
    if (!target) return null;
    found[kind] = target.id;
  }
  return found;
}

const listUsers = route({
  method: 'GET',
  path: '/users',
  permission: { resource: 'users', operation: 'read' },
  summary: 'Users, with their role, teams and business units',
  query: Type.Object(
    {
      ...filters,
      ...listQuery,
      sort: sortedBy(...(Object.keys(sorts) as [keyof typeof sorts])),
    },
    { additionalProperties: false },
  ),
  response: pageOf(userShape),
  refuses: { 409: 'Several teams or business units have that name' },
  async handle({ parts: { ledger }, query }) {
    const { sort = 'userName', cursor, limit = 50, ...wanted } = query;
    const order = `users ${sort}`;
    const after = readCursor(order, cursor);
    const stored = await readFilters(ledger, wanted);
    if (!stored) return { body: { items: [], nextCursor: null, total: 0 } };
    const byAccess = [stored.role, stored.team, stored.businessUnit, stored.canSignIn];
    const isByAccess = byAccess.some((each) => each !== undefined);
    const pending = isByAccess ? await showPending(ledger) : {};
    let total: Total | null = null;
    const { items, next } = await fittingPage({ after, limit }, async (from, most) => {
      const page = await ledger.listUsers({ ...stored, sort: sorts[sort], after: from, limit: most });
      total ??= page;
      const shown = await showListed(ledger, page.items);
      return { items: shown.map((user) => (fits(user, stored) ? user : null)), next: page.next };
    });
    return {
      body: {
        items,
        nextCursor: next && writeCursor(order, next),
        ...showTotal(total ?? { total: 0, totalIsCapped: false }),
        ...pending,
      },
    };
  },
});

function fits({ role, teams, businessUnits, status }: UserJson, wanted: StoredFilters): boolean {
  if (wanted.canSignIn === false && role !== null && status === 'active') return false;
  const has = (held: readonly { id: string }[], id: string | undefined) =>
    id === undefined || held.some((each) => each.id === id);
  const roleFits = wanted.role === 'none' ? role === null : has(role ? [role] : [], wanted.role);
  return roleFits && has(teams, wanted.team) && has(businessUnits, wanted.businessUnit);
}

const getUser = route({
  method: 'GET',
  path: '/users/{id}',
  permission: { resource: 'users', operation: 'read' },
  summary: 'One user',
  response: userShape,
  versioned: true,
  async handle({ parts, params }) {
    const full = await needUser(parts.ledger, params.id);
    return { headers: { etag: revisionTag(full.loaded.user.revision) }, body: showFullUser(full) };
  },
});

const patchUser = route({
  method: 'PATCH',
  path: '/users/{id}',
  permission: { resource: 'users', operation: 'suspend' },
  summary: 'Suspend a user, or lift that suspension',
  description:
    'What people suspend, no channel lifts. A suspension that the provider set has to be lifted at the provider.',
  body: Type.Object({ suspended: Type.Boolean() }, { additionalProperties: false }),
  response: userShape,
  versioned: true,
  refuses: { 409: 'The user was removed' },
  async handle(call) {
    const { parts, params, body } = call;
    const { loaded } = await needUser(parts.ledger, params.id);
    await suspend(call, { provider: loaded.user.provider, id: params.id }, body.suspended);
    const after = await needUser(parts.ledger, params.id);
    return { headers: { etag: revisionTag(after.loaded.user.revision) }, body: showFullUser(after) };
  },
});

async function suspend(
  call: Call,
  user: { provider: string; id: string },
  suspended: boolean,
): Promise<void> {
  await call.parts.ledger.transact({
    provider: user.provider,
    needs: { user: user.id },
    decide({ user: loaded, state }) {
      if (!loaded) throw new Refusal('notFound', `There is no user with the id ${user.id}.`);
      checkIfMatch(call.ifMatch, revisionTag(loaded.user.revision));
      if (statusOf(loaded.user) === 'removed') {
        throw new Refusal('conflict', 'This user was removed: there is nothing to suspend or to lift.');
      }
      const context = { state, ...changeBy(call) };
      const settled = suspendByAdmin(loaded.user, suspended, call.at);
      return { changes: decideUserSettled(context, loaded, settled).changes, answer: undefined };
    },
  });
}

const getTimeline = route({
  method: 'GET',
  path: '/users/{id}/timeline',
  permission: { resource: 'users', operation: 'read' },
  summary: 'What happened to a user, newest first',
  query: Type.Object(
    { ...listQuery, sort: sortedBy('-position', 'position') },
    { additionalProperties: false },
  ),
  response: pageOf(eventShape),
  async handle({ parts, params, query }) {
    const { loaded } = await needUser(parts.ledger, params.id);
    return { body: await eventPage(parts, { subject: loaded.user.id }, query) };
  },
});

export const userRoutes: readonly Route[] = [listUsers, getUser, patchUser, getTimeline];
