// The doctor on people and on what is around the rules: who has no role and why, externalIds by which nobody can be
// recognised, signing in that nobody tried, and nobody left to come in when the provider is away.

import { type Examined, type Finding, listed, peopleHave, peopleWords, quoted, upper } from './finding.ts';
import type { WithoutRole } from './rule-matches.ts';
import { mostFrequent } from './seen.ts';

export function peopleFindings(examined: Examined): Finding[] {
  return [
    ...roleFindings(examined),
    ...externalIdFindings(examined),
    ...aroundFindings(examined),
    ...(examined.matches.people === 0 ? [nobodyYet(examined)] : []),
  ];
}

// --- no role ----------------------------------------------------------------------------------------------------

/** Reasons that are told one by one; the others are in the count of the list. */
const REASONS_TOLD = 5;

function roleFindings({ ruleset, matches }: Examined): Finding[] {
  if (ruleset.byKind.role.length === 0) {
    const { withoutRole } = matches;
    return [
      {
        code: 'no-role-rules',
        severity: 'problem',
        people: withoutRole,
        words: 'There is no rule for roles: nobody can sign in whom people gave none.',
        detail: `Add one under Attribute Mapping, Roles.${withoutRole > 0 ? ` ${upper(peopleWords(withoutRole))} who could sign in ${withoutRole === 1 ? 'has' : 'have'} no role.` : ''}`,
      },
    ];
  }
  const nobodyHasOne = matches.withoutRole > 0 && matches.withoutRole === matches.active;
  return matches.reasons.slice(0, REASONS_TOLD).map((reason) => withoutRole(reason, nobodyHasOne));
}

function withoutRole({ people, holding, empty, values }: WithoutRole, nobodyHasOne: boolean): Finding {
  const examples = mostFrequent(values)
    .slice(0, 3)
    .map(([text]) => text);
  const [first] = holding;
  const why =
    first === undefined
      ? `what the role rules look at holds nothing for them: ${listed(empty.map(quoted))}`
      : `no rule fits what they have in ${quoted(first)}: ${listed(examples.map(quoted))}`;
  const also =
    first !== undefined && empty.length > 0
      ? ` ${listed(empty.map(quoted))} ${empty.length === 1 ? 'holds' : 'hold'} nothing.`
      : '';
  return {
    code: 'no-role',
    severity: nobodyHasOne ? 'problem' : 'warning',
    people,
    examples,
    words: `${peopleHave(people)} no role and cannot sign in: ${why}.`,
    detail:
      first === undefined
        ? 'Let Entra send one of these attributes (Mappings), put it into the token, or add a rule for an attribute that they have.'
        : `Add a rule for these values, or one with "*" that gives everybody a role.${also}`,
  };
}

// --- externalId -------------------------------------------------------------------------------------------------

function externalIdFindings({ provider, matches }: Examined): Finding[] {
  if (provider.kind !== 'entra') return [];
  const { missing, odd } = matches.externalIds;
  const whatToDo =
    'In Entra, under Provisioning, Mappings, "Provision Microsoft Entra ID Users", change the mapping of externalId: Source attribute objectId instead of mailNickname. Save, then Restart provisioning.';
  const why =
    'Who signs in is recognised by their object id; without it the way by the name has to be confirmed by Microsoft Graph.';
  const findings: Finding[] = [];
  if (odd > 0) {
    findings.push({
      code: 'external-id-no-object-id',
      severity: 'warning',
      people: odd,
      examples: matches.oddExternalIds,
      words: `The externalId of ${peopleWords(odd)} is no object id, such as ${listed(matches.oddExternalIds.map(quoted))}.`,
      detail: `${whatToDo} ${why}`,
    });
  }
  if (missing > 0) {
    findings.push({
      code: 'external-id-missing',
      severity: 'warning',
      people: missing,
      words: `${peopleWords(missing)} came by SCIM without an externalId.`,
      detail: `${whatToDo} ${why}`,
    });
  }
  return findings;
}

// --- around the rules -------------------------------------------------------------------------------------------

function aroundFindings({ provider, signInVerifiedAt, adminsOutside }: Examined): Finding[] {
  const findings: Finding[] = [];
  if (provider.scimEnabled && signInVerifiedAt === null) {
    findings.push({
      code: 'sign-in-never-verified',
      severity: 'warning',
      words: 'SCIM is enabled, and it was never verified that people can sign in.',
      detail: `Complete signing in first: Verify on the page of the provider, or "bifrost provider verify ${provider.name}".`,
    });
  }
  if (adminsOutside === 0) {
    findings.push({
      code: 'no-admin-outside',
      severity: 'warning',
      words: 'There is no break-glass administrator: nobody gets in when the provider is away.',
      detail: 'Make one with the link of "bifrost admin reset".',
    });
  }
  return findings;
}

function nobodyYet({ provider }: Examined): Finding {
  return {
    code: 'nobody-yet',
    severity: 'hint',
    words: 'Nobody has arrived yet: there is nothing to compare the rules with.',
    detail: provider.scimEnabled
      ? 'Assign people to the enterprise application; the first cycle takes up to 4 hours, Provision on demand is immediate.'
      : 'People arrive when they sign in for the first time, by SCIM, or by an import.',
  };
}
