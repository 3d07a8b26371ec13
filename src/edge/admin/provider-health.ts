// How a provider is doing: when it last called, whether that went well, and whom it brought.

import { type Static, Type } from 'typebox';
import { isClosed, type Provider } from '../../identity/provider.ts';
import type { Ledger, RequestQuery, StoredRequest, UserListQuery } from '../../ledger/ledger.ts';
import { readExpiry, secretEndOf } from '../expiry.ts';
import { choice, count, orNull, rfc3339, text, time } from './contract.ts';
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
type LastRequestJson = Static<typeof lastRequest>;

/** Entra's incremental cycles begin so often. */
export const CYCLE_MS = 40 * 60_000;
/** A cycle takes its time as well. */
const LATE_MS = CYCLE_MS + 15 * 60_000;
const SILENT_MS = 2 * LATE_MS;
const DAY_MS = 24 * 3_600_000;
const FAILURES_READ = 100;
const ENDLESS = Number.POSITIVE_INFINITY;

const healthShape = Type.Object({
  provider: text(),
  contact: choice(
    ['off', 'never', 'heard', 'onTime', 'late', 'silent'],
    "off: no SCIM; never: SCIM is on, and nothing came so far; heard: something came, of a kind that calls when something changes; onTime, late, silent: against Entra's 40 minutes. silent: more than two cycles were missed, so its job is probably in quarantine or stopped.",
  ),
  nextExpectedAt: orNull(time('Of Entra: when its next cycle should be here; null where it is not known.')),
  lastRequest: orNull(lastRequest),
  lastSuccess: orNull(lastRequest),
  lastFailure: orNull(lastRequest),
  failuresOfDay: Type.Object(
    { count: count(), isCapped: Type.Boolean({ description: 'There are more than that.' }) },
    { description: 'Requests that were refused in the last 24 hours.' },
  ),
  users: Type.Object({ active: count(), suspended: count(), removed: count(), withoutRole: count() }),
  groups: count(),
  teams: count(),
  businessUnits: count(),
  liveTokens: count(),
  unusedTokens: count('Live ones that were never used.'),
  nextTokenExpiry: orNull(time('When the next live token ends by itself.')),
  tokensEndAt: orNull(time('When the last live token ends; null: none is live, or one does not end.')),
  clientSecretEndsAt: orNull(
    time(
      'When the client secret ends: as Graph says it, looked at every 15 minutes, else as a person typed it (`clientSecretExpiresAt`); null where it is not known.',
    ),
  ),
  clientSecretEndSaidBy: orNull(choice(['graph', 'person'])),
  clientSecretEndTypedAs: orNull(
    time('What a person typed, where that is more than a day from what Graph says.'),
  ),
  openDrift: orNull(
    count('Differences of the last complete comparison that stand; null: none was complete.'),
  ),
  staleUsers: count('People of all providers who are still to be resolved with the current rules.'),
});
export type ProviderHealthJson = Static<typeof healthShape>;

const getHealth = route({
  method: 'GET',
  path: '/providers/{id}/health',
  permission: { resource: 'providers', operation: 'read' },
  summary: 'When a provider last called, and whom it brought',
  response: healthShape,
  async handle({ parts: { ledger }, params, at }) {
    const { provider } = await needProvider(ledger, params.id);
    const { id } = provider;
    const newest = await ledger.newestRequest(id);
    return {
      body: {
        provider: id,
        ...contactOf(provider, newest?.at ?? (await lastUseOf(ledger, id)), at),
        lastRequest: newest && showLast(newest),
        lastSuccess: await last(ledger, id, 'ok', newest),
        lastFailure: await last(ledger, id, 'failed', newest),
        failuresOfDay: await failuresOfDay(ledger, id, at),
        users: {
          active: await countUsers(ledger, { provider: id, status: 'active' }),
          suspended: await countUsers(ledger, { provider: id, status: 'suspended' }),
          removed: await countUsers(ledger, { provider: id, status: 'removed' }),
          withoutRole: await countUsers(ledger, { provider: id, role: 'none' }),
        },
        groups: await countGroups(ledger, id),
        teams: await countTargets(ledger, id, 'team'),
        businessUnits: await countTargets(ledger, id, 'businessUnit'),
        ...(await tokensOf(ledger, id, at)),
        ...(await showSecretEnd(ledger, provider)),
        openDrift: await openDrift(ledger, id),
        staleUsers: await ledger.staleUsers(),
      },
    };
  },
});

