// A provider as it is shown: everything but its secrets, with what the configuration file locks of it.

import {
  type Provider,
  type Retirement,
  type SecretName,
  sealedSecret,
  withoutSecrets,
} from '../../identity/provider.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import { whyUnreachableFor } from '../reachable.ts';
import { type ProviderJson, rfc3339 } from './contract.ts';
import { lockedKeys, whereDeclared } from './lock.ts';
import { durationText, writtenSecret } from './provider-block.ts';
import { lastVerification } from './provider-verification.ts';
import type { AdminParts } from './route.ts';
import { signInAddresses } from './sign-in-contract.ts';
import { endpointOf } from './tokens.ts';

export async function showProvider(
  parts: AdminParts,
  { provider, ruleset }: ProviderState,
): Promise<ProviderJson> {
  const { id, name, enabled, declared, scimEnabled, revision, settings, createdAt } = provider;
  const { mode, everyMs } = settings.reconcile;
  const endpoint = endpointOf(parts);
  return {
    id,
    name,
    kind: settings.kind,
    enabled,
    declared,
    locked: [...lockedKeys(parts.settings, provider)],
    declaredIn: declared ? whereDeclared(parts.settings) : null,
    scim: { enabled: scimEnabled, endpoint, unreachable: whyUnreachableFor(settings.kind, endpoint) },
    signIn: {
      ...signInAddresses(parts.publicUrl()),
      lastVerification: await lastVerification(parts.ledger, provider),
    },
    claimsSyncMode: settings.claimsSyncMode,
    roleResolutionStrategy: ruleset.strategy,
    scope: settings.scope,
    groupsMatchedBy: settings.groupsMatchedBy,
    memberReplaceIsAdd: settings.memberReplaceIsAdd,
    guard: { ...settings.guard },
    reconcile: { mode, every: durationText(everyMs) },
    connection: withoutSecrets(settings.connection),
    hasClientSecret: hasSecret(parts, provider, 'clientSecret'),
    hasDirectoryToken: hasSecret(parts, provider, 'directoryToken'),
    ruleset: ruleset.number,
    retirement: showRetirement(settings.retirement),
    revision,
    createdAt: rfc3339(createdAt),
  };
}

function showRetirement(retirement: Retirement | undefined): ProviderJson['retirement'] {
  if (!retirement) return null;
  const { of, people, done, at, actor } = retirement;
  return { of, people, state: done ? 'done' : 'underWay', at: rfc3339(at), by: actor };
}

function hasSecret({ settings }: AdminParts, provider: Provider, name: SecretName): boolean {
  if (sealedSecret(provider, name) !== null) return true;
  const block = settings.declared?.providers.find((each) => each.name === provider.name);
  return provider.declared && block !== undefined && writtenSecret(block, name) !== undefined;
}
