// ETags of the admin API (RFC 9110 8.8.3): what they are made of, and what If-Match and If-None-Match ask.

import { Refusal } from '../../refusal.ts';
import { sha256Hex } from '../../secret.ts';

export function revisionTag(revision: number): string {
  return `"${revision}"`;
}

/** For answers that come from many rows: whatever changes them changes the tag. */
export function contentTag(content: unknown): string {
  return `"${sha256Hex(JSON.stringify(content)).slice(0, 32)}"`;
}

/** 412 when the client wants to change another version than the one that is there. */
export function checkIfMatch(ifMatch: string | null, tag: string): void {
  if (ifMatch === null || names(ifMatch, tag)) return;
  throw new Refusal('stale', `This is at version ${tag}, not ${ifMatch.slice(0, 60)}. Read it again.`, {
    version: tag,
  });
}

export function isKnown(ifNoneMatch: string | null, tag: string): boolean {
  return ifNoneMatch !== null && names(ifNoneMatch, tag);
}

/** A bare number is taken for its tag: people write `If-Match: 3`. */
function names(header: string, tag: string): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((each) => {
    const given = each.trim().replace(/^W\//, '');
    return given === tag || `"${given}"` === tag;
  });
}
