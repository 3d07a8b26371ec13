// Signing in with the password of a break-glass administrator. It is there for when the provider, or a mapping, shuts everybody
// out, so nothing but the password and the time decides.

import { fold } from '../../fold.ts';
import type { Change, Ledger } from '../../ledger/ledger.ts';
import type { LocalAdmin } from '../../ledger/sign-in.ts';
import { Refusal } from '../../refusal.ts';
import { lockFor, type Passwords } from './passwords.ts';

/** A break-glass session ends the same day. */
export const LOCAL_CAP_MS = 12 * 3_600_000;

const WRONG = 'The name or the password is wrong.';
const NAMES_REMEMBERED = 1_000;

export interface PasswordSignIn {
  /** Whose password it is. @throws Refusal `unauthenticated` (wrong), or `throttled` while the door is shut. */
  check(name: string, password: string, by: Omit<Change, 'actor'>): Promise<LocalAdmin>;
}

export function passwordSignIn(ledger: Ledger, secrets: Passwords): PasswordSignIn {
  const strangers = strangerLocks();

  return {
    async check(name, password, by) {
      const admin = await ledger.localAdmins.named(name);
      // Nobody learns from the wait whether there is such a name.
      const begun = admin
        ? await ledger.localAdmins.beginTry(admin.id, by.at, lockFor)
        : strangers.beginTry(fold(name), by.at);
      if (!begun) throw shut(await waitMs(admin?.id ?? null, fold(name), by.at));
      if (await secrets.isRight(admin?.password ?? null, password)) return admin!;
      throw new Refusal('unauthenticated', WRONG, { admin: admin?.id ?? null });
    },
  };

  async function waitMs(id: string | null, folded: string, at: number): Promise<number> {
    const until =
      id === null ? strangers.lockedUntil(folded) : (await ledger.localAdmins.find(id))?.lockedUntil;
    return Math.max(1_000, (until ?? at) - at);
  }
}

function shut(ms: number): Refusal {
  const retryAfterSeconds = Math.ceil(ms / 1000);
  const detail = `Too many wrong passwords. Try again in ${inWords(retryAfterSeconds)}. On the machine of the server, "bifrost admin reset" lets you in at once.`;
  return new Refusal('throttled', detail, { retryAfterSeconds });
}

function inWords(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? 'a second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/** Names that nobody has are shut as those that somebody has. */
function strangerLocks() {
  const known = new Map<string, { failures: number; lockedUntil: number }>();
  return {
    lockedUntil: (name: string) => known.get(name)?.lockedUntil ?? null,
    beginTry(name: string, at: number): { failures: number } | null {
      const before = known.get(name) ?? { failures: 0, lockedUntil: 0 };
      if (before.lockedUntil > at) return null;
      const failures = before.failures + 1;
      known.delete(name);
      known.set(name, { failures, lockedUntil: at + lockFor(failures) });
      if (known.size > NAMES_REMEMBERED) known.delete(known.keys().next().value!);
      return { failures };
    },
  };
}
