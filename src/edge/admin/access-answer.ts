// What an app asks per request: is this person active, and with which role, permissions, teams and business units.

import { Type } from 'typebox';
import { statusOf } from '../../identity/user.ts';
import type { FullUser, Ledger } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { orNull, person, providerFilter, reference, text } from './contract.ts';
import { currentAccess, showPerson } from './current-access.ts';
import { needProvider, needUser } from './look-up.ts';
import { type Route, route } from './route.ts';
import { contentTag, isKnown } from './version-check.ts';

const key = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 1_024, description }));

const query = Type.Object(
  {
    id: key('Our id of the user.'),
    userName: key('The name they sign in with; case does not count.'),
    externalId: key('The id that the provider has for them.'),
    oid: key("Entra's object id, the `oid` of its tokens."),
    provider: providerFilter,
  },
  { additionalProperties: false },
);

const answer = Type.Object({
  active: Type.Boolean({
    description: 'False for suspended and removed: let nobody in, whatever else it says.',
  }),
  user: person,
  role: orNull(reference),
  permissions: Type.Array(text(), { description: 'Of the role, as `resource:operation`.' }),
  teams: Type.Array(reference),
  businessUnits: Type.Array(reference),
});

const getAccess = route({
  method: 'GET',
  path: '/access',
  permission: { resource: 'access', operation: 'read' },
  summary: 'Whether a person may come in, and what they may do',
  description:
    'Ask by exactly one of id, userName, externalId, oid. Who is not active has no role, permissions, teams or business units here. Send the ETag back as If-None-Match to be answered 304 while nothing changed.',
  query,
  response: answer,
  refuses: { 404: 'Nobody was ever seen by that name', 409: 'Several stand behind that name' },
  async handle({ parts: { ledger }, query: asked, ifNoneMatch }) {
    const full = await findPerson(ledger, asked);
    const { user } = full.loaded;
    const active = statusOf(user) === 'active';
    const { role, teams, businessUnits } = active ? currentAccess(full) : nothing;
    const stored = role && (await ledger.roles()).find((each) => each.id === role.id);
    const permissions = [...(stored?.permissions ?? [])];
    const body = { active, user: showPerson(user), role, permissions, teams, businessUnits };
    const etag = contentTag(body);
    return isKnown(ifNoneMatch, etag) ? { status: 304, headers: { etag } } : { headers: { etag }, body };
  },
});

const nothing = { role: null, teams: [], businessUnits: [] };

export const accessRoutes: readonly Route[] = [getAccess];

interface Asked {
  id?: string;
  userName?: string;
  externalId?: string;
  oid?: string;
  provider?: string;
}

async function findPerson(ledger: Ledger, asked: Asked): Promise<FullUser> {
  const { id, userName, externalId, oid } = asked;
  const given = [id, userName, externalId, oid].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw new Refusal('invalidValue', 'Ask by exactly one of id, userName, externalId, oid.');
  }
  const provider =
    asked.provider === undefined ? null : (await needProvider(ledger, asked.provider)).provider.id;
  if (id !== undefined) {
    const full = await needUser(ledger, id);
    if (provider !== null && full.loaded.user.provider !== provider) throw neverSeen(id);
    return full;
  }
  const within = provider === null ? {} : { provider };
  if (oid !== undefined) return theOne(ledger, await idsByOid(ledger, oid, within), oid);
  const by = userName === undefined ? { externalId: externalId! } : { userName };
  const ids = await ledger.findPeople({ ...by, ...within });
  return theOne(ledger, ids, given[0]!);
}

/**
 * Whoever is linked with it, and whoever was provisioned under it. Object ids are GUIDs, which some apps write in capitals;
 * Entra writes them small.
 */
async function idsByOid(ledger: Ledger, oid: string, within: { provider?: string }): Promise<string[]> {
  for (const each of new Set([oid, oid.toLowerCase()])) {
    const linked = await ledger.findPeople({ subject: each, ...within });
    const provisioned = await ledger.findPeople({ externalId: each, ...within });
    const ids = [...new Set([...linked, ...provisioned])];
    if (ids.length > 0) return ids;
  }
  return [];
}

/** Removed people do not stand in the way of a live one; of removed ones alone, the last removed answers. */
async function theOne(ledger: Ledger, ids: readonly string[], name: string): Promise<FullUser> {
  const found = (await Promise.all(ids.map((id) => ledger.fullUser(id)))).filter((full) => full !== null);
  const live = found.filter(({ loaded }) => loaded.user.removedAt === null);
  if (live.length > 1) {
    const providers = [...new Set(live.map(({ loaded }) => loaded.user.provider))];
    const detail =
      providers.length > 1
        ? `${shorten(name)} stands in several providers: name one (provider=${providers[0]}).`
        : `${shorten(name)} is the externalId of several users: ask by id or userName.`;
    throw new Refusal('conflict', detail, { providers });
  }
  const one = live[0] ?? found[0];
  if (!one) throw neverSeen(name);
  return one;
}

function neverSeen(name: string): Refusal {
  return new Refusal('notFound', `Nobody named ${shorten(name)} was ever seen here.`);
}
