// From rows of Okta's management API to people, groups and assignments. Pure; who asks for them: okta-directory.ts.

import type { DirectoryAssignment, DirectoryGroup, DirectoryPerson } from '../identity/directory.ts';
import { attributesOf, objectOf, type Row, textOf } from './page-outcome.ts';

/**
 * Who can sign in, or will by doing what Okta asks of them at the next sign-in. A lock after wrong passwords passes by
 * itself: were it "disabled", anybody could take somebody's access by typing. Staged people were never activated.
 * A status that is not here is not known.
 */
const canSignIn: Readonly<Record<string, boolean>> = {
  ACTIVE: true,
  PROVISIONED: true,
  PASSWORD_EXPIRED: true,
  RECOVERY: true,
  LOCKED_OUT: true,
  STAGED: false,
  SUSPENDED: false,
  DEPROVISIONED: false,
};

function isEnabled(user: Row): boolean | null {
  const status = textOf(user, 'status');
  return status !== null && Object.hasOwn(canSignIn, status) ? canSignIn[status]! : null;
}

/** `appProfile`: what the application's own tokens are made of, where it was read. Null for a row without an id. */
export function personOf(user: Row, appProfile: Row = {}): DirectoryPerson | null {
  const id = textOf(user, 'id');
  if (id === null) return null;
  const { login, firstName, lastName, email, ...profile } = objectOf(user, 'profile');
  const names = [firstName, lastName].filter((each) => typeof each === 'string' && each !== '');
  return {
    // Okta's ids tell upper and lower case apart, and so does `sub`.
    id,
    userName: textOf({ login }, 'login'),
    enabled: isEnabled(user),
    attributes: attributesOf({
      department: null,
      ...profile,
      preferred_username: login ?? null,
      given_name: firstName ?? null,
      family_name: lastName ?? null,
      email: email ?? null,
      name: textOf(appProfile, 'name') ?? (names.join(' ') || null),
    }),
  };
}

/** An assignment of the application, with the person embedded. Scope `GROUP`: they have it by a group. */
export function assigned(row: Row): {
  person: DirectoryPerson | null;
  assignment: DirectoryAssignment | null;
} {
  const person = personOf(objectOf(objectOf(row, '_embedded'), 'user'), objectOf(row, 'profile'));
  const principal = textOf(row, 'id');
  const isInPerson = textOf(row, 'scope') !== 'GROUP';
  const assignment =
    principal !== null && isInPerson ? ({ principal, kind: 'person', role: null } as const) : null;
  return { person, assignment };
}

export function groupOf(row: Row): DirectoryGroup | null {
  const id = textOf(row, 'id');
  return id === null ? null : { id, displayName: textOf(objectOf(row, 'profile'), 'name') };
}
