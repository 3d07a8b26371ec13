// provider remove and provider disable-scim: the plan first, a question at a terminal, and the job until it ends.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import type { JobJson } from '../../src/edge/admin/jobs.ts';
import type { RemovalPlanJson } from '../../src/edge/admin/removal-plan.ts';
import type { Bifrost } from '../../src/main.ts';
import { makeSite, pushTo, type Ran, type RunOptions, run, type Site, userBody } from './fixture.ts';

let site: Site;
let bifrost: Bifrost;
let provider: string;

beforeEach(async () => {
  site = await makeSite();
  bifrost = await site.serve();
  const added = await cli(
    ...['provider', 'add', '--name', 'Crew', '--kind', 'oidc', '--issuer', 'https://login.example.com'],
    ...['--client-id', 'x', '--json'],
  );
  provider = added.json<ProviderJson>().id;
  const enabled = await cli('provider', 'enable-scim', provider, '--json');
  const push = pushTo(bifrost, enabled.json<ProviderJson>().scim.token!);
  for (const name of ['amara', 'bela', 'carol'])
    await push('POST', '/Users', userBody(`${name}@crew.example`));
});
afterEach(async () => {
  await bifrost.stop();
  await site.remove();
});

const cli = (...argv: string[]): Promise<Ran> => run(site.env, argv);
const asked = (argv: string[], ask: RunOptions['ask']) => run(site.env, argv, ask ? { ask } : {});

test('--plan shows what it would mean and changes nothing', async () => {
  const { code, out } = await cli('provider', 'remove', 'Crew', '--people', 'remove', '--plan');
  expect(code).toBe(0);
  expect(out).toContain('Removing the provider Crew is about 3 users.');
  expect(out).toContain('Each of them is removed');
  expect(out).toMatch(/amara@crew.example +nothing/);
  const plan = (
    await cli('provider', 'remove', 'Crew', '--people', 'remove', '--plan', '--json')
  ).json<RemovalPlanJson>();
  expect(plan).toMatchObject({ users: 3, confirm: 3, people: 'remove' });
  expect((await cli('provider', 'list')).out).toContain('Crew');
});

test('nothing said of people, or not how many: exit code 1, and what to say', async () => {
  const unsaid = await cli('provider', 'remove', provider);
  expect(unsaid.code).toBe(1);
  expect(unsaid.err).toContain('people=keep');
  expect(unsaid.err).toContain('--people keep');
  const unsure = await cli('provider', 'remove', provider, '--people', 'remove');
  expect(unsure.code).toBe(1);
  expect(unsure.err).toContain('add --confirm 3');
});

test('at a terminal the number is asked for, and another changes nothing', async () => {
  const questions: string[] = [];
  const wrong = await asked(['provider', 'remove', provider, '--people', 'remove'], async (question) => {
    questions.push(question);
    return '4';
  });
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('Nothing was changed.');
  expect(questions).toEqual(['Type the number of users to go on (3): ']);
  const right = await asked(['provider', 'remove', provider, '--people', 'remove'], async () => '3');
  expect(right.out).toContain('Removed the provider Crew.');
  expect(right.code).toBe(0);
  expect((await cli('provider', 'list')).out).not.toContain('Crew');
});

test('--json answers with the plan and the job that ended; --detach does not wait', async () => {
  const kept = await cli('provider', 'remove', provider, '--people', 'keep', '--json');
  const { plan, job } = kept.json<{ plan: RemovalPlanJson; job: JobJson }>();
  expect(plan.users).toBe(3);
  expect(job).toMatchObject({ kind: 'remove-provider', state: 'done', done: 3 });
  const gone = await cli('provider', 'remove', provider, '--people', 'remove', '--confirm', '3', '--detach');
  expect(gone.out).toMatch(/Removed the provider Crew\.|A job does it \(\d of 3 users\)/);
});

test('disable-scim: the plan, then the job', async () => {
  const { code, out } = await cli('provider', 'disable-scim', 'Crew', '--people', 'suspend');
  expect(code).toBe(0);
  expect(out).toContain('Switching off SCIM of Crew is about 3 users.');
  expect(out).toContain('SCIM is off for Crew.');
  expect((await cli('user', 'list', '--provider', provider)).out).toMatch(/suspended/);
});

test('without a server the command does the job itself', async () => {
  await bifrost.stop();
  const { code, out } = await cli('provider', 'remove', provider, '--people', 'remove', '--confirm', '3');
  expect(out).toContain('Removed the provider Crew.');
  expect(code).toBe(0);
  bifrost = await site.serve();
  expect((await cli('provider', 'list')).out).not.toContain('Crew');
});

test('one without users goes at once', async () => {
  const added = await cli(
    ...['provider', 'add', '--name', 'Empty', '--kind', 'oidc', '--issuer', 'https://login.example.com'],
    ...['--client-id', 'x', '--json'],
  );
  const { code, out } = await cli('provider', 'remove', added.json<ProviderJson>().id);
  expect(code).toBe(0);
  expect(out).toContain('Removed the provider Empty.');
});

test('what the configuration file declares stays', async () => {
  const { code, err } = await cli('provider', 'remove', 'entra', '--people', 'keep');
  expect(code).toBe(1);
  expect(err).toContain('is declared in');
});
