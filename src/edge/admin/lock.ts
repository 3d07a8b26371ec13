// What the configuration file declares, it owns: the API shows it and says where to change it.

import type { Settings } from '../../config.ts';
import { fold } from '../../fold.ts';
import type { Provider } from '../../identity/provider.ts';
import { Refusal } from '../../refusal.ts';

/**
 * Every key that the file owns of a declared provider: those that it wrote. What it leaves out the dashboard owns, and a
 * restart leaves it as it is (provider-block.ts, `declaredOver`).
 */
export function lockedKeys(settings: Settings, provider: Provider): readonly string[] {
  if (!provider.declared) return [];
  const name = fold(provider.name);
  const declared = settings.declared?.providers.find((each) => fold(each.name) === name);
  return declared?.declaredKeys ?? [];
}

/** 409 where the file owns one of the keys. */
export function refuseLocked(settings: Settings, provider: Provider, keys: readonly string[]): void {
  const owned = lockedKeys(settings, provider);
  const locked = keys.filter((key) => owned.includes(key));
  if (locked.length > 0) throw lockedRefusal(settings, provider, locked);
}

/** A declared provider cannot go while the file names it: the next start would make it again. */
export function refuseRemovalOfDeclared(settings: Settings, provider: Provider): void {
  if (provider.declared) throw lockedRefusal(settings, provider, ['name']);
}

type LockedKey = 'trustedNetworks' | 'sessions';

/** What the file declares, even an empty list. */
export function isLockedSetting(settings: Settings, key: LockedKey): boolean {
  return settings.declared?.[key] !== undefined;
}

export function refuseLockedSetting(settings: Settings, key: LockedKey): void {
  if (!isLockedSetting(settings, key)) return;
  const where = whereDeclared(settings);
  throw new Refusal(
    'conflict',
    `${where} declares ${key} and owns what it says: change it there and start again.`,
    {
      locked: [key],
      where,
    },
  );
}

export function refuseDeclaredKey(settings: Settings, name: string): never {
  const where = whereDeclared(settings);
  const detail = `The API key ${name} is declared in ${where}: take it out there and start again.`;
  throw new Refusal('conflict', detail, { locked: ['apiKeys'], where });
}

export function whereDeclared(settings: Settings): string {
  return settings.configPath ?? 'the configuration that the server was started with';
}

function lockedRefusal(settings: Settings, provider: Provider, locked: readonly string[]): Refusal {
  const where = whereDeclared(settings);
  const detail = `The provider ${provider.name} is declared in ${where}, which owns ${locked.join(', ')}: change it there and start again.`;
  return new Refusal('conflict', detail, { locked, where });
}
