// What the rules of a provider do to its people: how many each matches, who wins where several do, what their attributes
// hold, and why somebody has no role. Added up person by person from the one `resolve`.

import { externalIdOf, statusOf } from '../identity/user.ts';
import type { LoadedPerson } from './decide.ts';
import type { Grounds } from './plan.ts';
import { type Access, readClaim, resolve } from './resolve.ts';

export interface RuleMatches {
  /** People of whom some value fits. */
  matches: number;
  /** People to whom it gives what it names. */
  wins: number;
  /** By id of the rule that won instead: how often. Manual roles are no rule. */
  readonly beatenBy: Map<string, number>;
}

/** What an attribute that rules name holds, read as rules read it. */
export interface ReadValues {
  /** People of whom it holds anything. */
  people: number;
  readonly values: Map<string, number>;
}

/** People without a role of whom the same attributes hold something, and the same hold nothing. */
export interface WithoutRole {
  readonly holding: readonly string[];
  readonly empty: readonly string[];
  people: number;
  /** What the first of the attributes that hold something holds. */
  readonly values: Map<string, number>;
}

export interface Matches {
  readonly rules: ReadonlyMap<string, RuleMatches>;
  readonly reads: ReadonlyMap<string, ReadValues>;
  readonly people: number;
  readonly active: number;
  /** Of those who are active. */
  readonly withoutRole: number;
  readonly reasons: readonly WithoutRole[];
  /** Of those whom SCIM brought. */
  readonly externalIds: { readonly provisioned: number; readonly missing: number; readonly odd: number };
  readonly oddExternalIds: readonly string[];
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isObjectId(text: string): boolean {
  return GUID.test(text);
}

const VALUES_KEPT = 2_000;
const REASONS_KEPT = 50;
const EXAMPLES = 3;

export function matchTally({ ruleset, roles }: Grounds) {
  const rules = new Map<string, RuleMatches>();
  for (const { id } of ruleset.rules) rules.set(id, { matches: 0, wins: 0, beatenBy: new Map() });
  const attributes = [...new Set(ruleset.rules.map(({ attribute }) => attribute))];
  const roleAttributes = new Set(ruleset.byKind.role.map(({ attribute }) => attribute));
  const reads = new Map<string, ReadValues>(
    attributes.map((each) => [each, { people: 0, values: new Map() }]),
  );
  const reasons = new Map<string, WithoutRole>();
  const counts = { people: 0, active: 0, withoutRole: 0 };
  const externalIds = { provisioned: 0, missing: 0, odd: 0 };
  const oddExternalIds: string[] = [];

  function noteReads(inputs: Parameters<typeof readClaim>[0]): ReadonlyMap<string, string[]> {
    const held = new Map<string, string[]>();
    for (const attribute of attributes) {
      const texts = [...new Set(readClaim(inputs, attribute).map(({ text }) => text))].filter(Boolean);
      if (texts.length === 0) continue;
      held.set(attribute, texts);
      const read = reads.get(attribute)!;
      read.people++;
      for (const text of texts) countUpTo(read.values, text, VALUES_KEPT);
    }
    return held;
  }

  function noteWithoutRole(held: ReadonlyMap<string, string[]>): void {
    counts.withoutRole++;
    const holding = [...roleAttributes].filter((each) => held.has(each));
    const key = JSON.stringify(holding);
    let reason = reasons.get(key);
    if (!reason && reasons.size < REASONS_KEPT) {
      const empty = [...roleAttributes].filter((each) => !held.has(each));
      reason = { holding, empty, people: 0, values: new Map() };
      reasons.set(key, reason);
    }
    if (!reason) return;
    reason.people++;
    for (const text of held.get(holding[0] ?? '') ?? []) countUpTo(reason.values, text, VALUES_KEPT);
  }

  function noteExternalId(user: LoadedPerson['user']): void {
    if (user.lastProvisionedAt === null) return;
    externalIds.provisioned++;
    const externalId = externalIdOf(user);
    if (externalId === null) externalIds.missing++;
    else if (!isObjectId(externalId)) {
      externalIds.odd++;
      if (oddExternalIds.length < EXAMPLES) oddExternalIds.push(externalId);
    }
  }

  return {
    add({ user, groups, standing }: LoadedPerson): void {
      const inputs = { user, groups, standing, ruleset, roles };
      const access = resolve(inputs);
      const held = noteReads(inputs);
      counts.people++;
      noteRules(rules, access);
      noteExternalId(user);
      if (statusOf(user) !== 'active') return;
      counts.active++;
      if (access.role === null) noteWithoutRole(held);
    },
    total: (): Matches => ({
      ...counts,
      rules,
      reads,
      reasons: [...reasons.values()].sort((a, b) => b.people - a.people),
      externalIds,
      oddExternalIds,
    }),
  };
}

function noteRules(rules: ReadonlyMap<string, RuleMatches>, { candidates, grants }: Access): void {
  const matched = new Set<string>();
  const won = new Set<string>();
  for (const { grant, lost } of candidates) {
    if (grant.reason.by !== 'rule') continue;
    matched.add(grant.reason.rule);
    if (lost === null) won.add(grant.reason.rule);
  }
  const winner = candidates[0]?.grant.reason;
  for (const id of matched) {
    const rule = rules.get(id);
    if (!rule || won.has(id) || winner?.by !== 'rule') continue;
    rule.beatenBy.set(winner.rule, (rule.beatenBy.get(winner.rule) ?? 0) + 1);
  }
  for (const { target, reason } of grants) {
    if (target.kind === 'role' || reason.by !== 'rule') continue;
    matched.add(reason.rule);
    won.add(reason.rule);
  }
  for (const id of matched) count(rules.get(id), 'matches');
  for (const id of won) count(rules.get(id), 'wins');
}

function count(rule: RuleMatches | undefined, what: 'matches' | 'wins'): void {
  if (rule) rule[what]++;
}

function countUpTo(values: Map<string, number>, text: string, most: number): void {
  const before = values.get(text);
  if (before !== undefined || values.size < most) values.set(text, (before ?? 0) + 1);
}
