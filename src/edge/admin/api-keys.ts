// API keys of people, made and ended. A key may never more than whoever made it, and what its owner loses it loses too.
// Listing them: api-key-list.ts.

import { Type } from 'typebox';
import { durationMs } from '../../config-schema.ts';
import { newId } from '../../id.ts';
import type { Person } from '../../identity/sign-in.ts';
import type { ApiKey } from '../../ledger/sign-in.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { mintToken, sha256Hex } from '../../secret.ts';
import { listKeys, ownKeys, showKey } from './api-key-list.ts';
import { holds } from './caller.ts';
import { text } from './contract.ts';
import { personCaller } from './credentials.ts';
import { refuseDeclaredKey } from './lock.ts';
import { findPerson, oneOf, ownersIn } from './owners.ts';
import { readPermissions } from './permission-list.ts';
import { badInput } from './read-input.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { apiKeyShape } from './sign-in-contract.ts';

/** Not that of provisioning tokens, so that whoever finds one knows what it opens. */
const KEY_PREFIX = 'bifrost_key';
const LONGEST_MS = 3_650 * 86_400_000;

const revokeAll = { resource: 'apiKeys', operation: 'revoke' } as const;

const createKey = route({
  method: 'POST',
  path: '/api-keys',
  permission: ownKeys,
  summary: 'Make an API key of your own; the answer has it, once',
  description:
    'It may what you may, or less, and at each request no more than you may then. It ends with you: a suspension, a removal, another role count for it at once.',
  body: Type.Object(
    {
      name: Type.String({
        minLength: 1,
        maxLength: 100,
        pattern: '^[^\\u0000]*$',
        description: 'What it is for.',
      }),
      permissions: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
          maxItems: 30_000,
          description: 'Left out: all that you may now.',
        }),
      ),
      expiresAt: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
      owner: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 300,
          description: 'Whose it is to be, by id or exact user name: for the shell of the operator alone.',
        }),
      ),
      expiresIn: Type.Optional(
        Type.String({ pattern: '^[1-9][0-9]{0,8}[smhd]$', description: 'Instead, such as `90d`.' }),
      ),
    },
    { additionalProperties: false },
  ),
  status: 201,
  response: Type.Object({ ...apiKeyShape.properties, key: text('The key itself. It is not shown again.') }),
  refuses: { 409: 'You are no person: a key of the configuration file, or the shell of the operator' },
  async handle(call) {
    const { parts, body, at } = call;
    const expiresAt = readEnd(body, at);
    const maker = await ownerOf(call, body.owner);
    const permissions = await readScope(call, maker.permissions, body.permissions);
    const secret = mintToken(KEY_PREFIX);
    const key: ApiKey = {
      id: newId(at),
      name: body.name,
      lastFour: secret.slice(-4),
      owner: maker.person,
      permissions,
      createdAt: at,
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
      lastUsedFrom: null,
    };
    await parts.ledger.apiKeys.add(key, sha256Hex(secret), changeBy(call));
    const owner = await ownersIn(parts.ledger)(maker.person);
    return {
      headers: { 'cache-control': 'no-store' },
      body: { ...showKey(key, owner, at), key: secret },
    };
  },
});

function readEnd(
  { expiresAt, expiresIn }: { expiresAt?: string; expiresIn?: string },
  at: number,
): number | null {
  if (expiresAt !== undefined && expiresIn !== undefined) {
    throw badInput('The body', [{ path: '/expiresIn', problem: 'cannot stand beside expiresAt' }]);
  }
  if (expiresAt === undefined && expiresIn === undefined) return null;
  const path = expiresAt === undefined ? '/expiresIn' : '/expiresAt';
  const end = expiresIn === undefined ? Date.parse(expiresAt!) : at + durationMs(expiresIn);
  if (Number.isNaN(end))
    throw badInput('The body', [{ path, problem: 'is no time: write 2026-12-31T00:00:00Z' }]);
  if (end <= at) throw badInput('The body', [{ path, problem: 'is over already' }]);
  if (end > at + LONGEST_MS)
    throw badInput('The body', [{ path, problem: 'is more than 3650 days from now' }]);
  return end;
}

/** Whose key it becomes, and what it may at most: one that makes another hands on no more than it has itself. */
async function ownerOf(
  { caller, parts: { ledger } }: Call,
  named: string | undefined,
): Promise<{ person: Person; permissions: ReadonlySet<string> }> {
  if (named !== undefined) {
    if (caller.via !== 'local') {
      throw new Refusal(
        'forbidden',
        'Only the shell of the operator makes keys for others. Leave out `owner`.',
      );
    }
    const person = await findPerson(ledger, named);
    const owner = await personCaller(ledger, person);
    if (owner) return { person, permissions: owner.permissions };
    throw new Refusal(
      'conflict',
      `${shorten(named)} may not come in, so a key of theirs would open nothing.`,
    );
  }
  if (caller.person) return { person: caller.person, permissions: caller.permissions };
  const detail =
    caller.via === 'local'
      ? 'An API key belongs to a person: name the owner.'
      : 'An API key belongs to a person, and you are none: sign in to make one, or declare it in the configuration file.';
  throw new Refusal('conflict', detail);
}

async function readScope(
  { parts }: Call,
  most: ReadonlySet<string>,
  asked: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (asked === undefined) return [...most];
  const wanted = await readPermissions(parts, asked);
  const beyond = wanted.filter((permission) => !most.has(permission));
  if (beyond.length === 0) return wanted;
  const detail = `A key may no more than whoever it belongs to, who does not have ${beyond.join(', ')}.`;
  throw new Refusal('forbidden', detail, { permissions: beyond });
}

const revokeKey = route({
  method: 'DELETE',
  path: '/api-keys/{id}',
  permission: { oneOf: [ownKeys, revokeAll] },
  summary: 'End an API key at once',
  description:
    'The next request with it is refused. Everybody ends their own; with the permission `apiKeys:revoke`, those of others. A key that has ended already stays so.',
  status: 204,
  refuses: { 409: 'The configuration file declares it' },
  async handle(call) {
    const { parts, params, caller } = call;
    const key = await keyWithinReach(call, params.id);
    if (key) {
      await parts.ledger.apiKeys.revoke(key.id, changeBy(call));
      return {};
    }
    const declared = parts.apiKeys.find((each) => each.id === params.id);
    if (declared && holds(caller, revokeAll)) refuseDeclaredKey(parts.settings, declared.name);
    throw new Refusal('notFound', `There is no API key ${shorten(params.id)} that you may end.`);
  },
});

async function keyWithinReach({ parts, caller }: Call, id: string): Promise<ApiKey | null> {
  const { apiKeys } = parts.ledger;
  if (holds(caller, revokeAll)) return oneOf((page) => apiKeys.list(page), id);
  const owner = caller.person;
  return owner && oneOf((page) => apiKeys.list({ owner, ...page }), id);
}

export const apiKeyRoutes: readonly Route[] = [listKeys, createKey, revokeKey];
