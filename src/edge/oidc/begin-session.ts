// A session that begins: a secret that only the browser has, and the row that only its hash stands in.

import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../../id.ts';
import type { NewSession } from '../../identity/sign-in.ts';
import { sha256Hex } from '../../secret.ts';
import { forMs, forNever, SESSION_COOKIE } from './cookies.ts';

const SECRET_BYTES = 32;
const AGENT_CHARACTERS = 300;

export interface BegunSession {
  /** For the cookie. Always a new one, whatever cookie the browser came with. */
  secret: string;
  session: Omit<NewSession, 'person'>;
}

export function beginSession(
  request: FastifyRequest,
  at: number,
  capMs: number,
  atProvider: Partial<Pick<NewSession, 'issuer' | 'sid' | 'loginHint'>> = {},
): BegunSession {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const agent = request.headers['user-agent']?.slice(0, AGENT_CHARACTERS) ?? null;
  const session = {
    hash: sha256Hex(secret),
    id: newId(at),
    createdAt: at,
    expiresAt: at + capMs,
    remote: request.ip,
    agent,
    issuer: atProvider.issuer ?? null,
    sid: atProvider.sid ?? null,
    loginHint: atProvider.loginHint ?? null,
    claimsAt: at,
    refreshToken: null,
  };
  return { secret, session };
}

export function giveSession(reply: FastifyReply, secret: string, capMs: number): void {
  reply.setCookie(SESSION_COOKIE, secret, forMs(capMs));
}

export function takeSession(reply: FastifyReply): void {
  reply.setCookie(SESSION_COOKIE, '', forNever);
}
