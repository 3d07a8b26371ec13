// bifrost evidence verify: whether a pack is what was signed, whole, and what the log of the server has.

import { createReadStream, statSync } from 'node:fs';
import type { EventJson } from '../../edge/admin/contract.ts';
import { type InspectedPack, inspectPack } from '../../evidence/inspected-pack.ts';
import type { Manifest } from '../../evidence/manifest.ts';
import { isSignedBy } from '../../evidence/signing.ts';
import { type Api, pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { keysNamed, keysOfServer, type TrustedKeys } from '../evidence-keys.ts';
import { CliFailure, exit, usageFailure } from '../failure.ts';
import type { Output } from '../output.ts';
import { when } from '../when.ts';

export const evidenceVerify: Command = {
  words: ['evidence', 'verify'],
  summary: 'Check that evidence is as it was signed',
  about:
    'The signature over the manifest; size and hash of every file, and that none is missing or was added; that CSV, JSON Lines and manifest count the same; and that the log of the server has the same hash at the same place. The key comes from the server, or from --key where there is none: never from the pack. Nothing is unpacked. Exit code 1 when something is wrong.',
  operands: [{ name: 'file', about: 'what "bifrost evidence" wrote' }],
  options: {
    key: { value: '<file|url>', about: 'the public key: PEM, or a set of keys as JSON' },
  },
  examples: [
    ['evidence verify bifrost-evidence-2026-10-01.tar', 'with the key and the log of the server'],
    ['evidence verify third-quarter.tar --key key.pem', 'where there is no server, as an auditor would'],
    ['evidence verify third-quarter.tar --json', 'for scripts: "ok" and "problems"'],
  ],
  async run({ arguments: given, output, api }: Call) {
    const file = given.operand('file');
    const key = given.text('key');
    refuseNoFile(file);
    const trusted = key === undefined ? await ofServer(api) : await keysNamed(key);
    const pack = await inspectPack(progressing(file, output)).finally(() => output.progress(''));
    const problems = [...unsigned(pack, trusted), ...pack.problems];
    const told = pack.manifest
      ? await comparedWithServer(pack.manifest, api, key === undefined)
      : nothingTold;
    problems.push(...told.problems);
    const report = { file, ok: problems.length === 0, problems, notes: told.notes, manifest: pack.manifest };
    return {
      document: report,
      exitCode: report.ok ? exit.ok : exit.no,
      show: (shown) => show(shown, report),
    };
  },
};

interface Report {
  readonly file: string;
  readonly ok: boolean;
  readonly problems: readonly string[];
  /** What could not be looked at. */
  readonly notes: readonly string[];
  readonly manifest: Manifest | null;
}

function refuseNoFile(path: string): void {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info?.isFile())
    throw usageFailure(`${path} is no file.`, 'Name a file that "bifrost evidence" wrote.');
}

async function* progressing(path: string, output: Output): AsyncGenerator<Uint8Array> {
  const { size } = statSync(path);
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    yield chunk as Buffer;
    done += (chunk as Buffer).length;
    output.progress(`${Math.floor((100 * done) / size)} % of the file`);
  }
}

// --- the signature ----------------------------------------------------------------------------------------------

async function ofServer(api: Call['api']): Promise<TrustedKeys> {
  try {
    return await keysOfServer(await api());
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    throw new CliFailure(
      error.exitCode,
      `There is no key to check the signature with. ${error.message}`,
      'Name the public key with --key, as the installation or somebody you trust gave it to you.',
    );
  }
}

function unsigned({ manifest, signed }: InspectedPack, { keys, from }: TrustedKeys): string[] {
  if (!signed) return [];
  const isSigned = keys.some((key) => isSignedBy(key, signed.bytes, signed.signature));
  if (isSigned) return [];
  const known = manifest && keys.some(({ kid }) => kid === manifest.key);
  if (manifest && !known) {
    return [`It says that it was signed with the key ${manifest.key}, which is none of ${from}.`];
  }
  return [
    'manifest.json does not fit manifest.sig: it was changed after it was signed, or is of another pack.',
  ];
}

// --- the log of the server --------------------------------------------------------------------------------------

interface Told {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

const nothingTold: Told = { problems: [], notes: [] };

/** `isOurs`: the server that knows the key; another one may be any. */
async function comparedWithServer({ log }: Manifest, open: Call['api'], isOurs: boolean): Promise<Told> {
  try {
    const api = await open();
    const [first, last] = [await hashAt(api, 1), await hashAt(api, log.position)];
    if (first !== log.firstHash) {
      const said = `the log of the server at ${api.name} begins otherwise`;
      if (isOurs) return { problems: [`It is of another installation: ${said}.`], notes: [] };
      return { problems: [], notes: [`Not compared with a log: ${said}, so it is another installation.`] };
    }
    if (last === log.hash) return nothingTold;
    const has = last === null ? 'has no event' : 'has another hash';
    const problem = `The log of the server at ${api.name} ${has} at place ${log.position}: it was changed since, or the pack is not of it.`;
    return { problems: [problem], notes: [] };
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return { problems: [], notes: [`Not compared with the log of a server. ${error.message}`] };
  }
}

/** null where the log has no such place. */
async function hashAt(api: Api, position: number): Promise<string | null> {
  const { items } = await api.get<{ items: EventJson[] }>(pathOf('audit'), { place: position, limit: 1 });
  return items[0]?.position === position ? items[0].hash : null;
}

// --- in words ---------------------------------------------------------------------------------------------------

function show(output: Output, { file, ok, problems, notes, manifest }: Report): void {
  if (ok) output.line({ tone: 'good', text: `${file} is as it was signed.` });
  else
    output.line({
      tone: 'bad',
      text: problems.length === 1 ? 'One problem:' : `${problems.length} problems:`,
    });
  for (const problem of problems) output.line('  ', problem);
  for (const note of notes) output.line(note);
  if (!manifest) return;
  const { installation, at, log, counts, made, key } = manifest;
  if (!ok) output.line('What it says of itself, which is not to be relied on:');
  output.fields([
    ['Of', installation],
    ['At', when(at)],
    ['Log', `${log.position} events, ${log.hash}`],
    ['People', `${counts.people}, ${counts.grants} grants for ${counts.reasons} reasons`],
    ['Made', `${when(made.at)} by ${made.by.name} (${made.by.kind} ${made.by.id})`],
    ['Key', key],
  ]);
}
