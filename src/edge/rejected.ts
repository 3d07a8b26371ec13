// Credentials that were refused, as a metric: where, and why.

import type { Metrics } from '../metrics.ts';
import type { Refusal } from '../refusal.ts';

/** Does nothing for a refusal that is about something else, as one for lack of a permission. */
export function countRejected({ rejectedCredentials }: Metrics, endpoint: 'scim' | 'api', refusal: Refusal) {
  const { reason, facts } = refusal;
  if (reason === 'throttled') rejectedCredentials.inc({ endpoint, reason });
  else if (typeof facts.credential === 'string') {
    rejectedCredentials.inc({ endpoint, reason: facts.credential });
  }
}
