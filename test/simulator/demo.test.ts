// The parts of the demo that can go wrong without a server being wrong: starting it, cleaning up, telling what followed.

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { consequences, showEvent } from '../../simulator/demo-consequences.ts';
import { startDemoServer } from '../../simulator/demo-server.ts';

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
        const { PORT, BIFROST_DATA_DIR, BIFROST_CONFIG } = process.env;
        const config = JSON.parse(readFileSync(BIFROST_CONFIG, 'utf8'));
        writeFileSync(${JSON.stringify(report)}, JSON.stringify({ args: process.argv.slice(2), PORT, BIFROST_DATA_DIR, config }));
        console.log('a word of warning');
        console.log(JSON.stringify({ url: 'http://127.0.0.1:4711' }));
        setInterval(() => {}, 1000);
      `),
      '7a1d0000-0000-4000-8000-000000000001',
    );
    expect(server.url).toBe('http://127.0.0.1:4711');
    const { default: told } = await import(report, { with: { type: 'json' } });
    expect(told).toMatchObject({ args: ['start', '--json'], PORT: '0' });
    expect(told.config.providers[0]).toMatchObject({
      name: 'entra',
      kind: 'entra',
      scim: { enabled: true, provisioningToken: server.token },
    });
    expect(told.config.apiKeys[0].key).toBe(server.apiKey);
    expect(leftBehind()).toHaveLength(1);
    await server.stop();
    expect(leftBehind()).toEqual([]);
  });

  test('that does not start says why, and leaves nothing behind', async () => {
    const broken = script(`console.error('the disk is full'); process.exit(3);`);
    await expect(startDemoServer(broken, 'x')).rejects.toThrow(/ended with code 3 .*\n.*the disk is full/);
    expect(leftBehind()).toEqual([]);
  });

  test('that was not built is asked for by name', async () => {
    const missing = join(directory, 'bifrost.js');
    expect(existsSync(missing)).toBe(false);
    await expect(startDemoServer(missing, 'x')).rejects.toThrow(/is not there: build it first/);
  });
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
