// bifrost reconcile export: the differences that a run found, as a file.

import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CliFailure, type ExitCode, exit, usageFailure } from '../failure.ts';
import { runOperand } from '../reconciliation.ts';

const media = { csv: 'text/csv', jsonl: 'application/x-ndjson' } as const;

export const reconcileExport: Command = {
  words: ['reconcile', 'export'],
  summary: 'Write the differences that a run found, for a spreadsheet or a program',
  operands: [runOperand],
  options: {
    format: {
      value: '<format>',
      about: 'csv for spreadsheets (default), jsonl for programs',
      oneOf: ['csv', 'jsonl'],
    },
    output: { value: '<file>', about: 'a new file instead of standard output' },
  },
  examples: [
    ['reconcile export 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a --output differences.csv', 'for a spreadsheet'],
    ['reconcile export 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a --format jsonl', 'for a program'],
  ],
  async run({ arguments: given, json, output, api }: Call) {
    const file = given.text('output');
    const run = given.operand('run');
    if (json && file === undefined) {
      throw usageFailure(
        '--json needs --output: without it the differences are standard output.',
        'Add --output <file>, or say --format jsonl instead of --json.',
      );
    }
    const format = (given.text('format') ?? 'csv') as keyof typeof media;
    const path = pathOf('reconciliations', run, 'export');
    const body = await (await api()).download(path, { format }, media[format]);
    if (file === undefined) {
      for await (const chunk of body) await output.bytes(chunk);
      return exit.ok satisfies ExitCode;
    }
    const whole = resolve(file);
    await written(body, whole);
    return {
      document: { run, format, file: whole },
      show: (told) => told.line(`Written to ${whole}.`),
    };
  },
};

/** For its owner alone: it names people. What is there already stays. */
async function written(body: AsyncIterable<Uint8Array>, file: string): Promise<void> {
  try {
    await pipeline(body, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw usageFailure(`${file} is there already.`, 'Name another file.');
    if (syscall === undefined) throw error;
    const advice = 'Name a file in a folder that this account may write to.';
    throw new CliFailure(exit.usage, `${file} cannot be written (${code}).`, advice);
  }
}
