// Load, decide and commit: whole or not at all, one after the other, on what is really there.

import { describe, expect, it } from 'vitest';
import { settleUser } from '../../src/identity/user.ts';
import type { Operation } from '../../src/ledger/ledger.ts';
import { decideUserWrite } from '../../src/mapping/decide.ts';
import { Refusal } from '../../src/refusal.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { accessOf, effectsOf, inWords, PROVIDER, requestRow, tick, wantedUser } from './scribe.ts';

const AMARA = { userName: 'amara.osei@kitehaus.example', displayName: 'Amara Osei', department: 'Kites' };

export function commitSuite(open: Open): void {
  const desk = eachWithLedger(open);

  describe('one change set', () => {
    it('writes state, access, events and request row together', async () => {
      const { id, request } = await desk.write.createUser(AMARA);
      expect(await desk.ledger.readUser(PROVIDER, id)).toMatchObject({ id, version: 'W/"1"', groups: [] });
      expect(await accessOf(desk.ledger, id)).toEqual({
        role: 'viewer',
        teams: [],
        businessUnits: ['Kites'],
      });
      expect(inWords(await effectsOf(desk.ledger, { request }))).toEqual([
        'business_unit.created',
        'user.created',
        'grant.added businessUnit',
        'grant.added role',
      ]);
      expect(await desk.ledger.request(request)).toMatchObject({ id: request, resource: id, effects: 4 });
    });

    it('writes nothing when the decision throws', async () => {
      const before = await desk.ledger.counts();
      const broken = desk.ledger.transact({
        provider: PROVIDER,
        needs: {},
        decide: () => {
          throw new Refusal('invalidValue', 'no');
        },
      });
      await expect(broken).rejects.toMatchObject({ reason: 'invalidValue' });
      expect(await desk.ledger.counts()).toEqual(before);
    });

    it('hands on a bug in a decision as it is', async () => {
      const bug = new TypeError('a bug');
      const broken = desk.ledger.transact({
        provider: PROVIDER,
        needs: {},
        decide: () => {
          throw bug;
        },
      });
      await expect(broken).rejects.toBe(bug);
    });

    it('writes no event and no version for what already is', async () => {
      const { id } = await desk.write.createUser(AMARA);
      const position = await desk.ledger.lastPosition();
      const again = await desk.write.replaceUser(id, AMARA);
      expect(await desk.ledger.lastPosition()).toBe(position);
      expect((await desk.ledger.readUser(PROVIDER, id))?.version).toBe('W/"1"');
      expect(await desk.ledger.request(again.request)).toMatchObject({ effects: 0 });
      expect(await effectsOf(desk.ledger, again)).toEqual([]);
    });

    it('does not find what belongs to another provider', async () => {
      const { id } = await desk.write.createUser(AMARA);
      const group = await desk.write.createGroup('Orion Crew', [id]);
      expect(await desk.ledger.readUser('elsewhere', id)).toBeNull();
      expect(await desk.ledger.readGroup('elsewhere', group.id, true)).toBeNull();
      const lost = desk.ledger.transact({
        provider: 'elsewhere',
        needs: { user: id },
        decide: () => ({ changes: null, answer: 1 }),
      });
      await expect(lost).rejects.toMatchObject({ reason: 'notFound' });
    });
  });

  describe('a batch', () => {
    it('undoes only the change set that broke a rule', async () => {
      const names = Array.from({ length: 20 }, (_, i) => `user${i % 15}@kitehaus.example`);
      const outcomes = await Promise.allSettled(
        names.map((userName) => desk.write.createUser({ userName, department: 'Kites' })),
      );
      expect(outcomes.map((each) => each.status)).toEqual(
        names.map((_, i) => (i < 15 ? 'fulfilled' : 'rejected')),
      );
      for (const each of outcomes) {
        if (each.status === 'rejected') expect(each.reason).toMatchObject({ reason: 'uniqueness' });
      }
      expect(await desk.ledger.counts()).toMatchObject({ users: 15 });
      expect((await desk.ledger.verify()).problems).toEqual([]);
      const created = (await desk.ledger.events({ after: 0, limit: 1000 })).filter(
        (each) => each.type === 'user.created',
      );
      expect(created).toHaveLength(15);
    });

    it('gives one of ten creations of one name, in any letter case, and nine refusals', async () => {
      const spellings = [
        'amara',
        'AMARA',
        'Amara',
        'aMara',
        'amarA',
        'AMara',
        'amARA',
        'AmArA',
        'amaRA',
        'AMARa',
      ];
      const outcomes = await Promise.allSettled(
        spellings.map((name) => desk.write.createUser({ userName: `${name}@kitehaus.example` })),
      );
      expect(outcomes.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
      expect(await desk.ledger.counts()).toMatchObject({ users: 1 });
    });

    it('keeps the order in which operations came', async () => {
      const { id } = await desk.write.createUser({ userName: 'n', nickName: '0' });
      const order: number[] = [];
      await Promise.all(
        Array.from({ length: 700 }, (_, i) =>
          desk.ledger.transact({
            provider: PROVIDER,
            needs: { user: id },
            decide(loaded) {
              order.push(i);
              const { document, unlisted } = loaded.user!.user;
              expect(document.nickName).toBe(String(i));
              const wanted = { document: { ...document, nickName: String(i + 1) }, unlisted };
              const context = {
                state: loaded.state,
                at: tick(),
                actor: { kind: 'system' as const, id: 't' },
                cause: null,
              };
              return { changes: decideUserWrite(context, loaded.user!, wanted).changes, answer: null };
            },
          }),
        ),
      );
      expect(order).toEqual(Array.from({ length: 700 }, (_, i) => i));
      const row = await desk.ledger.readUser(PROVIDER, id);
      expect(JSON.parse(row!.document)).toMatchObject({ nickName: '700' });
      expect(row!.version).toBe('W/"701"');
    });

    it('lets each operation see what those before it wrote', async () => {
      const [first, second] = await Promise.allSettled([
        desk.write.createUser(AMARA),
        desk.write.createUser({ ...AMARA, userName: AMARA.userName.toUpperCase() }),
      ]);
      expect(first.status).toBe('fulfilled');
      expect(second).toMatchObject({ status: 'rejected', reason: { reason: 'uniqueness' } });
    });
  });

  describe('expectations', () => {
    /** A decision taken on a state that was read before, as a slow client of another engine might. */
    function outdated(id: string, revisions: number): Operation<null> {
      return {
        provider: PROVIDER,
        needs: { user: id },
        decide(loaded) {
          const before = loaded.user!;
          const stale = { ...before, user: { ...before.user, revision: before.user.revision - revisions } };
          const context = {
            state: loaded.state,
            at: tick(),
            actor: { kind: 'system' as const, id: 't' },
            cause: null,
          };
          const { changes } = decideUserWrite(context, stale, wantedUser({ ...AMARA, title: 'Late' }));
          return { changes, request: requestRow(`late-${id}`), answer: null };
        },
      };
    }

    it('refuses a change set that was decided on another revision, and writes none of it', async () => {
      const { id } = await desk.write.createUser(AMARA);
      await desk.write.replaceUser(id, { ...AMARA, title: 'Kite maker' });
      const before = await desk.ledger.counts();
      await expect(desk.ledger.transact(outdated(id, 1))).rejects.toThrow();
      expect(await desk.ledger.counts()).toEqual(before);
      expect(JSON.parse((await desk.ledger.readUser(PROVIDER, id))!.document)).toMatchObject({
        title: 'Kite maker',
      });
      expect(await desk.ledger.request(`late-${id}`)).toBeNull();
      expect((await desk.ledger.verify()).problems).toEqual([]);
    });

    it('counts every change of a user once', async () => {
      const { id } = await desk.write.createUser(AMARA);
      for (let i = 2; i < 6; i++) {
        await desk.write.settleUser(id, (before, at) =>
          settleUser(before, wantedUser({ ...AMARA, title: `Title ${i}` }), at),
        );
        expect((await desk.ledger.readUser(PROVIDER, id))?.version).toBe(`W/"${i}"`);
      }
    });
  });

  describe('tokens in the load', () => {
    it('refuses an operation whose token was revoked before it, and takes one from before the revocation', async () => {
      const at = tick();
      const token = {
        provider: PROVIDER,
        id: 'token-1',
        name: 'one',
        lastFour: 'abcd',
        createdAt: at,
        createdBy: 'system:test',
        expiresAt: null,
        revokedAt: null,
        ended: false,
        untilUseOf: null,
        declared: false,
        lastUsedAt: null,
        lastUsedFrom: null,
      };
      const change = { at, actor: { kind: 'system' as const, id: 't' }, cause: null };
      await desk.ledger.addToken(token, 'hash-1', change);
      const use = (when: number) =>
        desk.ledger.transact({
          provider: PROVIDER,
          needs: { token: { id: 'token-1', at: when } },
          decide: () => ({ changes: null, answer: 'served' }),
        });
      await expect(use(at + 1)).resolves.toBe('served');
      const revoked = tick(10);
      await desk.ledger.revokeToken(PROVIDER, 'token-1', { at: revoked }, change);
      await expect(use(revoked - 1)).resolves.toBe('served');
      await expect(use(revoked)).rejects.toMatchObject({ reason: 'unauthenticated' });
      await desk.ledger.addToken({ ...token, id: 'token-2' }, 'hash-2', change);
      const use2 = (when: number) =>
        desk.ledger.transact({
          provider: PROVIDER,
          needs: { token: { id: 'token-2', at: when } },
          decide: () => ({ changes: null, answer: 'served' }),
        });
      await expect(use2(at - 5000)).resolves.toBe('served');
      await desk.ledger.revokeToken(PROVIDER, 'token-2', { at: change.at }, change);
      // Ended at once: also for a replica whose clock is behind.
      await expect(use2(at - 5000)).rejects.toMatchObject({ reason: 'unauthenticated' });
      const unknown = desk.ledger.transact({
        provider: PROVIDER,
        needs: { token: { id: 'nobody', at } },
        decide: () => ({ changes: null, answer: null }),
      });
      await expect(unknown).rejects.toMatchObject({ reason: 'unauthenticated' });
    });
  });

  describe('opening again', () => {
    it('keeps everything that was answered', async () => {
      const { id, request } = await desk.write.createUser(AMARA);
      const group = await desk.write.createGroup('Orion Crew', [id]);
      const [before, access, position] = [
        await desk.ledger.counts(),
        await accessOf(desk.ledger, id),
        await desk.ledger.lastPosition(),
      ];
      await desk.reopen();
      expect(await desk.ledger.counts()).toEqual(before);
      expect(await accessOf(desk.ledger, id)).toEqual(access);
      expect(await desk.ledger.lastPosition()).toBe(position);
      expect(await desk.ledger.request(request)).toMatchObject({ id: request, effects: 4 });
      expect((await desk.ledger.readGroup(PROVIDER, group.id, true))?.members).toEqual([
        { id, kind: 'User', display: 'Amara Osei' },
      ]);
      await desk.write.replaceUser(id, { ...AMARA, title: 'Kite maker' });
      expect((await desk.ledger.verify()).problems).toEqual([]);
    });

    it('keeps the request rows of reads that were noted before it closed', async () => {
      desk.ledger.noteRequest(requestRow('read-1', { method: 'GET' }));
      await desk.reopen();
      expect(await desk.ledger.request('read-1')).toMatchObject({ method: 'GET', effects: 0 });
    });
  });
}
