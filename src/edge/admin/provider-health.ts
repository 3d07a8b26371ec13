// How a provider is doing: when it last called, whether that went well, and whom it brought.

import { Type } from 'typebox';
import type { Ledger, RequestQuery, UserListQuery } from '../../ledger/ledger.ts';
import { count, orNull, rfc3339, text, time } from './contract.ts';
import { needProvider } from './look-up.ts';
import { type Route, route } from './route.ts';
import { liveTokens } from './tokens.ts';

const lastRequest = Type.Object({
  id: text(),
  at: time(),
  status: Type.Integer(),
  action: text(),
  detail: orNull(text()),
});

const getHealth = route({
  method: 'GET',
  path: '/providers/{id}/health',
  permission: { resource: 'providers', operation: 'read' },
  summary: 'When a provider last called, and whom it brought',
  response: Type.Object({
    provider: text(),
    lastRequest: orNull(lastRequest),
    lastFailure: orNull(lastRequest),
    users: Type.Object({ active: count(), suspended: count(), removed: count(), withoutRole: count() }),
    groups: count(),
    teams: count(),
    businessUnits: count(),
    liveTokens: count(),
    staleUsers: count('People of all providers who are still to be resolved with the current rules.'),
  }),
  async handle({ parts: { ledger }, params, at }) {
    const { provider } = await needProvider(ledger, params.id);
    const { id } = provider;
    return {
      body: {
        provider: id,
        lastRequest: await last(ledger, { provider: id }),
        lastFailure: await last(ledger, { provider: id, status: 'failed' }),
        users: {
          active: await countUsers(ledger, { provider: id, status: 'active' }),
          suspended: await countUsers(ledger, { provider: id, status: 'suspended' }),
          removed: await countUsers(ledger, { provider: id, status: 'removed' }),
          withoutRole: await countUsers(ledger, { provider: id, role: 'none' }),
        },
        groups: await countGroups(ledger, id),
        teams: await countTargets(ledger, id, 'team'),
        businessUnits: await countTargets(ledger, id, 'businessUnit'),
        liveTokens: (await liveTokens(ledger, id, at)).length,
        staleUsers: await ledger.staleUsers(),
      },
    };
  },
});

async function last(ledger: Ledger, query: Pick<RequestQuery, 'provider' | 'status'>) {
  const { items } = await ledger.requests({ ...query, before: null, limit: 1 });
  const [request] = items;
  if (!request) return null;
  const { id, at, status, action, detail } = request;
  return { id, at: rfc3339(at), status, action, detail };
}

const sort = { by: 'userName', descending: false } as const;

async function countUsers(
  ledger: Ledger,
  query: Pick<UserListQuery, 'provider' | 'status' | 'role'>,
): Promise<number> {
  return (await ledger.listUsers({ ...query, sort, after: null, limit: 1 })).total;
}

export async function countGroups(ledger: Ledger, provider: string): Promise<number> {
  const all = { condition: null, sort: null, start: { offset: 0 }, limit: 1, withMembers: false };
  return (await ledger.queryGroups({ provider, ...all })).total;
}

export async function countTargets(
  ledger: Ledger,
  provider: string,
  kind: 'team' | 'businessUnit',
): Promise<number> {
  return (await ledger.listTargets({ kind, provider, after: null, limit: 1 })).total;
}

export const providerHealthRoutes: readonly Route[] = [getHealth];
