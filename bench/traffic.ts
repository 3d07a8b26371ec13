// Which requests a measurement sends, as data that travels to the generator, and the text of each request with what
// its answer must be. One unit of traffic is one thing an identity provider wants done; it may take several requests.

import { groupBody, groupNameOf, objectIdOf, titleOf, userBody, userNameOf } from './person.ts';

export type LookUpKey = 'userName' | 'externalId' | 'workMail' | 'groupName';

export type Traffic =
  /** Per user: one filter that finds nobody, one POST. */
  | { kind: 'initialCycle'; withoutRoles?: boolean }
  | { kind: 'createUser' }
  | { kind: 'createGroup' }
  /** Each unit gives one of the users a title that nobody had before. */
  | { kind: 'patchUser'; users: string[] }
  /** Looks for user or group number `i * stride`, `i < count`, in a scattered order. */
  | { kind: 'lookUp'; by: LookUpKey; count: number; stride: number }
  /** Unit n adds the next `perRequest` users; every group takes all users before the next group's turn. */
  | { kind: 'addMembers'; groups: string[]; users: string[]; perRequest: number; op?: 'Add' | 'add' }
  /** Even units add a user to the group, odd ones remove the same again. For one connection only. */
  | { kind: 'oneMember'; group: string; users: string[] }
  /** These paths, one after another; each answer must contain `holds`. */
  | { kind: 'read'; paths: string[]; holds: string }
  /** The same of the API, whose paths are whole. With `known` each sends the ETag in its place, and is answered 304. */
  | { kind: 'readApi'; paths: string[]; holds: string; known?: string[] };

export interface Step {
  /** The whole HTTP request. */
  text: string;
  status: number;
  /** Another answer that says the same: a PATCH may show what became of the resource (RFC 7644 3.5.2). */
  orStatus?: number;
  /** What the body must contain, byte for byte. */
  holds?: string;
  /** Whether the answer's `id` is wanted. */
  keepsId?: boolean;
}

const BASE = '/scim/v2';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
/** Prime, so that it scatters over any population. */
const SCATTER = 7919;

/** The steps of unit `n`. */
export function stepsOf(traffic: Traffic, token: string): (n: number) => Step[] {
  const request = requestWriter(token);
  const post = (path: string, body: unknown): Step => ({
    text: request('POST', path, body),
    status: 201,
    keepsId: true,
  });
  switch (traffic.kind) {
    case 'initialCycle':
      return (n) => [
        { text: request('GET', lookUpPath('userName', n)), status: 200, holds: '"totalResults":0' },
        post('/Users', traffic.withoutRoles ? withoutRoles(userBody(n)) : userBody(n)),
      ];
    case 'createUser':
      return (n) => [post('/Users', userBody(n))];
    case 'createGroup':
      return (n) => [post('/Groups', groupBody(n))];
    case 'patchUser':
      return (n) => [patchTitle(request, traffic.users[(n * SCATTER) % traffic.users.length]!, titleOf(n))];
    case 'lookUp':
      return (n) => {
        const number = ((n * SCATTER) % traffic.count) * traffic.stride;
        const path = lookUpPath(traffic.by, number);
        return [{ text: request('GET', path), status: 200, holds: soughtBy(traffic.by, number) }];
      };
    case 'addMembers':
      return (n) => [addMembers(request, traffic, n)];
    case 'oneMember':
      return (n) => [oneMember(request, traffic, n)];
    case 'read':
      return (n) => [
        { text: request('GET', traffic.paths[n % traffic.paths.length]!), status: 200, holds: traffic.holds },
      ];
    case 'readApi': {
      const { paths, holds, known } = traffic;
      const ask = requestWriter(token, '');
      return (n) => {
        const text = ask('GET', paths[n % paths.length]!);
        const tag = known?.[n % paths.length];
        if (tag === undefined) return [{ text, status: 200, holds }];
        return [{ text: `${text.slice(0, -2)}If-None-Match: ${tag}\r\n\r\n`, status: 304 }];
      };
    }
  }
}

/** As Entra asks: form style, blanks as plus signs. */
export function lookUpPath(by: LookUpKey, n: number): string {
  const paths = {
    userName: () => `/Users?filter=${form(`userName eq "${userNameOf(n)}"`)}`,
    externalId: () => `/Users?filter=${form(`externalId eq "${objectIdOf(n)}"`)}`,
    workMail: () => `/Users?filter=${form(`emails[type eq "work"].value eq "${userNameOf(n)}"`)}`,
    groupName: () =>
      `/Groups?excludedAttributes=members&filter=${form(`displayName eq "${groupNameOf(n)}"`)}`,
  } satisfies Record<LookUpKey, () => string>;
  return paths[by]();
}

/** What only the answer with that user or group can hold; where it says how many there are is the server's to choose. */
function soughtBy(by: LookUpKey, n: number): string {
  return by === 'groupName' ? `"displayName":"${groupNameOf(n)}"` : `"userName":"${userNameOf(n)}"`;
}

function withoutRoles({ roles: _roles, ...others }: Record<string, unknown>): Record<string, unknown> {
  return others;
}

function form(filter: string): string {
  return encodeURIComponent(filter).replaceAll('%20', '+');
}

type RequestWriter = (method: string, path: string, body?: unknown) => string;

function requestWriter(token: string, base = BASE): RequestWriter {
  const head = `HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n`;
  return (method, path, body) => {
    if (body === undefined) return `${method} ${base}${path} ${head}\r\n`;
    const json = JSON.stringify(body);
    const type = 'Content-Type: application/scim+json; charset=utf-8';
    return `${method} ${base}${path} ${head}${type}\r\nContent-Length: ${json.length}\r\n\r\n${json}`;
  };
}

function patchTitle(request: RequestWriter, id: string, title: string): Step {
  const operations = [{ op: 'Replace', path: 'title', value: title }];
  return {
    text: request('PATCH', `/Users/${id}`, { schemas: [PATCH_OP], Operations: operations }),
    status: 200,
    holds: `"title":"${title}"`,
  };
}

function addMembers(
  request: RequestWriter,
  { groups, users, perRequest, op }: Extract<Traffic, { kind: 'addMembers' }>,
  n: number,
): Step {
  const perGroup = Math.floor(users.length / perRequest);
  const group = groups[Math.floor(n / perGroup) % groups.length]!;
  const from = (n % perGroup) * perRequest;
  return {
    text: request('PATCH', `/Groups/${group}`, addBody(users.slice(from, from + perRequest), op)),
    status: 204,
    orStatus: 200,
  };
}

/** One operation that adds these users, in Entra's first dialect. */
export function addBody(users: readonly string[], op: 'Add' | 'add' = 'Add'): Record<string, unknown> {
  const value = users.map((user) => ({ $ref: null, value: user }));
  return { schemas: [PATCH_OP], Operations: [{ op, path: 'members', value }] };
}

function oneMember(
  request: RequestWriter,
  { group, users }: Extract<Traffic, { kind: 'oneMember' }>,
  n: number,
): Step {
  const user = users[(n >> 1) % users.length]!;
  const removal = {
    schemas: [PATCH_OP],
    Operations: [{ op: 'remove', path: `members[value eq "${user}"]` }],
  };
  const body = n % 2 === 0 ? addBody([user]) : removal;
  return { text: request('PATCH', `/Groups/${group}`, body), status: 204 };
}
