// A bare OpenID client for the tests of the simulated sign-in: it sends what it is told, follows nothing by itself, and
// shows what came back.

import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach } from 'vitest';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import type { LoginOptions } from '../../simulator/login/login-setup.ts';

export const REDIRECT_URI = 'http://127.0.0.1:8080/login';
export const VERIFIER = 'a-verifier-that-is-long-enough-for-everybody-0123';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

export type Fields = Readonly<Record<string, string | null>>;

/** Whatever came back, with its parts already read. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parameters of the redirect, from the query or the fragment. */
  readonly back: URLSearchParams;
  readonly cookie: string | null;
}

export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A simulator for each test, closed after it. */
export function loginFixture(options: LoginOptions = {}): () => LoginSimulator {
  let login: LoginSimulator;
  beforeEach(async () => {
    login = await startLogin(options);
  });
  afterEach(() => login.close());
  return () => login;
}

/** A parameter that is null is left out. */
export function filled(defaults: Fields, changes: Fields): URLSearchParams {
  const all = Object.entries({ ...defaults, ...changes });
  return new URLSearchParams(all.filter((pair): pair is [string, string] => pair[1] !== null));
}

export function authorizeUrl(login: LoginSimulator, changes: Fields = {}, segment = login.tenantId): string {
  const query = filled(
    {
      client_id: login.clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile email offline_access',
      state: 'the-state',
      nonce: 'the-nonce',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    },
    changes,
  );
  return `${login.url}/${segment}/oauth2/v2.0/authorize?${query}`;
}

export async function visit(url: string, cookie: string | null = null): Promise<Seen> {
  const headers: Record<string, string> = cookie === null ? {} : { cookie };
  const response = await fetch(url, { redirect: 'manual', headers });
  const location = response.headers.get('location');
  const target = location === null ? null : new URL(location);
  const back = new URLSearchParams(target?.hash ? target.hash.slice(1) : (target?.search ?? ''));
  const set = response.headers.get('set-cookie');
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    back,
    cookie: set?.split(';')[0] ?? null,
  };
}

/** The first person of the directory, unless another is named. */
export function somebody(login: LoginSimulator): string {
  return login.tenant().users.keys().next().value!;
}

export async function signIn(login: LoginSimulator, changes: Fields = {}, segment?: string): Promise<Seen> {
  return visit(authorizeUrl(login, { sim_user: somebody(login), ...changes }, segment));
}

export async function postToken(
  login: LoginSimulator,
  fields: Fields,
  segment = login.tenantId,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const body = filled({ client_id: login.clientId, client_secret: login.clientSecret }, fields);
  const response = await fetch(`${login.url}/${segment}/oauth2/v2.0/token`, {
    method: 'POST',
    body,
    headers,
  });
  const answer = (await response.json()) as TokenAnswer['body'];
  return { status: response.status, headers: response.headers, body: answer };
}

export function redeem(
  login: LoginSimulator,
  code: string | null,
  changes: Fields = {},
  segment?: string,
): Promise<TokenAnswer> {
  const fields = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    ...changes,
  };
  return postToken(login, fields, segment);
}

export function refresh(login: LoginSimulator, token: unknown, changes: Fields = {}): Promise<TokenAnswer> {
  return postToken(login, { grant_type: 'refresh_token', refresh_token: String(token), ...changes });
}

/** The JSON of an address. */
export async function fetchJson(url: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  return (await (await fetch(url, init)).json()) as Record<string, unknown>;
}

/** Sign-in and redemption in one. */
export async function tokensFor(login: LoginSimulator, changes: Fields = {}): Promise<TokenAnswer> {
  const seen = await signIn(login, changes);
  return redeem(login, seen.back.get('code'));
}

export async function idTokenFor(login: LoginSimulator, changes: Fields = {}): Promise<string> {
  return String((await tokensFor(login, changes)).body.id_token);
}

export async function claimsFor(
  login: LoginSimulator,
  changes: Fields = {},
): Promise<Record<string, unknown>> {
  return decodeJwt(await idTokenFor(login, changes));
}
