// The session in the cookie as a credential of the admin API: looked up anew each time, with claims read anew when they are
// old, and believed for changes only where a page of this server asks.

import type { IncomingMessage } from 'node:http';
import cookie from '@fastify/cookie';
import { Refusal } from '../../refusal.ts';
import { sha256Hex } from '../../secret.ts';
import type { Caller, Credential } from '../admin/caller.ts';
import { personCaller } from '../admin/credentials.ts';
import type { Parts } from '../parts.ts';
import { SESSION_COOKIE } from './cookies.ts';
import { refreshIfOld } from './refresh-session.ts';
import { isFromOurPages } from './same-origin.ts';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function sessionCookie(parts: Parts): Credential {
  return async ({ request, at }) => {
    const hash = sessionHash(request.headers.cookie);
    if (hash === null) return null;
    if (!READS.has(request.method ?? '') && !isFromOurPages(request.headers, parts.publicUrl())) {
      return new Refusal(
        'forbidden',
        `With a session, changes are taken from pages of ${parts.publicUrl()} alone. Scripts send an API key.`,
      );
    }
    return (await callerOf(parts, hash, at)) ?? ended();
  };
}

/** Who is signed in with this request; null where nobody is (any more). */
export async function signedInCaller(
  parts: Parts,
  request: IncomingMessage,
  at: number,
): Promise<Caller | null> {
  const hash = sessionHash(request.headers.cookie);
  return hash === null ? null : callerOf(parts, hash, at);
}

async function callerOf(parts: Parts, hash: string, at: number): Promise<Caller | null> {
  const session = await parts.ledger.sessions.find(hash, at);
  // The cap may be shorter by now than when the session began.
  if (!session || session.createdAt + parts.sessionRules().capMs <= at) return null;
  if ((await refreshIfOld(parts, session, at)) === 'ended') return null;
  const caller = await personCaller(parts.ledger, session.person);
  if (!caller) return null;
  parts.ledger.sessions.seen(hash, at);
  return { ...caller, via: 'session', session };
}

/** null where there is no cookie, or none of ours. */
export function sessionHash(header: string | undefined): string | null {
  const secret = header === undefined ? undefined : cookie.parse(header)[SESSION_COOKIE];
  return secret !== undefined && /^[\w-]{43}$/.test(secret) ? sha256Hex(secret) : null;
}

function ended(): Refusal {
  return new Refusal('unauthenticated', 'Your session has ended. Sign in again.', { credential: 'ended' });
}
