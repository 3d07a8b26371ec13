// POST /api/providers/local-entra: joined, not there, something else there, and not in development mode.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import { type Fixture, startFixture } from './fixture.ts';

interface Joined {
  ok: boolean;
  sentence: string;
  advice: string | null;
  settings: Record<string, string> | null;
}

let entra: LoginSimulator;
let api: Fixture;
let other: Server;

beforeAll(async () => {
  entra = await startLogin();
  api = await startFixture({ env: { BIFROST_DEVELOPMENT: '1' } });
  other = createServer((_, answer) => answer.end('[]'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await api.stop();
  await entra.close();
  other.close();
});

const join = (body?: unknown) => api.send<Joined>('POST', '/api/providers/local-entra', { body });
const otherAddress = () => `http://127.0.0.1:${(other.address() as AddressInfo).port}`;

describe('POST /api/providers/local-entra 200', () => {
  it('answers what a provider of it needs, and that provider verifies', async () => {
    const { body } = await join({ address: entra.url });
    expect(body).toEqual({
      ok: true,
      sentence: `The local Entra at ${entra.url} has registered this Bifrost.`,
      advice: null,
      settings: {
        tenantId: entra.tenantId,
        clientId: entra.clientId,
        clientSecret: entra.clientSecret,
        authorityUrl: entra.url,
        graphUrl: entra.graphUrl,
      },
    });
    const trial = await api.send<{ ok: boolean }>('POST', '/api/providers/verify', {
      body: { kind: 'entra', ...body.settings },
    });
    expect(trial.body.ok).toBe(true);
  });

  it('keeps the addresses that others registered, and joins twice without a trace', async () => {
    entra.changeApp({ redirectUris: ['http://127.0.0.1:1/login'] });
    await join({ address: `${entra.url}/` });
    await join({ address: entra.url });
    expect(entra.app().redirectUris).toEqual([
      'http://127.0.0.1:1/login',
      `${api.server.url}/login`,
      `${api.server.url}/workspace/scim/oauth-discover-callback`,
    ]);
    expect(entra.app().logoutUrl).toBe(`${api.server.url}/login/front-channel-logout`);
  });

  it('makes no event', async () => {
    expect(await api.eventsOf(() => join({ address: entra.url }))).toEqual([]);
  });

  it('says how to start it where nothing answers, or something else does', async () => {
    const nobody = await join({ address: 'http://127.0.0.1:1' });
    const advice = 'Start it in another terminal: npm run simulator -- serve';
    expect(nobody.body).toEqual({
      ok: false,
      sentence: 'No local Entra answers at http://127.0.0.1:1.',
      advice,
      settings: null,
    });
    const somebody = await join({ address: otherAddress() });
    expect(somebody.body).toMatchObject({
      ok: false,
      sentence: `What answers at ${otherAddress()} is no local Entra.`,
      advice,
    });
  });
});

describe('POST /api/providers/local-entra 400', () => {
  it.each([
    'http://entra.example.com',
    'https://127.0.0.1',
    'http://10.0.0.1:9000',
    'file:///etc',
    'nowhere',
  ])('asks nothing of %s', async (address) => {
    const { problem } = await join({ address });
    expect(problem).toMatchObject({ status: 400, problems: [{ path: '/address' }] });
  });
});

describe('POST /api/providers/local-entra 409', () => {
  it('is for development mode alone', async () => {
    const real = await startFixture();
    try {
      const answer = await real.send('POST', '/api/providers/local-entra', { body: { address: entra.url } });
      expect(answer.problem).toMatchObject({
        status: 409,
        detail: expect.stringContaining('BIFROST_DEVELOPMENT=1'),
      });
    } finally {
      await real.stop();
    }
  });
});
