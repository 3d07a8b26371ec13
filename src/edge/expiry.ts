// What is remembered of ends to come, by provider: when the client secret ends as Graph has it, and of what was said how near its
// end is. One setting, whose revision lets one of all replicas write what is said. And which end counts, where a person typed one.

import { momentMs } from '../config-schema.ts';
import type { Provider } from '../identity/provider.ts';
import type { Change, Ledger } from '../ledger/ledger.ts';
import type { ToldOfProvider } from '../ledger/sign-in.ts';
import { Refusal } from '../refusal.ts';

export interface Expiry {
  /** As Graph has it; null: not known. */
  readonly secretEndsAt: number | null;
  /** By the id of a token, or `secret`: the end that was told of, and how many days before. */
  readonly said: Readonly<Record<string, { readonly endsAt: number; readonly days: number }>>;
}

/** The end of a client secret that counts. */
export interface SecretEnd {
  readonly at: number;
  readonly saidBy: 'graph' | 'person';
  /** What a person typed, where it is more than a day from what Graph says. */
  readonly typedOtherwise: number | null;
}

const DAY_MS = 86_400_000;
/** So long before an end it is told of, and so long after it. */
export const NEAR_MS = 30 * DAY_MS;

/** What Graph says counts before what was typed; null where nobody said when. */
export function secretEndOf(
  { settings }: Pick<Provider, 'settings'>,
  { secretEndsAt }: Pick<Expiry, 'secretEndsAt'>,
): SecretEnd | null {
  const written = settings.connection.clientSecretExpiresAt;
  const typed = typeof written === 'string' ? momentMs(written) : Number.NaN;
  if (secretEndsAt === null) {
    return Number.isFinite(typed) ? { at: typed, saidBy: 'person', typedOtherwise: null } : null;
  }
  const differs = Math.abs(typed - secretEndsAt) > DAY_MS;
  return { at: secretEndsAt, saidBy: 'graph', typedOtherwise: differs ? typed : null };
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
