// What administrators set: providers, their numbered rules, provisioning tokens, roles.

import { fold } from '../../fold.ts';
import type { EventDraft } from '../../identity/event.ts';
import type { Provider } from '../../identity/provider.ts';
import { targetsOfGroup } from '../../mapping/decide.ts';
import type { Ruleset } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import type { Change, StoredRole, Token } from '../ledger.ts';
import type { Loader } from './load.ts';
import type { Database } from './open.ts';
import type { Writer } from './write.ts';

export interface SettingsStore {
  saveProvider(provider: Provider, expected: number, by: Change): void;
  removeProvider(id: string, by: Change): void;
  applyRuleset(ruleset: Omit<Ruleset, 'number'>, by: Change): number;
  tokenByHash(hash: string): Token | null;
  tokens(provider: string): Token[];
  knowsTokenHash(hash: string): boolean;
  addToken(token: Token, hash: string, by: Change): void;
  revokeToken(
    provider: string,
    id: string,
    end: { at: number } | { untilUseOf: string },
    by: Change,
  ): boolean;
  noteTokenUse(provider: string, id: string, at: number, from: string | null): void;
  saveRole(role: StoredRole): void;
}

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

export function settingsStore(database: Database, loader: Loader, writer: Writer): SettingsStore {
  const providers = providerStore(database, loader, writer);
  const tokens = tokenStore(database, writer);
  const putRole = database.prepare(
    `INSERT INTO roles (id, name, system, permissions) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, permissions = excluded.permissions`,
  );
  return {
    ...providers,
    ...tokens,
    saveRole(role) {
      putRole.run(role.id, role.name, role.system ? 1 : 0, JSON.stringify(role.permissions));
      loader.forget();
    },
  };
}

// --- providers --------------------------------------------------------------------------------------------------

/** Everything that belongs to a provider, in the order in which it is removed. */
const providerTables = [
  'memberships',
  'grants',
  'targets',
  'users',
  'directory_groups',
  'tokens',
  'rulesets',
  'sweeps',
];

function providerStore(database: Database, loader: Loader, writer: Writer) {
  const insert = database.prepare(
    `INSERT INTO providers (name, name_folded, enabled, scim_enabled, declared, settings, revision, id, ruleset, groups_by_scim, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)`,
  );
  const update = database.prepare(
    `UPDATE providers SET name = ?, name_folded = ?, enabled = ?, scim_enabled = ?, declared = ?, settings = ?, revision = ?
     WHERE id = ? AND revision = ?`,
  );
  const remove = database.prepare('DELETE FROM providers WHERE id = ?');
  const current = database.prepare('SELECT ruleset FROM providers WHERE id = ?');
  const putRuleset = database.prepare(
    'INSERT INTO rulesets (provider, number, strategy, rules, scim_attributes, at, actor) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const point = database.prepare('UPDATE providers SET ruleset = ? WHERE id = ?');
  const anyUser = database.prepare('SELECT 1 FROM users WHERE provider = ? LIMIT 1');
  const groupNames = database.prepare(
    'SELECT id, display_name AS displayName FROM directory_groups WHERE provider = ?',
  );

  function tell(provider: string, by: Change, draft: EventDraft): void {
    writer.events([draft], { ...by, provider });
  }

  function saveProvider(provider: Provider, expected: number, by: Change): void {
    const values = [
      provider.name,
      fold(provider.name),
      provider.enabled ? 1 : 0,
      provider.scimEnabled ? 1 : 0,
      provider.declared ? 1 : 0,
      JSON.stringify(provider.settings),
      provider.revision,
      provider.id,
    ];
    const before = loader.state(provider.id)?.provider;
    try {
      if (expected === 0) insert.run(...values, provider.createdAt);
      else if (update.run(...values, expected).changes !== 1) {
        throw new Refusal('stale', 'The provider was changed by somebody else. Read it again.');
      }
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('UNIQUE constraint failed')) throw error;
      throw new Refusal('conflict', `A provider named "${provider.name}" is there already.`);
    }
    loader.forget();
    const type = before ? ('provider.updated' as const) : ('provider.created' as const);
    const shown = ({ name, enabled, scimEnabled, settings }: Provider) => ({
      name,
      enabled,
      scimEnabled,
      settings,
    });
    const data = before ? { before: shown(before), after: shown(provider) } : { after: shown(provider) };
    tell(provider.id, by, { type, subject: { kind: 'provider', id: provider.id }, data });
  }

  function removeProvider(id: string, by: Change): void {
    const before = loader.state(id)?.provider;
    if (!before) throw new Refusal('notFound', `There is no provider ${id}.`);
    for (const table of providerTables) database.prepare(`DELETE FROM ${table} WHERE provider = ?`).run(id);
    remove.run(id);
    loader.forget();
    const data = { name: before.name };
    tell(id, by, { type: 'provider.removed', subject: { kind: 'provider', id }, data });
  }

  function applyRuleset(ruleset: Omit<Ruleset, 'number'>, by: Change): number {
    const { provider } = ruleset;
    const row = current.get(provider) as { ruleset: number } | undefined;
    if (!row) throw new Refusal('notFound', `There is no provider ${provider}.`);
    const number = row.ruleset + 1;
    const before = loader.state(provider)?.ruleset;
    putRuleset.run(
      provider,
      number,
      ruleset.strategy,
      JSON.stringify(ruleset.rules),
      JSON.stringify(ruleset.scimAttributes),
      by.at,
      `${by.actor.kind}:${by.actor.id}`,
    );
    point.run(number, provider);
    loader.forget();
    const said = (rules: Ruleset['rules']) => rules.map(({ id: _, ...rule }) => rule);
    tell(provider, by, {
      type: 'mapping.applied',
      subject: { kind: 'provider', id: provider },
      data: {
        number,
        before: said(before?.rules ?? []),
        after: said(ruleset.rules),
        strategy: ruleset.strategy,
      },
    });
    ensureGroupTargets(provider, by);
    if (anyUser.get(provider))
      writer.startSweep(provider, { kind: 'ruleset', id: `${provider}/${number}` }, by.at);
    return number;
  }

  /** A new team rule makes teams of the groups that are there, also of those without members. */
  function ensureGroupTargets(provider: string, by: Change): void {
    const { ruleset } = loader.state(provider)!;
    const groups = groupNames.all(provider) as { id: string; displayName: string }[];
    const targets = groups.flatMap((group) => targetsOfGroup(ruleset, group));
    writer.targets(provider, targets, by);
  }

  return { saveProvider, removeProvider, applyRuleset };
}

