// A draft of a provider's rules: its lists as one kind of row, how many changes it holds, and what a correction of the doctor does
// to it. Pure; nothing here is applied.

import type { CorrectionJson, MappingsJson } from '../../../src/edge/admin/contract.ts';

/** What PUT .../mappings takes. */
export type MappingDraft = Omit<MappingsJson, 'locked'>;

export type ListKey = 'attributeRoleMappings' | 'attributeTeamMappings' | 'attributeBusinessUnitMappings';
export type ScimEntry = MappingDraft['claimScimAttributes'][string];

export interface DraftRule {
  readonly attribute: string;
  readonly value: string;
  /** Name of the role, team or business unit. */
  readonly target: string;
  readonly sticky: boolean;
}

export const lists = {
  attributeRoleMappings: { target: 'role', title: 'Roles', one: 'role' },
  attributeTeamMappings: { target: 'team', title: 'Teams', one: 'team' },
  attributeBusinessUnitMappings: { target: 'businessUnit', title: 'Business Units', one: 'business unit' },
} as const satisfies Record<ListKey, { target: string; title: string; one: string }>;

export const listKeys = Object.keys(lists) as ListKey[];

const readers: Readonly<Record<ListKey, (draft: MappingDraft) => DraftRule[]>> = {
  attributeRoleMappings: (draft) =>
    draft.attributeRoleMappings.map(({ role, ...rule }) => ({ ...rule, target: role })),
  attributeTeamMappings: (draft) =>
    draft.attributeTeamMappings.map(({ team, ...rule }) => ({ ...rule, target: team })),
  attributeBusinessUnitMappings: (draft) =>
    draft.attributeBusinessUnitMappings.map(({ businessUnit, ...rule }) => ({
      ...rule,
      target: businessUnit,
    })),
};

export function rulesOf(draft: MappingDraft, list: ListKey): DraftRule[] {
  return readers[list](draft);
}

export function withRules(draft: MappingDraft, list: ListKey, rules: readonly DraftRule[]): MappingDraft {
  const { target: key } = lists[list];
  return { ...draft, [list]: rules.map(({ target, ...rule }) => ({ ...rule, [key]: target })) };
}

export function withEntry(draft: MappingDraft, claim: string, entry: ScimEntry | null): MappingDraft {
  const { [claim]: _, ...others } = draft.claimScimAttributes;
  return { ...draft, claimScimAttributes: entry ? { ...others, [claim]: entry } : others };
}

export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const others = items.toSpliced(from, 1);
  return others.toSpliced(to, 0, items[from]!);
}

/** The same for two rules that say the same; which of them it is does not matter. */
export function ruleKey({ attribute, value, target }: Omit<DraftRule, 'sticky'>): string {
  return JSON.stringify([attribute, value, target]);
}

// --- changes ----------------------------------------------------------------------------------------------------

/** As people count: a rule that was edited is one, and so is a new order of a list. */
export function changesIn(draft: MappingDraft, stored: MappingDraft): number {
  const ofRules = listKeys.map((list) => ruleChanges(rulesOf(stored, list), rulesOf(draft, list)));
  const ofStrategy = draft.roleResolutionStrategy === stored.roleResolutionStrategy ? 0 : 1;
  return ofRules.reduce((sum, each) => sum + each, ofStrategy) + entryChanges(draft, stored);
}

function ruleChanges(before: readonly DraftRule[], after: readonly DraftRule[]): number {
  const [was, is] = [before.map(wholeKey), after.map(wholeKey)];
  const [gone, come] = [without(was, is), without(is, was)];
  const isReordered = without(was, gone).join('\n') !== without(is, come).join('\n');
  return Math.max(gone.length, come.length) + (isReordered ? 1 : 0);
}

function wholeKey(rule: DraftRule): string {
  return `${ruleKey(rule)}${rule.sticky ? ' sticky' : ''}`;
}

/** What is left of `all` when each of `others` has taken one of its likes away. */
function without(all: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const each of others) left.set(each, (left.get(each) ?? 0) + 1);
  return all.filter((each) => {
    const count = left.get(each) ?? 0;
    if (count > 0) left.set(each, count - 1);
    return count === 0;
  });
}

function entryChanges(draft: MappingDraft, stored: MappingDraft): number {
  const [before, after] = [stored.claimScimAttributes, draft.claimScimAttributes];
  const claims = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...claims].filter((claim) => !isSameEntry(before[claim], after[claim])).length;
}

export function isSameEntry(one: ScimEntry | undefined, other: ScimEntry | undefined): boolean {
  return one?.attributeType === other?.attributeType && one?.attributeValue === other?.attributeValue;
}

// --- corrections ------------------------------------------------------------------------------------------------

export function corrected(draft: MappingDraft, change: CorrectionJson): MappingDraft {
  const { kind, rule, attribute, value, to, claim, attributeType, attributeValue } = change;
  if (kind === 'setScimAttribute') {
    if (claim === null || attributeType === null || attributeValue === null) return draft;
    return withEntry(draft, claim, { attributeType, attributeValue });
  }
  if (rule === null) return draft;
  const rules = rulesOf(draft, rule.list);
  const found = rules[rule.index];
  if (!found) return draft;
  if (kind === 'removeRule') return withRules(draft, rule.list, rules.toSpliced(rule.index, 1));
  if (kind === 'moveRule') return withRules(draft, rule.list, moved(rules, rule.index, to ?? 0));
  const mended = { ...found, ...(attribute !== null && { attribute }), ...(value !== null && { value }) };
  return withRules(draft, rule.list, rules.with(rule.index, mended));
}
