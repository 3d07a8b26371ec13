// A provider as it stands in its form, and which of its keys a change names: those that differ, and no others.

import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { blockOf, type Values, valuesOf } from './provider-fields.tsx';
import { type Kind, kinds } from './provider-kinds.ts';

export interface Draft {
  name: string;
  scim: boolean;
  claimsSyncMode: ProviderJson['claimsSyncMode'];
  scope: ProviderJson['scope'];
  groupsMatchedBy: ProviderJson['groupsMatchedBy'];
  memberReplaceIsAdd: boolean;
  reconcileMode: ProviderJson['reconcile']['mode'];
  reconcileEvery: string;
  guardPercent: number;
  guardCount: number;
  values: Values;
}

export function draftOf(provider: ProviderJson): Draft {
  const { name, scim, claimsSyncMode, scope, groupsMatchedBy, memberReplaceIsAdd, reconcile, guard } =
    provider;
  return {
    name,
    scim: scim.enabled,
    claimsSyncMode,
    scope,
    groupsMatchedBy,
    memberReplaceIsAdd,
    reconcileMode: reconcile.mode,
    reconcileEvery: reconcile.every,
    guardPercent: guard.percent,
    guardCount: guard.count,
    values: shownValues(provider),
  };
}

/** A list that says no more than the default is left out, so that it follows the tenant. */
function shownValues({ kind, connection }: ProviderJson): Values {
  const { allowedTenants, ...others } = connection;
  const isDefault = Array.isArray(allowedTenants) && allowedTenants.join() === String(connection.tenantId);
  return valuesOf(kind, isDefault ? others : connection);
}

/** By the names of the form; what is secret has no words. */
export function wordsOf(kind: Kind, draft: Draft): Record<string, string> {
  const { values } = draft;
  const fields = kinds[kind].fields.filter(({ isSecret }) => !isSecret);
  return {
    Name: draft.name,
    'Enable SCIM Provisioning': draft.scim ? 'on' : 'off',
    'Who may create and change people': draft.claimsSyncMode,
    Scope: draft.scope,
    'Groups are told apart by': draft.groupsMatchedBy,
    'Read a replace of members as an addition': draft.memberReplaceIsAdd ? 'yes' : 'no',
    'Differences from the directory': draft.reconcileMode,
    'Compared every': draft.reconcileEvery,
    'Guard: percent of active users': `${draft.guardPercent} %`,
    'Guard: users': `${draft.guardCount}`,
    ...Object.fromEntries(fields.map(({ key, label }) => [label, values[key] ?? ''])),
  };
}

export function storedSecrets({ hasClientSecret, hasDirectoryToken }: ProviderJson): string[] {
  return [...(hasClientSecret ? ['clientSecret'] : []), ...(hasDirectoryToken ? ['directoryToken'] : [])];
}

export function changesOf(provider: ProviderJson, draft: Draft): Record<string, unknown> {
  const before = draftOf(provider);
  const changed = <Key extends keyof Draft>(key: Key) => before[key] !== draft[key];
  const reconcile = {
    ...(changed('reconcileMode') && { mode: draft.reconcileMode }),
    ...(changed('reconcileEvery') && { every: draft.reconcileEvery.trim() }),
  };
  const guard = {
    ...(changed('guardPercent') && { percent: draft.guardPercent }),
    ...(changed('guardCount') && { count: draft.guardCount }),
  };
  const plain = ['name', 'claimsSyncMode', 'scope', 'groupsMatchedBy', 'memberReplaceIsAdd'] as const;
  return {
    ...Object.fromEntries(plain.filter(changed).map((key) => [key, draft[key]])),
    ...(changed('scim') && { scim: { enabled: draft.scim } }),
    ...(Object.keys(reconcile).length > 0 && { reconcile }),
    ...(Object.keys(guard).length > 0 && { guard }),
    ...connectionChanges(provider, before.values, draft.values),
  };
}

/** What was emptied goes back to its default; a secret that was left empty stays. */
function connectionChanges({ kind }: ProviderJson, before: Values, after: Values): Record<string, unknown> {
  const written = blockOf(kind, after);
  const entries = kinds[kind].fields.flatMap(({ key, isSecret }) => {
    if ((before[key] ?? '') === (after[key] ?? '')) return [];
    if (isSecret && written[key] === undefined) return [];
    return [[key, written[key] ?? null] as const];
  });
  return Object.fromEntries(entries);
}
