// Teams and business units that come to be, or follow the name of their group, for many groups at once.

import { fold } from '../../fold.ts';
import type { TargetRow } from '../../identity/change-set.ts';
import type { EventDraft } from '../../identity/event.ts';
import type { EventOrigin, Tell } from './origin.ts';
import { all, inPortions, marks, type Script, type Value, write } from './statement.ts';

/** A target that was born of a group bears its name; one born of a value keeps the spelling that came first. */
export function followsGroup(key: string): boolean {
  return key.startsWith('group:');
}

export function targetCreated({ kind, id, name }: Omit<TargetRow, 'key'>): EventDraft {
  return { type: `${wordOf(kind)}.created`, subject: { kind, id }, data: { name } };
}

export function targetRenamed({ kind, id, name }: Omit<TargetRow, 'key'>, before: string): EventDraft {
  return { type: `${wordOf(kind)}.renamed`, subject: { kind, id }, data: { before, after: name } };
}

function wordOf(kind: TargetRow['kind']): 'team' | 'business_unit' {
  return kind === 'team' ? 'team' : 'business_unit';
}

/** Makes the missing ones, renames those whose group was. */
export function* ensureTargets(
  tell: Tell,
  targets: readonly TargetRow[],
  from: EventOrigin & { provider: string },
): Script<void> {
  if (targets.length === 0) return;
  const { provider } = from;
  const sql = 'SELECT id, name FROM targets WHERE provider = ?';
  const stored = yield* all<{ id: string; name: string }>(sql, provider);
  const there = new Map(stored.map(({ id, name }) => [id, name]));
  const missing = new Map<string, TargetRow>();
  const events: EventDraft[] = [];
  for (const target of targets) {
    const name = there.get(target.id);
    if (name === undefined) missing.set(target.id, target);
    else if (name !== target.name && followsGroup(target.key)) {
      const rename = 'UPDATE targets SET name = ?, name_folded = ? WHERE provider = ? AND id = ?';
      yield* write(rename, target.name, fold(target.name), provider, target.id);
      events.push(targetRenamed(target, name));
    }
  }
  for (const some of inPortions([...missing.values()])) {
    const values = some.flatMap(({ id, kind, name, key }): Value[] => [
      provider,
      id,
      kind,
      name,
      fold(name),
      key,
      from.at,
    ]);
    yield* write(
      `INSERT INTO targets (provider, id, kind, name, name_folded, key, created_at) VALUES ${marks(some.length, 7)}`,
      ...values,
    );
    events.push(...some.map(targetCreated));
  }
  yield* tell(events, from);
}
