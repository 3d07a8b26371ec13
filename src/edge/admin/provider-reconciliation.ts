// How comparing with its directory stands for one provider: mode, last and next run, what is in the way; and who is assigned
// there and has not arrived here.

import { type Static, Type } from 'typebox';
import type { Ledger } from '../../ledger/ledger.ts';
import type { DriftRow, Run } from '../../ledger/reconciliation.ts';
import { listQuery, orNull, pageOf, rfc3339, search, text, time } from './contract.ts';
import { directoryStateShape, pendingRows, showDirectoryState } from './directory-state.ts';
import { fittingPage } from './fitting-page.ts';
import { needProvider } from './look-up.ts';
import { readIdCursor, showTotal, writeIdCursor } from './page.ts';
import { type Route, route } from './route.ts';
import { readRuns } from './runs.ts';

const PAGE = 50;

const getState = route({
  method: 'GET',
  path: '/providers/{id}/reconciliation',
  permission: readRuns,
  summary: 'How comparing with the directory of a provider stands',
  response: directoryStateShape,
  async handle({ parts, params }) {
    const { provider } = await needProvider(parts.ledger, params.id);
    return { body: await showDirectoryState(parts, provider) };
  },
});

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
    const asked = { run: run.id, ...(query.search !== undefined && { search: query.search }) };
    const first = await pendingRows({ ledger }, { ...asked, after: null, limit: 1 });
    const page = await fittingPage(
      { after: readIdCursor(order, query.cursor), limit: query.limit ?? PAGE },
      async (after, limit) => {
        const { items, next } = await pendingRows({ ledger }, { ...asked, after, limit });
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
