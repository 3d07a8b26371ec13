// The two cookies of signing in: the session, and a sign-in under way. `__Host-` binds both to this very host, https (or
// this machine) and every path; Lax lets the provider's redirect bring them back.

import type { CookieSerializeOptions } from '@fastify/cookie';

export const SESSION_COOKIE = '__Host-bifrost';

const UNDER_WAY = '__Host-bifrost-sign-in-';
/** Of a `state`: enough to tell the few tabs of one browser apart. */
const STATE_CHARACTERS = 16;
/** Sign-ins under way in one browser; more are somebody's mistake, and headers have an end. */
const UNDER_WAY_AT_MOST = 5;

const host: CookieSerializeOptions = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' };

export function underWayName(state: string): string {
  return UNDER_WAY + state.replace(/[^A-Za-z0-9_-]/g, '').slice(0, STATE_CHARACTERS);
}

/** Those that make room for one more. */
export function underWayTooMany(cookies: Readonly<Record<string, string | undefined>>): string[] {
  const names = Object.keys(cookies).filter((name) => name.startsWith(UNDER_WAY));
  return names.length < UNDER_WAY_AT_MOST ? [] : names;
}

export function forMs(ms: number): CookieSerializeOptions {
  return { ...host, maxAge: Math.floor(ms / 1000) };
}

export const forNever: CookieSerializeOptions = { ...host, maxAge: 0 };
