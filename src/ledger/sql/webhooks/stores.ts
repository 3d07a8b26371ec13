// The stores of webhooks, of what an engine lends: one set of scripts for both.

import type { WebhookStores } from '../../webhooks.ts';
import type { Hands } from '../hands.ts';
import { deliveries } from './deliveries.ts';
import { delivering } from './delivering.ts';
import { webhookRows } from './webhook-rows.ts';

export function webhookStores(hands: Hands): WebhookStores {
  return { webhooks: { ...webhookRows(hands), ...delivering(hands), ...deliveries(hands) } };
}
