// Teams and business units: lists, one of them, and their members with what makes each a member.

import { type Static, Type } from 'typebox';
import type { GrantReason } from '../../identity/grant.ts';
import type { Ledger, ListedTarget, TargetListQuery, TargetMember } from '../../ledger/ledger.ts';
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
  source,
  text,
  time,
} from './contract.ts';
import { resolveFull, showPerson } from './current-access.ts';
import { findProvider, findTarget } from './look-up.ts';
import { readCursor, readIdCursor, writeCursor, writeIdCursor } from './page.ts';
import { type GroupNames, showReason } from './reasons.ts';
import { type Route, route } from './route.ts';

type Kind = TargetListQuery['kind'];

const targetShape = Type.Object({
  id: text(),
  name: text(),
  provider: text('Id of the provider.'),
  members: count('Users who have it, suspended ones included.'),
  group: orNull(text('Id of the group whose team this is: its name follows the group.')),
  createdAt: time(),
});

const memberShape = Type.Object({
  ...person.properties,
  sources: Type.Array(source, { description: 'Why they are members; one is enough.' }),
});

function showTarget({
  id,
  name,
  provider,
  members,
  key,
  createdAt,
}: ListedTarget): Static<typeof targetShape> {
  const [, group = null] = /^group:([^:]+)/.exec(key) ?? [];
  return { id, name, provider, members, group, createdAt: rfc3339(createdAt) };
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
      query: Type.Object({ ...listQuery, search, provider: providerFilter }, { additionalProperties: false }),
      response: pageOf(targetShape),
      handle: async ({ parts: { ledger }, query }) => {
        const after = readCursor(base, query.cursor);
        const found = query.provider === undefined ? null : await findProvider(ledger, query.provider);
        if (query.provider !== undefined && !found) {
          return { body: { items: [], nextCursor: null, total: 0 } };
        }
        const page = await ledger.listTargets({
          kind,
          after,
          limit: query.limit ?? 50,
          ...(found && { provider: found.provider.id }),
          ...(query.search !== undefined && { search: query.search }),
        });
        const nextCursor = page.next && writeCursor(base, page.next);
        return { body: { items: page.items.map(showTarget), nextCursor, total: page.total } };
      },
    }),
    route({
      method: 'GET',
      path: `/${base}/{id}`,
      permission,
      summary: `One ${words}`,
      response: targetShape,
      handle: async ({ parts: { ledger }, params }) => ({
        body: showTarget(await needTarget(ledger, kind, words, params.id)),
      }),
    }),
    route({
      method: 'GET',
      path: `/${base}/{id}/members`,
      permission,
      summary: `Members of a ${words}, with their sources`,
      query: Type.Object(listQuery, { additionalProperties: false }),
      response: pageOf(memberShape),
      handle: async ({ parts: { ledger }, params, query }) => {
        const target = await needTarget(ledger, kind, words, params.id);
        const order = `members ${target.id}`;
        const after = readIdCursor(order, query.cursor);
        const page = await ledger.targetMembers(target.id, after, query.limit ?? 50);
        return {
          body: {
            items: await showMembers(ledger, target, page.items),
            nextCursor: writeIdCursor(order, page.next),
            total: page.total,
          },
        };
      },
    }),
  ];
};

async function showMembers(
  ledger: Ledger,
  target: ListedTarget,
  members: readonly TargetMember[],
): Promise<Static<typeof memberShape>[]> {
  const state = await ledger.provider(target.provider);
  if (!state) return [];
  const current: Pick<TargetMember, 'user' | 'reasons'>[] = [];
  for (const member of members) {
    const isCurrent = member.ruleset === state.ruleset.number;
    const reasons = isCurrent ? member.reasons : await reasonsNow(ledger, member, target);
    if (reasons.length > 0) current.push({ user: member.user, reasons });
  }
  const groupName = await groupNames(
    ledger,
    target.provider,
    current.flatMap(({ reasons }) => reasons.map(({ reason }) => reason)),
  );
  return current.map(({ user, reasons }) => ({
    ...showPerson(user),
    sources: reasons.map(({ reason, since }) =>
      showReason(reason, { ruleset: state.ruleset, groupName, since }),
    ),
  }));
}

/** Of somebody whom the sweep after a rule change has not reached: none when they are a member no more. */
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
