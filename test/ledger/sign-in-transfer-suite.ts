// What an export carries of signing in, and what it leaves behind.

import { describe, expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import { exportTables } from '../../src/ledger/export-tables.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Open } from './opened.ts';
import { by, PROVIDER, scribe, seed, tick } from './scribe.ts';
import { ISSUER, issueLink, keyOf, MINUTE_MS, makeAdmin, sessionOf } from './sign-in-desk.ts';

const key = { issuer: ISSUER, subject: 'oid-1' };

/** Somebody linked, with a session and an API key; an administrator, a link that waits, a setting. */
async function filled(ledger: Ledger) {
  await seed(ledger);
  const write = scribe(ledger);
  const root = await makeAdmin(ledger);
  const { id } = await write.createUser({ userName: 'amara' });
  const person = { provider: PROVIDER, id };
  const request = { provider: PROVIDER, key, person: id, userName: 'amara', askedAt: tick() };
  const linked = newId(tick());
  await ledger.identities.request({ ...request, id: linked }, by());
  await ledger.identities.decide(linked, true, by());
  const waiting = { ...request, id: newId(tick()), key: { ...key, subject: 'oid-2' } };
  await ledger.identities.request(waiting, by());
  const apiKey = keyOf(person);
  await ledger.apiKeys.add(apiKey, 'key', by());
  await ledger.sessions.begin(sessionOf(person, { hash: 'session' }), by());
  await ledger.ownSettings.save('notices', { mail: ['a@x'] }, 0, by());
  await issueLink(ledger, 'link of the former');
  return { root, id, waiting, apiKey };
}

async function carry(from: Ledger, to: Ledger): Promise<void> {
  const snapshot = await from.snapshot();
  const importer = await to.importer('file', tick());
  for (const { name } of exportTables) {
    for await (const rows of snapshot.rows(name)) await importer.write(name, rows, 1);
  }
  await importer.finish();
  await snapshot.close();
}

export function signInTransferSuite(open: Open): void {
  describe('an export', () => {
    it('carries who is who, who administers and what opens, but nobody who is signed in', async () => {
      const [former, next] = [await open(), await open()];
      try {
        const { root, id, waiting, apiKey } = await filled(former.ledger);
        const at = tick();
        const ofStart = { ...by(), cause: { kind: 'start' as const, id: 'x' } };
        const link = { hash: 'link of the start', createdAt: at, expiresAt: at + MINUTE_MS };
        await next.ledger.localAdmins.issueLink(link, ofStart);
        await carry(former.ledger, next.ledger);
        const { localAdmins, identities, apiKeys, sessions, ownSettings } = next.ledger;
        expect(await localAdmins.list()).toEqual([root]);
        expect(await identities.linksOf(PROVIDER, id)).toEqual(
          await former.ledger.identities.linksOf(PROVIDER, id),
        );
        expect(await identities.requests()).toEqual([waiting]);
        expect(await apiKeys.find('key', tick())).toEqual(apiKey);
        expect(await ownSettings.read('notices')).toEqual({ revision: 1, value: { mail: ['a@x'] } });
        expect((await sessions.list({ after: null, limit: 9 })).total).toBe(0);
        for (const hash of ['link of the start', 'link of the former']) {
          expect(await localAdmins.isLinkLive(hash, at)).toBe(false);
        }
        expect((await next.ledger.verify()).problems).toEqual([]);
      } finally {
        await former.destroy();
        await next.destroy();
      }
    });
  });
}
