// Sign-ins that were refused: events without a change.

import type { Refusals } from '../../sign-in.ts';
import type { Hands } from '../hands.ts';

export function refusals({ tell, write }: Hands): Refusals {
  return { note: (draft, by) => write(() => tell([draft], by)) };
}
