// The lines of a file, as bytes, so that hashes cover exactly what was there.

import { Refusal } from '../refusal.ts';

const NEWLINE = 0x0a;
/** A user's record or a logged request at its largest is a fraction of this. */
const LINE_BYTES = 64 * 1024 * 1024;

/** Each with its line break, which only the last may lack. */
export async function* fileLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let waiting = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      const end = bytes.subarray(from, at + 1);
      yield parts.length > 0 ? Buffer.concat([...parts, end]) : end;
      parts = [];
      waiting = 0;
      from = at + 1;
    }
    if (from === bytes.length) continue;
    parts.push(bytes.subarray(from));
    waiting += bytes.length - from;
    if (waiting > LINE_BYTES) throw new Refusal('invalidSyntax', 'This is no export of Bifrost.');
  }
  if (waiting > 0) yield Buffer.concat(parts);
}
