// Who asks, and whether they may. A caller is found by the first credential that the request carries: the operator's own
// shell, an API key, a session. Owns the limit on guessed ones; nothing limits those who hold a right one.

import type { IncomingMessage } from 'node:http';
import type { Actor } from '../../identity/event.ts';
import type { Person } from '../../identity/sign-in.ts';
import type { FullUser, StoredRole } from '../../ledger/ledger.ts';
import type { ApiKey, Session } from '../../ledger/sign-in.ts';
import { limits } from '../../limits.ts';
import { Refusal } from '../../refusal.ts';
import { type Needs, type Permission, permissionText } from './permissions.ts';

export interface Caller {
  actor: Actor;
  /** What events and tokens show of them. */
  name: string;
  /** null: a key of the configuration file, or the operator's own shell. */
  person: Person | null;
  /** With all that they have, where the person is a user. */
  user: FullUser | null;
  /** Name of their role. */
  role: string | null;
  /** What they may at this moment; of a key never more than its owner may. */
  permissions: ReadonlySet<string>;
  /** What their key was given at most; null: there is no key, or it was given all that its owner may. */
  scope: readonly string[] | null;
  via: 'key' | 'session' | 'local';
  /** The key of a person that they came with. */
  key: ApiKey | null;
  session: Session | null;
  /**
   * Roles that were not looked up for this request, and by which `permissions` are: they count once an answer is of the same ones.
   * null: all of it was looked up.
   */
  byRoles: readonly StoredRole[] | null;
}

/** A request, as far as it says who sends it. */
export interface Asking {
  request: IncomingMessage;
  authorization: string | undefined;
  /** The address that counts for failed attempts. */
  remote: string;
  at: number;
  /** What a caller may is confirmed by the answer (`Caller.byRoles`), and need not be looked up before. */
  confirmsLater?: boolean;
}

/**
 * One way to say who one is. null: the request carries nothing of this kind. A Refusal: what it carries is no good; with
 * the fact `credential: 'wrong'` it may be a guess, and counts as one.
 */
export type Credential = (asking: Asking) => Promise<Caller | Refusal | null>;

export type Identify = (asking: Asking) => Promise<Caller>;

/** The first credential that is carried decides. 401 without any; 429 for an address that keeps guessing. */
export function identifier(credentials: readonly Credential[]): Identify {
  const failures = failedAttempts(limits.failedAuthenticationsPerMinute);
  return async (asking) => {
    for (const credential of credentials) {
      const found = await credential(asking);
      if (found === null) continue;
      if (!(found instanceof Refusal)) return found;
      const waitMs = found.facts.credential === 'wrong' ? failures.note(asking.remote, asking.at) : 0;
      throw waitMs > 0 ? throttled(asking.remote, waitMs) : found;
    }
    throw new Refusal('unauthenticated', 'Sign in, or send an API key: Authorization: Bearer <key>.', {
      credential: 'none',
    });
  };
}

function throttled(remote: string, waitMs: number): Refusal {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  const detail = `Too many wrong API keys came from ${remote}. Try again in ${retryAfterSeconds} seconds.`;
  return new Refusal('throttled', detail, { retryAfterSeconds });
}

// --- whether they may -------------------------------------------------------------------------------------------

export function holds(caller: Caller, permission: Permission): boolean {
  return caller.permissions.has(permissionText(permission));
}

/** null when they may. */
export function mayNot(caller: Caller, needs: Needs): Refusal | null {
  if (needs === 'open' || needs === 'signed-in') return null;
  const wanted = 'oneOf' in needs ? needs.oneOf : [needs];
  if (wanted.some((permission) => holds(caller, permission))) return null;
  const permission = permissionText(wanted[0]!);
  const detail = whyNot(caller, permission);
  return new Refusal('forbidden', detail, { permission, role: caller.role });
}

/** For an answer that goes on: @throws Refusal once they may not have it any more. */
export async function stillMay({
  again,
  needs,
}: {
  again(): Promise<Caller>;
  needs: Needs;
}): Promise<Caller> {
  const caller = await again();
  const refusal = mayNot(caller, needs);
  if (refusal) throw refusal;
  return caller;
}

function whyNot({ role, key, scope }: Caller, permission: string): string {
  if (scope !== null && !scope.includes(permission)) {
    return `This API key was not given the permission ${permission}.`;
  }
  const whose = key ? ' of the owner of this API key' : '';
  if (role !== null) return `The role ${role}${whose} does not have the permission ${permission}.`;
  const who = key ? 'The owner of this API key has' : 'You have';
  return `${who} no role here any more, and so not the permission ${permission}.`;
}

// --- failed attempts --------------------------------------------------------------------------------------------

const WINDOW_MS = 60_000;
/** Addresses remembered at once; beyond it the one that failed longest ago is forgotten. */
const ADDRESSES = 10_000;

export interface FailedAttempts {
  /** Counts one more. Returns for how long the address has to wait; 0 while it is within the limit. */
  note(remote: string, at: number): number;
}

export function failedAttempts(mostPerWindow: number): FailedAttempts {
  const windows = new Map<string, { count: number; endsAt: number }>();
  return {
    note(remote, at) {
      const known = windows.get(remote);
      const window = known && known.endsAt > at ? known : { count: 0, endsAt: at + WINDOW_MS };
      window.count++;
      windows.delete(remote);
      windows.set(remote, window);
      if (windows.size > ADDRESSES) windows.delete(windows.keys().next().value!);
      return window.count > mostPerWindow ? window.endsAt - at : 0;
    },
  };
}
