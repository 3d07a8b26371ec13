// A provider goes, and somebody says what becomes of its people: what each choice leaves behind, also when the job is cut
// short between its chunks.

import { describe, expect, it } from 'vitest';
import { suspendByAdmin } from '../../src/identity/user.ts';
import { decideManualGrant } from '../../src/mapping/manual.ts';
import type { Open } from './opened.ts';
import { CROWD, retirementDesk, whole } from './retirement-desk.ts';
import {
  accessOf,
  applyRules,
  by,
  everyDepartment,
  PROVIDER,
  providerNamed,
  sweepAll,
  tick,
} from './scribe.ts';

export function retireSuite(open: Open): void {
  const { desk, retire, stateOf, grantsOf, crew, crowd } = retirementDesk(open);
  const typesSince = async (position: number) =>
    (await desk.ledger.events({ after: position, limit: 100_000 })).map((event) => event.type);

  describe('a provider that goes', () => {
    it('keep: everybody stays as they are, by the hand of whoever said so, and the former reason is told', async () => {
      const { amara, bela } = await crew();
      const before = await stateOf();
      const position = await desk.ledger.lastPosition();
      const job = await retire('provider', 'keep');
      expect(job).toMatchObject({ kind: 'remove-provider', provider: PROVIDER, total: 2, finishedAt: null });
      const closed = await stateOf();
      expect(closed.provider).toMatchObject({ enabled: false, scimEnabled: false });
      expect(closed.ruleset).toMatchObject({ number: before.ruleset.number + 1, rules: [] });
      // Nobody was reached yet, and everybody is seen as they will be.
      const ahead = (await desk.ledger.fullUser(amara))!.loaded.standing;
      expect(ahead.map(({ target, reason }) => [target.kind, reason.by]).sort()).toEqual([
        ['businessUnit', 'manual'],
        ['role', 'manual'],
        ['team', 'manual'],
      ]);
      await sweepAll(desk.ledger);
      for (const id of [amara, bela]) expect(await accessOf(desk.ledger, id)).toEqual(whole);
      const role = (await grantsOf(amara)).find((each) => each.kind === 'role')!;
      expect(role).toMatchObject({
        target: 'viewer',
        reasonKey: 'manual',
        reason: {
          by: 'manual',
          actor: 'system:ops',
          kept: {
            of: 'provider',
            provider: PROVIDER,
            formerly: [{ by: 'rule', attribute: 'department', value: 'Sails', channel: 'scim' }],
          },
        },
      });
      expect((await desk.ledger.fullUser(amara))!.loaded.user).toMatchObject({
        suspensions: {},
        removedAt: null,
      });
      expect(await desk.ledger.counts()).toMatchObject({ users: 2, groups: 0, memberships: 0, holdings: 6 });
      const types = await typesSince(position);
      expect(types.slice(0, 2)).toEqual(['provider.updated', 'mapping.applied']);
      expect(types.filter((type) => type === 'membership.removed')).toHaveLength(2);
      expect(types.slice(-2)).toEqual(['group.removed', 'provider.removed']);
      expect(await desk.problems()).toEqual([]);
    });

    it('suspend: the same, and whoever was active is suspended by people', async () => {
      const { amara, bela } = await crew();
      const position = await desk.ledger.lastPosition();
      await retire('provider', 'suspend');
      await sweepAll(desk.ledger);
      const suspensions = async (id: string) =>
        Object.keys((await desk.ledger.fullUser(id))!.loaded.user.suspensions);
      expect(await suspensions(amara)).toEqual(['admin']);
      expect(await suspensions(bela)).toEqual(['scim']);
      expect(await accessOf(desk.ledger, amara)).toEqual(whole);
      const types = await typesSince(position);
      expect(types.filter((type) => type === 'user.suspended')).toHaveLength(1);
      expect(await desk.problems()).toEqual([]);
    });

    it('remove: each as by DELETE, then all that is its own and nothing of another', async () => {
      await crew();
      await desk.ledger.saveProvider(providerNamed('northwind'), 0, by());
      const position = await desk.ledger.lastPosition();
      const job = await retire('provider', 'remove');
      await sweepAll(desk.ledger);
      expect(await desk.ledger.provider(PROVIDER)).toBeNull();
      expect(await desk.ledger.provider('northwind')).not.toBeNull();
      expect(await desk.ledger.counts()).toMatchObject({ users: 0, groups: 0, memberships: 0, holdings: 0 });
      expect((await desk.ledger.listTargets({ kind: 'team', after: null, limit: 10 })).items).toEqual([]);
      const types = await typesSince(position);
      expect(types.filter((type) => type === 'user.removed')).toHaveLength(2);
      expect(types.at(-1)).toBe('provider.removed');
      const [ended] = await desk.ledger.jobs(1);
      expect(ended).toMatchObject({ id: job.id, outcome: 'done', done: 2, total: 2 });
      expect(await desk.problems()).toEqual([]);
    });

    it('leaves its name free and is removed for good later, with those who were kept', async () => {
      const { amara } = await crew();
      await retire('provider', 'keep');
      await desk.ledger.saveProvider({ ...providerNamed('contoso-2'), name: PROVIDER }, 0, by());
      await sweepAll(desk.ledger);
      expect((await stateOf()).provider.settings.retirement).toMatchObject({ done: true, people: 'keep' });
      expect((await desk.ledger.fullUser(amara))!.loaded.user.provider).toBe(PROVIDER);
      await retire('provider', 'remove');
      await sweepAll(desk.ledger);
      expect((await desk.ledger.providers()).map((each) => each.provider.id)).toEqual(['contoso-2']);
      expect(await desk.ledger.counts()).toMatchObject({ users: 0, holdings: 0 });
      expect(await desk.problems()).toEqual([]);
    });

    it('keeps what is told of those who were kept, however old', async () => {
      const { amara } = await crew();
      await retire('provider', 'keep');
      await sweepAll(desk.ledger);
      desk.ledger.retainBy((at) => ({ requestsBefore: 0, removedUsersBefore: at + 1_000_000 }));
      await desk.ledger.beginRetention('hour 1', tick());
      await sweepAll(desk.ledger);
      const told = await desk.ledger.events({ after: 0, limit: 100, subject: amara });
      expect(told.filter((event) => event.type === 'user.created' && event.data !== undefined)).toHaveLength(
        1,
      );
    });

    it('begins once, on the revision that was read', async () => {
      await crew();
      const { provider } = await stateOf();
      const how = { of: 'provider', people: 'keep' } as const;
      const late = { ...provider, revision: provider.revision + 1 };
      await expect(desk.ledger.retireProvider(late, 99, how, by())).rejects.toMatchObject({
        reason: 'stale',
      });
      await retire('provider', 'keep');
      await expect(retire('provider', 'remove')).rejects.toMatchObject({ reason: 'conflict' });
    });

    it('lets nobody join in between who was let in before', async () => {
      await crew();
      const token = { id: 'token-one', at: tick() };
      const seeded = {
        ...{
          provider: PROVIDER,
          id: token.id,
          name: 'one',
          lastFour: 'aone',
          createdAt: tick(),
          createdBy: 'x',
        },
        ...{ expiresAt: null, revokedAt: null, ended: false, untilUseOf: null, declared: false },
        ...{ lastUsedAt: null, lastUsedFrom: null },
      };
      await desk.ledger.addToken(seeded, 'hash-one', by());
      const joins = (needed: typeof token | undefined) =>
        desk.ledger.transact({
          provider: PROVIDER,
          needs: needed ? { token: needed } : {},
          decide: () => ({ changes: null, answer: 'in' }),
        });
      expect(await joins(token)).toBe('in');
      await retire('provider', 'keep');
      await expect(joins(token)).rejects.toMatchObject({ reason: 'unauthenticated' });
      expect((await desk.ledger.caller('hash-one'))?.token.ended).toBe(true);
    });
  });

  describe('what people do before the job has reached somebody', () => {
    it('takes nothing away from them', async () => {
      const { amara } = await crew();
      await retire('provider', 'keep');
      await desk.write.settleUser(amara, (user, at) => suspendByAdmin(user, true, at));
      expect(await accessOf(desk.ledger, amara)).toEqual(whole);
      await sweepAll(desk.ledger);
      expect(await accessOf(desk.ledger, amara)).toEqual(whole);
      expect(await desk.problems()).toEqual([]);
    });

    it('wins: a role that people gave stays theirs', async () => {
      const { amara } = await crew();
      const target = { kind: 'role' as const, id: 'admin', name: 'Admin', key: 'admin' };
      const give = () =>
        desk.ledger.transact({
          provider: PROVIDER,
          needs: { user: amara },
          decide: ({ user, state }) => ({
            changes: decideManualGrant({ state, ...by('boss'), cause: null }, user!, target),
            answer: undefined,
          }),
        });
      await retire('provider', 'keep');
      await give();
      await sweepAll(desk.ledger);
      expect(await accessOf(desk.ledger, amara)).toEqual({ ...whole, role: 'admin' });
      expect(await desk.problems()).toEqual([]);
    });
  });

  describe('people whom other jobs have not reached yet', () => {
    it('are kept with what the newest rules give', async () => {
      const { amara } = await crew();
      await applyRules(desk.ledger, [everyDepartment]);
      await retire('provider', 'keep');
      await sweepAll(desk.ledger);
      expect(await accessOf(desk.ledger, amara)).toEqual({ role: null, teams: [], businessUnits: ['Sails'] });
      expect((await desk.ledger.jobs(10)).find((each) => each.kind === 'resolve-all')?.outcome).toBe(
        'superseded',
      );
      expect(await desk.problems()).toEqual([]);
    });

    it('are kept without a large group that was removed before', async () => {
      const ids = await desk.people(CROWD);
      const group = (await desk.write.createGroup('Orion', ids)).id;
      await sweepAll(desk.ledger);
      await desk.write.removeGroup(group);
      await retire('provider', 'keep');
      await sweepAll(desk.ledger);
      for (const id of [ids[0]!, ids.at(-1)!]) expect(await desk.teamsOf(id)).toEqual([]);
      expect(await desk.ledger.counts()).toMatchObject({ memberships: 0, holdings: 0 });
      expect(await desk.problems()).toEqual([]);
    });
  });

  describe.each(['keep', 'suspend', 'remove'] as const)('cut short between its chunks: %s', (people) => {
    it('goes on where it stopped, does everybody once, and whatever is seen in between is whole', async () => {
      const ids = await crowd();
      await sweepAll(desk.ledger);
      const position = await desk.ledger.lastPosition();
      await retire('provider', people);
      for (;;) {
        expect((await desk.problems()).slice(0, 3)).toEqual([]);
        await desk.reopen();
        if (!(await desk.ledger.work(tick()))) break;
      }
      const events = await desk.ledger.events({ after: position, limit: 100_000 });
      const once = (type: string) =>
        events.filter((each) => each.type === type).map((each) => each.subject.id);
      expect(once('membership.removed').sort()).toEqual([...ids].sort());
      const word = { keep: 'grant.added', suspend: 'user.suspended', remove: 'user.removed' }[people];
      expect([...new Set(once(word))].sort()).toEqual([...ids].sort());
      if (people !== 'keep') expect(once(word)).toHaveLength(CROWD);
      expect(once('provider.removed')).toEqual([PROVIDER]);
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
    });
  });

  it('is done once by two who work at it together', async () => {
    const ids = await crowd();
    await sweepAll(desk.ledger);
    const position = await desk.ledger.lastPosition();
    const job = await retire('provider', 'remove');
    await Promise.all([sweepAll(desk.ledger), sweepAll(desk.ledger)]);
    await sweepAll(desk.ledger);
    const events = await desk.ledger.events({ after: position, limit: 100_000, types: ['user.removed'] });
    expect(events.map((each) => each.subject.id).sort()).toEqual([...ids].sort());
    expect((await desk.ledger.jobs(1))[0]).toMatchObject({ id: job.id, outcome: 'done', done: CROWD });
    expect((await desk.problems()).slice(0, 3)).toEqual([]);
  });
}
