// A look at the benchmarks themselves: that a short run ends well and says what it found in the shape that scripts
// read. No figure is judged here; a machine that runs tests is no place to measure.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../bench/report.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { build } = (await import(new URL('../../scripts/build.mjs', import.meta.url).href)) as {
  build(): Promise<void>;
};
// Where the server does not build, the tests of the command line say so.
const builds = await build().then(
  () => true,
  () => false,
);

/** A process of its own for the server, the generator and each floor, on a machine that runs other tests. */
const LIMIT_MS = 120_000;

const FEW = ['--quick', '--seconds', '0.1', '--json'];

async function run(...more: string[]): Promise<{ code: number; output: string; complaint: string }> {
  const args = ['dist/bench.js', ...more];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root });
    return { code: 0, output: stdout, complaint: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout, complaint: stderr };
  }
}

describe.skipIf(!builds)('npm run bench', { timeout: LIMIT_MS }, () => {
  it('measures what it is asked for, checks every answer, and says so as JSON', async () => {
    const rows = ['generator', 'initial-cycle-32', 'look-up-external-id', 'add-100-members'];
    const { code, output, complaint } = await run(...FEW, '--engine', 'sqlite', '--only', rows.join(','));
    expect(code, `${output}\n${complaint}`).toBe(0);
    const report = JSON.parse(output) as Report;
    expect(report.machine).toMatchObject({ node: process.version, cores: expect.any(Number) });
    expect(report).toMatchObject({ effort: 'quick', postgres: null });
    expect(report.rows.map(({ name }) => name)).toEqual([
      'generator',
      'initial-cycle-32',
      'initial-cycle-32-ratio',
      'look-up-external-id',
      'add-100-members',
    ]);
    for (const row of report.rows) {
      expect(row.failures, row.name).toEqual({});
      expect(['pass', 'miss'], row.name).toContain(row.verdict);
      expect(row.value, row.name).toBeGreaterThan(0);
    }
    const cycle = report.rows[1]!;
    expect(cycle).toMatchObject({ unit: 'users/s', target: { atLeast: 3_000 } });
    for (const figure of [cycle.p50Ms, cycle.p99Ms, cycle.floorPerSecond, cycle.ratio, cycle.cpuRatio]) {
      expect(figure).toBeGreaterThan(0);
    }
  });

  it('measures both engines in one run, PostgreSQL with the floor of its driver', async () => {
    const { code, output, complaint } = await run(
      ...FEW,
      '--engine',
      'both',
      '--only',
      'initial-cycle-32,driver',
    );
    expect(code, `${output}\n${complaint}`).toBe(0);
    const report = JSON.parse(output) as Report;
    expect(report.postgres).toMatch(/^PostgreSQL \d+.*: fsync on, synchronous_commit on,/);
    expect(report.rows.map(({ name, engine }) => `${engine} ${name}`)).toEqual([
      ...[1, 32].flatMap((callers) =>
        ['load', 'commit', 'load-and-commit'].map((trips) => `postgres postgres-driver-${trips}-${callers}`),
      ),
      'sqlite initial-cycle-32',
      'postgres postgres-initial-cycle-32',
      'sqlite initial-cycle-32-ratio',
      'postgres postgres-initial-cycle-32-ratio',
    ]);
    for (const row of report.rows) {
      expect(row.failures, row.name).toEqual({});
      expect(row.value, row.name).toBeGreaterThan(0);
    }
    const [sqlite, postgres] = report.rows.filter(({ unit }) => unit === 'users/s');
    expect(sqlite).toMatchObject({ target: { atLeast: 3_000 } });
    expect(sqlite!.driverPerSecond).toBeUndefined();
    expect(postgres).toMatchObject({ target: { atLeast: 1_000 } });
    for (const figure of [postgres!.driverPerSecond, postgres!.driverRatio]) {
      expect(figure).toBeGreaterThan(0);
    }
  });

  it('refuses an engine and an address that it does not understand', async () => {
    for (const [args, said] of [
      [['--engine', 'mysql'], 'sqlite, postgres or both'],
      [['--postgres', 'localhost'], 'postgres://user:password@host:port/database'],
    ] as const) {
      const { code, output, complaint } = await run(...args);
      expect(code).toBe(2);
      expect(output).toBe('');
      expect(complaint).toContain(said);
    }
  });

  it('names the rows there are when it is asked for another', async () => {
    const { code, output, complaint } = await run('--only', 'wishes');
    expect(code).toBe(2);
    expect(output).toBe('');
    expect(complaint).toContain('no row is named "wishes"');
    expect(complaint).toContain('initial-cycle-32');
  });
});
