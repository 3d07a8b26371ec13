// The last line and the exit code of `.ci/run`, with an npm that only pretends.

import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bifrost-ci-'));
  mkdirSync(join(directory, '.ci'));
  mkdirSync(join(directory, 'dist'));
  copyFileSync(new URL('../../.ci/run', import.meta.url), join(directory, '.ci/run'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Pretended {
  install?: number;
  test?: number;
  report?: object | null;
}

/** Runs with an npm whose `ci` and `test` end with these codes; `test` writes the report where vitest would. */
async function run({ install = 0, test: code = 0, report = null }: Pretended) {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  writeFileSync(join(directory, 'report.json'), JSON.stringify(report));
  const npm = `#!/usr/bin/env bash
[ "$1" = ci ] && exit ${install}
for word in "$@"; do case "$word" in --outputFile.json=*) ${report ? `cp "${directory}/report.json" "\${word#*=}"` : ':'};; esac; done
echo "CI is $CI"
exit ${code}
`;
  writeFileSync(join(bin, 'npm'), npm);
  chmodSync(join(bin, 'npm'), 0o755);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  return new Promise<{ code: number; output: string; last: string | undefined }>((resolve) => {
    execFile(join(directory, '.ci/run'), { env, cwd: tmpdir() }, (error, output) => {
      resolve({ code: Number(error?.code ?? 0), output, last: output.trimEnd().split('\n').at(-1) });
    });
  });
}

const counts = (passed: number, failed: number, testResults: object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 2,
  numTodoTests: 1,
  testResults,
});

describe('.ci/run', () => {
  test('counts what passed, and leaves nothing of an earlier build', async () => {
    const { code, last, output } = await run({ report: counts(40, 0) });
    expect({ code, last }).toEqual({ code: 0, last: '40 passed, 0 failed, 3 skipped' });
    expect(output).toContain('CI is true');
    expect(existsSync(join(directory, 'dist'))).toBe(false);
  });

  test('fails with failed tests, and counts a file that could not be loaded', async () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
    ];
    const { code, last } = await run({ test: 1, report: counts(38, 1, testResults) });
    expect({ code, last }).toEqual({ code: 1, last: '38 passed, 2 failed, 3 skipped' });
  });

  test.each<[string, Pretended]>([
    ['types or lint', { test: 2 }],
    ['the installation', { install: 1 }],
  ])('a failure of %s counts as one', async (_, pretended) => {
    const { code, last } = await run(pretended);
    expect({ code, last }).toEqual({ code: 1, last: '0 passed, 1 failed, 0 skipped' });
  });

  test('an error outside all tests counts as one', async () => {
    const { code, last } = await run({ test: 1, report: counts(40, 0) });
    expect({ code, last }).toEqual({ code: 1, last: '40 passed, 1 failed, 3 skipped' });
  });

  test('no tests at all is a failure', async () => {
    const { code } = await run({ report: { ...counts(0, 0), numPendingTests: 0, numTodoTests: 0 } });
    expect(code).toBe(1);
  });
});
