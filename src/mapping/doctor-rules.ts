// The doctor on rules whose attribute people have: values that nobody holds, ids where names come, rules that match
// nobody, that never win, or that say the same twice.

import { fold } from '../fold.ts';
import { nearest } from '../nearest.ts';
import { isRead } from './doctor-names.ts';
import {
  type Examined,
  type Finding,
  listed,
  type PlacedRule,
  peopleHave,
  peopleWords,
  placedRules,
  placeWords,
  quoted,
  upper,
} from './finding.ts';
import { isObjectId, type ReadValues } from './rule-matches.ts';
import { scimAttributeFor } from './ruleset.ts';
import { mostFrequent } from './seen.ts';

export function ruleFindings(examined: Examined): Finding[] {
  const placed = placedRules(examined.ruleset.rules);
  return placed.flatMap((each): Finding[] => {
    const twin = duplicateOf(each, placed);
    if (twin) return [twin];
    if (!isRead(examined, each.rule.attribute)) return [];
    const matched = examined.matches.rules.get(each.rule.id);
    if (!matched || matched.matches === 0) return [matchesNobody(examined, each)];
    return each.rule.kind === 'role' && matched.wins === 0 && matched.beatenBy.size > 0
      ? [shadowed(examined, each, placed)]
      : [];
  });
}

/** Values compare without case: such a rule is the same, and the first of them is the one that counts. */
function duplicateOf({ rule, place }: PlacedRule, all: readonly PlacedRule[]): Finding | null {
  const first = all.find(
    (other) =>
      other.rule.kind === rule.kind &&
      other.rule.attribute === rule.attribute &&
      fold(other.rule.value) === fold(rule.value) &&
      other.rule.target === rule.target,
  )!;
  if (first.place.index === place.index) return null;
  return {
    code: 'duplicate',
    severity: 'hint',
    rule: place,
    words: `${upper(placeWords(place))} says the same as ${placeWords(first.place)}.`,
    detail: 'Values compare without case. Without it nothing changes.',
    fix: { words: 'Remove it', change: { kind: 'removeRule', rule: place } },
  };
}

// --- values -----------------------------------------------------------------------------------------------------

function matchesNobody(examined: Examined, placed: PlacedRule): Finding {
  const { rule, place } = placed;
  const read = examined.matches.reads.get(rule.attribute)!;
  const examples = mostFrequent(read.values)
    .slice(0, 3)
    .map(([text]) => text);
  const common = { severity: 'warning' as const, rule: place, people: 0, examples };
  const holds = `${peopleWords(read.people)} ${read.people === 1 ? 'holds' : 'hold'} something in ${quoted(rule.attribute)}, such as ${listed(examples.map(quoted))}.`;
  if (rule.value.includes('*')) {
    return {
      ...common,
      code: 'matches-nobody',
      words: `${upper(placeWords(place))} matches nobody: no ${quoted(rule.attribute)} fits ${quoted(rule.value)}.`,
      detail: holds,
    };
  }
  return idOrName(examined, placed, read, common) ?? neverSeen(placed, read, { ...common, detail: holds });
}

function neverSeen(
  { rule, place }: PlacedRule,
  { values }: ReadValues,
  common: Pick<Finding, 'severity' | 'rule' | 'people' | 'examples' | 'detail'>,
): Finding {
  const byFolded = new Map([...values.keys()].map((text) => [fold(text), text]));
  const near = nearest(fold(rule.value), [...byFolded.keys()]);
  const meant = near === null ? undefined : byFolded.get(near);
  return {
    ...common,
    code: 'value-never-seen',
    words: `Nobody has ${quoted(rule.value)} in ${quoted(rule.attribute)}${meant ? `; ${peopleHave(values.get(meant)!)} ${quoted(meant)}` : ''}.`,
    ...(meant && {
      fix: { words: `Use ${quoted(meant)}`, change: { kind: 'setRule', rule: place, value: meant } },
    }),
  };
}

/** Groups are known by their names where SCIM brings them, and by object ids in a token of Entra as it comes. */
function idOrName(
  { ruleset, groupsById }: Examined,
  { rule, place }: PlacedRule,
  { values }: ReadValues,
  common: Pick<Finding, 'severity' | 'rule' | 'people' | 'examples'>,
): Finding | null {
  if (scimAttributeFor(ruleset, rule.attribute).attributeType !== 'group' || values.size === 0) return null;
  const texts = [...values.keys()];
  const ids = texts.filter(isObjectId).length;
  if (isObjectId(rule.value) && ids * 2 < texts.length) {
    const group = groupsById.get(rule.value.toLowerCase());
    return {
      ...common,
      code: 'group-id-for-name',
      words: `${upper(placeWords(place))} names a group by its id, and groups come by their names.`,
      detail: group
        ? `${quoted(rule.value)} is the group ${quoted(group.displayName)}. SCIM brings groups by displayName.`
        : 'SCIM brings groups by displayName, and no group of that id has arrived.',
      ...(group && {
        fix: {
          words: `Use ${quoted(group.displayName)}`,
          change: { kind: 'setRule', rule: place, value: group.displayName },
        },
      }),
    };
  }
  if (isObjectId(rule.value) || ids * 2 <= texts.length) return null;
  return {
    ...common,
    code: 'group-name-for-id',
    words: `${upper(placeWords(place))} names a group by its name, and the token holds object ids.`,
    detail:
      'Use the Object ID of the group, let SCIM bring the groups, or change the groups claim in Entra (Token configuration, groups, sAMAccountName or "cloud-only group display names").',
  };
}

// --- who wins ---------------------------------------------------------------------------------------------------

function shadowed(
  { ruleset, matches }: Examined,
  { rule, place }: PlacedRule,
  all: readonly PlacedRule[],
): Finding {
  const { matches: people, beatenBy } = matches.rules.get(rule.id)!;
  const winners = [...beatenBy].sort(([, a], [, b]) => b - a);
  const others = winners.flatMap(([id]) => all.find((each) => each.rule.id === id) ?? []);
  const first = Math.min(...others.map((each) => each.place.index));
  const names = others.slice(0, 3).map((each) => `${placeWords(each.place)} (${each.rule.target})`);
  const isOrder = ruleset.strategy === 'first-match' && first < place.index;
  return {
    code: 'shadowed',
    severity: 'warning',
    rule: place,
    people,
    words: `${upper(placeWords(place))} gives ${quoted(rule.target)} to nobody: another rule wins for all ${people} that it matches.`,
    detail: isOrder
      ? `The first rule that matches wins, and ${listed(names)} ${names.length === 1 ? 'stands' : 'stand'} before it.`
      : `The role with the most permissions wins${names.length === 0 ? '' : `: ${listed(names)}`}. Where this rule is to win, the strategy has to be First match, and the rule stand before.`,
    ...(isOrder && {
      fix: {
        words: `Move it before ${placeWords({ kind: rule.kind, index: first })}`,
        change: { kind: 'moveRule', rule: place, to: first },
      },
    }),
  };
}
