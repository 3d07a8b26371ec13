// Claims read again with a refresh token: what came, or why not. Owns the reading of the answer by OAuth's `error`; whose
// session goes on or ends is decided by the caller.

import type { Provider } from '../identity/provider.ts';
import type { Diagnosis } from './aadsts.ts';
import { endpointsOf } from './endpoints.ts';
import type { PersonKey } from './id-token.ts';
import { signInMetadata } from './metadata.ts';
import type { Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';
import { readPerson, type SignedInPerson } from './signed-in.ts';
import { askForTokens, type Tokens } from './token-endpoint.ts';

export type RefreshOutcome =
  /** `refreshToken`: the one to keep from now on, new or as before. */
  | {
      readonly outcome: 'renewed';
      readonly person: Omit<SignedInPerson, 'payload'>;
      readonly refreshToken: string;
    }
  /** The grant stands, and no ID token came that can be believed: no news of the person. */
  | { readonly outcome: 'withoutClaims'; readonly refusal: SignInRefusal; readonly refreshToken: string }
  /** The session ends. Proves neither that the account is disabled nor that it is gone: ask Graph. */
  | { readonly outcome: 'grantEnded'; readonly diagnosis: Diagnosis }
  /** The person has to sign in anew; says nothing about the account. */
  | { readonly outcome: 'interactionNeeded'; readonly diagnosis: Diagnosis }
  /** Our fault or the administrator's: an alarm, and nobody's session ends. */
  | { readonly outcome: 'appCredentials'; readonly refusal: SignInRefusal }
  | { readonly outcome: 'unreachable'; readonly detail: string; readonly retryAfterMs: number | null };

/**
 * `person`: whose session it is; claims of anybody else are not taken. `at`: milliseconds. Rejects for nothing that the
 * provider does. Two at once with one token are for the caller to avoid: some providers take the second for a theft.
 */
export async function refreshClaims(
  reach: Reach,
  provider: Provider,
  refreshToken: string,
  person: PersonKey,
  at: number,
): Promise<RefreshOutcome> {
  try {
    const endpoints = endpointsOf(provider, reach.development);
    const asked = { provider, endpoints, metadata: await signInMetadata(reach, endpoints) };
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const answer = await askForTokens(reach, asked, grant);
    if (answer.kind === 'refused') return refusedBy(answer.diagnosis);
    if (answer.kind === 'unreachable') {
      return { outcome: 'unreachable', detail: answer.detail, retryAfterMs: answer.retryAfterMs };
    }
    const newest = answer.tokens.refreshToken ?? refreshToken;
    return await readNews(reach, asked, answer.tokens, newest, person, at);
  } catch (error) {
    if (!(error instanceof SignInRefusal)) throw error;
    // The discovery document could not be had.
    const { reason, detail, retryAfterMs } = error;
    return reason === 'provider_unreachable'
      ? { outcome: 'unreachable', detail: detail ?? error.message, retryAfterMs }
      : { outcome: 'appCredentials', refusal: error };
  }
}

async function readNews(
  reach: Reach,
  asked: Parameters<typeof readPerson>[1],
  { idToken, accessToken }: Tokens,
  refreshToken: string,
  expected: PersonKey,
  at: number,
): Promise<RefreshOutcome> {
  try {
    if (idToken === null) throw new SignInRefusal('no_id_token');
    const read = await readPerson(reach, asked, { idToken, accessToken }, { kind: 'renewed' }, at);
    const { payload: _, ...person } = read;
    // OpenID Connect Core 12.2: of the same issuer and subject as the first one.
    if (person.key.authority !== expected.authority || person.key.subject !== expected.subject) {
      throw new SignInRefusal('no_subject', { detail: 'The new ID token is of another person.' });
    }
    return { outcome: 'renewed', person, refreshToken };
  } catch (error) {
    if (error instanceof SignInRefusal) return { outcome: 'withoutClaims', refusal: error, refreshToken };
    throw error;
  }
}

const INTERACTION: ReadonlySet<string> = new Set([
  'interaction_required',
  'login_required',
  'consent_required',
  'account_selection_required',
]);

/** By `error` alone: Microsoft warns that its numbers change. What is neither of both is about the application. */
function refusedBy(diagnosis: Diagnosis): RefreshOutcome {
  if (diagnosis.error === 'invalid_grant') return { outcome: 'grantEnded', diagnosis };
  if (INTERACTION.has(diagnosis.error)) return { outcome: 'interactionNeeded', diagnosis };
  return { outcome: 'appCredentials', refusal: new SignInRefusal('app_credentials', { diagnosis }) };
}
