// A server as an operator watches it: spans by `node --import`, a line in the log for each request, and in neither of them a
// secret or a person.

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSite, type Site, userBody } from './fixture.ts';
import { bifrost, endPrograms, type Program } from './program.ts';

interface Span {
  traceId: string;
  spanId: string;
  parent: string | null;
  name: string;
  kind: number;
  attributes: Record<string, string | number>;
  status: { code: number };
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const REGISTER = new URL('register-traces.mjs', import.meta.url).href;
const PERSON = 'amara.osei@contoso.com';
const WRONG_TOKEN = 'wrong-token-of-somebody-000001';
const PASSWORD = 'a password that nobody has 1';

let site: Site;
let folder: string;
let server: Program;
let url: string;
let spans: Span[];
/** `x-request-id` of the answers. */
const ids = new Map<string, string>();

beforeAll(async () => {
  site = await makeSite(null);
  folder = await mkdtemp(join(tmpdir(), 'bifrost-spans-'));
  const file = join(folder, 'spans.jsonl');
  const env = { ...site.env, NODE_OPTIONS: `--import=${REGISTER}`, SPANS: file };
  server = bifrost(
    { ...env, BIFROST_LOG_LEVEL: 'debug', BIFROST_TRUSTED_PROXY: '127.0.0.1' },
    ...['start', '--json'],
  );
  await server.says('\n');
  url = (JSON.parse(server.out.split('\n')[0]!) as { url: string }).url;
  await scenario();
  server.child.kill('SIGTERM');
  expect(await server.ended).toEqual({ code: 0, signal: null });
  spans = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Span);
}, 60_000);
afterAll(async () => {
  await endPrograms();
  await site.remove();
  await rm(folder, { recursive: true, force: true });
});

async function scenario(): Promise<void> {
  const scim = { authorization: `Bearer ${site.token}`, 'content-type': 'application/scim+json' };
  const send = async (called: string, path: string, request: RequestInit = {}) => {
    const answer = await fetch(url + path, { redirect: 'manual', ...request });
    ids.set(called, answer.headers.get('x-request-id') ?? '');
    return answer;
  };
  const body = JSON.stringify(userBody(PERSON));
  const forwarded = { ...scim, traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, 'x-request-id': 'proxy-77' };
  const made = await send('create', '/scim/v2/Users', { method: 'POST', headers: forwarded, body });
  const { id } = (await made.json()) as { id: string };
  await send('find', `/scim/v2/Users?filter=${encodeURIComponent(`userName eq "${PERSON}"`)}`, {
    headers: scim,
  });
  await send('read', `/scim/v2/Users/${id}`, { headers: scim });
  await send('again', '/scim/v2/Users', { method: 'POST', headers: scim, body });
  await send('wrong', '/scim/v2/Users', { headers: { authorization: `Bearer ${WRONG_TOKEN}` } });
  await send('key', `/api/users?search=${encodeURIComponent(PERSON)}`, {
    headers: { authorization: `Bearer ${site.apiKey}`, cookie: `__Host-bifrost=${'s'.repeat(43)}` },
  });
  const form = new URLSearchParams({ name: PERSON, password: PASSWORD });
  await send('password', '/login', { method: 'POST', headers: { origin: url }, body: form });
  await send('nowhere', `/${PERSON}/nothing?token=${site.token}`);
  await send('probe', '/healthz');
}

const named = (name: string) => spans.filter((span) => span.name === name);
const logged = () =>
  server.err
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const lineOf = (called: string) =>
  logged().find(({ requestId, msg }) => msg === 'request' && requestId === ids.get(called));

describe('spans', () => {
  test('a request is one, with the route as a pattern, and the operation below it', () => {
    const [create] = named('POST /scim/v2/Users');
    expect(create).toMatchObject({
      kind: 1,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/scim/v2/Users',
        'http.response.status_code': 201,
        'bifrost.request_id': ids.get('create'),
      },
    });
    const operation = named('ledger.transact').find(({ parent }) => parent === create!.spanId);
    expect(operation?.attributes).toMatchObject({ 'bifrost.decisions': 1 });
    expect(operation?.attributes['bifrost.events']).toBeGreaterThan(0);
    const below = spans.filter(({ parent }) => parent === operation!.spanId).map(({ name }) => name);
    expect(below).toEqual(['ledger.load', 'ledger.commit']);
  });

  test('the trace of a trusted proxy goes on; a request without one begins its own', () => {
    const [create, again] = named('POST /scim/v2/Users');
    expect(create).toMatchObject({ traceId: TRACE, parent: '00f067aa0ba902b7' });
    expect(again!.traceId).not.toBe(TRACE);
    expect(again!.parent).toBeNull();
  });

  test('a refusal has its reason, and no words', () => {
    const [, again] = named('POST /scim/v2/Users');
    expect(again!.attributes['http.response.status_code']).toBe(409);
    const refused = named('ledger.transact').find(({ parent }) => parent === again!.spanId);
    expect(refused?.attributes['error.type']).toBe('uniqueness');
  });
});

describe('the log', () => {
  test('has a line for each request, by the id in its answer', () => {
    expect(new Set(ids.values()).size).toBe(ids.size);
    expect(lineOf('create')).toMatchObject({
      level: 'info',
      method: 'POST',
      route: '/scim/v2/Users',
      status: 201,
      proxyRequestId: 'proxy-77',
      durationMs: expect.any(Number),
    });
    expect(lineOf('read')).toMatchObject({ route: '/scim/v2/Users/:id', status: 200 });
    expect(lineOf('nowhere')).toMatchObject({ route: 'none', status: 404 });
    expect(lineOf('wrong')).toMatchObject({ status: 401 });
  });

  test('leaves probes to whoever looks for them', () => {
    expect(lineOf('probe')).toMatchObject({ level: 'debug', route: '/healthz' });
  });
});

test('neither of them holds a secret or a person', () => {
  const all = server.err + JSON.stringify(spans);
  for (const secret of [site.token, site.apiKey, WRONG_TOKEN, PASSWORD, 's'.repeat(43)]) {
    expect(all).not.toContain(secret);
  }
  for (const personal of [PERSON, 'amara', 'contoso']) expect(all.toLowerCase()).not.toContain(personal);
});
