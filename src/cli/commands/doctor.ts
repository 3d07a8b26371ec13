// bifrost doctor: what is wrong with the rules of a provider, as a linter tells it, and the notices beside it.

import type { DoctorJson, FindingJson, NoticeJson, ProviderJson } from '../../edge/admin/contract.ts';
import { kindWords } from '../../mapping/rule.ts';
import { type Api, pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exit } from '../failure.ts';
import { readAll } from '../list.ts';
import { noticesOf, severityTones, showNotice } from '../notices.ts';
import type { Output } from '../output.ts';

const kinds = {
  attributeRoleMappings: kindWords.role,
  attributeTeamMappings: kindWords.team,
  attributeBusinessUnitMappings: kindWords.businessUnit,
} as const satisfies Record<DoctorJson['rules'][number]['list'], string>;

export const doctor: Command = {
  words: ['doctor'],
  summary: 'Say what is wrong with the rules of a provider, and what else should be known',
  about:
    'Compares the rules with what was seen of the people: attribute names that differ in case or URN, values that nobody has, rules that match nobody or never win, externalIds that are no object ids, people without a role and why. Then the notices of the provider, or of everything: ends to come, what waits, what fails. Changes nothing. Exit code 0 when there is no problem (warnings and hints are none), 1 when there is one.',
  operands: [
    { name: 'provider', about: 'id or name of the provider; all of them without it', optional: true },
  ],
  examples: [
    ['doctor entra', 'after a change of rules or of mappings in Entra'],
    ['doctor --json', 'for monitoring: "ok", and the findings of every provider'],
  ],
  async run({ arguments: given, api: open }: Call) {
    const api = await open();
    const named = given.maybe('provider');
    const providers = named === undefined ? await everyProvider(api) : [named];
    const items: DoctorJson[] = [];
    for (const each of providers) items.push(await api.get<DoctorJson>(pathOf('providers', each, 'doctor')));
    const notices = (await noticesOf(api)).filter(isAsked(named === undefined ? null : items));
    const ok = [...items, { ok: notices.every(({ severity }) => severity !== 'problem') }].every(
      ({ ok }) => ok,
    );
    return {
      document: { ok, items, notices },
      exitCode: ok ? exit.ok : exit.no,
      show(output) {
        if (items.length === 0) output.line('There is no provider yet.');
        for (const [at, item] of items.entries()) {
          if (at > 0) output.line();
          showReport(item, output);
        }
        if (notices.length > 0) output.line();
        for (const notice of notices) showNotice(notice, output);
      },
    };
  },
};

/** `of`: the providers that were named; null: everything. */
function isAsked(of: readonly DoctorJson[] | null) {
  return ({ provider }: NoticeJson) => of === null || of.some((each) => each.provider.id === provider?.id);
}

async function everyProvider(api: Api): Promise<string[]> {
  const items = await readAll<ProviderJson>(api, pathOf('providers'));
  return items.filter(({ retirement }) => retirement?.of !== 'provider').map(({ id }) => id);
}

function showReport(report: DoctorJson, output: Output): void {
  const { provider, ruleset, people, lookedAt, findings } = report;
  const looked = lookedAt < people ? `${lookedAt} of ${people} people` : numbered(people, 'person', 'people');
  output.line(
    { tone: 'strong', text: provider.name },
    ` (${provider.id}), rules number ${ruleset}, ${looked}`,
  );
  for (const finding of findings) showFinding(finding, report, output);
  output.line();
  output.line(summary(findings));
}

function showFinding(finding: FindingJson, { rules }: DoctorJson, output: Output): void {
  const { severity, code, words, detail, rule, fix } = finding;
  output.line();
  output.line('  ', { tone: severityTones[severity], text: severity }, '  ', words, '  ', {
    tone: 'dim',
    text: code,
  });
  const found = rule && rules.find(({ list, index }) => list === rule.list && index === rule.index);
  if (found) {
    const { list, index, attribute, value, target, matches } = found;
    const place = `${kinds[list]} rule ${index + 1}`;
    output.line(`    ${place}: ${attribute} "${value}" gives ${target}; it matches ${matches}`);
  }
  output.line('    ', detail);
  if (fix) output.line('    ', { tone: 'good', text: 'correction: ' }, fix.words);
}

function summary(findings: readonly FindingJson[]) {
  const of = (severity: FindingJson['severity']) =>
    findings.filter((each) => each.severity === severity).length;
  const [problems, warnings, hints] = [of('problem'), of('warning'), of('hint')];
  if (problems + warnings + hints === 0) return { tone: 'good', text: 'Nothing is wrong.' } as const;
  const counted = [
    ...(problems > 0 ? [numbered(problems, 'problem')] : []),
    ...(warnings > 0 ? [numbered(warnings, 'warning')] : []),
    ...(hints > 0 ? [numbered(hints, 'hint')] : []),
  ];
  return { tone: problems > 0 ? 'bad' : 'strong', text: `${counted.join(', ')}.` } as const;
}

function numbered(count: number, one: string, several = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${count} ${several}`;
}
