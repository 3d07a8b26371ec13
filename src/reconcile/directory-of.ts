// Which reader a provider has; or, where its kind has no directory that can be read, the sentence that says so.

import type { Provider, ProviderKind } from '../identity/provider.ts';
import type { Reach } from '../provider/reach.ts';
import { SignInRefusal } from '../provider/sign-in-refusal.ts';
import type { DirectoryReader, Reading } from './directory.ts';
import { entraDirectory } from './entra-directory.ts';
import { keycloakDirectory } from './keycloak-directory.ts';
import { oktaDirectory } from './okta-directory.ts';

type Open = (reach: Reach, provider: Provider, reading: Reading) => DirectoryReader;

/** By kind: what opens its directory, or why nothing does. */
const directoryKinds: Readonly<Partial<Record<ProviderKind, Open | string>>> = {
  entra: entraDirectory,
  okta: oktaDirectory,
  keycloak: keycloakDirectory,
  google:
    'Google Workspace has no directory API that Bifrost reads: its Directory API wants a service account with domain-wide delegation. What it says arrives at sign-in.',
  oidc: 'A generic OpenID Connect issuer has no directory API. What it says arrives by SCIM and at sign-in.',
};

const NO_SECRET = 'The provider has no client secret, without which nothing can be asked of Microsoft Graph.';

export function directoryOf(
  reach: Reach,
  provider: Provider,
  reading: Reading,
): DirectoryReader | { readonly none: string } {
  const { kind } = provider.settings;
  const open = directoryKinds[kind];
  if (typeof open === 'function') {
    return opened(() =>
      kind === 'entra' && reach.secretOf(provider) === null
        ? { none: NO_SECRET }
        : open(reach, provider, reading),
    );
  }
  return { none: open ?? `Bifrost reads no directory of the kind ${kind}.` };
}

/** A connection that lacks something says so as its sentence. */
function opened(open: () => ReturnType<typeof directoryOf>): ReturnType<typeof directoryOf> {
  try {
    return open();
  } catch (error) {
    if (error instanceof SignInRefusal) return { none: error.message };
    throw error;
  }
}
