// Graph as an application: its token, patience with a busy server, links, and what counts as an answer about a person.

import { describe, expect, it } from 'vitest';
import { askGraph, type GraphRequest } from '../../src/provider/graph.ts';
import { personInGraph } from '../../src/provider/graph-people.ts';
import {
  type Answer,
  away,
  type Call,
  entra,
  GRAPH,
  OID,
  providerOf,
  SECRET,
  serveEntra,
  V2,
  type World,
  world,
} from './world.ts';

const TOKEN = `${V2}/token`;
const HOUR = 3_600_000;

function ready(options: Parameters<typeof world>[0] = {}): World {
  const here = world(options);
  serveEntra(here, []);
  let tokens = 0;
  here.on(TOKEN, () => ({ body: { access_token: `token-${++tokens}`, expires_in: 3600 } }));
  return here;
}

/** Answers one after another; the last one stays. */
function inTurn(...answers: readonly (Answer | ReturnType<typeof away>)[]) {
  let turn = 0;
  return () => answers[Math.min(turn++, answers.length - 1)]!;
}

const denied = (code: string, status = 403): Answer => ({
  status,
  body: { error: { code, message: '<b>no</b>' } },
});
const fine: Answer = { body: { id: OID } };
const ask = (here: World, request: Partial<GraphRequest> = {}) =>
  askGraph(here.reach, entra, { path: '/users', ...request });

describe("the application's token", () => {
  it('is asked for once, for a crowd and for most of its life', async () => {
    const here = ready();
    here.on(GRAPH, fine);
    await Promise.all(Array.from({ length: 20 }, () => ask(here)));
    here.pass(54 * 60_000);
    await ask(here);
    expect(here.asked(TOKEN)).toBe(1);
    expect(here.calls.find(({ url }) => url === TOKEN)?.form).toMatchObject({
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    });
    here.pass(2 * 60_000);
    await ask(here);
    expect(here.asked(TOKEN)).toBe(2);
  });

  it('that Graph does not take is asked for anew, once', async () => {
    const here = ready();
    const seen: unknown[] = [];
    here.on(GRAPH, (call: Call) => {
      seen.push(call.headers?.authorization);
      return seen.length === 1 ? denied('InvalidAuthenticationToken', 401) : fine;
    });
    expect(await ask(here)).toMatchObject({ ok: true, requests: 2 });
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2']);
    here.on(GRAPH, denied('InvalidAuthenticationToken', 401));
    expect(await ask(here)).toMatchObject({ ok: false, kind: 'appCredentials', requests: 2 });
  });

  it('that cannot be had is a failure of the credentials, or nobody is there', async () => {
    const wrong = ready();
    wrong.on(TOKEN, {
      status: 401,
      body: { error: 'invalid_client', error_description: 'AADSTS7000215: wrong' },
    });
    const answer = await ask(wrong);
    expect(answer).toMatchObject({ ok: false, kind: 'appCredentials', code: 'AADSTS7000215' });
    expect(JSON.stringify(answer)).not.toContain(SECRET);
    expect(await ask(ready({ secret: null }))).toMatchObject({ kind: 'appCredentials' });
    const gone = ready();
    gone.on(TOKEN, away());
    expect(await ask(gone)).toMatchObject({ kind: 'unreachable' });
    const okta = providerOf('okta', { issuer: 'https://id.example' });
    expect(await askGraph(ready().reach, okta, { path: '/users' })).toMatchObject({ kind: 'appCredentials' });
  });
});

