// SCIM requests as metrics: each row of the request log is counted once what it is about is committed. Which action: by the
// words of the row, so that the log and the metrics say the same.

import type { Ledger, Operation, RequestRow } from '../../ledger/ledger.ts';
import type { Metrics } from '../../metrics.ts';
import { kindOfAction } from './action-words.ts';

export interface Counted {
  /** The same ledger; what goes into its request log is counted. */
  readonly ledger: Ledger;
  /** What to call a provider, as its last caller found it. */
  named(provider: { readonly id: string; readonly name: string }): void;
}

export function counted(ledger: Ledger, { scimRequests }: Metrics): Counted {
  const names = new Map<string, string>();

  function count({ provider, action, status }: RequestRow): void {
    const name = provider === null ? '' : (names.get(provider) ?? '');
    scimRequests.inc({ provider: name, action: kindOfAction(action), result: resultOf(status) });
  }

  async function transact<Answer>(operation: Operation<Answer>): Promise<Answer> {
    let row: RequestRow | undefined;
    const answer = await ledger.transact({
      ...operation,
      decide(loaded) {
        const decision = operation.decide(loaded);
        row = decision.request;
        return decision;
      },
    });
    if (row) count(row);
    return answer;
  }

  function noteRequest(row: RequestRow): void {
    count(row);
    ledger.noteRequest(row);
  }

  return {
    ledger: { ...ledger, transact, noteRequest },
    named: ({ id, name }) => names.set(id, name),
  };
}

function resultOf(status: number): 'ok' | 'refused' | 'failed' {
  if (status < 400) return 'ok';
  return status < 500 ? 'refused' : 'failed';
}
