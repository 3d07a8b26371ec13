// What examples/ has, as an operator would run it: nginx before an application, and an application that asks for itself.
// The configurations of other proxies are parsed, and name what they must.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { identityHeaders } from '../../src/edge/forward-auth/identity-headers.ts';
import type { Person } from '../../src/identity/sign-in.ts';
import { sha256Hex } from '../../src/secret.ts';
import { type Fixture, keys, startFixture } from '../admin/fixture.ts';
import { by, personNamed, sessionOf } from '../admin/signed-in.ts';
import { findNginx, freePort, type Nginx, startNginx } from './nginx-program.ts';

const example = (path: string) => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
const textOf = (path: string) => readFileSync(example(path), 'utf8');

const APP_KEY = 'key-of-an-application-of-ours-01';
const nginx = await findNginx();
let api: Fixture;
let port: number;
let running: Nginx | null = null;
/** The application behind nginx: says what arrived. */
let orders: Server;
let arrived: { method: string; headers: Record<string, string> }[] = [];
let shop: { url: string; stop(): Promise<void> };
/** Between that application and Bifrost: the statuses of its answers. */
let between: Server;
let answered: number[] = [];
let amara: Person;
let cookie: string;
let next = 0;

beforeAll(async () => {
  port = await freePort();
  api = await startFixture({
    env: { BIFROST_PUBLIC_URL: `http://127.0.0.1:${port}`, BIFROST_TRUSTED_PROXY: '127.0.0.1' },
    config: {
      permissions: [{ resource: 'orders', operations: ['read', 'approve'] }],
      apiKeys: [
        { name: 'ops', key: keys.admin, role: 'Admin' },
        { name: 'shop', key: APP_KEY, role: 'Developer', permissions: ['access:read'] },
      ],
    },
  });
  await api.send('POST', '/api/roles', { body: { name: 'Buyer', permissions: ['orders:read'] } });
  orders = createServer((request, response) => {
    arrived.push({ method: request.method!, headers: request.headers as Record<string, string> });
    response.end('orders');
  }).listen(0, '127.0.0.1');
  between = createServer(async (request, response) => {
    const headers = request.headers as Record<string, string>;
    const { authorization = '', 'if-none-match': tag } = headers;
    const answer = await fetch(api.server.url + request.url, {
      headers: { authorization, ...(tag && { 'if-none-match': tag }) },
    }).catch(() => null);
    if (answer === null) return void response.destroy();
    answered.push(answer.status);
    const etag = answer.headers.get('etag');
    response.writeHead(answer.status, etag ? { etag } : {}).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await Promise.all([once(orders, 'listening'), once(between, 'listening')]);
  if ('program' in nginx) running = await startNginx(nginx.program, nginxConfig(), port);
  shop = await startShop();
}, 60_000);

afterAll(async () => {
  await running?.stop();
  await shop?.stop();
  for (const server of [orders, between]) server.close();
  await api.stop().catch(() => {});
});

beforeEach(async () => {
  arrived = [];
  answered = [];
  amara = await personNamed(api, `amara${++next}`, 'Buyer');
  const secret = randomBytes(32).toString('base64url');
  await api.server.ledger.sessions.begin({ ...sessionOf(amara), hash: sha256Hex(secret) }, by());
  cookie = `__Host-bifrost=${secret}`;
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function nginxConfig(): string {
  return textOf('nginx/nginx.conf')
    .replace('server 127.0.0.1:8080;', `server 127.0.0.1:${new URL(api.server.url).port};`)
    .replace('server 127.0.0.1:3000;', `server 127.0.0.1:${portOf(orders)};`)
    .replace('listen 127.0.0.1:8000;', `listen 127.0.0.1:${port};`);
}

async function startShop() {
  const env = { BIFROST_URL: `http://127.0.0.1:${portOf(between)}`, BIFROST_API_KEY: APP_KEY, PORT: '0' };
  const child = spawn(process.execPath, [example('access-app.mjs')], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const stop = async () => {
    child.kill();
    await once(child, 'exit');
  };
  return { url: line.trim(), stop };
}

const suspend = () => api.scim.patch(`/Users/${amara.id}`, [{ op: 'replace', path: 'active', value: false }]);

describe.skipIf('missing' in nginx)('examples/nginx', () => {
  const ask = (headers: Record<string, string> = { cookie }, method = 'GET', path = '/orders/7?page=2') =>
    fetch(`http://127.0.0.1:${port}${path}`, { method, headers, redirect: 'manual' });

  it('lets through who is signed in, and says who it is', async () => {
    const answer = await ask();
    expect([answer.status, await answer.text()]).toEqual([200, 'orders']);
    expect(arrived[0]!.headers).toMatchObject({
      'x-bifrost-user-id': amara.id,
      'x-bifrost-user-name': `amara${next}@contoso.com`,
      'x-bifrost-role': 'Buyer',
      'x-bifrost-permissions': 'orders:read',
    });
  });

  it('hands on neither the session nor what a visitor says of themselves', async () => {
    const spoofed = Object.fromEntries(
      ['User-Id', 'Provider', 'User-Name', 'Role', 'Teams', 'Business-Units', 'Left-Out'].flatMap((name) => [
        [`X-Bifrost-${name}`, 'spoofed'],
        [`X_Bifrost_${name.replace('-', '_')}`, 'spoofed'],
      ]),
    );
    for (const cookies of [
      `theme=dark; ${cookie}; lang=de`,
      `${cookie}; theme=dark`,
      `theme=dark; ${cookie}`,
    ]) {
      expect((await ask({ ...spoofed, cookie: cookies })).status).toBe(200);
    }
    expect(arrived).toHaveLength(3);
    expect(JSON.stringify(arrived)).not.toMatch(/spoofed|__Host-bifrost/);
    expect(arrived.map(({ headers }) => headers.cookie?.replace(/;\s*$/, ''))).toEqual([
      'theme=dark; lang=de',
      'theme=dark',
      'theme=dark',
    ]);
  });

  it('leads who is not signed in to signing in, on this host, whatever they say', async () => {
    const answer = await ask({ 'x-forwarded-uri': '//evil.example', 'x-forwarded-host': 'evil.example' });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `http://127.0.0.1:${port}/login?returnTo=%2Forders%2F7%3Fpage%3D2`,
    ]);
    expect((await fetch(answer.headers.get('location')!)).status).toBe(200);
    expect((await ask({}, 'GET', '/_bifrost')).status).toBe(404);
    expect(arrived).toEqual([]);
  });

  it('denies what needs more than they have', async () => {
    expect((await ask({ cookie }, 'POST')).status).toBe(403);
    expect(arrived).toEqual([]);
  });

  it('denies whoever is suspended over SCIM with the very next request', async () => {
    expect((await ask()).status).toBe(200);
    await suspend();
    expect((await ask()).status).toBe(303);
    expect(arrived).toHaveLength(1);
  });
});

it.skipIf(!('missing' in nginx))(
  `examples/nginx was not run: ${'missing' in nginx ? nginx.missing : ''}`,
  () => {
    expect(running).toBeNull();
  },
);

describe('examples/access-app.mjs', () => {
  const ask = async (
    method = 'GET',
    headers: Record<string, string> = { 'x-demo-oid': `oid-amara${next}` },
  ) => {
    const answer = await fetch(`${shop.url}/orders`, { method, headers });
    return [answer.status, (await answer.text()).trim()] as const;
  };

  it('asks each time, and is told 304 while nothing changed', async () => {
    await api.pushGroup(`Ops ${next}`, [amara.id]);
    for (const n of [1, 2, 3]) {
      expect([n, ...(await ask())]).toEqual([n, 200, `Good day, Amara${next}. Your teams: Ops ${next}`]);
    }
    expect(answered).toEqual([200, 304, 304]);
  });

  it('denies: nobody, somebody never seen, what they may not, and whoever was just suspended', async () => {
    expect(await ask('GET', {})).toEqual([401, 'Sign in first.']);
    expect((await ask('GET', { 'x-demo-oid': 'never' }))[0]).toBe(403);
    expect(await ask('POST')).toEqual([403, 'That needs the permission orders:approve.']);
    expect((await ask())[0]).toBe(200);
    await suspend();
    expect(await ask()).toEqual([403, 'You may not come in.']);
  });
});

describe('the configurations of other proxies', () => {
  const person = { id: '1', provider: 'p', userName: 'a', displayName: 'A', email: null, status: 'active' };
  const access = { active: true, user: person, role: null, permissions: [], teams: [], businessUnits: [] };
  const headers = Object.keys(identityHeaders(access as never));

  it('take every header from the answer of Bifrost', () => {
    const { middlewares } = parse(textOf('traefik/dynamic.yaml')).http;
    expect(middlewares['bifrost-orders'].forwardAuth.authResponseHeaders).toEqual(headers);
    expect(middlewares['bifrost-orders'].forwardAuth.trustForwardHeader).toBe(false);
    const caddy = textOf('caddy/Caddyfile');
    expect(/copy_headers (.*)/.exec(caddy)![1]!.split(' ')).toEqual(headers);
    for (const spelling of ['-X-Bifrost*', '-X_Bifrost*'])
      expect(caddy).toMatch(new RegExp(`request_header ${spelling.replace('*', '[*]')}[^]*forward_auth`));
    for (const name of headers) expect(textOf('nginx/nginx.conf')).toContain(`proxy_set_header ${name} $`);
  });

  it('let nobody through where Bifrost is not to be asked', () => {
    const [listener] = parse(textOf('envoy/envoy.yaml')).static_resources.listeners;
    const [authz] = listener.filter_chains[0].filters[0].typed_config.http_filters;
    expect(authz.typed_config.failure_mode_allow).toBe(false);
    expect(authz.typed_config.http_service.path_prefix).toBe(
      '/api/forward-auth/permission=orders:read&signIn=redirect',
    );
  });
});

/** The last: Bifrost does not come back. */
describe('while Bifrost is away', () => {
  it('neither lets anybody in', async () => {
    await api.server.stop();
    if (running) {
      const answer = await fetch(`http://127.0.0.1:${port}/orders/7`, { headers: { cookie } });
      expect(answer.status).toBeGreaterThanOrEqual(500);
    }
    expect((await fetch(shop.url, { headers: { 'x-demo-oid': `oid-amara${next}` } })).status).toBe(503);
    expect(arrived).toEqual([]);
  });
});
