// What every engine of the ledger must do. An engine's own test file calls this with its way of opening one; nothing
// here knows which engine it is.

import { describe } from 'vitest';
import { commitSuite } from './commit-suite.ts';
import { groupSuite } from './group-suite.ts';
import type { Open } from './opened.ts';

export function ledgerSuite(name: string, open: Open): void {
  describe(`ledger on ${name}`, () => {
    describe('commit', () => commitSuite(open));
    describe('groups', () => groupSuite(open));
  });
}
