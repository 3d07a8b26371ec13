// The catalogue of ID tokens that nobody may accept: each is a right one with one thing wrong, and the table is the whole
// of it, so that a test of any client can walk through it.

import type { SigningKey } from './signing-keys.ts';
import type { TokenDraft } from './token-draft.ts';

/** What an attack needs beside the right token. */
export interface Surroundings {
  readonly clientSecret: string;
  readonly signingKey: SigningKey;
  /** Not published anywhere. */
  readonly forgerKey: SigningKey;
  readonly issuerUrl: string;
  /** Another tenant of the same service, with a person of its own and the same keys. */
  readonly attacker: { readonly tenantId: string; readonly userId: string };
  /** Mail address of the person who signs in. */
  readonly victimEmail: string;
  /** A name that no key has. */
  readonly unknownKid: string;
}

interface WrongToken {
  readonly says: string;
  readonly spoil: (draft: TokenDraft, around: Surroundings) => TokenDraft;
}

/** Beyond any clock skew that a client may forgive. */
const FAR_SECONDS = 3_600;

function claim(name: string, value: unknown): WrongToken['spoil'] {
  return (draft) => ({ ...draft, claims: { ...draft.claims, [name]: value } });
}

function shifted(...names: readonly string[]): WrongToken['spoil'] {
  return (draft) => {
    const later = Object.fromEntries(names.map((name) => [name, Number(draft.claims[name]) + FAR_SECONDS]));
    return { ...draft, claims: { ...draft.claims, ...later } };
  };
}

function without(name: string): WrongToken['spoil'] {
  return (draft) => {
    const { [name]: _, ...claims } = draft.claims;
    return { ...draft, claims };
  };
}

function hmac(secretOf: (around: Surroundings) => string): WrongToken['spoil'] {
  return (draft, around) => ({
    ...draft,
    header: { ...draft.header, alg: 'HS256' },
    signer: { by: 'secret', secret: secretOf(around) },
  });
}

const ANOTHER_GUID = '11111111-2222-4333-8444-555555555555';

export const WRONG_TOKENS = {
  'wrong-aud': { says: 'meant for another application', spoil: claim('aud', ANOTHER_GUID) },
  'wrong-iss': {
    says: 'issued by somebody else',
    spoil: (draft, around) =>
      claim('iss', `${around.issuerUrl}/${around.attacker.tenantId}/v2.0`)(draft, around),
  },
  'wrong-tid': { says: 'the tenant disagrees with the issuer', spoil: claim('tid', ANOTHER_GUID) },
  'wrong-nonce': { says: 'the nonce of another sign-in', spoil: claim('nonce', 'of-another-sign-in') },
  'missing-nonce': { says: 'no nonce', spoil: without('nonce') },
  'alg-none': {
    says: 'not signed, and says so',
    spoil: ({ header: { kid: _, ...header }, claims }) => ({
      header: { ...header, alg: 'none' },
      claims,
      signer: { by: 'nobody' },
    }),
  },
  'hs256-secret': {
    says: 'an HMAC with the client secret',
    spoil: hmac(({ clientSecret }) => clientSecret),
  },
  'hs256-public-key': {
    says: 'an HMAC with the public key for its secret',
    spoil: hmac(({ signingKey }) => signingKey.publicPem),
  },
  expired: {
    says: 'expired an hour ago',
    spoil: (draft) => {
      const exp = Number(draft.claims.iat) - FAR_SECONDS;
      return { ...draft, claims: { ...draft.claims, iat: exp - FAR_SECONDS, nbf: exp - FAR_SECONDS, exp } };
    },
  },
  'nbf-in-future': { says: 'valid from an hour from now', spoil: shifted('nbf', 'exp') },
  'iat-in-future': { says: 'issued an hour from now', spoil: shifted('iat', 'exp') },
  'unknown-kid': {
    says: 'signed by a key that is not published',
    spoil: (draft, around) => ({
      ...draft,
      header: { ...draft.header, kid: around.unknownKid },
      signer: { by: 'key', key: around.forgerKey.privateKey },
    }),
  },
  'signature-of-another-key': {
    says: 'names a published key, signed by another',
    spoil: (draft, around) => ({ ...draft, signer: { by: 'key', key: around.forgerKey.privateKey } }),
  },
  'missing-oid': { says: 'does not say which object of the directory', spoil: without('oid') },
  'missing-sub': { says: 'no subject', spoil: without('sub') },
  'attacker-tenant': {
    says: "of another tenant, rightly signed, with the victim's mail address (nOAuth)",
    spoil: (draft, { attacker, issuerUrl, victimEmail }) => ({
      ...draft,
      claims: {
        ...draft.claims,
        iss: `${issuerUrl}/${attacker.tenantId}/v2.0`,
        tid: attacker.tenantId,
        oid: attacker.userId,
        sub: `attacker-${attacker.userId}`,
        email: victimEmail,
        xms_edov: false,
      },
    }),
  },
  'version-one': {
    says: 'in the shape of v1.0, where v2.0 was asked for',
    spoil: (draft, around) => ({
      ...draft,
      claims: { ...draft.claims, iss: `${around.issuerUrl}/${draft.claims.tid}/`, ver: '1.0' },
    }),
  },
} as const satisfies Record<string, WrongToken>;

export type WrongTokenName = keyof typeof WRONG_TOKENS;

export function isWrongTokenName(name: unknown): name is WrongTokenName {
  return typeof name === 'string' && Object.hasOwn(WRONG_TOKENS, name);
}
