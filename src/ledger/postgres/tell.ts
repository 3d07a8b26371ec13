// Events of a script: committed with it, sealed after.

import type { Tell } from '../sql/origin.ts';
import { write } from '../sql/statement.ts';

export const tell: Tell = function* (drafts, { at, provider, actor, cause }) {
  if (drafts.length === 0) return;
  yield* write(
    `INSERT INTO unsealed (at, provider, actor_kind, actor, cause_kind, cause, made, decided) VALUES (?, ?, ?, ?, ?, ?, '[]', ?)`,
    at,
    provider,
    actor.kind,
    actor.id,
    cause?.kind ?? null,
    cause?.id ?? null,
    JSON.stringify(drafts),
  );
};
