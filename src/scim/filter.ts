// The filter language of RFC 7644 3.4.2.2, text to tree, without knowing any schema (binding.ts does). Also takes
// `emails[type eq "work"].value eq "x"`, which the grammar lacks and Entra sends (Q33): both halves are about the same
// element. Length, depth and the number of comparisons are bounded, so hostile text is answered at once.

import { Refusal } from '../refusal.ts';
import { shorten } from './json.ts';
import { FILTER_CHARACTERS, FILTER_COMPARISONS, FILTER_DEPTH } from './limits.ts';

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/** `path` is the attribute path as written; `at` is where it begins, in characters from 0. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly op: 'not'; readonly part: Filter }
  | { readonly op: 'pr'; readonly path: string; readonly at: number }
  | {
      readonly op: CompareOperator;
      readonly path: string;
      readonly value: string | number | boolean | null;
      readonly at: number;
    }
  | { readonly op: 'element'; readonly path: string; readonly part: Filter; readonly at: number };

interface Scan {
  readonly text: string;
  at: number;
  comparisons: number;
  inBrackets: boolean;
}

const WORD = /[A-Za-z$_][\w$\-.:%/#~@+!*]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const OPERATORS: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);

/** Refuses with invalidFilter, naming the character (from 1) and what was expected there. */
export function parseFilter(text: string): Filter {
  if (text.length > FILTER_CHARACTERS) {
    throw new Refusal('invalidFilter', `filter: at most ${FILTER_CHARACTERS} characters, got ${text.length}`);
  }
  const scan: Scan = { text, at: 0, comparisons: 0, inBrackets: false };
  const filter = parseOr(scan, 0);
  skipBlanks(scan);
  if (scan.at < text.length) refuse(scan, '"and", "or" or the end');
  return filter;
}

function parseOr(scan: Scan, depth: number): Filter {
  if (depth > FILTER_DEPTH) {
    refuse(scan, `at most ${FILTER_DEPTH} levels of parentheses`);
  }
  const first = parseAnd(scan, depth);
  if (!takeKeyword(scan, 'or')) return first;
  const parts = [first];
  do parts.push(parseAnd(scan, depth));
  while (takeKeyword(scan, 'or'));
  return { op: 'or', parts };
}

function parseAnd(scan: Scan, depth: number): Filter {
  const first = parseTerm(scan, depth);
  if (!takeKeyword(scan, 'and')) return first;
  const parts = [first];
  do parts.push(parseTerm(scan, depth));
  while (takeKeyword(scan, 'and'));
  return { op: 'and', parts };
}

function parseTerm(scan: Scan, depth: number): Filter {
  skipBlanks(scan);
  if (scan.text[scan.at] === '(') return parseGroup(scan, depth);
  const at = scan.at;
  const word = takeWord(scan) ?? refuse(scan, 'an attribute name, "not (" or "("');
  if (word.length === 3 && word.toLowerCase() === 'not') {
    skipBlanks(scan);
    if (scan.text[scan.at] !== '(') refuse(scan, '"(" after "not"');
    return { op: 'not', part: parseGroup(scan, depth) };
  }
  if (scan.text[scan.at] === '[') return parseElement(scan, word, at, depth);
  return parseComparison(scan, word, at);
}

function parseGroup(scan: Scan, depth: number): Filter {
  scan.at++;
  const inner = parseOr(scan, depth + 1);
  skipBlanks(scan);
  if (scan.text[scan.at] !== ')') refuse(scan, '")"');
  scan.at++;
  return inner;
}

function parseElement(scan: Scan, path: string, at: number, depth: number): Filter {
  if (scan.inBrackets) refuse(scan, 'no brackets inside brackets');
  scan.at++;
  scan.inBrackets = true;
  const part = parseOr(scan, depth + 1);
  scan.inBrackets = false;
  skipBlanks(scan);
  if (scan.text[scan.at] !== ']') refuse(scan, '"]"');
  scan.at++;
  if (scan.text[scan.at] !== '.') return { op: 'element', path, part, at };
  scan.at++;
  const subAt = scan.at;
  const sub = takeWord(scan) ?? refuse(scan, 'a sub-attribute name');
  const comparison = parseComparison(scan, sub, subAt);
  return { op: 'element', path, part: { op: 'and', parts: [part, comparison] }, at };
}

function parseComparison(scan: Scan, path: string, at: number): Filter {
  if (++scan.comparisons > FILTER_COMPARISONS) refuse(scan, `at most ${FILTER_COMPARISONS} comparisons`);
  skipBlanks(scan);
  const operatorAt = scan.at;
  const operator = takeWord(scan)?.toLowerCase() ?? '';
  if (operator === 'pr') return { op: 'pr', path, at };
  if (!OPERATORS.has(operator)) {
    scan.at = operatorAt;
    refuse(scan, 'one of eq, ne, co, sw, ew, pr, gt, ge, lt, le');
  }
  skipBlanks(scan);
  return { op: operator as CompareOperator, path, value: takeLiteral(scan), at };
}

function takeLiteral(scan: Scan): string | number | boolean | null {
  const start = scan.at;
  const value = scan.text[start] === '"' ? takeText(scan) : takeBareLiteral(scan);
  const next = scan.text[scan.at];
  if (value === undefined || (next !== undefined && !' \t\r\n)]'.includes(next))) {
    scan.at = start;
    refuse(scan, 'a text in double quotes, a number, true, false or null');
  }
  return value;
}

function takeText(scan: Scan): string | undefined {
  const { text, at } = scan;
  let end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  if (end >= text.length) refuse(scan, 'a closing double quote');
  scan.at = end + 1;
  try {
    // The filter's texts are JSON (RFC 7644 3.4.2.2), so JSON decides on escapes (F31).
    const value: unknown = JSON.parse(text.slice(at, end + 1));
    if (typeof value === 'string' && !value.includes('\0') && value.isWellFormed()) return value;
  } catch {
    // A bad escape or a control character: refused by the caller, which knows the place.
  }
  return undefined;
}

function takeBareLiteral(scan: Scan): number | boolean | null | undefined {
  NUMBER.lastIndex = scan.at;
  const number = NUMBER.exec(scan.text);
  if (number) {
    scan.at = NUMBER.lastIndex;
    const value = Number(number[0]);
    return Number.isFinite(value) ? value : undefined;
  }
  // ABNF texts ignore letter case (RFC 5234 2.3), so `True` is the literal too.
  switch (takeWord(scan)?.toLowerCase()) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
      return null;
    default:
      return undefined;
  }
}

function takeKeyword(scan: Scan, keyword: 'and' | 'or'): boolean {
  skipBlanks(scan);
  const end = scan.at + keyword.length;
  if (scan.text.slice(scan.at, end).toLowerCase() !== keyword) return false;
  const next = scan.text[end];
  if (next !== undefined && !' \t\r\n('.includes(next)) return false;
  scan.at = end;
  return true;
}

function takeWord(scan: Scan): string | undefined {
  WORD.lastIndex = scan.at;
  const match = WORD.exec(scan.text);
  if (!match) return undefined;
  scan.at = WORD.lastIndex;
  return match[0];
}

function skipBlanks(scan: Scan): void {
  for (;;) {
    const code = scan.text.charCodeAt(scan.at);
    if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return;
    scan.at++;
  }
}

function refuse(scan: Scan, expected: string): never {
  const rest = scan.at < scan.text.length ? shorten(scan.text.slice(scan.at, scan.at + 61)) : 'the end';
  throw new Refusal('invalidFilter', `filter, character ${scan.at + 1}: expected ${expected}, got ${rest}`);
}
