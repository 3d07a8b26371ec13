// POST /api/requests/{id}/plan and /api/requests/{id}/replay: what a logged request would do now, and doing it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplayJson } from '../../src/edge/admin/request-replay.ts';
import { BULK_REQUEST, ENTERPRISE, GROUP, type Operation, scimClient } from '../harness/scim-client.ts';
import { type Fixture, keys, type Page, startFixture, told, userBody } from './fixture.ts';

interface Logged {
  id: string;
  method: string;
  status: number;
  token: string | null;
  tags: string[];
  effectCount: number;
  obstacle: string | null;
}

let api: Fixture;
let amara: string;

beforeAll(async () => {
  api = await startFixture();
  [amara] = (await api.pushUsers('amara@contoso.com/Sales')) as [string];
});
afterAll(() => api.stop());

const newest = async () => (await api.get<Page<Logged>>('/api/requests?limit=1')).body.items[0]!;
/** The request that `act` left in the log. */
async function logged(act: () => Promise<unknown>): Promise<string> {
  await act();
  return (await newest()).id;
}
const patch = (user: string, ...operations: Operation[]) => api.scim.patch(`/Users/${user}`, operations);
const moves = (department: string) =>
  logged(() => patch(amara, { op: 'replace', path: `${ENTERPRISE}:department`, value: department }));
const plan = (id: string) => api.send<ReplayJson>('POST', `/api/requests/${id}/plan`);
const replay = (id: string) => api.send<ReplayJson>('POST', `/api/requests/${id}/replay`);

/** Everything that is kept, but for when it was looked at. */
async function everything(): Promise<string[]> {
  const { text } = await api.get('/api/export');
  return text.split('\n').filter((line) => line.startsWith('['));
}

const NOTES_WITHIN_MS = 1_200;

/** The same, once what is noted beside requests is written: when a token was used, how many SCIM took from (edge/scim/wave.ts). */
async function settled(): Promise<string[]> {
  for (let before = await everything(), tries = 0; tries < 10; tries++) {
    await new Promise((resolve) => setTimeout(resolve, NOTES_WITHIN_MS));
    const now = await everything();
    if (now.join() === before.join()) return now;
    before = now;
  }
  throw new Error('something goes on being written');
}

describe('a dry replay', () => {
  it('says what it would take and give now, by name, and leaves nothing behind', async () => {
    const toSails = await moves('Sails');
    await moves('Kites');
    const before = await settled();
    expect(before.length).toBeGreaterThan(5);
    const { status, body } = await plan(toSails);
    expect(status).toBe(200);
    expect(body).toMatchObject({ dry: true, status: 200, detail: null, request: null, later: false });
    expect(body.words).toBe('Updated Amara: department');
    expect(body.losses.map(({ user, target }) => [user.name, target.kind, target.name])).toEqual([
      ['Amara', 'businessUnit', 'Kites'],
    ]);
    expect(body.gains.map(({ user, target }) => [user.name, target.kind, target.name])).toEqual([
      ['Amara', 'businessUnit', 'Sails'],
    ]);
    expect(body.effects[0]!.words).toContain('changed Amara');
    expect(await settled()).toEqual(before);
  });

  it('of a new person and a new group names them, and makes neither', async () => {
    const made = await logged(() => api.scim.post('/Users', userBody('kofi@contoso.com/Ropes')));
    const kofi = (await api.get<Page<{ id: string }>>('/api/users?search=kofi')).body.items[0]!.id;
    const group = { schemas: [GROUP], displayName: 'Harbour', members: [{ value: amara }] };
    const madeGroup = await logged(async () => {
      const { resource } = await api.scim.post('/Groups', group);
      await api.scim.delete(`/Groups/${resource.id}`);
    });
    const post = (await api.get<Page<Logged>>('/api/requests?method=POST&limit=1')).body.items[0]!.id;
    expect((await plan(made)).body).toMatchObject({ status: 409, detail: expect.any(String), effects: [] });
    await api.scim.delete(`/Users/${kofi}`);
    const before = await settled();
    const again = (await plan(made)).body;
    expect(again).toMatchObject({ status: 201, words: 'Created Kofi anew, after a removal' });
    expect(again.gains.every(({ user }) => user.name === 'Kofi')).toBe(true);
    expect((await plan(post)).body.gains).toMatchObject([
      { user: { id: amara }, target: { name: 'Harbour' } },
    ]);
    expect((await plan(madeGroup)).body).toMatchObject({ status: 404 });
    expect(await everything()).toEqual(before);
  });
});

