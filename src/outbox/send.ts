// One message to one webhook: signed, sent through the guard, and what came of it. Whether it is tried again is not
// decided here.

import type { Clock } from '../clock.ts';
import type { KeyRing } from '../key-ring.ts';
import type { StoredEvent } from '../ledger/ledger.ts';
import { type Webhook, webhookIdentity } from '../ledger/webhooks.ts';
import type { Outbound, OutboundAnswer } from '../outbound.ts';
import { OutboundFailure } from '../outbound-failure.ts';
import { showEvent } from './shown-event.ts';
import { signedHeaders } from './signature.ts';

/** From the name to the last byte of the answer; Standard Webhooks advises 15 to 30 s. */
const TIMEOUT_MS = 15_000;
/** Of an answer: it is not kept, and a person who asked for a test sees its beginning. A page of HTML fits. */
const ANSWER_BYTES = 64 * 1_024;
const CUT = 'Its answer went on beyond 64 KB and was cut off: answer briefly.';

export interface Message {
  /** The same whenever it is sent: by it a receiver knows what it has had before. */
  readonly id: string;
  readonly body: string;
}

export interface Sent {
  readonly outcome: 'delivered' | 'failed' | 'gone';
  readonly status: number | null;
  readonly durationMs: number;
  /** Why not; of what was delivered, what is wrong with the answer. */
  readonly detail: string | null;
  /** The beginning of what was answered. */
  readonly answer: string;
  /** It was answered at a length that costs a connection each time. */
  readonly isCut: boolean;
}

export interface Sender {
  readonly clock: Clock;
  readonly keys: Pick<KeyRing, 'open'>;
  readonly outbound: Pick<Outbound, 'fetch'>;
}

export function messageOf(event: StoredEvent): Message {
  const data = showEvent(event);
  return { id: event.id, body: JSON.stringify({ type: event.type, timestamp: data.at, data }) };
}

export const TEST_TYPE = 'webhook.test';

export function testMessage(id: string, { id: webhook, name }: Webhook, at: number): Message {
  const timestamp = new Date(at).toISOString();
  return {
    id: `test_${id}`,
    body: JSON.stringify({ type: TEST_TYPE, timestamp, data: { webhook, name } }),
  };
}

const NOTHING = { body: '', isCut: false };

/** @throws what `signal` was aborted with. */
export async function send(
  { clock, keys, outbound }: Sender,
  webhook: Webhook,
  { id, body }: Message,
  signal?: AbortSignal,
): Promise<Sent> {
  const startedMs = performance.now();
  const sent = (
    outcome: Sent['outcome'],
    status: number | null,
    detail: string | null,
    { body: answer, isCut }: Pick<OutboundAnswer, 'body' | 'isCut'> = NOTHING,
  ): Sent => ({
    outcome,
    status,
    durationMs: Math.round(performance.now() - startedMs),
    detail,
    answer,
    isCut,
  });
  const at = clock.now();
  const secrets = openSecrets(keys, webhook, at);
  if (typeof secrets === 'string') return sent('failed', null, secrets);
  try {
    const answer = await outbound.fetch(webhook.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signedHeaders(secrets, id, at, body) },
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: ANSWER_BYTES,
      beyond: 'cut',
      ...(signal && { signal }),
    });
    const { status } = answer;
    if (status >= 200 && status < 300) return sent('delivered', status, answer.isCut ? CUT : null, answer);
    if (status === 410) return sent('gone', status, 'It answered 410: gone.', answer);
    return sent('failed', status, `It answered ${status}.`, answer);
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    return sent('failed', null, `${error.message} ${error.advice}`);
  }
}

/** Or why the one that counts does not open. */
function openSecrets(keys: Sender['keys'], webhook: Webhook, at: number): string[] | string {
  const { id, secret, formerSecret, formerUntil } = webhook;
  const isKept = formerSecret !== null && formerUntil !== null && formerUntil > at;
  try {
    const opened = keys.open(secret, webhookIdentity(id));
    const former = isKept ? opens(keys, formerSecret, id) : null;
    return former === null ? [opened] : [opened, former];
  } catch (error) {
    return `${(error as Error).message} Rotate the secret of this webhook.`;
  }
}

/** null where the key of a former secret is gone: that is why it was replaced, and the new one signs alone. */
function opens(keys: Sender['keys'], secret: string, id: string): string | null {
  try {
    return keys.open(secret, webhookIdentity(id));
  } catch {
    return null;
  }
}
