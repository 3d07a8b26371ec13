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

export function directoryOf(
  reach: Reach,
  provider: Provider,
  reading: Reading,
): DirectoryReader | { readonly none: string } {
  const open = directoryKinds[provider.settings.kind];
  if (typeof open === 'function') return opened(() => open(reach, provider, reading));
  return { none: open ?? `Bifrost reads no directory of the kind ${provider.settings.kind}.` };
}

/** A connection that lacks something says so as its sentence. */
function opened(open: () => DirectoryReader): DirectoryReader | { readonly none: string } {
  try {
    return open();
  } catch (error) {
    if (error instanceof SignInRefusal) return { none: error.message };
    throw error;
  }
}
