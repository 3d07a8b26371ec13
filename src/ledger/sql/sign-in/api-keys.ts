// API keys of people: looked up with their owner on each request, never told again after they were made.

import type { EventDraft, EventType } from '../../../identity/event.ts';
import type { Change } from '../../ledger.ts';
import type { ApiKey, ApiKeys } from '../../sign-in.ts';
import type { Dialect } from '../dialect.ts';
import type { Hands } from '../hands.ts';
import type { Tell } from '../origin.ts';
import { all, marks, one, type Script, write } from '../statement.ts';
import { notes } from './notes.ts';
import {
  holdPerson,
  joinsWhoMayComeIn,
  mayComeIn,
  ofPerson,
  type PersonColumns,
  personSubject,
  readPerson,
} from './persons.ts';

interface KeyColumns extends PersonColumns {
  id: string;
  name: string;
  last_four: string;
  permissions: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
  last_used_from: string | null;
}

const names = [
  'id',
  'name',
  'last_four',
  'provider',
  'person',
  'permissions',
  'created_at',
  'expires_at',
  'revoked_at',
  'last_used_at',
  'last_used_from',
] as const;

const columns = names.map((name) => `k.${name}`).join(', ');

interface Use {
  key: string;
  at: number;
  from: string | null;
}

export function apiKeys(hands: Hands): { store: ApiKeys; flush(): Promise<void> } {
  const uses = notes<Use>((some) => hands.note(() => markUsed(hands.dialect, some)));
  const store: ApiKeys = {
    find: (hash, at) => hands.read(() => findKey(hash, at)),
    ever: (hash) =>
      hands.read(function* () {
        const row = yield* one<KeyColumns>(`SELECT ${columns} FROM api_keys k WHERE k.hash = ?`, hash);
        return row ? readKey(row) : null;
      }),
    async list(query) {
      await uses.flush();
      return hands.read(() => listKeys(query));
    },
    add: (key, hash, by) => hands.write(() => addKey(hands, key, hash, by)),
    revoke: (id, by) => hands.write(() => revokeKey(hands.tell, id, by)),
    used: (id, at, from) => uses.add({ key: id, at, from }),
  };
  return { store, flush: uses.flush };
}

function* findKey(hash: string, at: number): Script<ApiKey | null> {
  const row = yield* one<KeyColumns>(
    `SELECT ${columns} FROM api_keys k ${joinsWhoMayComeIn('k')}
     WHERE k.hash = ? AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?) AND ${mayComeIn}`,
    hash,
    at,
  );
  return row ? readKey(row) : null;
}

function* listKeys({
  owner,
  after,
  limit,
}: Parameters<ApiKeys['list']>[0]): Script<Awaited<ReturnType<ApiKeys['list']>>> {
  const { where, values } = owner ? ofPerson(owner) : { where: '1 = 1', values: [] };
  const rows = yield* all<KeyColumns>(
    `SELECT ${columns} FROM api_keys k WHERE ${where}${after === null ? '' : ' AND id < ?'} ORDER BY id DESC LIMIT (? + 0)`,
    ...values,
    ...(after === null ? [] : [after]),
    limit + 1,
  );
  const counted = yield* one<{ n: number }>(`SELECT count(*) AS n FROM api_keys WHERE ${where}`, ...values);
  const items = rows.slice(0, limit).map(readKey);
  return { items, next: rows.length > limit ? items.at(-1)!.id : null, total: counted?.n ?? 0 };
}

function* addKey({ tell, dialect }: Hands, key: ApiKey, hash: string, by: Change): Script<void> {
  yield* holdPerson(dialect, key.owner);
  yield* write(
    `INSERT INTO api_keys (hash, ${names.join(', ')}) VALUES ${marks(1, names.length + 1)}`,
    hash,
    key.id,
    key.name,
    key.lastFour,
    key.owner.provider,
    key.owner.id,
    JSON.stringify(key.permissions),
    key.createdAt,
    key.expiresAt,
    key.revokedAt,
    key.lastUsedAt,
    key.lastUsedFrom,
  );
  yield* tell([told('api_key.created', key)], { ...by, provider: key.owner.provider });
}

function* revokeKey(tell: Tell, id: string, by: Change): Script<boolean> {
  const row = yield* one<KeyColumns>(
    `UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL RETURNING ${names.join(', ')}`,
    by.at,
    id,
  );
  if (!row) return false;
  const key = readKey(row);
  yield* tell([told('api_key.revoked', key)], { ...by, provider: key.owner.provider });
  return true;
}

/** About the owner: what their keys are called goes with all else that is personal when they are purged. */
function told(type: EventType, { id, owner, name, lastFour, permissions }: ApiKey): EventDraft {
  return {
    type,
    subject: personSubject(owner),
    object: { kind: 'key', id },
    data: { name, lastFour, permissions },
  };
}

/** What somebody else is writing at the moment is passed over: a note waits for nobody. */
function* markUsed(dialect: Dialect, some: readonly Use[]): Script<void> {
  for (const { key, at, from } of some) {
    yield* write(
      `UPDATE api_keys SET last_used_at = ?, last_used_from = ? WHERE id =
        (SELECT id FROM api_keys WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?) ${dialect.skipLocked})`,
      at,
      from,
      key,
      at,
    );
  }
}

function readKey(row: KeyColumns): ApiKey {
  return {
    id: row.id,
    name: row.name,
    lastFour: row.last_four,
    owner: readPerson(row),
    permissions: JSON.parse(row.permissions) as string[],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}
