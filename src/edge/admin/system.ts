// The system itself: how it is, whether what it holds is right, and the description of this API.

import { Type } from 'typebox';
import { anyObject, choice } from './contract.ts';
import { type Route, route } from './route.ts';
import { statusShape, verificationShape } from './system-contract.ts';

const getStatus = route({
  method: 'GET',
  path: '/status',
  permission: { resource: 'system', operation: 'read' },
  summary: 'Version, storage, and how much there is',
  query: Type.Object(
    {
      counts: Type.Optional(
        choice(['true', 'false'], 'false: do not count, which of millions takes seconds.'),
      ),
    },
    { additionalProperties: false },
  ),
  response: statusShape,
  async handle({ parts: { ledger, version, settings }, query }) {
    const [counts, lastPosition, staleUsers, admins] = await Promise.all([
      query.counts === 'false' ? null : ledger.counts(),
      ledger.lastPosition(),
      ledger.staleUsers(),
      ledger.localAdmins.list(),
    ]);
    const sweep = { running: staleUsers > 0, staleUsers };
    const { engine } = ledger;
    const { development } = settings;
    const breakGlass = admins.length;
    return { body: { version, engine, development, breakGlass, counts, lastPosition, sweep } };
  },
});

const verify = route({
  method: 'POST',
  path: '/verify',
  permission: { resource: 'system', operation: 'verify' },
  summary: 'Check everything that is stored',
  description:
    'Stored access against the rules, every edge against its ends, the chain of events, and the file.',
  response: verificationShape,
  async handle({ parts }) {
    const report = await parts.verification.run();
    return { body: { ok: report.problemCount === 0, ...report } };
  },
});

const getOpenApi = route({
  method: 'GET',
  path: '/openapi.json',
  permission: 'open',
  summary: 'This description, as OpenAPI 3.1',
  response: anyObject('An OpenAPI 3.1 document.'),
  handle: async ({ parts }) => ({ body: parts.describe() }),
});

export const systemRoutes: readonly Route[] = [getStatus, verify, getOpenApi];
