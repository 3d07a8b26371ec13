// Settings that the dashboard owns where the configuration file is silent. Each has a revision, so that nobody overwrites
// what they have not seen.

import type { EventDraft } from '../../../identity/event.ts';
import { Refusal } from '../../../refusal.ts';
import type { Change } from '../../ledger.ts';
import type { OwnSettings, StoredSetting, ToldOfProvider } from '../../sign-in.ts';
import type { Hands } from '../hands.ts';
import type { Tell } from '../origin.ts';
import { one, type Script, write } from '../statement.ts';

export function ownSettings(hands: Hands): OwnSettings {
  const { tell } = hands;
  return {
    read: (name) => hands.read(() => readSetting(name)),
    save: (name, value, expected, by, told) =>
      hands.write(() => saveSetting(tell, { name, value, expected, told }, by)),
  };
}

function* readSetting(name: string): Script<StoredSetting | null> {
  const row = yield* one<{ revision: number; value: string }>(
    'SELECT revision, value FROM own_settings WHERE name = ?',
    name,
  );
  return row ? { revision: row.revision, value: JSON.parse(row.value) } : null;
}

interface Saving {
  name: string;
  value: unknown;
  /** Revision that is there now. */
  expected: number;
  told: ToldOfProvider | undefined;
}

function* saveSetting(tell: Tell, { name, value, expected, told }: Saving, by: Change): Script<number> {
  // What an export holds that column to.
  if (typeof value !== 'object' || value === null) throw new TypeError('a setting is an object or a list');
  const before = yield* readSetting(name);
  const revision = expected + 1;
  const text = JSON.stringify(value);
  const saved =
    expected === 0
      ? yield* write(
          'INSERT INTO own_settings (name, revision, value) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING',
          name,
          revision,
          text,
        )
      : yield* write(
          'UPDATE own_settings SET revision = ?, value = ? WHERE name = ? AND revision = ?',
          revision,
          text,
          name,
          expected,
        );
  // What was read before may be older than what was written over: then the revision tells.
  if (saved !== 1 || (before?.revision ?? 0) !== expected) {
    throw new Refusal('stale', 'The setting was changed by somebody else. Read it again.');
  }
  const data = { name, before: before?.value ?? null, after: value };
  const draft: EventDraft = told?.draft ?? {
    type: 'settings.updated',
    subject: { kind: 'settings', id: name },
    data,
  };
  yield* tell([draft], { ...by, provider: told?.provider ?? null });
  return revision;
}
