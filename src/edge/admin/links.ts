// Who at the provider is who here: the links of a user, and links that wait for an administrator because they would make
// one.

import { Type } from 'typebox';
import { namedId } from '../../id.ts';
import type { Link } from '../../identity/sign-in.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { listQuery, pageOf, rfc3339, search, sortedBy } from './contract.ts';
import { needUser } from './look-up.ts';
import { ownersIn } from './owners.ts';
import { pageInMemory } from './page.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { linkRequestShape, linkShape } from './sign-in-contract.ts';

const read = { resource: 'links', operation: 'read' } as const;
const approve = { resource: 'links', operation: 'approve' } as const;

const listRequests = route({
  method: 'GET',
  path: '/link-requests',
  permission: read,
  summary: 'Sign-ins that wait to be linked, the first asked first',
  description:
    'Somebody signed in whose name is that of a user with the role Admin, and nothing else says that it is the same person.',
  query: Type.Object(
    { ...listQuery, search, sort: sortedBy('askedAt', '-askedAt') },
    { additionalProperties: false },
  ),
  response: pageOf(linkRequestShape),
  async handle({ parts: { ledger }, query }) {
    const owner = ownersIn(ledger);
    const requests = await Promise.all(
      (await ledger.identities.requests()).map(async ({ key, person, askedAt, ...request }) => ({
        ...request,
        ...key,
        name: request.userName,
        person: (await owner({ provider: request.provider, id: person })).shown,
        askedAt: rfc3339(askedAt),
      })),
    );
    const page = pageInMemory(
      'link-requests',
      requests,
      { sort: 'askedAt', ...query },
      (each) => each.askedAt,
    );
    return { body: { ...page, items: page.items.map(({ name: _, ...request }) => request) } };
  },
});

const approveRequest = route({
  method: 'POST',
  path: '/link-requests/{id}/approve',
  permission: approve,
  summary: 'Link them: from now on that sign-in is this user',
  status: 204,
  refuses: { 409: 'The user was removed, or is linked with another sign-in by now' },
  async handle(call) {
    await decide(call, call.params.id, true);
    return {};
  },
});

const refuseRequest = route({
  method: 'DELETE',
  path: '/link-requests/{id}',
  permission: approve,
  summary: 'Do not link them',
  description: 'The same sign-in may ask again.',
  status: 204,
  async handle(call) {
    await decide(call, call.params.id, false);
    return {};
  },
});

async function decide(call: Call, id: string, approved: boolean): Promise<void> {
  if (await call.parts.ledger.identities.decide(id, approved, changeBy(call))) return;
  throw new Refusal('notFound', `No request ${shorten(id)} waits: somebody decided it, or it never was.`);
}

// --- links ------------------------------------------------------------------------------------------------------

/** A link is who somebody is at the provider: a name for it that fits into an address. */
function linkId(provider: string, { issuer, subject }: Link['key']): string {
  return namedId('link', provider, issuer, subject);
}

const listLinks = route({
  method: 'GET',
  path: '/users/{id}/links',
  permission: read,
  summary: 'The sign-ins that are this user',
  query: Type.Object({ ...listQuery, sort: sortedBy('since', '-since') }, { additionalProperties: false }),
  response: pageOf(linkShape),
  async handle({ parts: { ledger }, params, query }) {
    const { provider, id } = (await needUser(ledger, params.id)).loaded.user;
    const links = (await ledger.identities.linksOf(provider, id)).map(({ key, by, since }) => ({
      id: linkId(provider, key),
      name: key.subject,
      ...key,
      by,
      since: rfc3339(since),
    }));
    const page = pageInMemory(`links ${id}`, links, { sort: 'since', ...query }, (each) => each.since);
    return { body: { ...page, items: page.items.map(({ name: _, ...link }) => link) } };
  },
});

const removeLink = route({
  method: 'DELETE',
  path: '/users/{id}/links/{link}',
  permission: approve,
  summary: 'Take a link away',
  description: 'The next sign-in is looked at as if it were the first. All of their sessions end.',
  status: 204,
  async handle(call) {
    const { ledger } = call.parts;
    const { provider, id } = (await needUser(ledger, call.params.id)).loaded.user;
    const links = await ledger.identities.linksOf(provider, id);
    const link = links.find(({ key }) => linkId(provider, key) === call.params.link);
    if (!link || !(await ledger.identities.unlink(provider, link.key, changeBy(call)))) {
      throw new Refusal('notFound', `This user has no link ${shorten(call.params.link)}.`);
    }
    return {};
  },
});

export const linkRoutes: readonly Route[] = [
  listRequests,
  approveRequest,
  refuseRequest,
  listLinks,
  removeLink,
];
