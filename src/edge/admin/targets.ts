// Teams and business units: lists, one of them, and their members with what makes each a member.

import { type Static, Type } from 'typebox';
import type { GrantReason } from '../../identity/grant.ts';
import type {
  Ledger,
  ListedTarget,
  PageKey,
  TargetListQuery,
  TargetMember,
  Total,
  UserListQuery,
} from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import {
  count,
  listQuery,
  orNull,
  pageOf,
  person,
  providerFilter,
  rfc3339,
  search,
  sortedBy,
  source,
  text,
  time,
} from './contract.ts';
import { resolveFull, showPerson } from './current-access.ts';
import { feedingRule, rulesFor } from './feeding-rules.ts';
import { fittingPage, showPending } from './fitting-page.ts';
import { findProvider, findTarget } from './look-up.ts';
import { readCursor, showTotal, writeCursor } from './page.ts';
import { type GroupNames, showReason } from './reasons.ts';
import { type Route, route } from './route.ts';

type Kind = TargetListQuery['kind'];

const targetShape = Type.Object({
  id: text(),
  name: text(),
  provider: text('Id of the provider.'),
  members: count('Users who have it, suspended ones included.'),
  group: orNull(text('Id of the group whose team this is: its name follows the group.')),
  rules: Type.Array(feedingRule, { description: 'Rules that can give it.' }),
  createdAt: time(),
});
export type TargetJson = Static<typeof targetShape>;

const memberShape = Type.Object({
  ...person.properties,
  sources: Type.Array(source, { description: 'Why they are members; one is enough.' }),
});
export type MemberJson = Static<typeof memberShape>;

async function showTarget(ledger: Ledger, target: ListedTarget): Promise<TargetJson> {
  const { id, kind, name, provider, members, key, createdAt } = target;
  const [, group = null] = /^group:([^:]+)/.exec(key) ?? [];
  const state = await ledger.provider(provider);
  const rules = state ? rulesFor(state, kind, name) : [];
  return { id, name, provider, members, group, rules, createdAt: rfc3339(createdAt) };
}

async function needTarget(ledger: Ledger, kind: Kind, words: string, id: string): Promise<ListedTarget> {
  const target = await findTarget(ledger, kind, id);
  if (!target) throw new Refusal('notFound', `There is no ${words} ${shorten(id)}.`);
  return target;
}

const routesOf = (kind: Kind, base: 'teams' | 'business-units', words: string): readonly Route[] => {
  const permission = { resource: kind === 'team' ? 'teams' : 'businessUnits', operation: 'read' } as const;
  const plural = base.replace('-', ' ');
  return [
    route({
      method: 'GET',
      path: `/${base}`,
      permission,
      summary: `All ${plural}, by name`,
      query: Type.Object(
        { ...listQuery, search, sort: sortedBy('name', '-name'), provider: providerFilter },
        { additionalProperties: false },
      ),
      response: pageOf(targetShape),
      handle: async ({ parts: { ledger }, query }) => {
        const { sort = 'name' } = query;
        const order = sort === 'name' ? base : `${base} ${sort}`;
        const after = readCursor(order, query.cursor);
        const found = query.provider === undefined ? null : await findProvider(ledger, query.provider);
        if (query.provider !== undefined && !found) {
          return { body: { items: [], nextCursor: null, total: 0 } };
        }
        const page = await ledger.listTargets({
          kind,
          descending: sort === '-name',
          after,
          limit: query.limit ?? 50,
          ...(found && { provider: found.provider.id }),
          ...(query.search !== undefined && { search: query.search }),
        });
        const items = await Promise.all(page.items.map((each) => showTarget(ledger, each)));
        return {
          body: { items, nextCursor: page.next && writeCursor(order, page.next), total: page.total },
        };
      },
    }),
    route({
      method: 'GET',
      path: `/${base}/{id}`,
      permission,
      summary: `One ${words}`,
      response: targetShape,
      handle: async ({ parts: { ledger }, params }) => ({
        body: await showTarget(ledger, await needTarget(ledger, kind, words, params.id)),
      }),
    }),
    route({
      method: 'GET',
      path: `/${base}/{id}/members`,
      permission,
      summary: `Members of a ${words}, with their sources`,
      query: Type.Object(
        { ...listQuery, search, sort: sortedBy(...(Object.keys(memberSorts) as [MemberSort])) },
        { additionalProperties: false },
      ),
      response: pageOf(memberShape),
      handle: async ({ parts: { ledger }, params, query }) => {
        const target = await needTarget(ledger, kind, words, params.id);
        return { body: await memberPage(ledger, target, query) };
      },
    }),
  ];
};

