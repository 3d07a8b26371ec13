// The floor: a bare Fastify that reads the same requests and answers the same bytes with no work between. What a
// server on this machine and this framework cannot be faster than; ratios to it hold where absolute figures do not.

import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { Address } from './connection.ts';
import type { RecordedAnswer } from './load.ts';
import { serveWork } from './worker.ts';

export type FloorWork = {
  listen: (nothing: null) => Promise<Address>;
  /** From now on these are the answers, by route. */
  answerWith: (answers: RecordedAnswer[]) => Promise<null>;
  cpuSeconds: (nothing: null) => Promise<number>;
};

/** Set by Node and Fastify for every answer anyway. */
const givenHeaders = new Set(['connection', 'keep-alive', 'date', 'content-length']);

export function serveFloor(): void {
  let answers = new Map<string, RecordedAnswer>();
  const app = Fastify();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/scim+json', { parseAs: 'string' }, parse);
  for (const url of [
    '/scim/v2/Users',
    '/scim/v2/Users/:id',
    '/scim/v2/Groups',
    '/scim/v2/Groups/:id',
    '/api/access',
  ]) {
    app.route({
      method: ['GET', 'POST', 'PATCH'],
      url,
      handler: (request, reply) => answer(answers.get(`${request.method} ${url}`), request, reply),
    });
  }
  serveWork<FloorWork>({
    async listen() {
      await app.listen({ host: '127.0.0.1', port: 0 });
      return { host: '127.0.0.1', port: (app.server.address() as AddressInfo).port };
    },
    async answerWith(recorded) {
      answers = new Map(recorded.map((each) => [each.route, withoutGivenHeaders(each)]));
      return null;
    },
    async cpuSeconds() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  });
}

function answer(recorded: RecordedAnswer | undefined, request: FastifyRequest, reply: FastifyReply): void {
  if (!recorded) {
    reply.code(501).send(`no answer was recorded for ${request.method} ${request.url}`);
    return;
  }
  reply.code(recorded.status).headers(recorded.headers);
  if (recorded.status === 204) reply.send();
  else reply.send(recorded.body);
}

function withoutGivenHeaders(recorded: RecordedAnswer): RecordedAnswer {
  const kept = Object.entries(recorded.headers).filter(([name]) => !givenHeaders.has(name));
  return { ...recorded, headers: Object.fromEntries(kept) };
}
