// Which events a webhook is sent.

import type { Event } from '../identity/event.ts';
import type { WebhookWords } from '../ledger/webhooks.ts';

export function isWanted(
  { types, providers }: Pick<WebhookWords, 'types' | 'providers'>,
  { type, provider }: Pick<Event, 'type' | 'provider'>,
): boolean {
  const isType = types.length === 0 || types.some((each) => isOfType(each, type));
  return isType && (providers.length === 0 || (provider !== null && providers.includes(provider)));
}

/** `user.*`: all that begin so. */
export function isOfType(pattern: string, type: string): boolean {
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}
