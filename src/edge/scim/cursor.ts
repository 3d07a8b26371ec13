// Cursors (RFC 9865): opaque, signed, bound to the provider and the query they were made for, and short-lived.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PageKey } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';

/** Seconds for which a cursor can be followed. */
export const CURSOR_TIMEOUT_S = 3600;

export interface CursorKey {
  key: Buffer;
  /** What a cursor is bound to: the provider and everything that the list depends on. */
  scope: string;
}

/** base64url is made of unreserved characters only. */
export function writeCursor({ key, scope }: CursorKey, last: PageKey, count: number, at: number): string {
  const text = JSON.stringify([last.sorted, last.id, count, Math.floor(at / 1000)]);
  return Buffer.concat([sign(key, scope, text), Buffer.from(text)]).toString('base64url');
}

/** The page key of a cursor. A forged one and one of another caller or query are the same to us. */
export function readCursor({ key, scope }: CursorKey, cursor: string, count: number, at: number): PageKey {
  const bytes = Buffer.from(cursor, 'base64url');
  // Decoding skips what is no base64url, so the text is compared with what its bytes would be written as.
  const genuine = bytes.toString('base64url') === cursor;
  const text = bytes.subarray(SIGNATURE_BYTES).toString();
  const given = bytes.subarray(0, SIGNATURE_BYTES);
  if (!genuine || given.length !== SIGNATURE_BYTES || !timingSafeEqual(given, sign(key, scope, text))) {
    throw new Refusal('invalidCursor', 'This cursor was not made by this endpoint for this query.');
  }
  const [sorted, id, madeForCount, seconds] = JSON.parse(text) as [PageKey['sorted'], string, number, number];
  if (at / 1000 - seconds > CURSOR_TIMEOUT_S) {
    throw new Refusal(
      'expiredCursor',
      `Cursors are good for ${CURSOR_TIMEOUT_S} seconds. Start again with an empty one.`,
    );
  }
  if (count !== madeForCount) {
    throw new Refusal(
      'invalidCount',
      `The cursor was made for count=${madeForCount}; the count must stay the same.`,
    );
  }
  return { sorted, id };
}

const SIGNATURE_BYTES = 16;

function sign(key: Buffer, scope: string, text: string): Buffer {
  return createHmac('sha256', key).update(`${scope}\n${text}`).digest().subarray(0, SIGNATURE_BYTES);
}
