// Somebody who is signed in, on two replicas: in on one is in on the other, out by the commit on either is out on both, and what
// may happen once happens once.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followLive } from '../harness/live-reader.ts';
import { ENTERPRISE, type ScimClient, scimClient, USER } from '../harness/scim-client.ts';
import type { Visitor } from '../sign-in/visitor.ts';
import { startTwoServers, type TwoServers } from './two-servers.ts';

const PEOPLE = 100;
const MINUTE_MS = 60_000;
const PASSWORD = 'correct horse battery staple';
const LIMIT_MS = 120_000;
const newKey = () => randomBytes(32).toString('base64');

describe('two servers on one database', () => {
  let two: TwoServers;
  const key = newKey();
  let scim: ScimClient[];
  let people: { name: string; id: string }[];

  beforeAll(async () => {
    two = await startTwoServers({ key, people: PEOPLE });
    connect();
    const crowd = [...two.entra.tenant().users.values()];
    people = await Promise.all(
      crowd.map(async (user) => {
        two.entra.assignUser(user.userPrincipalName, ['Admin']);
        const { resource } = await scim[0]!.post('/Users', {
          schemas: [USER, ENTERPRISE],
          userName: user.userPrincipalName,
          externalId: user.objectId,
          active: true,
        });
        return { name: user.userPrincipalName, id: resource.id };
      }),
    );
  }, LIMIT_MS);
  afterAll(async () => {
    for (const client of scim ?? []) client.close();
    await two?.stop();
  });

  function connect(): void {
    for (const client of scim ?? []) client.close();
    scim = two.servers.map(({ url }) => scimClient(`${url}/scim/v2`, two.token));
  }

  /** The same browser, whose next requests arrive at that replica. */
  function at(place: number, browser: Visitor): Visitor {
    const other = two.visitorOf(place);
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    return other;
  }

  const statusOf = async (browser: Visitor) =>
    (await browser.get('/api/me', { accept: 'application/json' })).status;

  const refreshes = () =>
    two.entra.requests().filter(({ target }) => target.includes('/oauth2/v2.0/token')).length;

  it('offer one set-up link when they start together, and its account is of both', async () => {
    const links = await Promise.all([0, 1, 0, 1].map((place) => two.servers[place]!.offerSetUp()));
    const [link, ...others] = links.filter((each) => each !== null);
    expect(others).toEqual([]);
    const form = { token: new URL(link!.url).hash.slice(1), name: 'admin', password: PASSWORD };
    const origin = { origin: two.publicUrl };
    const tries = await Promise.all([0, 1].map((place) => two.visitorOf(place).post('/setup', form, origin)));
    expect(tries.map(({ status }) => status).sort()).toEqual([303, 403]);
    for (const place of [0, 1]) {
      const entered = await two.visitorOf(place).post('/login', form, origin);
      expect(entered.status).toBe(303);
    }
  });

  it('know the session that the other began, and a sign-in that went there by the other', async () => {
    const browser = await two.signIn(people[0]!.name, 0);
    expect(await statusOf(at(1, browser))).toBe(200);
    const begun = two.visitorOf(0);
    const callback = await two.toCallback(begun, people[1]!.name);
    const back = at(1, begun);
    expect((await back.get(callback)).status).toBe(303);
    expect(await statusOf(at(0, back))).toBe(200);
    expect((await at(1, browser).post('/logout', {}, { origin: two.publicUrl })).status).toBe(200);
    expect(await statusOf(browser)).toBe(401);
  });

  it(
    `let nobody in whom the other has suspended: ${PEOPLE} times of ${PEOPLE}`,
    async () => {
      const statuses: number[][] = [];
      for (let turn = 0; turn < PEOPLE; turn++) {
        const { name, id } = people[turn]!;
        const [here, there] = [turn % 2, (turn + 1) % 2];
        const browser = await two.signIn(name, here);
        const before = await statusOf(at(there, browser));
        const active = (value: boolean) =>
          scim[there]!.patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value }]);
        await active(false);
        const after = await statusOf(browser);
        await active(true);
        statuses.push([before, after, await statusOf(browser)]);
      }
      expect(statuses).toEqual(Array(PEOPLE).fill([200, 401, 401]));
    },
    LIMIT_MS,
  );

  it('answer an app by the permissions that its role has by now, whichever changed them', async () => {
    const call = async (place: number, path: string, key: string, body?: object) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const how = body && { method: 'PUT', body: JSON.stringify(body) };
      const answer = await fetch(two.servers[place]!.url + path, { headers, ...how });
      return { status: answer.status, body: (await answer.json()) as { items: { permission: string }[] } };
    };
    const path = '/api/roles/developer/permissions';
    const { items } = (await call(0, `${path}?limit=500`, two.apiKey)).body;
    const all = items.map(({ permission }) => permission);
    const ask = async (place: number, whom: string) =>
      (await call(place, `/api/access?${whom}`, two.appKey)).status;
    const whom = [`id=${people[0]!.id}`, 'id=nobody', 'id=x&userName=y'];
    const told: number[][] = [];
    for (let turn = 0; turn < 20; turn++) {
      const [here, there] = [turn % 2, (turn + 1) % 2];
      const may = turn % 4 > 1;
      const permissions = all.filter((each) => may || each !== 'access:read');
      expect((await call(here, path, two.apiKey, { permissions })).status).toBe(200);
      told.push(await Promise.all(whom.map((each) => ask(there, each))));
    }
    const [no, yes] = [
      [403, 403, 403],
      [200, 404, 400],
    ];
    expect(told).toEqual(Array(5).fill([no, no, yes, yes]).flat());
  });

  it('end what a page follows on one when the other suspends its person', async () => {
    const { name, id } = people[9]!;
    const browser = await two.signIn(name, 0);
    const cookie = [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; ');
    const reader = await followLive(two.servers[1]!.url, { cookie });
    await reader.next(() => true);
    const began = performance.now();
    const active = (value: boolean) =>
      scim[0]!.patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value }]);
    await active(false);
    await reader.next(({ event }) => event === 'ended');
    expect(performance.now() - began).toBeLessThan(2_000);
    await reader.over();
    await active(true);
  });

  it('read the claims of a session anew once, whichever is asked, however often', async () => {
    const browser = await two.signIn(people[2]!.name, 0);
    for (let turn = 0; turn < 5; turn++) {
      two.pass(16 * MINUTE_MS);
      const before = refreshes();
      const statuses = await Promise.all(Array.from({ length: 30 }, (_, n) => statusOf(at(n % 2, browser))));
      expect(statuses).toEqual(Array(30).fill(200));
      expect(refreshes() - before).toBe(1);
    }
  });

  it(
    'keep sessions, and what they refresh with, while the key is changed',
    async () => {
      const browser = await two.signIn(people[3]!.name, 0);
      const underWay = two.visitorOf(0);
      const callback = await two.toCallback(underWay, people[4]!.name);
      const next = newKey();
      // The order of docs/keys.md.
      for (const keys of [[key, next], [next, key], [next]]) {
        if (keys.length === 1) {
          const rotated = await two.servers[0]!.inject({ method: 'POST', url: '/api/key/rotate' });
          expect(rotated.statusCode).toBe(200);
        }
        for (const place of [0, 1]) {
          await two.restart(place, keys);
          expect(await statusOf(at(place, browser))).toBe(200);
        }
        if (keys[0] === next && keys.length === 2) {
          expect((await at(1, underWay).get(callback)).status).toBe(303);
        }
      }
      connect();
      two.pass(16 * MINUTE_MS);
      const before = refreshes();
      expect([await statusOf(at(0, browser)), await statusOf(at(1, browser))]).toEqual([200, 200]);
      expect(refreshes() - before).toBe(1);
    },
    LIMIT_MS,
  );
});