describe('a replay for real', () => {
  it('takes effect by the one who asks, with a request that names the old one; a second one changes nothing', async () => {
    const toSails = await moves('Sails');
    await moves('Kites');
    let done: ReplayJson | undefined;
    const events = await api.eventsOf(async () => {
      done = (await replay(toSails)).body;
    });
    expect(done).toMatchObject({ dry: false, status: 200, gains: [{ target: { name: 'Sails' } }] });
    expect(told(events)).toEqual([
      `user.updated -> user ${amara}`,
      expect.stringMatching(/^grant\.removed -> .* businessUnit /),
      expect.stringMatching(/^grant\.removed -> .* role viewer/),
      expect.stringMatching(/^grant\.added -> .* businessUnit /),
      expect.stringMatching(/^grant\.added -> .* role viewer/),
    ]);
    expect(events.map(({ actor }) => actor.kind)).toEqual(Array(5).fill('key'));
    expect(new Set(events.map(({ cause }) => cause?.id))).toEqual(new Set([done!.request]));
    const row = (await api.get<Logged>(`/api/requests/${done!.request}`)).body;
    expect(row).toMatchObject({ status: 200, token: null, effectCount: 5, tags: [`replay:${toSails}`] });
    const second = await api.eventsOf(async () => {
      expect((await replay(toSails)).body).toMatchObject({ status: 200, effects: [], gains: [], losses: [] });
    });
    expect(second).toEqual([]);
    expect((await api.send<{ ok: boolean }>('POST', '/api/verify')).body.ok).toBe(true);
  });

  it('counts towards the alarm of a wave, which a dry one does not', async () => {
    const [ben] = (await api.pushUsers('ben@contoso.com')) as [string];
    const suspends = await logged(() => patch(ben, { op: 'replace', path: 'active', value: false }));
    await patch(ben, { op: 'replace', path: 'active', value: true });
    const counted = (rows: string[]) =>
      rows.flatMap((row) => /^\["entra","scim",\d+,(\d+)\]$/.exec(row)?.slice(1).map(Number) ?? []);
    const sum = async () => counted(await settled()).reduce((all, each) => all + each, 0);
    const before = await sum();
    expect((await plan(suspends)).body.words).toContain('Suspended');
    expect((await replay(suspends)).body.words).toContain('Suspended');
    expect(await sum()).toBe(before + 1);
  });

  it('of somebody who was removed is refused as it would be for the provider, and logged so', async () => {
    const [zoe] = (await api.pushUsers('zoe@contoso.com')) as [string];
    const id = await logged(() => patch(zoe, { op: 'replace', path: 'title', value: 'Maker' }));
    await api.scim.delete(`/Users/${zoe}`);
    const events = await api.eventsOf(async () => {
      expect((await plan(id)).body).toMatchObject({ status: 404, detail: expect.stringContaining(zoe) });
      const { body } = await replay(id);
      expect(body).toMatchObject({ status: 404, effects: [] });
      expect((await api.get<Logged>(`/api/requests/${body.request}`)).body).toMatchObject({
        status: 404,
        tags: [`replay:${id}`],
      });
    });
    expect(events).toEqual([]);
  });
});

