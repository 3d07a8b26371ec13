// `simulator serve`: the made-up tenant as a service that stays up, for people and for scripts.

import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type LoginSimulator, startLogin } from './login/login-server.ts';
import { type Provisioning, provisioning } from './provisioning.ts';
import type { Print } from './push.ts';
import { showCycle } from './push-report.ts';
import { sampleOrganisation } from './sample-organisation.ts';
import { scaleOrganisation } from './scale-organisation.ts';
import type { ServeOptions } from './serve-options.ts';
import type { Tenant } from './tenant.ts';
import { UsageError } from './usage.ts';

/** Codes and session ids of a run must not be those of the run before, which applications may still remember. */
const TOKEN_SEEDS = 2 ** 31;

/** Until `signal` says otherwise. Answers the exit code. */
export async function serve(options: ServeOptions, print: Print, signal: AbortSignal): Promise<number> {
  const { port, seed, speed, redirectUris, logoutUrl, cloud } = options;
  const login = await startLogin({
    tenant: directoryOf(options),
    port,
    seed,
    speed,
    redirectUris,
    cloud,
    tokenSeed: randomInt(TOKEN_SEEDS),
    app: { logoutUrl },
  }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new UsageError(`--port ${port}: something listens there already`);
    }
    throw error;
  });
  print(options.json ? JSON.stringify(showEverything(login)) : showStart(login));
  const agent = options.push && provisioning(login, options.push);
  const everyMs = options.push?.everyMs ?? null;
  const pushing = agent && everyMs !== null && pushEvery(everyMs, agent, options.json ? null : print, signal);
  if (!signal.aborted) {
    await new Promise<void>((stop) => signal.addEventListener('abort', () => stop(), { once: true }));
  }
  agent?.close();
  await pushing;
  await login.close();
  return 0;
}

function directoryOf({ size, assignedGroups, seed }: ServeOptions): Tenant {
  if (assignedGroups === null) return sampleOrganisation(size, seed);
  return scaleOrganisation({ ...size, assignedGroups }, seed);
}

/** A cycle at the start and one after every period, until told to stop. */
async function pushEvery(
  everyMs: number,
  agent: Provisioning,
  print: Print | null,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const report = await agent.cycle();
    print?.(showCycle(report));
    // Nothing but the signal ends the wait early.
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

function showEverything(login: LoginSimulator): Record<string, unknown> {
  const { url, graphUrl, tenantId, clientId, clientSecret, attacker } = login;
  const controlUrl = `${url}/control`;
  return { url, graphUrl, controlUrl, tenantId, clientId, clientSecret, attackerTenantId: attacker.tenantId };
}

function showStart(login: LoginSimulator): string {
  const tenant = login.tenant();
  return [
    `The local Entra is at ${login.url}, with ${tenant.users.size} people and ${tenant.groups.size} groups.`,
    '',
    `  sign-in        ${login.url}`,
    `  Graph          ${login.graphUrl}`,
    `  control        ${login.url}/control`,
    `  tenant ID      ${login.tenantId}`,
    `  client ID      ${login.clientId}`,
    `  client secret  ${login.clientSecret}`,
    '',
    `What to enter in Bifrost is on the page at ${login.url}. Ctrl-C ends it.`,
  ].join('\n');
}
