// Two replicas and one directory: of two who begin a run one does, and when it is killed in the middle of its reading the other
// reads on where the last page was stored.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import { type Provisioning, provisioning } from '../../simulator/provisioning.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { disableUser } from '../../simulator/tenant.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { type Fleet, startFleet } from './fleet.ts';

const LIMIT_MS = 120_000;
/** The lease of whoever was killed, and the look of the other. */
const TAKEN_OVER_MS = 45_000;
const GROUPS = 30;

let database: FreshDatabase;
let fleet: Fleet;
let entra: LoginSimulator;
let agent: Provisioning;

beforeEach(async () => {
  database = await freshDatabase();
  entra = await startLogin({ tenant: sampleOrganisation({ users: 60, groups: GROUPS, members: 300 }, 7) });
  fleet = await startFleet({
    replicas: 2,
    databaseUrl: database.url,
    env: { BIFROST_DEVELOPMENT: '1' },
    provider: {
      tenantId: entra.tenantId,
      clientId: entra.clientId,
      clientSecret: entra.clientSecret,
      authorityUrl: entra.url,
      graphUrl: entra.graphUrl,
    },
  });
  agent = provisioning(entra, { base: fleet.scim, token: fleet.token });
  await agent.cycle();
}, LIMIT_MS);

afterEach(async () => {
  agent.close();
  await fleet.end();
  await entra.close();
  await database.drop();
});

interface RunJson {
  id: string;
  phase: string;
  outcome: string | null;
  problems: string[];
}

async function ask<Body>(
  place: number,
  method: string,
  path: string,
): Promise<{ status: number; body: Body }> {
  const answer = await fetch(`${fleet.replicas[place]!.url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${fleet.apiKey}` },
  });
  return { status: answer.status, body: (await answer.json()) as Body };
}

/** Pages of members that were asked for by now. */
function pagesAsked(): number {
  return entra.requests().filter(({ target }) => target.includes('/members/')).length;
}

describe('a run', () => {
  it(
    'is begun once, and goes on elsewhere when its replica is killed',
    async () => {
      const somebody = [...entra.tenant().users.values()][5]!;
      agent.skip({});
      entra.changeTenant((tenant) => disableUser(tenant, somebody.objectId));
      await agent.cycle();
      // The last groups never answer, so that the run stays where it is.
      const slow = [...entra.tenant().groups.keys()].slice(-4);
      for (const id of slow) {
        entra.setFault({ at: 'graph', kind: 'hang', path: `/v1.0/groups/${id}`, times: null });
      }
      const begun = await Promise.all([
        ask<RunJson>(0, 'POST', '/providers/entra/reconcile'),
        ask<RunJson>(1, 'POST', '/providers/entra/reconcile'),
      ]);
      expect(begun.map(({ status }) => status).sort()).toEqual([202, 409]);
      const holder = begun.findIndex(({ status }) => status === 202);
      const { id } = begun[holder]!.body;
      await expect.poll(pagesAsked, { timeout: 20_000 }).toBeGreaterThanOrEqual(GROUPS - 4);
      await fleet.kill(holder);
      entra.clearFaults();
      const before = pagesAsked();
      const other = 1 - holder;
      const run = async () => (await ask<RunJson>(other, 'GET', `/reconciliations/${id}`)).body;
      await expect
        .poll(async () => (await run()).phase, { timeout: TAKEN_OVER_MS, interval: 200 })
        .toBe('done');
      expect(await run()).toMatchObject({ outcome: 'complete', problems: [] });
      // What was stored is not read again.
      expect(pagesAsked() - before).toBeLessThan(GROUPS);
      const { body } = await ask<{ items: { userName: string }[] }>(other, 'GET', '/users?status=suspended');
      expect(body.items.map(({ userName }) => userName)).toEqual([somebody.userPrincipalName]);
    },
    LIMIT_MS,
  );
});
