// The rules of a provider, in the shape that the configuration file has.

import { type Static, Type } from 'typebox';
import type { ProviderState } from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import { batchShape, showBatch } from './batch-contract.ts';
import { mayNot } from './caller.ts';
import { choice, count, text } from './contract.ts';
import { lockedKeys } from './lock.ts';
import { needProvider } from './look-up.ts';
import { planStateShape, showPlanState } from './plans.ts';
import { blockOf, readBlock } from './provider-block.ts';
import { refuseWhileGoing } from './provider-going.ts';
import { type AdminParts, type Call, changeBy, type Route, route } from './route.ts';
import { keysOfRules, rulesAsKeys, showRulesAsKeys } from './rules-as-keys.ts';
import { changeRules, wantedRules } from './rules-change.ts';
import { rulesPlanShape } from './rules-plan.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

const mappingsShape = Type.Object({
  ruleset: count('Number of these rules; also their ETag.'),
  ...rulesAsKeys.properties,
  locked: Type.Array(text(), { description: 'Keys that only the configuration file changes.' }),
});

export type MappingsJson = Static<typeof mappingsShape>;

function showMappings(parts: AdminParts, { provider, ruleset }: ProviderState): MappingsJson {
  const locked = lockedKeys(parts.settings, provider).filter((key) => keysOfRules.includes(key));
  return { ruleset: ruleset.number, ...showRulesAsKeys(ruleset), locked };
}

const getMappings = route({
  method: 'GET',
  path: '/providers/{id}/mappings',
  permission: { resource: 'mappings', operation: 'read' },
  summary: 'The rules of a provider',
  response: mappingsShape,
  versioned: true,
  async handle({ parts, params }) {
    const state = await needProvider(parts.ledger, params.id);
    return { headers: { etag: revisionTag(state.ruleset.number) }, body: showMappings(parts, state) };
  },
});

export const writtenMappings = Type.Object(
  {
    ruleset: Type.Optional(Type.Integer({ description: 'Where it is sent, the same as If-Match.' })),
    locked: Type.Optional(Type.Array(Type.String(), { description: 'Taken as GET gives it, and ignored.' })),
    roleResolutionStrategy: Type.Optional(choice(['most-permissions', 'first-match'])),
    attributeRoleMappings: Type.Optional(Type.Array(Type.Unknown())),
    attributeTeamMappings: Type.Optional(Type.Array(Type.Unknown())),
    attributeBusinessUnitMappings: Type.Optional(Type.Array(Type.Unknown())),
    claimScimAttributes: Type.Optional(Type.Unsafe<Record<string, unknown>>({ type: 'object' })),
  },
  { additionalProperties: false },
);

const planMappings = route({
  method: 'POST',
  path: '/providers/{id}/plan',
  permission: { resource: 'mappings', operation: 'read' },
  summary: 'What a change of rules would mean',
  description:
    'Takes what PUT .../mappings takes, and changes nothing: everybody is resolved with both. Needs `users:read` as well. It ends when nobody waits for it any more, or, with `wait=0`, when nobody asks for it for a minute.',
  query: Type.Object(
    {
      wait: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 1,
          default: 1,
          description: '0: answers at once, and GET /plans/{id} tells how far it is.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  body: writtenMappings,
  response: rulesPlanShape,
  accepted: { why: 'It is being made', response: planStateShape },
  versioned: true,
  async handle(call) {
    const refusal = mayNot(call.caller, { resource: 'users', operation: 'read' });
    if (refusal) throw refusal;
    const { state, wanted } = await readChange(call, call.params.id, call.body);
    const { parts, caller, gone } = call;
    const change = { ledger: parts.ledger, state, wanted, by: changeBy(call), person: caller.person };
    const headers = { etag: revisionTag(state.ruleset.number) };
    if (call.query.wait === 0) {
      const plan = await parts.plans.begin(change);
      const body = await showPlanState(parts, plan);
      return { status: 202, headers: { ...headers, location: `/api/plans/${plan.id}` }, body };
    }
    return { headers, body: (await parts.plans.make({ ...change, gone })).plan! };
  },
});

const putMappings = route({
  method: 'PUT',
  path: '/providers/{id}/mappings',
  permission: { resource: 'mappings', operation: 'apply' },
  summary: 'Change the rules of a provider',
  description:
    'A key that is left out stays as it is; a list that is there, even empty, takes the place of the former. Everybody is resolved anew: answers are right at once, stored access follows. It is planned before (POST .../plan): where it would take something from more people than the guard of the provider lets pass, it is held until somebody approves it, unless `confirm` says from how many.',
  query: Type.Object(
    {
      confirm: Type.Optional(
        Type.Integer({ minimum: 0, description: 'From how many it takes something, as the plan says.' }),
      ),
    },
    { additionalProperties: false },
  ),
  body: writtenMappings,
  response: mappingsShape,
  accepted: { why: 'Held until somebody approves it; nothing was changed', response: batchShape },
  versioned: true,
  refuses: {
    409: 'The configuration file owns what would change, or it takes something from another number',
  },
  async handle(call) {
    const { parts, query } = call;
    const { state, wanted } = await readChange(call, call.params.id, call.body);
    const held = await changeRules(call, state, wanted, query.confirm);
    if (held) return { status: 202, body: await showBatch(parts.ledger, held) };
    const now = await needProvider(parts.ledger, state.provider.id);
    return { headers: { etag: revisionTag(now.ruleset.number) }, body: showMappings(parts, now) };
  },
});

export async function readChange(call: Call, provider: string, written: Static<typeof writtenMappings>) {
  const { parts } = call;
  const { ruleset, locked: _, ...keys } = written;
  const state = await needProvider(parts.ledger, provider);
  refuseWhileGoing(state.provider);
  const tag = revisionTag(state.ruleset.number);
  checkIfMatch(call.ifMatch, tag);
  if (ruleset !== undefined && ruleset !== state.ruleset.number) {
    throw new Refusal('stale', `The rules have the number ${state.ruleset.number} now. Read them again.`, {
      version: tag,
    });
  }
  const strategy = { roleResolutionStrategy: state.ruleset.strategy };
  const read = readBlock(parts.settings, { ...blockOf(state.provider), ...strategy, ...keys });
  return { state, wanted: await wantedRules(parts.ledger, state.provider.id, read, state.ruleset) };
}

export const mappingRoutes: readonly Route[] = [getMappings, planMappings, putMappings];
