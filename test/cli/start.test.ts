// bifrost start as a process of its own: what it prints, how it ends, what keeps it from starting.

import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { makeSite, run, type Site, userBody } from './fixture.ts';
import { bifrost, endPrograms, npmStart } from './program.ts';

let site: Site;
beforeEach(async () => {
  site = await makeSite(null);
});
afterEach(async () => {
  await endPrograms();
  await site.remove();
});

describe('start', () => {
  test('says where it listens, where the data is, and what to enter at each provider', async () => {
    const server = bifrost(site.env, 'start');
    await server.says('Ctrl-C stops.');
    expect(server.out).toMatch(/^Bifrost is running\.\n/);
    expect(server.err).toBe('');
    const [, url] = /Address +(http:\/\/127\.0\.0\.1:\d+)\n/.exec(server.out) ?? [];
    expect(server.out).toContain(inject('engine') === 'postgres' ? 'PostgreSQL, ' : site.dataDir);
    expect(server.out).toMatch(new RegExp(`SCIM Endpoint URL \\(Entra: Tenant URL\\) +${url}/scim/v2\n`));
    expect(server.out).toContain('bifrost token rotate entra');
    expect(server.out).toContain('SCIM is off. Turn it on: bifrost provider enable-scim bare');
    expect(server.out).not.toContain(site.token);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('with BIFROST_DEVELOPMENT=1 warns, on the screen and in the log', async () => {
    const server = bifrost({ ...site.env, BIFROST_DEVELOPMENT: '1' }, 'start');
    await server.says('Ctrl-C stops.');
    expect(server.out).toContain('Warning: BIFROST_DEVELOPMENT=1 is set.');
    expect(server.err).toMatch(/"level":"warn".*BIFROST_DEVELOPMENT=1/);
    const usual = bifrost(
      { ...site.env, BIFROST_DATA_DIR: join(site.dataDir, 'other'), DATABASE_URL: '' },
      'start',
    );
    await usual.says('Ctrl-C stops.');
    expect(usual.out + usual.err).not.toContain('BIFROST_DEVELOPMENT');
  });

  test.each([
    [{ issuer: 'https://127.0.0.1:9000' }, 'providers[0].issuer: is plain http or on this machine'],
    [{ issuer: 'http://login.contoso.com' }, 'providers[0].issuer: is plain http or on this machine'],
  ])('a provider on this machine is refused without it: %j', async (more, said) => {
    const provider = { name: 'x', kind: 'oidc', clientId: 'x', ...more };
    await writeFile(site.env.BIFROST_CONFIG!, JSON.stringify({ providers: [provider] }));
    const server = bifrost(site.env, 'start');
    expect((await server.ended).code).toBe(2);
    expect(server.err).toContain(said);
  });

  test('--json: the first line is the address', async () => {
    const server = bifrost(site.env, 'start', '--json');
    await server.says('\n');
    const { url } = JSON.parse(server.out.split('\n')[0]!) as { url: string };
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: ends in peace, keeps what was answered, leaves no lock',
    async (signal) => {
      const server = bifrost(site.env, 'start', '--json');
      await server.says('\n');
      const { url } = JSON.parse(server.out.split('\n')[0]!) as { url: string };
      const created = await fetch(`${url}/scim/v2/Users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${site.token}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify(userBody('amara@contoso.com')),
      });
      expect(created.status).toBe(201);
      // npm hands on the signal that the terminal sent to all: it comes twice.
      server.child.kill(signal);
      server.child.kill(signal);
      expect(await server.ended).toEqual({ code: 0, signal: null });
      expect(server.err).toContain('Stopped.');
      const { code, out } = await run(site.env, ['user', 'list', '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ items: [{ userName: 'amara@contoso.com' }] });
    },
  );

  test('SIGTERM to npm ends the server that it started', async () => {
    const started = npmStart(site.env, '--json');
    await started.says('{"url"');
    started.child.kill('SIGTERM');
    // Resolves when nobody writes to its output any more.
    await started.ended;
    expect(started.err).toContain('Stopped.');
    expect((await run(site.env, ['user', 'list', '--json'])).code).toBe(0);
  });

  test('with BIFROST_DRAIN it says that it is stopping, and serves on meanwhile', async () => {
    const server = bifrost({ ...site.env, BIFROST_DRAIN: '2s' }, 'start', '--json');
    await server.says('\n');
    const { url } = JSON.parse(server.out.split('\n')[0]!) as { url: string };
    const from = Date.now();
    server.child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 1_500 }).toBe(503);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'stopping' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^bifrost_stopping 1$/m);
    const created = await fetch(`${url}/scim/v2/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${site.token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(userBody('late@contoso.com')),
    });
    expect(created.status).toBe(201);
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - from).toBeGreaterThanOrEqual(2_000);
    expect((await run(site.env, ['user', 'list', '--json'])).json()).toMatchObject({
      items: [{ userName: 'late@contoso.com' }],
    });
  });

  test('a signal that comes later than the first ends at once, whatever is to be waited for', async () => {
    const server = bifrost({ ...site.env, BIFROST_DRAIN: '60s' }, 'start', '--json');
    await server.says('\n');
    server.child.kill('SIGTERM');
    // What comes within a second is the same signal, handed on.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    server.child.kill('SIGTERM');
    expect(await server.ended).toEqual({ code: 130, signal: null });
  });

  test('a command that waits for events does not hold up the end', async () => {
    const server = bifrost(site.env, 'start', '--json');
    await server.says('\n');
    const { url } = JSON.parse(server.out.split('\n')[0]!) as { url: string };
    const waiting = fetch(`${url}/api/events?after=1000000&wait=30`, {
      headers: { authorization: `Bearer ${site.apiKey}` },
    }).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const from = Date.now();
    server.child.kill('SIGTERM');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - from).toBeLessThan(9_000);
    await waiting;
  });

  test('the socket in the data folder is for its owner alone', async () => {
    const server = bifrost(site.env, 'start', '--json');
    await server.says('\n');
    expect(statSync(join(site.dataDir, 'bifrost.sock')).mode & 0o777).toBe(0o600);
  });

  test('after kill -9 the socket that stays behind misleads nobody', async () => {
    const server = bifrost(site.env, 'start', '--json');
    await server.says('\n');
    server.child.kill('SIGKILL');
    await server.ended;
    expect(existsSync(join(site.dataDir, 'bifrost.sock'))).toBe(true);
    const status = await run(site.env, ['status', '--json']);
    expect(status.json()).toMatchObject({ via: 'in-process' });
    const again = bifrost(site.env, 'start', '--json');
    await again.says('\n');
    expect((await run(site.env, ['status', '--json'])).json()).toMatchObject({ via: 'socket' });
  });
});

describe('start that cannot', () => {
  test('configuration: all problems at once, exit code 2', async () => {
    const path = join(site.dataDir, '..', 'bad.json');
    await writeFile(path, JSON.stringify({ providers: [{ name: 'x', kind: 'entra' }], surprise: 1 }));
    const { code, out, err } = await run({ ...site.env, BIFROST_CONFIG: path, PORT: 'eighty' }, ['start']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/The configuration has \d problems:\n/);
    for (const problem of ['PORT: ', 'providers[0].tenantId: ', 'surprise: '])
      expect(err).toContain(`  ${problem}`);
    expect(err).toContain('Correct it and start again');
    expect(existsSync(site.dataDir)).toBe(false);
  });

  test('with --json the problems are a list', async () => {
    const ran = await run({ ...site.env, PORT: 'eighty' }, ['start', '--json']);
    expect(ran.code).toBe(2);
    expect(ran.json()).toMatchObject({
      error: { exitCode: 2, problems: [expect.stringMatching(/^PORT: /)] },
    });
  });

  test('the address is taken: exit code 3 and which', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { code, err } = await run({ ...site.env, PORT: String(port) }, ['start']);
    other.close();
    expect(code).toBe(3);
    expect(err).toContain(`Something else listens on 127.0.0.1:${port} already.`);
    expect(err).toContain('PORT');
  });
});
