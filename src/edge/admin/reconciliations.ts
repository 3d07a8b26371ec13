// Comparing with the directory of a provider: begun by a person.

import { Type } from 'typebox';
import { choice, text } from './contract.ts';
import { needProvider } from './look-up.ts';
import { changeBy, type Route, route } from './route.ts';

const beginRun = route({
  method: 'POST',
  path: '/providers/{id}/reconcile',
  permission: { resource: 'providers', operation: 'edit' },
  summary: 'Compare with the directory now',
  body: Type.Object({ mode: Type.Optional(choice(['heal', 'report'])) }, { additionalProperties: false }),
  optionalBody: true,
  status: 202,
  response: Type.Object({ id: text() }),
  async handle(call) {
    const { provider } = await needProvider(call.parts.ledger, call.params.id);
    const asked = { provider, channel: 'reconciliation' as const, ...call.body };
    const run = await call.parts.reconciling.begin(asked, changeBy(call));
    return { body: { id: run.id } };
  },
});

export const reconciliationRoutes: readonly Route[] = [beginRun];
