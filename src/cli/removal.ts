// What "provider remove" and "provider disable-scim" share: the plan in words, the question at a terminal, and the job
// that is watched until it ends.

import { setTimeout as sleep } from 'node:timers/promises';
import type { JobJson } from '../edge/admin/jobs.ts';
import type { RemovalPlanJson } from '../edge/admin/removal-plan.ts';
import { type Api, pathOf } from './api.ts';
import type { Call, Option } from './command.ts';
import { CliFailure, exit } from './failure.ts';
import type { Output } from './output.ts';

export type People = RemovalPlanJson['people'];

export const removalOptions: Readonly<Record<string, Option>> = {
  people: {
    value: '<choice>',
    about: 'what becomes of its people: keep, suspend or remove',
    oneOf: ['keep', 'suspend', 'remove'],
  },
  confirm: {
    value: '<n>',
    about: 'how many users it is about; at a terminal it is asked for otherwise',
    atLeast: 0,
  },
  plan: { about: 'show what it would mean, and change nothing' },
  detach: { about: 'do not wait for the job that does it' },
};

export const choicesInWords =
  'keep: they stay as they are, and what rules gave them becomes manual; suspend: the same, and whoever is active is suspended; remove: each is removed, as the provider would.';

export interface Intent {
  provider: string;
  of: RemovalPlanJson['of'];
  people: People | undefined;
}

export function readIntent({ arguments: given }: Call, of: Intent['of']): Intent {
  return { provider: given.operand('provider'), of, people: given.text('people') as People | undefined };
}

export function planOf(api: Api, { provider, of, people }: Intent): Promise<RemovalPlanJson> {
  return api.get<RemovalPlanJson>(pathOf('providers', provider, 'removal-plan'), { of, people });
}

// --- in words ---------------------------------------------------------------------------------------------------

const fate: Readonly<Record<People, string>> = {
  keep: 'They stay as they are; what rules gave them becomes manual.',
  suspend: 'They stay with what they have, which becomes manual; whoever is active is suspended.',
  remove: 'Each of them is removed, with everything that they have.',
};

/** Of the 50 in the plan, as many as a screen has room for. */
const PEOPLE_SHOWN = 10;

export function showPlan(plan: RemovalPlanJson, output: Output, people: People | undefined): void {
  const { provider, of, users, active, suspended, withRole, loseSignIn, admins, totalIsCapped } = plan;
  const what = of === 'provider' ? 'Removing the provider ' : 'Switching off SCIM of ';
  const about = totalIsCapped ? 'about ' : '';
  output.line(what, { tone: 'strong', text: provider.name }, ` is about ${users} users.`);
  if (people) output.line(fate[people]);
  const stay = of === 'scim' ? 'they stay' : 'they go with it';
  const targets = of === 'provider' && people === 'remove' ? 'they go with it' : 'they stay';
  output.fields([
    ['Users', `${about}${active} active, ${suspended} suspended, ${withRole} with a role`],
    ['Lose signing in', `${about}${loseSignIn}`],
    ['Administrators', administrators(admins)],
    ['Groups', `${plan.groups}: ${stay}`],
    ['Teams', `${plan.teams}: ${targets}`],
    ['Business units', `${plan.businessUnits}: ${targets}`],
    ['Live tokens', `${plan.tokens}: ${of === 'provider' ? 'they end' : 'they are refused'}`],
  ]);
  const first = plan.first.slice(0, PEOPLE_SHOWN);
  if (first.length === 0) return;
  output.table(
    ['FIRST OF THEM', 'USER NAME', 'LOSE'],
    first.map((each) => [each.user.displayName, each.user.userName, losses(each)]),
  );
}

function administrators({ total, items }: RemovalPlanJson['admins']): string {
  if (total === 0) return 'none';
  const names = items.map((each) => each.displayName).join(', ');
  return total > items.length ? `${total}: ${names}, and more` : `${total}: ${names}`;
}

function losses({ losesSignIn, role, teams, businessUnits }: RemovalPlanJson['first'][number]): string {
  const lost = [
    ...(losesSignIn ? ['signing in'] : []),
    ...(role ? [`role ${role.name}`] : []),
    ...(teams.length > 0 ? [`teams ${teams.map((each) => each.name).join(', ')}`] : []),
    ...(businessUnits.length > 0
      ? [`business units ${businessUnits.map((each) => each.name).join(', ')}`]
      : []),
  ];
  return lost.join('; ') || 'nothing';
}

// --- being sure -------------------------------------------------------------------------------------------------

/** The plan, and at a terminal the question. Gives the number that was said. */
export async function confirmed(call: Call, plan: RemovalPlanJson, people: People | undefined) {
  const given = call.arguments.count('confirm');
  if (call.json) return given;
  showPlan(plan, call.output, people);
  if (given !== undefined || people === undefined || plan.users === 0 || call.ask === null) return given;
  const said = (await call.ask(`Type the number of users to go on (${plan.users}): `)).trim();
  if (said === String(plan.users)) return plan.users;
  throw new CliFailure(exit.no, 'That is not their number. Nothing was changed.', 'Run the command again.');
}

// --- the job ----------------------------------------------------------------------------------------------------

const LOOK_EVERY_MS = 250;

/** Until the job has ended, or nobody wants to wait any longer: it goes on without. */
export async function watched(call: Call, api: Api, job: JobJson): Promise<JobJson> {
  if (call.arguments.flag('detach')) return job;
  const stop = call.stopSignal();
  let now = job;
  while (now.finishedAt === null && !stop.aborted) {
    call.output.progress(`${now.done} of ${now.total ?? '?'} users`);
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {});
    now = await api.get<JobJson>(pathOf('jobs', job.id));
  }
  call.output.progress('');
  return now;
}

export function showJobEnd(job: JobJson, done: string, output: Output): void {
  if (job.finishedAt !== null) output.line(done);
  else
    output.line(`A job does it (${job.done} of ${job.total ?? '?'} users): "bifrost status" shows how far.`);
}
