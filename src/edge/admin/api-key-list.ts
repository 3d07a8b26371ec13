// The list of API keys, and how one is shown: those of the configuration file as they are, then those of people.

import { type Static, Type } from 'typebox';
import type { Person } from '../../identity/sign-in.ts';
import type { StoredRole } from '../../ledger/ledger.ts';
import type { ApiKey } from '../../ledger/sign-in.ts';
import { Refusal } from '../../refusal.ts';
import type { DeclaredApiKey } from '../parts.ts';
import { holds } from './caller.ts';
import { listQuery, pageOf, rfc3339, sortedBy } from './contract.ts';
import { findPerson, type Owner, ownersIn } from './owners.ts';
import { readCursor, writeCursor } from './page.ts';
import { type Call, route } from './route.ts';
import { type ApiKeyJson, apiKeyShape } from './sign-in-contract.ts';

export const ownKeys = { resource: 'apiKeys', operation: 'create' } as const;
const readAll = { resource: 'apiKeys', operation: 'read' } as const;

export function showKey(key: ApiKey, owner: Owner, at: number): ApiKeyJson {
  const { id, name, lastFour, lastUsedFrom } = key;
  return {
    id,
    name,
    declared: false,
    owner: owner.shown,
    role: null,
    permissions: [...key.permissions],
    lastFour,
    state: stateOf(key, owner, at),
    createdAt: rfc3339(key.createdAt),
    expiresAt: rfc3339(key.expiresAt),
    revokedAt: rfc3339(key.revokedAt),
    lastUsedAt: rfc3339(key.lastUsedAt),
    lastUsedFrom,
  };
}

function stateOf({ revokedAt, expiresAt }: ApiKey, { active }: Owner, at: number): ApiKeyJson['state'] {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt !== null && expiresAt <= at) return 'expired';
  return active ? 'live' : 'dormant';
}

function showDeclared(declared: DeclaredApiKey, roles: readonly StoredRole[]): ApiKeyJson {
  const { id, name, role, permissions: scope } = declared;
  const ofRole = roles.find((each) => each.name === role)?.permissions ?? [];
  return {
    id,
    name,
    declared: true,
    owner: null,
    role,
    permissions: ofRole.filter((each) => scope === null || scope.includes(each)),
    lastFour: null,
    state: 'live',
    createdAt: null,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    lastUsedFrom: null,
  };
}

// --- the list ---------------------------------------------------------------------------------------------------

const query = Type.Object(
  {
    ...listQuery,
    owner: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 300,
        description: 'Id or exact user name; `me` for your own. Only those who see all keys can name others.',
      }),
    ),
    sort: sortedBy('-createdAt'),
  },
  { additionalProperties: false },
);

export const listKeys = route({
  method: 'GET',
  path: '/api-keys',
  permission: { oneOf: [ownKeys, readAll] },
  summary: 'API keys: those of the configuration file, then the newest first, ended ones included',
  description: 'Everybody sees their own; with the permission `apiKeys:read`, all of them.',
  query,
  response: pageOf(apiKeyShape),
  async handle(call) {
    const owner = await whoseKeys(call);
    return { body: owner === 'nobody' ? noKeys : await page(call, owner) };
  },
});

const noKeys = { items: [], nextCursor: null, total: 0 };

/** undefined: everybody's. */
async function whoseKeys(
  call: Call & { query: Static<typeof query> },
): Promise<Person | 'nobody' | undefined> {
  const { caller, parts } = call;
  const asked = call.query.owner;
  const seesAll = holds(caller, readAll);
  if (asked === undefined && seesAll) return undefined;
  const isOwn = asked === undefined || asked === 'me' || asked === caller.person?.id;
  if (isOwn) return caller.person ?? 'nobody';
  if (seesAll) return findPerson(parts.ledger, asked);
  throw new Refusal('forbidden', 'To see the keys of others needs the permission apiKeys:read.', {
    permission: 'apiKeys:read',
  });
}

const ORDER = 'api-keys';
/** Keys of the file stand first; a cursor says on which side of the line it is. */
const DECLARED = 'declared';
const STORED = 'stored';

async function page(call: Call & { query: Static<typeof query> }, owner: Person | undefined) {
  const { parts, at } = call;
  const { limit = 50, cursor } = call.query;
  const order = owner ? `${ORDER} ${owner.id}` : ORDER;
  const from = readCursor(order, cursor);
  const declared = owner ? [] : await declaredKeys(call);
  const first = from === null ? 0 : declared.findIndex(({ id }) => id === from.id) + 1;
  const shown = from?.sorted === STORED ? [] : declared.slice(first, first + limit);
  const stored = await parts.ledger.apiKeys.list({
    ...(owner && { owner }),
    after: from?.sorted === STORED ? from.id : null,
    // One too many where the page is full already: only their number is wanted.
    limit: Math.max(1, limit - shown.length),
  });
  const ownerOf = ownersIn(parts.ledger);
  const rest = shown.length === limit ? [] : stored.items;
  const items = [
    ...shown,
    ...(await Promise.all(rest.map(async (key) => showKey(key, await ownerOf(key.owner), at)))),
  ];
  const last = items.at(-1);
  const isMore =
    rest.length > 0 ? stored.next !== null : last && (last.id !== declared.at(-1)?.id || stored.total > 0);
  const side = last?.declared ? DECLARED : STORED;
  return {
    items,
    nextCursor: isMore && last ? writeCursor(order, { sorted: side, id: last.id }) : null,
    total: declared.length + stored.total,
  };
}

async function declaredKeys({ parts }: Call): Promise<ApiKeyJson[]> {
  const roles = await parts.ledger.roles();
  return parts.apiKeys.map((key) => showDeclared(key, roles));
}
