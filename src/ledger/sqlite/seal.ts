// Seals events as they are written: this process is the only writer, so a place in the one sequence and a link in the
// chain are given in the same transaction as the change.

import type { EventDraft } from '../../identity/event.ts';
import type { EventOrigin } from '../sql/origin.ts';
import { type ChainHead, emptyChain, eventColumns, lastSealed, sealEvent } from '../sql/sealing.ts';
import { marks } from '../sql/statement.ts';
import type { Database } from './open.ts';

export function eventSealer(database: Database) {
  const insert = database.prepare(
    `INSERT INTO events (${eventColumns.join(', ')}) VALUES ${marks(1, eventColumns.length)}`,
  );
  const last = database.prepare(lastSealed);
  let head: ChainHead | null = null;

  function chainHead(): ChainHead {
    head ??= (last.get() as ChainHead | undefined) ?? emptyChain;
    return head;
  }

  function add(drafts: readonly EventDraft[], from: EventOrigin): void {
    for (const draft of drafts) {
      const sealed = sealEvent(chainHead(), draft, from);
      insert.run(...sealed.row);
      head = sealed.head;
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
