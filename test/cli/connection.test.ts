// The ways to a server that lead nowhere: each says what is wrong and what to do, and never the key.

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type Environment, makeSite, run } from './fixture.ts';

const KEY = 'a-key-that-nobody-may-see-0123456789';

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function answering(listener: RequestListener): Promise<Environment> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { BIFROST_URL: `http://127.0.0.1:${port}`, BIFROST_API_KEY: KEY };
}

async function refused(env: Environment, code: number) {
  const ran = await run(env, ['user', 'list']);
  expect(ran.code).toBe(code);
  expect(ran.out).toBe('');
  expect(ran.err).not.toContain(KEY);
  expect(ran.err).not.toContain('    at ');
  expect(ran.err.trimEnd().split('\n')).toHaveLength(2);
  return ran.err;
}

describe('environment: exit code 2', () => {
  test.each([
    ['no address', { BIFROST_URL: 'bifrost', BIFROST_API_KEY: KEY }, 'BIFROST_URL is no web address.'],
    ['another scheme', { BIFROST_URL: 'ftp://host', BIFROST_API_KEY: KEY }, 'BIFROST_URL is no web address.'],
    ['no key', { BIFROST_URL: 'https://host' }, 'BIFROST_URL is set, but BIFROST_API_KEY is not.'],
    ['half a key', { BIFROST_URL: 'https://host', BIFROST_API_KEY: 'a b' }, 'characters that no key has'],
  ])('%s', async (_, env: Environment, said) => {
    expect(await refused(env, 2)).toContain(said);
  });
});

describe('the server', () => {
  test('is not there: exit code 3', async () => {
    const env = await answering(() => {});
    server!.close();
    expect(await refused(env, 3)).toContain('cannot be reached: nothing listens there.');
  });

  test('hangs up: exit code 3', async () => {
    const env = await answering((request) => request.socket.destroy());
    expect(await refused(env, 3)).toContain('cannot be reached: the connection was cut.');
  });

  test('is something else: exit code 3', async () => {
    const env = await answering((_, response) => response.end('<html>welcome</html>'));
    expect(await refused(env, 3)).toContain('is not the API of Bifrost: it sent status 200 without JSON.');
  });

  test('sends us elsewhere: the key does not travel along', async () => {
    let asked = 0;
    const env = await answering((_, response) => {
      asked++;
      response.writeHead(302, { location: 'https://elsewhere.example.com/login?secret=1' }).end();
    });
    const said = await refused(env, 3);
    expect(said).toContain('a redirect to https://elsewhere.example.com.');
    expect(asked).toBe(1);
  });

  test('has another certificate than we trust: exit code 3', async () => {
    const env = await answering(() => {});
    const said = await refused({ ...env, BIFROST_URL: env.BIFROST_URL!.replace('http:', 'https:') }, 3);
    expect(said).toContain('its certificate or TLS is not accepted');
  });

  test('fails: exit code 3, its request id is told', async () => {
    const env = await answering((_, response) => {
      const detail = 'Something went wrong on our side. The log has it under request 7.';
      response.writeHead(500, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ detail }));
    });
    expect(await refused(env, 3)).toContain('under request 7.');
  });

  test('stands behind a path of a proxy: the path is kept', async () => {
    const seen: string[] = [];
    const env = await answering((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ items: [], nextCursor: null, total: 0 }));
    });
    const { code } = await run({ ...env, BIFROST_URL: `${env.BIFROST_URL}/people/` }, ['provider', 'list']);
    expect(code).toBe(0);
    expect(seen).toEqual([`GET /people/api/providers?limit=50 Bearer ${KEY}`]);
  });
});

describe('a real server', () => {
  test('does not know the key: exit code 2', async () => {
    const site = await makeSite(null);
    const bifrost = await site.serve();
    const said = await refused({ BIFROST_URL: bifrost.url, BIFROST_API_KEY: KEY }, 2);
    await bifrost.stop();
    await site.remove();
    expect(said).toContain('This API key is not known here.');
    expect(said).toContain('Set BIFROST_API_KEY to an API key that the server knows.');
  });

  test('no data and no server: exit code 3, and nothing is made', async () => {
    const said = await refused({ BIFROST_DATA_DIR: '/tmp/bifrost-nothing-here' }, 3);
    expect(said).toContain(
      'There is no data of Bifrost in /tmp/bifrost-nothing-here, and no server runs there.',
    );
    expect(said).toContain('bifrost start');
  });
});
