// For whoever runs the server: alive, ready, metrics.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isWithinNetworks } from '../network.ts';
import { Refusal } from '../refusal.ts';
import { identifier, mayNot } from './admin/caller.ts';
import { apiKey, localShell } from './admin/credentials.ts';
import { problemAnswer } from './admin/problem.ts';
import { gauges } from './gauges.ts';
import type { Parts } from './parts.ts';
import { countRejected } from './rejected.ts';
import { deafWords, fullWords } from './trouble.ts';

export async function registerOperations(app: FastifyInstance, parts: Parts): Promise<void> {
  // After a failed flush only a restart helps, so whoever watches over the process is told to give it one.
  app.get('/healthz', async (_request, reply) => {
    if (!parts.ledger.isLost()) return { status: 'alive' };
    return reply.code(503).send({ status: 'the storage failed: restart' });
  });
  app.get('/readyz', async (_request, reply) => {
    if (parts.isStopping()) return reply.code(503).send({ status: 'stopping' });
    try {
      await parts.ledger.ready();
    } catch (error) {
      parts.log.error({ err: error }, 'the storage does not answer');
      return reply.code(503).header('retry-after', '2').send({ status: 'storage away' });
    }
    // Whoever is sent here is answered rightly all the same. And a disk is full for every replica: were none of them ready, every
    // application that asks who may do what would stand still, for want of room for changes.
    const degraded = fullWords(parts.ledger) ?? deafWords(parts.ledger);
    return degraded ? { status: 'ready', degraded } : { status: 'ready' };
  });
  await app.register(async (scraped) => registerMetrics(scraped, parts));
}

/** How much goes on, and how often what is refused, is nothing for strangers; names of providers stand there too. */
function registerMetrics(app: FastifyInstance, parts: Parts): void {
  const { registry } = parts.metrics;
  const { refresh } = gauges(parts);
  const identify = identifier([localShell(parts), apiKey(parts)]);
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof Refusal)) throw error;
    const { status, headers, body } = problemAnswer(error, request.id);
    return reply.code(status).headers(headers).type('application/problem+json').send(JSON.stringify(body));
  });
  app.get('/metrics', async (request, reply) => {
    if (!isNear(request, parts)) await refuseStrangers(request);
    await refresh();
    return reply.header('content-type', registry.contentType).send(await registry.metrics());
  });

  async function refuseStrangers(request: FastifyRequest): Promise<void> {
    const asking = {
      request: request.raw,
      authorization: request.headers.authorization,
      remote: request.ip,
      at: parts.clock.now(),
    };
    try {
      const refusal = mayNot(await identify(asking), { resource: 'system', operation: 'read' });
      if (refusal) throw refusal;
    } catch (error) {
      if (error instanceof Refusal) countRejected(parts.metrics, 'api', error);
      throw error;
    }
  }
}

/** A proxy that nobody said is trusted brings strangers from its own address, and says so. */
function isNear(request: FastifyRequest, { settings }: Parts): boolean {
  const { forwarded, 'x-forwarded-for': forwardedFor } = request.headers;
  const isBrought = forwarded !== undefined || forwardedFor !== undefined;
  const proxy = request.socket.remoteAddress ?? '';
  if (isBrought && (forwardedFor === undefined || !isWithinNetworks(proxy, settings.trustedProxies)))
    return false;
  return isWithinNetworks(request.ip, settings.metricsNetworks);
}
