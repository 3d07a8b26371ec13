// Seals events as they are written: this process is the only writer, so a place in the one sequence and a link in the
// chain are given in the same transaction as the change.

import type { Actor, Cause, EventDraft } from '../../identity/event.ts';
import { dataHash, firstLink, linkHash, newSalt } from '../chain.ts';
import type { Database } from './open.ts';

export interface EventOrigin {
  at: number;
  provider: string | null;
  actor: Actor;
  cause: Cause | null;
}

export function eventSealer(database: Database) {
  const insert = database.prepare(
    `INSERT INTO events (position, at, provider, type, actor_kind, actor, subject_kind, subject, object_kind, object,
     cause_kind, cause, data, salt, data_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const last = database.prepare('SELECT position, hash FROM events ORDER BY position DESC LIMIT 1');
  let head: { position: number; hash: string } | null = null;

  function chainHead(): { position: number; hash: string } {
    head ??= (last.get() as { position: number; hash: string } | undefined) ?? {
      position: 0,
      hash: firstLink,
    };
    return head;
  }

  function add(drafts: readonly EventDraft[], from: EventOrigin): void {
    for (const draft of drafts) {
      const previous = chainHead();
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
      insert.run(
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
      );
      head = { position, hash };
    }
  }

  return {
    add,
    lastPosition: () => chainHead().position,
    forget: () => {
      head = null;
    },
  };
}
