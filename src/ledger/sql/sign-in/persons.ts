// Persons in statements: whose a row is, who may come in at this moment, and what events call them.

import type { SubjectKind } from '../../../identity/event.ts';
import type { Person } from '../../../identity/sign-in.ts';
import { Refusal } from '../../../refusal.ts';
import type { Dialect } from '../dialect.ts';
import { one, type Script, type Value } from '../statement.ts';

/** Columns `provider` and `person` of a row that belongs to somebody. */
export interface PersonColumns {
  provider: string | null;
  person: string;
}

export function readPerson({ provider, person }: PersonColumns): Person {
  return { provider, id: person };
}

export function personSubject(person: Person): { kind: SubjectKind; id: string } {
  return { kind: person.provider === null ? 'admin' : 'user', id: person.id };
}

/** For rows of one person. */
export function ofPerson({ provider, id }: Person): { where: string; values: Value[] } {
  return provider === null
    ? { where: 'person = ? AND provider IS NULL', values: [id] }
    : { where: 'person = ? AND provider = ?', values: [id, provider] };
}

/**
 * For rows of a table: joined with whoever may come in, on the state of this moment. Nobody keeps any of it in memory, so
 * what one replica ends is over on all of them.
 */
export function joinsWhoMayComeIn(row: string): string {
  return `LEFT JOIN users u ON u.provider = ${row}.provider AND u.id = ${row}.person AND u.status = 'active'
    LEFT JOIN providers p ON p.id = ${row}.provider AND p.enabled = 1
    LEFT JOIN local_admins a ON a.id = ${row}.person AND ${row}.provider IS NULL`;
}

export const mayComeIn = '(a.id IS NOT NULL OR (u.id IS NOT NULL AND p.id IS NOT NULL))';

/** Keeps the person as they are until the transaction ends, so that nothing is given to somebody who goes meanwhile. */
export function* holdPerson(dialect: Dialect, { provider, id }: Person): Script<void> {
  const there =
    provider === null
      ? yield* one(`SELECT 1 AS there FROM local_admins WHERE id = ? ${dialect.held}`, id)
      : yield* one(
          `SELECT 1 AS there FROM users WHERE provider = ? AND id = ? AND removed_at IS NULL ${dialect.held}`,
          provider,
          id,
        );
  if (!there) throw new Refusal('conflict', 'The person whom this is about is not there any more.');
}
