// A small Keycloak realm. Shapes and statuses as in Keycloak's source (UsersResource, GroupsResource, GroupResource,
// RoleContainerResource, RoleMapperResource of services/resources/admin) and its Admin REST API documentation.

import { randomUUID } from 'node:crypto';
import { type Reply, type StandIn, standIn } from './stand-in.ts';

export const CLIENT = 'bifrost';
export const SECRET = 'the secret of the client';
const CLIENT_UUID = 'c1111111-1111-4111-8111-111111111111';

export interface RealmUser {
  readonly id: string;
  readonly username: string;
  readonly enabled: boolean;
  readonly more?: Record<string, unknown>;
}

export interface RealmGroup {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly inside?: readonly RealmGroup[];
}

export interface Realm {
  readonly users: readonly RealmUser[];
  readonly groups: readonly RealmGroup[];
  /** Roles of the client, each with ids of people and groups that have it directly. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Ids of people who have a role by another role. */
  readonly byComposite?: readonly string[];
  /** Before 23 a group came with all that are in it; since then with their number. */
  readonly isOld?: boolean;
  /** What the service account has of `realm-management`. Without `view-users`, lists of people are empty. */
  readonly may?: readonly string[];
}

export const userOf = (username: string, more: Record<string, unknown> = {}, enabled = true): RealmUser => ({
  id: randomUUID(),
  username,
  enabled,
  more: { firstName: username, lastName: 'Keycloak', email: `${username}@contoso.example`, ...more },
});

export interface KeycloakStandIn extends StandIn {
  /** Tokens that were given out, in order; a test takes one back by emptying it. */
  readonly tokens: string[];
}

export async function keycloakRealm(realm: Realm): Promise<KeycloakStandIn> {
  const tokens: string[] = [];
  const server: StandIn = await standIn((url, request) => {
    const home = `${server.url}/realms/staff`;
    if (url.pathname.endsWith('/.well-known/openid-configuration')) return discovery(home);
    if (url.pathname.endsWith('/token')) {
      const basic = `Basic ${Buffer.from(`${CLIENT}:${SECRET.replaceAll(' ', '+')}`).toString('base64')}`;
      if (request.headers.authorization !== basic) {
        const error_description = 'Invalid client or Invalid client credentials';
        return { status: 401, body: { error: 'unauthorized_client', error_description } };
      }
      tokens.push(`token-${tokens.length + 1}`);
      return { body: { access_token: tokens.at(-1), expires_in: 300, token_type: 'Bearer' } };
    }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (token === '' || !tokens.includes(token))
      return { status: 401, body: { error: 'HTTP 401 Unauthorized' } };
    return answer(realm, url);
  });
  return { ...server, tokens };
}

