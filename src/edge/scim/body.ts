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

/**
 * What the request log keeps of a body. Passwords never reach it, however their name is spelled and wherever they
 * stand, in a PATCH by path too; so it is made from the parsed body. Of what is no JSON nothing is kept.
 */
export function loggedBody(text: string): string | null {
  if (text === '') return null;
  // Escapes could spell the word otherwise; without them and without the word there is nothing to mask.
  if (!/password/i.test(text) && !text.includes('\\u')) return cut(text);
  try {
    return cut(JSON.stringify(masked(JSON.parse(text), 0)));
  } catch {
    return `(${text.length} characters that are no JSON)`;
  }
}

function cut(text: string): string {
  if (text.length <= LOGGED_CHARACTERS) return text;
  return `${text.slice(0, LOGGED_CHARACTERS).toWellFormed()}… (${text.length} characters)`;
}

function masked(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MOST) return '…';
  if (Array.isArray(value)) return value.map((each) => masked(each, depth + 1));
  const path = Object.entries(value).find(([key]) => key.toLowerCase() === 'path')?.[1];
  const isAboutPassword = typeof path === 'string' && /password/i.test(path);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const name = key.toLowerCase();
      // A path may hold a filter with a password in it.
      if (isAboutPassword && name === 'path') return [key, 'password'];
      const isSecret = /password/i.test(key) || (isAboutPassword && name === 'value');
      return [key, isSecret ? '***' : masked(each, depth + 1)];
    }),
  );
}

/** Of a query only what SCIM itself has names for: a token that somebody put there is not kept. */
const LOGGED_PARAMETERS =
  /^(filter|attributes|excludedattributes|startindex|count|sortby|sortorder|cursor|aadoptscim062020|azureadscimpatch2017)$/i;
const PATH_CHARACTERS = 2000;

export function loggedPath(url: string): string {
  const [path = '', query] = url.split('?', 2);
  if (query === undefined) return url.slice(0, PATH_CHARACTERS);
  const parameters = query.split('&').map((each) => {
    const [name = '', value] = each.split('=', 2);
    const isPlain = LOGGED_PARAMETERS.test(name) && !/password/i.test(each);
    return value === undefined || isPlain ? each : `${name}=***`;
  });
  return `${path}?${parameters.join('&')}`.slice(0, PATH_CHARACTERS);
}
