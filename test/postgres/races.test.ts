// Two replicas decide on the same moment and commit one after the other: each case is one order of two commits, made
// by holding a lock between them.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { LOCK_SPACE, locks } from '../../src/ledger/postgres/locks.ts';
import { storedIn } from '../ledger/postgres-rows.ts';
import {
  adminsRule,
  applyRules,
  by,
  effectsOf,
  everyGroup,
  inWords,
  PROVIDER,
  rule,
  sweepAll,
  tick,
} from '../ledger/scribe.ts';
import { type TwoLedgers, twoLedgers } from './two-ledgers.ts';

let two: TwoLedgers;
beforeEach(async () => {
  two = await twoLedgers();
});
afterEach(() => two.close());

const rowOf = (table: 'users' | 'directory_groups') => `SELECT 1 FROM ${table} WHERE id = $1 FOR UPDATE`;

async function people(count: number): Promise<string[]> {
  const made = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      two.write.createUser({ userName: `person${i}`, displayName: `Person ${i}` }),
    ),
  );
  return made.map((each) => each.id);
}

async function problems(): Promise<string[]> {
  return (await two.here.verify()).problems.slice(0, 5);
}

/** Looked at from the beginning: it may be refused while something else is awaited. */
const notFound = (write: Promise<unknown>) => expect(write).rejects.toMatchObject({ reason: 'notFound' });

const teamNames = async () =>
  (await two.here.listTargets({ kind: 'team', after: null, limit: 10 })).items.map((each) => each.name);

describe('people', () => {
  it('who are removed while they join a large group that is renamed in the same change are no members of it', async () => {
    await applyRules(two.here, [rule({ kind: 'team', attribute: 'groups', value: 'eng-*', target: '*' })]);
    const ids = await people(8);
    const gone = ids.pop()!;
    const group = await two.write.createGroup('eng-kites', ids);
    await sweepAll(two.here);
    const release = await two.holdSettings();
    const removal = two.write.removeUser(gone);
    await two.waiting(1);
    const renaming = notFound(two.writeThere.changeGroup(group.id, { name: 'Kites', joins: [gone] }));
    await two.waiting(2);
    await release();
    await removal;
    await renaming;
    await sweepAll(two.here);
    expect(await problems()).toEqual([]);
  });

  it('changed by two at once keep both changes', async () => {
    const [id] = (await people(1)) as [string];
    const group = await two.write.createGroup('Orion');
    const release = await two.holdRows(rowOf('users'), [id]);
    const changed = two.write.replaceUser(id, { userName: 'person0', department: 'Kites' });
    await two.waiting(1);
    const joined = two.writeThere.changeGroup(group.id, { joins: [id] });
    await two.waiting(2);
    await release();
    await Promise.all([changed, joined]);
    const full = (await two.here.fullUser(id))!;
    expect([...full.targets.values()].map((each) => each.name).sort()).toEqual(['Kites', 'Orion']);
    expect(await problems()).toEqual([]);
  });
});

describe('nested groups', () => {
  it('that are removed while they join another are no members of it', async () => {
    const parent = await two.write.createGroup('Fleet');
    const nested = await two.write.createGroup('Kites');
    const release = await two.holdRows(rowOf('directory_groups'), [parent.id]);
    const joining = notFound(two.write.changeGroup(parent.id, { joins: [nested.id] }));
    await two.waiting(1);
    await two.writeThere.removeGroup(nested.id);
    await release();
    await joining;
    expect(await two.sql('SELECT * FROM memberships')).toEqual([]);
  });

  it('added by two at once join once', async () => {
    const parent = await two.write.createGroup('Fleet');
    const nested = await two.write.createGroup('Kites');
    const release = await two.holdRows(rowOf('directory_groups'), [parent.id]);
    const first = two.write.changeGroup(parent.id, { joins: [nested.id] });
    await two.waiting(1);
    const second = two.writeThere.changeGroup(parent.id, { joins: [nested.id] });
    await two.waiting(2);
    await release();
    const effects = [
      ...(await effectsOf(two.here, await first)),
      ...(await effectsOf(two.here, await second)),
    ];
    expect(inWords(effects)).toEqual(['membership.added group']);
  });

  it('taken out by two at once leave once', async () => {
    const nested = await two.write.createGroup('Kites');
    const parent = await two.write.createGroup('Fleet', [nested.id]);
    const release = await two.holdRows(rowOf('directory_groups'), [parent.id]);
    const first = two.write.changeGroup(parent.id, { leaves: [nested.id] });
    await two.waiting(1);
    const second = two.writeThere.changeGroup(parent.id, { leaves: [nested.id] });
    await two.waiting(2);
    await release();
    const effects = [
      ...(await effectsOf(two.here, await first)),
      ...(await effectsOf(two.here, await second)),
    ];
    expect(inWords(effects)).toEqual(['membership.removed group']);
  });
});