describe('a busy server', () => {
  it('is waited for as long as it says, and a little more', async () => {
    const here = ready();
    here.on(GRAPH, inTurn({ status: 429, headers: { 'retry-after': '3' } }, fine));
    expect(await ask(here)).toMatchObject({ ok: true, requests: 2 });
    expect(here.waits).toEqual([3_250]);
  });

  it('that does not say how long is waited for twice as long each time', async () => {
    const here = ready();
    here.on(GRAPH, inTurn({ status: 429 }, { status: 503 }, away('timeout'), fine));
    expect(await ask(here)).toMatchObject({ ok: true, requests: 4 });
    expect(here.waits).toEqual([750, 1_500, 3_000]);
  });

  it('is left alone where patience would end before', async () => {
    const here = ready();
    here.on(GRAPH, { status: 429, headers: { 'retry-after': '60' } });
    expect(await ask(here)).toMatchObject({ kind: 'throttled', retryAfterMs: 60_000, requests: 1 });
    expect(await ask(here, { patienceMs: HOUR })).toMatchObject({ kind: 'throttled', requests: 8 });
    here.on(GRAPH, { status: 500 });
    expect(await ask(here)).toMatchObject({ kind: 'unreachable', status: 500 });
  });

  it('is not asked again for what is an answer', async () => {
    const kinds = [
      [denied('Authorization_RequestDenied'), 'forbidden'],
      [denied('Request_ResourceNotFound', 404), 'notFound'],
      [denied('Request_BadRequest', 400), 'refused'],
      [denied('syncStateNotFound', 410), 'refused'],
      [denied('NotImplemented', 501), 'refused'],
    ] as const;
    for (const [answer, kind] of kinds) {
      const here = ready();
      here.on(GRAPH, answer);
      const said = await ask(here);
      expect(said).toMatchObject({ ok: false, kind, requests: 1 });
      expect(!said.ok && said.message).not.toContain('<b>');
    }
  });
});

describe('a link', () => {
  it('of Graph is followed as it is; one that leads elsewhere does not get the token', async () => {
    const here = ready();
    here.on('https://', fine);
    serveEntra(here, []);
    const next = `${GRAPH}/users?$skiptoken=a%2Bb`;
    expect(await ask(here, { path: next, headers: { consistencylevel: 'eventual' } })).toMatchObject({
      ok: true,
    });
    expect(here.calls.at(-1)).toMatchObject({ url: next, headers: { consistencylevel: 'eventual' } });
    const before = here.calls.length;
    for (const path of [
      'https://evil.example/v1.0/users',
      'https://graph.microsoft.com.evil.example/v1.0/users',
      'https://graph.microsoft.com@evil.example/v1.0/users',
      'http://graph.microsoft.com/v1.0/users',
      'https://graph.microsoft.com/beta/users',
      'https://graph.microsoft.com:444/v1.0/users',
      '//evil.example/users',
      'users',
    ]) {
      expect([path, await ask(here, { path })]).toMatchObject([path, { ok: false, kind: 'refused' }]);
    }
    expect(here.calls.length).toBe(before);
  });
});

describe('a person in Graph', () => {
  const USER = `${GRAPH}/users/${OID}`;
  const DELETED = `${GRAPH}/directory/deletedItems/${OID}`;
  const gone = denied('Request_ResourceNotFound', 404);
  const look = async (user: Answer, deleted: Answer = gone) => {
    const here = ready();
    here.on(USER, user);
    here.on(DELETED, deleted);
    return personInGraph(here.reach, entra, OID);
  };

  it('is there, enabled or not', async () => {
    const found = { known: true, found: true, userPrincipalName: 'ada@contoso.example' };
    for (const accountEnabled of [true, false]) {
      const body = { id: OID, accountEnabled, userPrincipalName: 'ada@contoso.example' };
      expect(await look({ body })).toEqual({ ...found, accountEnabled });
    }
  });

  it('is deleted, or gone without a trace', async () => {
    expect(await look(gone, fine)).toEqual({ known: true, found: false, deleted: true });
    expect(await look(gone, gone)).toEqual({ known: true, found: false, deleted: false });
  });

  it('is unknown in every other case', async () => {
    const answers: [Answer, Answer?][] = [
      [{ body: { id: OID, accountEnabled: null, userPrincipalName: null } }],
      [{ body: { id: OID } }],
      [denied('Authorization_RequestDenied')],
      [{ status: 404, body: '<html>no such page</html>' }],
      [{ status: 404, body: { error: { code: 'UnknownError', message: '' } } }],
      [{ status: 500 }],
      [{ body: '<html>' }],
      [gone, denied('Authorization_RequestDenied')],
      [gone, { status: 503 }],
    ];
    for (const [user, deleted] of answers) expect(await look(user, deleted)).toMatchObject({ known: false });
    expect(await personInGraph(ready().reach, entra, '../../organization')).toMatchObject({ known: false });
  });
});
