// The stores that both engines have by the same scripts, of what an engine lends. Those of signing in are beside: they note
// uses, which a close waits for (sign-in/stores.ts).

import type { LagStores } from '../lags.ts';
import type { NameCheck } from '../ledger.ts';
import type { PastLog } from '../past-log.ts';
import type { ReconciliationStores } from '../reconciliation.ts';
import type { RulesetHistory } from '../ruleset-history.ts';
import type { WebhookStores } from '../webhooks.ts';
import type { Hands } from './hands.ts';
import { lagStores } from './lags.ts';
import { pastLog } from './past-log.ts';
import { reconciliationStores } from './reconciliation/stores.ts';
import { rulesetHistory } from './ruleset-history.ts';
import { nameCheck } from './taken-names.ts';
import { webhookStores } from './webhooks/stores.ts';

export function sharedStores(
  hands: Hands,
): ReconciliationStores & RulesetHistory & WebhookStores & PastLog & LagStores & NameCheck {
  return {
    ...reconciliationStores(hands),
    ...rulesetHistory(hands),
    ...pastLog(hands),
    ...nameCheck(hands),
    ...webhookStores(hands),
    ...lagStores(hands),
  };
}
