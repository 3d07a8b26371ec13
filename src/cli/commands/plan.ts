// bifrost plan: what other rules would give and take, before anybody applies them; and applying what was looked at.

import type {
  BatchJson,
  MappingsJson,
  PlannedJson,
  PlanStateJson,
  ProviderJson,
  RulesPlanJson,
  WholeRulesetJson,
} from '../../edge/admin/contract.ts';
import { kindWords, type TargetKind } from '../../mapping/rule.ts';
import { type Api, pathOf } from '../api.ts';
import { heldLine } from '../batch.ts';
import type { Arguments, Call, Command } from '../command.ts';
import { exit, usageFailure } from '../failure.ts';
import type { Output } from '../output.ts';
import { rulesInFile } from '../rules-file.ts';

const LOOK_MS = 200;
const PEOPLE_SHOWN = 20;
const TARGETS_SHOWN = 10;

export const plan: Command = {
  words: ['plan'],
  summary: 'Say what other rules would give and take',
  about:
    'Resolves everybody with the rules of now and with others, and changes nothing: how many lose and gain, losses first, who could not sign in any more, which administrators. The others stand in a file: the configuration, or what "GET /api/providers/<id>/mappings" answers; lists that it leaves out stay as they are. Or they are those of an earlier number. Exit code 0 when nobody loses anything, 1 when somebody does; with --apply 0 when it is applied, 1 when it is held.',
  operands: [
    { name: 'provider', about: 'id or name of the provider; the only one without it', optional: true },
  ],
  options: {
    file: { value: '<file>', about: 'the rules, as JSON or YAML' },
    ruleset: { value: '<n>', about: 'the rules that it had under that number', atLeast: 1 },
    apply: { about: 'apply them after looking; beyond the limits of the guard they are held' },
    confirm: {
      value: '<n>',
      about: 'with --apply: from how many people it takes something, so that it is not held',
      atLeast: 0,
    },
  },
  examples: [
    ['plan entra --file bifrost.yaml', 'before a restart with another configuration'],
    ['plan entra --file mappings.json --apply --confirm 1204', 'after looking'],
    ['plan entra --ruleset 4', 'what going back would mean'],
  ],
  async run({ arguments: given, api: open, output }: Call) {
    const api = await open();
    const { id, rules } = await wanted(api, given);
    const planned = await made(api, id, rules, output);
    if (!given.flag('apply')) {
      return {
        document: planned,
        exitCode: planned.lose + planned.suspendedLose > 0 ? exit.no : exit.ok,
        show: (out) => showPlan(planned, out),
      };
    }
    const confirm = given.count('confirm');
    const query = confirm === undefined ? '' : `?confirm=${confirm}`;
    const body = { ...rules, ruleset: planned.ruleset };
    const answer = await api.send<MappingsJson | BatchJson>(
      'PUT',
      `${pathOf('providers', id, 'mappings')}${query}`,
      body,
    );
    const held = 'source' in answer ? answer : null;
    return {
      document: { plan: planned, ...(held ? { held } : { mappings: answer }) },
      exitCode: held ? exit.no : exit.ok,
      show(out) {
        showPlan(planned, out);
        out.line();
        if (held) out.line({ tone: 'warning', text: heldLine(held) });
        else out.line(appliedLine(planned, answer as MappingsJson));
      },
    };
  },
};

async function wanted(api: Api, given: Arguments): Promise<{ id: string; rules: Record<string, unknown> }> {
  const file = given.text('file');
  const ruleset = given.count('ruleset');
  if ((file === undefined) === (ruleset === undefined))
    throw usageFailure('Other rules stand in a file, or are those of a number.', 'Give --file or --ruleset.');
  const provider = await findProvider(api, given.maybe('provider'));
  if (file !== undefined) return { id: provider.id, rules: rulesInFile(file, provider) };
  const path = pathOf('providers', provider.id, 'rulesets', String(ruleset));
  const { mappings } = await api.get<WholeRulesetJson>(path);
  return { id: provider.id, rules: mappings };
}

async function findProvider(api: Api, named: string | undefined): Promise<ProviderJson> {
  if (named !== undefined) return api.get<ProviderJson>(pathOf('providers', named));
  const { items, total } = await api.get<{ items: ProviderJson[]; total: number }>(pathOf('providers'));
  if (total === 1) return items[0]!;
  throw usageFailure(`There are ${total} providers.`, 'Name the one whose rules they are.');
}

