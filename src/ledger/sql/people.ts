// One person by id, and whom the names mean that apps know people by.

import { fold } from '../../fold.ts';
import type { FullUser, PersonKey } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { all, type Script } from './statement.ts';
import type { StoredSettings } from './stored-settings.ts';
import { loadUsers, UNSETTLED, unsettledAmong } from './users.ts';

interface TargetName {
  id: string;
  kind: string;
  name: string;
}

// --- one person -------------------------------------------------------------------------------------------------

/** Ids are of one provider each; the caller does not know which. */
export function* fullUser(dialect: Dialect, settings: StoredSettings, id: string): Script<FullUser | null> {
  for (const [provider, state] of settings.states) {
    const found = (yield* loadUsers(dialect, state, [id])).get(id);
    if (!found) continue;
    const unsettled = yield* unsettledAmong(dialect, provider, [id], settings.unsettled.get(provider));
    const loaded = unsettled.has(id) ? { ...found, ruleset: UNSETTLED } : found;
    const ids = JSON.stringify([...new Set(loaded.grants.map((grant) => grant.target))]);
    const targets = yield* all<TargetName>(
      `SELECT t.id, t.name, t.kind FROM ${dialect.texts} CROSS JOIN targets t WHERE t.provider = ? AND t.id = j.value`,
      ids,
      provider,
    );
    const held = new Map(targets.map(({ id, name, kind }) => [id, { name, kind }]));
    return { loaded, state, targets: held, roles: settings.roles };
  }
  return null;
}

export function* peopleCalled(
  dialect: Dialect,
  settings: StoredSettings,
  { by, value, provider }: PersonKey,
): Script<FullUser[]> {
  const within = provider === undefined ? {} : { provider };
  const ids = new Set<string>();
  if (by === 'id') ids.add(value);
  const keys = by === 'oid' ? (['subject', 'externalId'] as const) : by === 'id' ? [] : [by];
  for (const key of keys) {
    for (const id of yield* findPeople(settings, { [key]: value, ...within })) ids.add(id);
  }
  const people: FullUser[] = [];
  for (const id of ids) {
    const full = yield* fullUser(dialect, settings, id);
    if (full && (provider === undefined || full.state.provider.id === provider)) people.push(full);
  }
  return people;
}

/** Ids of users by the names that apps know them by; the living before the removed, the last removed first. */
export function* findPeople(
  settings: StoredSettings,
  by: { userName?: string; externalId?: string; subject?: string; provider?: string },
): Script<string[]> {
  const found: string[] = [];
  for (const provider of by.provider === undefined ? settings.states.keys() : [by.provider]) {
    found.push(...(yield* findIn(provider, by)));
  }
  return found;
}

function* findIn(
  provider: string,
  by: { userName?: string; externalId?: string; subject?: string },
): Script<string[]> {
  const found: string[][] = [];
  if (by.subject !== undefined) {
    const rows = yield* all<{ person: string }>(
      'SELECT person FROM identities WHERE provider = ? AND subject = ? ORDER BY since, issuer LIMIT 50',
      provider,
      by.subject,
    );
    found.push(rows.map((row) => row.person));
  }
  if (by.userName !== undefined) {
    const name = fold(by.userName);
    // While somebody is in the provider's recycle bin nobody is looked up by the name they keep.
    const living = yield* all<{ id: string }>(
      'SELECT id FROM users WHERE provider = ? AND user_name_folded = ? AND sign_in_name_folded = user_name_folded AND removed_at IS NULL',
      provider,
      name,
    );
    const removed = yield* all<{ id: string }>(
      'SELECT id FROM users WHERE provider = ? AND sign_in_name_folded = ? AND removed_at IS NOT NULL ORDER BY removed_at DESC LIMIT 50',
      provider,
      name,
    );
    found.push([...living, ...removed].map((row) => row.id));
  }
  if (by.externalId !== undefined) {
    const rows = yield* all<{ id: string }>(
      'SELECT id FROM users WHERE provider = ? AND external_id = ? ORDER BY removed_at IS NOT NULL, removed_at DESC, id LIMIT 50',
      provider,
      by.externalId,
    );
    found.push(rows.map((row) => row.id));
  }
  const [first = [], ...others] = found;
  return first.filter((id) => others.every((each) => each.includes(id)));
}
