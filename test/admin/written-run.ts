// Runs as a test wants them, written by the stores that the runner writes by: nobody reads a directory for them.

import { newId } from '../../src/id.ts';
import type { Actor } from '../../src/identity/event.ts';
import type { DriftRow, NewRun, Run, RunCounts, StagedPart } from '../../src/ledger/reconciliation.ts';
import type { Fixture } from './fixture.ts';
import { by } from './signed-in.ts';

/** Whoever works on them, so that the server does not. */
const HOLDER = 'a test';

interface Written {
  /** Who began it. */
  by?: Actor;
  run?: Partial<NewRun>;
  rows?: readonly Partial<DriftRow>[];
  parts?: readonly StagedPart[];
  counts?: RunCounts;
}

let startedAt = Date.now() - 3_600_000;

export async function beginWritten(
  { server }: Fixture,
  { run = {}, rows = [], parts = [], ...who }: Written = {},
) {
  const { reconciliations } = server.ledger;
  startedAt += 1_000;
  const wanted: NewRun = {
    id: newId(startedAt),
    provider: server.provider,
    channel: 'reconciliation',
    mode: 'heal',
    scope: 'assigned',
    filter: null,
    preview: false,
    trigger: 'schedule',
    startedAt,
    ...run,
  };
  const begun = await reconciliations.begin(
    wanted,
    { ...by(startedAt), ...(who.by && { actor: who.by }) },
    [],
  );
  const taken = await reconciliations.take(HOLDER);
  if (begun?.id !== taken?.id || !begun) throw new Error('another run is under way');
  const none = { people: [], groups: [], memberships: [], assignments: [], newParts: [] };
  await reconciliations.stage(begun.id, HOLDER, { ...none, parts });
  await reconciliations.report(
    begun.id,
    HOLDER,
    rows.map((row, n) => rowOf(begun, n, row)),
    {},
  );
  return begun;
}

/** Over, and what it found. */
export async function writtenRun(api: Fixture, written: Written = {}): Promise<Run> {
  const begun = await beginWritten(api, written);
  await endWritten(api, begun, written.counts);
  return begun;
}

export async function endWritten(
  { server }: Fixture,
  { id }: Run,
  counts: RunCounts = {},
  phase: 'done' | 'waiting' = 'done',
): Promise<void> {
  const outcome = phase === 'done' ? 'complete' : null;
  const end = { phase, outcome, counts, problems: [] } as const;
  const isEnded = await server.ledger.reconciliations.finish(id, HOLDER, end, by(startedAt + 500), []);
  if (!isEnded) throw new Error('the run was not ended');
}

/** What a test that failed left under way would be in the way of the next. */
export async function cancelWritten({ server }: Fixture): Promise<void> {
  const { reconciliations } = server.ledger;
  const { items } = await reconciliations.list({ after: null, limit: 10 });
  for (const { id } of items.filter(({ phase }) => phase !== 'done'))
    await reconciliations.cancel(id, by(), []);
}

function rowOf(run: Run, n: number, row: Partial<DriftRow>): DriftRow {
  return {
    run: run.id,
    id: `row-${String(n).padStart(5, '0')}`,
    category: 'attribute-differs',
    user: null,
    directoryId: null,
    name: `person${n}@contoso.com`,
    about: '',
    takes: false,
    state: 'open',
    why: 'The directory says otherwise.',
    detail: {},
    batch: null,
    healedAt: null,
    ...row,
  };
}
