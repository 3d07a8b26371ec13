// What the doctor finds: the words, whom it concerns, and the change of the mappings that mends it. What is looked at for
// it; and how names, values and numbers stand in those words.

import type { Provider } from '../identity/provider.ts';
import { kindWords, type Rule, type TargetKind } from './rule.ts';
import type { Matches } from './rule-matches.ts';
import type { CompiledRuleset, ScimAttribute } from './ruleset.ts';
import { cutTo, type Seen } from './seen.ts';

/** The worst first. */
export const severities = ['problem', 'warning', 'hint'] as const;
export type Severity = (typeof severities)[number];

export const findingCodes = [
  'no-role-rules',
  'attribute-differs',
  'scim-attribute-differs',
  'attribute-never-seen',
  'scim-attribute-never-seen',
  'scim-attribute-no-display-name',
  'groups-never-arrived',
  'value-never-seen',
  'group-id-for-name',
  'group-name-for-id',
  'matches-nobody',
  'shadowed',
  'duplicate',
  'no-role',
  'external-id-no-object-id',
  'external-id-missing',
  'sign-in-never-verified',
  'no-admin-outside',
  'nobody-yet',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** Place of a rule in the list of its kind. */
export interface RulePlace {
  readonly kind: TargetKind;
  readonly index: number;
}

/** One change of the mappings, to be made in a draft of them. */
export type Correction =
  | {
      readonly kind: 'setRule';
      readonly rule: RulePlace;
      readonly attribute?: string;
      readonly value?: string;
    }
  | { readonly kind: 'removeRule'; readonly rule: RulePlace }
  | { readonly kind: 'moveRule'; readonly rule: RulePlace; readonly to: number }
  | ({ readonly kind: 'setScimAttribute'; readonly claim: string } & Readonly<ScimAttribute>);

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly words: string;
  /** Why it is so, and what to do about it. */
  readonly detail: string;
  readonly rule?: RulePlace;
  /** The entry of the SCIM attribute table. */
  readonly claim?: string;
  readonly people?: number;
  readonly examples?: readonly string[];
  readonly fix?: { readonly words: string; readonly change: Correction };
}

/** A group as directories name it. */
export interface NamedGroup {
  readonly displayName: string;
}

export interface Examined {
  readonly provider: Pick<Provider, 'name' | 'scimEnabled'> & Pick<Provider['settings'], 'kind'>;
  readonly ruleset: CompiledRuleset;
  readonly seen: Seen;
  readonly matches: Matches;
  /** How many the provider has; more than were looked at where it has very many. */
  readonly people: number;
  /** Groups that SCIM brought, by the ids that rules name: what an id stands for. */
  readonly groupsById: ReadonlyMap<string, NamedGroup>;
  /** When all was last well with signing in; null: never so far. */
  readonly signInVerifiedAt: string | null;
  /** Break-glass administrators. */
  readonly adminsOutside: number;
}

// --- places and words -------------------------------------------------------------------------------------------

export interface PlacedRule {
  readonly rule: Rule;
  readonly place: RulePlace;
}

export function placedRules(rules: readonly Rule[]): PlacedRule[] {
  const next: Record<TargetKind, number> = { role: 0, team: 0, businessUnit: 0 };
  return rules.map((rule) => ({ rule, place: { kind: rule.kind, index: next[rule.kind]++ } }));
}

/** `role rule 2` */
export function placeWords({ kind, index }: RulePlace): string {
  return `${kindWords[kind]} rule ${index + 1}`;
}

const QUOTED_CHARACTERS = 100;

export function quoted(text: string): string {
  return `"${cutTo(text, QUOTED_CHARACTERS)}"`;
}

export function peopleWords(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}

export function peopleHave(count: number): string {
  return `${peopleWords(count)} ${count === 1 ? 'has' : 'have'}`;
}

/** `"a", "b" and "c"` */
export function listed(texts: readonly string[]): string {
  const last = texts.at(-1) ?? '';
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(', ')} and ${last}`;
}

export function upper(words: string): string {
  return words[0]!.toUpperCase() + words.slice(1);
}
