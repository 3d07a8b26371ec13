// Where whoever is not signed in is led: our own sign-in, and from there back to the page that they wanted, where that page is on
// this very host. The session cookie is bound to it, so a page on another host would ask them to sign in for ever.

import type { FastifyRequest } from 'fastify';
import { SIGN_IN_PATH } from '../oidc/addresses.ts';
import { readReturnTo } from '../oidc/return-to.ts';

/** `publicUrl`: without a slash at its end. `visited`: the page, where the proxy asks with it in its address. */
export function signInAddress(publicUrl: string, request: FastifyRequest, visited: string | null): string {
  const returnTo = readReturnTo(visited ?? wantedPage(publicUrl, request));
  return publicUrl + SIGN_IN_PATH + (returnTo === '/' ? '' : `?returnTo=${encodeURIComponent(returnTo)}`);
}

/** As Traefik and Caddy tell it, or as nginx is told to. null: none of this host. */
function wantedPage(publicUrl: string, request: FastifyRequest): string | null {
  const host = header(request, 'x-forwarded-host');
  if (host !== null && host !== new URL(publicUrl).host) return null;
  const whole = header(request, 'x-original-url');
  if (whole === null) return header(request, 'x-forwarded-uri');
  if (!URL.canParse(whole)) return null;
  const { origin, pathname, search } = new URL(whole);
  return origin === publicUrl ? pathname + search : null;
}

/** A browser that goes somewhere, and no script, form or image. */
export function wantsPage(request: FastifyRequest): boolean {
  const method = header(request, 'x-forwarded-method') ?? request.method;
  return method === 'GET' && /\btext\/html\b/i.test(request.headers.accept ?? '');
}

function header(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
