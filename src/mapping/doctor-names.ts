// The doctor on names: attributes of rules, and of the SCIM attribute table, that nobody has, and those that were seen and
// are likely meant. Names match with case, so that a wrong letter is the most frequent reason for "no role".

import { nearest } from '../nearest.ts';
import {
  type Examined,
  type Finding,
  listed,
  type PlacedRule,
  peopleHave,
  placedRules,
  placeWords,
  quoted,
  upper,
} from './finding.ts';
import { kindWords } from './rule.ts';
import { scimAttributeFor } from './ruleset.ts';
import { aliasIn, likeness, reads, type Seen, type SeenAttribute } from './seen.ts';

const EXACTLY = 'Names match exactly, including case.';
const ENTRA_MAPPING =
  'In Entra, under Provisioning, Mappings, "Provision Microsoft Entra ID Users", the Target attribute of the mapping must be this name, including case, and the mapping must be saved.';

/**
 * One finding for each attribute of each rule that nobody has; rules of a kind that nothing mends and that go by the same one are told
 * together. Rules that an entry of the table misleads are told with it.
 */
export function nameFindings(examined: Examined): Finding[] {
  const entries = scimAttributeFindings(examined);
  // That groups are matched by displayName whatever the entry says keeps no group away.
  const misled = entries.filter(({ code }) => code !== 'scim-attribute-no-display-name');
  const told = new Set(misled.map(({ claim }) => claim));
  const unread = placedRules(examined.ruleset.rules).filter(
    ({ rule }) => !told.has(rule.attribute) && !isRead(examined, rule.attribute),
  );
  const rules = unread.flatMap((placed) => {
    const alike = unread.filter(
      ({ rule: { kind, attribute } }) => kind === placed.rule.kind && attribute === placed.rule.attribute,
    );
    const finding = unreadRule(examined, placed, alike);
    return finding.fix || alike[0] === placed ? [finding] : [];
  });
  return [...entries, ...rules];
}

/** Whether the attribute holds anything for anybody. */
export function isRead({ matches }: Pick<Examined, 'matches'>, attribute: string): boolean {
  return (matches.reads.get(attribute)?.people ?? 0) > 0;
}

