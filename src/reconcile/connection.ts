// Which directory a run was about. With another tenant or application behind a provider everybody is "gone": nothing that was found
// in one directory is applied on what another says.

import { namedId } from '../id.ts';
import { type Provider, withoutSecrets } from '../identity/provider.ts';
import type { Run } from '../ledger/reconciliation.ts';
import type { RunReport } from './report.ts';

/** Not a secret among it: another secret opens the same directory. */
export function connectionOf({ settings }: Pick<Provider, 'settings'>): string {
  const entries = Object.entries(withoutSecrets(settings.connection)).sort(([a], [b]) => (a < b ? -1 : 1));
  return namedId('connection', settings.kind, JSON.stringify(entries));
}

/** Also of a run of a version that did not note it. */
export function isOfConnection({ counts }: Pick<Run, 'counts'>, provider: Provider): boolean {
  const { connection } = counts as Partial<RunReport>;
  return connection === undefined || connection === null || connection === connectionOf(provider);
}

export const ANOTHER_DIRECTORY =
  'The connection of the provider leads to another directory by now than the one in which this was found.';
