// Which role somebody has of whom several rules say one, in the words of every page.

import type { MappingsJson } from '../../src/edge/admin/contract.ts';

export const roleStrategies = {
  'most-permissions': {
    label: 'Most permissions',
    about:
      'Of several matching rules the one whose role has the most permissions wins; of equals, the first.',
  },
  'first-match': { label: 'First match', about: 'Of several matching rules the first one wins.' },
} as const satisfies Record<MappingsJson['roleResolutionStrategy'], { label: string; about: string }>;
