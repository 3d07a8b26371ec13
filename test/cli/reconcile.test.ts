// bifrost reconcile, provider pending and provider import, read as somebody does who looks after a provider.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { disableUser } from '../../simulator/tenant.ts';
import type { DriftJson, RunJson } from '../../src/edge/admin/reconciliation-contract.ts';
import type { WholeRunJson } from '../../src/edge/admin/whole-run.ts';
import { type DirectoryFixture, startDirectory } from '../admin/directory-fixture.ts';
import { keys, type Page } from '../admin/fixture.ts';
import { beginWritten, cancelWritten } from '../admin/written-run.ts';
import { run } from './fixture.ts';

let api: DirectoryFixture;

const cli = (...argv: string[]) =>
  run({ BIFROST_URL: api.server.url, BIFROST_API_KEY: keys.admin, BIFROST_DATA_DIR: '/nonexistent' }, argv);

describe('a provider without SCIM', () => {
  beforeAll(async () => {
    api = await startDirectory({ scim: { enabled: false }, scope: 'all', guard: { percent: 10, count: 5 } });
  });
  afterEach(() => cancelWritten(api));
  afterAll(() => api.stop());

  const everybody = () => api.entra.tenant().users.size;

  test('pending: nothing is known before the directory was read', async () => {
    const { code, out } = await cli('provider', 'pending', 'entra');
    expect([code, out]).toEqual([
      0,
      'The directory was not read whole yet.\nRead it: bifrost reconcile entra --wait\n',
    ]);
    expect((await cli('reconcile', 'list')).out).toBe('Nothing was compared yet.\n');
  });

  test('reconcile in report mode, then pending: who is missing, since when', async () => {
    const { code, out } = await cli('reconcile', 'entra', '--mode', 'report', '--wait');
    expect(code).toBe(0);
    expect(out).toMatch(/What +compare and report\nState +complete\n/);
    expect(out).toMatch(new RegExp(`Compared +${everybody()} people, of whom 0 are here`));
    expect(out).toMatch(
      new RegExp(`in the directory, not here +${everybody()} +${everybody()} shown +\\S+@`),
    );
    const listed = await cli('provider', 'pending', 'entra', '--limit', '2');
    expect(listed.out).toMatch(/^USER NAME +DISPLAY NAME +SINCE +ID IN THE DIRECTORY +WHY\n/);
    expect(listed.err).toMatch(new RegExp(`^2 of ${everybody()}; .*, as of 20`));
    const all = (await cli('provider', 'pending', 'entra', '--all', '--json')).json<Page<unknown>>();
    expect(all.items).toHaveLength(everybody());
  });

  test('import: the preview as a table, then the command that applies it', async () => {
    const looked = await cli('provider', 'import', 'entra');
    expect(looked.code).toBe(0);
    expect(looked.out).toContain(`${everybody()} would come, 0 would change, 0 are here`);
    expect(looked.out).toMatch(/Roles: .*\d+ Viewer/);
    expect(looked.out).toMatch(
      /FIRST OF THEM +NAME +BECOMES +ROLE +TEAMS +BUSINESS UNITS +WHY\n\S+@\S+ .* created +Viewer/,
    );
    expect(looked.out).toContain('Nothing was changed.\n');
    const id = /Apply it: bifrost reconcile resume (\S+)/.exec(looked.out)![1]!;
    expect((await cli('reconcile', 'show', id)).out).toContain(`bifrost reconcile discard ${id}`);
    expect((await cli('reconcile', 'list')).out).toMatch(new RegExp(`${id} +entra +import .* waits `));

    const applied = await cli('reconcile', 'resume', id, '--wait');
    expect([applied.code, applied.out]).toEqual([0, expect.stringContaining(`${everybody()} healed`)]);
    const again = await cli('reconcile', 'resume', id);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining(`bifrost reconcile show ${id}`)]);
    const { total } = (await cli('user', 'list', '--json')).json<Page<unknown>>();
    expect(total).toBe(everybody());
  });

  test('import --yes does it at once, and the same again changes nothing', async () => {
    const department = api.people()[0]!.department!;
    const { code, out } = await cli('provider', 'import', 'entra', '--department', department, '--yes');
    expect([code, out]).toEqual([0, expect.stringContaining('Nothing differs.')]);
    expect(out).toMatch(new RegExp(`What +import of department ${department}\n`));
    const nobody = await cli('provider', 'import', 'entra', '--department', 'Nowhere', '--yes');
    expect(nobody.out).toMatch(/State +complete\n/);
    const both = await cli('provider', 'import', 'entra', '--yes', '--preview');
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('Leave one of the two away.')]);
  });

  test('more than the guard lets pass: held, with the commands that decide', async () => {
    for (const { objectId } of api.people().slice(0, 12)) {
      api.entra.changeTenant((tenant) => disableUser(tenant, objectId));
    }
    const { code, out } = await cli('reconcile', 'entra', '--wait');
    expect(code).toBe(0);
    expect(out).toMatch(/disabled in the directory +12 +12 held +\S+@\S+, \S+@\S+, \S+@\S+, \.\.\.\n/);
    expect(out).toMatch(
      /would be taken from 12 people[\s\S]*\n {2}bifrost batch show (\S+)\n {2}bifrost batch approve \1\n/,
    );
  });

  test('begun without waiting: says where to look', async () => {
    const { code, out } = await cli('reconcile', 'entra', '--mode', 'report');
    expect([code, out]).toEqual([0, expect.stringMatching(/^It has begun: "bifrost reconcile show \S+"/)]);
    await api.ended(/show (\S+)"/.exec(out)![1]!);
  });

  test('drift, heal, ignore and export: by rows', async () => {
    const report = (
      await cli('reconcile', 'entra', '--mode', 'report', '--wait', '--json')
    ).json<WholeRunJson>();
    const { items } = (
      await cli('reconcile', 'drift', report.id, '--category', 'disabled-there', '--json')
    ).json<Page<DriftJson>>();
    const [first, second, third] = items.map(({ id }) => id) as [string, string, string];
    expect((await cli('reconcile', 'drift', report.id, '--limit', '1')).out).toMatch(
      /^ROW +NAME +DIFFERENCE +STATE +WHY\n\S+ +\S+@\S+ +disabled in the directory +shown +The account is disabled/,
    );
    const healed = await cli('reconcile', 'heal', report.id, first, second);
    expect([healed.code, healed.out]).toEqual([0, '2 rows healed.\n']);
    const again = await cli('reconcile', 'heal', report.id, first);
    expect([again.code, again.out]).toEqual([1, `Skipped ${first}: It was healed already.\n`]);
    const ignored = await cli(
      'reconcile',
      'ignore',
      report.id,
      third,
      first,
      '--until',
      '2099-01-01T00:00:00Z',
    );
    expect(ignored.out).toBe(
      `1 row left alone until 2099-01-01T00:00:00Z.\nSkipped ${first}: It was healed already.\n`,
    );
    expect((await cli('reconcile', 'ignore', report.id, third, '--undo', '--json')).json()).toMatchObject({
      unignored: [third],
    });
    const bad = await cli('reconcile', 'ignore', report.id, third, '--until', 'later');
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('until must match')]);

    const csv = await cli('reconcile', 'export', report.id, '--format', 'csv');
    expect([csv.code, csv.out.split('\r\n')[0]]).toEqual([
      0,
      expect.stringMatching(/^id,category,state,name,/),
    ]);
    expect(csv.out.split('\r\n')).toHaveLength(items.length + 2);
    const lines = (await cli('reconcile', 'export', report.id)).out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as DriftJson).id).sort()).toEqual(
      items.map(({ id }) => id).sort(),
    );
    expect((await cli('reconcile', 'export', 'nothing')).code).toBe(1);
  });

  test('cancel: once; and another run is refused while one goes on', async () => {
    const written = await beginWritten(api);
    const second = await cli('reconcile', 'entra');
    expect([second.code, second.err]).toEqual([
      1,
      expect.stringContaining(`bifrost reconcile show ${written.id}`),
    ]);
    expect((await cli('reconcile', 'cancel', written.id)).out).toContain('Cancelled.');
    expect((await cli('reconcile', 'cancel', written.id)).code).toBe(1);
    expect((await cli('reconcile', 'show', written.id, '--json')).json<RunJson>().outcome).toBe('cancelled');
    expect((await cli('reconcile', 'nobody')).code).toBe(1);
    expect((await cli('reconcile', 'heal', written.id)).err).toContain('<row> is missing');
  });
});

test('a directory that cannot be read: exit code 1, and why', async () => {
  api = await startDirectory({ clientSecret: 'wrong' });
  try {
    const { code, out } = await cli('reconcile', 'entra', '--wait');
    expect(code).toBe(1);
    expect(out).toMatch(/State +failed\n/);
    expect(out).toMatch(/client secret/i);
  } finally {
    await api.stop();
  }
});
