// Who it is, as headers that a proxy hands on to the application. Each value, and each of a list, is percent-encoded, so that
// no name of a person, a team or a role can end a header or begin another; lists are separated by commas.

import type { AccessJson } from '../admin/access-answer.ts';
import { isOwnResource, permissionOf } from '../admin/permissions.ts';

/** What proxies take of headers is 4 KiB where nobody set more (nginx's proxy_buffer_size). */
const LISTS_BYTES = 2_500;

/**
 * All of them each time, so that none that the visitor sent stays in place. Permissions are those of applications: what people
 * may here is for our own API. A list that is too long is left out and named: the application asks for it (GET /api/access).
 */
export function identityHeaders(access: AccessJson): Record<string, string> {
  const { user, role, teams, businessUnits } = access;
  const ofApps = access.permissions.filter((each) => !isOwnResource(permissionOf(each).resource));
  const lists = {
    Permissions: ofApps,
    Teams: teams.map(({ name }) => name),
    'Business-Units': businessUnits.map(({ name }) => name),
  };
  const headers: Record<string, string> = {
    'X-Bifrost-User-Id': encoded(user.id),
    'X-Bifrost-User-Name': encoded(user.userName),
    'X-Bifrost-Display-Name': encoded(user.displayName),
    'X-Bifrost-Email': encoded(user.email ?? ''),
    'X-Bifrost-Role': encoded(role?.name ?? ''),
  };
  const leftOut: string[] = [];
  let bytes = 0;
  for (const [name, values] of Object.entries(lists)) {
    const value = values.map(encoded).join(',');
    const fits = bytes + value.length <= LISTS_BYTES;
    if (fits) bytes += value.length;
    else leftOut.push(name);
    headers[`X-Bifrost-${name}`] = fits ? value : '';
  }
  headers['X-Bifrost-Left-Out'] = leftOut.join(',');
  return headers;
}

/** What `decodeURIComponent` undoes; the signs that addresses and permissions are full of stay readable. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%40', '@').replaceAll('%3A', ':');
}
