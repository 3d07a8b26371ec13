// bifrost plan: what it says of a file and of an earlier number, how it ends, and applying.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MappingsJson, ProviderJson, RulesPlanJson } from '../../src/edge/admin/contract.ts';
import type { Bifrost } from '../../src/main.ts';
import { makeSite, pushTo, run, type Site, userBody } from './fixture.ts';

let site: Site;
let bifrost: Bifrost;
let provider: string;
/** The number of the rules that everybody began with. */
let first: number;

const viewers = [{ attribute: 'department', value: '*', role: 'Viewer' }];

beforeAll(async () => {
  site = await makeSite();
  bifrost = await site.serve();
  const body = {
    ...{ name: 'Staff', kind: 'entra', tenantId: '5d1c0c5e-7f0a-4d57-b8a5-8f4a1b7f2f11', clientId: 'x' },
    ...{ scim: {}, attributeRoleMappings: viewers, attributeTeamMappings: [] },
  };
  const made = await bifrost.inject({
    method: 'POST',
    url: '/api/providers',
    headers: { authorization: `Bearer ${site.apiKey}` },
    payload: body,
  });
  const { id, scim } = made.json<ProviderJson>();
  provider = id;
  const push = pushTo(bifrost, scim.token!);
  for (let n = 0; n < 12; n++) {
    await push('POST', '/Users', userBody(`p${n}@contoso.com`, {}, n < 11 ? 'Sales' : 'Lab'));
  }
  first = (
    await cli('plan', 'Staff', '--file', await file({ attributeRoleMappings: viewers }), '--json')
  ).json<RulesPlanJson>().ruleset;
});
afterAll(async () => {
  await bifrost.stop();
  await site.remove();
});

const cli = (...argv: string[]) => run({ BIFROST_URL: bifrost.url, BIFROST_API_KEY: site.apiKey }, argv);

async function file(content: unknown, name = 'mappings.json'): Promise<string> {
  const path = join(site.dataDir, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const labOnly = { attributeRoleMappings: [{ attribute: 'department', value: 'Lab', role: 'Developer' }] };

test('says who loses and gains what, losses first, and how it would be applied; 1 where somebody loses', async () => {
  const { code, out } = await cli('plan', 'Staff', '--file', await file(labOnly));
  expect(code).toBe(1);
  expect(out).toMatch(/^Staff \(.+\), planned on rules number \d+, 12 people\n/);
  expect(out).toContain('  + department = "Lab" gives the role "Developer"\n');
  expect(out).toContain('  - department = "*" gives the role "Viewer"\n');
  expect(out).toContain('11 lose something, 1 gains something.\n11 could not sign in any more.\n');
  expect(out).toMatch(/role +Viewer +-11\n/);
  expect(out).toMatch(/p0@contoso.com +could not sign in, -role Viewer\n/);
  expect(out).toMatch(/p11@contoso.com +role Viewer becomes Developer\n/);
  expect(out.indexOf('p0@')).toBeLessThan(out.indexOf('p11@'));
  expect(out).toContain('--apply --confirm 11\n');
});

test('0 where nobody loses anything; a configuration is taken by the name of its provider', async () => {
  const yaml = `providers:\n  - name: bare\n  - name: Staff\n    attributeTeamMappings:\n      - {attribute: department, value: Lab, team: Bench}\n`;
  const { code, out } = await cli('plan', provider, '--file', await file(yaml, 'bifrost.yaml'));
  expect([code, out]).toEqual([0, expect.stringContaining('0 lose something, 1 gains something.\n')]);
  const same = await cli('plan', 'Staff', '--file', await file({ attributeRoleMappings: viewers }));
  expect([same.code, same.out]).toEqual([0, expect.stringContaining('It changes nothing for anybody.\n')]);
});

test('applies what was looked at, beyond the limits with its number only; and goes back', async () => {
  const path = await file(labOnly);
  const held = await cli('plan', 'Staff', '--file', path, '--apply');
  expect([held.code, held.out]).toEqual([1, expect.stringContaining('is held until somebody decides')]);
  const applied = await cli('plan', 'Staff', '--file', path, '--apply', '--confirm', '11', '--json');
  expect(applied.code).toBe(0);
  const { plan, mappings } = applied.json<{ plan: RulesPlanJson; mappings: MappingsJson }>();
  expect([plan.loseSignIn, mappings.ruleset]).toEqual([11, first + 1]);
  const back = await cli('plan', 'Staff', '--ruleset', String(first), '--apply');
  // The one of the Lab changes a role for one with less.
  expect(back.out).toContain('1 loses something, 12 gain something.\n');
  expect([back.code, back.out]).toEqual([0, expect.stringContaining(`have the number ${first + 2}.`)]);
});

test('2 for wrong usage, with what to do', async () => {
  const path = await file(labOnly);
  expect((await cli('plan', 'Staff')).err).toContain('Give --file or --ruleset.');
  expect((await cli('plan', '--file', path)).err).toContain('There are 3 providers.');
  expect((await cli('plan', 'Staff', '--file', join(site.dataDir, 'none.json'))).err).toContain(
    'there is no such file',
  );
  const empty = await cli('plan', 'Staff', '--file', await file({ roleMappings: [] }));
  expect([empty.code, empty.err]).toEqual([2, expect.stringContaining('has no rules of Staff')]);
  expect((await cli('plan', 'Staff', '--ruleset', '99')).code).toBe(1);
});
