// The application's own token for the directory, by its client credentials: kept until shortly before it expires.

import type { Provider } from '../identity/provider.ts';
import { sha256Hex } from '../secret.ts';
import type { Endpoints } from './endpoints.ts';
import { entryOf } from './kept.ts';
import { homeMetadata, type Metadata } from './metadata.ts';
import type { AppTokens, Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';
import { askForTokens } from './token-endpoint.ts';

/** Long enough for a request that waits for its turn with the token in hand. */
const SPARE_MS = 5 * 60_000;
/** Where an answer does not say how long a token lasts. */
const ASSUMED_MS = 10 * 60_000;

/** Rejects with a SignInRefusal: `app_credentials`, `provider_unreachable`, `bad_settings` or `bad_metadata`. */
export async function appTokens(reach: Reach, provider: Provider, endpoints: Endpoints): Promise<AppTokens> {
  const secret = reach.secretOf(provider);
  if (secret === null) {
    const detail = 'The provider has no client secret, without which nothing can be asked of the directory.';
    throw new SignInRefusal('app_credentials', { detail });
  }
  const metadata = await homeMetadata(reach, endpoints);
  const scope = scopeOf(endpoints) ?? '';
  const key = [metadata.tokenEndpoint, endpoints.clientId, scope, sha256Hex(secret)].join(' ');
  return entryOf(reach.memory.appTokens, key, () => keptTokens(reach, { provider, endpoints, metadata }));
}

/** Elsewhere than at Entra a service account has what its roles give it. */
function scopeOf(endpoints: Endpoints): string | null {
  return endpoints.kind === 'entra' ? endpoints.graphScope : null;
}

function keptTokens(
  reach: Reach,
  asked: { provider: Provider; endpoints: Endpoints; metadata: Metadata },
): AppTokens {
  let current: { readonly token: string; readonly until: number } | null = null;
  let running: Promise<string> | null = null;
  const fetchNext = async () => {
    const { token, expiresInMs } = await fetchAppToken(reach, asked);
    const lasts = expiresInMs ?? ASSUMED_MS;
    current = { token, until: reach.clock.now() + Math.max(lasts - SPARE_MS, lasts / 2) };
    return token;
  };
  const renew = () => {
    running ??= fetchNext().finally(() => {
      running = null;
    });
    return running;
  };
  return {
    get: async () => (current !== null && reach.clock.now() < current.until ? current.token : renew()),
    renew,
    drop: (token) => {
      if (current?.token === token) current = null;
    },
  };
}

async function fetchAppToken(
  reach: Reach,
  asked: { provider: Provider; endpoints: Endpoints; metadata: Metadata },
): Promise<{ token: string; expiresInMs: number | null }> {
  const scope = scopeOf(asked.endpoints);
  const grant = { grant_type: 'client_credentials', ...(scope !== null && { scope }) };
  const answer = await askForTokens(reach, asked, grant);
  if (answer.kind === 'refused') throw new SignInRefusal('app_credentials', { diagnosis: answer.diagnosis });
  if (answer.kind === 'unreachable') throw new SignInRefusal('provider_unreachable', answer);
  const { accessToken, expiresInMs } = answer.tokens;
  if (accessToken === null) {
    throw new SignInRefusal('provider_unreachable', {
      detail: 'The token endpoint answered without a token.',
    });
  }
  return { token: accessToken, expiresInMs };
}
