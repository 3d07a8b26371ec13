// Who calls: the provisioning token names the provider. Checked against the store on every request, so that a
// revoked token is refused by the very next one; failed tries are counted per address and slowed down.

import { whyNoScim } from '../../identity/provider.ts';
import { isEnded, type Ledger } from '../../ledger/ledger.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import { checkToken, sha256Hex } from '../../secret.ts';
import type { Caller } from './call.ts';

export interface Authenticated {
  caller: Caller;
  state: ProviderState;
}

/** The header only: a token in a URL ends up in logs (RFC 6750 5.3), so it is not looked for there. */
export function bearerToken(header: string | undefined): string | null {
  const match = /^bearer +(\S+) *$/i.exec(header ?? '');
  return match ? match[1]! : null;
}

export async function authenticate(
  ledger: Ledger,
  header: string | undefined,
  at: number,
): Promise<Authenticated> {
  const text = bearerToken(header);
  if (text === null) {
    throw new Refusal(
      'unauthenticated',
      'Send the provisioning token of the provider as Authorization: Bearer <token>.',
      { credential: 'none' },
    );
  }
  const found = await ledger.caller(sha256Hex(text));
  if (!found) throw unknownToken(text);
  const { token, state } = found;
  if (isEnded(token, at)) {
    throw new Refusal(
      'unauthenticated',
      'This provisioning token was revoked. Enter the newer one in Entra.',
      { credential: 'revoked' },
    );
  }
  if (token.expiresAt !== null && token.expiresAt <= at) {
    throw new Refusal(
      'unauthenticated',
      'This provisioning token has expired. Create a new one and enter it in Entra.',
      { credential: 'expired' },
    );
  }
  if (!state) {
    const detail = 'The provider of this token is not there any more.';
    throw new Refusal('unauthenticated', detail, { credential: 'ended' });
  }
  const closed = whyNoScim(state.provider);
  if (closed !== null) throw new Refusal('forbidden', closed, { credential: 'off' });
  return { caller: { provider: token.provider, token: token.id }, state };
}

function unknownToken(text: string): Refusal {
  const isTypo = checkToken(text) === 'typo';
  const detail = isTypo
    ? 'This provisioning token is mistyped or cut off: its check characters do not fit. Copy it again.'
    : 'This provisioning token is not known here.';
  return new Refusal('unauthenticated', detail, { credential: isTypo ? 'mistyped' : 'wrong' });
}

/** Failed tries per address and minute; beyond them 429, so that nobody guesses at speed. */
const TRIES_PER_MINUTE = 60;
const ADDRESSES_KEPT = 10_000;

export interface TryCounter {
  /** Seconds to wait, or 0. */
  blockedFor(address: string, at: number): number;
  failed(address: string, at: number): void;
}

export function tryCounter(): TryCounter {
  const tries = new Map<string, { count: number; until: number }>();
  return {
    blockedFor(address, at) {
      const entry = tries.get(address);
      if (!entry || entry.until <= at || entry.count < TRIES_PER_MINUTE) return 0;
      return Math.ceil((entry.until - at) / 1000);
    },
    failed(address, at) {
      const entry = tries.get(address);
      if (entry && entry.until > at) {
        entry.count++;
        return;
      }
      if (tries.size >= ADDRESSES_KEPT) tries.clear();
      tries.set(address, { count: 1, until: at + 60_000 });
    },
  };
}
