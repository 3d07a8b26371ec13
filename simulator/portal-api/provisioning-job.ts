// The one job of the enterprise application: made from the settings when it is next needed, with whom it knows by then, and one
// piece of work at a time.

import { DIALECTS, dialectOf } from '../agent/dialect.ts';
import { type Job, newJob } from '../agent/job.ts';
import { NEW_JOB } from '../agent/quarantine.ts';
import { ENTRA } from '../provisioning.ts';
import type { Tenant, TenantGroup } from '../tenant.ts';
import { type Mappings, mappingSettings } from './mappings.ts';
import type { ProvisioningLog } from './provisioning-log.ts';

export interface Application {
  readonly tenantUrl: string;
  readonly secretToken: string;
  readonly mappings: Mappings;
}

export interface ProvisioningJob {
  /** After what is under way. The job is made when it is asked for, of the settings as they are then. */
  inTurn<Done>(work: (job: () => Job) => Promise<Done>): Promise<Done>;
  /** What is next is done with other settings. `stop` ends what is under way, `mended` a quarantine. */
  changed(how: Record<'resync' | 'forget' | 'stop' | 'mended', boolean>): void;
  health(): Job['health'];
  watermark(): Tenant | null;
  close(): void;
}

export function newProvisioningJob(
  log: ProvisioningLog,
  tenant: () => Tenant,
  wanted: () => Application,
): ProvisioningJob {
  let job: Job | null = null;
  let due = { rebuild: true, resync: false, forget: false, mended: false };
  let stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();

  const current = (): Job => {
    if (job && !due.rebuild) return job;
    stopping = new AbortController();
    const made = jobOf(wanted(), tenant(), log, stopping.signal);
    if (job && !due.forget) takeOver(made, job, due);
    job?.connection.close();
    job = made;
    due = { rebuild: false, resync: false, forget: false, mended: false };
    return made;
  };
  return {
    inTurn(work) {
      const turn = running.then(() => work(current));
      running = turn.catch(() => undefined);
      return turn;
    },
    changed({ resync, forget, stop, mended }) {
      due = {
        rebuild: true,
        resync: due.resync || resync,
        forget: due.forget || forget,
        mended: due.mended || mended,
      };
      if (stop) stopping.abort();
    },
    health: () => (due.forget || due.mended ? NEW_JOB : (job?.health ?? NEW_JOB)),
    watermark: () => job?.watermark ?? null,
    close() {
      stopping.abort();
      job?.connection.close();
    },
  };
}

export function jobOf(
  { tenantUrl, secretToken, mappings }: Application,
  tenant: Tenant,
  witness: ProvisioningLog,
  signal: AbortSignal,
): Job {
  return newJob(
    {
      ...ENTRA,
      tenantUrl,
      token: secretToken,
      dialect: DIALECTS[dialectOf(tenantUrl)],
      mapping: mappingSettings(mappings),
      provisions: { users: mappings.user.isEnabled, groups: mappings.group.isEnabled },
      witness,
      signal,
    },
    tenant,
  );
}

function takeOver(made: Job, before: Job, { resync, mended }: { resync: boolean; mended: boolean }): void {
  for (const [id, link] of before.users) made.users.set(id, link);
  for (const [id, link] of before.groups) made.groups.set(id, link);
  for (const [key, entry] of before.escrow) made.escrow.set(key, entry);
  made.watermark = before.watermark && resync ? everybodyChanged(before.watermark, before) : before.watermark;
  made.groupsSent = before.groupsSent;
  if (!mended) made.health = before.health;
}

/**
 * The same directory in other objects: all that is in it counts as changed, and who has gone since is still missed. Groups are as
 * they were last sent, without members whom the job does not know, so that all follows once the mapping is enabled that kept it back.
 */
function everybodyChanged(tenant: Tenant, job: Job): Tenant {
  const sent = ({ memberIds }: TenantGroup): ReadonlySet<string> =>
    new Set([...memberIds].filter((id) => job.users.has(id)));
  return {
    ...tenant,
    users: new Map([...tenant.users].map(([id, user]) => [id, { ...user }])),
    groups: new Map([...job.groupsSent].map(([id, group]) => [id, { ...group, memberIds: sent(group) }])),
  };
}
