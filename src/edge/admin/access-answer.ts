// What an app asks per request: is this person active, and with which role, permissions, teams and business units.

import { type Static, Type } from 'typebox';
import { statusOf } from '../../identity/user.ts';
import type { FullUser, Ledger, PersonKey } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { orNull, person, providerFilter, reference, text } from './contract.ts';
import { currentAccess, showPerson } from './current-access.ts';
import { needProvider } from './look-up.ts';
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
export type AccessJson = Static<typeof answer>;

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
  confirms: true,
  async handle({ parts: { ledger }, query: asked, ifNoneMatch }) {
    const full = await findAsked(ledger, asked);
    const body = accessOf(full);
    const headers = { etag: contentTag(body) };
    const byRoles = full.roles;
    return isKnown(ifNoneMatch, headers.etag)
      ? { status: 304, headers, byRoles }
      : { headers, body, byRoles };
  },
});

const nothing = { role: null, teams: [], businessUnits: [] };

/** What holds for somebody at this moment; nothing for who is not active. */
export function accessOf(full: FullUser): AccessJson {
  const { user } = full.loaded;
  const active = statusOf(user) === 'active';
  const { role, teams, businessUnits } = active ? currentAccess(full) : nothing;
  const permissions = [...(full.roles.find((each) => each.id === role?.id)?.permissions ?? [])];
  return { active, user: showPerson(user), role, permissions, teams, businessUnits };
}

export const accessRoutes: readonly Route[] = [getAccess];

export interface Asked {
  id?: string;
  userName?: string;
  externalId?: string;
  oid?: string;
  provider?: string;
}

/** @throws Refusal `notFound` for somebody never seen, `conflict` where several stand behind a name. */
export async function findAsked(ledger: Ledger, asked: Asked): Promise<FullUser> {
  const { id, userName, externalId, oid } = asked;
  const given = Object.entries({ id, userName, externalId, oid }).filter(([, each]) => each !== undefined);
  const [by, value] = (given[0] ?? []) as [PersonKey['by'], string];
  if (given.length !== 1) {
    throw new Refusal('invalidValue', 'Ask by exactly one of id, userName, externalId, oid.');
  }
  const within =
    asked.provider === undefined
      ? {}
      : { provider: (await needProvider(ledger, asked.provider)).provider.id };
  for (const each of spellings(by, value)) {
    const found = await ledger.peopleCalled({ by, value: each, ...within });
    if (found.length > 0) return theOne(found, value);
  }
  throw new Refusal('notFound', `Nobody named ${shorten(value)} was ever seen here.`);
}

/** Object ids are GUIDs, which some apps write in capitals; Entra writes them small. */
function spellings(by: PersonKey['by'], value: string): ReadonlySet<string> {
  return new Set(by === 'oid' ? [value, value.toLowerCase()] : [value]);
}

/** Removed people do not stand in the way of a live one; of removed ones alone, the last removed answers. */
function theOne(found: readonly FullUser[], name: string): FullUser {
  const live = found.filter(({ loaded }) => loaded.user.removedAt === null);
  if (live.length > 1) {
    const providers = [...new Set(live.map(({ loaded }) => loaded.user.provider))].sort();
    const detail =
      providers.length > 1
        ? `${shorten(name)} stands in several providers: name one (provider=${providers[0]}).`
        : `${shorten(name)} is the externalId of several users: ask by id or userName.`;
    throw new Refusal('conflict', detail, { providers });
  }
  const removedAt = ({ loaded }: FullUser) => loaded.user.removedAt ?? 0;
  return live[0] ?? found.reduce((last, each) => (removedAt(each) > removedAt(last) ? each : last));
}
