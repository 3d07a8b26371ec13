// The parts of the demo that can go wrong without a server being wrong: starting it, cleaning up, telling what followed.

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBrowser, readPage } from '../../simulator/demo-browser.ts';
import { consequences, showEvent } from '../../simulator/demo-consequences.ts';
import { startDemoServer } from '../../simulator/demo-server.ts';
import { INSIDE, signInCast } from '../../simulator/demo-sign-in.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { isAssigned } from '../../simulator/tenant-access.ts';
import { accountPage, notLetInPage } from '../../src/edge/oidc/pages.ts';

/** Of a local Entra that is not asked. */
const login = {
  url: 'http://127.0.0.1:4712',
  graphUrl: 'http://127.0.0.1:4712/graph',
  tenantId: '7a1d0000-0000-4000-8000-000000000001',
  clientId: '7a1d0000-0000-4000-8000-000000000002',
  clientSecret: 'not a secret',
};

describe('the server of the demo', () => {
  let directory: string;
  const usual = process.env.TMPDIR;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'demo-test-'));
    // What the demo leaves in the place for temporary files is then only its own.
    process.env.TMPDIR = directory;
  });
  afterEach(() => {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
    rmSync(directory, { recursive: true, force: true });
  });
  const leftBehind = (): string[] =>
    readdirSync(directory).filter((name) => name.startsWith('bifrost-demo-'));

  function script(source: string): string {
    const file = join(directory, 'server.mjs');
    writeFileSync(file, source);
    return file;
  }

  test('is started with a configuration and a data directory of its own, and ended', async () => {
    const report = join(directory, 'report.json');
    const server = await startDemoServer(
      script(`
        import { readFileSync, writeFileSync } from 'node:fs';
        const { PORT, BIFROST_DATA_DIR, BIFROST_CONFIG, BIFROST_DEVELOPMENT } = process.env;
        const config = JSON.parse(readFileSync(BIFROST_CONFIG, 'utf8'));
        writeFileSync(${JSON.stringify(report)}, JSON.stringify({ args: process.argv.slice(2), PORT, BIFROST_DATA_DIR, BIFROST_DEVELOPMENT, config }));
        console.log('a word of warning');
        console.log(JSON.stringify({ url: 'http://127.0.0.1:4711' }));
        console.log(JSON.stringify({ setUpLink: 'http://127.0.0.1:4711/setup#secret' }));
        setInterval(() => {}, 1000);
      `),
      login,
    );
    expect(server.url).toBe('http://127.0.0.1:4711');
    const { default: told } = await import(report, { with: { type: 'json' } });
    expect(server.setUpLink()).toBe('http://127.0.0.1:4711/setup#secret');
    // Without it, no provider on this machine would be taken.
    expect(told).toMatchObject({ args: ['start', '--json'], PORT: '0', BIFROST_DEVELOPMENT: '1' });
    expect(told.config.providers[0]).toMatchObject({
      name: 'entra',
      kind: 'entra',
      tenantId: login.tenantId,
      clientId: login.clientId,
      clientSecret: login.clientSecret,
      authorityUrl: login.url,
      graphUrl: login.graphUrl,
      scim: { enabled: true, provisioningToken: server.token },
    });
    expect(told.config.apiKeys[0].key).toBe(server.apiKey);
    expect(leftBehind()).toHaveLength(1);
    await server.stop();
    expect(leftBehind()).toEqual([]);
  });

  test('that does not start says why, and leaves nothing behind', async () => {
    const broken = script(`console.error('the disk is full'); process.exit(3);`);
    await expect(startDemoServer(broken, login)).rejects.toThrow(/ended with code 3 .*\n.*the disk is full/);
    expect(leftBehind()).toEqual([]);
  });

  test('that was not built is asked for by name', async () => {
    const missing = join(directory, 'bifrost.js');
    expect(existsSync(missing)).toBe(false);
    await expect(startDemoServer(missing, login)).rejects.toThrow(/is not there: build it first/);
  });
});

