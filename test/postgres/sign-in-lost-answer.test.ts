// Signing in over a wire that breaks: what did not arrive is done again, what was perhaps done is not, and either way it
// happens once.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/ledger.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { by, PROVIDER, scribe, seed, tick } from '../ledger/scribe.ts';
import { issueLink, keyOf, MINUTE_MS, makeAdmin, sessionOf } from '../ledger/sign-in-desk.ts';
import { type CuttingWire, cuttingWire } from './cutting-wire.ts';

describe('a wire that breaks', () => {
  let database: FreshDatabase;
  let wire: CuttingWire;
  let ledger: Ledger;
  /** The same database, over a wire that holds. */
  let beside: Ledger;
  let root: string;

  beforeEach(async () => {
    database = await freshDatabase();
    beside = await openPostgresLedger({ url: database.url });
    await seed(beside);
    root = (await makeAdmin(beside)).id;
    wire = await cuttingWire(database.url);
    ledger = await openPostgresLedger({ url: wire.url });
  });
  afterEach(async () => {
    await ledger.close();
    await beside.close();
    await wire.close();
    await database.drop();
  });

  const page = { after: null, limit: 9 };
  const counted = async (type: string) => (await beside.countEvents({ after: 0, types: [type] })).total;

  interface Case {
    /** A statement of it that no other has. */
    statement: string;
    act(): Promise<unknown>;
    /** How often it has happened. */
    times(): Promise<number>;
  }
  const cases: Readonly<Record<string, Case>> = {
    'an API key that is made': {
      statement: 'INSERT INTO api_keys',
      act: () => ledger.apiKeys.add(keyOf({ provider: null, id: root }), 'key', by()),
      times: async () => {
        expect(await counted('api_key.created')).toBe((await beside.apiKeys.list(page)).total);
        return counted('api_key.created');
      },
    },
    'a session that begins': {
      statement: 'INSERT INTO sessions',
      act: () => ledger.sessions.begin(sessionOf({ provider: null, id: root }), by()),
      times: async () => {
        expect(await counted('admin.signed_in')).toBe((await beside.sessions.list(page)).total);
        return counted('admin.signed_in');
      },
    },
    'a try at a password': {
      statement: 'UPDATE local_admins SET failures = failures + 1',
      act: () => ledger.localAdmins.beginTry(root, tick(), () => MINUTE_MS),
      times: async () => {
        expect(await counted('admin.locked')).toBe((await beside.localAdmins.find(root))!.failures);
        return counted('admin.locked');
      },
    },
    'a set-up link that is used': {
      statement: 'INSERT INTO local_admins',
      act: async () => {
        await issueLink(beside, 'second');
        return ledger.localAdmins.setUp('second', { id: newId(tick()), name: 'Anders', password: 'x' }, by());
      },
      times: async () => {
        const made = (await beside.localAdmins.list()).length - 1;
        expect(await counted('admin.created')).toBe(made + 1);
        expect(await beside.localAdmins.isLinkLive('second', tick())).toBe(false);
        return made;
      },
    },
    'a link that is approved': {
      statement: 'INSERT INTO identities',
      act: async () => {
        const person = (await scribe(beside).createUser({ userName: 'amara' })).id;
        const key = { issuer: 'https://idp.example', subject: 'oid-1' };
        const request = { id: 'one', provider: PROVIDER, key, person, userName: 'amara', askedAt: tick() };
        await beside.identities.request(request, by());
        expect(await ledger.identities.decide('one', true, by())).toBe(true);
      },
      times: () => counted('user.linked'),
    },
  };

  for (const [what, { statement, act, times }] of Object.entries(cases)) {
    it(`does it again before it was done: ${what}`, async () => {
      wire.cutAt(statement, 'before');
      await act();
      expect([wire.cuts(), await times()]).toEqual([1, 1]);
    });

    it(`says that nobody knows, and leaves it at once, when the answer to its commit is lost: ${what}`, async () => {
      wire.cutAt(statement, 'committed');
      await expect(act()).rejects.toMatchObject({ reason: 'unavailable' });
      expect([wire.cuts(), await times()]).toEqual([1, 1]);
    });
  }
});
