// ServiceProviderConfig, ResourceTypes, Schemas: answered without a token, never filtered (RFC 7644 4).

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../refusal.ts';
import { resourceTypes, schemas, serviceProviderConfig } from '../../scim/discovery.ts';
import { listResponse } from '../../scim/messages.ts';
import type { Parts } from '../parts.ts';
import { BULK_OPERATIONS_MOST, BULK_PAYLOAD_BYTES } from './bulk.ts';
import { SCIM_BASE } from './call.ts';
import { CURSOR_TIMEOUT_S } from './cursor.ts';
import { PAGE_DEFAULT, PAGE_MOST } from './list.ts';

export function discoveryRoutes(app: FastifyInstance, parts: Parts): void {
  const base = () => parts.publicUrl() + SCIM_BASE;
  const config = () =>
    serviceProviderConfig(base(), {
      maxBulkOperations: BULK_OPERATIONS_MOST,
      maxBulkPayload: BULK_PAYLOAD_BYTES,
      maxResults: PAGE_MOST,
      defaultPageSize: PAGE_DEFAULT,
      maxPageSize: PAGE_MOST,
      cursorTimeout: CURSOR_TIMEOUT_S,
    });

  // Microsoft's own collection of requests asks for the second spelling.
  for (const url of ['/ServiceProviderConfig', '/serviceConfiguration']) {
    read(app, url, () => config());
  }
  readList(app, '/ResourceTypes', () => resourceTypes(base()));
  readList(app, '/Schemas', () => schemas(base()));
}

function readList(app: FastifyInstance, url: string, entries: () => { id: string }[]): void {
  read(app, url, () => {
    const all = entries();
    return listResponse(all, { totalResults: all.length, startIndex: 1 });
  });
  read(app, `${url}/:id`, (id) => {
    const found = entries().find((each) => each.id === id);
    if (!found) throw new Refusal('notFound', `There is nothing named ${id.slice(0, 200)} here.`);
    return found;
  });
}

function read(app: FastifyInstance, url: string, answer: (id: string) => object): void {
  app.get(url, async (request: FastifyRequest, reply: FastifyReply) => {
    // RFC 7644 4: a filter here could only lead a client to believe that something is not supported.
    if ((request.query as Record<string, unknown>).filter !== undefined) {
      throw new Refusal('forbidden', 'Discovery endpoints cannot be filtered.');
    }
    const body = answer((request.params as { id?: string }).id ?? '');
    return reply.header('content-type', 'application/scim+json').send(Buffer.from(JSON.stringify(body)));
  });
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    app.route({
      method,
      url,
      handler: async (_request, reply) => {
        reply.header('allow', 'GET');
        throw new Refusal('methodNotAllowed', 'Discovery endpoints can only be read.');
      },
    });
  }
}
