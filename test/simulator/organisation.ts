// A small organisation and a job against the fake: what the tests of the agent start from.

import { afterEach, beforeEach, expect } from 'vitest';
import type { CycleReport } from '../../simulator/agent/cycle.ts';
import { DIALECTS, type Dialect } from '../../simulator/agent/dialect.ts';
import { type Job, type JobSettings, newJob } from '../../simulator/agent/job.ts';
import type { MappingSettings } from '../../simulator/agent/mapping.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import type { Tenant, TenantUser } from '../../simulator/tenant.ts';
import { type ScimFake, startScimFake } from './scim-fake.ts';

export const MAPPING: MappingSettings = {
  externalId: 'objectId',
  roles: 'none',
  recycleBin: 'rename',
  clearing: 'silence',
};

export function smallTenant(seed = 3): Tenant {
  return sampleOrganisation({ users: 14, groups: 3, members: 20 }, seed);
}

function jobSettings(fake: ScimFake, changes: Partial<JobSettings> = {}): JobSettings {
  return {
    tenantUrl: fake.base,
    token: fake.token,
    dialect: DIALECTS.legacy,
    concurrency: 4,
    timeoutMs: 5_000,
    mapping: MAPPING,
    matchUsersBy: ['userName'],
    matchGroupsBy: 'displayName',
    membersPerPatch: 1,
    replaceMembers: false,
    memberCheck: 'probe',
    managers: true,
    ...changes,
  };
}

export const dialectOf = (name: keyof typeof DIALECTS): Dialect => DIALECTS[name];

/** A person with hardly anything, to spell bodies out in full. */
export const PERSON: TenantUser = {
  objectId: '9f3c0000-0000-4000-8000-00000000f433',
  userType: 'Member',
  userPrincipalName: 'runa.tallmast@nordhafen.example',
  displayName: 'Runa Tallmast',
  givenName: 'Runa',
  surname: 'Tallmast',
  mail: 'runa.tallmast@nordhafen.example',
  mailNickname: 'runa.tallmast',
  accountEnabled: true,
  appRoles: [],
  assigned: true,
  softDeleted: false,
};

export interface AgentFixture {
  /** Fresh for each test. */
  fake(): ScimFake;
  /** A job against it, closed after the test. */
  job(tenant: Tenant, changes?: Partial<JobSettings>): Job;
}

export function agentFixture(): AgentFixture {
  let fake: ScimFake;
  const jobs: Job[] = [];
  beforeEach(async () => {
    fake = await startScimFake();
  });
  afterEach(async () => {
    for (const job of jobs.splice(0)) job.connection.close();
    await fake.stop();
  });
  return {
    fake: () => fake,
    job(tenant, changes = {}) {
      const made = newJob(jobSettings(fake, changes), tenant);
      jobs.push(made);
      return made;
    },
  };
}

/** A cycle without anything to report. */
export function clean(report: CycleReport): CycleReport {
  expect(report.failures).toEqual([]);
  expect(report.stopped).toBeNull();
  return report;
}
