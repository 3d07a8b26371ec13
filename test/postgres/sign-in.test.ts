// Signing in on two replicas: what one ends is over on the other by the very next look, and what may happen once happens
// once, wherever it is asked for.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import type { Person } from '../../src/identity/sign-in.ts';
import { suspendByAdmin } from '../../src/identity/user.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { by, PROVIDER, tick } from '../ledger/scribe.ts';
import { issueLink, keyOf, MINUTE_MS, makeAdmin, sessionOf } from '../ledger/sign-in-desk.ts';
import { type TwoLedgers, twoLedgers } from './two-ledgers.ts';

/** 100 with BIFROST_HEAVY=1. */
const TIMES = process.env.BIFROST_HEAVY === '1' ? 100 : 30;

describe('two replicas', () => {
  let two: TwoLedgers;
  let amara: Person & { provider: string };

  beforeEach(async () => {
    two = await twoLedgers();
    const { id } = await two.write.createUser({ userName: 'amara@kitehaus.example' });
    amara = { provider: PROVIDER, id };
  });
  afterEach(() => two.close());

  const inTurn = (n: number): [Ledger, Ledger] =>
    n % 2 === 0 ? [two.here, two.there] : [two.there, two.here];
  const never = Array.from({ length: TIMES }, () => [true, false]);

  async function begun(ledger: Ledger) {
    const session = sessionOf(amara);
    await ledger.sessions.begin(session, by());
    return session;
  }

  it('find no session that the other has ended', async () => {
    const found: boolean[][] = [];
    for (let n = 0; n < TIMES; n++) {
      const [mine, other] = inTurn(n);
      const { hash, id } = await begun(mine);
      const isIn = async () => (await other.sessions.find(hash, tick())) !== null;
      const before = await isIn();
      if (n % 4 < 2) await mine.sessions.end(id, 'signed-out', by());
      else await mine.sessions.endAll(amara, null, 'ended-by-admin', by());
      found.push([before, await isIn()]);
    }
    expect(found).toEqual(never);
  });

  it('find neither session nor API key of somebody whom the other has suspended', async () => {
    await two.here.apiKeys.add(keyOf(amara), 'key', by());
    const found: boolean[][] = [];
    for (let n = 0; n < TIMES; n++) {
      const [mine, other] = inTurn(n);
      const write = n % 2 === 0 ? two.write : two.writeThere;
      const { hash } = await begun(mine);
      const isIn = async () => {
        const [session, key] = await Promise.all([
          other.sessions.find(hash, tick()),
          other.apiKeys.find('key', tick()),
        ]);
        expect(session === null).toBe(key === null);
        return session !== null;
      };
      const before = await isIn();
      await write.settleUser(amara.id, (user, at) => suspendByAdmin(user, true, at));
      found.push([before, await isIn()]);
      await write.settleUser(amara.id, (user, at) => suspendByAdmin(user, false, at));
    }
    expect(found).toEqual(never);
  });

  it('let one of many callers read the claims anew, each time', async () => {
    const { hash, claimsAt } = await begun(two.here);
    for (let turn = 1; turn <= 10; turn++) {
      const at = claimsAt + turn * 15 * MINUTE_MS;
      const taken = await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          inTurn(n)[0].sessions.takeRefresh(hash, at - MINUTE_MS, at, at + MINUTE_MS),
        ),
      );
      expect(taken.filter((each) => each)).toHaveLength(1);
      await inTurn(turn)[0].sessions.refreshed(hash, at, null);
    }
  });

  it('count fifty tries at once as fifty, and none behind a door that one of them shut', async () => {
    const { id } = await makeAdmin(two.here);
    const tries = (lockFor: (failures: number) => number) =>
      Promise.all(
        Array.from({ length: 50 }, (_, n) => inTurn(n)[0].localAdmins.beginTry(id, tick(), lockFor)),
      );
    const counts = (await tries(() => 0)).map((each) => each!.failures);
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect((await two.there.localAdmins.find(id))?.failures).toBe(50);
    const locked = await tries((failures) => (failures >= 60 ? MINUTE_MS : 0));
    expect(locked.filter((each) => each !== null)).toHaveLength(10);
    expect((await two.here.localAdmins.find(id))?.failures).toBe(60);
    expect(await two.here.countEvents({ after: 0, types: ['admin.locked'] })).toMatchObject({ total: 1 });
  });

  it('make one administrator of one set-up link', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const link = `link ${turn}`;
      await issueLink(two.here, link);
      const made = await Promise.all(
        [0, 1, 2, 3].map((n) => {
          const admin = { id: newId(tick()), name: `Root ${turn} ${n}`, password: 'argon' };
          return inTurn(n)[0].localAdmins.setUp(link, admin, by());
        }),
      );
      expect(made.filter((each) => each !== null)).toHaveLength(1);
      expect(await two.there.localAdmins.list()).toHaveLength(turn + 1);
    }
    expect(await two.there.countEvents({ after: 0, types: ['admin.created'] })).toMatchObject({ total: 20 });
  });

  it('issue one link when they start together', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const at = tick(2 * MINUTE_MS);
      const issued = await Promise.all(
        [0, 1, 2, 3].map((n) =>
          inTurn(n)[0].localAdmins.issueLink(
            { hash: `${turn} ${n}`, createdAt: at, expiresAt: at + MINUTE_MS },
            by(),
            { at },
          ),
        ),
      );
      expect(issued.filter((each) => each)).toHaveLength(1);
      expect(await two.sql('SELECT hash FROM setup_links')).toEqual([
        { hash: `${turn} ${issued.indexOf(true)}` },
      ]);
    }
  });

  it('approve one of two links for one person', async () => {
    const ask = async (subject: string) => {
      const at = tick();
      const key = { issuer: 'https://idp.example', subject };
      const request = {
        id: newId(at),
        provider: PROVIDER,
        key,
        person: amara.id,
        userName: 'amara',
        askedAt: at,
      };
      await two.here.identities.request(request, by());
      return request.id;
    };
    for (let turn = 0; turn < 10; turn++) {
      const ids = [await ask(`a ${turn}`), await ask(`b ${turn}`)];
      const decided = await Promise.allSettled(
        ids.map((id, n) => inTurn(n)[0].identities.decide(id, true, by())),
      );
      expect(decided.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
      const [link, ...others] = await two.there.identities.linksOf(PROVIDER, amara.id);
      expect(others).toEqual([]);
      await two.there.identities.unlink(PROVIDER, link!.key, by());
      for (const { id } of await two.here.identities.requests())
        await two.here.identities.decide(id, false, by());
    }
  });

  it('do not wait for whoever changes the settings, nor for those who try passwords', async () => {
    const { id } = await makeAdmin(two.here);
    const session = await begun(two.here);
    const release = await two.holdSettings();
    await two.there.localAdmins.beginTry(id, tick(), () => 0);
    await two.there.sessions.end(session.id, 'signed-out', by());
    await release();
    const letGo = await two.holdRows('SELECT 1 FROM local_admins WHERE id = $1 FOR UPDATE', [id]);
    const tries = Promise.all(
      Array.from({ length: 100 }, () => two.here.localAdmins.beginTry(id, tick(), () => 0)),
    );
    // More than the pool has connections.
    await two.waiting(1);
    await two.write.createUser({ userName: 'bela@kitehaus.example' });
    await letGo();
    expect((await tries).map((each) => each!.failures).at(-1)).toBe(101);
  });

  it('pass over a note of what another is writing', async () => {
    const session = await begun(two.here);
    const letGo = await two.holdRows('SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE', [session.id]);
    two.here.sessions.seen(session.hash, session.createdAt + 1);
    const { items } = await two.here.sessions.list({ after: null, limit: 1 });
    expect(items[0]?.lastSeenAt).toBe(session.createdAt);
    await letGo();
  });
});
