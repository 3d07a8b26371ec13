// bifrost export: everything of one moment into a file, or to standard output.

import { resolve } from 'node:path';
import { systemClock } from '../../clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import type { Footer, Header } from '../../transfer/format.ts';
import { readExport } from '../../transfer/read-export.ts';
import { exportLines } from '../../transfer/write-export.ts';
import { version } from '../../version.ts';
import { download, pathOf } from '../api.ts';
import { openStorageHere } from '../bifrost-process.ts';
import type { Call, Command } from '../command.ts';
import { needDataHere, openServer } from '../connection.ts';
import { CliFailure, type ExitCode, exit, usageFailure } from '../failure.ts';
import type { Output } from '../output.ts';
import { refuseOverwriting, writeWhole } from '../whole-file.ts';

export const exportAll: Command = {
  words: ['export'],
  summary: 'Write everything that is stored, to back it up or to move it',
  about:
    'JSON Lines of one moment, while the server goes on: users, groups, access, events, tokens as hashes, secrets sealed. "bifrost import" reads it into an empty store of either engine. What is written is checked line by line; a file takes its name only when it is whole, and an export that was interrupted is simply started again. Keep the key with it: BIFROST_SECRET_KEY, or secret.key of the data folder.',
  options: {
    out: { value: '<file>', about: 'write there (0600) instead of to standard output' },
    force: { about: 'replace the file that is there already, once the new one is whole' },
  },
  examples: [
    ['export --out bifrost.jsonl', 'a backup beside the running server'],
    ['export | zstd > bifrost.jsonl.zst', 'compressed as it comes'],
    ['export --out bifrost.jsonl --json', 'for scripts: rows of each table, and the hash of the whole'],
  ],
  async run({ arguments: given, json, output, env }: Call) {
    const out = given.text('out');
    if (json && out === undefined) {
      throw usageFailure(
        '--json needs --out: without it the export itself is standard output.',
        'Add --out <file>, or leave --json away.',
      );
    }
    if (out !== undefined) refuseOverwriting(out, { force: given.flag('force') });
    const source = await openSource(env);
    try {
      if (out === undefined) {
        await written(source.lines, output.bytes, output);
        return exit.ok satisfies ExitCode;
      }
      const file = resolve(out);
      const { header, footer } = await writeWhole(file, (put) => written(source.lines, put, output));
      const { rows, tables, sha256 } = footer;
      return {
        document: { file, format: header.format, at: header.at, keys: header.keys, rows, tables, sha256 },
        show: (told) => showExported(told, file, header, footer),
      };
    } finally {
      await source.close();
    }
  },
};

interface Source {
  lines: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** A server's, else what lies in the data folder, just as it lies there: a backup declares nothing and begins nothing. */
async function openSource(env: NodeJS.ProcessEnv): Promise<Source> {
  const server = await openServer(env);
  if (server) {
    const lines = await download(server, pathOf('export'), 'application/x-ndjson');
    return { lines, close: server.close };
  }
  needDataHere(env);
  const { ledger } = await openStorageHere(env);
  try {
    await refuseHalf(ledger);
    const snapshot = await ledger.snapshot();
    return {
      lines: exportLines(snapshot, { engine: ledger.engine, version, at: systemClock.now() }),
      close: async () => {
        await snapshot.close();
        await ledger.close();
      },
    };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

async function refuseHalf(ledger: Ledger): Promise<void> {
  if (!(await ledger.unfinishedImport())) return;
  throw new CliFailure(
    exit.unavailable,
    'An import into this data is not finished.',
    'Run the same "bifrost import" again: it goes on where it stopped.',
  );
}

function showExported(output: Output, file: string, { keys }: Header, { rows, tables }: Footer): void {
  const count = (table: string) => tables[table]?.rows ?? 0;
  output.line({ tone: 'good', text: `Exported ${rows} rows` }, ` to ${file}.`);
  output.line(
    `${count('users')} users, ${count('directory_groups')} groups, ${count('events')} events. Whole, and checked.`,
  );
  if (keys.length > 0) output.line(`Secrets in it open with key ${keys.join(' or ')} only: keep that too.`);
}

const PROGRESS_MS = 200;

/** Reads what passes by as an import would, so that no export ends well that no import takes. */
async function written(
  body: AsyncIterable<Uint8Array>,
  write: (chunk: Uint8Array) => Promise<void>,
  output: Output,
): Promise<{ header: Header; footer: Footer }> {
  let header: Header | null = null;
  let rows = 0;
  let shownMs = performance.now();
  async function* passing() {
    for await (const chunk of body) {
      await write(chunk);
      yield chunk;
    }
  }
  try {
    for await (const part of readExport(passing())) {
      if (part.kind === 'header') header = part.header;
      if (part.kind === 'footer') return { header: header!, footer: part.footer };
      if (part.kind === 'rows') rows += part.rows.length;
      if (performance.now() - shownMs < PROGRESS_MS) continue;
      shownMs = performance.now();
      output.progress(`${rows} rows`);
    }
  } catch (error) {
    if (error instanceof Refusal) throw interrupted(error.message);
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw interrupted('the disk is full');
    throw error;
  } finally {
    output.progress('');
  }
  throw interrupted('its last line is missing');
}

function interrupted(why: string): CliFailure {
  return new CliFailure(
    exit.unavailable,
    `The export did not come through: ${why.replace(/\.$/, '')}.`,
    'Run the command again; it begins anew, and a file of before stays as it was.',
  );
}