/** Ids sort by the time of creation. */
const memberSorts = {
  createdAt: { by: 'createdAt', descending: false },
  '-createdAt': { by: 'createdAt', descending: true },
  userName: { by: 'userName', descending: false },
  '-userName': { by: 'userName', descending: true },
} as const satisfies Record<string, UserListQuery['sort']>;
type MemberSort = keyof typeof memberSorts;

interface MemberQuery {
  limit?: number;
  cursor?: string;
  search?: string;
  sort?: MemberSort;
}

async function memberPage(ledger: Ledger, target: ListedTarget, query: MemberQuery) {
  const { limit = 50, cursor, sort = 'createdAt' } = query;
  const order = `members ${target.id} ${sort}`;
  const pending = await showPending(ledger);
  let total: Total | null = null;
  const { items, next } = await fittingPage(
    { after: readCursor(order, cursor), limit },
    async (after, most) => {
      const page = await readMembers(ledger, target, query, { after, limit: most });
      total ??= page;
      return { items: await showMembers(ledger, target, page.members), next: page.next };
    },
  );
  const counted = total ?? { total: 0, totalIsCapped: false };
  return { items, nextCursor: next && writeCursor(order, next), ...showTotal(counted), ...pending };
}

type ReadMembers = Total & { members: TargetMember[]; next: PageKey | null };

/** In the order in which they are stored; any other, and a search, is a list of users, whose reasons are read after. */
async function readMembers(
  ledger: Ledger,
  target: ListedTarget,
  { search, sort = 'createdAt' }: MemberQuery,
  { after, limit }: { after: PageKey | null; limit: number },
): Promise<ReadMembers> {
  if (search === undefined && sort === 'createdAt') {
    const { items, next, total } = await ledger.targetMembers(target.id, after?.id ?? null, limit);
    const key = next === null ? null : { sorted: next, id: next };
    return { members: items, next: key, total, totalIsCapped: false };
  }
  const page = await ledger.listUsers({
    provider: target.provider,
    [target.kind]: target.id,
    ...(search !== undefined && { search }),
    sort: memberSorts[sort],
    after,
    limit,
  });
  const members = page.items.map(({ user }) => ({ user, ruleset: UNKNOWN, reasons: [] }));
  return { ...page, members };
}

/** No ruleset has this number: reasons are resolved. */
const UNKNOWN = -1;

/** null in the place of whoever is a member no more. */
async function showMembers(
  ledger: Ledger,
  target: ListedTarget,
  members: readonly TargetMember[],
): Promise<(MemberJson | null)[]> {
  const state = await ledger.provider(target.provider);
  if (!state) return [];
  const current: Pick<TargetMember, 'user' | 'reasons'>[] = [];
  for (const member of members) {
    const isCurrent = member.ruleset === state.ruleset.number;
    const reasons = isCurrent ? member.reasons : await reasonsNow(ledger, member, target);
    current.push({ user: member.user, reasons });
  }
  const groupName = await groupNames(
    ledger,
    target.provider,
    current.flatMap(({ reasons }) => reasons.map(({ reason }) => reason)),
  );
  const show = { ruleset: state.ruleset, groupName };
  return current.map(({ user, reasons }) =>
    reasons.length === 0
      ? null
      : {
          ...showPerson(user),
          sources: reasons.map(({ reason, since }) => showReason(reason, { ...show, since })),
        },
  );
}

/** Resolved now: none when they are a member no more. */
async function reasonsNow(
  ledger: Ledger,
  { user, reasons }: TargetMember,
  target: ListedTarget,
): Promise<TargetMember['reasons']> {
  const full = await ledger.fullUser(user.id);
  if (!full) return reasons;
  const stored = full.loaded.grants.filter((row) => row.target === target.id);
  return resolveFull(full)
    .grants.filter((grant) => grant.target.id === target.id)
    .map(({ reason, reasonKey }) => ({
      reason,
      since: stored.find((row) => row.reasonKey === reasonKey)?.since ?? user.modifiedAt,
    }));
}

async function groupNames(
  ledger: Ledger,
  provider: string,
  reasons: readonly GrantReason[],
): Promise<GroupNames> {
  const ids = new Set(reasons.map((reason) => ('group' in reason ? reason.group : undefined)));
  const names = new Map<string, string>();
  for (const id of ids) {
    const group = id === undefined ? null : await ledger.readGroup(provider, id, false);
    if (group)
      names.set(group.id, String((JSON.parse(group.document) as Record<string, unknown>).displayName));
  }
  return (id) => names.get(id) ?? null;
}

export const targetRoutes: readonly Route[] = [
  ...routesOf('team', 'teams', 'team'),
  ...routesOf('businessUnit', 'business-units', 'business unit'),
];
