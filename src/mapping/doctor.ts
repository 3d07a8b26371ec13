// The doctor: what is wrong with the rules of a provider, told by what was seen of its people. Pure. One finding for each
// cause, the worst first.

import { nameFindings } from './doctor-names.ts';
import { peopleFindings } from './doctor-people.ts';
import { ruleFindings } from './doctor-rules.ts';
import {
  type Examined,
  type Finding,
  findingCodes,
  type PlacedRule,
  placedRules,
  severities,
} from './finding.ts';

export interface ExaminedRule extends PlacedRule {
  readonly matches: number;
  readonly wins: number;
  /** It matches, and another wins for everybody. */
  readonly shadowed: boolean;
}

export function examine(examined: Examined): Finding[] {
  // Where nobody has arrived every name is unseen: that says nothing of the rules.
  const aboutRules =
    examined.matches.people === 0 ? [] : [...nameFindings(examined), ...ruleFindings(examined)];
  const careful = aboutRules.map((finding) => ofSome(examined, finding));
  return [...careful, ...peopleFindings(examined)].sort(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      findingCodes.indexOf(a.code) - findingCodes.indexOf(b.code),
  );
}

/** What none of those who were looked at has, somebody else may have. */
function ofSome({ people, matches }: Examined, finding: Finding): Finding {
  if (matches.people >= people || finding.fix || finding.people !== 0) return finding;
  const detail = `${finding.detail} Only the first ${matches.people} of ${people} people were looked at.`;
  return { ...finding, severity: 'hint', detail };
}

export function examinedRules({ ruleset, matches }: Pick<Examined, 'ruleset' | 'matches'>): ExaminedRule[] {
  return placedRules(ruleset.rules).map(({ rule, place }) => {
    const { matches: matched, wins, beatenBy } = matches.rules.get(rule.id)!;
    return { rule, place, matches: matched, wins, shadowed: wins === 0 && beatenBy.size > 0 };
  });
}