function discovery(home: string): Reply {
  const of = (name: string) => `${home}/protocol/openid-connect/${name}`;
  const body = {
    issuer: home,
    authorization_endpoint: of('auth'),
    token_endpoint: of('token'),
    jwks_uri: of('certs'),
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
  return { body };
}

export const forbidden: Reply = { status: 403, body: { error: 'HTTP 403 Forbidden' } };
const absent = (error: string): Reply => ({ status: 404, body: { error } });

function answer(realm: Realm, url: URL): Reply {
  const [, , , , kind, id, ...rest] = url.pathname.split('/').map(decodeURIComponent);
  const may = (role: string) => realm.may?.includes(role) ?? true;
  if (kind === 'clients') return may('view-clients') ? clients(realm, id, rest, url) : noClients(may);
  if (kind === 'groups') return may('view-users') ? groups(realm, id, rest, url) : forbidden;
  if (kind !== 'users') return absent('Unable to find matching target resource method');
  const seen = may('view-users') ? realm.users : [];
  if (id === 'count') return { body: seen.length };
  if (id === undefined) return paged(searched(seen, url).map(shownUser), url);
  const user = seen.find((each) => each.id === id);
  if (!user) return may('view-users') ? absent('User not found') : forbidden;
  if (rest[0] === 'groups') {
    return paged(
      walk(realm.groups)
        .filter(({ group }) => group.members.includes(user.id))
        .map(brief),
      url,
    );
  }
  if (rest[0] === 'role-mappings') return { body: rolesOf(realm, user.id).map((name) => ({ name })) };
  return { body: shownUser(user) };
}

const noClients = (may: (role: string) => boolean): Reply =>
  may('query-clients') ? { body: [] } : forbidden;

function clients(
  { roles, users, groups: all }: Realm,
  id: string | undefined,
  rest: string[],
  url: URL,
): Reply {
  if (id === undefined) {
    const isOurs = url.searchParams.get('clientId') === CLIENT;
    return { body: isOurs ? [{ id: CLIENT_UUID, clientId: CLIENT }] : [] };
  }
  if (id !== CLIENT_UUID) return absent('Could not find client');
  const [, role, of] = rest;
  if (role === undefined) return { body: Object.keys(roles).map((name) => ({ id: name, name })) };
  const holders = roles[role];
  if (!holders) return absent('Could not find role');
  if (of === 'users') return paged(users.filter((user) => holders.includes(user.id)).map(shownUser), url);
  return paged(
    walk(all)
      .filter(({ group }) => holders.includes(group.id))
      .map(brief),
    url,
  );
}

function groups(
  { groups: all, users, isOld = false }: Realm,
  id: string | undefined,
  rest: string[],
  url: URL,
): Reply {
  const shown = (group: RealmGroup, path: string) => shownGroup(group, path, isOld);
  if (id === undefined) {
    const search = url.searchParams.get('search');
    // A search answers with the top groups that lead to what was found.
    const found = all.filter(
      (group) => search === null || walk([group]).some((each) => each.group.name.includes(search)),
    );
    if (search !== null) return { body: found.map((group) => shownGroup(group, '', true)) };
    return paged(
      found.map((group) => shown(group, '')),
      url,
    );
  }
  const place = walk(all).find(({ group }) => group.id === id);
  if (!place) return absent('Could not find group by id');
  const { group, path } = place;
  if (rest[0] === 'members')
    return paged(users.filter((user) => group.members.includes(user.id)).map(shownUser), url);
  if (rest[0] !== 'children') return { body: shown(group, path.slice(0, -group.name.length - 1)) };
  if (isOld) return absent('Unable to find matching target resource method');
  return paged(
    (group.inside ?? []).map((each) => shown(each, path)),
    url,
  );
}

function paged(rows: readonly unknown[], url: URL): Reply {
  const first = Number(url.searchParams.get('first') ?? 0);
  return { body: rows.slice(first, first + Number(url.searchParams.get('max') ?? 100)) };
}

function searched(users: readonly RealmUser[], url: URL): readonly RealmUser[] {
  const { username, search, q } = Object.fromEntries(url.searchParams);
  if (username !== undefined) return users.filter((user) => user.username.includes(username.toLowerCase()));
  if (search !== undefined) return users.filter((user) => user.username.includes(search));
  const [name = '', value] = (q ?? '').split(':');
  const attributes = (user: RealmUser) => user.more?.attributes as Record<string, string[]> | undefined;
  return q === undefined ? users : users.filter((user) => attributes(user)?.[name]?.includes(value ?? ''));
}

const shownUser = ({ more, ...user }: RealmUser) => ({ ...user, ...more });

interface Walked {
  readonly group: RealmGroup;
  readonly path: string;
}

function walk(groups: readonly RealmGroup[], above = ''): Walked[] {
  return groups.flatMap((group) => {
    const path = `${above}/${group.name}`;
    return [{ group, path }, ...walk(group.inside ?? [], path)];
  });
}

const brief = ({ group, path }: Walked) => ({ id: group.id, name: group.name, path });

function shownGroup({ id, name, inside = [] }: RealmGroup, above: string, isWhole: boolean): object {
  const path = `${above}/${name}`;
  const shown = { id, name, path };
  return isWhole
    ? { ...shown, subGroups: inside.map((each) => shownGroup(each, path, true)) }
    : { ...shown, subGroups: [], subGroupCount: inside.length };
}

/** Those that count in a token: what a group has, whoever is in it or in a group in it has too. */
function rolesOf({ roles, groups: all, byComposite = [] }: Realm, user: string): string[] {
  const holdersOf = (group: RealmGroup): RealmGroup[] => [group, ...(group.inside ?? []).flatMap(holdersOf)];
  const hasByGroup = (holder: string) =>
    walk(all)
      .filter(({ group }) => group.id === holder)
      .flatMap(({ group }) => holdersOf(group))
      .some(({ members }) => members.includes(user));
  const own = Object.keys(roles).filter((name) =>
    roles[name]!.some((each) => each === user || hasByGroup(each)),
  );
  return byComposite.includes(user) ? [...own, 'by-composite'] : own;
}
