// Whom an import is about: what the reader could not narrow down by itself is decided here.

import { fold } from '../fold.ts';
import type { Run, StagedPerson } from '../ledger/reconciliation.ts';
import type { DirectoryKnown } from '../mapping/directory-facts.ts';

export function fitsFilter({ filter }: Run, known: DirectoryKnown, staged: StagedPerson): boolean {
  if (filter === null) return true;
  const { group, role, department } = filter;
  if (group !== undefined) {
    const id = known.groups.has(group.toLowerCase()) ? group.toLowerCase() : known.groupsByName.get(group);
    if (id === undefined || !staged.groups.includes(id)) return false;
  }
  if (role !== undefined && !staged.roles.some((each) => fold(each) === fold(role))) return false;
  const { department: theirs } = staged.person.attributes;
  return department === undefined || (typeof theirs === 'string' && fold(theirs) === fold(department));
}
