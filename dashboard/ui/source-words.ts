// Where what is known of people comes from, in the words of every page.

import type { SeenAttributesJson } from '../../src/edge/admin/contract.ts';

type Source = SeenAttributesJson['items'][number]['sources'][number];

export const sourceWords = {
  scim: 'SCIM',
  claims: 'Claims',
  directory: 'Directory',
} as const satisfies Record<Source, string>;
