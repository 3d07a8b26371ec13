// The environment: defaults, every variable's own problem, and all of them reported together.

import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/config.ts';
import { errorOf } from './sample.ts';

const directory = '/nonexistent/bifrost';
const read = (env: Record<string, string>) => readSettings({ env, directory });
const problemOf = (env: Record<string, string>) => errorOf(() => read(env)).problems;

describe('environment', () => {
  test('nothing set gives the defaults of the contract', () => {
    expect(read({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      dataDir: `${directory}/data`,
      databaseUrl: null,
      publicUrl: null,
      secretKey: null,
      formerSecretKey: null,
      development: false,
      trustedProxies: [],
      metricsNetworks: ['127.0.0.0/8', '::1/128'],
      logLevel: 'info',
      drainMs: 0,
      sessions: { refreshAfter: '15m', cap: '30d' },
      retention: { requestsMs: 30 * 86_400_000, removedUsersMs: 400 * 86_400_000 },
      declared: null,
      configPath: null,
    });
  });

  test('every variable is read', () => {
    const settings = read({
      HOST: '::1',
      PORT: '0',
      BIFROST_DATA_DIR: '/var/lib/bifrost',
      BIFROST_PUBLIC_URL: 'https://Bifrost.example.com/',
      BIFROST_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      BIFROST_DEVELOPMENT: '1',
      BIFROST_TRUSTED_PROXY: '10.0.0.0/8, 192.0.2.7,2001:db8::/32',
      BIFROST_METRICS_NETWORKS: '10.1.0.0/16',
      BIFROST_LOG_LEVEL: 'warn',
      BIFROST_DRAIN: '5s',
    });
    expect(settings).toMatchObject({
      host: '::1',
      port: 0,
      dataDir: '/var/lib/bifrost',
      publicUrl: 'https://bifrost.example.com',
      development: true,
      trustedProxies: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'],
      metricsNetworks: ['10.1.0.0/16'],
      logLevel: 'warn',
      drainMs: 5_000,
    });
    expect(settings.secretKey?.bytes).toEqual(Buffer.alloc(32, 7));
  });

  test('a variable that is set to nothing counts as not set', () => {
    expect(read({ HOST: '', PORT: ' ', DATABASE_URL: '', BIFROST_CONFIG: '' })).toMatchObject({ port: 8080 });
  });

  test('settings are frozen, to the last level', () => {
    const settings = readSettings({ env: {}, config: { trustedNetworks: [{ cidr: '10.0.0.0/8' }] } });
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.declared?.trustedNetworks?.[0])).toBe(true);
  });

  test.each(['http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:80', 'https://id.example.com:8443'])(
    'public URL %s is taken',
    (url) => expect(read({ BIFROST_PUBLIC_URL: url }).publicUrl).toBe(new URL(url).origin),
  );

  test.each([
    ['HOST', 'http://here', 'IP address'],
    ['PORT', '65536', '0 to 65535'],
    ['PORT', '-1', '0 to 65535'],
    ['PORT', '80a', '0 to 65535'],
    ['BIFROST_PUBLIC_URL', 'http://bifrost.example.com', 'https'],
    ['BIFROST_PUBLIC_URL', 'bifrost.example.com', 'https'],
    ['BIFROST_PUBLIC_URL', 'https://bifrost.example.com/sub', 'path'],
    ['BIFROST_PUBLIC_URL', 'https://me:pw@bifrost.example.com', 'user'],
    ['BIFROST_SECRET_KEY', Buffer.alloc(31).toString('base64'), '32 bytes'],
    ['BIFROST_SECRET_KEY', 'x'.repeat(44), '32 bytes'],
    ['BIFROST_DEVELOPMENT', 'true', '1'],
    ['BIFROST_TRUSTED_PROXY', '10.0.0.0/33', 'networks'],
    ['BIFROST_METRICS_NETWORKS', 'everybody', 'networks'],
    ['BIFROST_DRAIN', '5m', 'number of seconds'],
    ['BIFROST_LOG_LEVEL', 'loud', 'is one of trace, debug'],
    ['BIFROST_TRUSTED_PROXY', 'proxy.example.com', 'networks'],
    ['BIFROST_TRUSTED_PROXY', '10.0.0.0/8,,192.0.2.7', 'networks'],
    ['DATABASE_URL', 'mysql://u:hunter2@db/x', 'postgres://'],
  ])('%s=%s is refused and the message says what to do', (name, value, words) => {
    const error = errorOf(() => read({ [name]: value }));
    expect(error.problems).toEqual([{ path: name, message: expect.stringContaining(words) }]);
    expect(error.message).not.toContain(value);
  });

  test('a database without a key that all replicas share is refused', () => {
    const url = 'postgres://u:hunter2@db/x';
    const error = errorOf(() => read({ DATABASE_URL: url }));
    expect(error.problems).toEqual([
      { path: 'BIFROST_SECRET_KEY', message: expect.stringContaining('required with DATABASE_URL') },
    ]);
    const key = Buffer.alloc(32, 7).toString('base64');
    expect(read({ DATABASE_URL: url, BIFROST_SECRET_KEY: key }).databaseUrl).toBe(url);
  });

  test('all problems of environment and file come together, each on its own line with its path', () => {
    const error = errorOf(() =>
      readSettings({
        env: { PORT: 'x', BIFROST_SECRET_KEY: 'x' },
        config: { apikeys: [], providers: [{ kind: 'okta', name: 'okta' }] },
      }),
    );
    expect(error.problems.map(({ path }) => path)).toEqual([
      'PORT',
      'BIFROST_SECRET_KEY',
      'apikeys',
      'providers[0].issuer',
      'providers[0].clientId',
    ]);
    expect(error.message.split('\n')).toEqual([
      'Bifrost does not start, because its configuration has 5 problems:',
      ...error.problems.map(({ path, message }) => `  ${path}: ${message}`),
    ]);
  });

  test('one problem is called one', () => {
    expect(errorOf(() => read({ PORT: 'x' })).message).toMatch(/has one problem:\n {2}PORT: /);
    expect(problemOf({ PORT: 'x' })).toHaveLength(1);
  });
});
