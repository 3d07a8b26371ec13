// The body of a SCIM request: bounded before it is parsed, parsed once, masked for the log.

import { Refusal } from '../../refusal.ts';

/** Levels of lists and objects. SCIM needs six; deeper is an attack or a mistake. */
const DEPTH_MOST = 40;
/** What the request log keeps of a body. */
const LOGGED_CHARACTERS = 16_384;

export function parseBody(text: string): unknown {
  if (text.trim() === '')
    throw new Refusal('invalidSyntax', 'The request body is empty; a JSON object was expected.');
  if (depthExceeds(text, DEPTH_MOST)) {
    throw new Refusal('invalidSyntax', `The request body is nested deeper than ${DEPTH_MOST} levels.`);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/"[^"]*"\.{0,3}/g, 'text').slice(0, 120) : '';
    throw new Refusal('invalidSyntax', `The request body is not JSON: ${why}`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal('invalidSyntax', 'The request body must be a JSON object.');
  }
  return body;
}

/** Counts brackets outside of strings; a text that is no JSON is left to the parser. */
function depthExceeds(text: string, most: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = endOfString(text, i + 1);
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > most) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

function endOfString(text: string, from: number): number {
  for (let i = text.indexOf('"', from); i >= 0; i = text.indexOf('"', i + 1)) {
    let slashes = 0;
    while (text.charCodeAt(i - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return i;
  }
  return text.length;
}

/** Passwords never reach a log, whatever their case and wherever they stand. */
export function maskBody(text: string): string {
  const shown =
    text.length > LOGGED_CHARACTERS
      ? `${text.slice(0, LOGGED_CHARACTERS)}… (${text.length} characters)`
      : text;
  return /password/i.test(shown) ? maskPasswords(shown) : shown;
}

function maskPasswords(text: string): string {
  return text
    .replace(/("[^"]*password[^"]*"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}\]]+)/gi, '$1"***"')
    .replace(/("path"\s*:\s*"[^"]*password[^"]*"[^{}]*?"value"\s*:\s*)("(?:[^"\\]|\\.)*"?)/gi, '$1"***"')
    .replace(/("value"\s*:\s*)("(?:[^"\\]|\\.)*"?)([^{}]*?"path"\s*:\s*"[^"]*password[^"]*")/gi, '$1"***"$3');
}
