// Signing out beyond this server: where the provider ends its own session, and what it tells us when it has ended one.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { endpointsOf } from '../../provider/endpoints.ts';
import { signInMetadata } from '../../provider/metadata.ts';
import { SignInRefusal } from '../../provider/sign-in-refusal.ts';
import type { Parts } from '../parts.ts';
import { FRONT_CHANNEL_LOGOUT } from './addresses.ts';
import { pageHeaders } from './answer.ts';
import { byRequest, type FrontDoor } from './front-door.ts';

/** OpenID Connect RP-Initiated Logout 1.0; Entra takes `logout_hint` and no `id_token_hint`. */
export async function signOutAtProvider(
  parts: Parts,
  hash: string,
  at: number,
): Promise<{ name: string; href: string } | null> {
  const session = await parts.ledger.sessions.find(hash, at);
  const provider = session?.person.provider ?? null;
  const state = provider === null ? null : await parts.ledger.provider(provider);
  if (!session || !state) return null;
  try {
    const endpoints = endpointsOf(state.provider, parts.reach.development);
    const { endSessionEndpoint } = await signInMetadata(parts.reach, endpoints);
    if (endSessionEndpoint === null) return null;
    const url = new URL(endSessionEndpoint);
    url.searchParams.set('client_id', endpoints.clientId);
    url.searchParams.set('post_logout_redirect_uri', `${parts.publicUrl()}/login`);
    if (session.loginHint !== null) url.searchParams.set('logout_hint', session.loginHint);
    return { name: state.provider.name, href: url.href };
  } catch (error) {
    // Whoever wants out is out here, also while the provider is away.
    if (error instanceof SignInRefusal) return null;
    throw error;
  }
}

const CHARACTERS = 300;

/**
 * OpenID Connect Front-Channel Logout 1.0: the provider loads this in a frame, without our cookie, so the session is found by
 * what the provider calls it. Who does not know that ends nothing, and learns nothing.
 */
export function registerFrontChannel(app: FastifyInstance, door: FrontDoor): void {
  app.get<{ Querystring: Record<string, unknown> }>(FRONT_CHANNEL_LOGOUT, async (request, reply) => {
    const { iss, sid } = request.query;
    if (
      typeof iss === 'string' &&
      typeof sid === 'string' &&
      (iss + sid).length <= CHARACTERS &&
      sid !== ''
    ) {
      await endThere(door, request, { issuer: iss, sid });
    }
    const { 'x-frame-options': _, ...headers } = pageHeaders;
    const policy = "default-src 'none'; frame-ancestors *";
    return reply
      .headers({ ...headers, 'content-security-policy': policy })
      .type('text/html; charset=utf-8')
      .send('<!doctype html><title>Signed out</title>');
  });
}

async function endThere(
  door: FrontDoor,
  request: FastifyRequest,
  { issuer, sid }: { issuer: string; sid: string },
): Promise<void> {
  const { ledger } = door.parts;
  const { at, cause } = byRequest(door, request);
  for (const { provider } of await ledger.providers()) {
    const by = { at, cause, actor: { kind: 'system' as const, id: 'front-channel' } };
    await ledger.sessions.endAtProvider({ provider: provider.id, issuer, sid }, by);
  }
}
