// bifrost import: reads an export into the empty store that the environment names.

import { createReadStream, statSync } from 'node:fs';
import { systemClock } from '../../clock.ts';
import type { Settings } from '../../config.ts';
import { verified } from '../../edge/admin/verification.ts';
import type { KeyRing } from '../../key-ring.ts';
import type { Ledger, VerifyReport } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { type CheckedExport, checkExport, runImport } from '../../transfer/run-import.ts';
import { openStorageHere } from '../bifrost-process.ts';
import type { Call, Command } from '../command.ts';
import { CliFailure, exit, usageFailure } from '../failure.ts';
import type { Output } from '../output.ts';

export const importAll: Command = {
  words: ['import'],
  summary: 'Read an export into an empty store',
  about:
    'Into the store that the environment names, while no server runs on it. The file is checked whole before anything is written. What a first start made there (roles, declared providers, their rules and tokens) is replaced; a store with users, groups or other events is refused. Interrupted, even by kill -9, the same command goes on where it stopped; until then no server starts there. At the end the store is compared with the file.',
  operands: [{ name: 'file', about: 'what "bifrost export" wrote' }],
  options: {
    check: { about: 'only check the file; nothing is written' },
    verify: { about: 'then check everything that is stored, as "bifrost verify" does' },
  },
  examples: [
    ['import bifrost.jsonl --check', 'whether a backup is whole'],
    ['import bifrost.jsonl --verify', 'into the folder that BIFROST_DATA_DIR names'],
  ],
  async run({ arguments: given, env, output }: Call) {
    const open = opener(given.operand('file'), output);
    // A damaged file is refused before a store is made for it.
    const whole = await explained(checkExport(open), NOT_WRITTEN);
    output.progress('');
    if (given.flag('check')) return checked(whole);
    if (env.BIFROST_URL?.trim()) {
      throw usageFailure(
        'An import writes into a store on this machine, and BIFROST_URL names a server elsewhere.',
        'Unset BIFROST_URL, and run the command where the data is to be.',
      );
    }
    const { ledger, settings, keys } = await openStorageHere(
      env,
      'An import never runs beside a server: stop that one, import, and start it again.',
    );
    try {
      const now = systemClock.now();
      const resumedAt = await explained(runImport(ledger, open, whole, now), adviceOf(settings));
      const report = given.flag('verify') ? await verifiedHere(ledger, keys, output) : null;
      return answer({ ...whole, resumedAt }, missingKeys(whole, keys.ids()), settings, report);
    } finally {
      output.progress('');
      await ledger.close();
    }
  },
};

/** Reads the file from its beginning each time, and shows how far it is. */
function opener(path: string, output: Output): () => AsyncIterable<Uint8Array> {
  let size: number;
  try {
    const info = statSync(path);
    if (!info.isFile()) throw usageFailure(`${path} is no file.`, 'Name a file: it is read more than once.');
    size = info.size;
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    throw usageFailure(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      'Name a file that "bifrost export" wrote.',
    );
  }
  return async function* read() {
    let done = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
      yield chunk as Buffer;
      done += (chunk as Buffer).length;
      output.progress(`${Math.floor((100 * done) / size)} % of the file`);
    }
  };
}

/** As "bifrost verify" will, with the keys that this store has. What cannot even be read is the file's fault. */
async function verifiedHere(ledger: Ledger, keys: KeyRing, output: Output): Promise<VerifyReport> {
  const progress = (done: number, all: number) =>
    output.progress(`verified ${Math.floor((100 * done) / Math.max(1, all))} %`);
  try {
    return await verified({ ledger, keys }, progress);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const problem = `What the file holds cannot be understood, so nothing behind it was looked at: ${said}`;
    return { users: 0, groups: 0, events: 0, problems: [problem], problemCount: 1 };
  }
}

function missingKeys({ header }: CheckedExport, keyIds: readonly string[]): string[] {
  return header.keys.filter((id) => !keyIds.includes(id));
}

function checked({ header, footer }: CheckedExport) {
  const { rows, tables, sha256 } = footer;
  return {
    document: { ok: true, ...about(header), rows, tables, sha256 },
    show(output: Output) {
      output.line({ tone: 'good', text: 'The export is whole.' });
      output.line(
        `Written ${header.at} by Bifrost ${header.version} on ${header.engine}: ${rows} rows, ${tables.users?.rows ?? 0} users.`,
      );
    },
  };
}