/** A job of Entra that fails for long is slowed down to once a day (quarantine): what is seen of it here is silence. */
export function contactOf(
  provider: Provider,
  lastAt: number | null,
  at: number,
): Pick<ProviderHealthJson, 'contact' | 'nextExpectedAt'> {
  if (!provider.scimEnabled || !provider.enabled || isClosed(provider)) {
    return { contact: 'off', nextExpectedAt: null };
  }
  if (lastAt === null) return { contact: 'never', nextExpectedAt: null };
  if (provider.settings.kind !== 'entra') return { contact: 'heard', nextExpectedAt: null };
  const silence = at - lastAt;
  const contact = silence > SILENT_MS ? 'silent' : silence > LATE_MS ? 'late' : 'onTime';
  return { contact, nextExpectedAt: rfc3339(lastAt + CYCLE_MS) };
}

/** Of its tokens: what the log has forgotten was heard all the same. */
export async function lastUseOf(ledger: Ledger, provider: string): Promise<number | null> {
  const uses = (await ledger.tokens(provider)).map(({ lastUsedAt }) => lastUsedAt ?? 0);
  return Math.max(0, ...uses) || null;
}

async function failuresOfDay(ledger: Ledger, provider: string, at: number) {
  const query = { provider, status: 'failed', before: null, limit: FAILURES_READ } as const;
  const { items } = await ledger.requests(query);
  const failures = items.filter((each) => each.at > at - DAY_MS).length;
  return { count: failures, isCapped: failures === FAILURES_READ };
}

async function tokensOf(ledger: Ledger, provider: string, at: number) {
  const live = await liveTokens(ledger, provider, at);
  const ends = live.map(({ expiresAt, revokedAt }) => Math.min(expiresAt ?? ENDLESS, revokedAt ?? ENDLESS));
  const timeOf = (end: number) => rfc3339(Number.isFinite(end) ? end : null);
  return {
    liveTokens: live.length,
    unusedTokens: live.filter(({ lastUsedAt }) => lastUsedAt === null).length,
    nextTokenExpiry: timeOf(Math.min(...ends)),
    tokensEndAt: timeOf(Math.max(...ends)),
  };
}

async function showSecretEnd(ledger: Ledger, provider: Provider) {
  const end = secretEndOf(provider, (await readExpiry(ledger, provider.id)).expiry);
  return {
    clientSecretEndsAt: rfc3339(end?.at ?? null),
    clientSecretEndSaidBy: end?.saidBy ?? null,
    clientSecretEndTypedAs: rfc3339(end?.typedOtherwise ?? null),
  };
}

async function openDrift(ledger: Ledger, provider: string): Promise<number | null> {
  const run = await ledger.reconciliations.latest(provider, 'reconciliation', ['complete']);
  if (!run) return null;
  const counts = await ledger.reconciliations.driftCounts(run.id);
  return counts.filter(({ state }) => state === 'open').reduce((sum, { rows }) => sum + rows, 0);
}

/** Mostly the newest of all is it; otherwise it is looked for among so many as a page of the log looks at. */
async function last(
  ledger: Ledger,
  provider: string,
  status: 'ok' | 'failed',
  newest: StoredRequest | null,
): Promise<LastRequestJson | null> {
  if (!newest) return null;
  if (statusOf(newest) === status) return showLast(newest);
  const { items } = await ledger.requests({ provider, status, before: null, limit: 1 });
  return items[0] ? showLast(items[0]) : null;
}

/** As the log is filtered: credentials that were refused are no failures of a provider. */
function statusOf({ status }: StoredRequest): RequestQuery['status'] {
  if (status < 400) return 'ok';
  return status === 401 ? 'rejected' : 'failed';
}

function showLast({ id, at, status, action, detail }: StoredRequest): LastRequestJson {
  return { id, at: rfc3339(at), status, action, detail };
}

const sort = { by: 'userName', descending: false } as const;

async function countUsers(
  ledger: Ledger,
  query: Pick<UserListQuery, 'provider' | 'status' | 'role'>,
): Promise<number> {
  return (await ledger.listUsers({ ...query, sort, after: null, limit: 0 })).total;
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
