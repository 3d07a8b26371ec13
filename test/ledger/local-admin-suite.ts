// Break-glass administrators: the link with which they are set up, their passwords, and the tries at these.

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import type { Open } from './opened.ts';
import { by, tick } from './scribe.ts';
import { issueLink, keyOf, MINUTE_MS, makeAdmin, signInDesk } from './sign-in-desk.ts';

export function localAdminSuite(open: Open): void {
  const { desk, begin, isIn, told } = signInDesk(open);
  const setUp = (hash: string, name: string, change = by()) =>
    desk.ledger.localAdmins.setUp(hash, { id: newId(tick()), name, password: `argon ${tick()}` }, change);

  describe('a set-up link', () => {
    it('is live for its hour, one at a time', async () => {
      const { localAdmins } = desk.ledger;
      const at = tick();
      const position = await desk.ledger.lastPosition();
      const link = { hash: 'one', createdAt: at, expiresAt: at + MINUTE_MS };
      expect(await localAdmins.issueLink(link, by())).toBe(true);
      expect(await localAdmins.isLinkLive('one', at + MINUTE_MS - 1)).toBe(true);
      expect(await localAdmins.isLinkLive('one', at + MINUTE_MS)).toBe(false);
      expect(await localAdmins.isLinkLive('two', at)).toBe(false);
      expect(await localAdmins.issueLink({ ...link, hash: 'two' }, by())).toBe(true);
      expect(await localAdmins.isLinkLive('one', at)).toBe(false);
      expect(await localAdmins.isLinkLive('two', at)).toBe(true);
      const issued = {
        type: 'setup_link.issued',
        provider: null,
        subject: { kind: 'settings', id: 'setup_link' },
        data: { expiresAt: new Date(at + MINUTE_MS).toISOString() },
      };
      expect(await told(position)).toEqual([issued, issued]);
    });

    it('is not issued while one is live, where that is asked for', async () => {
      const { localAdmins } = desk.ledger;
      const at = tick();
      const issue = (hash: string, now: number) =>
        localAdmins.issueLink({ hash, createdAt: now, expiresAt: now + MINUTE_MS }, by(), { at: now });
      const position = await desk.ledger.lastPosition();
      const many = await Promise.all(Array.from({ length: 5 }, (_, n) => issue(`link ${n}`, at)));
      expect(many.filter((each) => each)).toHaveLength(1);
      expect(await told(position)).toHaveLength(1);
      expect(await issue('late', at + MINUTE_MS - 1)).toBe(false);
      expect(await issue('next', at + MINUTE_MS)).toBe(true);
      expect(await localAdmins.isLinkLive('next', at + MINUTE_MS)).toBe(true);
    });

    it('makes one administrator, whoever comes at once', async () => {
      await issueLink(desk.ledger);
      const position = await desk.ledger.lastPosition();
      const made = await Promise.all(['Root', 'Other', 'Third'].map((name) => setUp('link', name)));
      expect(made.filter((each) => each !== null)).toHaveLength(1);
      expect(await desk.ledger.localAdmins.list()).toEqual(made.filter((each) => each !== null));
      expect(await told(position)).toMatchObject([{ type: 'admin.created', provider: null }]);
      expect(await desk.ledger.localAdmins.isLinkLive('link', tick())).toBe(false);
    });

    it('makes nobody when its hour is over', async () => {
      await issueLink(desk.ledger);
      const late = { ...by(), at: tick() + 60 * MINUTE_MS };
      expect(await setUp('link', 'Root', late)).toBeNull();
      expect(await desk.ledger.localAdmins.list()).toEqual([]);
    });

    it('gives the one of that name a new password, and ends their sessions', async () => {
      const root = await makeAdmin(desk.ledger);
      const person = { provider: null, id: root.id };
      const [session, other] = [await begin(person), await begin({ provider: null, id: 'other' })];
      await desk.ledger.localAdmins.beginTry(root.id, tick(), () => MINUTE_MS);
      await issueLink(desk.ledger);
      const position = await desk.ledger.lastPosition();
      const change = by();
      const again = await setUp('link', 'ROOT', change);
      expect(again).toEqual({
        ...root,
        password: again!.password,
        passwordAt: change.at,
        failures: 0,
        lockedUntil: null,
      });
      expect(again!.password).not.toBe(root.password);
      expect(await isIn(session)).toBe(false);
      expect((await desk.ledger.sessions.list({ after: null, limit: 9 })).items[0]?.id).toBe(other.id);
      const subject = { kind: 'admin', id: root.id };
      expect(await told(position)).toEqual([
        { type: 'admin.password_set', provider: null, subject, data: { name: 'Root' } },
        {
          type: 'session.ended',
          provider: null,
          subject,
          object: { kind: 'session', id: session.id },
          data: { reason: 'password-changed' },
        },
      ]);
    });
  });

  describe('an administrator', () => {
    it('is found by id, and by name in any letter case', async () => {
      const root = await makeAdmin(desk.ledger);
      expect(root).toEqual({
        id: root.id,
        name: 'Root',
        password: 'argon of Root',
        createdAt: root.createdAt,
        passwordAt: root.createdAt,
        failures: 0,
        lockedUntil: null,
        lastSignInAt: null,
      });
      await makeAdmin(desk.ledger, 'Anders');
      await desk.reopen();
      const { localAdmins } = desk.ledger;
      expect(await localAdmins.find(root.id)).toEqual(root);
      expect(await localAdmins.named('rOOT')).toEqual(root);
      expect([await localAdmins.find('Root'), await localAdmins.named('nobody')]).toEqual([null, null]);
      expect((await localAdmins.list()).map((each) => each.name)).toEqual(['Anders', 'Root']);
    });

    it('has a new password where nobody else was first, and keeps one session', async () => {
      const root = await makeAdmin(desk.ledger);
      const person = { provider: null, id: root.id };
      const [kept, other] = [await begin(person), await begin(person)];
      const position = await desk.ledger.lastPosition();
      const set = (password: string) => desk.ledger.localAdmins.setPassword(root, password, kept.hash, by());
      const both = await Promise.all([set('argon one'), set('argon two')]);
      expect(both.filter((each) => each)).toHaveLength(1);
      const now = await desk.ledger.localAdmins.find(root.id);
      expect(now?.password).toBe(both[0] ? 'argon one' : 'argon two');
      expect([await isIn(kept), await isIn(other)]).toEqual([true, false]);
      expect((await told(position)).map((each) => each.type)).toEqual([
        'admin.password_set',
        'session.ended',
      ]);
      expect(JSON.stringify(await told(0))).not.toContain('argon');
    });

    it('goes with their sessions and API keys, once, unless it is the last', async () => {
      const root = await makeAdmin(desk.ledger);
      const person = { provider: null, id: root.id };
      const session = await begin(person);
      await desk.ledger.apiKeys.add(keyOf(person), 'key', by());
      await expect(desk.ledger.localAdmins.remove(root.id, by())).rejects.toMatchObject({
        reason: 'conflict',
      });
      expect(await isIn(session)).toBe(true);
      await makeAdmin(desk.ledger, 'Another');
      const position = await desk.ledger.lastPosition();
      expect(await desk.ledger.localAdmins.remove(root.id, by())).toBe(true);
      expect(await desk.ledger.localAdmins.remove(root.id, by())).toBe(false);
      expect(await isIn(session)).toBe(false);
      expect((await desk.ledger.apiKeys.list({ after: null, limit: 9 })).total).toBe(0);
      expect(await told(position)).toMatchObject([
        { type: 'admin.removed', subject: { kind: 'admin', id: root.id }, data: { name: 'Root' } },
        { type: 'session.ended', object: { id: session.id } },
      ]);
      expect(await desk.problems()).toEqual([]);
    });
  });

  describe('a try', () => {
    it('is counted before the password is looked at, so that many at once are many', async () => {
      const root = await makeAdmin(desk.ledger);
      const tries = await Promise.all(
        Array.from({ length: 20 }, () => desk.ledger.localAdmins.beginTry(root.id, tick(), () => 0)),
      );
      expect(tries.map((each) => each?.failures).sort((a, b) => a! - b!)).toEqual(
        Array.from({ length: 20 }, (_, n) => n + 1),
      );
      expect((await desk.ledger.localAdmins.find(root.id))?.failures).toBe(20);
      expect(await desk.ledger.localAdmins.beginTry('nobody', tick(), () => 0)).toBeNull();
    });

    it('shuts the door after so many, for as long as is said, and is not counted behind it', async () => {
      const root = await makeAdmin(desk.ledger);
      const position = await desk.ledger.lastPosition();
      const at = tick();
      const lockFor = (failures: number) => (failures >= 3 ? MINUTE_MS : 0);
      const tries = await Promise.all(
        Array.from({ length: 9 }, () => desk.ledger.localAdmins.beginTry(root.id, at, lockFor)),
      );
      const counted = tries.filter((each) => each !== null).sort((a, b) => a.failures - b.failures);
      expect(counted).toEqual([
        { failures: 1, lockedUntil: null },
        { failures: 2, lockedUntil: null },
        { failures: 3, lockedUntil: at + MINUTE_MS },
      ]);
      expect(await told(position)).toEqual([
        {
          type: 'admin.locked',
          provider: null,
          subject: { kind: 'admin', id: root.id },
          data: { name: 'Root', failures: 3, until: new Date(at + MINUTE_MS).toISOString() },
        },
      ]);
      const again = (now: number) => desk.ledger.localAdmins.beginTry(root.id, now, lockFor);
      expect(await again(at + MINUTE_MS - 1)).toBeNull();
      expect(await again(at + MINUTE_MS)).toEqual({ failures: 4, lockedUntil: at + 2 * MINUTE_MS });
    });

    it('begins anew after the right password', async () => {
      const root = await makeAdmin(desk.ledger);
      await desk.ledger.localAdmins.beginTry(root.id, tick(), () => MINUTE_MS);
      const at = tick();
      const session = {
        hash: newId(at),
        id: newId(at),
        person: { provider: null, id: root.id },
        createdAt: at,
        expiresAt: at + MINUTE_MS,
        remote: null,
        agent: null,
        issuer: null,
        sid: null,
        loginHint: null,
        claimsAt: at,
        refreshToken: null,
      };
      const origin = { ...by(), at };
      expect(
        await desk.ledger.localAdmins.enter({ ...root, password: 'changed since' }, session, origin),
      ).toBe(false);
      expect(await desk.ledger.sessions.find(session.hash, at)).toBeNull();
      expect(await desk.ledger.localAdmins.enter(root, session, origin)).toBe(true);
      expect(await desk.ledger.sessions.find(session.hash, at)).toMatchObject({ id: session.id });
      expect(await desk.ledger.localAdmins.find(root.id)).toEqual({ ...root, lastSignInAt: at });
      expect(await desk.ledger.localAdmins.beginTry(root.id, at, () => 0)).toMatchObject({ failures: 1 });
    });
  });
}
