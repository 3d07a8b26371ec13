// One chunk of the job that decides on a provider's people: first they, then its groups, then what else is left of it, and
// at last the provider itself. Each chunk is short, however much there is: nobody waits for the whole.

import { type ChangeSet, emptyChangeSet } from '../../identity/change-set.ts';
import type { Actor } from '../../identity/event.ts';
import type { Provider, Retirement } from '../../identity/provider.ts';
import type { ProviderState } from '../../mapping/decide.ts';
import type { Job } from '../ledger.ts';
import type { Dialect } from './dialect.ts';
import { decideChunk, readChunk } from './job-chunk.ts';
import type { Progress } from './jobs.ts';
import type { Tell } from './origin.ts';
import { shown, writeProvider } from './providers.ts';
import { cancelRunsOf, type RowsOfProvider, rowsOfProvider } from './reconciliation/forgetting.ts';
import { all, one, type Script, write } from './statement.ts';

/** What one chunk comes to, to be written in one commit. */
export interface Step {
  changes: ChangeSet | null;
  progress: Progress;
  /** Written beside the changes. */
  also: ((tell: Tell) => Script<void>) | null;
}

const system: Actor = { kind: 'system', id: 'job' };
const GROUPS_AT_ONCE = 50;
const ROWS_AT_ONCE = 500;

/** Where the job is, behind the last of its people: ids of people are no such words. */
const places = { groups: 'groups ', rows: 'rows ' } as const;

export function* readRetirementStep(
  dialect: Dialect,
  job: Job,
  state: ProviderState,
  at: number,
  people?: number,
): Script<Step> {
  const { retirement } = state.provider.settings;
  // SCIM was switched on again by the configuration file, which asks nobody.
  if (!retirement || retirement.done) return stepTo(job.position, { finished: true });
  if (job.position.startsWith(places.rows)) return yield* rowsStep(job, state, retirement, at);
  if (job.position.startsWith(places.groups)) return yield* groupsStep(job, state, at);
  const chunk = yield* readChunk(dialect, job, state, people);
  if (chunk.last !== null) {
    return { ...stepTo(chunk.last, { done: chunk.looked }), changes: decideChunk(job, state, chunk, at) };
  }
  if (retirement.of === 'provider') return stepTo(places.groups);
  return {
    ...stepTo(job.position, { finished: true }),
    also: (tell) => scimEnded(tell, job, state.provider, at),
  };
}

function stepTo(position: string, more: Partial<Progress> = {}): Step {
  return { changes: null, also: null, progress: { position, done: 0, finished: false, ...more } };
}

function* groupsStep(job: Job, { provider }: ProviderState, at: number): Script<Step> {
  const groups = yield* all<{ id: string; display_name: string }>(
    'SELECT id, display_name FROM directory_groups WHERE provider = ? AND id > ? ORDER BY id LIMIT (? + 0)',
    provider.id,
    job.position.slice(places.groups.length),
    GROUPS_AT_ONCE,
  );
  const last = groups.at(-1);
  if (!last) return { ...stepTo(`${places.rows}0`), also: () => cancelRunsOf(provider.id, at) };
  const changes = emptyChangeSet(provider.id, at, system, job.cause);
  for (const { id, display_name: displayName } of groups) {
    changes.removedGroups.push(id);
    changes.events.push({ type: 'group.removed', subject: { kind: 'group', id }, data: { displayName } });
  }
  return { ...stepTo(places.groups + last.id), changes };
}

// --- what is left -----------------------------------------------------------------------------------------------

function own(name: string, key: string): RowsOfProvider {
  return { name, key, where: 'provider = ?' };
}

/** Those who are kept come in by no session of it, nobody waits to be linked, and nothing is compared any more. */
const ofEntrance: readonly RowsOfProvider[] = [
  own('sessions', 'hash'),
  own('link_requests', 'id'),
  ...rowsOfProvider,
];

/** What is a person's before the person. Whoever was removed holds nothing any more, so that holdings are gone by now. */
const ofProvider: readonly RowsOfProvider[] = [
  ...ofEntrance,
  own('api_keys', 'id'),
  own('identities', 'issuer, subject'),
  own('purged_identities', 'hash'),
  own('memberships', 'group_id, member'),
  own('targets', 'id'),
  own('users', 'id'),
  own('tokens', 'id'),
  own('rulesets', 'number'),
];

function* rowsStep(job: Job, { provider }: ProviderState, retirement: Retirement, at: number): Script<Step> {
  const tables = retirement.people === 'remove' ? ofProvider : ofEntrance;
  for (let n = Number(job.position.slice(places.rows.length)); n < tables.length; n++) {
    const table = tables[n]!;
    const there = yield* one(
      `SELECT 1 AS there FROM ${table.name} WHERE ${table.where} LIMIT 1`,
      provider.id,
    );
    if (there) return { ...stepTo(places.rows + n), also: () => clear(table, provider.id) };
  }
  const end = retirement.people === 'remove' ? providerGone : providerLeft;
  return { ...stepTo(job.position, { finished: true }), also: (tell) => end(tell, job, provider, at) };
}

function* clear({ name, key, where }: RowsOfProvider, provider: string): Script<void> {
  yield* write(
    `DELETE FROM ${name} WHERE ${where} AND (${key}) IN (SELECT ${key} FROM ${name} WHERE ${where} LIMIT (? + 0))`,
    provider,
    provider,
    ROWS_AT_ONCE,
  );
}

// --- the end ----------------------------------------------------------------------------------------------------

function* providerGone(tell: Tell, job: Job, provider: Provider, at: number): Script<void> {
  yield* write('DELETE FROM jobs WHERE provider = ? AND id <> ?', provider.id, job.id);
  yield* write('DELETE FROM providers WHERE id = ?', provider.id);
  yield* tellRemoved(tell, job, provider, at);
}

/** The home of those who were kept. */
function* providerLeft(tell: Tell, job: Job, provider: Provider, at: number): Script<void> {
  const retirement = { ...provider.settings.retirement!, done: true };
  const left = {
    ...provider,
    revision: provider.revision + 1,
    settings: { ...provider.settings, retirement },
  };
  yield* writeProvider(left, provider.revision);
  yield* tellRemoved(tell, job, provider, at);
}

function* tellRemoved(tell: Tell, job: Job, { id, name, settings }: Provider, at: number): Script<void> {
  const data = { name, people: settings.retirement!.people };
  const from = { at, provider: id, actor: system, cause: job.cause };
  yield* tell([{ type: 'provider.removed', subject: { kind: 'provider', id }, data }], from);
}

function* scimEnded(tell: Tell, job: Job, provider: Provider, at: number): Script<void> {
  const { retirement: _, ...settings } = provider.settings;
  const after = { ...provider, revision: provider.revision + 1, settings };
  yield* writeProvider(after, provider.revision);
  const { id } = provider;
  const data = { before: shown(provider), after: shown(after) };
  const from = { at, provider: id, actor: system, cause: job.cause };
  yield* tell([{ type: 'provider.updated', subject: { kind: 'provider', id }, data }], from);
}
