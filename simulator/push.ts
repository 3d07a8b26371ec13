// `simulator push`: an organisation made from a seed, provisioned from nothing, read back, and, if asked, changed.

import { type CycleReport, provisionOnDemand, readBack, runCycle, testConnection } from './agent/cycle.ts';
import { type Job, newJob } from './agent/job.ts';
import { CYCLE_MS } from './agent/quarantine.ts';
import { changeScript } from './change-script.ts';
import type { PushOptions } from './push-options.ts';
import { showConnectionProblem, showCycle, showSummary, summaryOf } from './push-report.ts';
import { sampleOrganisation } from './sample-organisation.ts';
import type { Tenant } from './tenant.ts';

/** The only way out of the simulator: one line, or several. */
export type Print = (text: string) => void;

/** Answers the exit code. */
export async function push(options: PushOptions, print: Print): Promise<number> {
  const tenant: Tenant = { ...sampleOrganisation(options.size, options.seed), scope: options.scope };
  const job = newJob(options.job, tenant);
  const cycles: CycleReport[] = [];
  const played = (cycle: CycleReport): void => {
    cycles.push(cycle);
    if (!options.json) print(showCycle(cycle));
  };
  try {
    const connection = await testConnection(job, tenant, 0);
    if (connection.stopped !== null) {
      cycles.push(connection);
      if (!options.json) print(showConnectionProblem(options.job.tenantUrl, connection));
    } else {
      await play(options, job, tenant, played);
    }
  } finally {
    job.connection.close();
  }
  const summary = summaryOf(options, job, cycles);
  if (options.json) print(JSON.stringify(summary));
  else if (summary.connected) print(showSummary(summary));
  return summary.failureCount === 0 ? 0 : 1;
}

async function play(
  options: PushOptions,
  job: Job,
  initial: Tenant,
  played: (cycle: CycleReport) => void,
): Promise<void> {
  if (options.verifyOnly) {
    played(await readBack(job, 'looking only: what an initial cycle would write', initial, 0));
    return;
  }
  // The clock of the job, in steps of a cycle: nobody waits 40 minutes for it.
  let now = 0;
  played(await runCycle(job, 'initial cycle', initial, now));
  if (job.health.state !== 'healthy') return;
  if (options.readsBack) played(await readBack(job, 'read back', initial, now));
  if (!options.changes) return;
  let tenant = initial;
  for (const step of changeScript(initial, options.seed)) {
    now += CYCLE_MS;
    tenant = step.change(tenant);
    played(
      step.onDemand
        ? await provisionOnDemand(job, step.title, tenant, step.onDemand, now)
        : await runCycle(job, step.title, tenant, now),
    );
  }
  if (options.readsBack) played(await readBack(job, 'read back after the changes', tenant, now));
}
