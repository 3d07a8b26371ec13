// Whether an identity provider on the internet can call an address, as far as its spelling says. The one place that knows: the
// dashboard, the command line and the notices say it in these words.

import type { ProviderKind } from '../identity/provider.ts';

/** The others stand on the operator's own network as often as not. */
const ON_THE_INTERNET: ReadonlySet<ProviderKind> = new Set(['entra', 'okta', 'google']);

const PRIVATE_V4 =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;
const PRIVATE_V6 = /^\[(f[cd]|fe[89ab])/i;
const LOOPBACK = /^(localhost|127\.|\[::1\]|.*\.localhost$)/i;

/** A sentence, where a provider of that kind cannot call the address; null where it may be able to. */
export function whyUnreachableFor(kind: ProviderKind, endpoint: string): string | null {
  return ON_THE_INTERNET.has(kind) ? whyUnreachable(endpoint) : null;
}

function whyUnreachable(endpoint: string): string | null {
  const { protocol, hostname } = new URL(endpoint);
  if (LOOPBACK.test(hostname)) return `${hostname} is this machine alone.`;
  if (PRIVATE_V4.test(hostname) || PRIVATE_V6.test(hostname))
    return `${hostname} is an address of a private network.`;
  if (!hostname.includes('.') || /\.(local|internal|lan|home\.arpa)$/i.test(hostname)) {
    return `${hostname} is a name of a local network.`;
  }
  return protocol === 'https:' ? null : 'It is plain http, and https alone is called.';
}
