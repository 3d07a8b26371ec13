// The resources and operations that applications declare: in the configuration file, which owns those that it has, and here.

import type { DeclaredResource } from '../../config.ts';
import { fold } from '../../fold.ts';
import type { Parts } from '../parts.ts';
import { allPermissions, type CataloguedPermission } from './permissions.ts';

export const PERMISSIONS_SETTING = 'permissions';

type Kept = Pick<Parts, 'ledger' | 'settings'>;

export interface KeptResources {
  /** Of people, also those that the file has taken over. */
  resources: readonly DeclaredResource[];
  /** 0 until the first was declared. */
  revision: number;
}

export async function readKept({ ledger }: Pick<Parts, 'ledger'>): Promise<KeptResources> {
  const stored = await ledger.ownSettings.read(PERMISSIONS_SETTING);
  return { resources: (stored?.value ?? []) as DeclaredResource[], revision: stored?.revision ?? 0 };
}

export function ofFile({ settings }: Pick<Parts, 'settings'>): readonly DeclaredResource[] {
  return settings.declared?.permissions ?? [];
}

/** Without those that the file has by the same name. */
export function ofPeople(parts: Kept, { resources }: KeptResources): readonly DeclaredResource[] {
  const names = new Set(ofFile(parts).map(({ resource }) => fold(resource)));
  return resources.filter(({ resource }) => !names.has(fold(resource)));
}

/** Everything that a role can hold at this moment. */
export async function catalogue(parts: Kept): Promise<CataloguedPermission[]> {
  return allPermissions(ofFile(parts), ofPeople(parts, await readKept(parts)));
}
