// Reads an evidence pack and says what is wrong with it, as it comes: nothing is unpacked, and no more is kept of it than the
// manifest, hashes and counts. Whose key signed it and what the server says of it: the command that asks.

import { createHash } from 'node:crypto';
import {
  type Counts,
  MANIFEST,
  type Manifest,
  noCounts,
  type PackedFile,
  readManifest,
  SIGNATURE,
  SIGNATURE_BYTES,
} from './manifest.ts';
import { added, noTally, type Tally, tallyOfFile } from './tally.ts';
import { BrokenTar, readTar, type TarEntry } from './tar.ts';

const MIB = 1024 * 1024;
/** A pack of a million people who have a hundred reasons each has 10,000 files. */
const FILES_MOST = 100_000;
/** So many files, each in its line. */
const MANIFEST_BYTES = 32 * MIB;
const PROBLEMS_TOLD = 100;
/** No path, nothing hidden, no space, no direction of writing: as packs are made. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/;

export interface InspectedPack {
  /** null where there is none that can be read. */
  readonly manifest: Manifest | null;
  /** What the signature is to be over; null where either is missing. */
  readonly signed: { readonly bytes: Buffer; readonly signature: Buffer } | null;
  /** Sentences. */
  readonly problems: string[];
  /** True: its end is missing, and with it what it says of itself. */
  readonly isCut: boolean;
}

interface Seen {
  readonly files: Map<string, Omit<PackedFile, 'name'>>;
  readonly problems: string[];
  tally: Tally;
  manifest: Buffer | null;
  signature: Buffer | null;
}

export async function inspectPack(source: AsyncIterable<Uint8Array>): Promise<InspectedPack> {
  const seen: Seen = {
    files: new Map(),
    problems: [],
    tally: noTally,
    manifest: null,
    signature: null,
  };
  const broken = await lookedThrough(source, seen);
  const read = seen.manifest === null ? null : readManifest(seen.manifest);
  const manifest = typeof read === 'string' ? null : read;
  if (broken !== null) seen.problems.unshift(broken);
  else if (read === null) seen.problems.push(`${MANIFEST} is missing.`);
  if (typeof read === 'string') seen.problems.push(read);
  if (broken === null && !seen.signature) seen.problems.push(`${SIGNATURE} is missing.`);
  // Not spread: a false manifest names more files than a call takes arguments.
  const problems = manifest ? seen.problems.concat(compared(manifest, seen)) : seen.problems;
  const signed = seen.manifest && seen.signature ? { bytes: seen.manifest, signature: seen.signature } : null;
  return { manifest, signed, problems: few(problems), isCut: broken !== null };
}

/** A sentence where the bytes are no whole tar. */
async function lookedThrough(source: AsyncIterable<Uint8Array>, seen: Seen): Promise<string | null> {
  try {
    let entries = 0;
    for await (const entry of readTar(source)) {
      entries += 1;
      if (entries > FILES_MOST) return `It has more than ${FILES_MOST} files, as no pack has.`;
      await look(entry, seen);
    }
    return null;
  } catch (error) {
    if (error instanceof BrokenTar) return error.message;
    throw error;
  }
}

async function look(entry: TarEntry, seen: Seen): Promise<void> {
  const { name, bytes } = entry;
  const problem = oddity(entry, seen);
  if (problem !== null) {
    if (seen.problems.length <= PROBLEMS_TOLD) seen.problems.push(problem);
    return;
  }
  if (name === MANIFEST) seen.manifest = await whole(entry);
  else if (name === SIGNATURE) seen.signature = await whole(entry);
  else {
    const hash = createHash('sha256');
    const tally = tallyOfFile(name);
    for await (const chunk of entry.content) {
      hash.update(chunk);
      tally.add(chunk);
    }
    seen.files.set(name, { bytes, sha256: hash.digest('hex') });
    seen.tally = added(seen.tally, tally.end());
  }
}

/** Why it cannot be of a pack; null where it can. */
function oddity({ name, bytes, isPlainFile }: TarEntry, seen: Seen): string | null {
  const shown = JSON.stringify(name);
  if (!FILE_NAME.test(name)) return `${shown} was added: no file of a pack has such a name.`;
  if (!isPlainFile)
    return `${shown} was added: it is a link, a folder or the like, and a pack has plain files.`;
  const isThere =
    seen.files.has(name) || (name === MANIFEST && seen.manifest) || (name === SIGNATURE && seen.signature);
  if (isThere) return `${name} is in it twice.`;
  if (name === MANIFEST && bytes > MANIFEST_BYTES) return `${MANIFEST} is larger than any manifest.`;
  if (name === SIGNATURE && bytes !== SIGNATURE_BYTES)
    return `${SIGNATURE} is no signature: it has ${bytes} bytes.`;
  return null;
}

async function whole({ content }: TarEntry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// --- against the manifest ---------------------------------------------------------------------------------------

function compared(manifest: Manifest, seen: Seen): string[] {
  const problems: string[] = [];
  const named = new Map(manifest.files.map((file) => [file.name, file]));
  for (const { name, bytes, sha256 } of named.values()) {
    const found = seen.files.get(name);
    if (!found) problems.push(`${name} is missing.`);
    else if (found.bytes !== bytes || found.sha256 !== sha256) {
      problems.push(`${name} was changed after it was signed.`);
    }
  }
  for (const name of seen.files.keys()) {
    if (!named.has(name)) problems.push(`${name} was added: the manifest does not name it.`);
  }
  if (named.size < manifest.files.length) problems.push(`${MANIFEST} names a file twice.`);
  return problems.length > 0 ? problems : miscounted(manifest, seen);
}

function miscounted({ counts }: Manifest, { tally }: Seen): string[] {
  const names = Object.keys(noCounts) as (keyof Counts)[];
  const wrong = names.filter((name) => counts[name] !== tally[name]);
  const problems = wrong.map(
    (name) => `The manifest counts ${counts[name]} ${words[name]}, and the files have ${tally[name]}.`,
  );
  if (tally.unreadable > 0) problems.push('The files access-*.jsonl have lines that say nothing of anybody.');
  if (tally.csvLines !== tally.csvLinesWanted) {
    problems.push('The files access-*.csv do not say what access-*.jsonl do.');
  }
  if (tally.withoutRoleLines !== tally.withoutRole) {
    problems.push('The files people-without-role-*.csv name others than access-*.jsonl do.');
  }
  return problems;
}

const words: Readonly<Record<keyof Counts, string>> = {
  people: 'people',
  active: 'active people',
  suspended: 'suspended people',
  withoutRole: 'people without a role',
  grants: 'grants',
  reasons: 'reasons',
};

function few(problems: string[]): string[] {
  if (problems.length <= PROBLEMS_TOLD) return problems;
  return [...problems.slice(0, PROBLEMS_TOLD), `And ${problems.length - PROBLEMS_TOLD} more.`];
}
