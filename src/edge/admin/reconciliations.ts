// Comparing with the directory of a provider: begun by a person.

import { Type } from 'typebox';
import { Refusal } from '../../refusal.ts';
import { choice } from './contract.ts';
import { needProvider } from './look-up.ts';
import { runShape, showRun } from './reconciliation-contract.ts';
import { changeBy, type Route, route } from './route.ts';

const beginRun = route({
  method: 'POST',
  path: '/providers/{id}/reconcile',
  permission: { resource: 'providers', operation: 'edit' },
  summary: 'Compare with the directory now',
  body: Type.Object({ mode: Type.Optional(choice(['heal', 'report'])) }, { additionalProperties: false }),
  optionalBody: true,
  status: 202,
  response: runShape,
  async handle(call) {
    const { provider } = await needProvider(call.parts.ledger, call.params.id);
    const asked = { provider, channel: 'reconciliation' as const, ...call.body };
    return { body: showRun(await call.parts.reconciling.begin(asked, changeBy(call))) };
  },
});

const beginImport = route({
  method: 'POST',
  path: '/providers/{id}/import',
  permission: { resource: 'providers', operation: 'edit' },
  summary: 'Import people',
  body: Type.Object({ preview: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
  optionalBody: true,
  status: 202,
  response: runShape,
  async handle(call) {
    const { provider } = await needProvider(call.parts.ledger, call.params.id);
    const asked = { provider, channel: 'import' as const, ...call.body };
    return { body: showRun(await call.parts.reconciling.begin(asked, changeBy(call))) };
  },
});

const getRun = route({
  method: 'GET',
  path: '/reconciliations/{id}',
  permission: { resource: 'providers', operation: 'read' },
  summary: 'One run',
  response: runShape,
  async handle({ parts, params }) {
    const run = await parts.ledger.reconciliations.find(params.id);
    if (!run) throw new Refusal('notFound', 'There is no such run.');
    return { body: showRun(run) };
  },
});

export const reconciliationRoutes: readonly Route[] = [beginRun, beginImport, getRun];
