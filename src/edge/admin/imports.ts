// People brought from the directory of a provider: begun, looked at beforehand, applied or discarded.

import { Type } from 'typebox';
import type { Provider } from '../../identity/provider.ts';
import type { Run } from '../../ledger/reconciliation.ts';
import type { RunReport } from '../../reconcile/report.ts';
import { Refusal } from '../../refusal.ts';
import { importObstacle } from './import-obstacle.ts';
import { needProvider } from './look-up.ts';
import { runShape, showRun } from './reconciliation-contract.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { importPeople, needRun, runAddress, runEvent } from './runs.ts';

const filtered = (description: string, maxLength = 200) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000]*$', description }));

const beginImport = route({
  method: 'POST',
  path: '/providers/{id}/import',
  permission: importPeople,
  summary: 'Bring people from the directory, or look at whom first',
  description:
    'Begins a run beside the requests. As a preview it ends in the phase `waiting`, with `previewed`: how many would come, with which role, and the first 50; POST /reconciliations/{id}/resume applies it. The same again changes nothing.',
  body: Type.Object(
    {
      filter: Type.Optional(
        Type.Object(
          {
            group: filtered('Id or exact name: its direct members.'),
            role: filtered('Value of a role of the application.'),
            department: filtered('Exactly.'),
            query: filtered("In the directory's own language.", 1_000),
          },
          {
            additionalProperties: false,
            description:
              'Whom; several narrow one another. Left out: everybody in the scope of the provider.',
          },
        ),
      ),
      preview: Type.Boolean({ description: 'true: change nothing before somebody applies it.' }),
    },
    { additionalProperties: false },
  ),
  status: 202,
  response: runShape,
  refuses: {
    409: 'SCIM alone makes users of this provider, a run is under way (`run`), there is no directory that can be read, or the provider is disabled or being removed',
  },
  async handle(call) {
    const { parts, params, body } = call;
    const { provider } = await needProvider(parts.ledger, params.id);
    refuseWhereScimAlone(provider);
    const { filter, preview } = body;
    const asked = { provider, channel: 'import' as const, preview, ...(filter && { filter }) };
    const run = await parts.reconciling.begin(asked, changeBy(call));
    return { headers: runAddress(run), body: showRun(run) };
  },
});

function refuseWhereScimAlone(provider: Provider): void {
  const obstacle = importObstacle(provider);
  if (obstacle) throw new Refusal('conflict', obstacle.detail, { advice: obstacle.advice });
}

// --- previews ---------------------------------------------------------------------------------------------------

async function needWaiting({ parts }: Call, id: string, verb: string): Promise<Run> {
  const run = await needRun(parts.ledger, id);
  if (run.phase === 'waiting') return run;
  throw notWaiting(run, verb);
}

function notWaiting({ id, preview, phase, outcome }: Run, verb: string): Refusal {
  const state = preview ? (outcome ?? `still ${phase}`) : 'no preview';
  const detail = `This run is ${state}: only a preview that waits can be ${verb}.`;
  return new Refusal('conflict', detail, {
    phase,
    outcome,
    advice: `How it is: bifrost reconcile show ${id}`,
  });
}

function rulesOfPreview({ counts }: Run): number | null {
  return (counts as Partial<RunReport>).preview?.ruleset ?? null;
}

const GOOD_FOR_MS = 24 * 3_600_000;

const resumePreview = route({
  method: 'POST',
  path: '/reconciliations/{id}/resume',
  permission: importPeople,
  summary: 'Apply a preview that waits',
  description:
    'Beside the requests; GET /reconciliations/{id} shows how far it is. People are made with the access that the rules give at that moment.',
  status: 202,
  response: runShape,
  refuses: { 409: 'It does not wait (any more), or SCIM alone makes users of the provider by now' },
  async handle(call) {
    const { ledger, reconciling } = call.parts;
    const run = await needWaiting(call, call.params.id, 'applied');
    refuseWhereScimAlone((await needProvider(ledger, run.provider)).provider);
    const { provider, ruleset } = await needProvider(ledger, run.provider);
    if (!provider.enabled) {
      throw new Refusal('conflict', `The provider ${provider.name} is disabled. Enable it first.`);
    }
    if (rulesOfPreview(run) !== ruleset.number) {
      const detail =
        'The rules were changed since this was shown, and what people would have with them: make a new preview.';
      throw new Refusal('conflict', detail);
    }
    if (call.at - run.startedAt > GOOD_FOR_MS) {
      const detail =
        'The preview is older than a day, and the directory may say something else by now: make a new one.';
      throw new Refusal('conflict', detail);
    }
    const tell = [runEvent(run, 'started', { resumed: true })];
    const isGoing = await ledger.reconciliations.resume(run.id, changeBy(call), tell);
    const now = await needRun(ledger, run.id);
    if (!isGoing) throw notWaiting(now, 'applied');
    reconciling.wake();
    return { headers: runAddress(now), body: showRun(now) };
  },
});

const discardPreview = route({
  method: 'POST',
  path: '/reconciliations/{id}/discard',
  permission: importPeople,
  summary: 'Be rid of a preview that waits, unapplied',
  response: runShape,
  refuses: { 409: 'It does not wait (any more)' },
  async handle(call) {
    const { ledger } = call.parts;
    const run = await needWaiting(call, call.params.id, 'discarded');
    const tell = [runEvent(run, 'finished', { outcome: 'discarded' })];
    if (!(await ledger.reconciliations.cancel(run.id, changeBy(call), tell))) {
      throw notWaiting(await needRun(ledger, run.id), 'discarded');
    }
    return { body: showRun(await needRun(ledger, run.id)) };
  },
});

export const importRoutes: readonly Route[] = [beginImport, resumePreview, discardPreview];
