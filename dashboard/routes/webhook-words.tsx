// What webhooks are said to be in: their state, the kinds of events they choose from, and how a receiver verifies what arrives.

import { Code } from '@mantine/core';
import type { DeliveryJson, WebhookJson } from '../../src/edge/admin/contract.ts';
import { Mark, type Tone } from '../ui/badges.tsx';

export const WEBHOOKS = '/governance/webhooks';

const pauses = {
  person: 'Paused by hand',
  gone: 'Paused: it answered 410',
  failing: 'Paused: nothing arrived for three days',
} as const satisfies Record<NonNullable<WebhookJson['pauseReason']>, string>;

export function WebhookMark({ of: { state, pauseReason } }: { of: WebhookJson }) {
  if (state === 'active') return <Mark tone="good">On</Mark>;
  if (state === 'failing') return <Mark tone="bad">Failing</Mark>;
  return <Mark tone="warn">{pauses[pauseReason ?? 'person']}</Mark>;
}

export const deliveryStates = {
  waiting: { tone: 'plain', words: 'Waiting' },
  delivered: { tone: 'good', words: 'Delivered' },
  failed: { tone: 'bad', words: 'Failed' },
} as const satisfies Record<DeliveryJson['state'], { tone: Tone; words: string }>;

/** Kinds of events that receivers ask for; others are written by their names. */
export const eventKinds: readonly { value: string; label: string }[] = [
  { value: 'user.*', label: 'People: created, changed, suspended, removed, signed in' },
  { value: 'grant.*', label: 'Access: roles, teams and business units gained and lost' },
  { value: 'group.*', label: 'Groups' },
  { value: 'membership.*', label: 'Members of groups' },
  { value: 'team.*', label: 'Teams' },
  { value: 'business_unit.*', label: 'Business units' },
  { value: 'provider.*', label: 'Providers' },
  { value: 'mapping.*', label: 'Attribute mappings' },
  { value: 'batch.*', label: 'Held batches' },
  { value: 'guard.*', label: 'Alarms of the guard' },
  { value: 'sign_in.*', label: 'Refused sign-ins' },
];

export function typesInWords(types: readonly string[]): string {
  return types.length === 0 ? 'All events' : types.join(', ');
}

export function VerifyingCode() {
  return (
    <Code block ta="left" className="wrapped">
      {`import { Webhook } from 'standardwebhooks';

// rawBody: as it arrived. Throws where the signature does not fit.
const event = new Webhook(process.env.BIFROST_WEBHOOK_SECRET)
  .verify(rawBody, headers);
// event: { type: 'user.suspended', timestamp, data }
// Answer with any 2xx within 15 seconds, and do the work after that.`}
    </Code>
  );
}
