// Reasons of grants as they are shown: in words and as data. Used by a user's access and by the members of a team.

import type { Exempt, GrantReason, Kept } from '../../identity/grant.ts';
import { kindWords, type Rule } from '../../mapping/rule.ts';
import type { Ruleset } from '../../mapping/ruleset.ts';
import { type ReferenceJson, rfc3339, type SourceJson } from './contract.ts';

/** Names of groups by id; a group that is gone has none. */
export type GroupNames = (id: string) => string | null;

export function ruleText({ attribute, value, kind, target }: Rule): string {
  return `${attribute} = "${value}" gives the ${kindWords[kind]} "${target}"`;
}

export function showReason(
  reason: GrantReason,
  context: { ruleset: Pick<Ruleset, 'rules'>; groupName: GroupNames; since: number | null },
): SourceJson {
  const since = rfc3339(context.since);
  if (reason.by === 'manual') {
    const { actor } = reason;
    const kept = reason.kept ? showKept(reason.kept) : null;
    const exempt = reason.exempt ?? null;
    const given = exempt ? exemptWords(actor, exempt) : `Given by ${actor}; only people take it back.`;
    const words = kept ? keptWords(actor, kept) : given;
    return { ...noRule, by: 'manual', words, actor, kept, exempt, since };
  }
  const rule = context.ruleset.rules.find((each) => each.id === reason.rule) ?? null;
  const group =
    reason.group === undefined ? null : groupReference(reason.group, reason.value, context.groupName);
  const fact = group
    ? `In the group "${group.name}"`
    : `${reason.attribute} is "${reason.value}" (by ${reason.channel})`;
  const by = rule ? `, and ${ruleText(rule)}` : ', by a rule that is not there any more';
  const stays = reason.sticky ? ' It stays until people take it back.' : '';
  return {
    by: 'rule',
    words: `${fact}${by}.${stays}`,
    actor: null,
    rule: rule && { id: rule.id, attribute: rule.attribute, value: rule.value, target: rule.target },
    attribute: reason.attribute,
    value: reason.value,
    channel: reason.channel,
    group,
    kept: null,
    exempt: null,
    since,
  };
}

function exemptWords(actor: string, { ruleset }: Exempt): string {
  return `Left with them when ${actor} applied the rules number ${ruleset}, which would have taken it: whoever changes rules, and the last administrator, are not shut out by that. Only people take it back.`;
}

function showKept({ of, provider, formerly }: Kept): KeptJson {
  return {
    of,
    provider,
    formerly: formerly.map(({ rule, attribute, value, channel, group, sticky }) => {
      const fact =
        group === undefined ? `${attribute} is "${value}" (by ${channel})` : `in the group "${value}"`;
      const words = sticky ? `${fact}, once` : fact;
      return { words, rule, attribute, value, channel, group: group ?? null };
    }),
  };
}

function keptWords(actor: string, { of, provider, formerly }: KeptJson): string {
  const when =
    of === 'provider'
      ? `the provider ${provider} was removed`
      : `SCIM of the provider ${provider} was switched off`;
  const before = formerly.map(({ words }) => words).join('; ');
  return `Kept by ${actor} when ${when}; before, a rule gave it: ${before}. Only people take it back.`;
}

type KeptJson = NonNullable<SourceJson['kept']>;

const noRule = { rule: null, attribute: null, value: null, channel: null, group: null };

function groupReference(id: string, nameThen: string, groupName: GroupNames): ReferenceJson {
  return { id, name: groupName(id) ?? nameThen };
}
