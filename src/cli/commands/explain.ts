// bifrost explain: every reason for what a user has, and for what they have not.

import type { PersonJson, ReferenceJson, SourceJson } from '../../edge/admin/contract.ts';
import type { PastAccess } from '../../edge/admin/past-access.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import type { Output } from '../output.ts';
import { findUser, statusText } from '../user.ts';
import { when } from '../when.ts';
import { providerOfUser, userOperand } from './user-show.ts';

interface Held extends ReferenceJson {
  sources: Pick<SourceJson, 'words' | 'since'>[];
}

/** What `GET /api/users/{id}/access` answers, as far as it is told here. */
interface Explanation {
  user: PersonJson;
  words: string;
  role: Held | null;
  teams: Held[];
  businessUnits: Held[];
  candidates: {
    role: ReferenceJson;
    won: boolean;
    words: string;
    permissionCount: number;
    source: SourceJson;
  }[];
  lookedAt: LookedAt[];
  strategy: 'most-permissions' | 'first-match';
  ruleset: number;
  pending: boolean;
}

interface LookedAt {
  attribute: string;
  readsFrom: { attributeType: 'user' | 'group'; attributeValue: string };
  values: { value: string; channel: string }[];
  rules: { rule: string; matched: boolean }[];
}

export const explain: Command = {
  words: ['explain'],
  summary: 'Explain why a user has what they have, or has no role',
  about:
    'Names every reason for the role, the teams and the business units; the roles that lost, and to what; and, attribute by attribute, what the role rules looked at and what it held. With --at: what they had at that moment and why, by what the log of events said up to then.',
  operands: [userOperand],
  options: {
    ...providerOfUser,
    at: { value: '<time>', about: 'as it was then, such as 2026-03-01T08:00:00Z' },
  },
  examples: [
    ['explain amara.osei@contoso.com', 'in plain words'],
    ['explain amara.osei@contoso.com --at 2026-03-01', 'as it was when that day began'],
    ['explain 9c1b2f54-1b7e-4a52-8d0e-5f6a7b8c9d0e --json', 'by externalId, as data'],
  ],
  async run({ arguments: given, api: open }: Call) {
    const api = await open();
    const { id } = await findUser(api, given.operand('user'), given.text('provider'));
    const path = pathOf('users', id, 'access');
    const at = given.text('at');
    if (at !== undefined) {
      const past = await api.get<PastAccess>(path, { at });
      return { document: past, show: (output) => showPast(past, output) };
    }
    const explanation = await api.get<Explanation>(path);
    return { document: explanation, show: (output) => showExplanation(explanation, output) };
  },
};

function showExplanation(told: Explanation, output: Output): void {
  const { user } = told;
  output.line({ tone: 'strong', text: told.words });
  output.line(user.userName, ', ', statusText(user.status), `, of the provider ${user.provider}`);
  if (told.pending) {
    output.line('The rules changed a moment ago: this follows from the new ones and is about to be stored.');
  }
  if (user.status !== 'removed') {
    showRole(told, output);
    showHeld('Teams', told.teams, output);
    showHeld('Business units', told.businessUnits, output);
    showLookedAt(told, output);
  }
}

function showPast(
  { user, words, role, teams, businessUnits, at, ruleset }: PastAccess,
  output: Output,
): void {
  output.line({ tone: 'strong', text: words });
  output.line(
    `At ${when(at)}, ${user.status}, of the provider ${user.provider}, by the rules number ${ruleset}`,
  );
  if (user.status === 'removed') return;
  showHeld('Role', role ? [role] : [], output);
  showHeld('Teams', teams, output);
  showHeld('Business units', businessUnits, output);
}

const strategyWords: Readonly<Record<Explanation['strategy'], string>> = {
  'most-permissions': 'the role with the most permissions wins; between equals the earlier rule',
  'first-match': 'the first rule that matches wins',
};

function showRole({ role, candidates, strategy }: Explanation, output: Output): void {
  title('Role', output);
  if (role) showSources(role, output);
  else output.line('  none: no role rule matches and nobody gave one');
  const losers = candidates.filter((each) => !each.won);
  if (losers.length === 0) return;
  output.line(`  Also in question (${strategyWords[strategy]}):`);
  for (const each of losers) {
    output.line('    ', each.words, ` (${each.permissionCount} permissions)`);
    output.line('      ', each.source.words);
  }
}

function showHeld(name: string, held: readonly Held[], output: Output): void {
  title(name, output);
  if (held.length === 0) output.line('  none');
  for (const each of held) showSources(each, output);
}

function showSources({ name, sources }: Held, output: Output): void {
  output.line('  ', { tone: 'good', text: name });
  for (const source of sources) {
    output.line('    ', source.words, ...(source.since ? [` Since ${when(source.since)}.`] : []));
  }
}

function showLookedAt({ lookedAt, ruleset }: Explanation, output: Output): void {
  title(`What the role rules looked at (rules number ${ruleset})`, output);
  if (lookedAt.length === 0) output.line('  There are no role rules: only people can give a role.');
  for (const each of lookedAt) {
    output.line('  ', { tone: 'strong', text: each.attribute }, placeOf(each), ': ', heldBy(each));
    for (const { rule, matched } of each.rules) {
      output.line('    ', matched ? { tone: 'good', text: 'matches ' } : 'no match ', rule);
    }
  }
}

/** Where the value was looked for, when it is not the attribute of that name. */
function placeOf({ attribute, readsFrom: { attributeType, attributeValue } }: LookedAt): string {
  if (attributeType === 'group') return ` (the ${attributeValue} of the user's groups)`;
  return attributeValue === attribute ? '' : ` (the SCIM attribute ${attributeValue})`;
}

const VALUES_SHOWN = 20;

function heldBy({ values }: LookedAt): string {
  if (values.length === 0) return 'holds nothing';
  const shown = values.slice(0, VALUES_SHOWN).map(({ value, channel }) => `"${value}" (by ${channel})`);
  const more = values.length > VALUES_SHOWN ? [`and ${values.length - VALUES_SHOWN} more`] : [];
  return [...shown, ...more].join(', ');
}

function title(text: string, output: Output): void {
  output.line();
  output.line({ tone: 'strong', text });
}
