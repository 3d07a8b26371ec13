// ETags (RFC 7644 3.14). All of ours are weak; a client's are compared weakly, so that both spellings are taken.

import { Refusal } from '../../refusal.ts';

/** 412 when the client wants to change another version than the one that is there (RFC 9110 13.1.1). */
function checkIfMatch(ifMatch: string | null, version: string): void {
  if (ifMatch === null || names(ifMatch, version)) return;
  throw new Refusal(
    'stale',
    `The resource is at version ${version}, not ${ifMatch.slice(0, 60)}. Read it again and repeat the change.`,
  );
}

/** Both headers before a change: the client names what it expects, or (rarely) what must not be there. */
export function checkPreconditions(headers: Preconditions, version: string): void {
  checkIfMatch(headers.ifMatch, version);
  if (!isKnown(headers.ifNoneMatch, version)) return;
  throw new Refusal('stale', `If-None-Match names the version that is there, ${version}.`);
}

export interface Preconditions {
  ifMatch: string | null;
  ifNoneMatch: string | null;
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
