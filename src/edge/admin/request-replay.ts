// A logged request once more: what it would change now, with nothing written; and for real, in the name of whoever asks.

import { type Static, Type } from 'typebox';
import { newId } from '../../id.ts';
import type { ChangeSet } from '../../identity/change-set.ts';
import type { EventDraft } from '../../identity/event.ts';
import { groupName } from '../../identity/group.ts';
import { displayNameOf } from '../../identity/user.ts';
import type { Ledger, StoredEvent, StoredRequest } from '../../ledger/ledger.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { SCIM_BASE } from '../scim/call.ts';
import { type Replayed, replay } from '../scim/replay.ts';
import { namesOf } from './actor-names.ts';
import { choice, orNull, reference, targetKinds, text } from './contract.ts';
import { showEvents } from './event-names.ts';
import { EFFECTS_SHOWN } from './request-contract.ts';
import { type Call, type Route, route } from './route.ts';

const edge = Type.Object({
  user: reference,
  target: Type.Object({ ...reference.properties, kind: choice(targetKinds) }),
});

const replayShape = Type.Object({
  dry: Type.Boolean({ description: 'Nothing was written: this is what it would do now.' }),
  status: Type.Integer({ description: 'What the provider would be answered.' }),
  words: text('What it does, in plain words.'),
  detail: orNull(text('Why it was refused; null where it was not.')),
  losses: Type.Array(edge, { description: 'What people do not have any more.' }),
  gains: Type.Array(edge, { description: 'What people come to have.' }),
  effects: Type.Array(Type.Object({ type: text(), words: text() }), {
    description: `The events; the first ${EFFECTS_SHOWN}.`,
  }),
  effectCount: Type.Integer({ minimum: 0 }),
  later: Type.Boolean({ description: 'It begins a job, which reaches the rest of a large group.' }),
  request: orNull(text('Id of the new request in the log, which names the old one; null for a dry one.')),
});
export type ReplayJson = Static<typeof replayShape>;

const refuses = { 404: 'There is no such request', 409: 'It cannot be replayed, with the reason' } as const;

const planReplay = route({
  method: 'POST',
  path: '/requests/{id}/plan',
  permission: { resource: 'requests', operation: 'read' },
  summary: 'What a logged request would change now',
  description:
    'The very handler that it had decides, and nothing is written. Preconditions (If-Match) are not in the log and do not count.',
  response: replayShape,
  refuses,
  handle: async (call) => ({ body: await again(call, call.params.id, true) }),
});

const doReplay = route({
  method: 'POST',
  path: '/requests/{id}/replay',
  permission: { resource: 'requests', operation: 'replay' },
  summary: 'Have a logged request take effect once more',
  description:
    'Events name whoever asks, and a new request of the log, which has the tag `replay:<id of the old one>`. A second time the same changes nothing, or is refused as it would be for the provider.',
  response: replayShape,
  refuses,
  handle: async (call) => ({ body: await again(call, call.params.id, false) }),
});

export const requestReplayRoutes: readonly Route[] = [planReplay, doReplay];

async function again(call: Call, id: string, dry: boolean): Promise<ReplayJson> {
  const { parts, at, caller } = call;
  const request = await parts.ledger.request(id);
  if (!request) throw new Refusal('notFound', `There is no request with the id ${shorten(id)}.`);
  const requestId = newId(at);
  const done = await replay(request, {
    ledger: dry ? parts.ledger : parts.scimLedger,
    state: await stateOf(parts.ledger, request),
    actor: caller.actor,
    requestId,
    at,
    base: parts.publicUrl() + SCIM_BASE,
    remote: null,
    dry,
  });
  return { ...(await shown(call, done, requestId)), dry, request: dry ? null : requestId };
}

/** Of its provider; null where that is gone, or it named none. */
export async function stateOf(ledger: Ledger, { provider }: StoredRequest): Promise<ProviderState | null> {
  return provider === null ? null : ledger.provider(provider);
}

async function shown(
  { parts, at, caller }: Call,
  { status, action, detail, changes }: Replayed,
  requestId: string,
): Promise<Omit<ReplayJson, 'dry' | 'request'>> {
  const drafts = changes?.events ?? [];
  const own = changes ? namesIn(changes) : new Map<string, string>();
  const ledger = {
    ...parts.ledger,
    names: async (ids: readonly string[]) => new Map([...(await parts.ledger.names(ids)), ...own]),
  };
  const event = (draft: EventDraft): StoredEvent => ({
    ...draft,
    position: 0,
    id: '',
    at,
    provider: changes!.provider,
    actor: caller.actor,
    cause: { kind: 'request', id: requestId },
    hash: '',
  });
  const told = await showEvents({ ...parts, ledger }, drafts.slice(0, EFFECTS_SHOWN).map(event));
  const { gained = [], lost = [] } = changes ?? {};
  const names = await namesOf(
    { ...parts, ledger },
    [...gained, ...lost].flatMap(({ user, target }) => [user, target]),
  );
  const kinds = new Map(drafts.flatMap(({ object }) => (object ? [[object.id, object.kind] as const] : [])));
  const edges = (holdings: typeof gained) =>
    holdings.map(({ user, target }) => ({
      user: { id: user, name: names.get(user) ?? user },
      target: {
        id: target,
        name: names.get(target) ?? target,
        kind: kinds.get(target) as ReplayJson['gains'][number]['target']['kind'],
      },
    }));
  return {
    status,
    words: action,
    detail,
    losses: edges(lost),
    gains: edges(gained),
    effects: told.map(({ type, words }) => ({ type, words })),
    effectCount: drafts.length,
    later: (changes?.jobs.length ?? 0) > 0,
  };
}

/** Of who and what is made or renamed by it, which the store does not know, or knows by the former name. */
function namesIn({ users, groups, targets }: ChangeSet): Map<string, string> {
  return new Map([
    ...users.map(({ after }) => [after.id, displayNameOf(after)] as const),
    ...groups.map(({ after }) => [after.id, groupName(after)] as const),
    ...targets.map(({ id, name }) => [id, name] as const),
  ]);
}
