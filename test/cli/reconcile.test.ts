// bifrost reconcile, provider pending and provider import beside a server and the local Entra, read as an operator reads them.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { disableUser, type TenantUser, withUser } from '../../simulator/tenant.ts';
import { type ReconcileWorld, startReconcileWorld } from '../reconcile/run/world.ts';
import { type RunOptions, run } from './fixture.ts';

let world: ReconcileWorld;
afterEach(() => world.stop());

function cli(argv: string[], options: RunOptions = {}) {
  const { url, apiKey } = world.server;
  return run({ BIFROST_URL: url, BIFROST_API_KEY: apiKey }, argv, options);
}

function members(): TenantUser[] {
  return [...world.entra.tenant().users.values()].filter(({ userType }) => userType === 'Member').slice(1);
}

async function disabledUnheard(): Promise<TenantUser> {
  const [somebody] = members() as [TenantUser];
  world.agent.skip({});
  world.entra.changeTenant((tenant) => disableUser(tenant, somebody.objectId));
  await world.agent.cycle();
  return somebody;
}

test('a difference is found, reported, ignored, and healed by hand', async () => {
  world = await startReconcileWorld();
  const { userPrincipalName: name, objectId } = await disabledUnheard();
  const { code, out } = await cli(['reconcile', 'entra', '--mode', 'report']);
  expect(code).toBe(0);
  expect(out).toContain('Compared 40 people of the directory: 40 of them are here.');
  expect(out).toMatch(new RegExp(`disabled in the directory +1 +open +yes +${name}`));
  const [, id] = /reconcile drift (\S+)/.exec(out)!;
  const drift = await cli(['reconcile', 'drift', id!, '--category', 'disabled-there', '--state', 'open']);
  expect(drift.out).toContain(name);
  const row = drift.out.split('\n')[1]!.split(' ')[0]!;
  const ignored = await cli(['reconcile', 'ignore', id!, row, '--until', '2026-12-31']);
  expect([ignored.code, ignored.out]).toEqual([0, 'Ignored 1 until 2026-12-31T00:00:00Z.\n']);
  expect((await cli(['reconcile', 'entra'])).out).toMatch(/disabled in the directory +1 +ignored/);
  expect((await cli(['reconcile', 'unignore', id!, row])).code).toBe(0);
  const healed = await cli(['reconcile', 'heal', id!, row, 'no-such-row']);
  expect(healed.code).toBe(1);
  expect(healed.out).toBe('Healed 1.\nNothing was done to no-such-row: This run has no such row.\n');
  expect(await world.status(objectId)).toBe('directory');
  expect((await cli(['reconcile', 'list', '--provider', 'entra'])).out).toMatch(
    / reconciliation +heal +complete /,
  );
  expect((await cli(['reconcile', 'show', id!])).out).toMatch(/^Run +\S+\n/);
});

test('more than the guard lets pass is held, with the commands that decide', async () => {
  world = await startReconcileWorld();
  world.entra.vanishPeople(30);
  const { code, out } = await cli(['reconcile', 'entra']);
  expect(code).toBe(0);
  expect(out).toMatch(/here, not in the directory +12 +held +yes +\S+@\S+, \S+@\S+, \S+@\S+, \.\.\.\n/);
  expect(out).toContain('Held: it would take something from 12 people.');
  const [, batch] = /Do it: bifrost batch approve (\S+)/.exec(out)!;
  expect((await cli(['batch', 'drop', batch!])).code).toBe(0);
  const [, id] = /reconcile drift (\S+)/.exec(out)!;
  expect((await cli(['reconcile', 'show', id!])).out).toContain(
    'What was held from 12 people is dropped by now.',
  );
});

test('export: CSV, and a file that is there already stays', async () => {
  world = await startReconcileWorld();
  const { userPrincipalName: name } = await disabledUnheard();
  const { id } = (await cli(['reconcile', 'entra', '--json'])).json<{ id: string }>();
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-drift-'));
  try {
    const file = join(folder, 'drift.csv');
    expect((await cli(['reconcile', 'export', id, '--output', file])).code).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(
      new RegExp(`^id,category,.*\\r\\n.*disabled-there,healed,${name}`),
    );
    const again = await cli(['reconcile', 'export', id, '--output', file]);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is there already')]);
    const lines = await cli(['reconcile', 'export', id, '--format', 'jsonl']);
    expect(lines.json()).toMatchObject({ name, state: 'healed' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('import: shows whom, changes nothing before a yes; the same again changes nothing', async () => {
  world = await startReconcileWorld({ provisioned: false });
  const left = await cli(['provider', 'import', 'entra']);
  expect(left.code).toBe(0);
  expect(left.out).toMatch(/[1-9]\d* created, 0 updated/);
  expect(left.out).toContain('Nothing was changed.');
  const [, id] = /reconcile apply (\S+)/.exec(left.out)!;
  const [somebody] = members() as [TenantUser];
  expect(await world.status(somebody.objectId)).toBeNull();
  expect((await cli(['reconcile', 'discard', id!])).out).toBe('Discarded. Nothing was changed.\n');
  const no = await cli(['provider', 'import', 'entra'], { ask: async () => 'no' });
  expect(no.out).toContain('Discarded.');
  expect((await cli(['provider', 'import', 'entra', '--yes'])).code).toBe(0);
  expect(await world.status(somebody.objectId)).toBe('active');
  expect((await cli(['provider', 'import', 'entra'])).out).toContain('0 created, 0 updated');
});

test('pending: nobody is known before a run, then each by name', async () => {
  world = await startReconcileWorld({ provider: { claimsSyncMode: 'scim' } });
  expect((await cli(['provider', 'pending', 'entra'])).out).toContain('Compare now: bifrost reconcile entra');
  const [template] = members() as [TenantUser];
  const hire = { ...template, objectId: '0aaaaaaa-0000-4000-8000-00000000000b', mailNickname: 'pending' };
  world.entra.changeTenant((tenant) =>
    withUser(tenant, { ...hire, userPrincipalName: 'pending@nordhafen.example' }),
  );
  await cli(['reconcile', 'entra']);
  expect((await cli(['provider', 'pending', 'entra'])).out).toMatch(
    /\npending@nordhafen.example .*2026-11-25/,
  );
});

test('a name that no provider has, and one that a command has', async () => {
  world = await startReconcileWorld({ provisioned: false, people: 5 });
  expect((await cli(['reconcile', 'nowhere'])).code).toBe(1);
  const { code, err } = await cli(['reconcile', '--', 'list']);
  expect([code, err]).toEqual([1, expect.stringContaining('list')]);
});
