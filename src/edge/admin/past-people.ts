// People as they were at a moment, and what things were called then: read from the log by its indexes, some hundred people at
// once, so that one person costs as much as their own events and everybody needs no more memory than some.

import type { EventType } from '../../identity/event.ts';
import type { Ledger, StoredEvent } from '../../ledger/ledger.ts';
import type { PlaceOfPerson } from '../../ledger/past-log.ts';
import type { StoredRuleset } from '../../ledger/ruleset-history.ts';
import { decideAccess } from '../../mapping/decide.ts';
import {
  catchesUpWith,
  grantTypes,
  hear,
  nobodyYet,
  type PastPerson,
  pastTypes,
} from '../../mapping/past.ts';
import { isObject } from '../../scim/json.ts';
import { isStale } from './current-access.ts';
import type { Moment } from './moment.ts';

/** Events that are read in one go. */
const EVENTS_AT_ONCE = 2_000;
/** Names that are remembered while a file is written; then they are looked up again. */
const NAMES_REMEMBERED = 20_000;

/** What a moment is asked about, and what was learned of it so far. */
export interface Then {
  readonly moment: Moment;
  rulesOf(provider: string): Promise<RulesThen>;
  /** Of a role, team, business unit or group, and the place where it was last called so. */
  nameOf(kind: NamedKind, id: string): Promise<{ name: string; position: number } | null>;
}

export interface RulesThen {
  readonly number: number;
  /** null where they are not kept any more. */
  readonly ruleset: StoredRuleset | null;
}

type NamedKind = keyof typeof namingTypes;

/** The events that say what something is called. */
const namingTypes = {
  role: ['role.created', 'role.updated'],
  team: ['team.created', 'team.renamed'],
  businessUnit: ['business_unit.created', 'business_unit.renamed'],
  group: ['group.created', 'group.updated'],
  provider: ['provider.created', 'provider.updated'],
} as const satisfies Record<string, EventType[]>;

export function thenAt(ledger: Ledger, moment: Moment): Then {
  const rules = new Map<string, Promise<RulesThen>>();
  const names = new Map<string, Promise<{ name: string; position: number } | null>>();
  return {
    moment,
    rulesOf: (provider) => remembered(rules, provider, () => rulesThen(ledger, moment, provider)),
    nameOf: (kind, id) => remembered(names, `${kind}/${id}`, () => nameThen(ledger, moment, kind, id)),
  };
}

function remembered<Value>(known: Map<string, Value>, key: string, look: () => Value): Value {
  let found = known.get(key);
  if (found === undefined) {
    if (known.size >= NAMES_REMEMBERED) known.clear();
    found = look();
    known.set(key, found);
  }
  return found;
}

async function rulesThen(ledger: Ledger, { position }: Moment, provider: string): Promise<RulesThen> {
  const [applied] = await ledger.events({
    subject: provider,
    types: ['mapping.applied'],
    after: position + 1,
    newestFirst: true,
    limit: 1,
  });
  const number = typeof applied?.data?.number === 'number' ? applied.data.number : 0;
  return { number, ruleset: await ledger.rulesetOf(provider, number) };
}

/** The newest event that says it: others changed something else. */
async function nameThen(ledger: Ledger, { position }: Moment, kind: NamedKind, id: string) {
  let before = position + 1;
  for (;;) {
    const types = namingTypes[kind];
    const events = await ledger.events({ subject: id, types, after: before, newestFirst: true, limit: 20 });
    for (const event of events) {
      const name = nameIn(event);
      if (name !== null) return { name, position: event.position };
    }
    const last = events.at(-1);
    if (!last || events.length < 20) break;
    before = last.position;
  }
  // Roles that came with the product were never told of: whoever renamed one was.
  const name = (await ledger.names([id])).get(id);
  return name === undefined ? null : { name, position: 0 };
}

function nameIn({ data }: StoredEvent): string | null {
  const after = isObject(data?.after) ? data.after : {};
  const renamed = typeof data?.after === 'string' ? data.after : undefined;
  const said = [renamed, after.displayName, after.name, data?.name];
  return said.find((each): each is string => typeof each === 'string') ?? null;
}

// --- people -----------------------------------------------------------------------------------------------------

/** In the order of their ids; who was not there yet is missing. */
export async function peopleThen(ledger: Ledger, then: Then, ids: readonly string[]): Promise<PastPerson[]> {
  const people = new Map(ids.map((id) => [id, nobodyYet(id)]));
  const { position } = then.moment;
  const query = { subjects: ids, types: pastTypes, above: 0, upTo: position };
  for await (const event of walk(ledger, query)) hear(people.get(event.subject.id)!, event);
  const there = [...people.values()].filter(({ provider }) => provider !== null);
  await catchUp(ledger, then, there);
  return there;
}

async function* walk(
  ledger: Ledger,
  query: { subjects: readonly string[]; types: readonly EventType[]; above: number; upTo: number },
): AsyncGenerator<StoredEvent> {
  let after: PlaceOfPerson | null = null;
  for (;;) {
    const events = await ledger.eventsOf({ ...query, after, limit: EVENTS_AT_ONCE });
    yield* events;
    const last = events.at(-1);
    if (!last || events.length < EVENTS_AT_ONCE) return;
    after = { subject: last.subject.id, position: last.position };
  }
}

/**
 * Rules that had been applied count for everybody from then on, also for those whom the job reached later: what it wrote of
 * them then comes first of all that was written of what they have.
 */
async function catchUp(ledger: Ledger, then: Then, people: readonly PastPerson[]): Promise<void> {
  const behind = new Map<string, { person: PastPerson; number: number }>();
  for (const person of people) {
    if (person.status === 'removed') continue;
    behind.set(person.id, { person, number: (await then.rulesOf(person.provider!)).number });
  }
  const upTo = await ledger.lastPosition();
  const query = { subjects: [...behind.keys()], types: grantTypes, above: then.moment.position, upTo };
  for await (const event of walk(ledger, query)) {
    const one = behind.get(event.subject.id);
    const rules = catchesUpWith(event);
    if (one && rules !== null && rules <= one.number) hear(one.person, event);
    else behind.delete(event.subject.id);
  }
  if (behind.size === 0 || (people.length > 1 && (await ledger.staleUsers()) === 0)) return;
  for (const { person, number } of behind.values()) await catchUpNow(ledger, then, person, number);
}

/** Whom the job has not reached to this day: the same that it will write, decided now. */
async function catchUpNow(ledger: Ledger, then: Then, person: PastPerson, number: number): Promise<void> {
  const full = await ledger.fullUser(person.id);
  if (!full || !isStale(full) || full.state.ruleset.number > number) return;
  const { at, position } = then.moment;
  const actor = { kind: 'system' as const, id: 'job' };
  const changes = decideAccess({ state: full.state, at, actor, cause: null }, full.loaded);
  for (const event of changes?.events ?? []) {
    hear(person, { ...event, at, position, cause: null, provider: person.provider });
  }
}
