// Who asks: the holder of an API key, or the operator through the socket in the data directory. Owns the limit on wrong
// credentials; nothing limits those who hold a right one.

import type { IncomingMessage } from 'node:http';
import type { Actor } from '../../identity/event.ts';
import type { StoredRole } from '../../ledger/ledger.ts';
import { limits } from '../../limits.ts';
import { Refusal } from '../../refusal.ts';
import { sameSecret, sha256Hex } from '../../secret.ts';
import type { DeclaredApiKey, Parts } from '../parts.ts';
import { type Permission, permissionText } from './permissions.ts';

export interface Caller {
  actor: Actor;
  /** What events and tokens show of them: the name of the key. */
  name: string;
  /** Name of their role. */
  role: string;
}

/** Characters of the longest credential that is looked at. */
const CREDENTIAL_CHARACTERS = 1_024;

interface Identified {
  request: IncomingMessage;
  authorization: string | undefined;
  /** The address that counts for failed attempts. */
  remote: string;
}

export type Identify = (from: Identified) => Caller;

/** 401 for everybody else; 429 for an address that keeps being wrong. */
export function identifier(parts: Parts): Identify {
  const failures = failedAttempts(limits.failedAuthenticationsPerMinute);
  return ({ request, authorization, remote }) => {
    if (parts.isLocal(request))
      return { actor: { kind: 'system', id: 'local' }, name: 'local', role: 'Admin' };
    if (authorization === undefined) {
      throw new Refusal('unauthenticated', 'Send an API key: Authorization: Bearer <key>.', {
        credential: 'none',
      });
    }
    const key = keyOf(authorization, parts.apiKeys);
    if (key) return { actor: { kind: 'key', id: key.id }, name: key.name, role: key.role };
    const waitMs = failures.note(remote, parts.clock.now());
    if (waitMs > 0) {
      const retryAfterSeconds = Math.ceil(waitMs / 1000);
      const detail = `Too many wrong API keys came from ${remote}. Try again in ${retryAfterSeconds} seconds.`;
      throw new Refusal('throttled', detail, { retryAfterSeconds });
    }
    throw new Refusal('unauthenticated', 'This API key is not known here.', { credential: 'wrong' });
  };
}

/** Every key is compared, so that the time does not tell which one was nearly right. */
function keyOf(authorization: string, keys: readonly DeclaredApiKey[]): DeclaredApiKey | null {
  const [, credential] = /^bearer +(\S+) *$/i.exec(authorization.slice(0, CREDENTIAL_CHARACTERS)) ?? [];
  if (credential === undefined) return null;
  const hash = sha256Hex(credential);
  let found: DeclaredApiKey | null = null;
  for (const key of keys) if (sameSecret(key.hash, hash)) found = key;
  return found;
}

export function mayNot(caller: Caller, roles: readonly StoredRole[], permission: Permission): Refusal | null {
  const held = roles.find((role) => role.name === caller.role)?.permissions ?? [];
  const wanted = permissionText(permission);
  if (held.includes(wanted)) return null;
  return new Refusal('forbidden', `The role ${caller.role} does not have the permission ${wanted}.`, {
    permission: wanted,
    role: caller.role,
  });
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
