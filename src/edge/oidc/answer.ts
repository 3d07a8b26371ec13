// How the pages of signing in leave: as HTML for people and Problem Details for scripts, never kept by a cache, under a policy
// that lets nothing in from elsewhere.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../refusal.ts';
import { bugAnswer, problemAnswer } from '../admin/problem.ts';
import { notLetInPage } from './pages.ts';

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // The address of a callback has a code in it: no other site is told where one came from. With `no-referrer` browsers would
  // send our own forms with `Origin: null` (Fetch, "append a request Origin header"), as those of strangers.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * Of the page in a pop-up that comes back from the provider: any other policy would cut it off from the page that opened
 * it, because the provider's own has none. It hands on to this origin alone.
 */
export const openerHeaders: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'unsafe-none',
};

export function sendPage(
  reply: FastifyReply,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): FastifyReply {
  return reply
    .code(status)
    .headers({ ...pageHeaders, ...headers })
    .type('text/html; charset=utf-8')
    .send(text);
}

export function wantsJson({ headers }: FastifyRequest): boolean {
  const accept = headers.accept ?? '';
  return accept.includes('json') && !accept.includes('text/html');
}

const titles: Partial<Record<Refusal['reason'], string>> = {
  throttled: 'Too many tries',
  unavailable: 'Not available at the moment',
  forbidden: 'Not permitted',
};

/** `refusal` null: a bug, of which nothing is said but the id. */
export function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal | null,
  requestId: string,
): FastifyReply {
  const { status, headers, body } = refusal ? problemAnswer(refusal, requestId) : bugAnswer(requestId);
  reply.headers({ ...headers, ...pageHeaders });
  if (wantsJson(request)) {
    return reply
      .code(status)
      .header('content-type', 'application/problem+json')
      .send(Buffer.from(JSON.stringify(body)));
  }
  const title = (refusal && titles[refusal.reason]) ?? body.title;
  const references = [{ name: 'Request', value: requestId }];
  return sendPage(reply, status, notLetInPage({ title, words: body.detail, references, again: '/login' }));
}
