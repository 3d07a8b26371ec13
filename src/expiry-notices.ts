// Notices before provisioning tokens and client secrets end: an event 30, 14, 7 and 1 day before and at the end, each once over
// all replicas. After a long stop the latest alone is said.

import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { type Expiry, NEAR_MS, readExpiry, saveExpiry, secretEndOf } from './edge/expiry.ts';
import type { EventDraft } from './identity/event.ts';
import { isClosed, type Provider } from './identity/provider.ts';
import { isEnded, type Ledger } from './ledger/ledger.ts';
import { clientSecretEnd } from './provider/client-secret-end.ts';
import type { Reach } from './provider/reach.ts';

const DAY_MS = 86_400_000;
/** Days before the end, the farthest first. */
const STEPS = [NEAR_MS / DAY_MS, 14, 7, 1, 0];
/** Also how soon after a start Graph is asked for the first time: one that is started over and over asks nobody. */
const LOOK_EVERY_MS = 900_000;

interface NoticeParts {
  ledger: Ledger;
  clock: Clock;
  reach: Reach;
  log: Logger;
}

export interface ExpiryNotices {
  schedule(): void;
  /** Ends after the provider that is being looked at. */
  stop(): Promise<void>;
}

export function expiryNotices(parts: NoticeParts): ExpiryNotices {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  let stopped = false;

  async function look(asks: boolean): Promise<void> {
    for (const { provider } of await parts.ledger.providers()) {
      if (stopped) return;
      if (!isClosed(provider)) await lookAt(parts, provider, asks);
    }
  }

  function begin(asks: boolean): void {
    looking ??= look(asks)
      .catch((error: unknown) => parts.log.error({ err: error }, 'ends to come could not be looked at'))
      .finally(() => {
        looking = null;
      });
  }

  return {
    schedule() {
      timer = setInterval(() => begin(true), LOOK_EVERY_MS);
      timer.unref();
      begin(false);
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await looking;
    },
  };
}

interface Ending {
  key: string;
  endsAt: number;
  draft(days: number): EventDraft;
}

async function lookAt(parts: NoticeParts, provider: Provider, asks: boolean): Promise<void> {
  const { ledger, clock } = parts;
  const found = asks ? await secretEnd(parts, provider) : undefined;
  const at = clock.now();
  const by = { at, actor: { kind: 'system' as const, id: 'expiry' }, cause: null };
  const before = await readExpiry(ledger, provider.id);
  const secretEndsAt = found === undefined ? before.expiry.secretEndsAt : found;
  const end = secretEndOf(provider, { secretEndsAt });
  const endings = await endingsOf(ledger, provider, end?.at ?? null, at);
  const kept = Object.entries(before.expiry.said).filter(([key]) => endings.some((each) => each.key === key));
  let expiry: Expiry = { secretEndsAt, said: Object.fromEntries(kept) };
  let { revision } = before;
  const isNews = secretEndsAt !== before.expiry.secretEndsAt;
  for (const { key, endsAt, draft } of endings) {
    const days = dueStep(endsAt, at);
    const said = expiry.said[key];
    if (days === null || (said?.endsAt === endsAt && said.days <= days)) continue;
    expiry = { ...expiry, said: { ...expiry.said, [key]: { endsAt, days } } };
    const told = { draft: draft(days), provider: provider.id };
    const saved = await saveExpiry(ledger, provider.id, expiry, { revision, by, told });
    if (saved === null) return;
    revision = saved;
  }
  if (isNews && revision === before.revision) {
    await saveExpiry(ledger, provider.id, expiry, { revision, by });
  }
}

async function secretEnd({ reach, log }: NoticeParts, provider: Provider) {
  try {
    return await clientSecretEnd(reach, provider);
  } catch (error) {
    log.debug({ err: error, provider: provider.id }, 'when the client secret ends could not be asked');
    return undefined;
  }
}

async function endingsOf(
  ledger: Ledger,
  provider: Provider,
  secretEndsAt: number | null,
  at: number,
): Promise<Ending[]> {
  const tokens = await ledger.tokens(provider.id);
  const endings: Ending[] = [];
  for (const { id, name, lastFour, expiresAt, ...token } of tokens) {
    if (expiresAt === null || isEnded(token, at)) continue;
    const subject = { kind: 'token' as const, id };
    const draft = (days: number): EventDraft => ({
      type: 'token.expiring',
      subject,
      data: { name, lastFour, days, endsAt: new Date(expiresAt).toISOString() },
    });
    endings.push({ key: id, endsAt: expiresAt, draft });
  }
  if (secretEndsAt !== null) {
    const draft = (days: number): EventDraft => ({
      type: 'provider.secret_expiring',
      subject: { kind: 'provider', id: provider.id },
      data: { days, endsAt: new Date(secretEndsAt).toISOString() },
    });
    endings.push({ key: 'secret', endsAt: secretEndsAt, draft });
  }
  return endings.filter(({ endsAt }) => endsAt > at - NEAR_MS);
}

/** The nearest step that has been reached; null: it is farther than all. */
function dueStep(endsAt: number, at: number): number | null {
  return STEPS.filter((days) => endsAt - at <= days * DAY_MS).at(-1) ?? null;
}
