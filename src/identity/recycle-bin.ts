// Entra's recycle bin: a deleted user is renamed to 32 hex digits and the former name (seen since August 2026),
// sometimes the address too, in one PATCH or in several. Owns how that is told from an ordinary rename.

import { fold } from '../fold.ts';

/** The name and address that stay the person's while the provider holds them in its recycle bin. */
export interface Kept {
  userName: string;
  email: string | null;
}

const MARK = /^[0-9a-f]{32}/i;
const MARK_CHARACTERS = 32;

/** What to keep of the person when the provider now calls them `userName`; null for any ordinary name. */
export function keptInBin(userName: string, person: Kept): Kept | null {
  if (!MARK.test(userName) || fold(userName.slice(MARK_CHARACTERS)) !== fold(person.userName)) return null;
  return { ...person, email: withoutMark(person.email, userName.slice(0, MARK_CHARACTERS)) };
}

/** The address may have been renamed in a PATCH of its own, before the name. */
function withoutMark(email: string | null, mark: string): string | null {
  return email?.toLowerCase().startsWith(mark.toLowerCase()) ? email.slice(MARK_CHARACTERS) : email;
}
