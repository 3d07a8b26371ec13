// Work that one of several processes has, for a while, by the clock of the database that they share.

import type { Dialect } from './dialect.ts';

/** A holder that is not heard of for so long has died; another takes its work over. */
const LEASE_MS = 15_000;

/** Sets, for one value: the holder. */
export function leased(dialect: Dialect): string {
  return `holder = ?, ${leaseRenewed(dialect)}`;
}

export function leaseRenewed({ now }: Dialect): string {
  return `lease_until = ${now} + ${LEASE_MS}`;
}

/** A condition, for one value: who asks. What they held before is theirs again at once. */
export function isFree({ now }: Dialect): string {
  return `(lease_until IS NULL OR lease_until < ${now} OR holder = ?)`;
}
