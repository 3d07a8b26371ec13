// Identifiers: random ones that sort by time (RFC 9562 version 7), and named ones that every replica derives alike.

import { createHash, randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;
let lastMs = 0;
let sequence = 0;

/**
 * A UUID of version 7. Within one millisecond the 12 bits after the time count up, so that ids made by one
 * process sort in the order in which they were made: new rows go to the right edge of every index.
 */
export function newId(nowMs: number = Date.now()): string {
  if (used + 8 > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = 0;
  } else if (++sequence > 0xfff) {
    lastMs++;
    sequence = 0;
  }
  const time = lastMs.toString(16).padStart(12, '0');
  const random = pool.toString('hex', used, used + 8);
  used += 8;
  const variant = ((Number.parseInt(random[0]!, 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${variant}${random.slice(1, 4)}-${random.slice(4)}`;
}

/** Begins anew, as a process does: for test files that share one and have clocks of their own. */
export function forgetLastId(): void {
  lastMs = 0;
  sequence = 0;
}

/** The same UUID for the same words, on every replica and every time (RFC 9562 version 8, over SHA-256). */
export function namedId(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('\u0000')).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