describe('names of groups', () => {
  it('are kept by their teams when a job that read the older name commits after the rename', async () => {
    await applyRules(two.here, []);
    const ids = await people(2);
    const group = await two.write.createGroup('Orion', ids);
    await sweepAll(two.here);
    await applyRules(two.here, [everyGroup]);
    const release = await two.holdRows(rowOf('users'), [ids[0]]);
    const chunk = two.there.work(tick());
    await two.waiting(1);
    await two.write.changeGroup(group.id, { name: 'Vega' });
    await release();
    await chunk;
    await sweepAll(two.here);
    expect(await teamNames()).toEqual(['Vega']);
    expect(await problems()).toEqual([]);
  });

  it('that rules notice are those of now for who joins while the group is renamed', async () => {
    await applyRules(two.here, [
      rule({ kind: 'role', attribute: 'groups', value: 'admins', target: 'Admin' }),
    ]);
    const [id] = (await people(1)) as [string];
    const group = await two.write.createGroup('admins');
    const release = await two.holdRows(rowOf('directory_groups'), [group.id]);
    const renaming = two.write.changeGroup(group.id, { name: 'guests' });
    await two.waiting(1);
    const joining = two.writeThere.changeGroup(group.id, { joins: [id] });
    await two.waiting(2);
    await release();
    await Promise.all([renaming, joining]);
    expect((await two.here.fullUser(id))!.loaded.role).toBeNull();
    expect(await problems()).toEqual([]);
  });

  it('that rules notice are those of now for who is in a large group and is written by the name before', async () => {
    await applyRules(two.here, [
      rule({ kind: 'role', attribute: 'groups', value: 'admins', target: 'Admin' }),
    ]);
    const ids = await people(8);
    const group = await two.write.createGroup('admins', ids);
    const release = await two.holdSettings();
    const renaming = two.write.changeGroup(group.id, { name: 'guests' });
    await two.waiting(1);
    const writing = two.writeThere.replaceUser(ids[3]!, { userName: 'person3', title: 'Captain' });
    await two.waiting(2);
    await release();
    await Promise.all([renaming, writing]);
    expect((await two.here.fullUser(ids[3]!))!.loaded.role).toBeNull();
    await sweepAll(two.here);
    expect(await problems()).toEqual([]);
  });
});

describe('rules', () => {
  it('are changed also while a chunk of the job of those before is being written', async () => {
    await people(3);
    await applyRules(two.here, []);
    const release = await two.holdSettings();
    const change = applyRules(two.here, [adminsRule]);
    await two.waiting(1);
    const chunk = two.there.work(tick());
    // Longer than the server waits before it looks for a deadlock: it is the change that would then be given up.
    await two.waiting(2, 1500);
    await release();
    await expect(change).resolves.toEqual(expect.any(Number));
    await chunk;
    await sweepAll(two.here);
    expect(await problems()).toEqual([]);
  });

  it('decide over who is written at the same moment', async () => {
    const [id] = (await people(1)) as [string];
    const release = await two.holdSettings();
    const change = applyRules(two.here, []);
    await two.waiting(1);
    const writing = two.writeThere.replaceUser(id, { userName: 'person0', department: 'Kites' });
    await two.waiting(2);
    await release();
    await Promise.all([change, writing]);
    expect((await two.here.fullUser(id))!.targets.size).toBe(0);
    await sweepAll(two.here);
    expect(await problems()).toEqual([]);
  });

  it('decide likewise where transactions see one moment by default', async () => {
    await two.close();
    two = await twoLedgers('repeatable read');
    const [id] = (await people(1)) as [string];
    const release = await two.holdSettings();
    const change = applyRules(two.here, [adminsRule]);
    await two.waiting(1);
    const writing = two.writeThere.replaceUser(id, { userName: 'person0', department: 'Kites' });
    await two.waiting(2);
    await release();
    await Promise.all([change, writing]);
    expect((await two.here.fullUser(id))!.targets.size).toBe(0);
    await sweepAll(two.here);
    expect(await problems()).toEqual([]);
  });

  it('and a provider that is removed end a write that was decided before', async () => {
    const [id] = (await people(1)) as [string];
    const release = await two.holdSettings();
    const removal = two.here.removeProvider(PROVIDER, by());
    await two.waiting(1);
    const writing = notFound(two.writeThere.replaceUser(id, { userName: 'person0', title: 'Captain' }));
    await two.waiting(2);
    await release();
    await removal;
    await writing;
    expect(await two.here.counts()).toMatchObject({ users: 0, memberships: 0, holdings: 0 });
  });
});

