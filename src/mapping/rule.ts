// A rule: one attribute mapping. Owns what a value pattern means and how the name of a target is made from it.

import { fold } from '../fold.ts';
import type { TargetKind } from '../identity/grant.ts';

export type { TargetKind };

/** What people call them. */
export const kindWords = {
  role: 'role',
  team: 'team',
  businessUnit: 'business unit',
} as const satisfies Record<TargetKind, string>;

export interface Rule {
  readonly id: string;
  readonly kind: TargetKind;
  /** A claim name or SCIM attribute, matched exactly, case included; dots may lead into objects. */
  readonly attribute: string;
  /** Exact text; `*` for any value; `${*}` captures a part; other `*` stand for any text. Case does not matter. */
  readonly value: string;
  /** A role's name; or a team's / business unit's name, in which `*` or `${*}` stand for the value or its capture. */
  readonly target: string;
  readonly sticky: boolean;
}

/** Gives the captured text where a value fits the pattern (the whole value when nothing is captured), else null. */
export type Pattern = (value: string) => string | null;

const CAPTURE = '${*}';

export function compilePattern(pattern: string): Pattern {
  if (pattern === '*' || pattern === CAPTURE) return (value) => (value === '' ? null : value);
  const parts = pattern.split(CAPTURE);
  if (parts.length === 1 && !pattern.includes('*')) {
    const wanted = fold(pattern);
    return (value) => (fold(value) === wanted ? value : null);
  }
  return parts.length === 1 ? wildcardPattern(pattern) : capturePattern(parts[0]!, parts.slice(1).join('*'));
}

function wildcardPattern(pattern: string): Pattern {
  const pieces = fold(pattern).split('*');
  return (value) => (fits(fold(value), pieces) ? value : null);
}

/**
 * `before${*}after`: the ends are fixed text (a further `*` in them widens what is captured to the shortest fit), so
 * the capture is the rest. It is found in the folded text and given as it was written, unless folding moved it there
 * (`ß` becomes two letters): then it is given folded.
 */
function capturePattern(before: string, after: string): Pattern {
  const head = fold(before).split('*');
  const tail = fold(after).split('*');
  return (value) => {
    const folded = fold(value);
    const start = endOfHead(folded, head);
    if (start === null) return null;
    const end = startOfTail(folded, tail, start);
    if (end === null || end <= start) return null;
    const written = value.slice(start, end);
    const captured = folded.slice(start, end);
    return fold(written) === captured ? written : captured;
  };
}

/** Where the fixed beginning ends, taking each wildcard as short as it can be; null when it does not fit. */
function endOfHead(text: string, pieces: string[]): number | null {
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    const found = i === 0 ? (text.startsWith(piece) ? 0 : -1) : text.indexOf(piece, at);
    if (found < 0) return null;
    at = found + piece.length;
  }
  return at;
}

function startOfTail(text: string, pieces: string[], from: number): number | null {
  let at = text.length;
  for (let i = pieces.length - 1; i >= 0; i--) {
    const piece = pieces[i]!;
    const last = i === pieces.length - 1;
    const found = last
      ? text.endsWith(piece)
        ? text.length - piece.length
        : -1
      : text.lastIndexOf(piece, at - piece.length);
    if (found < from) return null;
    at = found;
  }
  return at;
}

/** Whether the pieces between the wildcards occur in order, the first at the start and the last at the end. */
function fits(text: string, pieces: string[]): boolean {
  const last = pieces.length - 1;
  if (!text.startsWith(pieces[0]!) || !text.endsWith(pieces[last]!)) return false;
  let at = pieces[0]!.length;
  const end = text.length - pieces[last]!.length;
  for (const piece of pieces.slice(1, last)) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return at <= end;
}

/** Whether the target's name is made from the value, so that the value (or its group) is what identifies it. */
export function isDerived(target: string): boolean {
  return target === '*' || target.includes(CAPTURE);
}

/** Longest name of a target and text of a reason. */
const TEXT_CHARACTERS = 256;

/** Cut without leaving half a character: storage would give back another text. */
export function cutText(text: string): string {
  return text.slice(0, TEXT_CHARACTERS).toWellFormed();
}

/** The name of the target for a captured text. */
export function targetName(target: string, captured: string): string {
  const name = target === '*' ? captured : target.replaceAll(CAPTURE, () => captured);
  return cutText(name.trim());
}
