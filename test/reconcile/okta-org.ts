// A small Okta org. Shapes and statuses as in Okta's developer documentation: Core Okta API (errors, links), Users API,
// Groups API (list group members), Application Users and Application Groups of the management API, Rate limit best practices.

import { type Reply, type StandIn, standIn } from './stand-in.ts';

export const CLIENT = '0oa1client2OF3the4App';
export const TOKEN = '00apiTokenOfAReader';

export interface OktaUser {
  readonly id: string;
  readonly status: string;
  readonly profile: Record<string, unknown>;
}

export interface Org {
  readonly users: readonly OktaUser[];
  readonly groups: Readonly<Record<string, { readonly name: string; readonly members: readonly string[] }>>;
  readonly assignedGroups: readonly string[];
  /** In person. */
  readonly assignedUsers: readonly string[];
  readonly implicitAssignment?: boolean;
  /** Rows of a page, whatever is asked for. */
  readonly rows?: number;
}

export const userOf = (name: string, status = 'ACTIVE', profile: Record<string, unknown> = {}): OktaUser => ({
  id: `00u${name.padEnd(16, 'x')}T`,
  status,
  profile: {
    login: `${name}@contoso.example`,
    email: `${name}@contoso.example`,
    firstName: name,
    lastName: 'Okta',
    mobilePhone: null,
    ...profile,
  },
});

export async function oktaOrg(org: Org): Promise<StandIn> {
  const server: StandIn = await standIn((url, request) => {
    if (request.headers.authorization !== `SSWS ${TOKEN}`) {
      return error(401, 'E0000011', 'Invalid token provided');
    }
    return answer(org, server.url, url);
  });
  return server;
}

export function error(status: number, errorCode: string, errorSummary: string): Reply {
  return { status, body: { errorCode, errorSummary, errorLink: errorCode, errorId: 'oae', errorCauses: [] } };
}

const absent = (id: string, kind: string) =>
  error(404, 'E0000007', `Not found: Resource not found: ${id} (${kind})`);

function answer(org: Org, base: string, url: URL): Reply {
  const [, , , kind, id = '', of, one] = url.pathname.split('/').map(decodeURIComponent);
  const page = (rows: readonly unknown[]) => paged(rows, base, url, org.rows ?? 200);
  const user = org.users.find((each) => [each.id, each.profile.login, shortName(each)].includes(id));
  if (kind === 'users' && id === '') return page(searched(org, url));
  if (kind === 'users') {
    if (!user) return absent(id, 'User');
    return of === 'groups' ? page(groupsOf(org, user.id)) : { body: user };
  }
  if (kind === 'groups' && id === '') return page(searchedGroups(org, url));
  if (kind === 'groups') {
    const group = org.groups[id];
    if (!group) return absent(id, 'UserGroup');
    if (of !== 'users') return { body: { id, profile: { name: group.name } } };
    return page(org.users.filter((each) => group.members.includes(each.id)));
  }
  if (id !== CLIENT) return absent(id, 'AppInstance');
  if (of === undefined) {
    return { body: { id, settings: { implicitAssignment: org.implicitAssignment ?? false } } };
  }
  if (of === 'groups') return page(org.assignedGroups.map((each) => assignedGroup(org, each)));
  const rows = org.users.filter((each) => scopeOf(org, each.id) !== null).map((each) => appUser(org, each));
  if (one === undefined) return page(rows);
  const row = rows.find((each) => each.id === one);
  return row ? { body: row } : absent(one, 'AppUser');
}

function paged(rows: readonly unknown[], base: string, url: URL, most: number): Reply {
  const after = Number(url.searchParams.get('after') ?? 0);
  const limit = Math.min(Number(url.searchParams.get('limit') ?? 50), most);
  const next = new URL(url.pathname + url.search, base);
  next.searchParams.set('after', String(after + limit));
  const links = [`<${base}${url.pathname}>; rel="self"`];
  if (after + limit < rows.length) links.push(`<${next.href}>; rel="next"`);
  return { headers: { link: links.join(', ') }, body: rows.slice(after, after + limit) };
}

const shortName = ({ profile }: OktaUser) => String(profile.login).split('@')[0];

/** Without an expression, people who were deactivated are left out. */
function searched({ users }: Org, url: URL): readonly OktaUser[] {
  const [, name = '', value] = /^profile\.(\w+) eq "(.*)"$/.exec(url.searchParams.get('search') ?? '') ?? [];
  return name === ''
    ? users.filter(({ status }) => status !== 'DEPROVISIONED')
    : users.filter(({ profile }) => profile[name] === value);
}

function searchedGroups({ groups }: Org, url: URL): unknown[] {
  const name = /^profile\.name eq "(.*)"$/.exec(url.searchParams.get('search') ?? '')?.[1];
  return Object.entries(groups)
    .filter(([, group]) => name === undefined || group.name.toLowerCase() === name.toLowerCase())
    .map(([id, group]) => ({ id, type: 'OKTA_GROUP', profile: { name: group.name } }));
}

function groupsOf({ groups }: Org, user: string): unknown[] {
  const mine = Object.entries(groups).filter(([, { members }]) => members.includes(user));
  return mine.map(([id, { name }]) => ({ id, profile: { name } }));
}

function scopeOf(org: Org, user: string): 'USER' | 'GROUP' | null {
  if (org.assignedUsers.includes(user)) return 'USER';
  return org.assignedGroups.some((id) => org.groups[id]?.members.includes(user)) ? 'GROUP' : null;
}

function appUser(org: Org, user: OktaUser) {
  return {
    id: user.id,
    scope: scopeOf(org, user.id),
    status: 'ACTIVE',
    credentials: { userName: user.profile.login },
    profile: { name: `${user.profile.firstName} of the application` },
    _embedded: { user },
  };
}

function assignedGroup(org: Org, id: string) {
  const name = org.groups[id]?.name;
  return { id, priority: 0, profile: {}, _embedded: { group: { id, profile: { name } } } };
}
