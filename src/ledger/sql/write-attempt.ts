// A write that takes room: whether the disk has any. What it wrote goes with the next one; what a crash leaves of it goes with the
// next attempt.

import { randomBytes } from 'node:crypto';
import { type Script, write } from './statement.ts';

/** More than a change of one person takes, and nothing that could be pressed together. */
const ATTEMPT_BYTES = 64 * 1024;
const NAME = 'attempt-to-write';

export function* attemptToWrite(): Script<void> {
  const value = JSON.stringify({ filling: randomBytes(ATTEMPT_BYTES).toString('base64') });
  yield* write(
    `INSERT INTO own_settings (name, revision, value) VALUES (?, 1, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    NAME,
    value,
  );
}

export function* forgetAttempt(): Script<void> {
  yield* write('DELETE FROM own_settings WHERE name = ?', NAME);
}
