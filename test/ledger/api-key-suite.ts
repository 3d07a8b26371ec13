// API keys of people: what they open, for whom, and how they end.

import { describe, expect, it } from 'vitest';
import { suspendByAdmin } from '../../src/identity/user.ts';
import type { Open } from './opened.ts';
import { by, PROVIDER, providerNamed, tick } from './scribe.ts';
import { keyOf, MINUTE_MS, makeAdmin, signInDesk } from './sign-in-desk.ts';

export function apiKeySuite(open: Open): void {
  const { desk, user, admin, told } = signInDesk(open);
  const isIn = async (hash: string) => (await desk.ledger.apiKeys.find(hash, tick())) !== null;

  it('are found by their hash, with what they may', async () => {
    const amara = await user('amara');
    const key = keyOf(amara, { expiresAt: tick() + MINUTE_MS });
    const position = await desk.ledger.lastPosition();
    await desk.ledger.apiKeys.add(key, 'hash-one', by());
    expect(await desk.ledger.apiKeys.find('hash-one', key.expiresAt! - 1)).toEqual(key);
    expect(await desk.ledger.apiKeys.find('hash-one', key.expiresAt!)).toBeNull();
    expect(await isIn('HASH-ONE')).toBe(false);
    expect(await isIn(key.id)).toBe(false);
    expect(await desk.ledger.apiKeys.ever('HASH-ONE')).toBeNull();
    expect(await told(position)).toEqual([
      {
        type: 'api_key.created',
        provider: PROVIDER,
        subject: { kind: 'user', id: amara.id },
        object: { kind: 'key', id: key.id },
        data: { name: key.name, lastFour: 'wxyz', permissions: key.permissions },
      },
    ]);
    await desk.reopen();
    expect(await desk.ledger.apiKeys.find('hash-one', tick())).toEqual(key);
  });

  it('are revoked once, for good', async () => {
    const key = keyOf(await user('amara'));
    await desk.ledger.apiKeys.add(key, 'hash', by());
    const position = await desk.ledger.lastPosition();
    const change = by();
    expect(await desk.ledger.apiKeys.revoke(key.id, change)).toBe(true);
    expect(await desk.ledger.apiKeys.revoke(key.id, by())).toBe(false);
    expect(await desk.ledger.apiKeys.revoke('nothing', by())).toBe(false);
    expect(await isIn('hash')).toBe(false);
    expect((await desk.ledger.apiKeys.list({ after: null, limit: 9 })).items).toEqual([
      { ...key, revokedAt: change.at },
    ]);
    expect(await told(position)).toMatchObject([
      { type: 'api_key.revoked', object: { id: key.id }, data: { name: key.name, lastFour: 'wxyz' } },
    ]);
  });

  it('open nothing while their owner may not come in', async () => {
    const [amara, root] = [await user('amara'), await admin()];
    await desk.ledger.apiKeys.add(keyOf(amara), 'hers', by());
    await desk.ledger.apiKeys.add(keyOf(root), 'roots', by());
    const both = () => Promise.all(['hers', 'roots'].map(isIn));
    expect(await both()).toEqual([true, true]);
    await desk.write.settleUser(amara.id, (before, at) => suspendByAdmin(before, true, at));
    expect(await both()).toEqual([false, true]);
    await desk.write.settleUser(amara.id, (before, at) => suspendByAdmin(before, false, at));
    expect(await both()).toEqual([true, true]);
    await desk.ledger.saveProvider({ ...providerNamed(PROVIDER), enabled: false, revision: 2 }, 1, by());
    expect(await both()).toEqual([false, true]);
    expect(await desk.ledger.apiKeys.ever('hers')).toMatchObject({ owner: amara });
    await makeAdmin(desk.ledger, 'Another');
    await desk.ledger.localAdmins.remove(root.id, by());
    expect(await both()).toEqual([false, false]);
  });

  it('are not made for somebody who is not there', async () => {
    const amara = await user('amara');
    await desk.write.removeUser(amara.id);
    for (const owner of [amara, { provider: null, id: 'nobody' }, { provider: PROVIDER, id: 'nobody' }]) {
      await expect(desk.ledger.apiKeys.add(keyOf(owner), 'hash', by())).rejects.toMatchObject({
        reason: 'conflict',
      });
    }
    expect((await desk.ledger.apiKeys.list({ after: null, limit: 9 })).total).toBe(0);
  });

  it('have secrets of their own', async () => {
    const amara = await user('amara');
    await desk.ledger.apiKeys.add(keyOf(amara), 'same', by());
    await expect(desk.ledger.apiKeys.add(keyOf(amara), 'same', by())).rejects.toThrow();
    expect((await desk.ledger.apiKeys.list({ after: null, limit: 9 })).total).toBe(1);
  });

  it('are listed newest first, of one owner or of all, page by page', async () => {
    const [amara, bela] = [await user('amara'), await user('bela')];
    const made: string[] = [];
    for (const owner of [amara, bela, amara, amara]) {
      const key = keyOf(owner);
      await desk.ledger.apiKeys.add(key, key.id, by());
      made.push(key.id);
    }
    const [first, second, third, fourth] = made;
    const ids = (items: { id: string }[]) => items.map((each) => each.id);
    const page = await desk.ledger.apiKeys.list({ owner: amara, after: null, limit: 2 });
    expect([ids(page.items), page.next, page.total]).toEqual([[fourth, third], third, 3]);
    const rest = await desk.ledger.apiKeys.list({ owner: amara, after: page.next, limit: 2 });
    expect([ids(rest.items), rest.next, rest.total]).toEqual([[first], null, 3]);
    const all = await desk.ledger.apiKeys.list({ after: null, limit: 4 });
    expect([ids(all.items), all.next, all.total]).toEqual([[fourth, third, second, first], null, 4]);
  });

  it('note their use, once a minute at most', async () => {
    const key = keyOf(await user('amara'));
    await desk.ledger.apiKeys.add(key, 'hash', by());
    const use = async () => (await desk.ledger.apiKeys.list({ after: null, limit: 9 })).items[0];
    const at = tick();
    desk.ledger.apiKeys.used(key.id, at, '10.0.0.1');
    desk.ledger.apiKeys.used(key.id, at + 1, '10.0.0.2');
    expect(await use()).toMatchObject({ lastUsedAt: at, lastUsedFrom: '10.0.0.1' });
    desk.ledger.apiKeys.used(key.id, at + MINUTE_MS, null);
    await desk.reopen();
    expect(await use()).toMatchObject({ lastUsedAt: at + MINUTE_MS, lastUsedFrom: null });
  });

  describe('in verify', () => {
    it('are no problem while their owner is there, removed or not', async () => {
      const [amara, root] = [await user('amara'), await admin()];
      await desk.ledger.apiKeys.add(keyOf(amara), 'hers', by());
      await desk.ledger.apiKeys.add(keyOf(root), 'roots', by());
      await desk.write.removeUser(amara.id);
      expect(await desk.problems()).toEqual([]);
    });
  });
}