/** Made beside the requests, so that no connection is silent for as long as a million people take. */
async function made(api: Api, id: string, rules: object, output: Output): Promise<RulesPlanJson> {
  let state = await api.send<PlanStateJson>('POST', `${pathOf('providers', id, 'plan')}?wait=0`, rules);
  while (state.state === 'planning') {
    output.progress(`${state.done} of about ${state.of} people`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    state = await api.get<PlanStateJson>(pathOf('plans', state.id));
  }
  output.progress('');
  if (state.plan) return state.plan;
  throw usageFailure(state.problem ?? 'The plan failed.', 'Run the command again.');
}

// --- in words ---------------------------------------------------------------------------------------------------

const people = (count: number) => (count === 1 ? '1 person' : `${count} people`);
const counted = (count: number, verb: string) => `${count} ${verb}${count === 1 ? 's' : ''}`;

function showPlan(planned: RulesPlanJson, output: Output): void {
  const { provider, ruleset, affected, lose, suspendedLose, loseSignIn, gain, admins } = planned;
  output.line(
    { tone: 'strong', text: provider.name },
    ` (${provider.id}), planned on rules number ${ruleset}, ${people(planned.people)}`,
  );
  showRules(planned, output);
  output.line();
  if (affected === 0) {
    output.line({ tone: 'good', text: 'It changes nothing for anybody.' });
    return;
  }
  output.line(
    { tone: lose > 0 ? 'bad' : 'good', text: `${counted(lose, 'lose')} something` },
    `, ${counted(gain, 'gain')} something.`,
  );
  if (loseSignIn > 0) output.line({ tone: 'bad', text: `${loseSignIn} could not sign in any more.` });
  if (suspendedLose > 0)
    output.line(`${suspendedLose} more are suspended: they lose it when that is lifted.`);
  if (admins.lose > 0) {
    const names = admins.items.map(({ user }) => user.userName).join(', ');
    output.line({ tone: 'bad', text: `${admins.lose} would be no administrator any more: ` }, names);
  }
  for (const { user, role } of planned.exempt) {
    output.line(`${user.userName} keeps the role ${role.name}, by hand.`);
  }
  showTotals(planned, output);
  showPeople('LOSE', planned.losers, lose, output);
  showPeople('GAIN', planned.gainers, 0, output);
  showGuard(planned, output);
}

function showRules({ changes }: RulesPlanJson, output: Output): void {
  for (const rule of changes.added) output.line({ tone: 'good', text: '  + ' }, rule);
  for (const rule of changes.taken) output.line({ tone: 'bad', text: '  - ' }, rule);
  for (const other of changes.other) output.line({ tone: 'warning', text: '  ~ ' }, other);
}

function showTotals({ totals }: RulesPlanJson, output: Output): void {
  const rows = (Object.keys(kindWords) as TargetKind[]).flatMap((kind) => {
    const { count, items } = totals[kind];
    const shown = items
      .slice(0, TARGETS_SHOWN)
      .map(({ name, gain, lose }) => [
        kindWords[kind],
        name,
        gain === 0 ? '' : `+${gain}`,
        lose === 0 ? '' : `-${lose}`,
      ]);
    const further = count - shown.length;
    return further > 0 ? [...shown, [kindWords[kind], `and ${further} more`, '', '']] : shown;
  });
  if (rows.length === 0) return;
  output.line();
  output.table(['KIND', 'NAME', 'GAIN', 'LOSE'], rows);
}

function showPeople(title: string, planned: readonly PlannedJson[], total: number, output: Output): void {
  if (planned.length === 0) return;
  output.line();
  output.table(
    [title, 'WHAT'],
    planned.slice(0, PEOPLE_SHOWN).map((each) => [each.user.userName, whatOf(each)]),
  );
  const shown = Math.min(PEOPLE_SHOWN, planned.length);
  if (total > shown) output.line({ tone: 'dim', text: `the first ${shown} of ${total}` });
}

function whatOf({ loses, gains, losesSignIn, role: { before, after } }: PlannedJson): string {
  const isReplaced = before !== null && after !== null && before.id !== after.id;
  const named = (sign: string, targets: PlannedJson['loses']) =>
    targets
      .filter(({ kind }) => !isReplaced || kind !== 'role')
      .map(({ kind, name }) => `${sign}${kindWords[kind]} ${name}`);
  return [
    ...(losesSignIn ? ['could not sign in'] : []),
    ...(isReplaced ? [`role ${before.name} becomes ${after.name}`] : []),
    ...named('-', loses),
    ...named('+', gains),
  ].join(', ');
}

function showGuard({ confirm, limits, takenBefore }: RulesPlanJson, output: Output): void {
  if (confirm === null) return;
  const before = takenBefore > 0 ? `, and ${takenBefore} lost something in the day before` : '';
  output.line();
  output.line(
    { tone: 'warning', text: 'It would be held: ' },
    `the guard lets ${limits.percent} % or ${limits.count} people pass in a day${before}. To apply it at once: --apply --confirm ${confirm}`,
  );
}

function appliedLine({ provider, ruleset }: RulesPlanJson, { ruleset: now }: MappingsJson): string {
  if (now === ruleset) return `${provider.name} has these rules already.`;
  return `The rules of ${provider.name} are changed, and have the number ${now}. Back: bifrost plan ${provider.id} --ruleset ${ruleset} --apply`;
}