// --- tokens -----------------------------------------------------------------------------------------------------

function tokenStore(database: Database, writer: Writer) {
  const columns =
    'provider, id, name, last_four, created_at, created_by, expires_at, revoked_at, until_use_of, declared, last_used_at, last_used_from';
  const byHash = database.prepare(`SELECT ${columns} FROM tokens WHERE hash = ?`);
  const ofProvider = database.prepare(
    `SELECT ${columns} FROM tokens WHERE provider = ? ORDER BY created_at DESC, id DESC`,
  );
  const insert = database.prepare(
    `INSERT INTO tokens (hash, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const end = database.prepare(
    'UPDATE tokens SET revoked_at = ? WHERE provider = ? AND id = ? AND revoked_at IS NULL',
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

  function revokeToken(
    provider: string,
    id: string,
    how: { at: number } | { untilUseOf: string },
    by: Change,
  ): boolean {
    const changed =
      'at' in how
        ? end.run(how.at, provider, id).changes
        : endLater.run(how.untilUseOf, provider, id).changes;
    if (Number(changed) === 0) return false;
    const data = 'at' in how ? { at: new Date(how.at).toISOString() } : { untilUseOf: how.untilUseOf };
    writer.events([{ type: 'token.revoked', subject: { kind: 'token', id }, data }], { ...by, provider });
    return true;
  }

  return {
    revokeToken,
    tokenByHash: (hash: string) => {
      const row = byHash.get(hash);
      return row ? readToken(row as unknown as TokenColumns) : null;
    },
    tokens: (provider: string) => (ofProvider.all(provider) as unknown as TokenColumns[]).map(readToken),
    knowsTokenHash: (hash: string) => byHash.get(hash) !== undefined,
    addToken(token: Token, hash: string, by: Change): void {
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
    },
    /** The first use of a token ends those that were kept until then. */
    noteTokenUse(provider: string, id: string, at: number, from: string | null): void {
      used.run(at, from, provider, id);
      const by: Change = { at, actor: { kind: 'token', id }, cause: null };
      for (const row of replaced.all(provider, id) as { id: string }[])
        revokeToken(provider, row.id, { at }, by);
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
