// A sign-in and its commit: facts, link, session and moment together or not at all; and whoever is suspended or removed is out
// with the commit that says so.

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import type { ClaimsTold } from '../../src/identity/claims.ts';
import { suspendByAdmin } from '../../src/identity/user.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { LinkTaken } from '../../src/ledger/sign-in.ts';
import { decideUserRemoval, decideUserSettled } from '../../src/mapping/decide.ts';
import {
  decideFirstSignIn,
  decideSignIn,
  type SignInAsked,
  type SignInOutcome,
} from '../../src/mapping/decide-sign-in.ts';
import { eachWithLedger, type Open } from './opened.ts';
import { accessOf, by, PROVIDER, tick } from './scribe.ts';

const TENANT = '11111111-2222-3333-4444-555555555555';

const keyOf = (subject: string) => ({ issuer: TENANT, subject });

function asked(subject: string, claims: Record<string, unknown> | null, more: Partial<SignInAsked> = {}) {
  const at = tick();
  const told: ClaimsTold | null = claims && { channel: 'login', claims, subject };
  return {
    told,
    key: keyOf(subject),
    linkedBy: 'externalId' as const,
    isNameWeak: false,
    keepName: false,
    session: {
      hash: newId(at),
      id: newId(at),
      createdAt: at,
      expiresAt: at + 1_000_000,
      remote: null,
      agent: null,
      issuer: null,
      sid: null,
      loginHint: null,
      claimsAt: at,
      refreshToken: null,
    },
    ...more,
  };
}

function enter(ledger: Ledger, user: string, wanted: SignInAsked): Promise<SignInOutcome> {
  return ledger.transact({
    provider: PROVIDER,
    needs: { user },
    decide({ state, user: loaded }) {
      const { changes, outcome } = decideSignIn({ state, ...by() }, loaded!, wanted);
      return { changes, answer: outcome };
    },
  });
}

function suspend(ledger: Ledger, user: string, suspended: boolean): Promise<null> {
  return ledger.transact({
    provider: PROVIDER,
    needs: { user },
    decide({ state, user: loaded }) {
      const context = { state, ...by() };
      const settled = suspendByAdmin(loaded!.user, suspended, context.at);
      return { changes: decideUserSettled(context, loaded!, settled).changes, answer: null };
    },
  });
}

