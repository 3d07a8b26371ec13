// What the configuration file declares, it owns: the API shows it and says where to change it.

import type { Settings } from '../../config.ts';
import { fold } from '../../fold.ts';
import type { Provider } from '../../identity/provider.ts';
import { Refusal } from '../../refusal.ts';
import { mappingKeys } from './provider-block.ts';

/** Keys that belong to the dashboard where the file leaves them out; all others the file owns with the provider. */
const mayBeLeftOut: readonly string[] = [
  'scim',
  'roleResolutionStrategy',
  'claimScimAttributes',
  ...Object.values(mappingKeys),
];

const alwaysOwned = [
  'name',
  'kind',
  'enabled',
  'clientSecret',
  'claimsSyncMode',
  'scope',
  'groupsMatchedBy',
  'memberReplaceIsAdd',
  'guard',
  'reconcile',
];

/** Every key that the file owns of a declared provider, by the names that its block has. */
export function lockedKeys(settings: Settings, provider: Provider): string[] {
  if (!provider.declared) return [];
  const written = declaredKeysOf(settings, provider);
  return [
    ...alwaysOwned,
    ...Object.keys(provider.settings.connection),
    ...mayBeLeftOut.filter((key) => written.includes(key)),
  ];
}

function declaredKeysOf(settings: Settings, provider: Provider): readonly string[] {
  const name = fold(provider.name);
  return settings.declared?.providers.find((each) => fold(each.name) === name)?.declaredKeys ?? [];
}

/** 409 where the file owns one of the keys. */
export function refuseLocked(settings: Settings, provider: Provider, keys: readonly string[]): void {
  if (!provider.declared) return;
  const written = declaredKeysOf(settings, provider);
  const locked = keys.filter((key) => !mayBeLeftOut.includes(key) || written.includes(key));
  if (locked.length > 0) throw lockedRefusal(settings, provider, locked);
}

/** A declared provider cannot go while the file names it: the next start would make it again. */
export function refuseRemovalOfDeclared(settings: Settings, provider: Provider): void {
  if (provider.declared) throw lockedRefusal(settings, provider, ['name']);
}

function lockedRefusal(settings: Settings, provider: Provider, locked: readonly string[]): Refusal {
  const where = settings.configPath ?? 'the configuration that the server was started with';
  const detail = `The provider ${provider.name} is declared in ${where}, which owns ${locked.join(', ')}: change it there and start again.`;
  return new Refusal('conflict', detail, { locked, where });
}
