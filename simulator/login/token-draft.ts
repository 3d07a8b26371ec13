// A token before it is signed, as data that can still be spoiled, and the signing of it.

import { CompactSign, type CryptoKey } from 'jose';
import type { LoginState } from './login-state.ts';
import type { SigningKey } from './signing-keys.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface TokenDraft {
  readonly header: Readonly<Record<string, string>>;
  readonly claims: Claims;
  /** Nobody's signature is the empty one. */
  readonly signer:
    | { readonly by: 'key'; readonly key: CryptoKey }
    | { readonly by: 'secret'; readonly secret: string }
    | { readonly by: 'nobody' };
}

export function draftOf(key: SigningKey, claims: Claims, version: 1 | 2): TokenDraft {
  const header = { typ: 'JWT', alg: 'RS256', ...(version === 1 ? { x5t: key.kid } : {}), kid: key.kid };
  return { header, claims, signer: { by: 'key', key: key.privateKey } };
}

export async function signDraft({ header, claims, signer }: TokenDraft): Promise<string> {
  const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  if (signer.by === 'nobody') return `${encoded(header)}.${encoded(claims)}.`;
  const key = signer.by === 'key' ? signer.key : new TextEncoder().encode(signer.secret);
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ ...header, alg: header.alg ?? 'RS256' })
    .sign(key);
}

export function signingKeyOf(state: LoginState, clientId: string): SigningKey | Promise<SigningKey> {
  return state.apps.get(clientId)?.hasOwnSigningKey ? state.keys.ofApp(clientId) : state.keys.current();
}

/** The times that every token carries, in seconds. */
export function times(state: LoginState, lifeMs: number): { iat: number; nbf: number; exp: number } {
  const iat = Math.floor(state.clock.now() / 1000);
  return { iat, nbf: iat, exp: iat + Math.max(1, Math.floor(lifeMs / 1000)) };
}
