// The comparison with peers as it stands in the README: that it is what the last run found, wrong answers shown and not hidden. The
// run itself installs packages from npm and takes minutes: BIFROST_HEAVY=1.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../bench/report.ts';
import { comparisonTable, section } from '../../bench/vs/table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const saved = JSON.parse(read('docs/bench/versus.json')) as Report;

/** What must hold of every run, wherever it was. */
function expectWhole(report: Report): void {
  const { workloads, habits } = report.comparison!;
  expect(workloads.length).toBe(5);
  const names = workloads[0]!.figures.map(({ name }) => name.split(' ')[0]);
  expect(new Set(names)).toEqual(new Set(['Bifrost', 'scimmy', 'Polis']));
  for (const { figures } of workloads) {
    for (const { isOurs, failures, perSecond } of figures) {
      expect(perSecond).toBeGreaterThan(0);
      if (isOurs) expect(failures).toEqual({});
    }
  }
  for (const { answers } of habits) {
    expect(answers.length).toBe(names.length);
    answers.forEach((answer, i) => {
      if (names[i] === 'Bifrost') expect(answer).toBeNull();
    });
  }
}

describe('npm run bench -- --vs', () => {
  it('stands in the README as it was saved', () => {
    expectWhole(saved);
    expect(read('README.md')).toContain(`--save\` -->\n${section(saved)}<!-- end`);
  });

  it('crosses out a rate whose answers were wrong, and says what they were', () => {
    const report = structuredClone(saved);
    const [figure] = report.comparison!.workloads[0]!.figures;
    figure!.failures = { 'GET /scim/v2/Users: 500': 3 };
    expect(section(report)).toMatch(/\| ~~[\d.,]+\/s, [\d.,]+ ms~~ \(1\) \|/);
    expect(section(report)).toMatch(/\n1\. Bifrost, .*: GET \/scim\/v2\/Users: 500 \(3 times\)\n/);
    expect(comparisonTable(report.comparison!)).toContain('3 x GET /scim/v2/Users: 500');
  });

  it.skipIf(process.env.BIFROST_HEAVY !== '1')(
    'measures everybody in one run',
    { timeout: 1_200_000 },
    async () => {
      const args = [
        'scripts/run.mjs',
        'bench',
        '--vs',
        '--only',
        'vs',
        '--quick',
        '--seconds',
        '0.2',
        '--json',
      ];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
      expectWhole(JSON.parse(stdout) as Report);
    },
  );
});
