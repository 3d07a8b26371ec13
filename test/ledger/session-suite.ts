// Sessions: who comes in with one, and how each ends.

import { describe, expect, it } from 'vitest';
import { suspendByAdmin } from '../../src/identity/user.ts';
import type { Open } from './opened.ts';
import { by, PROVIDER, providerNamed, tick } from './scribe.ts';
import { ISSUER, MINUTE_MS, makeAdmin, sealAnew, signInDesk } from './sign-in-desk.ts';

export function sessionSuite(open: Open): void {
  const { desk, begin, user, admin, isIn, told } = signInDesk(open);
  const listed = async () => (await desk.ledger.sessions.list({ after: null, limit: 100 })).items;

  describe('is found', () => {
    it('as it began, by its hash alone, until its cap', async () => {
      const amara = await user('amara');
      const refreshToken = 'sealed';
      const session = await begin(amara, { issuer: ISSUER, sid: 's', loginHint: 'amara@x', refreshToken });
      const stored = { ...session, lastSeenAt: session.createdAt };
      const { sessions } = desk.ledger;
      expect(await sessions.find(session.hash, session.expiresAt - 1)).toEqual(stored);
      expect(await sessions.find(session.hash, session.expiresAt)).toBeNull();
      expect(await sessions.find(session.hash.toUpperCase(), tick())).toBeNull();
      expect(await sessions.find(session.id, tick())).toBeNull();
      await desk.reopen();
      expect(await desk.ledger.sessions.find(session.hash, tick())).toEqual(stored);
    });

    it('of somebody who may come in at this moment', async () => {
      const amara = await user('amara');
      const root = await admin();
      const all = [
        await begin(amara),
        await begin(root),
        await begin({ provider: PROVIDER, id: 'nobody' }),
        // An id says nothing without whose it is.
        await begin({ provider: null, id: amara.id }),
        await begin({ provider: PROVIDER, id: root.id }),
      ];
      const whoIsIn = () => Promise.all(all.map(isIn));
      expect(await whoIsIn()).toEqual([true, true, false, false, false]);
      await desk.write.settleUser(amara.id, (before, at) => suspendByAdmin(before, true, at));
      expect(await whoIsIn()).toEqual([false, true, false, false, false]);
      await makeAdmin(desk.ledger, 'Another');
      await desk.ledger.localAdmins.remove(root.id, by());
      expect(await whoIsIn()).toEqual([false, false, false, false, false]);
    });

    it('no more of somebody who was removed', async () => {
      const amara = await user('amara');
      const session = await begin(amara);
      await desk.write.removeUser(amara.id);
      expect(await isIn(session)).toBe(false);
    });

    it('no more once its provider was disabled, also when that is enabled again', async () => {
      const session = await begin(await user('amara'));
      const other = await begin(await admin());
      await desk.ledger.saveProvider({ ...providerNamed(PROVIDER), enabled: false, revision: 2 }, 1, by());
      expect(await isIn(session)).toBe(false);
      // One that began at the same moment.
      const late = await begin(session.person);
      expect(await isIn(late)).toBe(false);
      await desk.ledger.saveProvider({ ...providerNamed(PROVIDER), revision: 3 }, 2, by());
      expect([await isIn(session), await isIn(other)]).toEqual([false, true]);
    });
  });

  it('begins with an event that names the person and no secret', async () => {
    const amara = await user('amara');
    const position = await desk.ledger.lastPosition();
    const session = await begin(amara, { refreshToken: 'sealed' });
    expect(await told(position)).toEqual([
      {
        type: 'user.signed_in',
        provider: PROVIDER,
        subject: { kind: 'user', id: amara.id },
        object: { kind: 'session', id: session.id },
        data: { remote: '10.0.0.7' },
      },
    ]);
    await begin(await admin());
    expect((await told(position)).at(-1)).toMatchObject({ type: 'admin.signed_in', provider: null });
    const events = JSON.stringify(await desk.ledger.events({ after: 0, limit: 1000 }));
    expect(events).not.toMatch(/hash of|sealed/);
  });

  it('is listed newest first, of one person or of all, page by page', async () => {
    const [amara, bela] = [await user('amara'), await user('bela')];
    const made = [];
    for (const person of [amara, bela, amara, amara]) made.push((await begin(person)).id);
    const [first, second, third, fourth] = made;
    const { sessions } = desk.ledger;
    const ids = (items: { id: string }[]) => items.map((each) => each.id);
    const page = await sessions.list({ person: amara, after: null, limit: 2 });
    expect([ids(page.items), page.next, page.total]).toEqual([[fourth, third], third!, 3]);
    const rest = await sessions.list({ person: amara, after: page.next, limit: 2 });
    expect([ids(rest.items), rest.next, rest.total]).toEqual([[first], null, 3]);
    const all = await sessions.list({ after: null, limit: 10 });
    expect([ids(all.items), all.next, all.total]).toEqual([[fourth, third, second, first], null, 4]);
    expect(
      (await sessions.list({ person: { provider: null, id: amara.id }, after: null, limit: 9 })).total,
    ).toBe(0);
  });

  describe('ends', () => {
    const ended = (id: string, session: string, reason: string, provider: string | null = PROVIDER) => ({
      type: 'session.ended',
      provider,
      subject: { kind: provider === null ? 'admin' : 'user', id },
      object: { kind: 'session', id: session },
      data: { reason },
    });

    it('once, by its id, with the reason', async () => {
      const amara = await user('amara');
      const [session, other] = [await begin(amara), await begin(amara)];
      const position = await desk.ledger.lastPosition();
      expect(await desk.ledger.sessions.end(session.id, 'signed-out', by())).toBe(true);
      expect(await desk.ledger.sessions.end(session.id, 'signed-out', by())).toBe(false);
      expect([await isIn(session), await isIn(other)]).toEqual([false, true]);
      expect(await told(position)).toEqual([ended(amara.id, session.id, 'signed-out')]);
    });

    it('with all others of the person, but for the one to keep', async () => {
      const [amara, bela] = [await user('amara'), await user('bela')];
      const [one, two, kept] = [await begin(amara), await begin(amara), await begin(amara)];
      const hers = await begin(bela);
      const position = await desk.ledger.lastPosition();
      expect(await desk.ledger.sessions.endAll(amara, kept.hash, 'ended-by-admin', by())).toBe(2);
      expect(await Promise.all([one, two, kept, hers].map(isIn))).toEqual([false, false, true, true]);
      expect(await told(position)).toHaveLength(2);
      expect(await told(position)).toContainEqual(ended(amara.id, two.id, 'ended-by-admin'));
      expect(await desk.ledger.sessions.endAll(amara, null, 'ended-by-admin', by())).toBe(1);
      expect(await desk.ledger.sessions.endAll(amara, null, 'ended-by-admin', by())).toBe(0);
      const root = await admin();
      const roots = await begin(root);
      expect(await desk.ledger.sessions.endAll(root, null, 'signed-out', by())).toBe(1);
      expect((await told(position)).at(-1)).toEqual(ended(root.id, roots.id, 'signed-out', null));
    });

    it('at the provider, for the one that it names', async () => {
      const amara = await user('amara');
      const at = { issuer: ISSUER, sid: 'sid-1' };
      const [session, elsewhere, without] = [
        await begin(amara, at),
        await begin(amara, { ...at, sid: 'sid-2' }),
        await begin(amara),
      ];
      const end = (more: object) =>
        desk.ledger.sessions.endAtProvider({ provider: PROVIDER, ...at, ...more }, by());
      expect(await end({ provider: 'northwind' })).toBe(0);
      expect(await end({ issuer: 'https://other.example' })).toBe(0);
      const position = await desk.ledger.lastPosition();
      expect(await end({})).toBe(1);
      expect(await Promise.all([session, elsewhere, without].map(isIn))).toEqual([false, true, true]);
      expect(await told(position)).toEqual([ended(amara.id, session.id, 'front-channel')]);
    });
  });

  it('notes when it was seen, once a minute at most, and forgets none of it when it is closed', async () => {
    const { hash, createdAt } = await begin(await user('amara'));
    const lastSeen = async () => (await listed())[0]!.lastSeenAt;
    const seen = (at: number) => desk.ledger.sessions.seen(hash, at);
    seen(createdAt + 10);
    expect(await lastSeen()).toBe(createdAt + 10);
    seen(createdAt + MINUTE_MS);
    expect(await lastSeen()).toBe(createdAt + 10);
    seen(createdAt + 10 + MINUTE_MS);
    desk.ledger.sessions.seen('nobody', createdAt);
    await desk.reopen();
    expect(await lastSeen()).toBe(createdAt + 10 + MINUTE_MS);
    // By a replica whose clock is behind.
    seen(createdAt);
    expect(await lastSeen()).toBe(createdAt + 10 + MINUTE_MS);
  });

  describe('has its claims read anew', () => {
    it('by one caller, and by another when that one did not come back', async () => {
      const session = await begin(await user('amara'));
      const { sessions } = desk.ledger;
      const at = session.claimsAt + 15 * MINUTE_MS;
      const take = (now: number) =>
        sessions.takeRefresh(session.hash, now - 15 * MINUTE_MS, now, now + MINUTE_MS);
      expect(await take(at - 1)).toBe(false);
      const many = await Promise.all(Array.from({ length: 10 }, () => take(at)));
      expect(many.filter((each) => each)).toHaveLength(1);
      expect(await take(at + MINUTE_MS - 1)).toBe(false);
      expect(await take(at + MINUTE_MS)).toBe(true);
      await sessions.refreshed(session.hash, at + MINUTE_MS, null);
      expect(await take(at + MINUTE_MS)).toBe(false);
      expect(await take(at + 16 * MINUTE_MS)).toBe(true);
      expect(await sessions.takeRefresh('nobody', at, at, at)).toBe(false);
    });

    it('and keeps its refresh token unless there is a new one', async () => {
      const session = await begin(await user('amara'), { refreshToken: 'first' });
      const { sessions } = desk.ledger;
      const at = tick();
      await sessions.refreshed(session.hash, at, null);
      expect(await sessions.find(session.hash, tick())).toMatchObject({
        claimsAt: at,
        refreshToken: 'first',
      });
      await sessions.refreshed(session.hash, at + 1, 'second');
      expect(await sessions.find(session.hash, tick())).toMatchObject({ refreshToken: 'second' });
    });
  });

  it('has its refresh token sealed anew with the rest, and ends where that does not open', async () => {
    const amara = await user('amara');
    const [good, closed, without, done] = [
      await begin(amara, { refreshToken: 'token' }),
      await begin(amara, { refreshToken: 'closed' }),
      await begin(amara),
      await begin(amara, { refreshToken: 'TOKEN' }),
    ];
    const identities: string[] = [];
    const anew = (secret: { identity: string; sealed: string }) => {
      identities.push(secret.identity);
      return sealAnew(secret);
    };
    const position = await desk.ledger.lastPosition();
    expect(await desk.ledger.reseal(anew, () => null, by())).toBe(1);
    expect(identities.sort()).toEqual([good, closed, done].map((each) => `sessions/${each.id}/refreshToken`));
    expect(await desk.ledger.sessions.find(good.hash, tick())).toMatchObject({ refreshToken: 'TOKEN' });
    expect(await Promise.all([good, closed, without, done].map(isIn))).toEqual([true, false, true, true]);
    expect(await told(position)).toMatchObject([
      { type: 'session.ended', object: { id: closed.id }, data: { reason: 'grant-ended' } },
    ]);
  });
}
