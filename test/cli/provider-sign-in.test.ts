// What a provider needs for signing in, from the shell: its secret, and whether it would work.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import type { Bifrost } from '../../src/main.ts';
import { makeSite, type Ran, type RunOptions, run, type Site } from './fixture.ts';

let entra: LoginSimulator;
let site: Site;
let bifrost: Bifrost;

beforeAll(async () => {
  entra = await startLogin();
  site = await makeSite(null);
  site.env.BIFROST_DEVELOPMENT = '1';
  bifrost = await site.serve();
});
afterAll(async () => {
  await bifrost.stop();
  await site.remove();
  await entra.close();
});

const cli = (line: string[], options: RunOptions = {}, env: Record<string, string> = {}): Promise<Ran> =>
  run({ ...site.env, ...env }, line, options);
const add = (name: string, ...more: string[]) => [
  ...['provider', 'add', '--name', name, '--kind', 'entra'],
  ...['--tenant-id', '6f9c0a2e-1f2b-4c3d-8e5f-a1b2c3d4e5f6', '--client-id', 'x', ...more],
];
const hasSecret = async (id: string): Promise<boolean> => {
  const answer = await bifrost.inject({ method: 'GET', url: `/api/providers/${id}` });
  return (answer.json() as { hasClientSecret: boolean }).hasClientSecret;
};
const secret = 'a-secret-of-the-app-registration';

describe('provider add', () => {
  test('says what to register, and that a secret is missing', async () => {
    const { code, out } = await cli(add('bare entra'));
    expect(code).toBe(0);
    expect(out).toContain(`\n  ${bifrost.url}/login\n`);
    expect(out).toContain(`\n  ${bifrost.url}/workspace/scim/oauth-discover-callback\n`);
    expect(out).toContain('bifrost provider set-secret bare-entra');
    expect(out).toContain('bifrost provider verify bare-entra');
  });

  test('takes the secret from a pipe or the environment, and repeats it nowhere', async () => {
    const piped = await cli(add('piped', '--client-secret-stdin'), { stdin: `${secret}\n` });
    const told = await cli(add('told', '--cloud', 'gcc-high'), {}, { BIFROST_CLIENT_SECRET: secret });
    for (const { code, out, err } of [piped, told]) {
      expect([code, out.includes('set-secret'), (out + err).includes(secret)]).toEqual([0, false, false]);
    }
    expect([await hasSecret('piped'), await hasSecret('told')]).toEqual([true, true]);
  });

  test('has no option that would take it as an argument', async () => {
    const { code, err } = await cli(add('argued', '--client-secret', secret));
    expect(code).toBe(2);
    expect(err).toContain('Did you mean --client-secret-stdin?');
    expect(err).not.toContain(secret);
  });

  test.each([
    ['', 'Standard input has no secret.'],
    ['one\ntwo\n', 'What came on standard input is no secret.'],
  ])('refuses %j, exit code 2', async (stdin, said) => {
    const { code, err } = await cli(add('refused', '--client-secret-stdin'), { stdin });
    expect([code, err.includes(said)]).toEqual([2, true]);
    expect((await cli(['provider', 'list'])).out).not.toContain('refused');
  });
});

describe('provider set-secret', () => {
  test('asks at a terminal, where a slip can be taken back', async () => {
    await cli(add('typed'));
    const { code, out, err } = await cli(['provider', 'set-secret', 'typed', '--expires-at', '2027-05-01'], {
      stdin: [...'a-secreX', '\u007f', ...'t', '\r'],
    });
    expect(code).toBe(0);
    expect(err).toContain('Client secret (nothing of it is shown), then Enter:');
    expect(out).toContain('The client secret of typed is set.');
    expect(out + err).not.toContain('a-secret');
    expect(await hasSecret('typed')).toBe(true);
    const answer = await bifrost.inject({ method: 'GET', url: '/api/providers/typed' });
    expect(answer.json()).toMatchObject({ connection: { clientSecretExpiresAt: '2027-05-01' } });
  });

  test('Ctrl-C changes nothing', async () => {
    const { code } = await cli(['provider', 'set-secret', 'bare-entra'], { stdin: [...'abc', '\u0003'] });
    expect([code, await hasSecret('bare-entra')]).toEqual([2, false]);
  });
});

describe('provider verify', () => {
  beforeAll(async () => {
    const answer = await bifrost.inject({
      method: 'POST',
      url: '/api/providers',
      payload: {
        name: 'Local Entra',
        kind: 'entra',
        tenantId: entra.tenantId,
        clientId: entra.clientId,
        clientSecret: entra.clientSecret,
        authorityUrl: entra.url,
        graphUrl: entra.graphUrl,
      },
    });
    expect(answer.statusCode).toBe(201);
    const redirectUris = [`${bifrost.url}/login`, `${bifrost.url}/workspace/scim/oauth-discover-callback`];
    entra.changeApp({ redirectUris });
  });

  test('lists every check, exit code 0', async () => {
    const { code, out } = await cli(['provider', 'verify', 'Local Entra']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}ok +discovery document +http/);
    expect(out).toMatch(/\n {2}ok +User\.Read\.All +User\.Read\.All is granted\.\n/);
    expect(out).toMatch(/\nPeople can sign in\.\n$/);
    const asJson = await cli(['provider', 'verify', 'local-entra', '--json']);
    expect(asJson.json()).toMatchObject({ ok: true, checks: expect.any(Array) });
  });

  test('says what to do where one failed, exit code 1', async () => {
    const granted = entra.app().requestedPermissions.filter((each) => each !== 'User.Read.All');
    entra.changeApp({ grantedPermissions: granted });
    const { code, out } = await cli(['provider', 'verify', 'local-entra']);
    expect(code).toBe(1);
    expect(out).toMatch(/\n {2}failed +User\.Read\.All .*missing.*\n +Add User\.Read\.All .*admin consent/);
    expect(out).toMatch(/\nOne check failed\.\n$/);
    expect((await cli(['provider', 'verify', 'local-entra', '--json'])).code).toBe(1);
  });

  test('one that is not there: exit code 1', async () => {
    expect((await cli(['provider', 'verify', 'nowhere'])).code).toBe(1);
  });
});
