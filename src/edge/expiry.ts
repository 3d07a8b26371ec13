// What is remembered of ends to come, by provider: when the client secret ends, and of what was said how near its end is. One
// setting, whose revision lets one of all replicas write what is said.

import type { Change, Ledger } from '../ledger/ledger.ts';
import type { ToldOfProvider } from '../ledger/sign-in.ts';
import { Refusal } from '../refusal.ts';

export interface Expiry {
  /** null: not known. */
  readonly secretEndsAt: number | null;
  /** By the id of a token, or `secret`: the end that was told of, and how many days before. */
  readonly said: Readonly<Record<string, { readonly endsAt: number; readonly days: number }>>;
}

const nothing: Expiry = { secretEndsAt: null, said: {} };

export async function readExpiry(
  { ownSettings }: Ledger,
  provider: string,
): Promise<{ expiry: Expiry; revision: number }> {
  const stored = await ownSettings.read(nameOf(provider));
  return { expiry: (stored?.value as Expiry | undefined) ?? nothing, revision: stored?.revision ?? 0 };
}

/** null where another replica was faster. */
export async function saveExpiry(
  { ownSettings }: Ledger,
  provider: string,
  expiry: Expiry,
  { revision, by, told }: { revision: number; by: Change; told?: ToldOfProvider },
): Promise<number | null> {
  try {
    return await ownSettings.save(nameOf(provider), expiry, revision, by, told);
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'stale') return null;
    throw error;
  }
}

function nameOf(provider: string): string {
  return `expiry/${provider}`;
}
