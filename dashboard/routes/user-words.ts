// Where users came from and why they are suspended, in words.

import type { UserJson } from '../../src/edge/admin/contract.ts';
import type { Tone } from '../ui/badges.tsx';

export const sources = {
  scim: { tone: 'plain', words: 'SCIM', how: 'Provisioned by SCIM' },
  login: { tone: 'quiet', words: 'Sign-in', how: 'Came with their first sign-in' },
  import: { tone: 'quiet', words: 'Import', how: 'Imported from the directory' },
  manual: { tone: 'quiet', words: 'Kept', how: 'Kept here when their provider or its SCIM went' },
} as const satisfies Record<UserJson['source'], { tone: Tone; words: string; how: string }>;

/** Of each reason: who set it, and where it is lifted. */
export const suspensions = {
  scim: 'The provider says by SCIM that they are not active. Enable them there, and SCIM lifts it.',
  directory:
    'The directory says that they are disabled, deleted or not assigned. Put it right there: SCIM or the next comparison lifts it.',
  admin: 'Somebody suspended them here. No provider lifts that; people do, here.',
} as const satisfies Record<UserJson['suspensions'][number], string>;
