// Comparing with the directory of a provider: begun and cancelled by a person, the list of runs, and one with its report. Rows
// of a report: drift.ts; previews of an import: imports.ts.

import { Type } from 'typebox';
import { Refusal } from '../../refusal.ts';
import { choice, listQuery, pageOf, providerFilter, sortedBy } from './contract.ts';
import { findProvider, needProvider } from './look-up.ts';
import { runsNamedIn } from './named-run.ts';
import { readIdCursor, showTotal, writeIdCursor } from './page.ts';
import { runShape, showRun } from './reconciliation-contract.ts';
import { changeBy, type Route, route } from './route.ts';
import {
  beginRuns,
  healByHand,
  importPeople,
  needRun,
  readRuns,
  refuseUnless,
  runAddress,
  runEvent,
} from './runs.ts';
import { listedRunShape, showWholeRun, wholeRunShape } from './whole-run.ts';

const PAGE = 50;

const beginRun = route({
  method: 'POST',
  path: '/providers/{id}/reconcile',
  permission: beginRuns,
  summary: 'Compare with the directory now',
  description:
    'Begins a run beside the requests; GET /reconciliations/{id} shows how far it is. `heal` where the provider only reports needs `reconciliations:heal` as well.',
  body: Type.Object(
    {
      mode: Type.Optional(
        choice(
          ['heal', 'report'],
          'report: change nothing. Left out: as the provider is set; report where it is switched off.',
        ),
      ),
    },
    { additionalProperties: false },
  ),
  optionalBody: true,
  status: 202,
  response: runShape,
  refuses: {
    409: 'One is under way (`run`), the provider has no directory that can be read, or it is disabled or being removed',
  },
  async handle(call) {
    const { parts, params, body } = call;
    const { provider } = await needProvider(parts.ledger, params.id);
    const asSet = provider.settings.reconcile.mode === 'heal' ? 'heal' : 'report';
    const mode = body.mode ?? asSet;
    if (mode === 'heal' && asSet !== 'heal') refuseUnless(call, healByHand);
    const asked = { provider, channel: 'reconciliation' as const, mode };
    const run = await parts.reconciling.begin(asked, changeBy(call));
    return { headers: runAddress(run), body: showRun(run) };
  },
});

const listRuns = route({
  method: 'GET',
  path: '/reconciliations',
  permission: readRuns,
  summary: 'Runs of reconciliation and import, newest first',
  query: Type.Object(
    {
      ...listQuery,
      provider: providerFilter,
      channel: Type.Optional(choice(['reconciliation', 'import'])),
      drift: Type.Optional(
        choice(['true', 'false'], '`true`: with what each found, which takes as long as there are rows.'),
      ),
      sort: sortedBy('-startedAt'),
    },
    { additionalProperties: false },
  ),
  response: pageOf(listedRunShape),
  async handle({ parts, query }) {
    const { ledger } = parts;
    const asked = query.provider === undefined ? undefined : await findProvider(ledger, query.provider);
    if (asked === null) return { body: { items: [], nextCursor: null, total: 0 } };
    const found = await ledger.reconciliations.list({
      ...(asked && { provider: asked.provider.id }),
      ...(query.channel && { channel: query.channel }),
      after: readIdCursor('reconciliations', query.cursor),
      limit: query.limit ?? PAGE,
    });
    const named = runsNamedIn(parts);
    const items = await Promise.all(
      found.items.map(async (run) => ({
        ...(await named(run)),
        ...(query.drift === 'true' && { drift: await ledger.reconciliations.driftCounts(run.id) }),
      })),
    );
    return {
      body: {
        items,
        nextCursor: writeIdCursor('reconciliations', found.next),
        ...showTotal(found),
      },
    };
  },
});

const getRun = route({
  method: 'GET',
  path: '/reconciliations/{id}',
  permission: readRuns,
  summary: 'One run, with its report: what was read, found, healed, held and skipped',
  response: wholeRunShape,
  async handle({ parts, params }) {
    return { body: await showWholeRun(parts, await needRun(parts.ledger, params.id)) };
  },
});

const cancelRun = route({
  method: 'POST',
  path: '/reconciliations/{id}/cancel',
  permission: { oneOf: [beginRuns, importPeople] },
  summary: 'Stop a run at its next step',
  description:
    'What it has done stays done. Of an import it needs `reconciliations:import`, else `reconciliations:run`.',
  response: runShape,
  refuses: { 409: 'It is over, or a preview that waits: discard that' },
  async handle(call) {
    const { ledger } = call.parts;
    const run = await needRun(ledger, call.params.id);
    refuseUnless(call, run.channel === 'import' ? importPeople : beginRuns);
    if (run.phase === 'waiting') {
      const detail = 'This preview is not under way: it waits for somebody to apply or discard it.';
      const advice = `To be rid of it: bifrost reconcile discard ${run.id}`;
      throw new Refusal('conflict', detail, { phase: run.phase, advice });
    }
    const tell = [runEvent(run, 'finished', { outcome: 'cancelled' })];
    if (!(await ledger.reconciliations.cancel(run.id, changeBy(call), tell))) {
      const { outcome } = await needRun(ledger, run.id);
      throw new Refusal('conflict', `The run is over already: ${outcome}.`, { outcome });
    }
    return { body: showRun(await needRun(ledger, run.id)) };
  },
});

export const reconciliationRoutes: readonly Route[] = [beginRun, listRuns, getRun, cancelRun];
