// Several replicas as processes of their own, as they are shipped, on one database, behind a balancer. Owns killing them
// and starting them again.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startVictim, type Victim } from '../crash/victim.ts';
import { type Balancer, startBalancer } from './balancer.ts';

const builder = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));

export interface Fleet {
  /** By place; null where none runs. */
  replicas: readonly (Victim | null)[];
  balancer: Balancer;
  /** Of the balancer. */
  url: string;
  scim: string;
  token: string;
  apiKey: string;
  start(place: number): Promise<Victim>;
  /** SIGKILL. */
  kill(place: number): Promise<void>;
  /** Kills all and forgets what they had beside the database. */
  end(): Promise<void>;
}

export interface FleetOptions {
  replicas: number;
  databaseUrl: string;
  /** Merged over the declared provider. */
  provider?: Readonly<Record<string, unknown>>;
  env?: Readonly<Record<string, string>>;
}

export async function startFleet({
  replicas: count,
  databaseUrl,
  provider = {},
  env: more = {},
}: FleetOptions): Promise<Fleet> {
  execFileSync(process.execPath, [builder], { stdio: 'pipe' });
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-fleet-'));
  const secretKey = randomBytes(32).toString('base64');
  const replicas: (Victim | null)[] = Array(count).fill(null);
  const balancer = await startBalancer(count);

  async function start(place: number): Promise<Victim> {
    const env = {
      ...more,
      DATABASE_URL: databaseUrl,
      BIFROST_SECRET_KEY: secretKey,
      BIFROST_DATA_DIR: join(folder, `data-${place}`),
    };
    const victim = await startVictim(folder, { env, provider });
    replicas[place] = victim;
    balancer.goTo(place, victim.url);
    return victim;
  }

  async function kill(place: number): Promise<void> {
    await replicas[place]?.kill();
    replicas[place] = null;
    balancer.leaveOut(place);
  }

  async function end(): Promise<void> {
    await Promise.all(replicas.map((_, place) => kill(place)));
    await balancer.close();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    const [first] = await Promise.all(replicas.map((_, place) => start(place)));
    const { token, apiKey } = first!;
    return {
      replicas,
      balancer,
      url: balancer.url,
      scim: `${balancer.url}/scim/v2`,
      token,
      apiKey,
      start,
      kill,
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
