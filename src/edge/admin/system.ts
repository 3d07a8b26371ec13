// The system itself: how it is, whether what it holds is right, and the description of this API.

import { Type } from 'typebox';
import { anyObject, choice, count, text } from './contract.ts';
import { type Route, route } from './route.ts';

const getStatus = route({
  method: 'GET',
  path: '/status',
  permission: { resource: 'system', operation: 'read' },
  summary: 'Version, storage, and how much there is',
  response: Type.Object({
    version: text(),
    engine: choice(['sqlite', 'postgres']),
    counts: Type.Object({
      users: count('Without removed ones.'),
      groups: count(),
      memberships: count(),
      holdings: count(),
      events: count(),
    }),
    lastPosition: count('Place of the newest event.'),
    sweep: Type.Object({
      running: Type.Boolean({ description: 'People are being resolved anew after a change of rules.' }),
      staleUsers: count('How many are still to come.'),
    }),
  }),
  async handle({ parts: { ledger, version } }) {
    const [counts, lastPosition, staleUsers] = await Promise.all([
      ledger.counts(),
      ledger.lastPosition(),
      ledger.staleUsers(),
    ]);
    const sweep = { running: staleUsers > 0, staleUsers };
    return { body: { version, engine: ledger.engine, counts, lastPosition, sweep } };
  },
});

const verify = route({
  method: 'POST',
  path: '/verify',
  permission: { resource: 'system', operation: 'verify' },
  summary: 'Check everything that is stored',
  description:
    'Stored access against the rules, every edge against its ends, the chain of events, and the file.',
  response: Type.Object({
    ok: Type.Boolean(),
    users: count(),
    groups: count(),
    events: count(),
    problems: Type.Array(text(), { description: 'At most 100 of them.' }),
    problemCount: count(),
  }),
  async handle({ parts }) {
    const report = await parts.verification();
    return { body: { ok: report.problemCount === 0, ...report } };
  },
});

const getOpenApi = route({
  method: 'GET',
  path: '/openapi.json',
  permission: null,
  summary: 'This description, as OpenAPI 3.1',
  response: anyObject('An OpenAPI 3.1 document.'),
  handle: async ({ parts }) => ({ body: parts.describe() }),
});

export const systemRoutes: readonly Route[] = [getStatus, verify, getOpenApi];
