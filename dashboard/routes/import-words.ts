// Whom an import is about, in words, and as it stands in the address.

import type { RunJson } from '../../src/edge/admin/contract.ts';

export const whom = {
  everybody: { label: 'Everybody in the scope of the provider', field: '', hint: '' },
  group: {
    label: 'Members of a group',
    field: 'Group',
    hint: 'Its exact name or its id. Members of groups inside it do not count.',
  },
  role: { label: 'Who has a role of the application', field: 'Role', hint: 'The value of the app role.' },
  department: { label: 'A department', field: 'Department', hint: 'As the directory writes it.' },
  query: { label: 'A query', field: 'Query', hint: "In the directory's own language; a $filter of Entra." },
} as const;

export type Whom = keyof typeof whom;

export function readWhom(text: string | undefined): Whom {
  return text !== undefined && Object.hasOwn(whom, text) ? (text as Whom) : 'everybody';
}

export function whomText(filter: RunJson['filter']): string {
  const entries = Object.entries(filter ?? {});
  if (entries.length === 0) return 'everybody in its scope';
  return entries.map(([name, value]) => `${name} ${value}`).join(', ');
}

/** The address of the same import, to be begun anew. */
export function againPath({ provider, filter }: Pick<RunJson, 'provider' | 'filter'>): string {
  const [first] = Object.entries(filter ?? {});
  const query = new URLSearchParams({ provider, ...(first && { by: first[0], value: first[1] }) });
  return `/governance/import?${query}`;
}
