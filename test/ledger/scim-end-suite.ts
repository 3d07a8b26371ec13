// SCIM of a provider is switched off, and somebody says what becomes of whom it brought; and the numbers that a plan has.

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import { createUserByClaims } from '../../src/identity/claims.ts';
import { decideUserCreated } from '../../src/mapping/decide.ts';
import type { Open } from './opened.ts';
import { retirementDesk, whole } from './retirement-desk.ts';
import { accessOf, by, PROVIDER, sweepAll, tick } from './scribe.ts';

export function scimEndSuite(open: Open): void {
  const { desk, retire, stateOf, grantsOf, crew, crowd } = retirementDesk(open);

  describe('people whom only a sign-in has told of', () => {
    const claims = { preferred_username: 'dora@crew.example', name: 'Dora', department: 'Kites' };
    const told = { channel: 'login' as const, claims, subject: 'oid-dora' };
    const visitor = () =>
      desk.ledger.transact({
        provider: PROVIDER,
        needs: {},
        decide({ state }) {
          const at = tick();
          const id = newId(at);
          const settled = createUserByClaims({ provider: PROVIDER, id, formerly: null }, told, at);
          const context = { state, at, actor: { kind: 'system' as const, id: 'test' }, cause: null };
          return { changes: decideUserCreated(context, settled), answer: id };
        },
      });

    it.each(['suspend', 'remove'] as const)('are left alone where SCIM goes: %s', async (people) => {
      await crew();
      const dora = await visitor();
      expect(await desk.ledger.retirementCounts(PROVIDER, 'scim')).toMatchObject({
        total: 2,
        couldSignIn: 1,
      });
      const before = await accessOf(desk.ledger, dora);
      await retire('scim', people);
      await sweepAll(desk.ledger);
      const { loaded } = (await desk.ledger.fullUser(dora))!;
      expect(loaded.user).toMatchObject({ suspensions: {}, removedAt: null });
      expect(await accessOf(desk.ledger, dora)).toEqual(before);
      expect(loaded.grants.every(({ reason }) => reason.by === 'rule')).toBe(true);
      expect(await desk.problems()).toEqual([]);
    });

    it('go with the provider', async () => {
      const dora = await visitor();
      await retire('provider', 'suspend');
      await sweepAll(desk.ledger);
      expect((await desk.ledger.fullUser(dora))!.loaded.user.suspensions).toHaveProperty('admin');
    });
  });

  describe('SCIM that is switched off', () => {
    it('keep: what SCIM gave is of people now, groups and facts stay, and the rules go on for others', async () => {
      const { amara, group } = await crew();
      const rules = (await stateOf()).ruleset.rules;
      const job = await retire('scim', 'keep');
      expect(job.kind).toBe('end-scim');
      await sweepAll(desk.ledger);
      expect(await accessOf(desk.ledger, amara)).toEqual(whole);
      const grants = await grantsOf(amara);
      expect(grants.map(({ reason }) => reason.by)).toEqual(['manual', 'manual', 'manual']);
      expect(grants[0]!.reason).toMatchObject({ kept: { of: 'scim' } });
      const { provider, ruleset } = await stateOf();
      expect(provider).toMatchObject({ enabled: true, scimEnabled: false });
      expect(provider.settings.retirement).toBeUndefined();
      expect(ruleset.rules).toEqual(rules);
      expect(await desk.ledger.readGroup(PROVIDER, group, false)).not.toBeNull();
      expect(await desk.problems()).toEqual([]);
    });

    it('and on again: what SCIM says counts again, beside what people keep', async () => {
      const { amara } = await crew();
      await retire('scim', 'keep');
      await sweepAll(desk.ledger);
      const { provider } = await stateOf();
      const again = { ...provider, scimEnabled: true, revision: provider.revision + 1 };
      await desk.ledger.saveProvider(again, provider.revision, by());
      await sweepAll(desk.ledger);
      const by_ = (await grantsOf(amara))
        .filter(({ kind }) => kind === 'team')
        .map(({ reason }) => reason.by);
      expect(by_.sort()).toEqual(['manual', 'rule']);
      expect((await stateOf()).provider.settings.scimRests).toBeUndefined();
      expect(await desk.problems()).toEqual([]);
    });

    it('on again by the configuration file in the middle: the job ends, and everybody is resolved by the rules', async () => {
      const ids = await crowd();
      await sweepAll(desk.ledger);
      await retire('scim', 'remove');
      await desk.ledger.work(tick());
      const { provider } = await stateOf();
      const again = { ...provider, scimEnabled: true, revision: provider.revision + 1 };
      await desk.ledger.saveProvider(again, provider.revision, by());
      await sweepAll(desk.ledger);
      expect((await desk.ledger.counts()).users).toBe(ids.length - 200);
      expect((await stateOf()).provider.settings.retirement).toBeUndefined();
      expect((await desk.problems()).slice(0, 3)).toEqual([]);
    });

    it('remove: each as by DELETE; the provider and its groups stay', async () => {
      const { group } = await crew();
      await retire('scim', 'remove');
      await sweepAll(desk.ledger);
      expect(await desk.ledger.counts()).toMatchObject({ users: 0, groups: 1, memberships: 0, holdings: 0 });
      expect(await desk.ledger.readGroup(PROVIDER, group, false)).not.toBeNull();
      expect((await stateOf()).provider.enabled).toBe(true);
      expect(await desk.problems()).toEqual([]);
    });

    it('lets nobody join in between', async () => {
      await crew();
      await retire('scim', 'keep');
      const joining = desk.ledger.transact({
        provider: PROVIDER,
        needs: { token: { id: 'none', at: tick() } },
        decide: () => ({ changes: null, answer: undefined }),
      });
      await expect(joining).rejects.toMatchObject({
        reason: expect.stringMatching(/forbidden|unauthenticated/),
      });
    });
  });

  describe('counts', () => {
    it('say whom it would be about', async () => {
      await crew();
      await desk.person('carol');
      for (const of of ['provider', 'scim'] as const) {
        expect(await desk.ledger.retirementCounts(PROVIDER, of)).toEqual({
          total: 3,
          active: 2,
          suspended: 1,
          withRole: 2,
          couldSignIn: 1,
          totalIsCapped: false,
          isSmall: true,
        });
      }
    });
  });
}
