// Whether a provider would work: every step of signing in and of asking Graph, tried one by one without a person, each
// with what to do where it fails. What of it is about Graph: graph-checks.ts.

import type { Provider } from '../identity/provider.ts';
import type { OutboundAnswer } from '../outbound.ts';
import { OutboundFailure } from '../outbound-failure.ts';
import { readDiagnosis } from './aadsts.ts';
import { type Check, type CheckName, failed, ok, refusedCheck, skipped, warning } from './check.ts';
import { discoveryUrlOf, type Endpoints, endpointsOf, entraDiscoveryUrl } from './endpoints.ts';
import { graphChecks } from './graph-checks.ts';
import { checkIssuer, type Metadata, readMetadata, signInMetadata } from './metadata.ts';
import { boundedReach, type Reach } from './reach.ts';
import { authorizationUrl } from './sign-in.ts';
import { SignInRefusal } from './sign-in-refusal.ts';
import { fetchKeys } from './signing-keys.ts';
import { askForTokens, type TokenAnswer } from './token-endpoint.ts';

export interface Verification {
  /** Ours, as it is to be registered at the provider. */
  readonly redirectUri: string;
  /** Ours too, for Discover Claims alone: nobody needs it for signing in. */
  readonly discoverRedirectUri?: string;
}

/** Somebody waits: discovery, then the longest of what is tried beside each other (token, then Graph). */
const BOUNDS = { stepMs: 5_000, totalMs: 14_000 };

/**
 * The provider need not be stored. In the order in which things are needed; a check that waits for a failed one is
 * `skipped`. Rejects for nothing that the provider does. Takes 15 seconds at most.
 */
export async function verifyProvider(
  reach: Reach,
  provider: Provider,
  addresses: Verification,
): Promise<Check[]> {
  let endpoints: Endpoints;
  try {
    endpoints = endpointsOf(provider, reach.development);
  } catch (error) {
    return [refusedCheck('settings', refusalIn(error))];
  }
  const bounded = boundedReach(reach, BOUNDS);
  const found = await discoveryChecks(bounded, endpoints);
  const { metadata } = found;
  if (metadata === null) return [...found.checks, ...waiting(endpoints)];
  forgetWhatWasKept(reach, endpoints, metadata);
  const [keys, application, redirects] = await Promise.all([
    keysCheck(bounded, metadata),
    endpoints.kind === 'entra'
      ? graphChecks(bounded, provider, endpoints)
      : secretCheck(bounded, provider, endpoints, metadata).then((check) => [check]),
    redirectChecks(bounded, endpoints, metadata, addresses),
  ]);
  return [...found.checks, keys, ...application, ...redirects];
}

/** Sign-ins use what is there now, not what was kept before the settings, or the permissions, were mended. */
function forgetWhatWasKept({ memory }: Reach, endpoints: Endpoints, { jwksUri }: Metadata): void {
  memory.metadata.delete(discoveryAddress(endpoints));
  memory.keySets.delete(jwksUri);
  memory.appTokens.clear();
}

function waiting({ kind }: Endpoints): Check[] {
  const names: CheckName[] = ['keys', 'clientSecret', 'redirectUri'];
  if (kind === 'entra') names.push('assignment');
  return names.map((name) => skipped(name, 'Not tried: the discovery document is needed first.'));
}

// --- discovery --------------------------------------------------------------------------------------------------

async function discoveryChecks(
  reach: Reach,
  endpoints: Endpoints,
): Promise<{ checks: Check[]; metadata: Metadata | null }> {
  const url = discoveryAddress(endpoints);
  const checks: Check[] = [];
  try {
    if (isNamedWhole(endpoints)) {
      const sentence = 'Not needed: the settings name every address.';
      return { checks: [skipped('discovery', sentence)], metadata: await signInMetadata(reach, endpoints) };
    }
    const before = reach.clock.now();
    const answer = await reach.outbound.fetch(url, { headers: { accept: 'application/json' } });
    const metadata = readMetadata(parsed(answer), url);
    checks.push(ok('discovery', `${url} was read.`), clockCheck(answer, (before + reach.clock.now()) / 2));
    try {
      checkIssuer(endpoints, metadata);
    } catch (error) {
      return { checks: [...checks, refusedCheck('issuer', refusalIn(error))], metadata: null };
    }
    checks.push(ok('issuer', `The issuer is ${metadata.issuer}.`));
    return { checks, metadata: { ...metadata, ...('overrides' in endpoints && endpoints.overrides) } };
  } catch (error) {
    return { checks: [...checks, refusedCheck('discovery', refusalIn(error))], metadata: null };
  }
}

