// A provider that exists in memory alone: what it answers is set by each test, its tokens are signed with keys of its
// own. Replaces the way out and the clock; everything between is the product's.

import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { Provider, ProviderKind } from '../../src/identity/provider.ts';
import type { OutboundAnswer, OutboundRequest } from '../../src/outbound.ts';
import { OutboundFailure } from '../../src/outbound-failure.ts';
import { type Reach, reach } from '../../src/provider/reach.ts';

export const TENANT = '0b2d6a0e-31f4-4c5a-9c57-6a1a6a3c8e11';
export const OTHER_TENANT = '7c9e1d2f-5b3a-4e8c-a1d6-3f2b4c5d6e70';
export const OID = '5d3c9a1b-7e2f-4b6d-8a90-1c2d3e4f5a6b';
export const CLIENT = '5a2f8c7d-8f65-4a0b-8a53-0f4c3b1d2e3f';
export const LOGIN = 'https://login.microsoftonline.com';
export const GRAPH = 'https://graph.microsoft.com/v1.0';
export const SECRET = 'the secret of the application';
export const REDIRECT = 'https://bifrost.example/login';
/** A whole second, as tokens count. */
export const START = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** A text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface Call extends OutboundRequest {
  readonly url: string;
  /** Of a form. */
  readonly form: Record<string, string>;
}

type Answering = (call: Call) => Answer | OutboundFailure | Promise<Answer | OutboundFailure>;

export interface World {
  readonly reach: Reach;
  readonly calls: Call[];
  /** Milliseconds that were waited for, in order. */
  readonly waits: number[];
  /** The longest of the beginnings that fit decides. */
  on(beginning: string, answering: Answering | Answer | OutboundFailure): void;
  /** How often something there was asked for. */
  asked(beginning: string): number;
  now(): number;
  pass(ms: number): void;
}

export function world(options: { development?: boolean; secret?: string | null } = {}): World {
  const routes = new Map<string, Answering>();
  const calls: Call[] = [];
  const waits: number[] = [];
  let now = START;
  const answer = async (url: string, request: OutboundRequest = {}): Promise<OutboundAnswer> => {
    const form = Object.fromEntries(new URLSearchParams(request.body ?? ''));
    const call = { ...request, url, form };
    calls.push(call);
    const fitting = [...routes.keys()].filter((each) => url.startsWith(each));
    const answering = routes.get(fitting.sort((a, b) => b.length - a.length)[0] ?? '');
    if (!answering) throw away('dns');
    const said = await answering(call);
    if (said instanceof OutboundFailure) throw said;
    const { status = 200, headers = {}, body = {} } = said;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return { url, status, headers, body: text, isCut: false };
  };
  return {
    calls,
    waits,
    reach: reach({
      outbound: { fetch: answer },
      clock: { now: () => now },
      development: options.development ?? false,
      secretOf: () => (options.secret === undefined ? SECRET : options.secret),
      random: () => 0.5,
      wait: async (ms) => {
        waits.push(ms);
        now += ms;
      },
    }),
    on: (beginning, answering) =>
      routes.set(beginning, typeof answering === 'function' ? answering : () => answering),
    asked: (beginning) => calls.filter(({ url }) => url.startsWith(beginning)).length,
    now: () => now,
    pass: (ms) => {
      now += ms;
    },
  };
}

export function away(kind: OutboundFailure['kind'] = 'connect'): OutboundFailure {
  const facts = { kind, host: 'login.example', addresses: [], advice: 'Check the network.' };
  return new OutboundFailure('No connection to login.example.', facts);
}

/** A provider of that kind, with the connection that a test is about. */
export function providerOf(kind: ProviderKind, connection: Record<string, unknown>, id = 'p'): Provider {
  return {
    id,
    name: id,
    enabled: true,
    scimEnabled: false,
    declared: false,
    revision: 1,
    createdAt: START,
    settings: {
      kind,
      claimsSyncMode: 'both',
      scope: 'assigned',
      groupsMatchedBy: 'displayName',
      memberReplaceIsAdd: false,
      guard: { percent: 20, count: 500 },
      reconcile: { mode: 'heal', everyMs: 86_400_000 },
      connection: { clientId: CLIENT, audience: '', ...connection },
    },
  };
}

export const entra = providerOf('entra', { tenantId: TENANT, cloud: 'commercial', appIdUri: '' }, 'entra');

// --- tokens -----------------------------------------------------------------------------------------------------

export interface Signer {
  readonly kid: string;
  readonly alg: string;
  readonly jwk: JWK;
  /** A token that is good but for what the test says. `undefined` takes a claim away. */
  token(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

export async function signer(kid: string, alg = 'RS256'): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig' };
  return {
    kid,
    alg,
    jwk,
    token: (claims, header = {}) =>
      new SignJWT(JSON.parse(JSON.stringify(claims)) as JWTPayload)
        .setProtectedHeader({ alg, kid, typ: 'JWT', ...header })
        .sign(privateKey),
  };
}

const seconds = (ms: number) => Math.floor(ms / 1000);

/** What Entra's version 2.0 ID token holds for this application. */
export function entraClaims(nonce: string, changed: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    aud: CLIENT,
    iss: `${LOGIN}/${TENANT}/v2.0`,
    iat: seconds(START),
    nbf: seconds(START),
    exp: seconds(START + 65 * MINUTE),
    sub: 'pairwise-subject',
    oid: OID,
    tid: TENANT,
    ver: '2.0',
    nonce,
    aio: 'opaque',
    rh: 'opaque',
    uti: 'opaque',
    name: 'Ada Lovelace',
    email: 'ada@elsewhere.example',
    preferred_username: 'ada@contoso.example',
    roles: ['admin'],
    ...changed,
  };
}

export function discoveryOf(base: string, issuer: string, more: Record<string, unknown> = {}) {
  return {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    jwks_uri: `${base}/keys`,
    end_session_endpoint: `${base}/logout`,
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    ...more,
  };
}

export const V2 = `${LOGIN}/${TENANT}/v2.0`;
export const V1 = `${LOGIN}/${TENANT}`;

/** Entra with one tenant: documents of both versions and their keys. Tokens and Graph are for the test. */
export function serveEntra(to: World, keys: readonly Signer[]): void {
  to.on(`${V2}/.well-known/openid-configuration`, { body: discoveryOf(V2, `${LOGIN}/${TENANT}/v2.0`) });
  to.on(`${V1}/.well-known/openid-configuration`, {
    body: discoveryOf(`${V1}/v1`, `https://sts.windows.net/${TENANT}/`),
  });
  const set = { keys: keys.map(({ jwk }) => jwk) };
  to.on(`${V2}/keys`, {
    body: { keys: set.keys.map((key) => ({ ...key, issuer: `${LOGIN}/{tenantid}/v2.0` })) },
  });
  to.on(`${V1}/v1/keys`, { body: set });
}
