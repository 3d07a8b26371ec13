// Parts of a pack: of bounded size, about the same people under the same number, and nobody in two; and who takes nothing is cut.

import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { streamedFile } from '../../src/edge/admin/file-answer.ts';
import { type PartFile, packWriter, partsOf } from '../../src/evidence/written-pack.ts';
import { contentOf, unpacked } from '../admin/evidence-pack.ts';

const MIB = 1024 * 1024;

/** People whose names are that long. */
const files: readonly PartFile<string>[] = [
  { name: 'long', ending: 'csv', heading: 'name\r\n', text: (name) => `${name.padEnd(3 * MIB, '.')}\r\n` },
  { name: 'short', ending: 'jsonl', heading: '', text: (name) => `${name}\n` },
];

async function* each(...portions: string[][]) {
  yield* portions;
}

async function packOf(...portions: string[][]) {
  const writer = packWriter(0);
  const chunks: Buffer[] = [];
  let mostWaiting = 0;
  for await (const chunk of partsOf(writer, files, each(...portions))) {
    chunks.push(chunk);
    mostWaiting = Math.max(mostWaiting, chunk.length);
  }
  for (const chunk of writer.end(Buffer.from('{}'), Buffer.alloc(64))) chunks.push(chunk);
  return { entries: unpacked(Buffer.concat(chunks)), mostWaiting, files: writer.files };
}

describe('parts', () => {
  it('end with the portion that fills them, and have the same people', async () => {
    const { entries, files: listed, mostWaiting } = await packOf(['a'], ['b', 'c'], ['d'], ['e']);
    expect(entries.map(({ name }) => name)).toEqual([
      ...['long-0001.csv', 'short-0001.jsonl', 'long-0002.csv', 'short-0002.jsonl'],
      ...['manifest.json', 'manifest.sig'],
    ]);
    expect(contentOf(entries, 'short-0001.jsonl')).toBe('a\nb\nc\n');
    expect(contentOf(entries, 'short-0002.jsonl')).toBe('d\ne\n');
    expect(contentOf(entries, 'long-0002.csv')).toMatch(/^name\r\nd\.+\r\ne\.+\r\n$/);
    expect(listed.map(({ name }) => name)).toEqual(entries.slice(0, -2).map(({ name }) => name));
    expect(mostWaiting).toBeLessThan(8 * MIB);
  });

  it('are one where there is nobody, and no empty one comes behind a full one', async () => {
    const names = async (...portions: string[][]) =>
      (await packOf(...portions)).files.map(({ name }) => name);
    expect(await names()).toEqual(['long-0001.csv', 'short-0001.jsonl']);
    expect(await names(['a', 'b', 'c'])).toEqual(['long-0001.csv', 'short-0001.jsonl']);
  });
});

describe('a reader that takes nothing', () => {
  const file = (stallMs: number) => {
    const { signal } = new AbortController();
    const content = each(['a'], ['b'], ['c'], ['d']) as unknown as AsyncIterable<string>;
    return streamedFile({ gone: signal }, { name: 'x.tar', type: 'application/x-tar', content, stallMs })
      .body;
  };

  it('is cut, and one that takes is not', async () => {
    const stalled = file(20);
    stalled.on('error', () => {});
    await stalled[Symbol.asyncIterator]().next();
    await pause(100);
    expect(stalled.destroyed).toBe(true);
    const taken: string[][] = [];
    for await (const portion of file(60_000)) taken.push(portion);
    expect(taken).toEqual([['a'], ['b'], ['c'], ['d']]);
  });
});