export function enterSuite(open: Open): void {
  const desk = eachWithLedger(open);
  const typesSince = async (position: number) =>
    (await desk.ledger.events({ after: position, limit: 100 })).map(({ type }) => type);
  const find = ({ session }: SignInAsked) => desk.ledger.sessions.find(session.hash, tick());

  it('tells facts, links and begins the session in one commit', async () => {
    const { id } = await desk.person('amara', { department: 'Kites' });
    const before = await desk.ledger.lastPosition();
    const wanted = asked('oid-1', { roles: ['admin'] });
    const outcome = await enter(desk.ledger, id, wanted);
    expect(outcome).toMatchObject({ kind: 'signed-in', role: { name: 'Admin' } });
    const types = await typesSince(before);
    expect(types[0]).toBe('user.updated');
    expect(types.slice(-2)).toEqual(['user.linked', 'user.signed_in']);
    expect(await find(wanted)).toMatchObject({ person: { provider: PROVIDER, id } });
    const { loaded } = (await desk.ledger.fullUser(id))!;
    expect(loaded.user.lastSignInAt).toBe(wanted.session.createdAt);
    expect(
      (await desk.ledger.identities.candidates(PROVIDER, { key: keyOf('oid-1'), userName: null })).linked,
    ).toBe(id);
    expect(await desk.problems()).toEqual([]);
  });

  it('leaves the version alone where nothing but the moment is new, and later writes leave the moment alone', async () => {
    const { id } = await desk.person('amara', { department: 'Kites' });
    const wanted = asked('oid-1', null);
    await enter(desk.ledger, id, wanted);
    expect((await desk.ledger.readUser(PROVIDER, id))?.version).toBe('W/"1"');
    await suspend(desk.ledger, id, true);
    expect((await desk.ledger.fullUser(id))?.loaded.user.lastSignInAt).toBe(wanted.session.createdAt);
  });

  it('tells facts and begins nothing where no role follows', async () => {
    const { id } = await desk.person('nobody');
    const wanted = asked('oid-2', { favourite: 'kites' });
    expect(await enter(desk.ledger, id, wanted)).toMatchObject({ kind: 'no-role' });
    expect(await find(wanted)).toBe(null);
    expect((await desk.ledger.fullUser(id))?.loaded.user.claims.favourite?.value).toBe('kites');
  });

  it('makes a user with the first sign-in, whom nobody else can be', async () => {
    const make = (userName: string, wanted: ReturnType<typeof asked>) =>
      desk.ledger.transact({
        provider: PROVIDER,
        needs: {},
        decide({ state }) {
          const context = { state, ...by() };
          const told = { ...wanted.told!, claims: { ...wanted.told!.claims, preferred_username: userName } };
          const made = { id: newId(tick()), formerly: null };
          const { changes, outcome } = decideFirstSignIn(context, made, { ...wanted, told });
          return { changes, answer: outcome };
        },
      });
    const first = asked('oid-3', { department: 'Kites' }, { linkedBy: 'creation' });
    const made = await make('new@kitehaus.example', first);
    expect(made.kind).toBe('signed-in');
    expect(await accessOf(desk.ledger, made.user.id)).toMatchObject({
      role: 'viewer',
      businessUnits: ['Kites'],
    });
    await expect(make('new@kitehaus.example', asked('oid-4', { department: 'Kites' }))).rejects.toMatchObject(
      {
        reason: 'uniqueness',
      },
    );
    await expect(make('other@kitehaus.example', asked('oid-3', { department: 'Kites' }))).rejects.toThrow(
      LinkTaken,
    );
    expect(await desk.problems()).toEqual([]);
  });

  it('gives one key to one user, and to another only when the first is gone', async () => {
    const { id } = await desk.person('amara', { department: 'Kites' });
    const { id: other } = await desk.person('bela', { department: 'Kites' });
    await enter(desk.ledger, id, asked('oid-1', null));
    await expect(enter(desk.ledger, other, asked('oid-1', null))).rejects.toThrow(LinkTaken);
    await desk.ledger.transact({
      provider: PROVIDER,
      needs: { user: id },
      decide: ({ state, user }) => ({ changes: decideUserRemoval({ state, ...by() }, user!), answer: null }),
    });
    expect(await enter(desk.ledger, other, asked('oid-1', null))).toMatchObject({ kind: 'signed-in' });
  });

  it('waits for an administrator where a name alone would make one', async () => {
    const { id } = await desk.person('amara', { department: 'Kites' });
    const linkedBy = 'userName' as const;
    const wanted = asked('oid-1', { roles: ['admin'] }, { linkedBy });
    const before = await desk.ledger.lastPosition();
    expect(await enter(desk.ledger, id, wanted)).toMatchObject({ kind: 'needs-approval' });
    expect(await typesSince(before)).toEqual([]);
    const plain = asked('oid-1', { roles: ['viewer'] }, { linkedBy });
    expect(await enter(desk.ledger, id, plain)).toMatchObject({ kind: 'signed-in' });
    const { id: bela } = await desk.person('bela', { department: 'Kites' });
    const weak = asked('oid-5', null, { linkedBy, isNameWeak: true });
    expect(await enter(desk.ledger, bela, weak)).toMatchObject({ kind: 'needs-approval' });
  });

  it('ends what a sign-in of another subject began, when provisioning says who the user is', async () => {
    const { id } = await desk.person('amara', { department: 'Kites', externalId: 'oid-1' });
    const wanted = asked('oid-1', null);
    await enter(desk.ledger, id, wanted);
    const named = (externalId: string) => ({
      userName: 'amara@kitehaus.example',
      displayName: 'Amara',
      department: 'Kites',
      externalId,
    });
    await desk.write.replaceUser(id, named('oid-1'));
    expect(await find(wanted)).not.toBe(null);
    await desk.write.replaceUser(id, named('oid-of-another'));
    expect(await find(wanted)).toBe(null);
  });

  it('begins no session by a link that was taken away meanwhile', async () => {
    const { id } = await desk.person('amara', { department: 'Kites' });
    await enter(desk.ledger, id, asked('oid-1', null));
    await desk.ledger.identities.unlink(PROVIDER, keyOf('oid-1'), by());
    await expect(enter(desk.ledger, id, asked('oid-1', null, { linkedBy: null }))).rejects.toThrow(LinkTaken);
  });

  describe('whoever is suspended or removed', () => {
    it('is out with that very commit, and stays out when the suspension is lifted', async () => {
      const { id } = await desk.person('amara', { department: 'Kites' });
      const wanted = asked('oid-1', null);
      await enter(desk.ledger, id, wanted);
      expect(await find(wanted)).not.toBe(null);
      await suspend(desk.ledger, id, true);
      expect(await find(wanted)).toBe(null);
      await suspend(desk.ledger, id, false);
      expect(await find(wanted)).toBe(null);
      expect((await desk.ledger.sessions.list({ after: null, limit: 10 })).total).toBe(0);
    });

    it('does not come in', async () => {
      const { id } = await desk.person('amara', { department: 'Kites' });
      await suspend(desk.ledger, id, true);
      const wanted = asked('oid-1', { roles: ['admin'] });
      expect(await enter(desk.ledger, id, wanted)).toMatchObject({ kind: 'suspended' });
      expect((await desk.ledger.fullUser(id))?.loaded.user.claims).toEqual({});
    });

    it('is out, whichever of a sign-in and the suspension came first', async () => {
      for (let round = 0; round < 20; round++) {
        const { id } = await desk.person(`racer${round}`, { department: 'Kites' });
        const wanted = asked(`oid-r${round}`, { mood: round });
        await Promise.all([enter(desk.ledger, id, wanted), suspend(desk.ledger, id, true)]);
        expect(await find(wanted)).toBe(null);
      }
      expect((await desk.ledger.sessions.list({ after: null, limit: 100 })).total).toBe(0);
      expect(await desk.problems()).toEqual([]);
    });
  });
}
