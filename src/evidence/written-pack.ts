// Writes an evidence pack as it comes. A tar says how long a file is before its content, and a manifest has every hash: so what is
// said of people stands in numbered parts of some MiB, each held in memory until it is full. The other way, going through
// everybody twice, would take twice as long and fail where somebody is erased between both.

import { createHash } from 'node:crypto';
import { MANIFEST, type PackedFile, SIGNATURE } from './manifest.ts';
import { entryHead, entryTail, tarEnd } from './tar.ts';

const MIB = 1024 * 1024;
/** Of the longest file of a part; a person never stands in two parts. */
const PART_BYTES = 8 * MIB;

export interface PackWriter {
  /** What was written so far. */
  readonly files: readonly PackedFile[];
  file(name: string, content: readonly Buffer[]): Generator<Buffer>;
  /** The last that comes. */
  end(manifest: Buffer, signature: Buffer): Generator<Buffer>;
}

/** `timeMs`: what every file is said to be from. */
export function packWriter(timeMs: number): PackWriter {
  const files: PackedFile[] = [];
  function* entry(name: string, content: readonly Buffer[]): Generator<Buffer> {
    const bytes = content.reduce((sum, { length }) => sum + length, 0);
    yield entryHead(name, bytes, timeMs);
    yield* content;
    yield entryTail(bytes);
  }
  return {
    files,
    *file(name, content) {
      const hash = createHash('sha256');
      let bytes = 0;
      for (const chunk of content) {
        hash.update(chunk);
        bytes += chunk.length;
      }
      files.push({ name, bytes, sha256: hash.digest('hex') });
      yield* entry(name, content);
    },
    *end(manifest, signature) {
      yield* entry(MANIFEST, [manifest]);
      yield* entry(SIGNATURE, [signature]);
      yield tarEnd;
    },
  };
}

/** One of the files that say something of the same people. */
export interface PartFile<Row> {
  /** `access` is `access-0001.csv`, `access-0002.csv` and so on. */
  readonly name: string;
  readonly ending: string;
  /** What each begins with; empty for nothing. */
  readonly heading: string;
  text(row: Row): string;
}

/** Of everybody, part by part; at least one, so that nobody looks for files where nobody was. */
export async function* partsOf<Row>(
  writer: PackWriter,
  files: readonly PartFile<Row>[],
  portions: AsyncIterable<readonly Row[]>,
): AsyncGenerator<Buffer> {
  const full = files.map((file) => ({ file, chunks: [] as Buffer[], bytes: 0 }));
  let number = 0;
  function* written(): Generator<Buffer> {
    number += 1;
    for (const part of full) {
      const { name, ending, heading } = part.file;
      const numbered = `${name}-${String(number).padStart(4, '0')}.${ending}`;
      yield* writer.file(numbered, [Buffer.from(heading), ...part.chunks]);
      part.chunks = [];
      part.bytes = 0;
    }
  }
  for await (const rows of portions) {
    for (const part of full) {
      const text = Buffer.from(rows.map(part.file.text).join(''));
      part.chunks.push(text);
      part.bytes += text.length;
    }
    if (full.some(({ bytes }) => bytes >= PART_BYTES)) yield* written();
  }
  if (number === 0 || full.some(({ bytes }) => bytes > 0)) yield* written();
}
