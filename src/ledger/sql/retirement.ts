// Removing a provider that has people, or switching its SCIM off: how it begins, in one short commit, and whom it is about.
// What follows is a job's (retirement-chunk.ts).

import { newId } from '../../id.ts';
import type { Cause } from '../../identity/event.ts';
import type { Provider, Retirement } from '../../identity/provider.ts';
import { Refusal } from '../../refusal.ts';
import type { Change, Job, JobKind, RetirementAsked, RetirementCounts } from '../ledger.ts';
import { counted } from './events.ts';
import { addJob, endJob, findJob, type NewJob } from './jobs.ts';
import type { Tell } from './origin.ts';
import { shown, stateOf, storeRuleset, writeProvider } from './providers.ts';
import { one, type Script } from './statement.ts';
import { revokeToken, tokensOf } from './tokens.ts';

const jobOf: Readonly<Record<Retirement['of'], JobKind>> = { provider: 'remove-provider', scim: 'end-scim' };

export function* beginRetirement(
  tell: Tell,
  wanted: Provider,
  expected: number,
  how: RetirementAsked,
  by: Change,
): Script<Job> {
  const { id } = wanted;
  const state = yield* stateOf(id);
  if (!state) throw new Refusal('notFound', `There is no provider ${id}.`);
  const under = state.provider.settings.retirement;
  if (under && !under.done)
    throw new Refusal('conflict', `A job is deciding on the people of ${id} already.`);
  const { ruleset } = state;
  const going = goingProvider(wanted, { ...how, ...whoAndWhen(by), former: ruleset.number, done: false });
  yield* writeProvider(going, expected);
  const data = { before: shown(state.provider), after: shown(going) };
  yield* tell([{ type: 'provider.updated', subject: { kind: 'provider', id }, data }], {
    ...by,
    provider: id,
  });
  if (how.of === 'provider') yield* endTokens(tell, id, by);
  yield* storeRuleset(tell, ruleset, how.of === 'provider' ? { ...ruleset, rules: [] } : ruleset, by);
  const job: NewJob = { kind: jobOf[how.of], provider: id, subject: '' };
  // It resolves everybody whom it leaves there.
  yield* endJob({ ...job, kind: 'resolve-all' }, by.at);
  const cause: Cause = by.cause ?? { kind: 'command', id: newId(by.at) };
  yield* addJob(job, cause, by.at);
  return (yield* findJob(job))!;
}

function whoAndWhen({ at, actor }: Change): Pick<Retirement, 'at' | 'actor'> {
  return { at, actor: `${actor.kind}:${actor.id}` };
}

/** Sessions of a provider that is not enabled let nobody in; they go by and by. */
function goingProvider(wanted: Provider, retirement: Retirement): Provider {
  const enabled = retirement.of === 'provider' ? false : wanted.enabled;
  const rests = retirement.of === 'scim' ? { scimRests: true as const } : {};
  const settings = { ...wanted.settings, ...rests, retirement };
  return { ...wanted, enabled, scimEnabled: false, settings };
}

function* endTokens(tell: Tell, provider: string, by: Change): Script<void> {
  for (const token of yield* tokensOf(provider)) {
    if (!token.ended) yield* revokeToken(tell, provider, token.id, { at: by.at }, by);
  }
}

// --- whom it is about -------------------------------------------------------------------------------------------

/** What is removed in one commit has no more rows of a kind than this. */
const FEW = 500;

/** Each by an index, without a look at the rows; what only rows tell is counted up to a limit. */
export function* countForRetirement(provider: string, of: Retirement['of']): Script<RetirementCounts> {
  const live = yield* count('provider = ? AND removed_at IS NULL', provider);
  const suspended = yield* count("provider = ? AND status = 'suspended'", provider);
  const roleless = yield* count('provider = ? AND role IS NULL AND removed_at IS NULL', provider);
  const idle = yield* countSome("u.provider = ? AND u.status = 'suspended' AND u.role IS NULL", provider);
  const beside = of === 'scim' ? yield* countBeside(provider) : nobody;
  const total = live - beside.all;
  const isSmall = (yield* hasFew('users', provider)) && (yield* hasFew('directory_groups', provider));
  return {
    total,
    active: total - (suspended - beside.suspended),
    suspended: suspended - beside.suspended,
    withRole: total - (roleless - beside.roleless),
    couldSignIn: live - suspended - roleless + idle.total - beside.couldSignIn,
    totalIsCapped: idle.totalIsCapped || beside.isCapped,
    isSmall: isSmall && (yield* hasFew('memberships', provider)),
  };
}

const nobody = { all: 0, suspended: 0, roleless: 0, couldSignIn: 0, isCapped: false };

/** Those whom only a sign-in has told of. */
function* countBeside(provider: string): Script<typeof nobody> {
  const where = 'u.provider = ? AND coalesce(u.last_provisioned_at, 0) = 0 AND u.removed_at IS NULL';
  const all = yield* countSome(where, provider);
  const suspended = yield* countSome(`${where} AND u.status = 'suspended'`, provider);
  const roleless = yield* countSome(`${where} AND u.role IS NULL`, provider);
  const could = yield* countSome(`${where} AND u.status = 'active' AND u.role IS NOT NULL`, provider);
  return {
    all: all.total,
    suspended: suspended.total,
    roleless: roleless.total,
    couldSignIn: could.total,
    isCapped: all.totalIsCapped,
  };
}

function countSome(where: string, provider: string) {
  return counted(`SELECT 1 AS one FROM users u WHERE ${where}`, [provider]);
}

function* count(where: string, provider: string): Script<number> {
  return (yield* one<{ n: number }>(`SELECT count(*) AS n FROM users WHERE ${where}`, provider))?.n ?? 0;
}

function* hasFew(table: string, provider: string): Script<boolean> {
  const sql = `SELECT count(*) AS n FROM (SELECT 1 AS one FROM ${table} WHERE provider = ? LIMIT (? + 0)) AS found`;
  return ((yield* one<{ n: number }>(sql, provider, FEW + 1))?.n ?? 0) <= FEW;
}
