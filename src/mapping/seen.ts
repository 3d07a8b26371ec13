// What was seen: the attributes that the facts of a provider's people really hold, with their values, told person by
// person and added up. Names are those that rules match, so that what is shown here can be put into a rule as it stands.

import { fold } from '../fold.ts';
import { factOf } from '../identity/facts.ts';
import type { LoadedPerson } from './decide.ts';
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
  /** The person counted last, by which sources, and their texts: nobody counts twice. */
  person: number;
  personSources: SeenSource[];
  personTexts: string[];
}

/** What is being told of: whose fact it is, and whether rules go by it. */
interface Telling {
  source: SeenSource;
  counts: boolean;
}

export function seenTally(ruleset: Pick<CompiledRuleset, 'groupsByScim' | 'scimRests'>) {
  const tallies = new Map<string, Tally>();
  let person = 0;
  let valuesKept = 0;

  function count(name: string, text: string, { source, counts }: Telling): void {
    let tally = tallies.get(name);
    if (!tally) {
      if (tallies.size >= ATTRIBUTES_KEPT) return;
      tally = emptyTally();
      tallies.set(name, tally);
    }
    countPerson(tally, source, person);
    if (!counts || tally.personTexts.includes(text)) return;
    tally.personTexts.push(text);
    valuesKept += countValue(tally, text, valuesKept < VALUES_KEPT);
  }

  function note(name: string, value: unknown, telling: Telling): void {
    eachText(name, value, 0, (path, text) => count(path, text, telling));
  }

  return {
    add({ user, groups }: Pick<LoadedPerson, 'user' | 'groups'>): void {
      person++;
      const byScim: Telling = { source: 'scim', counts: !ruleset.scimRests };
      for (const name of user.supplied.keys()) note(name, factOf(user, name)?.value, byScim);
      for (const { displayName } of groups) {
        count('groups', displayName, { ...byScim, counts: ruleset.groupsByScim });
      }
      for (const source of ['claims', 'directory'] as const) {
        for (const name of Object.keys(user[source])) {
          const outweighed =
            name === 'groups' ? ruleset.groupsByScim : factOf(user, name)?.channel === 'scim';
          const counts = ruleset.scimRests || !outweighed;
          note(name, user[source][name]!.value, { source, counts });
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
    person: 0,
    personSources: [],
    personTexts: [],
  };
}

function countPerson(tally: Tally, source: SeenSource, person: number): void {
  if (tally.person !== person) {
    tally.person = person;
    tally.people++;
    tally.personSources = [];
    tally.personTexts = [];
  }
  if (tally.personSources.includes(source)) return;
  tally.personSources.push(source);
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
function eachText(
  name: string,
  value: unknown,
  level: number,
  tell: (name: string, text: string) => void,
): void {
  if (value === undefined || value === null || value === '') return;
  if (typeof value !== 'object') tell(name, String(value));
  else if (Array.isArray(value)) {
    for (const element of value.slice(0, ELEMENTS)) {
      if (!Array.isArray(element)) eachText(name, element, level, tell);
    }
  } else {
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'value') {
        if (typeof inner !== 'object') eachText(name, inner, level, tell);
      } else if (level < LEVELS && !besideValues.has(key)) {
        eachText(`${name}.${key}`, inner, level + 1, tell);
      }
    }
  }
}

/** Cut without leaving half a character. */
export function cutTo(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1).toWellFormed()}…`;
}

// --- names ------------------------------------------------------------------------------------------------------

/** What is left of an extension's attribute without its URN. */
function bareName(name: string): string {
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

/** Whether a rule that names `wanted` reads it. What SCIM brought answers to its bare name too; a claim never does. */
export function reads(wanted: string, { name, sources }: Pick<SeenAttribute, 'name' | 'sources'>): boolean {
  return wanted === name || (sources.has('scim') && !wanted.includes(':') && wanted === bareName(name));
}

/** The name without its URN, where that leads a rule there: no other attribute is called so. */
export function aliasIn(seen: Seen, attribute: SeenAttribute): string | null {
  const bare = bareName(attribute.name);
  return !seen.has(bare) && reads(bare, attribute) ? bare : null;
}

/** By how many people have them, then by name. */
export function mostFrequent(values: ReadonlyMap<string, number>): [string, number][] {
  return [...values].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
