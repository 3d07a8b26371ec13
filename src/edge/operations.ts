// For whoever runs the server: alive, ready, metrics.

import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Parts } from './parts.ts';

export async function registerOperations(app: FastifyInstance, parts: Parts): Promise<void> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'bifrost_last_event_position',
    help: 'Position of the last event in the feed.',
    registers: [registry],
    async collect() {
      this.set(await parts.ledger.lastPosition());
    },
  });
  new Gauge({
    name: 'bifrost_users_to_resolve',
    help: 'Users whose access is still to be resolved with the current rules.',
    registers: [registry],
    async collect() {
      this.set(await parts.ledger.staleUsers());
    },
  });

  // After a failed flush only a restart helps, so whoever watches over the process is told to give it one.
  app.get('/healthz', async (_request, reply) => {
    if (!parts.ledger.isLost()) return { status: 'alive' };
    return reply.code(503).send({ status: 'the storage failed: restart' });
  });
  app.get('/readyz', async (_request, reply) => {
    try {
      await parts.ledger.ready();
      return { status: 'ready' };
    } catch (error) {
      parts.log.error({ err: error }, 'the storage does not answer');
      return reply.code(503).header('retry-after', '2').send({ status: 'storage away' });
    }
  });
  app.get('/metrics', async (_request, reply) => {
    return reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
}
