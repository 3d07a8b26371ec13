// How comparing with its directory stands for one provider: mode, last and next run, what is in the way; and who is assigned
// there and has not arrived here.

import { type Static, Type } from 'typebox';
import { isClosed, type Provider } from '../../identity/provider.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { DriftRow, Run } from '../../ledger/reconciliation.ts';
import { directoryOf } from '../../reconcile/directory-of.ts';
import { choice, listQuery, orNull, pageOf, rfc3339, search, text, time } from './contract.ts';
import { fittingPage } from './fitting-page.ts';
import { needProvider } from './look-up.ts';
import { readIdCursor, showTotal, writeIdCursor } from './page.ts';
import { durationText } from './provider-block.ts';
import { runShape, showRun } from './reconciliation-contract.ts';
import { type AdminParts, type Route, route } from './route.ts';
import { readRuns } from './runs.ts';

const PAGE = 50;

const stateShape = Type.Object({
  provider: text(),
  mode: choice(
    ['heal', 'report', 'off'],
    'As set, else what follows from SCIM and `claimsSyncMode`: report where SCIM alone may change people, else heal.',
  ),
  every: text('Such as `24h`.'),
  scope: choice(['assigned', 'all']),
  directory: orNull(text('What is read, such as `Microsoft Graph`.')),
  obstacle: orNull(text('Why no run can begin now, and what to do about it.')),
  nextDueAt: orNull(time('null: by hand alone.')),
  underWay: orNull(runShape),
  waiting: orNull(runShape),
  last: orNull(runShape),
  lastComplete: orNull(runShape),
});
export type ReconciliationStateJson = Static<typeof stateShape>;

/** A waiting preview is behind what was begun since at most. */
const RUNS_LOOKED_AT = 20;

const getState = route({
  method: 'GET',
  path: '/providers/{id}/reconciliation',
  permission: readRuns,
  summary: 'How comparing with the directory of a provider stands',
  response: stateShape,
  async handle({ parts, params }) {
    const { ledger, reconciling } = parts;
    const { provider } = await needProvider(ledger, params.id);
    const { id, settings } = provider;
    const { items } = await ledger.reconciliations.list({
      provider: id,
      after: null,
      limit: RUNS_LOOKED_AT,
    });
    const shown = (isIt: (run: Run) => boolean) => {
      const run = items.find(isIt);
      return run ? showRun(run) : null;
    };
    const lastComplete = await ledger.reconciliations.latest(id, 'reconciliation', ['complete']);
    const { directory, obstacle } = directoryFor(parts, provider);
    const due = obstacle === null ? await reconciling.dueAt(provider) : null;
    return {
      body: {
        provider: id,
        mode: settings.reconcile.mode,
        every: durationText(settings.reconcile.everyMs),
        scope: settings.scope,
        directory,
        obstacle,
        nextDueAt: rfc3339(due),
        underWay: shown(({ phase }) => phase !== 'done' && phase !== 'waiting'),
        waiting: shown(({ phase }) => phase === 'waiting'),
        last: shown(({ phase, channel }) => phase === 'done' && channel === 'reconciliation'),
        lastComplete: lastComplete && showRun(lastComplete),
      },
    };
  },
});

function directoryFor({ reach }: AdminParts, provider: Provider) {
  const reader = directoryOf(reach, provider, { scope: provider.settings.scope });
  const directory = 'none' in reader ? null : reader.name;
  if (isClosed(provider)) return { directory, obstacle: 'The provider is being removed, or was.' };
  if (!provider.enabled) return { directory, obstacle: 'The provider is disabled. Enable it first.' };
  return { directory, obstacle: 'none' in reader ? reader.none : null };
}

// --- pending ----------------------------------------------------------------------------------------------------

const pendingShape = Type.Object({
  directoryId: text('Their id in the directory.'),
  userName: text('The name they sign in with there.'),
  displayName: orNull(text()),
  since: time('Start of the first of the runs, one after the other, that missed them here.'),
  why: text(),
});
export type PendingJson = Static<typeof pendingShape>;

const listPending = route({
  method: 'GET',
  path: '/providers/{id}/pending',
  permission: readRuns,
  summary: 'Who is assigned in the directory and has not arrived here, since when',
  description:
    'From the last run that read everything, without those who arrived since (`total` still counts them). Entra calls them pending.',
  query: Type.Object({ ...listQuery, search }, { additionalProperties: false }),
  response: Type.Object({
    ...pageOf(pendingShape).properties,
    run: orNull(text('The run that says so; null while none has read everything.')),
    asOf: orNull(time('When that run began.')),
  }),
  async handle({ parts: { ledger }, params, query }) {
    const { provider } = await needProvider(ledger, params.id);
    const run = await ledger.reconciliations.latest(provider.id, 'reconciliation', ['complete']);
    if (!run) return { body: { items: [], nextCursor: null, total: 0, run: null, asOf: null } };
    const order = `pending ${run.id}`;
    const first = await missing(ledger, run, query.search, null, 1);
    const page = await fittingPage(
      { after: readIdCursor(order, query.cursor), limit: query.limit ?? PAGE },
      async (after, limit) => {
        const { items, next } = await missing(ledger, run, query.search, after, limit);
        return { items: await pendingAmong(ledger, run, items), next };
      },
    );
    return {
      body: {
        items: page.items,
        nextCursor: writeIdCursor(order, page.next),
        ...showTotal(first),
        run: run.id,
        asOf: rfc3339(run.startedAt),
      },
    };
  },
});

function missing(
  { reconciliations }: Ledger,
  run: Run,
  named: string | undefined,
  after: string | null,
  limit: number,
) {
  return reconciliations.drift({
    run: run.id,
    category: 'missing-here',
    states: ['open', 'due', 'ignored', 'skipped'],
    ...(named !== undefined && { search: named }),
    after,
    limit,
  });
}

/** null for a group, and for whoever has arrived since. */
async function pendingAmong(
  ledger: Ledger,
  run: Run,
  rows: readonly DriftRow[],
): Promise<(PendingJson | null)[]> {
  const ids = rows.flatMap(({ directoryId }) => directoryId ?? []);
  const since = await ledger.reconciliations.pendingSince(run.provider, ids);
  return Promise.all(
    rows.map(async ({ directoryId, about, name, why, detail }) => {
      if (directoryId === null || about !== '') return null;
      if (await isHere(ledger, run.provider, directoryId)) return null;
      const { displayName } = detail;
      return {
        directoryId,
        userName: name,
        displayName: typeof displayName === 'string' ? displayName : null,
        since: rfc3339(since.get(directoryId) ?? run.startedAt),
        why,
      };
    }),
  );
}

/** By the id that SCIM gave them, or linked by a sign-in. */
async function isHere(ledger: Ledger, provider: string, directoryId: string): Promise<boolean> {
  for (const by of [{ externalId: directoryId }, { subject: directoryId }]) {
    const [first] = await ledger.findPeople({ ...by, provider });
    const full = first === undefined ? null : await ledger.fullUser(first);
    if (full && full.loaded.user.removedAt === null) return true;
  }
  return false;
}

export const providerReconciliationRoutes: readonly Route[] = [getState, listPending];