describe('a browser of the demo', () => {
  test('keeps cookies of each server, follows to where it is sent, and says what the page says', async () => {
    const asked: string[] = [];
    const server = http.createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.cookie ?? ''}`.trim());
      if (request.url === '/') {
        response.writeHead(303, { location: '/there', 'set-cookie': ['a=1; Path=/', 'b=2; Path=/'] });
        response.end();
      } else if (request.url === '/there') {
        response.writeHead(303, { location: '/page?x=1', 'set-cookie': 'b=; Max-Age=0' });
        response.end();
      } else response.end('<h1>Here</h1><p class="quiet">small</p><p>You &amp; <b>me</b>.</p>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const page = await openBrowser((url) => url.searchParams.delete('x')).open(base);
    expect(page).toMatchObject({ status: 200, title: 'Here', words: ['You & me.'] });
    expect(page.stops.map((stop) => stop.slice(base.length))).toEqual(['/', '/there', '/page']);
    expect(asked).toEqual(['/', '/there a=1; b=2', '/page a=1']);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('that is sent round in circles ends', async () => {
    const server = http.createServer((_, response) => response.writeHead(303, { location: '/' }).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(openBrowser().open(base)).rejects.toThrow('in circles');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('knows the page of whoever is in', () => {
    const html = accountPage({ name: 'Runa', role: 'Viewer', isBreakGlass: false });
    expect(readPage(html).title).toBe(INSIDE);
  });

  test('reads headings too, and no buttons', () => {
    const html = notLetInPage({
      title: 'No',
      words: 'Sorry.',
      forAdministrator: 'Do this.',
      references: [],
      again: '/login',
    });
    expect(readPage(html)).toEqual({ title: 'No', words: ['Sorry.', 'For your administrator', 'Do this.'] });
  });
});

describe('who signs in', () => {
  test.each([7, 8, 9])(
    'are three people, one of whom is not assigned and has a name alone, seed %d',
    (seed) => {
      const tenant = sampleOrganisation({ users: 200, groups: 12, members: 600 }, seed);
      const { developer, leaver, outsider } = signInCast(tenant, seed);
      expect([developer.appRoles, leaver.appRoles, outsider.appRoles]).toEqual([
        ['developer'],
        ['viewer'],
        [],
      ]);
      expect(isAssigned(tenant, outsider)).toBe(false);
      const others = [...tenant.users.values()];
      expect(others.some(({ displayName }) => displayName === outsider.displayName)).toBe(false);
      expect(others.some(({ objectId }) => objectId === outsider.objectId)).toBe(false);
    },
  );
});

describe('what followed', () => {
  test('the feed is read on from where it was, over as many pages as there are', async () => {
    const events = Array.from({ length: 3 }, (_, position) => ({
      position: position + 1,
      type: 'user.created',
    }));
    const asked: string[] = [];
    const api = http.createServer((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`);
      const after = Number(new URL(request.url!, 'http://x').searchParams.get('after'));
      const items = events.filter(({ position }) => position > after).slice(0, 2);
      response.end(
        JSON.stringify({ items, nextCursor: items.length > 0 ? String(items.at(-1)!.position) : null }),
      );
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const followed = consequences(`http://127.0.0.1:${(api.address() as AddressInfo).port}`, 'key');
    expect(await followed.newEvents()).toHaveLength(3);
    expect(await followed.newEvents()).toEqual([]);
    expect(asked.map((line) => line.replace('Bearer key /api/events?limit=500&after=', ''))).toEqual([
      '0',
      '2',
      '3',
      '3',
    ]);
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
  });

  const names: Record<string, string> = { u1: 'Runa Tallmast', t1: 'team Lotsen' };
  test.each([
    [
      {
        type: 'grant.added',
        object: { kind: 'team', id: 't1' },
        data: {
          name: 'Lotsen',
          reason: { by: 'rule', attribute: 'groups', value: 'Lotsen', channel: 'scim' },
        },
      },
      'grant.added        Runa Tallmast: team Lotsen, because of the rule on groups, which found "Lotsen" by scim',
    ],
    [{ type: 'user.suspended', data: { reason: 'scim' } }, 'user.suspended     Runa Tallmast, reason: scim'],
    [
      { type: 'user.updated', data: { before: { title: 'Pilot' }, after: { title: 'Lotse' } } },
      'user.updated       Runa Tallmast: title "Pilot" -> "Lotse"',
    ],
    [{ type: 'user.restored', data: null }, 'user.restored      Runa Tallmast'],
  ])('an event is told in plain words: %o', (event, words) => {
    expect(showEvent({ subject: { kind: 'user', id: 'u1' }, ...event }, (id) => names[id] ?? '')).toBe(words);
  });
});
