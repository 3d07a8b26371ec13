// Where somebody wanted to go before they had to sign in. Only a place of this server: anything else leads to its front door.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { takeSession } from './begin-session.ts';
import { sessionHash } from './session-credential.ts';

const CHARACTERS = 2_000;
/** Resolved against this, a path stays here and anything else does not. */
const HERE = 'http://here.invalid';

export function readReturnTo(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > CHARACTERS || !wanted.startsWith('/')) return '/';
  // Browsers read a backslash as a slash, and skip control characters; an address has neither.
  if (/[^!-~]|\\/.test(wanted) || !URL.canParse(wanted, HERE)) return '/';
  const url = new URL(wanted, HERE);
  const place = url.pathname + url.search + url.hash;
  // `/..//elsewhere` ends up as `//elsewhere`, which is another host.
  return url.origin === HERE && !place.startsWith('//') ? place : '/';
}

/** To signing in, and from there back to what was asked for; says so to whoever was signed in until a moment ago. */
export function askToSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const had = sessionHash(request.headers.cookie) !== null;
  if (had) takeSession(reply);
  const returnTo = request.url === '/' ? '' : `returnTo=${encodeURIComponent(request.url)}`;
  const query = [had ? 'ended' : '', returnTo].filter((each) => each !== '').join('&');
  return reply.header('cache-control', 'no-store').redirect(query === '' ? '/login' : `/login?${query}`, 303);
}