function about({ format, version, engine, at, keys }: CheckedExport['header']) {
  return { format, version, engine, at, keys };
}

function answer(
  imported: CheckedExport & { resumedAt: number },
  missing: readonly string[],
  settings: Settings,
  report: VerifyReport | null,
) {
  const { header, footer, resumedAt } = imported;
  const { rows, tables, sha256 } = footer;
  const ok = report === null || report.problemCount === 0;
  const verification = report ? { verified: { ok, problems: report.problems } } : {};
  return {
    document: { ...about(header), rows, tables, sha256, resumedAt, missingKeys: missing, ...verification },
    exitCode: ok ? exit.ok : exit.no,
    show(output: Output) {
      output.line({ tone: 'good', text: `Imported ${rows} rows.` }, ' The store holds what the file says.');
      if (resumedAt > 0)
        output.line(`It went on behind line ${resumedAt}, where an earlier run had stopped.`);
      if (report && ok) output.line({ tone: 'good', text: 'Verified: everything holds.' });
      if (report && !ok) showProblems(output, report);
      if (missing.length > 0) showMissing(output, missing, settings.dataDir);
      output.line(ok ? 'Start it with "bifrost start".' : whatNow(missing, report, settings));
    },
  };
}

function showProblems(output: Output, { problems, problemCount }: VerifyReport): void {
  const count = problemCount === 1 ? 'one problem' : `${problemCount} problems`;
  output.line({ tone: 'bad', text: `Not verified: ${count}.` });
  for (const problem of problems) output.line('  ', problem);
  if (problemCount > problems.length) output.line(`  and ${problemCount - problems.length} more`);
}

/** Where secrets stay closed for want of a key, and nothing else is wrong, the key is all that it takes. */
function whatNow(missing: readonly string[], report: VerifyReport | null, settings: Settings): string {
  const isForKeys = (problem: string) => missing.some((id) => problem.includes(`needs key ${id},`));
  return report?.problems.every(isForKeys)
    ? 'With that key, "bifrost verify" has nothing more to say.'
    : `Do not start it. ${toEmpty(settings)}, and import a good file.`;
}

function showMissing(output: Output, missing: readonly string[], dataDir: string): void {
  output.line(
    { tone: 'warning', text: `Its secrets are sealed with key ${missing.join(', ')}` },
    ', which this store does not have.',
  );
  output.line(
    'Before you start it, set BIFROST_SECRET_KEY to the key of the server that exported (the content',
  );
  output.line(`of its secret.key), or put that file into ${dataDir}.`);
}

// --- refusals ---------------------------------------------------------------------------------------------------

type Advice = (refusal: Refusal) => string;

const NOT_WRITTEN: Advice = () => 'Nothing was written. Take another copy of the file, or export again.';

/** `conflict`: the store holds something else. Where it is neither that nor the database, the file is to blame. */
function adviceOf(settings: Settings): Advice {
  const another =
    settings.databaseUrl === null
      ? 'BIFROST_DATA_DIR to an empty folder'
      : 'DATABASE_URL to an empty database';
  return ({ reason, facts }) => {
    if (typeof facts.advice === 'string') return facts.advice;
    if (reason === 'unavailable')
      return 'Run the same command again in a moment: it goes on where it stopped.';
    if (reason === 'conflict') return `Set ${another}, or import the file that was begun with.`;
    return `Do not start it. ${toEmpty(settings)}, and import a good file.`;
  };
}

function toEmpty({ databaseUrl, dataDir }: Settings): string {
  if (databaseUrl === null) return `Delete bifrost.db and what begins with that name in ${dataDir}`;
  return 'Make the database anew (DROP DATABASE, CREATE DATABASE)';
}

/** A refusal of the file or of the store, as the command says it. */
async function explained<Value>(work: Promise<Value>, advice: Advice): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const isStore = error.reason === 'conflict' || error.reason === 'unavailable';
    throw new CliFailure(isStore ? exit.unavailable : exit.no, error.message, advice(error));
  }
}
