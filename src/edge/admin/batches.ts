// What is held back because it would take something from many: the list, one, its people, and the decisions.

import { Type } from 'typebox';
import { signInName } from '../../identity/user.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Batch, PurgeBody } from '../../ledger/reconciliation.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import {
  type BatchPersonJson,
  batchPersonShape,
  batchShape,
  batchStates,
  showBatch,
  type WholeBatchJson,
  wholeBatchShape,
} from './batch-contract.ts';
import { approve, drop, undo } from './batch-decisions.ts';
import { choice, listQuery, pageOf, providerFilter, sortedBy } from './contract.ts';
import { findProvider } from './look-up.ts';
import { readIdCursor, showTotal, writeIdCursor } from './page.ts';
import { type AdminParts, type Call, type Route, route } from './route.ts';
import { ruleKeyNames } from './rule-keys.ts';
import { planAgain } from './rules-batch.ts';
import { rulesDifference } from './rules-difference.ts';
import { lossOf, rulesBodyOf } from './rules-guard.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

const read = { resource: 'guard', operation: 'read' } as const;
const decide = { resource: 'guard', operation: 'decide' } as const;

const PAGE = 50;

async function needBatch(ledger: Ledger, id: string): Promise<Batch> {
  const batch = await ledger.heldBatches.find(id);
  if (!batch) throw new Refusal('notFound', `There is no batch ${shorten(id)}.`);
  return batch;
}

const listBatches = route({
  method: 'GET',
  path: '/batches',
  permission: read,
  summary: 'What is or was held back, newest first',
  query: Type.Object(
    {
      ...listQuery,
      provider: providerFilter,
      state: Type.Optional(choice(batchStates)),
      sort: sortedBy('-createdAt'),
    },
    { additionalProperties: false },
  ),
  response: pageOf(batchShape),
  async handle({ parts: { ledger }, query }) {
    const asked = query.provider === undefined ? undefined : await findProvider(ledger, query.provider);
    if (asked === null) return { body: { items: [], nextCursor: null, total: 0 } };
    const found = await ledger.heldBatches.list({
      ...(asked && { provider: asked.provider.id }),
      ...(query.state && { states: [query.state] }),
      after: readIdCursor('batches', query.cursor),
      limit: query.limit ?? PAGE,
    });
    const items = await Promise.all(found.items.map((batch) => showBatch(ledger, batch)));
    return { body: { items, nextCursor: writeIdCursor('batches', found.next), ...showTotal(found) } };
  },
});

const getBatch = route({
  method: 'GET',
  path: '/batches/{id}',
  permission: read,
  summary: 'One of them, with what it takes',
  response: wholeBatchShape,
  versioned: true,
  handle: async ({ parts, params }) => answer(parts, await needBatch(parts.ledger, params.id)),
});

async function answer({ ledger }: AdminParts, batch: Batch) {
  const shown = await showBatch(ledger, batch);
  const body = { ...shown, askedBy: await askedBy(ledger, batch), ...(await detailsOf(ledger, batch)) };
  return { headers: { etag: revisionTag(batch.revision) }, body };
}

async function askedBy(ledger: Ledger, { id }: Batch): Promise<string | null> {
  const query = { subject: id, types: ['batch.held'], after: 0, limit: 1 };
  const [event] = await ledger.events(query);
  return event ? `${event.actor.kind}:${event.actor.id}` : null;
}

async function detailsOf(ledger: Ledger, batch: Batch): Promise<Pick<WholeBatchJson, 'first' | 'rules'>> {
  const { first = [] } = batch.body as { first?: { name: string; why: string }[] };
  if (batch.source !== 'rules') return { first, rules: null };
  const { ruleset, changed, wanted, before } = rulesBodyOf(batch);
  const state = await ledger.provider(batch.provider);
  const { added, taken, other } = rulesDifference(before, wanted);
  const rules = {
    ruleset,
    currentRuleset: state?.ruleset.number ?? ruleset,
    changed: ruleKeyNames(changed),
    ...{ added, taken, other },
  };
  return { first, rules };
}

// --- people -----------------------------------------------------------------------------------------------------