it('a wave that two replicas count at once is told of once', async () => {
  const note = (ledger: Ledger) =>
    ledger.heldBatches.noteWave(PROVIDER, 4, by(), () => ({
      type: 'guard.alarm',
      subject: { kind: 'provider', id: PROVIDER },
      data: {},
    }));
  const raised = await Promise.all([two.here, two.there, two.here, two.there].map(note));
  expect(raised.filter(Boolean)).toHaveLength(1);
  expect(await two.there.heldBatches.taken(PROVIDER, 'scim', 0)).toBe(16);
});

describe('a job', () => {
  it('whose provider is removed while it writes goes with the provider', async () => {
    const ids = await people(3);
    await applyRules(two.here, []);
    const release = await two.holdRows(rowOf('users'), [ids[1]]);
    const chunk = two.there.work(tick());
    await two.waiting(1);
    const removal = two.here.removeProvider(PROVIDER, by());
    await two.waiting(2);
    await release();
    await Promise.all([chunk, removal]);
    expect(await two.there.work(tick())).toBe(false);
    expect((await two.here.jobs(10)).filter((each) => each.outcome === null)).toEqual([]);
    expect(await two.here.counts()).toMatchObject({ users: 0, memberships: 0, holdings: 0 });
    expect(await problems()).toEqual([]);
  });

  it('whose lease ran out while its holder stood still is done by another, once', async () => {
    for (let i = 0; i < 3; i++) await two.write.createUser({ userName: `person${i}`, department: 'Kites' });
    const number = await applyRules(two.here, []);
    const release = await two.holdRows('LOCK TABLE users IN ACCESS EXCLUSIVE MODE', []);
    const slow = two.there.work(tick());
    await two.waiting(1);
    expect(await two.here.work(tick())).toBe(false);
    await two.sql('UPDATE jobs SET lease_until = 0');
    const other = two.here.work(tick());
    await two.waiting(2);
    await release();
    await Promise.all([slow, other]);
    await sweepAll(two.there);
    await sweepAll(two.here);
    const events = await two.here.events({ after: 0, limit: 1000, cause: `${PROVIDER}/${number}` });
    expect(inWords(events).sort()).toEqual([
      ...Array<string>(3).fill('grant.removed businessUnit'),
      ...Array<string>(3).fill('grant.removed role'),
    ]);
    expect((await two.here.jobs(1))[0]).toMatchObject({ done: 3, chunks: 2, failures: 0, outcome: 'done' });
    expect(await problems()).toEqual([]);
  });
});

describe('a purge', () => {
  it('waits for events of the person that have no place yet', async () => {
    const { id } = await two.write.createUser({ userName: 'person', displayName: 'Oseibonsu' });
    await two.write.removeUser(id);
    await two.here.purgeUser(PROVIDER, id, by());
    const release = await two.holdRows('SELECT pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, locks.sealer]);
    await two.write.createGroup('Orion');
    await expect(two.there.work(tick())).rejects.toThrow('no place yet');
    expect((await two.here.jobs(10)).filter((each) => each.outcome !== null)).toEqual([]);
    await release();
    await expect
      .poll(() => two.there.work(tick()).then(() => storedIn(two.url)), { timeout: 10_000 })
      .not.toContain('Oseibonsu');
    expect(await problems()).toEqual([]);
  });
});

describe('a database that lost its last moments', () => {
  it('by a failover is served on with what it has', { timeout: 20_000 }, async () => {
    const [id] = (await people(1)) as [string];
    await applyRules(two.there, [everyGroup]);
    await sweepAll(two.there);
    expect(await two.here.provider(PROVIDER)).not.toBeNull();
    await two.sql('UPDATE settings_version SET version = version - 1');
    const writing = two.write.replaceUser(id, { userName: 'person0', title: 'Captain' });
    await expect(writing).resolves.toMatchObject({ id });
  });

  it('and went on otherwise is not mistaken for the one that was known', async () => {
    const before = await two.sql('SELECT version FROM settings_version');
    const number = await applyRules(two.there, []);
    expect((await two.here.provider(PROVIDER))?.ruleset.rules).toEqual([]);
    // As after a failover to a standby that had not heard of that change.
    await two.sql('DELETE FROM rulesets WHERE number = $1', [number]);
    await two.sql('UPDATE providers SET ruleset = $1', [number - 1]);
    await two.sql('UPDATE settings_version SET version = $1', [before[0]!.version]);
    await applyRules(two.there, [adminsRule]);
    expect((await two.here.provider(PROVIDER))?.ruleset.rules).toHaveLength(1);
  });
});
