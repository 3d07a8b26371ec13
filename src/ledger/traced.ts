// The same ledger, where somebody traces: an operation as a span, with its loads and its commit below it. A decision that was
// made again after a conflict shows as one more load.

import { isTraced, spanned, spanOf } from '../trace.ts';
import type { Ledger, Operation } from './ledger.ts';

export function traced(ledger: Ledger): Ledger {
  if (!isTraced()) return ledger;

  function transact<Answer>(operation: Operation<Answer>): Promise<Answer> {
    const attributes = { 'bifrost.provider': operation.provider, 'db.system.name': ledger.engine };
    return spanned('ledger.transact', attributes, async (to) => {
      let sinceMs = performance.now();
      const loads: [began: number, ended: number][] = [];
      let events = 0;
      const answer = await ledger.transact({
        ...operation,
        decide(loaded) {
          loads.push([sinceMs, performance.now()]);
          const decision = operation.decide(loaded);
          sinceMs = performance.now();
          events = decision.changes?.events.length ?? 0;
          return decision;
        },
      });
      // Here again below the span of the operation: who decides does so in a turn of many.
      for (const [began, ended] of loads) spanOf('ledger.load', began, ended);
      spanOf('ledger.commit', sinceMs, performance.now(), { 'bifrost.events': events });
      to({ 'bifrost.events': events, 'bifrost.decisions': loads.length });
      return answer;
    });
  }

  return { ...ledger, transact };
}
