// What administrators set: providers and their numbered rules. Each change reads what was there in the transaction
// that writes what is there now, with its event.

import { fold } from '../../fold.ts';
import type { EventDraft } from '../../identity/event.ts';
import { isClosed, type Provider, resealed, scimRests, withoutSecrets } from '../../identity/provider.ts';
import { type ProviderState, targetsOfGroup } from '../../mapping/decide.ts';
import type { Ruleset } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import type { Change, Ledger, ProviderExtras } from '../ledger.ts';
import { supersedeJob } from './jobs.ts';
import type { Tell } from './origin.ts';
import { rowsOfProvider } from './reconciliation/forgetting.ts';
import { resealSessions } from './sign-in/sealed-tokens.ts';
import { all, one, type Script, UniqueViolation, write } from './statement.ts';
import { readSettings } from './stored-settings.ts';
import { ensureTargets } from './targets.ts';
import { addToken } from './tokens.ts';
import { resealWebhooks } from './webhooks/webhook-rows.ts';

export function* stateOf(provider: string): Script<ProviderState | undefined> {
  return (yield* readSettings()).states.get(provider);
}

// --- providers --------------------------------------------------------------------------------------------------

export function* saveProvider(
  tell: Tell,
  wanted: Provider,
  expected: number,
  by: Change,
  also?: ProviderExtras,
): Script<void> {
  const known = yield* stateOf(wanted.id);
  const before = known?.provider;
  const provider = wanted.scimEnabled ? withScim(wanted) : wanted;
  try {
    yield* writeProvider(provider, expected);
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    throw new Refusal('conflict', `A provider named "${provider.name}" is there already.`);
  }
  if (before && before.settings.groupsMatchedBy !== provider.settings.groupsMatchedBy) {
    yield* rematchGroups(provider);
  }
  // Whoever came in by it is out, and does not come back when it is enabled again.
  if (!provider.enabled) yield* write('DELETE FROM sessions WHERE provider = ?', provider.id);
  const type = before ? ('provider.updated' as const) : ('provider.created' as const);
  const data = before ? { before: shown(before), after: shown(provider) } : { after: shown(provider) };
  const subject = { kind: 'provider' as const, id: provider.id };
  yield* tell([{ type, subject, data }], { ...by, provider: provider.id });
  if (also?.ruleset) yield* applyRuleset(tell, also.ruleset, by, also.expectedRuleset);
  else if (known && before && scimRests(before) !== scimRests(provider)) {
    yield* applyRuleset(tell, known.ruleset, by);
  }
  if (also?.token) yield* addToken(tell, also.token.token, also.token.hash, by);
}

/** What SCIM said counts again, and a job that was to end it has nothing to do any more. */
function withScim(provider: Provider): Provider {
  const { scimRests: _, retirement, ...settings } = provider.settings;
  const going = retirement?.of === 'provider' ? { retirement } : {};
  return { ...provider, settings: { ...settings, ...going } };
}

/** The name of one that goes is free at once: its own place in the index is one that no name has. */
function nameKey(provider: Provider): string {
  return isClosed(provider) ? `\u001f${provider.id}` : fold(provider.name);
}

export function* writeProvider(provider: Provider, expected: number): Script<void> {
  const values = [
    provider.name,
    nameKey(provider),
    provider.enabled ? 1 : 0,
    provider.scimEnabled ? 1 : 0,
    provider.declared ? 1 : 0,
    JSON.stringify(provider.settings),
    provider.revision,
    provider.id,
  ];
  if (expected === 0) {
    yield* write(
      `INSERT INTO providers (name, name_folded, enabled, scim_enabled, declared, settings, revision, id, ruleset, groups_by_scim, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)`,
      ...values,
      provider.createdAt,
    );
    return;
  }
  const changed = yield* write(
    `UPDATE providers SET name = ?, name_folded = ?, enabled = ?, scim_enabled = ?, declared = ?, settings = ?, revision = ?
     WHERE id = ? AND revision = ?`,
    ...values,
    expected,
  );
  if (changed !== 1) {
    throw new Refusal('stale', 'The provider was changed by somebody else. Read it again.');
  }
}

/** For the event: everything but the secrets. */
export function shown({ name, enabled, scimEnabled, settings }: Provider) {
  const connection = withoutSecrets(settings.connection);
  return { name, enabled, scimEnabled, settings: { ...settings, connection } };
}

/** Gives how many it sealed anew: what opens no more of a provider undoes all of it, of a session ends that session. */
export function* reseal(tell: Tell, ...[anew, about, by]: Parameters<Ledger['reseal']>): Script<number> {
  let count = 0;
  for (const { provider } of (yield* readSettings()).states.values()) {
    const settings = resealed(provider, (secret) => {
      const sealed = anew(secret);
      if (sealed !== secret.sealed) count++;
      return sealed;
    });
    if (settings === provider.settings) continue;
    const changed = yield* write(
      'UPDATE providers SET settings = ?, revision = revision + 1 WHERE id = ? AND revision = ?',
      JSON.stringify(settings),
      provider.id,
      provider.revision,
    );
    if (changed !== 1) throw new Refusal('stale', 'A provider was changed at the same moment. Do it again.');
  }
  count += yield* resealWebhooks(anew);
  count += yield* resealSessions(tell, anew, by);
  const draft = about(count);
  if (draft) yield* tell([draft], { ...by, provider: null });
  return count;
}

