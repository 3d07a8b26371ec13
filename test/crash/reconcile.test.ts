// The process is killed while it reads the directory, again while it compares, and again while it heals: the run goes on where it
// was, ends once, and its report names each person once.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import { provisioning } from '../../simulator/provisioning.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { disableUser } from '../../simulator/tenant.ts';
import { startVictim, type Victim } from './victim.ts';

const LIMIT_MS = 120_000;
const PEOPLE = 200;
const LEAVERS = 12;
const KILLS = 4;

let folder: string;
let entra: LoginSimulator;
let victim: Victim;

beforeEach(async () => {
  const builder = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
  execFileSync(process.execPath, [builder], { stdio: 'pipe' });
  folder = await mkdtemp(join(tmpdir(), 'bifrost-reconcile-'));
  entra = await startLogin({ tenant: sampleOrganisation({ users: PEOPLE, groups: 12, members: 600 }, 7) });
  victim = await start();
}, LIMIT_MS);
afterEach(async () => {
  await victim.kill();
  await entra.close();
  await rm(folder, { recursive: true, force: true });
});

function start(): Promise<Victim> {
  return startVictim(folder, {
    env: { BIFROST_DEVELOPMENT: '1' },
    provider: {
      tenantId: entra.tenantId,
      clientId: entra.clientId,
      clientSecret: entra.clientSecret,
      authorityUrl: entra.url,
      graphUrl: entra.graphUrl,
    },
  });
}

async function ask<Body>(method: string, path: string): Promise<Body> {
  const headers = { authorization: `Bearer ${victim.apiKey}` };
  const answer = await fetch(`${victim.url}/api${path}`, { method, headers });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}

interface RunJson {
  id: string;
  phase: string;
  outcome: string | null;
}

it(
  'a run that is killed again and again ends as if it had not been',
  async () => {
    const agent = provisioning(entra, { base: victim.scim, token: victim.token });
    await agent.cycle();
    agent.close();
    const leavers = [...entra.tenant().users.values()].slice(20, 20 + LEAVERS);
    for (const { objectId } of leavers) entra.changeTenant((tenant) => disableUser(tenant, objectId));
    const { id } = await ask<RunJson>('POST', '/providers/entra/reconcile');
    const phases = new Set<string>();
    for (let kill = 1; kill <= KILLS; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 40 * kill));
      await victim.kill();
      victim = await start();
      phases.add((await ask<RunJson>('GET', `/reconciliations/${id}`)).phase);
    }
    const phase = async () => (await ask<RunJson>('GET', `/reconciliations/${id}`)).phase;
    await expect.poll(phase, { timeout: 30_000, interval: 100 }).toBe('done');
    expect((await ask<RunJson>('GET', `/reconciliations/${id}`)).outcome).toBe('complete');
    const { items } = await ask<{ items: { name: string; state: string }[] }>(
      'GET',
      `/reconciliations/${id}/drift?category=disabled-there&limit=100`,
    );
    expect(items.map(({ name, state }) => `${state} ${name}`).sort()).toEqual(
      leavers.map(({ userPrincipalName }) => `healed ${userPrincipalName}`).sort(),
    );
    const events = await ask<{ items: unknown[] }>('GET', '/events?after=0&limit=500&type=user.suspended');
    expect(events.items).toHaveLength(LEAVERS);
    const { problems } = await ask<{ problems: string[] }>('POST', '/verify');
    expect(problems).toEqual([]);
    // It was killed before its end at least once, or this has shown nothing.
    phases.delete('done');
    expect(phases.size).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
