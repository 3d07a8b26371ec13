// A second look without the attributes, which have tests of their own: in a line each.

import type { Whereabouts } from '../../src/identity/directory.ts';
import type { DirectoryReader } from '../../src/reconcile/directory.ts';

function flat(found: Whereabouts): Record<string, unknown> {
  if (found.kind !== 'there') return { ...found };
  const { kind, person, assigned, groups } = found;
  return { kind, enabled: person.enabled, userName: person.userName, assigned, groups };
}

export async function lookAt(reader: DirectoryReader, ids: readonly string[], signal: AbortSignal) {
  return (await reader.lookAt(ids, signal)).map(flat);
}

export async function lookFor(reader: DirectoryReader, names: readonly string[], signal: AbortSignal) {
  return (await reader.lookFor(names, signal)).map(({ id, found }) => ({ id, found: flat(found) }));
}
