// Whether a request that changes something was made by a page of this server. Browsers say so themselves; what says nothing is
// no browser of today.

import type { IncomingHttpHeaders } from 'node:http';

/** `publicUrl`: how the world reaches us, without a slash at its end. */
export function isFromOurPages(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) return origin === publicUrl;
  return site === 'same-origin';
}
