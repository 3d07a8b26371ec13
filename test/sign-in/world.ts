// A Bifrost and the local Entra beside it, joined as an administrator joins them: the browser goes from one to the other.

import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import type { LoginOptions } from '../../simulator/login/login-setup.ts';
import type { Tenant } from '../../simulator/tenant.ts';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { type ScimClient, scimClient } from '../harness/scim-client.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { type Visit, type Visitor, visitor } from './visitor.ts';

export interface World {
  entra: LoginSimulator;
  server: TestServer;
  scim: ScimClient;
  /** Now, for both sides. */
  now(): number;
  pass(ms: number): void;
  /** Signs in as that person and answers what the callback answered. */
  signIn(name: string, browser?: Visitor): Promise<Visit & { browser: Visitor }>;
  /** As far as the provider: where it sends the browser back to. */
  toCallback(browser: Visitor, name: string, provider?: string): Promise<string>;
  api<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }>;
  eventsOf(...types: string[]): Promise<EventJson[]>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  provider?: Record<string, unknown>;
  config?: Record<string, unknown>;
  /** Other settings of the application at the provider. */
  app?: LoginOptions['app'];
  /** The directory; a small sample organisation where there is none. */
  tenant?: Tenant;
}

const START = Date.parse('2026-11-25T09:00:00Z');

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  let now = START;
  const entra = await startLogin({
    clock: () => now,
    ...(options.app && { app: options.app }),
    ...(options.tenant && { tenant: options.tenant }),
  });
  const server = await startServer({
    clock: { now: () => now },
    env: { BIFROST_DEVELOPMENT: '1' },
    provider: {
      tenantId: entra.tenantId,
      clientId: entra.clientId,
      clientSecret: entra.clientSecret,
      authorityUrl: entra.url,
      graphUrl: entra.graphUrl,
      attributeRoleMappings: [
        { attribute: 'roles', value: 'Admin', role: 'Admin' },
        { attribute: 'department', value: '*', role: 'Viewer' },
      ],
      ...options.provider,
    },
    ...(options.config && { config: options.config }),
  });
  const redirectUris = [`${server.url}/login`, `${server.url}/workspace/scim/oauth-discover-callback`];
  entra.changeApp({ redirectUris });

  async function toCallback(browser: Visitor, name: string, provider = 'entra'): Promise<string> {
    const begun = await browser.get(`/login?provider=${provider}&returnTo=/users`);
    if (begun.location === null) throw new Error(`${begun.status}: ${begun.text}`);
    entra.nextUser(name);
    const answered = await fetch(begun.location, { redirect: 'manual', signal: AbortSignal.timeout(20_000) });
    const location = answered.headers.get('location');
    if (location === null) throw new Error(`the provider said ${answered.status}: ${await answered.text()}`);
    return location;
  }

  const api: World['api'] = async (method, path, body) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${server.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };

  return {
    entra,
    server,
    scim: scimClient(server.scim, server.token),
    now: () => now,
    pass: (ms) => {
      now += ms;
    },
    async signIn(name, browser = visitor(server.url)) {
      const callback = await toCallback(browser, name);
      return { ...(await browser.get(callback)), browser };
    },
    toCallback,
    api,
    async eventsOf(...types) {
      const found = await api<{ items: EventJson[] }>(
        'GET',
        `/api/events?after=0&limit=500&type=${types.join(',')}`,
      );
      return found.body.items;
    },
    async stop() {
      await server.stop();
      await entra.close();
    },
  };
}
