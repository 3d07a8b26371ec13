// From representations of Keycloak's admin API to people and groups. Pure; who asks for them: keycloak-directory.ts.

import type { DirectoryGroup, DirectoryPerson } from '../identity/directory.ts';
import { isObject, own } from '../scim/json.ts';
import { attributesOf, objectOf, type Row, textOf } from './page-outcome.ts';

/** Null for a row without an id, and for a service account, which is nobody. */
export function personOf(user: Row): DirectoryPerson | null {
  const [id, userName] = [textOf(user, 'id'), textOf(user, 'username')];
  const isService =
    textOf(user, 'serviceAccountClientId') !== null || userName?.startsWith('service-account-');
  if (id === null || isService === true) return null;
  const [first, last] = [textOf(user, 'firstName'), textOf(user, 'lastName')];
  return {
    id,
    userName,
    enabled: isEnabled(user),
    attributes: attributesOf({
      ...customAttributes(objectOf(user, 'attributes')),
      preferred_username: userName,
      name: [first, last].filter(Boolean).join(' ') || null,
      given_name: first,
      family_name: last,
      email: textOf(user, 'email'),
    }),
  };
}

function isEnabled(user: Row): boolean | null {
  const enabled = own(user, 'enabled');
  return typeof enabled === 'boolean' ? enabled : null;
}

/** Keycloak keeps a list for each; a mapper makes one text of a list of one, as long as it is not told otherwise. */
function customAttributes(attributes: Row): Row {
  const entries = Object.entries(attributes).map(([name, values]) => [
    name,
    Array.isArray(values) && values.length === 1 ? values[0] : values,
  ]);
  return Object.fromEntries(entries);
}

export interface Tree {
  readonly groups: readonly DirectoryGroup[];
  /** Ids of groups of which it names how many groups are in them, and not which: Keycloak 23 and later. */
  readonly cut: readonly string[];
}

/** More groups than this in one answer would be more than its bytes hold. */
const GROUPS_MOST = 100_000;

/** The groups and all that are in them; a group is in the list before those that are in it. */
export function treeOf(rows: readonly Row[]): Tree {
  const groups: DirectoryGroup[] = [];
  const cut: string[] = [];
  const waiting = [...rows];
  for (let row = waiting.shift(); row !== undefined && groups.length < GROUPS_MOST; row = waiting.shift()) {
    const id = textOf(row, 'id');
    if (id === null) continue;
    groups.push({ id, displayName: nameOf(row) });
    const inside = own(row, 'subGroups');
    const listed = Array.isArray(inside) ? inside.filter(isObject) : [];
    waiting.push(...listed);
    if (Number(own(row, 'subGroupCount') ?? 0) > listed.length) cut.push(id);
  }
  return { groups, cut };
}

/** Two groups may have one name in two places: the path tells them apart, and is the name of a group that is in none. */
function nameOf(group: Row): string | null {
  return textOf(group, 'path')?.replace(/^\//, '') ?? textOf(group, 'name');
}
