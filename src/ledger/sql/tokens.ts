// Provisioning tokens: what is read of them, and every change with its event.

import { type Change, isEnded, type Token, type TokenEnds } from '../ledger.ts';
import type { Tell } from './origin.ts';
import { all, marks, one, type Script, write } from './statement.ts';

interface TokenColumns {
  provider: string;
  id: string;
  name: string;
  last_four: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  revoked_at: number | null;
  ended: number;
  until_use_of: string | null;
  declared: number;
  last_used_at: number | null;
  last_used_from: string | null;
}

const columns =
  'provider, id, name, last_four, created_at, created_by, expires_at, revoked_at, ended, until_use_of, declared, last_used_at, last_used_from';

export function* tokenByHash(hash: string): Script<Token | null> {
  const row = yield* one<TokenColumns>(`SELECT ${columns} FROM tokens WHERE hash = ?`, hash);
  return row ? readToken(row) : null;
}

export function* tokenById(provider: string, id: string): Script<Token | null> {
  const sql = `SELECT ${columns} FROM tokens WHERE provider = ? AND id = ?`;
  const row = yield* one<TokenColumns>(sql, provider, id);
  return row ? readToken(row) : null;
}

export function* tokensOf(provider: string): Script<Token[]> {
  const sql = `SELECT ${columns} FROM tokens WHERE provider = ? ORDER BY created_at DESC, id DESC`;
  return (yield* all<TokenColumns>(sql, provider)).map(readToken);
}

export function* knowsTokenHash(hash: string): Script<boolean> {
  return (yield* one('SELECT 1 AS there FROM tokens WHERE hash = ?', hash)) !== undefined;
}

export type TokenEnd = { at: number } | { untilUseOf: string };

/** An end that was set for later can be brought forward, not put off: false where nothing changes. */
export function* revokeToken(
  tell: Tell,
  provider: string,
  id: string,
  how: TokenEnd,
  by: Change,
): Script<boolean> {
  const done =
    'at' in how
      ? yield* write(
          'UPDATE tokens SET revoked_at = ?, ended = ? WHERE provider = ? AND id = ? AND ended = 0 AND (revoked_at IS NULL OR revoked_at > ?)',
          how.at,
          how.at <= by.at ? 1 : 0,
          provider,
          id,
          how.at,
        )
      : yield* write(
          'UPDATE tokens SET until_use_of = ? WHERE provider = ? AND id = ? AND revoked_at IS NULL',
          how.untilUseOf,
          provider,
          id,
        );
  if (done === 0) return false;
  const data = 'at' in how ? { at: new Date(how.at).toISOString() } : { untilUseOf: how.untilUseOf };
  yield* tell([{ type: 'token.revoked', subject: { kind: 'token', id }, data }], { ...by, provider });
  return true;
}

export function* addToken(
  tell: Tell,
  token: Token,
  hash: string,
  by: Change,
  ends?: TokenEnds,
): Script<void> {
  if (ends) yield* endOthers(tell, token, ends, by);
  yield* write(
    `INSERT INTO tokens (hash, ${columns}) VALUES ${marks(1, 14)}`,
    hash,
    token.provider,
    token.id,
    token.name,
    token.lastFour,
    token.createdAt,
    token.createdBy,
    token.expiresAt,
    token.revokedAt,
    token.ended ? 1 : 0,
    token.untilUseOf,
    token.declared ? 1 : 0,
    token.lastUsedAt,
    token.lastUsedFrom,
  );
  const data = { name: token.name, lastFour: token.lastFour };
  const subject = { kind: 'token' as const, id: token.id };
  yield* tell([{ type: 'token.created', subject, data }], { ...by, provider: token.provider });
}

function* endOthers(tell: Tell, newer: Token, { which, how }: TokenEnds, by: Change): Script<void> {
  for (const token of yield* tokensOf(newer.provider)) {
    const isOver = isEnded(token, by.at) || (token.expiresAt !== null && token.expiresAt <= by.at);
    if (!isOver && (which === 'all' || token.declared)) {
      yield* revokeToken(tell, newer.provider, token.id, how, by);
    }
  }
}

export function* touchToken(provider: string, id: string, at: number, from: string | null): Script<void> {
  const sql = 'UPDATE tokens SET last_used_at = ?, last_used_from = ? WHERE provider = ? AND id = ?';
  yield* write(sql, at, from, provider, id);
}

/** Those that were kept until this one is first used. */
export function* replacedBy(provider: string, id: string): Script<string[]> {
  const sql = 'SELECT id FROM tokens WHERE provider = ? AND until_use_of = ? AND revoked_at IS NULL';
  return (yield* all<{ id: string }>(sql, provider, id)).map((row) => row.id);
}

/** The first use of a token ends those that were kept until then. */
export function* endReplaced(tell: Tell, provider: string, id: string, at: number): Script<void> {
  const by: Change = { at, actor: { kind: 'token', id }, cause: null };
  for (const older of yield* replacedBy(provider, id)) {
    yield* revokeToken(tell, provider, older, { at }, by);
  }
}

function readToken(row: TokenColumns): Token {
  return {
    provider: row.provider,
    id: row.id,
    name: row.name,
    lastFour: row.last_four,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    ended: row.ended === 1,
    untilUseOf: row.until_use_of,
    declared: row.declared === 1,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}
