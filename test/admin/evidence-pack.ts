// An evidence pack in hand: its files, and packs made of other files, as somebody would who wants it to say something else.

import { entryHead, entryTail, tarEnd } from '../../src/evidence/tar.ts';

export interface PackedEntry {
  name: string;
  content: Buffer;
  /** The kind that a tar calls it by; '0': a plain file. */
  kind?: string;
}

const BLOCK = 512;

/** By the format alone, without what reads it in the product. */
export function unpacked(tar: Buffer): PackedEntry[] {
  const entries: PackedEntry[] = [];
  for (let at = 0; tar[at] !== 0; ) {
    const text = (from: number, to: number) =>
      tar.toString('latin1', at + from, at + to).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 136), 8);
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    entries.push({ name: text(0, 100), content: Buffer.from(content) });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

export function packed(entries: readonly PackedEntry[]): Buffer {
  const parts = entries.flatMap(({ name, content, kind = '0' }) => [
    withKind(entryHead(name, content.length, 0), kind),
    content,
    entryTail(content.length),
  ]);
  return Buffer.concat([...parts, tarEnd]);
}

function withKind(head: Buffer, kind: string): Buffer {
  head.write(kind, 156, 'latin1');
  head.fill(' ', 148, 156);
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return head;
}

export function contentOf(entries: readonly PackedEntry[], name: string): string {
  const found = entries.find((entry) => entry.name === name);
  if (!found) throw new Error(`there is no ${name} among ${entries.map((each) => each.name).join(', ')}`);
  return found.content.toString('utf8');
}