function discoveryAddress(endpoints: Endpoints): string {
  return endpoints.kind === 'entra'
    ? entraDiscoveryUrl(endpoints, endpoints.signInTenant, '2.0')
    : endpoints.discoveryUrl;
}

function isNamedWhole(endpoints: Endpoints): boolean {
  if (endpoints.kind === 'entra') return false;
  const { authorizationEndpoint, tokenEndpoint, jwksUri } = endpoints.overrides;
  return Boolean(authorizationEndpoint && tokenEndpoint && jwksUri);
}

function parsed({ url, status, body }: OutboundAnswer): unknown {
  // Entra answers 400 for a tenant that it does not have, and says so.
  const diagnosis = status === 200 ? null : readDiagnosis(jsonOrNothing(body));
  if (diagnosis?.code) throw new SignInRefusal('bad_metadata', { diagnosis });
  if (status !== 200)
    throw new SignInRefusal('provider_unreachable', { detail: `${url} answered ${status}.` });
  return jsonOrNothing(body);
}

function jsonOrNothing(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const FAR_MS = 5 * 60_000;
const NOTICEABLE_MS = 60_000;

/** `at`: our time in the middle of the request. */
function clockCheck({ headers }: OutboundAnswer, at: number): Check {
  const theirs = Date.parse(headers.date ?? '');
  if (Number.isNaN(theirs)) return skipped('clock', 'The provider does not say what time it has.');
  const seconds = Math.round((at - theirs) / 1000);
  const sentence = `The clock of this server is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead'}.`;
  const advice = 'Let this server keep time by NTP: with more than 5 minutes nobody can sign in.';
  const apart = Math.abs(at - theirs);
  if (apart > FAR_MS) return failed('clock', sentence, advice);
  return apart > NOTICEABLE_MS ? warning('clock', sentence, advice) : ok('clock', sentence);
}

async function keysCheck(reach: Reach, { jwksUri }: Metadata): Promise<Check> {
  try {
    const keys = await fetchKeys(reach, jwksUri);
    if (keys.length > 0)
      return ok('keys', `${keys.length} signing ${keys.length === 1 ? 'key' : 'keys'} at ${jwksUri}.`);
    return failed('keys', `${jwksUri} has no key for signatures.`, 'Check what answers there.');
  } catch (error) {
    return refusedCheck('keys', refusalIn(error));
  }
}

// --- the application --------------------------------------------------------------------------------------------

/** A code that cannot exist: whoever complains about the code has accepted the client. */
async function secretCheck(
  reach: Reach,
  provider: Provider,
  endpoints: Endpoints,
  metadata: Metadata,
): Promise<Check> {
  const name = 'clientSecret';
  const grant = {
    grant_type: 'authorization_code',
    code: 'bifrost-verification',
    redirect_uri: 'https://bifrost.invalid/verification',
    code_verifier: 'bifrost-verification-bifrost-verification-0',
  };
  let answer: TokenAnswer;
  try {
    answer = await askForTokens(reach, { provider, endpoints, metadata }, grant);
  } catch (error) {
    // A stored secret that no key of this server opens.
    return refusedCheck(name, refusalIn(error));
  }
  if (answer.kind === 'unreachable') {
    return refusedCheck(name, new SignInRefusal('provider_unreachable', { detail: answer.detail }));
  }
  const { error } = answer.kind === 'refused' ? answer.diagnosis : { error: 'nothing' };
  if (error === 'invalid_grant') return ok(name, 'The provider accepted client id and client secret.');
  if (error === 'invalid_client' && answer.kind === 'refused') {
    return refusedCheck(name, new SignInRefusal('app_credentials', answer));
  }
  const advice = 'Check that the application may use the authorization code flow.';
  return warning(name, `Could not be told: the provider answered ${error}.`, advice);
}

const PAGE_BYTES = 4 * 1024 * 1024;

async function redirectChecks(
  reach: Reach,
  endpoints: Endpoints,
  metadata: Metadata,
  { redirectUri, discoverRedirectUri }: Verification,
): Promise<Check[]> {
  const check = (name: CheckName, uri: string) => redirectCheck(reach, endpoints, metadata, name, uri);
  const asked = [check('redirectUri', redirectUri)];
  if (discoverRedirectUri !== undefined) {
    const needless = check('discoverRedirectUri', discoverRedirectUri);
    asked.push(needless.then((each) => (each.state === 'failed' ? { ...each, state: 'warning' } : each)));
  }
  return Promise.all(asked);
}

/** A silent attempt: the provider sends us back to the address if it knows it, and shows a page if it does not. */
async function redirectCheck(
  reach: Reach,
  endpoints: Endpoints,
  metadata: Metadata,
  name: CheckName,
  redirectUri: string,
): Promise<Check> {
  const nobody = { provider: '', returnTo: null, purpose: 'sign-in', startedAt: 0 } as const;
  const secrets = { state: 'verification', nonce: 'verification', codeVerifier: 'verification' };
  const url = authorizationUrl(
    endpoints,
    metadata,
    { ...nobody, ...secrets, redirectUri },
    { prompt: 'none' },
  );
  try {
    const answer = await reach.outbound.fetch(url, { redirects: 'answer', maxBytes: PAGE_BYTES });
    const { location } = answer.headers;
    if (location && leadsTo(location, redirectUri)) return ok(name, `${redirectUri} is registered.`);
    const code = /AADSTS\d{4,9}/.exec(answer.body)?.[0];
    if (code) {
      const diagnosis = readDiagnosis({ error: 'invalid_request', error_description: code });
      return refusedCheck(name, new SignInRefusal('bad_settings', { diagnosis }));
    }
    const advice = `Register ${redirectUri} exactly, if that is not done yet.`;
    if (answer.status >= 400) {
      return warning(name, `The provider answered ${answer.status} to a silent sign-in.`, advice);
    }
    return skipped(name, `Could not be told: the provider showed a page. ${advice}`);
  } catch (error) {
    return refusedCheck(name, refusalIn(error));
  }
}

function leadsTo(location: string, redirectUri: string): boolean {
  if (!URL.canParse(location)) return false;
  const [found, wanted] = [new URL(location), new URL(redirectUri)];
  return found.origin === wanted.origin && found.pathname === wanted.pathname;
}

function refusalIn(error: unknown): SignInRefusal {
  if (error instanceof SignInRefusal) return error;
  if (!(error instanceof OutboundFailure)) throw error;
  return new SignInRefusal('provider_unreachable', { detail: error.message, advice: error.advice });
}

// --- for whoever sets a provider up -----------------------------------------------------------------------------

export type Discovered =
  | { readonly ok: true; readonly metadata: Metadata; readonly isIssuerAsAsked: boolean }
  | {
      readonly ok: false;
      readonly sentence: string;
      readonly advice: string;
      /** Listed as a trusted network, this would let the request through. */
      readonly network: string | null;
    };

/** What an issuer says of itself, before any provider is stored. Nothing is kept. */
export async function discoverEndpoints(reach: Reach, issuer: string): Promise<Discovered> {
  const url = discoveryUrlOf(issuer);
  try {
    const { outbound } = boundedReach(reach, BOUNDS);
    const answer = await outbound.fetch(url, { headers: { accept: 'application/json' } });
    const metadata = readMetadata(parsed(answer), url);
    const isIssuerAsAsked = metadata.issuer.replace(/\/+$/, '') === issuer.replace(/\/+$/, '');
    return { ok: true, metadata, isIssuerAsAsked };
  } catch (error) {
    const { sentence, advice } = refusedCheck('discovery', refusalIn(error));
    const network = error instanceof OutboundFailure ? error.network : null;
    return { ok: false, sentence, advice: advice ?? '', network };
  }
}
