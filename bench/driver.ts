// The driver's floor: what `pg` alone does on the same server, in a process of its own, with as many callers as the
// measurement has and as many connections as Bifrost's pool. One load is a prepared SELECT, one commit the durable
// INSERT of one row: what a server with this driver cannot be faster than.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { POOL_CONNECTIONS } from '../src/ledger/postgres/pool.ts';
import type { LoadResult } from './load.ts';
import { percentiles } from './measure.ts';
import { serveWork } from './worker.ts';

/** Round trips that one unit makes, one after the other. */
export interface Trips {
  loads: number;
  commits: number;
}

export interface DriverJob extends Trips {
  callers: number;
  ms: number;
}

export type DriverWork = {
  connect: (url: string) => Promise<null>;
  run: (job: DriverJob) => Promise<LoadResult>;
  cpuSeconds: (nothing: null) => Promise<number>;
};

/** About what a user's row takes, as in the figures of `npm run bench -- --profile`. */
export const ROW_BYTES = 1_500;

const load = { name: 'load', text: 'SELECT $1::text AS value' };
const commit = { name: 'commit', text: 'INSERT INTO floor (content) VALUES ($1)' };

export function serveDriver(): void {
  let pool: pg.Pool | null = null;
  // Random, so that nothing is stored compressed.
  const content = randomBytes(Math.ceil((ROW_BYTES * 3) / 4)).toString('base64');

  async function unit({ loads, commits }: Trips): Promise<void> {
    for (let i = 0; i < loads; i++) await pool!.query({ ...load, values: ['floor'] });
    for (let i = 0; i < commits; i++) await pool!.query({ ...commit, values: [content] });
  }

  serveWork<DriverWork>({
    async connect(url) {
      pool = new pg.Pool({ connectionString: url, max: POOL_CONNECTIONS });
      await pool.query(
        'CREATE TABLE floor (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, content TEXT NOT NULL)',
      );
      return null;
    },
    async run(job) {
      const latencies: number[] = [];
      const startedAt = performance.now();
      const deadline = startedAt + job.ms;
      const caller = async () => {
        while (performance.now() < deadline) {
          const at = performance.now();
          await unit(job);
          latencies.push(performance.now() - at);
        }
      };
      await Promise.all(Array.from({ length: job.callers }, caller));
      const seconds = (performance.now() - startedAt) / 1000;
      const units = latencies.length;
      const requests = units * (job.loads + job.commits);
      return { units, requests, seconds, ...percentiles(latencies), failures: {}, ids: [], recorded: [] };
    },
    async cpuSeconds() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  });
}
