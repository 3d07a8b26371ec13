// Rows of a report: what a difference is called, and what is to become of it at first. The name follows from what the row is
// about, so that a step done twice writes one row.

import { namedId } from '../id.ts';
import type { DriftState } from '../identity/directory.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { DriftRow } from '../ledger/reconciliation.ts';
import type { Found } from '../mapping/decide-directory.ts';
import type { Running } from './running.ts';

export interface Stating {
  /** Category, whom and what about, as people said to leave alone. */
  readonly ignored: ReadonlySet<string>;
  readonly heals: boolean;
}

export async function ignoredBy(
  { reconciliations }: Pick<Ledger, 'reconciliations'>,
  provider: string,
  at: number,
): Promise<ReadonlySet<string>> {
  const found = await reconciliations.ignored(provider, at);
  return new Set(found.map(({ category, whom, about }) => `${category} ${whom} ${about}`));
}

/** As a person ignores a row: by the user here, or by the directory where nobody is. */
export function ignoredKey({ category, user, directoryId, about }: Omit<Found, 'action'>): string {
  return `${category} ${user ?? directoryId} ${about}`;
}

export function rowOf(
  { run }: Pick<Running, 'run'>,
  stating: Stating,
  { action, ...found }: Found,
): DriftRow {
  const { heals, ignored } = stating;
  const isIgnored = ignored.has(ignoredKey(found));
  const healable: DriftState = found.takes ? 'unconfirmed' : 'due';
  const state = isIgnored ? 'ignored' : action !== null && heals ? healable : 'open';
  return { ...found, state, run: run.id, id: rowId(run.id, found), batch: null, healedAt: null };
}

export function rowId(
  run: string,
  { category, user, directoryId, about }: Pick<Found, 'category' | 'user' | 'directoryId' | 'about'>,
): string {
  return namedId('drift', run, category, user ?? directoryId ?? '', about);
}
