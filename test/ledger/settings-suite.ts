// What administrators set: providers, numbered rules, provisioning tokens, roles.

import { describe, expect, it } from 'vitest';
import type { Token } from '../../src/ledger/ledger.ts';
import { version } from '../../src/version.ts';
import { eachWithLedger, type Open } from './opened.ts';
import {
  accessOf,
  adminsRule,
  applyRules,
  by,
  everyGroup,
  inWords,
  PROVIDER,
  providerNamed,
  rule,
  scribe,
  sweepAll,
  tick,
} from './scribe.ts';

export function settingsSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const tokenOf = async (hash: string) => (await desk.ledger.caller(hash))?.token ?? null;
  const newest = async (count: number) =>
    inWords((await desk.ledger.events({ after: 0, limit: count, newestFirst: true })).reverse());

  it('knows which versions have it open', async () => {
    expect(await desk.ledger.versions()).toEqual([version]);
  });

  describe('providers', () => {
    it('come back as they were saved, also after opening again', async () => {
      const provider = providerNamed('northwind', {
        connection: { tenantId: 'x', issuer: 'https://idp.example' },
      });
      await desk.ledger.saveProvider(provider, 0, by());
      expect((await desk.ledger.provider('northwind'))?.provider).toEqual(provider);
      await desk.reopen();
      expect((await desk.ledger.provider('northwind'))?.provider).toEqual(provider);
      expect((await desk.ledger.providers()).map((each) => each.provider.id)).toEqual([
        PROVIDER,
        'northwind',
      ]);
    });

    it('are changed on the revision that was read, and refused as stale on any other', async () => {
      const renamed = { ...providerNamed(PROVIDER), name: 'Contoso Entra', revision: 2 };
      await desk.ledger.saveProvider(renamed, 1, by());
      await expect(desk.ledger.saveProvider({ ...renamed, name: 'Late' }, 1, by())).rejects.toMatchObject({
        reason: 'stale',
      });
      expect((await desk.ledger.provider(PROVIDER))?.provider.name).toBe('Contoso Entra');
      expect(await newest(1)).toEqual(['provider.updated']);
    });

    it('have names of their own, in any letter case', async () => {
      const same = { ...providerNamed('other'), name: PROVIDER.toUpperCase() };
      await expect(desk.ledger.saveProvider(same, 0, by())).rejects.toMatchObject({ reason: 'conflict' });
      expect(await desk.ledger.provider('other')).toBeNull();
    });

    it('go with all that is theirs and nothing of another', async () => {
      await desk.ledger.saveProvider(providerNamed('northwind'), 0, by());
      await applyRules(
        desk.ledger,
        [adminsRule, rule({ kind: 'team', attribute: 'groups', value: '*', target: '*' }, 'northwind')],
        'northwind',
      );
      const other = scribe(desk.ledger, 'northwind');
      const [ours, theirs] = [
        await desk.write.createUser({ userName: 'amara', roles: [{ value: 'admin' }] }),
        await other.createUser({ userName: 'amara', roles: [{ value: 'admin' }] }),
      ];
      await desk.write.createGroup('Orion', [ours.id]);
      await other.createGroup('Orion', [theirs.id]);
      await desk.ledger.removeProvider('northwind', by());
      expect(await desk.ledger.provider('northwind')).toBeNull();
      expect(await desk.ledger.fullUser(theirs.id)).toBeNull();
      expect(await accessOf(desk.ledger, ours.id)).toEqual({
        role: 'admin',
        teams: ['Orion'],
        businessUnits: [],
      });
      expect((await desk.ledger.listTargets({ kind: 'team', after: null, limit: 10 })).items).toHaveLength(1);
      expect((await desk.ledger.verify()).problems).toEqual([]);
      expect(await newest(1)).toEqual(['provider.removed']);
      await expect(desk.ledger.removeProvider('northwind', by())).rejects.toMatchObject({
        reason: 'notFound',
      });
    });
  });

  describe('rules', () => {
    it('are numbered per provider, and the newest count', async () => {
      const number = await applyRules(desk.ledger, [everyGroup]);
      expect(await applyRules(desk.ledger, [])).toBe(number + 1);
      const state = await desk.ledger.provider(PROVIDER);
      expect(state?.ruleset).toMatchObject({ number: number + 1, rules: [], strategy: 'most-permissions' });
      await desk.reopen();
      expect((await desk.ledger.provider(PROVIDER))?.ruleset.number).toBe(number + 1);
      await expect(applyRules(desk.ledger, [], 'nowhere')).rejects.toMatchObject({ reason: 'notFound' });
    });

    it('are refused when others came between', async () => {
      const number = await applyRules(desk.ledger, [everyGroup]);
      const ruleset = { provider: PROVIDER, strategy: 'first-match' as const, rules: [], scimAttributes: {} };
      await expect(desk.ledger.applyRuleset(ruleset, by(), number - 1)).rejects.toMatchObject({
        reason: 'stale',
      });
      expect(await desk.ledger.applyRuleset(ruleset, by(), number)).toBe(number + 1);
    });

    it('keep the grants of a rule that only moves', async () => {
      const { id } = await desk.write.createUser({ userName: 'amara', roles: [{ value: 'admin' }] });
      const position = await desk.ledger.lastPosition();
      await applyRules(desk.ledger, [everyGroup, adminsRule]);
      await sweepAll(desk.ledger);
      expect(await accessOf(desk.ledger, id)).toMatchObject({ role: 'admin' });
      expect(inWords(await desk.ledger.events({ after: position, limit: 100 }))).toEqual(['mapping.applied']);
    });
  });

  describe('tokens', () => {
    const token = (id: string, more: Partial<Token> = {}): Token => ({
      provider: PROVIDER,
      id,
      name: id,
      lastFour: id.slice(-4),
      createdAt: tick(),
      createdBy: 'system:test',
      expiresAt: null,
      revokedAt: null,
      ended: false,
      untilUseOf: null,
      declared: false,
      lastUsedAt: null,
      lastUsedFrom: null,
      ...more,
    });

    it('are found by their hash alone, and remembered when they are revoked', async () => {
      const first = token('token-one', { declared: true, expiresAt: tick(1000) });
      await desk.ledger.addToken(first, 'hash-one', by());
      expect(await tokenOf('hash-one')).toEqual(first);
      expect(await tokenOf('HASH-ONE')).toBeNull();
      expect(await desk.ledger.knowsTokenHash('hash-one')).toBe(true);
      expect(await desk.ledger.knowsTokenHash('hash-two')).toBe(false);
      const at = tick();
      expect(await desk.ledger.revokeToken(PROVIDER, first.id, { at }, by())).toBe(true);
      expect(await tokenOf('hash-one')).toMatchObject({ revokedAt: at });
      expect(await desk.ledger.revokeToken(PROVIDER, first.id, { at: at + 5 }, by())).toBe(false);
      expect(await desk.ledger.revokeToken('elsewhere', first.id, { at }, by())).toBe(false);
      expect(await newest(2)).toEqual(['token.created', 'token.revoked']);
      await desk.reopen();
      expect(await desk.ledger.knowsTokenHash('hash-one')).toBe(true);
      expect(await tokenOf('hash-one')).toMatchObject({ revokedAt: at });
    });

    it('can be ended later, and sooner than that, but not put off', async () => {
      await desk.ledger.addToken(token('a'), 'a', by());
      const soon = tick(1000) + 60_000;
      const late = soon + 60_000;
      expect(await desk.ledger.revokeToken(PROVIDER, 'a', { at: late }, by())).toBe(true);
      expect(await desk.ledger.revokeToken(PROVIDER, 'a', { at: soon }, by())).toBe(true);
      expect(await desk.ledger.revokeToken(PROVIDER, 'a', { at: late }, by())).toBe(false);
      expect(await tokenOf('a')).toMatchObject({ revokedAt: soon });
    });

    it('live until a newer one is first used', async () => {
      await desk.ledger.addToken(token('old'), 'old', by());
      await desk.ledger.addToken(token('new'), 'new', by());
      await desk.ledger.revokeToken(PROVIDER, 'old', { untilUseOf: 'new' }, by());
      expect(await tokenOf('old')).toMatchObject({ revokedAt: null, untilUseOf: 'new' });
      desk.ledger.noteTokenUse({ provider: PROVIDER, id: 'old' }, tick(), '10.0.0.1');
      const used = tick();
      desk.ledger.noteTokenUse({ provider: PROVIDER, id: 'new' }, used, '10.0.0.2');
      await desk.write.createUser({ userName: 'after-both' });
      expect(await tokenOf('old')).toMatchObject({ revokedAt: used });
      const [newer, older] = await desk.ledger.tokens(PROVIDER);
      expect(newer).toMatchObject({ id: 'new', lastUsedAt: used, lastUsedFrom: '10.0.0.2', revokedAt: null });
      expect(older).toMatchObject({ id: 'old', lastUsedFrom: '10.0.0.1', revokedAt: used });
    });

    it('refuse a second token with the same secret', async () => {
      await desk.ledger.addToken(token('a'), 'same', by());
      await expect(desk.ledger.addToken(token('b'), 'same', by())).rejects.toThrow();
      expect(await desk.ledger.tokens(PROVIDER)).toHaveLength(1);
    });
  });
}