function unreadRule(examined: Examined, placed: PlacedRule, alike: readonly PlacedRule[]): Finding {
  const { attribute } = placed.rule;
  const meant = likelyMeant(examined.seen, attribute);
  if (meant?.alike) return meantAnother(examined, placed, meant);
  const source = scimAttributeFor(examined.ruleset, attribute);
  if (source.attributeType === 'group') return noGroups(examined, placed, alike);
  if (meant) return meantAnother(examined, placed, meant);
  return {
    ...unread(placed),
    code: 'attribute-never-seen',
    words: `${quoted(attribute)} was never seen: nobody has an attribute of that name.`,
    detail: [
      `${upper(placesWords(alike))} ${alike.length === 1 ? 'matches' : 'match'} nobody.`,
      EXACTLY,
      seenWords(examined.seen),
      tokenWords(examined),
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
  };
}

const PLACES_TOLD = 12;

/** `role rules 1, 2 and 4` */
function placesWords(alike: readonly PlacedRule[]): string {
  const [first] = alike;
  if (alike.length === 1) return placeWords(first!.place);
  const numbers = alike.slice(0, PLACES_TOLD).map(({ place }) => String(place.index + 1));
  const others = alike.length > PLACES_TOLD ? ` and ${alike.length - PLACES_TOLD} others` : '';
  return `${kindWords[first!.place.kind]} rules ${others ? numbers.join(', ') : listed(numbers)}${others}`;
}

/** Before anybody has signed in, claims are unknown rather than wrong. */
function tokenWords({ provider, seen }: Examined): string {
  if ([...seen.values()].some(({ sources }) => sources.has('claims'))) return '';
  const appRoles = provider.kind === 'entra' ? ' (app roles, as "roles")' : '';
  return `Nobody has signed in so far: what the token alone holds${appRoles} is known from the first sign-in on, and Discover Claims shows it before.`;
}

function unread({ rule, place }: PlacedRule) {
  const severity = rule.kind === 'role' ? ('problem' as const) : ('warning' as const);
  return { severity, rule: place, people: 0 };
}

function meantAnother({ seen }: Examined, placed: PlacedRule, { attribute, alike }: Meant): Finding {
  const { rule, place } = placed;
  const wanted = writtenLike(rule.attribute, seen, attribute);
  return {
    ...unread(placed),
    code: alike ? 'attribute-differs' : 'attribute-never-seen',
    words: `${quoted(rule.attribute)} was never seen; ${peopleHave(attribute.people)} ${quoted(wanted)}.`,
    detail: `${upper(placeWords(place))} matches nobody because of it. ${EXACTLY}`,
    examples: examplesOf(attribute),
    fix: { words: `Use ${quoted(wanted)}`, change: { kind: 'setRule', rule: place, attribute: wanted } },
  };
}

function noGroups(
  { provider, ruleset }: Examined,
  placed: PlacedRule,
  alike: readonly PlacedRule[],
): Finding {
  const why = ruleset.groupsByScim ? 'nobody is in a group that arrived' : 'no group has arrived';
  return {
    ...unread(placed),
    code: 'groups-never-arrived',
    words: `${upper(placesWords(alike))} ${alike.length === 1 ? 'goes' : 'go'} by groups, and ${why}.`,
    detail: provider.scimEnabled
      ? 'Groups have to be assigned to the enterprise application (Users and groups), the provisioning scope has to include groups, and "Provision Microsoft Entra ID Groups" has to be enabled under Mappings. Members of groups within groups are not sent.'
      : 'A groups claim has to be in the token (Token configuration, Add groups claim), or SCIM has to bring groups.',
  };
}

function seenWords(seen: Seen): string {
  const names = [...seen.values()]
    .sort((a, b) => b.people - a.people)
    .map((each) => aliasIn(seen, each) ?? each.name);
  return names.length === 0
    ? ''
    : `Seen were ${listed(names.slice(0, 12))}${names.length > 12 ? ' and others' : ''}.`;
}

// --- the SCIM attribute table -----------------------------------------------------------------------------------

function scimAttributeFindings({ ruleset, seen, provider }: Examined): Finding[] {
  if (!provider.scimEnabled) return [];
  const byScim = new Map([...seen].filter(([, { sources }]) => sources.has('scim')));
  return Object.entries(ruleset.scimAttributes).flatMap(([claim, { attributeType, attributeValue }]) => {
    if (attributeType === 'group') {
      return attributeValue === 'displayName' ? [] : [noDisplayName(claim, attributeValue)];
    }
    const isThere = [...byScim.values()].some(
      (each) => reads(attributeValue, each) || reads(attributeValue, { ...each, name: rootOf(each.name) }),
    );
    if (isThere) return [];
    const rules = ruleset.rules.filter(({ attribute }) => attribute === claim).length;
    return [neverArrived(byScim, { claim, attributeValue, rules })];
  });
}

/** `name` of `name.givenName`: what stands there as a whole. */
function rootOf(name: string): string {
  const dot = name.indexOf('.', name.lastIndexOf(':'));
  return dot < 0 ? name : name.slice(0, dot);
}

interface Entry {
  claim: string;
  attributeValue: string;
  /** How many go by it. */
  rules: number;
}

function neverArrived(byScim: Seen, { claim, attributeValue, rules }: Entry): Finding {
  const meant = likelyMeant(byScim, attributeValue);
  const wanted = meant && writtenLike(attributeValue, byScim, meant.attribute);
  const have = wanted ? `; ${peopleHave(meant.attribute.people)} ${quoted(wanted)}` : '';
  const goes = rules === 0 ? '' : rules === 1 ? 'One rule goes by it. ' : `${rules} rules go by it. `;
  return {
    code: meant?.alike ? 'scim-attribute-differs' : 'scim-attribute-never-seen',
    severity: rules > 0 ? 'problem' : 'warning',
    claim,
    people: 0,
    words: `SCIM Attribute ${quoted(attributeValue)} (for ${quoted(claim)}) never arrived${have}.`,
    detail: `${goes}${EXACTLY} ${ENTRA_MAPPING}`,
    ...(wanted && {
      fix: {
        words: `Use ${quoted(wanted)}`,
        change: { kind: 'setScimAttribute', claim, attributeType: 'user', attributeValue: wanted },
      },
    }),
  };
}

function noDisplayName(claim: string, attributeValue: string): Finding {
  return {
    code: 'scim-attribute-no-display-name',
    severity: 'warning',
    claim,
    words: `SCIM Attribute ${quoted(attributeValue)} (for ${quoted(claim)}) is of groups, which are matched by displayName.`,
    detail: 'Rules see the displayName of the groups that somebody is in, whatever stands here.',
    fix: {
      words: 'Use "displayName"',
      change: { kind: 'setScimAttribute', claim, attributeType: 'group', attributeValue: 'displayName' },
    },
  };
}

// --- what is meant ----------------------------------------------------------------------------------------------

interface Meant {
  attribute: SeenAttribute;
  /** It differs in case or URN alone; otherwise in a letter or two. */
  alike: boolean;
}

function likelyMeant(seen: Seen, wanted: string): Meant | null {
  const byPeople = [...seen.values()].sort((a, b) => b.people - a.people);
  const alike = byPeople.find(({ name }) => likeness(name) === likeness(wanted));
  if (alike) return { attribute: alike, alike: true };
  const near = nearest(likeness(wanted), [...new Set(byPeople.map(({ name }) => likeness(name)))]);
  const attribute = near === null ? undefined : byPeople.find(({ name }) => likeness(name) === near);
  return attribute ? { attribute, alike: false } : null;
}

/** Without its URN where the name that was written has none, and that leads there. */
function writtenLike(written: string, seen: Seen, attribute: SeenAttribute): string {
  return (written.includes(':') ? null : aliasIn(seen, attribute)) ?? attribute.name;
}

function examplesOf({ values }: SeenAttribute): string[] {
  return [...values.keys()].slice(0, 3);
}
