// How comparing with the directory of a provider stands: mode, last and next run, what is in the way, what is open and who is
// pending. Of one provider: provider-reconciliation.ts; of all: directories.ts.

import { type Static, Type } from 'typebox';
import { isClosed, type Provider } from '../../identity/provider.ts';
import type { Run } from '../../ledger/reconciliation.ts';
import { directoryOf } from '../../reconcile/directory-of.ts';
import { choice, count, orNull, rfc3339, text, time } from './contract.ts';
import { importObstacle } from './import-obstacle.ts';
import { durationText } from './provider-block.ts';
import { runShape, showRun } from './reconciliation-contract.ts';
import type { AdminParts } from './route.ts';

export const directoryStateShape = Type.Object({
  provider: text(),
  name: text(),
  kind: choice(['entra', 'okta', 'keycloak', 'google', 'oidc']),
  mode: choice(
    ['heal', 'report', 'off'],
    'As set, else what follows from SCIM and `claimsSyncMode`: report where SCIM alone may change people, else heal.',
  ),
  every: text('Such as `24h`.'),
  scope: choice(['assigned', 'all']),
  directory: orNull(text('What is read, such as `Microsoft Graph`.')),
  obstacle: orNull(text('Why no run can begin now, and what to do about it.')),
  importObstacle: orNull(text('Why nobody can be brought from the directory now.')),
  nextDueAt: orNull(time('null: by hand alone.')),
  underWay: orNull(runShape),
  waiting: orNull(runShape),
  last: orNull(runShape),
  lastComplete: orNull(runShape),
  open: orNull(
    Type.Object(
      {
        run: text(),
        rows: count(),
        people: count('A group is nobody.'),
        held: count('Rows of a held batch.'),
      },
      { description: 'What the newest run that compared left to be done, as it is by now.' },
    ),
  ),
  pending: orNull(
    count(
      'How many were assigned there and had not arrived, by the last run that read everything; null: none has.',
    ),
  ),
});
export type ReconciliationStateJson = Static<typeof directoryStateShape>;

/** A waiting preview is behind what was begun since at most. */
const RUNS_LOOKED_AT = 20;

export async function showDirectoryState(
  parts: AdminParts,
  provider: Provider,
): Promise<ReconciliationStateJson> {
  const { ledger, reconciling } = parts;
  const { id, name, settings } = provider;
  const { items } = await ledger.reconciliations.list({ provider: id, after: null, limit: RUNS_LOOKED_AT });
  const shown = (isIt: (run: Run) => boolean) => {
    const run = items.find(isIt);
    return run ? showRun(run) : null;
  };
  const lastComplete = await ledger.reconciliations.latest(id, 'reconciliation', ['complete']);
  const { directory, obstacle } = directoryFor(parts, provider);
  const due = obstacle === null ? await reconciling.dueAt(provider) : null;
  return {
    provider: id,
    name,
    kind: settings.kind,
    mode: settings.reconcile.mode,
    every: durationText(settings.reconcile.everyMs),
    scope: settings.scope,
    directory,
    obstacle,
    importObstacle: obstacle ?? importObstacle(provider)?.detail ?? null,
    nextDueAt: rfc3339(due),
    underWay: shown(({ phase }) => phase !== 'done' && phase !== 'waiting'),
    waiting: shown(({ phase }) => phase === 'waiting'),
    last: shown(({ phase, channel }) => phase === 'done' && channel === 'reconciliation'),
    lastComplete: lastComplete && showRun(lastComplete),
    open: await openOf(parts, id),
    pending:
      lastComplete && (await pendingRows(parts, { run: lastComplete.id, after: null, limit: 1 })).total,
  };
}

export function directoryFor({ reach }: Pick<AdminParts, 'reach'>, provider: Provider) {
  const reader = directoryOf(reach, provider, { scope: provider.settings.scope });
  const directory = 'none' in reader ? null : reader.name;
  if (isClosed(provider)) return { directory, obstacle: 'The provider is being removed, or was.' };
  if (!provider.enabled) return { directory, obstacle: 'The provider is disabled. Enable it first.' };
  return { directory, obstacle: 'none' in reader ? reader.none : null };
}

async function openOf({ ledger }: AdminParts, id: string): Promise<ReconciliationStateJson['open']> {
  const { reconciliations } = ledger;
  const run = await reconciliations.latest(id, 'reconciliation', ['complete', 'partial']);
  if (!run) return null;
  const counts = await reconciliations.driftCounts(run.id);
  const sumOf = (of: 'rows' | 'people', state: string) =>
    counts.reduce((sum, each) => sum + (each.state === state ? each[of] : 0), 0);
  return {
    run: run.id,
    rows: sumOf('rows', 'open'),
    people: sumOf('people', 'open'),
    held: sumOf('rows', 'held'),
  };
}

/** Rows of those who were missing here, groups among them. */
export function pendingRows(
  { ledger }: Pick<AdminParts, 'ledger'>,
  query: { run: string; search?: string; after: string | null; limit: number },
) {
  return ledger.reconciliations.drift({
    ...query,
    category: 'missing-here',
    states: ['open', 'due', 'ignored', 'skipped'],
  });
}
