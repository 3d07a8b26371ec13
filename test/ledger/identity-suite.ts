// Who at the provider is who here: whom a sign-in may be about, links that wait for somebody, and what is left of both
// when people go.

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import type { LinkRequest } from '../../src/ledger/sign-in.ts';
import type { Open } from './opened.ts';
import { by, PROVIDER, providerNamed, scribe, sweepAll, tick } from './scribe.ts';
import { DAY_MS, ISSUER, issueLink, keyOf, MINUTE_MS, signInDesk } from './sign-in-desk.ts';

const nobody = { linked: null, byExternalId: [], byUserName: null, removed: null, purged: false };

export function identitySuite(open: Open): void {
  const { desk, begin, user, told } = signInDesk(open);
  const key = (subject: string) => ({ issuer: ISSUER, subject });
  const candidates = (subject: string, userName: string | null = null, provider = PROVIDER) =>
    desk.ledger.identities.candidates(provider, { key: key(subject), userName });

  async function ask(person: string, subject: string, more: Partial<LinkRequest> = {}): Promise<LinkRequest> {
    const at = tick();
    const request = {
      id: newId(at),
      provider: PROVIDER,
      key: key(subject),
      person,
      userName: 'amara@kitehaus.example',
      askedAt: at,
      ...more,
    };
    await desk.ledger.identities.request(request, by());
    return request;
  }

  async function link(person: string, subject: string): Promise<void> {
    await desk.ledger.identities.decide((await ask(person, subject)).id, true, by());
  }

  describe('a sign-in', () => {
    it('is about nobody where nobody is known', async () => {
      await user('amara', { externalId: 'oid-1' });
      expect(await candidates('oid-2', 'bela@kitehaus.example')).toEqual(nobody);
      expect(await candidates('oid-1', 'amara@kitehaus.example', 'northwind')).toEqual(nobody);
    });

    it('is about those with that externalId, exactly, and the one with that name in any case', async () => {
      const amara = await user('amara', { externalId: 'oid-1' });
      const twin = await user('twin', { externalId: 'oid-1' });
      const both = [amara.id, twin.id].sort();
      const found = await candidates('oid-1', 'AMARA@Kitehaus.example');
      expect({ ...found, byExternalId: [...found.byExternalId].sort() }).toEqual({
        ...nobody,
        byExternalId: both,
        byUserName: amara.id,
      });
      expect(await candidates('OID-1')).toEqual(nobody);
    });

    it('is about whoever is linked, and no more by name', async () => {
      const amara = await user('amara');
      await link(amara.id, 'oid-1');
      expect(await candidates('oid-1', 'amara@kitehaus.example')).toEqual({ ...nobody, linked: amara.id });
      expect(await candidates('oid-2', 'amara@kitehaus.example')).toEqual(nobody);
      expect(
        await desk.ledger.identities.candidates(PROVIDER, {
          key: { issuer: 'https://other.example', subject: 'oid-1' },
          userName: null,
        }),
      ).toEqual(nobody);
    });

    it('is about nobody by a name in the recycle bin, whichever of the two it is', async () => {
      const amara = await user('amara');
      const binned = `${'0123456789abcdef'.repeat(2)}amara@kitehaus.example`;
      await desk.write.replaceUser(amara.id, { userName: binned });
      expect(await candidates('oid-1', 'amara@kitehaus.example')).toEqual(nobody);
      expect(await candidates('oid-1', binned)).toEqual(nobody);
    });

    it('is about somebody who was removed, unless somebody living has the key', async () => {
      const amara = await user('amara', { externalId: 'oid-1' });
      await desk.write.removeUser(amara.id);
      expect(await candidates('oid-1', 'amara@kitehaus.example')).toEqual({ ...nobody, removed: amara.id });
      const anew = await user('amara', { externalId: 'oid-1' });
      expect(await candidates('oid-1')).toEqual({ ...nobody, byExternalId: [anew.id] });
    });

    it('is about somebody linked who was removed', async () => {
      const amara = await user('amara');
      await link(amara.id, 'oid-1');
      await desk.write.removeUser(amara.id);
      const found = { ...nobody, linked: amara.id, removed: amara.id };
      expect(await candidates('oid-1', 'amara@kitehaus.example')).toEqual(found);
    });
  });

  describe('a link that waits', () => {
    const about = (id: string) => ({ provider: PROVIDER, subject: { kind: 'user', id } });

    it('stays the one that was asked first', async () => {
      const amara = await user('amara');
      const position = await desk.ledger.lastPosition();
      const first = await ask(amara.id, 'oid-1');
      await ask(amara.id, 'oid-1', { userName: 'late' });
      const other = await ask(amara.id, 'oid-2');
      expect(await desk.ledger.identities.requests()).toEqual([first, other]);
      expect(await told(position)).toEqual([
        {
          type: 'link.requested',
          ...about(amara.id),
          data: { issuer: ISSUER, subject: 'oid-1', userName: 'amara@kitehaus.example' },
        },
        {
          type: 'link.requested',
          ...about(amara.id),
          data: { issuer: ISSUER, subject: 'oid-2', userName: 'amara@kitehaus.example' },
        },
      ]);
      await desk.reopen();
      expect(await desk.ledger.identities.requests()).toEqual([first, other]);
    });

    it('stands when it is approved, and can be taken away', async () => {
      const amara = await user('amara');
      const { id } = await ask(amara.id, 'oid-1');
      const position = await desk.ledger.lastPosition();
      const change = by();
      expect(await desk.ledger.identities.decide(id, true, change)).toBe(true);
      expect(await desk.ledger.identities.decide(id, true, by())).toBe(false);
      expect(await desk.ledger.identities.requests()).toEqual([]);
      expect(await desk.ledger.identities.linksOf(PROVIDER, amara.id)).toEqual([
        { key: key('oid-1'), person: amara.id, by: 'userName', since: change.at },
      ]);
      const data = { issuer: ISSUER, subject: 'oid-1' };
      expect(await desk.ledger.identities.unlink(PROVIDER, key('oid-1'), by())).toBe(true);
      expect(await desk.ledger.identities.unlink(PROVIDER, key('oid-1'), by())).toBe(false);
      expect(await desk.ledger.identities.linksOf(PROVIDER, amara.id)).toEqual([]);
      expect(await told(position)).toEqual([
        { type: 'user.linked', ...about(amara.id), data: { ...data, by: 'userName' } },
        { type: 'user.unlinked', ...about(amara.id), data },
      ]);
    });

    it('is gone when it is refused, and can be asked for again', async () => {
      const amara = await user('amara');
      const { id } = await ask(amara.id, 'oid-1');
      const position = await desk.ledger.lastPosition();
      expect(await desk.ledger.identities.decide(id, false, by())).toBe(true);
      expect(await desk.ledger.identities.decide(id, false, by())).toBe(false);
      expect(await desk.ledger.identities.linksOf(PROVIDER, amara.id)).toEqual([]);
      expect(await told(position)).toMatchObject([{ type: 'link.refused', ...about(amara.id) }]);
      const again = await ask(amara.id, 'oid-1');
      expect(await desk.ledger.identities.requests()).toEqual([again]);
    });

    it('is refused, and stays, where it cannot stand any more', async () => {
      const [amara, bela] = [await user('amara'), await user('bela')];
      const requests = [
        await ask(amara.id, 'oid-1'),
        await ask(amara.id, 'oid-2'),
        await ask(bela.id, 'oid-3'),
      ];
      const approve = (n: number) => desk.ledger.identities.decide(requests[n]!.id, true, by());
      expect(await approve(0)).toBe(true);
      // She has her first link by now; he has gone.
      await desk.write.removeUser(bela.id);
      for (const n of [1, 2]) await expect(approve(n)).rejects.toMatchObject({ reason: 'conflict' });
      expect(await desk.ledger.identities.requests()).toEqual(requests.slice(1));
      await expect(ask('nobody', 'oid-4')).rejects.toMatchObject({ reason: 'conflict' });
    });

    it('passes from somebody who was removed, and from nobody else', async () => {
      const [amara, bela] = [await user('amara'), await user('bela')];
      await link(amara.id, 'oid-1');
      const { id } = await ask(bela.id, 'oid-1');
      await expect(desk.ledger.identities.decide(id, true, by())).rejects.toMatchObject({
        reason: 'conflict',
      });
      await desk.write.removeUser(amara.id);
      expect(await desk.ledger.identities.decide(id, true, by())).toBe(true);
      expect(await candidates('oid-1')).toEqual({ ...nobody, linked: bela.id });
    });
  });

  describe('of people who go', () => {
    it('a purge keeps what recognises them, and nothing that names them', async () => {
      const amara = await user('amara', { externalId: 'mailnick-1' });
      await link(amara.id, 'oid-1');
      await ask(amara.id, 'oid-2');
      await begin(amara);
      await desk.ledger.apiKeys.add(keyOf(amara, { name: 'Oseibonsu laptop' }), 'hash', by());
      await desk.write.removeUser(amara.id);
      expect(await desk.problems()).toEqual([]);
      await desk.ledger.purgeUser(PROVIDER, amara.id, by());
      await sweepAll(desk.ledger);
      expect(await desk.stored()).not.toMatch(/amara@|oseibonsu|oid-1|oid-2|mailnick-1|hash of/i);
      const purged = { ...nobody, purged: true };
      expect(await candidates('oid-1', 'amara@kitehaus.example')).toEqual(purged);
      expect(await candidates('mailnick-1')).toEqual(purged);
      expect(await candidates('oid-2')).toEqual(nobody);
      expect(await candidates('oid-1', null, 'northwind')).toEqual(nobody);
      expect(await desk.problems()).toEqual([]);
    });

    it('a provider takes all of it along, and nothing of another', async () => {
      await desk.ledger.saveProvider(providerNamed('northwind'), 0, by());
      const other = {
        provider: 'northwind',
        id: (await scribe(desk.ledger, 'northwind').createUser({ userName: 'amara' })).id,
      };
      const amara = await user('amara');
      for (const person of [amara, other]) {
        const { id } = await ask(person.id, 'oid-1', { provider: person.provider });
        await ask(person.id, 'oid-2', { provider: person.provider });
        await desk.ledger.identities.decide(id, true, by());
        await begin(person);
        await desk.ledger.apiKeys.add(keyOf(person), `key of ${person.id}`, by());
      }
      await desk.ledger.removeProvider('northwind', by());
      const page = { after: null, limit: 9 };
      expect((await desk.ledger.sessions.list(page)).items.map((each) => each.person)).toEqual([amara]);
      expect((await desk.ledger.apiKeys.list(page)).items.map((each) => each.owner)).toEqual([amara]);
      expect((await desk.ledger.identities.requests()).map((each) => each.person)).toEqual([amara.id]);
      expect(await desk.ledger.identities.linksOf(PROVIDER, amara.id)).toHaveLength(1);
      const left = (await desk.stored()).split('\n').filter((row) => row.includes(other.id));
      expect(left.filter((row) => !/^(events|requests) /.test(row))).toEqual([]);
      expect(await desk.problems()).toEqual([]);
    });

    it('time takes sessions past their cap and links past their hour', async () => {
      const amara = await user('amara');
      const [short, long] = [await begin(amara, { expiresAt: tick() + DAY_MS }), await begin(amara)];
      await issueLink(desk.ledger);
      await desk.ledger.beginRetention('hour 1', tick());
      await sweepAll(desk.ledger);
      expect((await desk.ledger.sessions.list({ after: null, limit: 9 })).total).toBe(2);
      expect(await desk.ledger.localAdmins.isLinkLive('link', tick())).toBe(true);
      tick(DAY_MS + MINUTE_MS);
      await desk.ledger.beginRetention('hour 2', tick());
      await sweepAll(desk.ledger);
      const left = (await desk.ledger.sessions.list({ after: null, limit: 9 })).items.map((each) => each.id);
      expect(left).toEqual([long.id]);
      expect(left).not.toContain(short.id);
      expect(await desk.stored()).not.toMatch(/^setup_links /m);
    });
  });

  describe('settings that the dashboard owns', () => {
    it('come back with their revision, and are refused as stale on any other', async () => {
      const { ownSettings } = desk.ledger;
      expect(await ownSettings.read('notices')).toBeNull();
      const position = await desk.ledger.lastPosition();
      expect(await ownSettings.save('notices', { mail: ['a@x'] }, 0, by())).toBe(1);
      const both = await Promise.allSettled([
        ownSettings.save('notices', { mail: [] }, 1, by()),
        ownSettings.save('notices', { mail: ['b@x'] }, 1, by()),
        ownSettings.save('notices', {}, 0, by()),
        ownSettings.save('other', {}, 1, by()),
      ]);
      const refused = both.flatMap((each) => (each.status === 'rejected' ? [each.reason.reason] : []));
      expect(refused).toEqual(['stale', 'stale', 'stale']);
      const now = await ownSettings.read('notices');
      expect(now?.revision).toBe(2);
      const subject = { kind: 'settings', id: 'notices' };
      const first = { mail: ['a@x'] };
      expect(await told(position)).toEqual([
        {
          type: 'settings.updated',
          provider: null,
          subject,
          data: { name: 'notices', before: null, after: first },
        },
        {
          type: 'settings.updated',
          provider: null,
          subject,
          data: { name: 'notices', before: first, after: now?.value },
        },
      ]);
      await desk.reopen();
      expect(await desk.ledger.ownSettings.read('notices')).toEqual(now);
    });
  });
}
