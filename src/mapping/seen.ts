// What was seen: the attributes that the facts of a provider's people really hold, with their values, told person by
// person and added up. Names are those that rules match, so that what is shown here can be put into a rule as it stands.

import { fold } from '../fold.ts';
import { factOf } from '../identity/facts.ts';
import type { LoadedUser } from './decide.ts';
import type { CompiledRuleset } from './ruleset.ts';

export const seenSources = ['scim', 'claims', 'directory'] as const;
export type SeenSource = (typeof seenSources)[number];

export interface SeenAttribute {
  readonly name: string;
  /** Who has a value by which source. */
  readonly sources: ReadonlyMap<SeenSource, number>;
  readonly people: number;
  /** The texts that count for rules, each with how many people have it. */
  readonly values: ReadonlyMap<string, number>;
  /** There were more different ones than are kept. */
  readonly valuesAreCapped: boolean;
  /** The beginning of one that is longer than a rule's value may be. */
  readonly long: string | null;
}

export type Seen = ReadonlyMap<string, SeenAttribute>;

/** Kept of one provider: what somebody sends must not fill the memory. */
const ATTRIBUTES_KEPT = 300;
const VALUES_OF_ONE_KEPT = 5_000;
const VALUES_KEPT = 200_000;
/** Longest text that is kept as a value; rules and reasons have no longer ones. */
const VALUE_CHARACTERS = 256;
const LEVELS = 4;
const ELEMENTS = 1_000;

interface Tally {
  sources: Map<SeenSource, number>;
  people: number;
  values: Map<string, number>;
  capped: boolean;
  long: string | null;
  /** The person counted last, so that nobody counts twice. */
  lastPerson: number;
  lastOf: Map<SeenSource, number>;
}

export function seenTally(ruleset: Pick<CompiledRuleset, 'groupsByScim' | 'scimRests'>) {
  const tallies = new Map<string, Tally>();
  let person = 0;
  let valuesKept = 0;

  function note(name: string, source: SeenSource, value: unknown, counts: boolean): void {
    const known = new Set<string>();
    for (const [path, text] of leaves(name, value, 0)) {
      const tally = tallyOf(path);
      if (!tally) continue;
      countPerson(tally, source, person);
      if (!counts || known.has(`${path}\u0000${text}`)) continue;
      known.add(`${path}\u0000${text}`);
      valuesKept += countValue(tally, text, valuesKept < VALUES_KEPT);
    }
  }

  function tallyOf(name: string): Tally | undefined {
    const known = tallies.get(name);
    if (known || tallies.size >= ATTRIBUTES_KEPT) return known;
    const tally = emptyTally();
    tallies.set(name, tally);
    return tally;
  }

  return {
    add({ user, groups }: Pick<LoadedUser, 'user' | 'groups'>): void {
      person++;
      for (const name of user.supplied.keys())
        note(name, 'scim', factOf(user, name)?.value, !ruleset.scimRests);
      if (groups.length > 0) {
        const names = groups.map(({ displayName }) => displayName);
        note('groups', 'scim', names, ruleset.groupsByScim);
      }
      for (const [source, facts] of [
        ['claims', user.claims],
        ['directory', user.directory],
      ] as const) {
        for (const name of Object.keys(facts)) {
          const outweighed =
            name === 'groups' ? ruleset.groupsByScim : factOf(user, name)?.channel === 'scim';
          note(name, source, facts[name]!.value, ruleset.scimRests || !outweighed);
        }
      }
    },
    total: (): Seen =>
      new Map([...tallies].map(([name, tally]) => [name, { name, ...tally, valuesAreCapped: tally.capped }])),
  };
}

function emptyTally(): Tally {
  return {
    sources: new Map(),
    people: 0,
    values: new Map(),
    capped: false,
    long: null,
    lastPerson: 0,
    lastOf: new Map(),
  };
}

function countPerson(tally: Tally, source: SeenSource, person: number): void {
  if (tally.lastPerson !== person) tally.people++;
  tally.lastPerson = person;
  if (tally.lastOf.get(source) === person) return;
  tally.lastOf.set(source, person);
  tally.sources.set(source, (tally.sources.get(source) ?? 0) + 1);
}

/** How many values it added. */
function countValue(tally: Tally, text: string, hasRoom: boolean): 0 | 1 {
  if (text.length > VALUE_CHARACTERS) {
    tally.long ??= cutTo(text, VALUE_CHARACTERS);
    return 0;
  }
  const before = tally.values.get(text);
  if (before === undefined && (!hasRoom || tally.values.size >= VALUES_OF_ONE_KEPT)) {
    tally.capped = true;
    return 0;
  }
  tally.values.set(text, (before ?? 0) + 1);
  return before === undefined ? 1 : 0;
}

/** What tells elements of one list apart, and is asked for by no rule. */
const besideValues: ReadonlySet<string> = new Set(['type', 'primary', '$ref']);

/** Every text with the name that leads a rule to it: as `readClaim` reads, lists and `value` add nothing to a name. */
function* leaves(name: string, value: unknown, level: number): Generator<readonly [string, string]> {
  if (value === undefined || value === null || value === '') return;
  if (Array.isArray(value)) {
    for (const element of value.slice(0, ELEMENTS))
      if (!Array.isArray(element)) yield* leaves(name, element, level);
    return;
  }
  if (typeof value !== 'object') {
    yield [name, String(value)];
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'value') {
      if (typeof inner !== 'object') yield* leaves(name, inner, level);
    } else if (level < LEVELS && !besideValues.has(key)) yield* leaves(`${name}.${key}`, inner, level + 1);
  }
}

/** Cut without leaving half a character. */
export function cutTo(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1).toWellFormed()}…`;
}

// --- names ------------------------------------------------------------------------------------------------------

/** What is left of an extension's attribute without its URN: rules may use either. */
export function bareName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** The same for names that differ in case or URN alone. */
export function likeness(name: string): string {
  return fold(bareName(name));
}

/** Names of the same attribute in another case or under another URN, by what they have in common. */
export function variantsOf(seen: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const alike = new Map<string, string[]>();
  for (const name of seen) {
    const names = alike.get(likeness(name));
    if (names) names.push(name);
    else alike.set(likeness(name), [name]);
  }
  return alike;
}

/** Whether a rule that names `wanted` reads what was seen as `name`. */
export function reads(wanted: string, name: string): boolean {
  return wanted === name || (name.includes(':') && !wanted.includes(':') && wanted === bareName(name));
}

/** By how many people have them, then by name. */
export function mostFrequent(values: ReadonlyMap<string, number>): [string, number][] {
  return [...values].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
