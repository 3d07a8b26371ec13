// The shapes that the admin API answers with about signing in: who a caller is, sessions, API keys, links, break-glass
// administrators. Schemas, and the types made from them; contract.ts has all others.

import { type Static, Type } from 'typebox';
import { DISCOVER_CALLBACK, FRONT_CHANNEL_LOGOUT, SIGN_IN_PATH } from '../oidc/addresses.ts';
import { choice, count, orNull, text, time } from './contract.ts';

export const ownerShape = Type.Object({
  kind: choice(['user', 'admin'], 'admin: a break-glass administrator.'),
  provider: orNull(text('Id of the provider.')),
  id: text(),
  name: text('Who is not there any more has an empty one.'),
});
export type OwnerJson = Static<typeof ownerShape>;

export const sessionShape = Type.Object({
  id: text(),
  person: ownerShape,
  createdAt: time(),
  lastSeenAt: time('Noted once a minute at most.'),
  expiresAt: time('It ends then in any case.'),
  remote: orNull(text('Address it began from.')),
  agent: orNull(text('What the browser said it is.')),
  current: Type.Boolean({ description: 'The session with which you ask.' }),
});
export type SessionJson = Static<typeof sessionShape>;

export const apiKeyShape = Type.Object({
  id: text(),
  name: text(),
  declared: Type.Boolean({ description: 'A key of the configuration file, which alone changes it.' }),
  owner: Type.Union([ownerShape, Type.Null()], { description: 'null for a declared key.' }),
  role: orNull(text('Of a declared key: whose permissions it has.')),
  permissions: Type.Array(text(), {
    description: 'What it may at most; what its owner may not, it may not either.',
  }),
  lastFour: orNull(text('Its last four characters, by which people tell keys apart.')),
  state: choice(
    ['live', 'expired', 'revoked', 'dormant'],
    'dormant: its owner may not come in at the moment.',
  ),
  createdAt: orNull(time()),
  expiresAt: orNull(time('null: never.')),
  revokedAt: orNull(time()),
  lastUsedAt: orNull(time('Noted once a minute at most.')),
  lastUsedFrom: orNull(text('Address of the last use.')),
});
export type ApiKeyJson = Static<typeof apiKeyShape>;

export const meShape = Type.Object({
  kind: choice(
    ['user', 'admin', 'key', 'local'],
    'admin: a break-glass administrator; key: a key of the configuration file; local: the shell of the operator.',
  ),
  name: text(),
  via: choice(['session', 'key', 'local']),
  person: Type.Union([ownerShape, Type.Null()]),
  role: orNull(text('Name of the role.')),
  permissions: Type.Array(text()),
  session: Type.Union([Type.Object({ id: text(), createdAt: time(), expiresAt: time() }), Type.Null()]),
  key: Type.Union([
    Type.Object({ id: text(), name: text(), expiresAt: orNull(time()), declared: Type.Boolean() }),
    Type.Null(),
  ]),
});
export type MeJson = Static<typeof meShape>;

const identity = {
  issuer: text('Entra: the tenant; elsewhere the issuer of the tokens.'),
  subject: text('Entra: the object id; elsewhere the subject of the tokens.'),
};

export const linkShape = Type.Object({
  id: text(),
  ...identity,
  by: choice(['externalId', 'userName', 'creation'], 'How it was found.'),
  since: time(),
});

export const linkRequestShape = Type.Object({
  id: text(),
  provider: text(),
  ...identity,
  person: ownerShape,
  userName: text('As the provider told it.'),
  askedAt: time(),
});

export const localAdminShape = Type.Object({
  id: text(),
  name: text(),
  createdAt: time(),
  passwordAt: time('When the password was set.'),
  lastSignInAt: orNull(time()),
  failures: count('Wrong passwords since the last right one.'),
  lockedUntil: orNull(time()),
});

export type LocalAdminJson = Static<typeof localAdminShape>;

export const setUpLinkShape = Type.Object({
  url: text('For one person, once. It is not shown again.'),
  expiresAt: time(),
});
export type SetUpLinkJson = Static<typeof setUpLinkShape>;

export const trustedNetworksShape = Type.Object({
  networks: Type.Array(Type.Object({ cidr: text(), description: text() })),
  revision: count('Also its ETag; 0 until it was first set.'),
  locked: Type.Boolean({ description: 'The configuration file declares the list, and owns it.' }),
});
export type TrustedNetworksJson = Static<typeof trustedNetworksShape>;

// --- trying providers -------------------------------------------------------------------------------------------

/** What is to be registered at a provider. `publicUrl`: without a slash at its end. */
export function signInAddresses(publicUrl: string) {
  return {
    redirectUri: publicUrl + SIGN_IN_PATH,
    discoverRedirectUri: publicUrl + DISCOVER_CALLBACK,
    frontChannelLogoutUri: publicUrl + FRONT_CHANNEL_LOGOUT,
  };
}

export const providerTrialShape = Type.Object({
  ok: Type.Boolean({ description: 'No check failed; warnings and skipped ones may be among them.' }),
  at: time(),
  checks: Type.Array(
    Type.Object({
      name: text(
        'settings, discovery, clock, issuer, keys, clientSecret, permission:<name>, assignment, redirectUri or discoverRedirectUri.',
      ),
      state: choice(
        ['ok', 'warning', 'failed', 'skipped'],
        'skipped: it does not apply, or could not be told.',
      ),
      sentence: text('What was found.'),
      advice: orNull(text('What to do; null where there is nothing to do.')),
    }),
    { description: 'In the order in which things are needed.' },
  ),
});
export type ProviderTrialJson = Static<typeof providerTrialShape>;

const endpoints = Type.Object({
  issuer: text('As the document writes it.'),
  authorizationEndpoint: text(),
  tokenEndpoint: text(),
  jwksUri: text(),
  userinfoEndpoint: orNull(text()),
  endSessionEndpoint: orNull(text()),
});

export const discoveredShape = Type.Object({
  ok: Type.Boolean(),
  endpoints: orNull(endpoints),
  sentence: text(),
  advice: orNull(text()),
  trustedNetwork: orNull(text('The network that would have to be trusted for it, such as 10.20.0.7/32.')),
});
export type DiscoveredJson = Static<typeof discoveredShape>;
