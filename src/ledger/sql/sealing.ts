// An event gets its place: the next position, and a hash over it and all before it.

import type { EventDraft } from '../../identity/event.ts';
import { dataHash, firstLink, linkHash, newSalt } from '../chain.ts';
import type { EventOrigin } from './origin.ts';
import type { Value } from './statement.ts';

export interface ChainHead {
  position: number;
  hash: string;
}

export const emptyChain: ChainHead = { position: 0, hash: firstLink };

export const lastSealed = 'SELECT position, hash FROM events ORDER BY position DESC LIMIT 1';

export const eventColumns = [
  'position',
  'at',
  'provider',
  'type',
  'actor_kind',
  'actor',
  'subject_kind',
  'subject',
  'object_kind',
  'object',
  'cause_kind',
  'cause',
  'data',
  'salt',
  'data_hash',
  'hash',
] as const;

/** The new head of the chain, and the row in the order of `eventColumns`. */
export function sealEvent(
  previous: ChainHead,
  draft: EventDraft,
  from: EventOrigin,
): { head: ChainHead; row: Value[] } {
  const position = previous.position + 1;
  const data = draft.data === undefined ? null : JSON.stringify(draft.data);
  const salt = data === null ? null : newSalt();
  const hashOfData = dataHash(salt ?? '', data);
  const { type, subject, object } = draft;
  const { at, provider, actor, cause } = from;
  const link = {
    position,
    at,
    provider,
    type,
    actor: `${actor.kind}:${actor.id}`,
    subject: `${subject.kind}:${subject.id}`,
    object: object ? `${object.kind}:${object.id}` : null,
    cause: cause ? `${cause.kind}:${cause.id}` : null,
  };
  const hash = linkHash(previous.hash, link, hashOfData);
  const row = [
    position,
    at,
    provider,
    type,
    actor.kind,
    actor.id,
    subject.kind,
    subject.id,
    object?.kind ?? null,
    object?.id ?? null,
    cause?.kind ?? null,
    cause?.id ?? null,
    data,
    salt,
    hashOfData,
    hash,
  ];
  return { head: { position, hash }, row };
}