const getPeople = route({
  method: 'GET',
  path: '/batches/{id}/people',
  permission: read,
  summary: 'Whom it takes something from',
  description:
    'Of a change of rules the first 50, planned anew while it is held. Of the others all of them, page by page.',
  query: Type.Object({ ...listQuery }, { additionalProperties: false }),
  response: pageOf(batchPersonShape),
  async handle(call) {
    const { parts, params, query } = call;
    const batch = await needBatch(parts.ledger, params.id);
    const asked = { after: readIdCursor(`batch ${batch.id}`, query.cursor), limit: query.limit ?? PAGE };
    const { next, ...page } = await peopleOf[batch.source](call, batch, asked);
    return { body: { ...page, nextCursor: writeIdCursor(`batch ${batch.id}`, next) } };
  },
});

interface People {
  items: BatchPersonJson[];
  next: string | null;
  total: number;
  totalIsCapped?: true;
}

type Asked = { after: string | null; limit: number };

const peopleOf = {
  async reconciliation({ parts: { ledger } }: Call, { id }: Batch, asked: Asked): Promise<People> {
    const { items, next, ...total } = await ledger.reconciliations.drift({ batch: id, ...asked });
    const shown = items.map(({ user, name, why, category, state }) => ({ user, name, why, category, state }));
    return { items: shown, next, ...showTotal(total) };
  },

  async rules(call: Call, batch: Batch): Promise<People> {
    const none = { category: null, state: null };
    const plan = batch.state === 'held' ? await planAgain(call, batch) : null;
    if (!plan) {
      const items = rulesBodyOf(batch).first.map((each) => ({ user: null, ...each, ...none }));
      return { items, next: null, total: batch.people };
    }
    const items = plan.losers.map((each) => ({
      user: each.user.id,
      name: signInName(each.user),
      why: lossOf(each),
      ...none,
    }));
    return { items, next: null, total: plan.lose };
  },

  async purge({ parts: { ledger } }: Call, batch: Batch, { after, limit }: Asked): Promise<People> {
    const users = [...(batch.body as unknown as PurgeBody).users].sort();
    const behind = users.filter((id) => after === null || id > after);
    const items = await Promise.all(behind.slice(0, limit).map((id) => showPurged(ledger, id)));
    return { items, next: behind.length > limit ? behind[limit - 1]! : null, total: users.length };
  },
};

async function showPurged(ledger: Ledger, id: string): Promise<BatchPersonJson> {
  const none = { category: null, state: null };
  const full = await ledger.fullUser(id);
  if (!full) return { user: null, name: id, why: 'They were erased.', ...none };
  const { user } = full.loaded;
  const removed = user.removedAt === null ? '' : new Date(user.removedAt).toISOString().slice(0, 10);
  return { user: id, name: signInName(user), why: `Removed on ${removed}, and to be erased.`, ...none };
}

// --- decisions --------------------------------------------------------------------------------------------------

async function decided(
  call: Call & { params: { id: string } },
  act: (call: Call, batch: Batch) => Promise<void>,
) {
  const { parts, params, ifMatch } = call;
  const batch = await needBatch(parts.ledger, params.id);
  checkIfMatch(ifMatch, revisionTag(batch.revision));
  await act(call, batch);
  return answer(parts, await needBatch(parts.ledger, batch.id));
}

const approveBatch = route({
  method: 'POST',
  path: '/batches/{id}/approve',
  permission: decide,
  summary: 'Do what is held',
  description:
    'A change of rules is planned anew on the rules that hold now, and applied as one change; purges begin; what a reconciliation holds is applied beside the requests, after each person was looked at once more.',
  body: Type.Object(
    {
      confirm: Type.Optional(
        Type.Integer({
          minimum: 0,
          description: 'From how many it takes something, where that is more by now than when it was held.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  optionalBody: true,
  response: wholeBatchShape,
  versioned: true,
  refuses: { 409: 'It is not held any more, or takes more than was held' },
  handle: (call) => decided(call, (_, batch) => approve(call, batch, call.body.confirm)),
});

const dropBatch = route({
  method: 'POST',
  path: '/batches/{id}/drop',
  permission: decide,
  summary: 'Do not do what is held',
  response: wholeBatchShape,
  versioned: true,
  refuses: { 409: 'It is not held any more' },
  handle: (call) => decided(call, drop),
});

const undoBatch = route({
  method: 'POST',
  path: '/batches/{id}/undo',
  permission: decide,
  summary: 'Take back what an approved batch did',
  description: 'Purges cannot be taken back.',
  response: wholeBatchShape,
  versioned: true,
  refuses: { 409: 'It was not applied, or what it did was changed since' },
  handle: (call) => decided(call, undo),
});

export const batchRoutes: readonly Route[] = [
  listBatches,
  getBatch,
  getPeople,
  approveBatch,
  dropBatch,
  undoBatch,
];
