// The enterprise application's provisioning as an administrator keeps it: the settings, cycles by a clock that can run faster, and
// what is started by hand. The job that follows from the settings is `provisioning-job.ts`.

import {
  type CycleReport,
  type OnDemand,
  provisionOnDemand,
  runCycle,
  testConnection,
} from '../agent/cycle.ts';
import { CYCLE_MS, type JobHealth, QUARANTINE_CYCLE_MS } from '../agent/quarantine.ts';
import type { LoginControl } from '../login/login-control.ts';
import type { ClockName, CycleJson } from './contract.ts';
import { DEFAULT_MAPPINGS } from './mappings.ts';
import { type Application, jobOf, newProvisioningJob } from './provisioning-job.ts';
import { type Entry, newProvisioningLog, type ProvisioningLog } from './provisioning-log.ts';

export interface DeskSettings extends Application {
  readonly mode: 'manual' | 'automatic';
  readonly status: 'on' | 'off';
  readonly clock: ClockName;
}

export interface ProvisioningDesk {
  readonly log: ProvisioningLog;
  settings(): DeskSettings;
  /** `resync`: the next cycle looks at everybody again, as after a change of mappings or scope. */
  save(changes: Partial<DeskSettings>, how?: { readonly resync: boolean }): void;
  /** Test Connection: what the probe of a job with these credentials meets. */
  test(tenantUrl: string, secretToken: string): Promise<CycleReport>;
  /** After what is under way. */
  cycle(): Promise<void>;
  /** The job forgets whom it knows, and begins with an initial cycle. */
  restart(): void;
  /** What it came to for each, and why nothing was begun or it ended early. */
  onDemand(what: OnDemand): Promise<{ readonly entries: readonly Entry[]; readonly stopped: string | null }>;
  health(): JobHealth;
  /** The last first. */
  cycles(): readonly CycleJson[];
  nextCycleInMs(): number | null;
  close(): void;
}

const PERIODS_MS: Readonly<Record<ClockName, number>> = {
  real: CYCLE_MS,
  sixty: CYCLE_MS / 60,
  tenSeconds: 10_000,
};
const QUARANTINE_TIMES = QUARANTINE_CYCLE_MS / CYCLE_MS;
const KEPT_CYCLES = 20;

const NEW_SETTINGS: DeskSettings = {
  mode: 'manual',
  tenantUrl: '',
  secretToken: '',
  status: 'off',
  clock: 'real',
  mappings: DEFAULT_MAPPINGS,
};

export function isConnected({ mode, tenantUrl, secretToken }: DeskSettings): boolean {
  return mode === 'automatic' && tenantUrl !== '' && secretToken !== '';
}

export function newProvisioningDesk(control: LoginControl): ProvisioningDesk {
  const log = newProvisioningLog();
  let settings = NEW_SETTINGS;
  const job = newProvisioningJob(log, control.tenant, () => settings);
  const runs = newRuns(control, log, job);
  const timer = newCycleTimer(() => void runs.cycle().then(next));
  function next(): void {
    const isRunning = settings.status === 'on' && isConnected(settings);
    const { state } = job.health();
    if (!isRunning || state === 'disabled') timer.stop();
    else timer.startIn(PERIODS_MS[settings.clock] * (state === 'quarantined' ? QUARANTINE_TIMES : 1));
  }
  return {
    log,
    settings: () => settings,
    save(changes, how) {
      const before = settings;
      settings = { ...settings, ...changes };
      const isElsewhere = before.tenantUrl !== '' && settings.tenantUrl !== before.tenantUrl;
      const isOff = settings.status === 'off' || !isConnected(settings);
      const isMended = settings.secretToken !== before.secretToken || isElsewhere;
      job.changed({ resync: how?.resync ?? false, forget: isElsewhere, stop: isOff, mended: isMended });
      if (!isOff && (before.status === 'off' || isMended)) timer.startIn(0);
      else if (isOff || before.clock !== settings.clock) next();
    },
    test: (tenantUrl, secretToken) => runs.test({ ...settings, tenantUrl, secretToken }),
    cycle: () => runs.cycle().then(next),
    restart() {
      job.changed({ resync: true, forget: true, stop: true, mended: true });
      if (settings.status === 'on' && isConnected(settings)) timer.startIn(0);
    },
    onDemand: runs.onDemand,
    health: job.health,
    cycles: runs.cycles,
    nextCycleInMs: timer.dueInMs,
    close() {
      timer.stop();
      job.close();
    },
  };
}

interface Runs extends Pick<ProvisioningDesk, 'cycle' | 'onDemand' | 'cycles'> {
  test(application: Application): Promise<CycleReport>;
}

function newRuns(
  control: LoginControl,
  log: ProvisioningLog,
  job: ReturnType<typeof newProvisioningJob>,
): Runs {
  let cycles: readonly CycleJson[] = [];
  let count = 0;
  const logged = async <Done>(name: string, keepsAll: boolean, work: () => Promise<Done>): Promise<Done> => {
    log.begin({ name, tenant: control.tenant(), before: job.watermark(), keepsAll, now: control.now });
    try {
      return await work();
    } finally {
      log.end();
    }
  };
  return {
    cycles: () => cycles,
    cycle: () =>
      job.inTurn(async (jobNow) => {
        const current = jobNow();
        count += 1;
        const name = `${current.watermark === null ? 'Initial' : 'Incremental'} cycle ${count}`;
        const at = control.now();
        const report = await logged(name, false, () => runCycle(current, name, control.tenant(), at));
        cycles = [showCycle(report, at), ...cycles].slice(0, KEPT_CYCLES);
      }),
    // Its own connection, whatever is saved; in its turn, so that the log knows whose requests it sees.
    test: (application) =>
      job.inTurn(async () => {
        const probing = jobOf(application, control.tenant(), log, new AbortController().signal);
        try {
          const run = () => testConnection(probing, control.tenant(), control.now());
          return await logged('Test Connection', true, run);
        } finally {
          probing.connection.close();
        }
      }),
    onDemand: (what) =>
      job.inTurn(async (jobNow) => {
        const current = jobNow();
        const name = 'Provision on demand';
        const last = log.entries()[0]?.id ?? 0;
        const run = () => provisionOnDemand(current, name, control.tenant(), what, control.now());
        const { stopped } = await logged(name, true, run);
        return { entries: log.entries().filter(({ id }) => id > last), stopped };
      }),
  };
}

function showCycle(report: CycleReport, at: number): CycleJson {
  const { name, seconds, requests, counts, failureCount, stopped } = report;
  return {
    ...{ name, seconds, requests, stopped, at: new Date(at).toISOString() },
    created: counts.created,
    updated: counts.updated,
    deleted: counts.deleted,
    members: counts.membersAdded + counts.membersRemoved,
    failures: failureCount,
  };
}

interface CycleTimer {
  startIn(ms: number): void;
  stop(): void;
  dueInMs(): number | null;
}

function newCycleTimer(due: () => void): CycleTimer {
  let timer: NodeJS.Timeout | undefined;
  let dueAt: number | null = null;
  const stop = (): void => {
    clearTimeout(timer);
    dueAt = null;
  };
  return {
    stop,
    startIn(ms) {
      stop();
      dueAt = Date.now() + ms;
      timer = setTimeout(() => {
        dueAt = null;
        due();
      }, ms);
      timer.unref();
    },
    dueInMs: () => (dueAt === null ? null : Math.max(dueAt - Date.now(), 0)),
  };
}
