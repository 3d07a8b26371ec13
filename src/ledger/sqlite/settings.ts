// What administrators set: providers, their numbered rules, provisioning tokens, roles.

import { fold } from '../../fold.ts';
import type { EventDraft } from '../../identity/event.ts';
import { type Provider, resealed, SEALED_SECRET, type SealedSecret } from '../../identity/provider.ts';
import { targetsOfGroup } from '../../mapping/decide.ts';
import type { Ruleset } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import type { Change, ProviderExtras, StoredRole } from '../ledger.ts';
import type { Loader } from './load.ts';
import type { Database } from './open.ts';
import { type TokenStore, tokenStore } from './tokens.ts';
import type { Writer } from './write.ts';

export interface SettingsStore extends TokenStore {
  saveProvider(provider: Provider, expected: number, by: Change, also?: ProviderExtras): void;
  removeProvider(id: string, by: Change): void;
  applyRuleset(ruleset: Omit<Ruleset, 'number'>, by: Change, expected?: number): number;
  saveRole(role: StoredRole): void;
  reseal(
    reseal: (secret: SealedSecret) => string,
    tell: (resealed: number) => EventDraft | null,
    by: Change,
  ): number;
}

export function settingsStore(database: Database, loader: Loader, writer: Writer): SettingsStore {
  const providers = providerStore(database, loader, writer);
  const tokens = tokenStore(database, loader, writer);
  const putRole = database.prepare(
    `INSERT INTO roles (id, name, system, permissions) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, permissions = excluded.permissions`,
  );
  return {
    ...providers,
    ...tokens,
    saveProvider(provider, expected, by, also) {
      providers.saveProvider(provider, expected, by);
      if (also?.ruleset) providers.applyRuleset(also.ruleset, by, also.expectedRuleset);
      if (also?.token) tokens.addToken(also.token.token, also.token.hash, by);
    },
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
  'holdings',
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
  const freeNames = database.prepare('UPDATE directory_groups SET unique_name = NULL WHERE provider = ?');
  const bindNames = database.prepare(
    'UPDATE directory_groups SET unique_name = display_name_folded WHERE provider = ?',
  );
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
    if (before && before.settings.groupsMatchedBy !== provider.settings.groupsMatchedBy) {
      rematchGroups(provider);
    }
    loader.forget();
    const type = before ? ('provider.updated' as const) : ('provider.created' as const);
    const shown = ({ name, enabled, scimEnabled, settings }: Provider) => {
      const { [SEALED_SECRET]: _, ...connection } = settings.connection;
      return { name, enabled, scimEnabled, settings: { ...settings, connection } };
    };
    const data = before ? { before: shown(before), after: shown(provider) } : { after: shown(provider) };
    tell(provider.id, by, { type, subject: { kind: 'provider', id: provider.id }, data });
  }

  /** Names begin or cease to be unique: those that are there follow. */
  function rematchGroups({ id, settings }: Provider): void {
    try {
      (settings.groupsMatchedBy === 'externalId' ? freeNames : bindNames).run(id);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('UNIQUE constraint failed')) throw error;
      const detail =
        'Two groups have one displayName. Rename one at the provider before groups are matched by it.';
      throw new Refusal('conflict', detail);
    }
  }

  const putSettings = database.prepare(
    'UPDATE providers SET settings = ?, revision = revision + 1 WHERE id = ?',
  );

  function reseal(...[anew, about, by]: Parameters<SettingsStore['reseal']>): number {
    let count = 0;
    for (const { provider } of loader.states()) {
      const settings = resealed(provider, anew);
      if (settings === provider.settings) continue;
      putSettings.run(JSON.stringify(settings), provider.id);
      count++;
    }
    loader.forget();
    const draft = about(count);
    if (draft) writer.events([draft], { ...by, provider: null });
    return count;
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

  function applyRuleset(ruleset: Omit<Ruleset, 'number'>, by: Change, expected?: number): number {
    const { provider } = ruleset;
    const row = current.get(provider) as { ruleset: number } | undefined;
    if (!row) throw new Refusal('notFound', `There is no provider ${provider}.`);
    if (expected !== undefined && expected !== row.ruleset) {
      throw new Refusal('stale', 'The mappings were changed by somebody else. Read them again.');
    }
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

  return { saveProvider, removeProvider, applyRuleset, reseal };
}
