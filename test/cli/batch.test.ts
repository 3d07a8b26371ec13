// bifrost batch, and what "status" says of it: read as somebody does who has to decide.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, keys, startFixture } from '../admin/fixture.ts';
import { departmentRule, guardedProvider } from '../admin/guarded-provider.ts';
import { run } from './fixture.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

const cli = (...argv: string[]) =>
  run({ BIFROST_URL: api.server.url, BIFROST_API_KEY: keys.admin, BIFROST_DATA_DIR: '/nonexistent' }, argv);

async function held() {
  const there = await guardedProvider(api, { Sales: 3, Lab: 4 });
  return { there, id: (await there.put([departmentRule('Sales')])).body.id };
}

test('list, show, approve, undo', async () => {
  expect((await cli('batch', 'list')).out).toBe('Nothing is held back.\n');
  const { id } = await held();
  const listed = await cli('batch', 'list', '--state', 'held');
  expect(listed.out).toMatch(
    new RegExp(`${id} +Guarded \\d+ +.* a change of rules +4 of 7 active users +waits`),
  );

  const shown = await cli('batch', 'show', id);
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/Guard +20 % of the active users, 500 at most in a day/);
  expect(shown.out).toContain('  + department = "Sales" gives the role "Viewer"');
  expect(shown.out).toContain('  - department = "*" gives the role "Viewer"');
  expect(shown.out).toMatch(/lab0\S+ +cannot sign in any more; loses role Viewer/);
  expect(shown.out).toContain(`Do it: bifrost batch approve ${id}`);

  const status = await cli('status');
  expect(status.out).toContain(
    'would take something from 4 of 7 active users, and is held until somebody decides',
  );
  expect(status.out).toContain(`bifrost batch show ${id}`);

  expect((await cli('batch', 'approve', id)).out).toContain('are changed. Answers are right at once');
  const again = await cli('batch', 'approve', id);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('was approved and applied (by key:')]);
  expect(again.err).toContain('bifrost batch list');
  expect((await cli('batch', 'show', id)).out).toContain(`Take it back: bifrost batch undo ${id}`);
  expect((await cli('batch', 'undo', id)).out).toContain('Taken back');
  expect((await cli('status', '--json')).json()).toMatchObject({ held: [], alarms: [] });
});

test('drop; and approving what takes more by now asks how many', async () => {
  const first = await held();
  await first.there.push('late@x.example/Lab');
  const more = await cli('batch', 'approve', first.id);
  expect([more.code, more.err]).toEqual([1, expect.stringContaining('from 5 people by now')]);
  expect(more.err).toContain('--confirm 5');
  expect((await cli('batch', 'approve', first.id, '--confirm', '5')).code).toBe(0);
  const second = await held();
  expect((await cli('batch', 'drop', second.id, '--json')).json()).toMatchObject({ state: 'dropped' });
});

test('an alarm stands in the status, and a purge that is held says so', async () => {
  const there = await guardedProvider(api, { Sales: 3 });
  for (const id of there.ids()) await there.scim.delete(`/Users/${id}`);
  const [first, second] = there.ids();
  expect((await cli('user', 'purge', first!, '--yes')).out).toContain('is being erased');
  expect((await cli('user', 'purge', second!, '--yes')).out).toContain('1 removed user of Guarded');
  for (let n = 0; n < 60 && !(await cli('status')).out.includes('Alarm'); n++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect((await cli('status')).out).toMatch(/Alarm of .*: SCIM has suspended or removed 3 of 3 active users/);
});
