// bifrost evidence: who had what at a moment, by which rule and since when, as one signed file.

import { resolve } from 'node:path';
import { systemClock } from '../../clock.ts';
import { type InspectedPack, inspectPack } from '../../evidence/inspected-pack.ts';
import type { Manifest } from '../../evidence/manifest.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CliFailure, exit } from '../failure.ts';
import type { Output } from '../output.ts';
import { when } from '../when.ts';
import { refuseOverwriting, writeWhole } from '../whole-file.ts';

const PROGRESS_MS = 200;
const MIB = 1024 * 1024;

export const evidence: Command = {
  words: ['evidence'],
  summary: 'Write signed evidence for an access review: who has what, by which rule, since when',
  about:
    'A tar file with everybody who is there, what they have and every reason for it (CSV and JSON Lines), the rules and roles that hold, and a signed manifest; with --at or --position as it was then, by what the log of events said up to there. Whoever gets it can check it with openssl alone: README.txt in it says how. The file is for its owner alone (0600) and takes its name only when it is whole.',
  options: {
    at: { value: '<time>', about: 'as it was then, such as 2026-03-01T08:00:00Z' },
    position: { value: '<n>', about: 'as it was at that place of the log', atLeast: 1 },
    out: { value: '<file>', about: 'the file; bifrost-evidence-<day>.tar when left out' },
    force: { about: 'replace the file that is there already, once the new one is whole' },
  },
  examples: [
    ['evidence', 'as it is now'],
    ['evidence --at 2026-10-01 --out third-quarter.tar', 'as it was when that day began'],
    ['evidence --json', 'for scripts: what is in it, as the manifest says'],
  ],
  async run({ arguments: given, output, api }: Call) {
    const [at, position] = [given.text('at'), given.count('position')];
    const file = resolve(given.text('out') ?? `bifrost-evidence-${nameOf(at, position)}.tar`);
    refuseOverwriting(file, { force: given.flag('force') });
    const path = pathOf('audit', 'evidence');
    const body = await (await api()).download(path, { at, position }, 'application/x-tar');
    const manifest = await writeWhole(file, (put) => passed(body, put, output));
    return { document: { file, ...manifest }, show: (told) => showPack(told, file, manifest) };
  },
};

/** The day; a moment that is named by its place is called so. */
function nameOf(at: string | undefined, position: number | undefined): string {
  if (position !== undefined) return `position-${position}`;
  const time = at === undefined ? systemClock.now() : Date.parse(at);
  // What is no time the server refuses, with words.
  return Number.isNaN(time) ? 'then' : new Date(time).toISOString().slice(0, 10);
}

/** Looked through on its way, so that no pack ends well that "evidence verify" would not take. */
async function passed(
  body: AsyncIterable<Uint8Array>,
  put: (chunk: Uint8Array) => Promise<void>,
  output: Output,
): Promise<Manifest> {
  let bytes = 0;
  let shownMs = performance.now();
  async function* passing() {
    for await (const chunk of body) {
      await put(chunk);
      yield chunk;
      bytes += chunk.length;
      if (performance.now() - shownMs < PROGRESS_MS) continue;
      shownMs = performance.now();
      output.progress(`${Math.floor(bytes / MIB)} MiB`);
    }
  }
  try {
    const { manifest, problems } = await inspectPack(passing());
    if (manifest && problems.length === 0) return manifest;
    throw interrupted(problems);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw interrupted(['The disk is full.']);
    throw error;
  } finally {
    output.progress('');
  }
}

function interrupted([first = 'It is empty.']: InspectedPack['problems']): CliFailure {
  return new CliFailure(
    exit.unavailable,
    `The evidence did not come through. ${first}`,
    'Look whether the key or session it was asked with still may, and run the command again; a file of before stays as it was.',
  );
}

function showPack(output: Output, file: string, { at, counts, log, key, files }: Manifest): void {
  output.line({ tone: 'good', text: `Evidence of ${when(at)}` }, ` is in ${file}.`);
  output.line(
    `${counts.people} people (${counts.suspended} suspended, ${counts.withoutRole} without a role), ${counts.grants} grants for ${counts.reasons} reasons, in ${files.length} files.`,
  );
  output.line(`By the first ${log.position} events of the log, signed with the key ${key}.`);
  output.line(`Check it: bifrost evidence verify ${file}`);
}
