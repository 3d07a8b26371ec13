// The doctor of a provider's rules: those that are stored, and a draft of others. What it finds is mapping's; here it is
// given what it looks at, and what the configuration file owns is not offered to be changed.

import type { ProviderState } from '../../mapping/decide.ts';
import { type ExaminedRule, examine, examinedRules } from '../../mapping/doctor.ts';
import type { Correction, Examined, Finding, NamedGroup, RulePlace } from '../../mapping/finding.ts';
import { isObjectId } from '../../mapping/rule-matches.ts';
import { type CompiledRuleset, compileRuleset } from '../../mapping/ruleset.ts';
import { readCondition } from '../../scim/condition.ts';
import { groupKind } from '../../scim/schema.ts';
import { type CorrectionJson, type DoctorJson, doctorShape, type FindingJson } from './doctor-contract.ts';
import { lockedKeys } from './lock.ts';
import { needProvider } from './look-up.ts';
import { readChange, writtenMappings } from './mappings.ts';
import { mappingKeys } from './provider-block.ts';
import { lastVerification } from './provider-verification.ts';
import { type AdminParts, type Route, route } from './route.ts';
import { showSurveyed } from './seen-attributes.ts';
import type { Survey } from './survey.ts';

const getDoctor = route({
  method: 'GET',
  path: '/providers/{id}/doctor',
  permission: { resource: 'mappings', operation: 'read' },
  summary: 'What is wrong with the rules of a provider, and how many people each of them matches',
  response: doctorShape,
  async handle({ parts, params, at }) {
    const state = await needProvider(parts.ledger, params.id);
    const survey = await parts.surveys.of(state, at);
    return { body: await report(parts, state, state.ruleset, survey) };
  },
});

const examineDraft = route({
  method: 'POST',
  path: '/providers/{id}/doctor',
  permission: { resource: 'mappings', operation: 'read' },
  summary: 'The same for other rules, before they are applied',
  description:
    'Takes what PUT .../mappings takes, and changes nothing. It ends when nobody waits for it any more.',
  body: writtenMappings,
  response: doctorShape,
  versioned: true,
  async handle(call) {
    const { parts } = call;
    const { state, wanted } = await readChange(call, call.params.id, call.body);
    const { ruleset: stored, roles } = state;
    const next = { ...wanted, number: stored.number };
    const ruleset = compileRuleset(next, roles, stored.groupsByScim, stored.scimRests);
    const survey = await parts.surveys.of(state, call.at);
    const matches = await parts.surveys.withRules(state, { ruleset, roles }, call.gone);
    return { body: await report(parts, state, ruleset, { ...survey, matches }) };
  },
});

async function report(
  parts: AdminParts,
  state: ProviderState,
  ruleset: CompiledRuleset,
  survey: Survey,
): Promise<DoctorJson> {
  const { id, name, scimEnabled, settings } = state.provider;
  const { ledger } = parts;
  const { seen, matches } = survey;
  const examined: Examined = {
    provider: { name, scimEnabled, kind: settings.kind },
    ruleset,
    seen,
    matches,
    people: survey.people,
    groupsById: await groupsNamedById(parts, id, ruleset),
    signInVerifiedAt: (await lastVerification(ledger, state.provider))?.lastOkAt ?? null,
    adminsOutside: (await ledger.localAdmins.list()).length,
  };
  const locked = lockedKeys(parts.settings, state.provider);
  const findings = examine(examined).map((finding) => showFinding(finding, locked));
  return {
    provider: { id, name },
    ruleset: state.ruleset.number,
    ok: findings.every(({ severity }) => severity !== 'problem'),
    ...showSurveyed(survey),
    active: matches.active,
    withoutRole: matches.withoutRole,
    rules: examinedRules(examined).map(showRule),
    findings,
  };
}

/** Rules that name groups by id, of which so many are looked up. */
const IDS_LOOKED_UP = 20;

async function groupsNamedById(
  { ledger }: AdminParts,
  provider: string,
  { rules }: CompiledRuleset,
): Promise<Map<string, NamedGroup>> {
  const ids = [...new Set(rules.map(({ value }) => value.toLowerCase()).filter(isObjectId))];
  const found = new Map<string, NamedGroup>();
  for (const id of ids.slice(0, IDS_LOOKED_UP)) {
    const condition = readCondition(groupKind, `externalId eq "${id}"`);
    const page = { condition, sort: null, start: { offset: 0 }, limit: 1, withMembers: false };
    const [row] = (await ledger.queryGroups({ provider, ...page })).rows;
    if (row) found.set(id, { displayName: String(JSON.parse(row.document).displayName) });
  }
  return found;
}

// --- as it is shown ---------------------------------------------------------------------------------------------

function showRule({ rule, place, matches, wins, shadowed }: ExaminedRule): DoctorJson['rules'][number] {
  const { attribute, value, target } = rule;
  return { ...showPlace(place), attribute, value, target, matches, wins, shadowed };
}

function showPlace({ kind, index }: RulePlace): {
  list: (typeof mappingKeys)[RulePlace['kind']];
  index: number;
} {
  return { list: mappingKeys[kind], index };
}

function showFinding(finding: Finding, locked: readonly string[]): FindingJson {
  const { code, severity, words, detail, rule, claim, people, examples, fix } = finding;
  const isLocked = fix !== undefined && locked.includes(keyOf(fix.change));
  return {
    code,
    severity,
    words,
    detail: isLocked
      ? `${detail} The configuration file owns ${keyOf(fix.change)}: change it there.`
      : detail,
    rule: rule ? showPlace(rule) : null,
    claim: claim ?? null,
    people: people ?? null,
    examples: [...(examples ?? [])],
    fix: fix && !isLocked ? { words: fix.words, change: showCorrection(fix.change) } : null,
  };
}

function keyOf(change: Correction): string {
  return 'rule' in change ? mappingKeys[change.rule.kind] : 'claimScimAttributes';
}

const nothing = {
  rule: null,
  attribute: null,
  value: null,
  to: null,
  claim: null,
  attributeType: null,
  attributeValue: null,
};

function showCorrection(change: Correction): CorrectionJson {
  if (!('rule' in change)) return { ...nothing, ...change };
  return { ...nothing, ...change, rule: showPlace(change.rule) };
}

export const doctorRoutes: readonly Route[] = [getDoctor, examineDraft];
