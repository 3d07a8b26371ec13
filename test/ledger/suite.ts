// What every engine of the ledger must do. An engine's own test file calls this with its way of opening one; nothing
// here knows which engine it is.

import { describe } from 'vitest';
import { commitSuite } from './commit-suite.ts';
import { enterSuite } from './enter-suite.ts';
import { filterSuite } from './filter-suite.ts';
import { forgettingSuite } from './forgetting-suite.ts';
import { groupSuite } from './group-suite.ts';
import { heldBatchSuite } from './held-batch-suite.ts';
import { jobSuite } from './job-suite.ts';
import { listSuite } from './list-suite.ts';
import { logSuite } from './log-suite.ts';
import type { Open } from './opened.ts';
import { peopleSuite } from './people-suite.ts';
import { reconciliationSuite } from './reconciliation-suite.ts';
import { requestLogSuite } from './request-log-suite.ts';
import { retireSuite } from './retire-suite.ts';
import { roleSuite } from './role-suite.ts';
import { rulesSuite } from './rules-suite.ts';
import { scimEndSuite } from './scim-end-suite.ts';
import { settingsSuite } from './settings-suite.ts';
import { signInSuite } from './sign-in-suite.ts';
import { sweepSuite } from './sweep-suite.ts';
import { importSuite, transferSuite } from './transfer-suite.ts';
import { webhookSuite } from './webhook-suite.ts';

export function ledgerSuite(name: string, open: Open): void {
  describe(`ledger on ${name}`, () => {
    describe('commit', () => commitSuite(open));
    describe('entering', () => enterSuite(open));
    describe('groups', () => groupSuite(open));
    describe('sweep', () => sweepSuite(open));
    describe('jobs', () => jobSuite(open));
    describe('retiring', () => retireSuite(open));
    describe('the end of SCIM', () => scimEndSuite(open));
    describe('forgetting', () => forgettingSuite(open));
    describe('events', () => logSuite(open));
    describe('requests', () => requestLogSuite(open));
    describe('lists', () => listSuite(open));
    describe('people', () => peopleSuite(open));
    describe('filters', () => filterSuite(open));
    describe('settings', () => settingsSuite(open));
    describe('rules', () => rulesSuite(open));
    describe('roles', () => roleSuite(open));
    describe('signing in', () => signInSuite(open));
    describe('reconciling', () => reconciliationSuite(open));
    describe('held batches', () => heldBatchSuite(open));
    describe('webhooks', () => webhookSuite(open));
    describe('transfer', () => transferSuite(open));
    describe('an import into an empty store', () => importSuite(open));
  });
}
