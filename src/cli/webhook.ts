// What the webhook commands share: a webhook and a delivery in words.

import type { DeliveryJson, WebhookJson } from '../edge/admin/contract.ts';
import type { Output, Text } from './output.ts';
import { when } from './when.ts';

export const webhookOperand = { name: 'webhook', about: 'id or name: "webhook list" shows them' };

const pauseWords: Readonly<Record<NonNullable<WebhookJson['pauseReason']>, string>> = {
  person: 'paused',
  gone: 'paused: it answered 410',
  failing: 'paused: nothing arrived for three days',
};

export function stateText({ state, pauseReason, failingSince }: WebhookJson): Text {
  if (state === 'active') return { tone: 'good', text: 'active' };
  if (state === 'failing') return { tone: 'bad', text: `failing since ${when(failingSince)}` };
  return { tone: 'warning', text: pauseWords[pauseReason ?? 'person'] };
}

export function wantedText({ types }: WebhookJson): string {
  return types.length === 0 ? 'all' : types.join(', ');
}

export function deliveryText({ state, status, detail, attempts, nextAt }: DeliveryJson): Text {
  if (state === 'delivered') {
    const text = `delivered (${status ?? '-'})`;
    return detail === null ? { tone: 'good', text } : { tone: 'warning', text: `${text}. ${detail}` };
  }
  if (state === 'failed') return { tone: 'bad', text: detail ?? 'failed' };
  if (attempts === 0) return 'waits for its turn';
  return { tone: 'warning', text: `${detail ?? 'failed'} Tried again ${when(nextAt)}` };
}

/** Shown once. */
export function showSecret(secret: string, output: Output): void {
  output.line();
  output.fields([['Secret', { tone: 'strong', text: secret }]]);
  output.line();
  output.line(
    { tone: 'warning', text: 'The secret is shown this once only.' },
    ' The receiver checks each message with it.',
  );
}