describe('what cannot be replayed', () => {
  const post = (body: object) => logged(() => api.scim.post('/Users', body as never));
  const cases: [string, () => Promise<string>, string][] = [
    [
      'a password, masked',
      () => post({ ...userBody('ida@contoso.com'), password: 'kite-and-rope' }),
      'password',
    ],
    [
      'a body that was cut',
      () => post({ ...userBody('max@contoso.com'), nickName: 'x'.repeat(17_000) }),
      'beginning',
    ],
    ['what only read', () => logged(() => api.scim.get(`/Users/${amara}`)), 'only read'],
    [
      'a bulk request',
      () =>
        logged(() =>
          api.scim.post('/Bulk', {
            schemas: [BULK_REQUEST],
            Operations: [{ method: 'DELETE', path: '/Users/nobody' }],
          } as never),
        ),
      'bulk',
    ],
    [
      'a credential that was refused',
      () =>
        logged(async () => {
          const stranger = scimClient(api.server.scim, 'a-token-that-nobody-knows-here1');
          await stranger.delete(`/Users/${amara}`);
          stranger.close();
        }),
      'credential',
    ],
  ];

  it.each(cases)('%s', async (_, send, why) => {
    const id = await send();
    const before = await settled();
    for (const answer of [await plan(id), await replay(id)]) {
      expect([answer.status, answer.problem.detail]).toEqual([409, expect.stringContaining(why)]);
    }
    expect((await api.get<Logged>(`/api/requests/${id}`)).body.obstacle).toContain(why);
    expect(await everything()).toEqual(before);
  });

  it('what nobody ever sent', async () => {
    expect([(await plan('nothing')).status, (await replay('nothing')).status]).toEqual([404, 404]);
  });

  it('without the permission to, though everybody who sees requests may look', async () => {
    const id = await moves('Sails');
    const as = (key: string, what: string) => api.send('POST', `/api/requests/${id}/${what}`, { key });
    expect((await as(keys.developer, 'plan')).status).toBe(200);
    expect((await as(keys.developer, 'replay')).status).toBe(403);
    expect((await as(keys.viewer, 'plan')).status).toBe(403);
  });

  it('what came to a provider that is disabled since', async () => {
    const body = { name: 'harbour', kind: 'oidc', clientId: 'x', issuer: 'https://id.contoso.com', scim: {} };
    const made = (await api.send<{ id: string; scim: { token: string } }>('POST', '/api/providers', { body }))
      .body;
    const client = scimClient(api.server.scim, made.scim.token);
    const id = await logged(() => client.post('/Users', userBody('ada@harbour.example')));
    client.close();
    await api.send('PATCH', `/api/providers/${made.id}`, { body: { enabled: false } });
    const answer = await replay(id);
    expect([answer.status, answer.problem.detail]).toEqual([409, expect.stringContaining('is disabled')]);
    expect((await api.get<Logged>(`/api/requests/${id}`)).body.obstacle).toContain('is disabled');
  });

  it('what came to a provider that is gone', async () => {
    const body = { name: 'quay', kind: 'oidc', clientId: 'x', issuer: 'https://quay.contoso.com', scim: {} };
    const made = (await api.send<{ id: string; scim: { token: string } }>('POST', '/api/providers', { body }))
      .body;
    const client = scimClient(api.server.scim, made.scim.token);
    const id = await logged(() => client.patch('/Users/nobody', [{ op: 'remove', path: 'title' }]));
    client.close();
    expect((await api.send('DELETE', `/api/providers/${made.id}`)).status).toBe(204);
    const why = expect.stringContaining('provider is not there any more');
    const answer = await plan(id);
    expect([answer.status, answer.problem.detail]).toEqual([409, why]);
    expect((await api.get<Logged>(`/api/requests/${id}`)).body.obstacle).toEqual(why);
  });
});

it('needs no token, so that what came by one that has ended can be replayed', async () => {
  const id = await moves('Ropes');
  await moves('Kites');
  const by = { at: Date.now(), actor: { kind: 'system' as const, id: 'test' }, cause: null };
  for (const { id: token } of await api.server.ledger.tokens('entra')) {
    await api.server.ledger.revokeToken('entra', token, { at: by.at }, by);
  }
  expect((await replay(id)).body).toMatchObject({ status: 200, gains: [{ target: { name: 'Ropes' } }] });
});
