// Addresses that lead nowhere, and methods that an address does not have, outside of SCIM and the API, which answer for themselves: a
// page for people, and for programs the shape in which the API says no.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';
import { shorten } from '../scim/json.ts';
import { problemAnswer } from './admin/problem.ts';
import { sendPage } from './oidc/answer.ts';
import { nowherePage } from './oidc/pages.ts';

/** `mounted`: everything that is, by the time of a request. */
export function registerNowhere(
  app: FastifyInstance,
  mounted: readonly { readonly method: string; readonly path: string }[],
): void {
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    const allowed = mounted.filter((each) => each.path === path).map(({ method }) => method);
    if (allowed.length === 0 && request.method === 'GET' && asksForPage(request)) {
      sendPage(reply, 404, nowherePage());
      return;
    }
    const { status, headers, body } = problemAnswer(refusalOf(request.method, path, allowed), request.id);
    reply
      .code(status)
      .headers(headers)
      .header('content-type', 'application/problem+json')
      .send(Buffer.from(JSON.stringify(body)));
  });
}

/** Browsers say so of what somebody opens; programs that take anything do not. */
function asksForPage({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').includes('text/html');
}

function refusalOf(method: string, path: string, allowed: readonly string[]): Refusal {
  if (allowed.length === 0) return new Refusal('notFound', `There is nothing at ${shorten(path)}.`);
  const detail = `${method} is not possible here; ${allowed.join(', ')} is.`;
  return new Refusal('methodNotAllowed', detail, { allowed });
}
