// Break-glass administrators, whom no provider knows: who they are, and that the last one stays.

import { type Static, Type } from 'typebox';
import type { LocalAdmin } from '../../ledger/sign-in.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { issueSetUpLink } from '../oidc/set-up.ts';
import { listQuery, pageOf, rfc3339, search, sortedBy } from './contract.ts';
import { pageInMemory } from './page.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { localAdminShape, setUpLinkShape } from './sign-in-contract.ts';

function showAdmin(admin: LocalAdmin): Static<typeof localAdminShape> {
  const { id, name, failures } = admin;
  return {
    id,
    name,
    createdAt: rfc3339(admin.createdAt),
    passwordAt: rfc3339(admin.passwordAt),
    lastSignInAt: rfc3339(admin.lastSignInAt),
    failures,
    lockedUntil: rfc3339(admin.lockedUntil),
  };
}

const listAdmins = route({
  method: 'GET',
  path: '/admins',
  permission: { resource: 'admins', operation: 'read' },
  summary: 'The break-glass administrators',
  query: Type.Object(
    { ...listQuery, search, sort: sortedBy('name', '-name') },
    { additionalProperties: false },
  ),
  response: pageOf(localAdminShape),
  async handle({ parts: { ledger }, query }) {
    return { body: pageInMemory('admins', (await ledger.localAdmins.list()).map(showAdmin), query) };
  },
});

const removeAdmin = route({
  method: 'DELETE',
  path: '/admins/{id}',
  permission: { resource: 'admins', operation: 'delete' },
  summary: 'Remove a break-glass administrator',
  description: 'With their sessions and API keys.',
  status: 204,
  refuses: { 409: 'It is the last one: without them nobody gets in when the provider is away' },
  async handle(call) {
    const { parts, params } = call;
    const removed = await parts.ledger.localAdmins.remove(params.id, changeBy(call));
    if (!removed) {
      throw new Refusal('notFound', `There is no break-glass administrator ${shorten(params.id)}.`);
    }
    return {};
  },
});

/** Whoever opens the link becomes an administrator: a key that a person gave less than they may must not give more. */
function refuseKeys({ caller }: Call): void {
  if (caller.key === null) return;
  throw new Refusal(
    'forbidden',
    'No API key of a person issues a set-up link: sign in, or run "bifrost admin reset" on the machine of the server.',
  );
}

const issueLink = route({
  method: 'POST',
  path: '/admins/set-up-link',
  permission: { resource: 'admins', operation: 'create' },
  summary: 'Issue a set-up link',
  description:
    'Whoever opens it within the hour, once, makes a break-glass administrator, or gives the one of that name a new password. It takes the place of a link before it. The secret stands behind the # of the address.',
  response: setUpLinkShape,
  async handle(call) {
    const { ledger, publicUrl } = call.parts;
    refuseKeys(call);
    const link = await issueSetUpLink(ledger, publicUrl(), changeBy(call), { onlyFirst: false });
    if (!link) throw new Refusal('unavailable', 'No link was issued. Try again.');
    const body = { url: link.url, expiresAt: rfc3339(link.expiresAt) };
    return { headers: { 'cache-control': 'no-store' }, body };
  },
});

export const localAdminRoutes: readonly Route[] = [listAdmins, removeAdmin, issueLink];
