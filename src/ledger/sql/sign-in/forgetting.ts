// What goes of signing in with a person who is purged, and what is over by its time.

import { all, type Script, write } from '../statement.ts';
import { purgedHash } from './identities.ts';
import { ofPerson } from './persons.ts';

const ROWS_AT_ONCE = 1000;

/**
 * Erases what is theirs, and remembers how a sign-in would name them. After the row of the user has gone: whoever gives them
 * something holds that row, so nothing comes in between.
 */
export function* forgetPerson(
  provider: string,
  id: string,
  externalId: string | null,
  at: number,
): Script<void> {
  const { where, values } = ofPerson({ provider, id });
  const links = yield* all<{ subject: string }>(
    `DELETE FROM identities WHERE ${where} RETURNING subject`,
    ...values,
  );
  const subjects = new Set(links.map((link) => link.subject));
  if (externalId !== null) subjects.add(externalId);
  for (const subject of subjects) {
    yield* write(
      'INSERT INTO purged_identities (provider, hash, at) VALUES (?, ?, ?) ON CONFLICT (provider, hash) DO NOTHING',
      provider,
      purgedHash(provider, subject),
      at,
    );
  }
  for (const table of ['link_requests', 'sessions', 'api_keys']) {
    yield* write(`DELETE FROM ${table} WHERE ${where}`, ...values);
  }
}

/** Sessions past their cap and links past their hour, some of them. Returns how many. */
export function* forgetOver(clock: number): Script<number> {
  const links = yield* write('DELETE FROM setup_links WHERE expires_at <= ?', clock);
  const sessions = yield* write(
    'DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT (? + 0))',
    clock,
    ROWS_AT_ONCE,
  );
  return links + sessions;
}
