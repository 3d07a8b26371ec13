// ETags (RFC 7644 3.14). All of ours are weak; a client's are compared weakly, so that both spellings are taken.

import { Refusal } from '../../refusal.ts';

/** 412 when the client wants to change another version than the one that is there (RFC 9110 13.1.1). */
export function checkIfMatch(ifMatch: string | null, version: string): void {
  if (ifMatch === null || names(ifMatch, version)) return;
  throw new Refusal(
    'stale',
    `The resource is at version ${version}, not ${ifMatch.slice(0, 60)}. Read it again and repeat the change.`,
  );
}

/** Whether the client has this version already (304). */
export function isKnown(ifNoneMatch: string | null, version: string): boolean {
  return ifNoneMatch !== null && names(ifNoneMatch, version);
}

function names(header: string, version: string): boolean {
  if (header.trim() === '*') return true;
  const wanted = strip(version);
  return header.split(',').some((each) => strip(each.trim()) === wanted);
}

function strip(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
