// Provisioning tokens. Every request asks for one, so those in use are kept in memory: this process alone writes the
// file, and each write below makes them be read anew, so a revoked token is refused by the very next request.

import type { EventDraft } from '../../identity/event.ts';
import type { Change, Token, TokenEnds } from '../ledger.ts';
import type { Database } from './open.ts';
import type { Writer } from './write.ts';

interface TokenColumns {
  provider: string;
  id: string;
  name: string;
  last_four: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  revoked_at: number | null;
  until_use_of: string | null;
  declared: number;
  last_used_at: number | null;
  last_used_from: string | null;
}

const columns =
  'provider, id, name, last_four, created_at, created_by, expires_at, revoked_at, until_use_of, declared, last_used_at, last_used_from';

export interface TokenReader {
  byHash(hash: string): Token | null;
  isLive(provider: string, id: string, at: number): boolean;
  forget(): void;
}

export function tokenReader(database: Database): TokenReader {
  const byHash = database.prepare(`SELECT ${columns} FROM tokens WHERE hash = ?`);
  const byId = database.prepare(`SELECT ${columns} FROM tokens WHERE provider = ? AND id = ?`);
  const known = new Map<string, Token>();

  function remembered(key: string, read: () => unknown): Token | null {
    let token = known.get(key) ?? null;
    if (!token) {
      const row = read();
      if (!row) return null; // what is not there is not remembered: anybody can ask for it
      token = readToken(row as TokenColumns);
      known.set(key, token);
    }
    return token;
  }

  return {
    byHash: (hash) => remembered(hash, () => byHash.get(hash)),
    isLive: (provider, id, at) => {
      const token = remembered(`${provider}/${id}`, () => byId.get(provider, id));
      return token !== null && (token.revokedAt === null || token.revokedAt > at);
    },
    forget: () => known.clear(),
  };
}

export interface TokenStore {
  tokens(provider: string): Token[];
  knowsTokenHash(hash: string): boolean;
  addToken(token: Token, hash: string, by: Change, ends?: TokenEnds): void;
  revokeToken(
    provider: string,
    id: string,
    end: { at: number } | { untilUseOf: string },
    by: Change,
  ): boolean;
  noteTokenUse(provider: string, id: string, at: number, from: string | null): void;
}

export function tokenStore(database: Database, reader: { forget(): void }, writer: Writer): TokenStore {
  const anyByHash = database.prepare('SELECT 1 FROM tokens WHERE hash = ?');
  const ofProvider = database.prepare(
    `SELECT ${columns} FROM tokens WHERE provider = ? ORDER BY created_at DESC, id DESC`,
  );
  const insert = database.prepare(
    `INSERT INTO tokens (hash, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  // An end that was set for later can be brought forward, not put off.
  const end = database.prepare(
    'UPDATE tokens SET revoked_at = ?1 WHERE provider = ?2 AND id = ?3 AND (revoked_at IS NULL OR revoked_at > ?1)',
  );
  const endLater = database.prepare(
    'UPDATE tokens SET until_use_of = ? WHERE provider = ? AND id = ? AND revoked_at IS NULL',
  );
  const used = database.prepare(
    'UPDATE tokens SET last_used_at = ?, last_used_from = ? WHERE provider = ? AND id = ?',
  );
  const replaced = database.prepare(
    'SELECT id FROM tokens WHERE provider = ? AND until_use_of = ? AND revoked_at IS NULL',
  );

  const revokeToken: TokenStore['revokeToken'] = (provider, id, how, by) => {
    const done = 'at' in how ? end.run(how.at, provider, id) : endLater.run(how.untilUseOf, provider, id);
    if (Number(done.changes) === 0) return false;
    const data = 'at' in how ? { at: new Date(how.at).toISOString() } : { untilUseOf: how.untilUseOf };
    writer.events([{ type: 'token.revoked', subject: { kind: 'token', id }, data }], { ...by, provider });
    reader.forget();
    return true;
  };

  function endOthers(newer: Token, { which, how }: TokenEnds, by: Change): void {
    for (const row of ofProvider.all(newer.provider) as unknown as TokenColumns[]) {
      const ended = [row.revoked_at, row.expires_at].filter((each) => each !== null);
      const isOver = ended.some((each) => each <= by.at);
      if (!isOver && (which === 'all' || row.declared === 1)) revokeToken(newer.provider, row.id, how, by);
    }
  }

  return {
    revokeToken,
    tokens: (provider) => (ofProvider.all(provider) as unknown as TokenColumns[]).map(readToken),
    knowsTokenHash: (hash) => anyByHash.get(hash) !== undefined,
    addToken(token, hash, by, ends) {
      if (ends) endOthers(token, ends, by);
      insert.run(
        hash,
        token.provider,
        token.id,
        token.name,
        token.lastFour,
        token.createdAt,
        token.createdBy,
        token.expiresAt,
        token.revokedAt,
        token.untilUseOf,
        token.declared ? 1 : 0,
        token.lastUsedAt,
        token.lastUsedFrom,
      );
      const data = { name: token.name, lastFour: token.lastFour };
      const draft: EventDraft = { type: 'token.created', subject: { kind: 'token', id: token.id }, data };
      writer.events([draft], { ...by, provider: token.provider });
      reader.forget();
    },
    /** The first use of a token ends those that were kept until then. */
    noteTokenUse(provider, id, at, from) {
      used.run(at, from, provider, id);
      const by: Change = { at, actor: { kind: 'token', id }, cause: null };
      for (const row of replaced.all(provider, id) as { id: string }[]) {
        revokeToken(provider, row.id, { at }, by);
      }
    },
  };
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
    untilUseOf: row.until_use_of,
    declared: row.declared === 1,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}
