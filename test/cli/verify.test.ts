// bifrost verify when something is wrong: exit code 1, and what it is.

import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect, test } from 'vitest';
import { makeSite, provision, pushTo, run } from './fixture.ts';

test('an event that somebody altered in the file: exit code 1, told in words and as JSON', async () => {
  const site = await makeSite();
  const bifrost = await site.serve();
  await provision(pushTo(bifrost, site.token));
  await bifrost.stop();
  const file = new DatabaseSync(join(site.dataDir, 'bifrost.db'));
  file.exec("UPDATE events SET type = 'user.removed' WHERE position = 3");
  file.close();
  const told = await run(site.env, ['verify']);
  const asData = await run(site.env, ['verify', '--json']);
  await site.remove();
  expect(told.code).toBe(1);
  expect(told.out).toContain('Event 3 was changed.');
  expect(told.out).toMatch(/^(One problem|\d+ problems):$/m);
  expect(asData.code).toBe(1);
  expect(asData.json()).toMatchObject({
    ok: false,
    problems: expect.arrayContaining(['Event 3 was changed.']),
  });
});
