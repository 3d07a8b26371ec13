// What somebody had at a moment, and why, as it is shown: by what the log said up to there, with the names and the rules of
// that moment.

import { type Static, Type } from 'typebox';
import { displayNameOf, signInName } from '../../identity/user.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PastGrant, PastPerson } from '../../mapping/past.ts';
import { cutText } from '../../mapping/rule.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { choice, count, orNull, reference, rfc3339, source, statuses, text, time } from './contract.ts';
import type { Moment } from './moment.ts';
import { peopleThen, type Then, thenAt } from './past-people.ts';
import { showReason } from './reasons.ts';

const pastSource = Type.Object({
  ...source.properties,
  by: orNull(choice(['rule', 'manual'], 'null: erased with what was personal of them.')),
  since: time(),
  cause: orNull(text('The request (or job) whose effect it is.')),
});

const pastTarget = Type.Object({ ...reference.properties, sources: Type.Array(pastSource) });

export const pastAccess = Type.Object({
  user: Type.Object({
    id: text(),
    provider: text('Id of the provider.'),
    userName: orNull(text('The name they signed in with then; null once it was erased.')),
    displayName: orNull(text('What they were called then; null once it was erased.')),
    status: choice(statuses),
  }),
  active: Type.Boolean(),
  words: text('The outcome in one sentence.'),
  role: orNull(pastTarget),
  teams: Type.Array(pastTarget),
  businessUnits: Type.Array(pastTarget),
  groups: Type.Array(reference, { description: 'The groups of the provider that they were in.' }),
  erased: Type.Boolean({
    description:
      'What was personal of them was erased since: what they had is known, and since when, but not why.',
  }),
  ruleset: count('Number of the rules that held then.'),
  at: time('The moment that was asked for.'),
  position: count('The last place of the log that counts for it.'),
});

export type PastAccess = Static<typeof pastAccess>;
export type PastTarget = Static<typeof pastTarget>;
type PastSource = Static<typeof pastSource>;

export async function accessThen(ledger: Ledger, id: string, moment: Moment): Promise<PastAccess> {
  const then = thenAt(ledger, moment);
  const [person] = await peopleThen(ledger, then, [id]);
  if (!person) {
    const detail = `There was no user with the id ${shorten(id)} at ${rfc3339(moment.at)}.`;
    throw new Refusal('notFound', detail);
  }
  return showThen(then, person);
}

export async function showThen(then: Then, person: PastPerson): Promise<PastAccess> {
  const { id, erased, status } = person;
  const provider = person.provider!;
  const held = await heldThen(then, person);
  const of = (kind: PastGrant['kind']) => byName([...held[kind].values()]);
  const role = of('role')[0] ?? null;
  const name = erased ? null : displayNameOf(person.named);
  const { number } = await then.rulesOf(provider);
  return {
    user: { id, provider, userName: erased ? null : signInName(person.named), displayName: name, status },
    active: status === 'active',
    words: outcome(name ?? 'Somebody whose name was erased', status, role),
    role,
    teams: of('team'),
    businessUnits: of('businessUnit'),
    groups: await groupsThen(then, person),
    erased,
    ruleset: number,
    at: rfc3339(then.moment.at),
    position: then.moment.position,
  };
}

function outcome(name: string, status: PastAccess['user']['status'], role: PastTarget | null): string {
  if (status === 'removed') return `${name} was removed by then and had no access.`;
  const had = role ? `had the role ${role.name}` : 'had no role, and could not sign in';
  return `${name} ${had}${status === 'suspended' ? '; suspended, so all of it was dormant' : ''}.`;
}

async function groupsThen(then: Then, { groups }: PastPerson): Promise<PastAccess['groups']> {
  const named = [...groups].map(async ([id, joined]) => {
    const name = (await then.nameOf('group', id))?.name ?? joined ?? id;
    return { id, name };
  });
  return byName(await Promise.all(named));
}

// --- what they had ----------------------------------------------------------------------------------------------

async function heldThen(
  then: Then,
  person: PastPerson,
): Promise<Record<PastGrant['kind'], Map<string, PastTarget>>> {
  const held = { role: new Map(), team: new Map(), businessUnit: new Map() };
  for (const grant of counting(person.grants)) {
    const { kind, target: id } = grant;
    const name = await nameThen(then, grant);
    const one: PastTarget = held[kind].get(id) ?? { id, name, sources: [] };
    one.sources.push(await showSource(then, person, grant));
    held[kind].set(id, one);
  }
  return held;
}

/** A user has one role. Of several that an older log leaves standing the one counts that people gave, else the last. */
function counting(grants: readonly PastGrant[]): PastGrant[] {
  const roles = grants.filter(({ kind, outweighed }) => kind === 'role' && !outweighed);
  const manual = roles.find(({ reason }) => reason?.by === 'manual');
  const role = (manual ?? roles.at(-1))?.target;
  return grants.filter(({ kind, target }) => kind !== 'role' || target === role);
}

/** The word of the grant, or of a renaming that came behind it. */
async function nameThen(then: Then, { kind, target, name, namedAt }: PastGrant): Promise<string> {
  const known = await then.nameOf(kind, target);
  if (known && (name === null || known.position > namedAt)) return known.name;
  return name ?? target;
}

async function showSource(
  then: Then,
  { provider, groups }: PastPerson,
  grant: PastGrant,
): Promise<PastSource> {
  const { reason, since, cause } = grant;
  if (!reason) return { ...erasedReason, since: rfc3339(since), cause };
  const { ruleset } = await then.rulesOf(provider!);
  const group = reason.by === 'rule' ? reason.group : undefined;
  const name =
    group !== undefined && groups.has(group) ? ((await then.nameOf('group', group))?.name ?? null) : null;
  // The group is called what it was called then, whatever it was called when the person joined.
  const told = name !== null && reason.by === 'rule' ? { ...reason, value: cutText(name) } : reason;
  const shown = showReason(told, {
    ruleset: ruleset ?? { rules: [] },
    groupName: () => name,
    since,
  });
  return { ...shown, since: rfc3339(since), cause };
}

const erasedReason = {
  by: null,
  words: 'The reason was erased with what was personal of them.',
  actor: null,
  rule: null,
  attribute: null,
  value: null,
  channel: null,
  group: null,
  kept: null,
  exempt: null,
} as const;

function byName<Item extends { id: string; name: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1));
}
