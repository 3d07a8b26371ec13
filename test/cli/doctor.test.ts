// bifrost doctor: what it prints, as data, and how it ends.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DoctorJson } from '../../src/edge/admin/contract.ts';
import type { Bifrost } from '../../src/main.ts';
import { makeSite, type Push, pushTo, run, type Site, userBody } from './fixture.ts';

let site: Site;
let bifrost: Bifrost;
let push: Push;

beforeEach(async () => {
  site = await makeSite();
  bifrost = await site.serve();
  push = pushTo(bifrost, site.token);
});
afterEach(async () => {
  await bifrost.stop();
  await site.remove();
});

const cli = (...argv: string[]) =>
  run({ BIFROST_URL: bifrost.url, BIFROST_API_KEY: site.apiKey }, ['doctor', ...argv]);

test('reads like a linter: severity, what is wrong, its code, the rule, what to do', async () => {
  await push('POST', '/Users', userBody('amara@contoso.com', {}, 'Suport'));
  const { code, out } = await cli('entra');
  expect(code).toBe(1);
  expect(out).toMatch(/^entra \(entra\), rules number \d+, 1 person\n/);
  expect(out).toContain(
    '  problem  "title" was never seen: nobody has an attribute of that name.  attribute-never-seen\n',
  );
  expect(out).toContain('    role rule 1: title "Head*" gives Admin; it matches 0\n');
  expect(out).toContain(
    '  warning  Nobody has "Support" in "department"; 1 person has "Suport".  value-never-seen\n',
  );
  // The configuration file owns the rules: they are corrected there.
  expect(out).not.toContain('correction');
  expect(out).toContain('The configuration file owns attributeRoleMappings');
  expect(out).toMatch(/\n\d+ problems?, \d+ warnings?\.\n$/);
});

test('every provider without an operand, as one document for monitoring; 0 where there is no problem', async () => {
  const body = userBody('amara@contoso.com', { title: 'Head of Support' }, 'Support');
  await push('POST', '/Users', { ...body, externalId: '9c1b2f54-1b7e-4a52-8d0e-5f6a7b8c9d0e' });
  const one = await cli('entra', '--json');
  expect(one.code).toBe(0);
  const { ok, items } = one.json<{ ok: boolean; items: DoctorJson[] }>();
  expect(ok).toBe(true);
  expect(items.map(({ provider }) => provider.id)).toEqual(['entra']);
  const all = await cli('--json');
  // The other provider has no rule for roles.
  expect(all.code).toBe(1);
  const told = all.json<{ ok: boolean; items: DoctorJson[] }>();
  expect(told.items.map((each) => [each.provider.id, each.ok])).toEqual([
    ['bare', false],
    ['entra', true],
  ]);
  expect((await cli()).out).toContain('no-role-rules');
});

test('a provider that is not there: 1; a word too many: 2', async () => {
  expect((await cli('nowhere')).code).toBe(1);
  expect((await cli('entra', 'bare')).code).toBe(2);
});