/** Names begin or cease to be unique: those that are there follow. */
function* rematchGroups({ id, settings }: Provider): Script<void> {
  const name = settings.groupsMatchedBy === 'externalId' ? 'NULL' : 'display_name_folded';
  try {
    yield* write(`UPDATE directory_groups SET unique_name = ${name} WHERE provider = ?`, id);
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    const detail =
      'Two groups have one displayName. Rename one at the provider before groups are matched by it.';
    throw new Refusal('conflict', detail);
  }
}

/** What belongs to a provider, in the order in which it is removed: what is a person's after the person. */
const providerTables = [
  'memberships',
  'targets',
  'users',
  'directory_groups',
  'tokens',
  'rulesets',
  'jobs',
  'identities',
  'purged_identities',
  'link_requests',
  'sessions',
  'api_keys',
];

export function* removeProvider(tell: Tell, id: string, by: Change): Script<void> {
  const before = (yield* stateOf(id))?.provider;
  if (!before) throw new Refusal('notFound', `There is no provider ${id}.`);
  // By target and user, which is what their index is ordered by: those of all other providers are many.
  yield* write(
    `DELETE FROM holdings WHERE target IN (SELECT id FROM targets WHERE provider = ? UNION ALL SELECT id FROM roles)
     AND "user" IN (SELECT id FROM users WHERE provider = ?)`,
    id,
    id,
  );
  for (const table of providerTables) yield* write(`DELETE FROM ${table} WHERE provider = ?`, id);
  for (const { name, where } of rowsOfProvider) yield* write(`DELETE FROM ${name} WHERE ${where}`, id);
  yield* write('DELETE FROM providers WHERE id = ?', id);
  const data = { name: before.name };
  const draft: EventDraft = { type: 'provider.removed', subject: { kind: 'provider', id }, data };
  yield* tell([draft], { ...by, provider: id });
}

// --- rules ------------------------------------------------------------------------------------------------------

/** Numbers the rules, stores them, and begins the job that resolves everybody anew. Returns the number. */
export function* applyRuleset(
  tell: Tell,
  ruleset: Omit<Ruleset, 'number'>,
  by: Change,
  expected?: number,
): Script<number> {
  const { provider } = ruleset;
  const before = (yield* stateOf(provider))?.ruleset;
  if (!before) throw new Refusal('notFound', `There is no provider ${provider}.`);
  if (expected !== undefined && expected !== before.number) {
    throw new Refusal('stale', 'The mappings were changed by somebody else. Read them again.');
  }
  const number = yield* storeRuleset(tell, before, ruleset, by);
  yield* ensureGroupTargets(tell, provider, by);
  const anyUser = yield* one('SELECT 1 AS there FROM users WHERE provider = ? LIMIT 1', provider);
  if (anyUser) {
    const cause = { kind: 'ruleset' as const, id: `${provider}/${number}` };
    yield* supersedeJob({ kind: 'resolve-all', provider, subject: '' }, cause, by.at);
  }
  return number;
}

/** The rules alone, with their event; who follows them is for the caller to say. */
export function* storeRuleset(
  tell: Tell,
  before: Ruleset,
  ruleset: Omit<Ruleset, 'number'>,
  by: Change,
): Script<number> {
  const { provider } = ruleset;
  const number = before.number + 1;
  yield* write(
    'INSERT INTO rulesets (provider, number, strategy, rules, scim_attributes, at, actor) VALUES (?, ?, ?, ?, ?, ?, ?)',
    provider,
    number,
    ruleset.strategy,
    JSON.stringify(ruleset.rules),
    JSON.stringify(ruleset.scimAttributes),
    by.at,
    `${by.actor.kind}:${by.actor.id}`,
  );
  yield* write('UPDATE providers SET ruleset = ? WHERE id = ?', number, provider);
  const said = (rules: Ruleset['rules']) => rules.map(({ id: _, ...rule }) => rule);
  const data = { number, before: said(before.rules), after: said(ruleset.rules), strategy: ruleset.strategy };
  const subject = { kind: 'provider' as const, id: provider };
  yield* tell([{ type: 'mapping.applied', subject, data }], { ...by, provider });
  return number;
}

/** A new team rule makes teams of the groups that are there, also of those without members. */
function* ensureGroupTargets(tell: Tell, provider: string, by: Change): Script<void> {
  const { ruleset } = (yield* stateOf(provider))!;
  const groups = yield* all<{ id: string; name: string }>(
    'SELECT id, display_name AS name FROM directory_groups WHERE provider = ?',
    provider,
  );
  const targets = groups.flatMap(({ id, name }) => targetsOfGroup(ruleset, { id, displayName: name }));
  yield* ensureTargets(tell, targets, { ...by, provider });
}
