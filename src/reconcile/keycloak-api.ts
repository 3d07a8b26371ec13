// How Keycloak's admin API says things: the token of the service account, its errors, its pages by offset. What is read
// by it: keycloak-directory.ts. (Keycloak Server Administration Guide, "Service accounts"; Admin REST API.)

import type { Provider } from '../identity/provider.ts';
import { plainText } from '../provider/aadsts.ts';
import { appTokens } from '../provider/app-token.ts';
import type { ApiAnswer, DirectoryApi } from '../provider/directory-api.ts';
import { endpointsOf, keycloakAdminUrl } from '../provider/endpoints.ts';
import type { Reach } from '../provider/reach.ts';
import { readRetryAfter } from '../provider/token-endpoint.ts';
import type { ReadingCost } from './directory.ts';
import { textOf } from './page-outcome.ts';

export type Ask = (path: string, signal: AbortSignal) => Promise<ApiAnswer>;

export function keycloakApi(reach: Reach, provider: Provider, cost: ReadingCost): DirectoryApi {
  const tokens = async () => appTokens(reach, provider, endpointsOf(provider, reach.development));
  let current: Awaited<ReturnType<typeof tokens>> | null = null;
  return {
    name: 'Keycloak',
    base: () => keycloakAdminUrl(provider),
    tokens: {
      get: async () => {
        current = await tokens();
        return current.get();
      },
      drop: (token) => current?.drop(token),
    },
    scheme: 'Bearer',
    readError: readKeycloakError,
    // A realm, a client or an address that is missing is a setting that is wrong.
    isAbsence: ({ message }) => /^(User not found|Could not find (group|role))/i.test(message),
    // Keycloak itself limits nothing; what stands before it may.
    retryAfterMs: (headers, at) => readRetryAfter(headers['retry-after'], at),
    heard: (status) => {
      cost.requests++;
      if (status === 429) cost.throttled++;
    },
  };
}

/** `error` or, of the newer ones, `errorMessage`, each a sentence without a code. */
function readKeycloakError(body: unknown): { code: string; message: string } | null {
  const said = textOf(body, 'error') ?? textOf(body, 'errorMessage');
  if (said === null) return null;
  return {
    code: '',
    message: plainText([said, textOf(body, 'error_description')].filter(Boolean).join(': '), 300),
  };
}

/** The most that one page has here; Keycloak's own default. */
const ROWS = 100;

/** `from`: the offset as a text; null for the first page. Null for what no page of ours gave. */
export function pagePath(path: string, from: string | null, more = ''): string | null {
  if (from !== null && !/^\d{1,9}$/.test(from)) return null;
  return `${path}?first=${from ?? 0}&max=${ROWS}${more}`;
}

/** A page that is not full is the last one. */
export function nextOffset(from: string | null, rows: number): string | null {
  return rows < ROWS ? null : String(Number(from ?? 0) + rows);
}
