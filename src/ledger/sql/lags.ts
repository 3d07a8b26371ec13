// How far behind the work beside the requests is, by the index of unfinished jobs and the oldest row that waits to be sealed; and
// which versions do it.

import type { JobLag, LagStores, Lags } from '../lags.ts';
import type { JobKind } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import type { Hands } from './hands.ts';
import { all, one, type Script } from './statement.ts';

export function lagStores({ read, dialect }: Hands): LagStores {
  return {
    lags: () => read(() => readLags(dialect)),
    versions: () => read(() => readVersions(dialect)),
  };
}

function* readLags({ oldestUnsealed, now }: Dialect): Script<Lags> {
  const row = yield* one<{ since: number | null; clock: number }>(
    `SELECT ${oldestUnsealed} AS since, ${now} AS clock`,
  );
  return { unsealedSince: row!.since, storageClock: row!.clock, jobs: yield* readJobs() };
}

function* readVersions({ openVersions }: Dialect): Script<string[]> {
  return (yield* all<{ version: string }>(openVersions)).map(({ version }) => version);
}

interface JobColumns {
  kind: JobKind;
  waiting: number;
  since: number;
  remaining: number;
  failing: number;
}

function* readJobs(): Script<JobLag[]> {
  const rows = yield* all<JobColumns>(
    `SELECT kind, count(*) AS waiting, min(created_at) AS since,
       coalesce(sum(CASE WHEN total > done THEN total - done ELSE 0 END), 0) AS remaining,
       sum(CASE WHEN failures > 0 THEN 1 ELSE 0 END) AS failing
     FROM jobs WHERE finished_at IS NULL GROUP BY kind ORDER BY kind`,
  );
  // PostgreSQL gives sums as text.
  return rows.map(({ kind, since, waiting, remaining, failing }) => ({
    kind,
    since,
    waiting: Number(waiting),
    remaining: Number(remaining),
    failing: Number(failing),
  }));
}
