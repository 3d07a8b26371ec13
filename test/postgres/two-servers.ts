// Two Bifrosts on one database, in this process but with nothing else in common, behind one public address, with a local Entra
// beside them. Owns starting them anew with other keys.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { type Bifrost, startBifrost } from '../../src/main.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { providerBlock } from '../harness/server.ts';
import { type Visitor, visitor } from '../sign-in/visitor.ts';
import { startBalancer } from './balancer.ts';

export interface TwoServers {
  entra: LoginSimulator;
  /** Where people think the one server is; requests take turns. */
  publicUrl: string;
  /** By place. */
  servers: readonly Bifrost[];
  token: string;
  apiKey: string;
  /** Of an app, with the role Developer. */
  appKey: string;
  pass(ms: number): void;
  /** A browser whose pages are of the public address, and whose requests arrive at that replica. */
  visitorOf(place: number): Visitor;
  /** Signs in at one replica as that person; the callback arrives there too. */
  signIn(name: string, place: number): Promise<Visitor>;
  /** As far as where the provider sends the browser: path and query. */
  toCallback(browser: Visitor, name: string): Promise<string>;
  /** Stops that one and starts it with these keys: the one to seal with first. */
  restart(place: number, keys: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

const SIZE = { groups: 2, members: 20 };

export async function startTwoServers(options: { key: string; people: number }): Promise<TwoServers> {
  const database = await freshDatabase({ tables: true });
  const folder = await mkdtemp(join(tmpdir(), 'bifrost-two-'));
  const balancer = await startBalancer(2);
  let shiftMs = 0;
  const tenant = sampleOrganisation({ ...SIZE, users: options.people }, 1);
  const entra = await startLogin({ clock: () => Date.now() + shiftMs, tenant });
  entra.changeApp({ redirectUris: [`${balancer.url}/login`] });
  const token = 'a-provisioning-token-of-two-servers-0123456789';
  const apiKey = 'an-api-key-of-two-servers-0123456789-0123456789';
  const appKey = 'the-key-of-an-app-of-two-servers-0123456789-0123';
  const config = configuration(entra, { token, apiKey, appKey });
  const servers: Bifrost[] = [];

  async function start(place: number, [own, former]: readonly string[]): Promise<void> {
    servers[place] = await startBifrost({
      env: {
        PORT: '0',
        HOST: '127.0.0.1',
        VITEST: '1',
        DATABASE_URL: database.url,
        BIFROST_DATA_DIR: join(folder, `data-${place}`),
        BIFROST_PUBLIC_URL: balancer.url,
        BIFROST_DEVELOPMENT: '1',
        BIFROST_SECRET_KEY: own,
        ...(former && { BIFROST_SECRET_KEY_FORMER: former }),
      },
      config,
      clock: { now: () => Date.now() + shiftMs },
    });
    balancer.goTo(place, servers[place].url);
  }

  async function toCallback(browser: Visitor, name: string): Promise<string> {
    const begun = await browser.get('/login?provider=entra');
    const start = new URL(begun.location!);
    // As a click on the account page; an order for the next one would be taken by whoever asks first.
    start.searchParams.set('sim_user', name);
    const answered = await fetch(start, { redirect: 'manual' });
    const callback = new URL(answered.headers.get('location')!);
    return callback.pathname + callback.search;
  }

  const stop = () => stopAll({ servers, entra, balancer, database, folder });
  try {
    await Promise.all([start(0, [options.key]), start(1, [options.key])]);
  } catch (error) {
    await stop();
    throw error;
  }
  const visitorOf = (place: number) => visitor(servers[place]!.url);
  return {
    entra,
    publicUrl: balancer.url,
    servers,
    token,
    apiKey,
    appKey,
    pass: (ms) => {
      shiftMs += ms;
    },
    visitorOf,
    async signIn(name, place) {
      const browser = visitorOf(place);
      const back = await browser.get(await toCallback(browser, name));
      if (back.status !== 303) throw new Error(`${back.status}: ${back.text}`);
      return browser;
    },
    toCallback,
    async restart(place, keys) {
      balancer.leaveOut(place);
      await servers[place]!.stop();
      await start(place, keys);
    },
    stop,
  };
}

function configuration(
  entra: LoginSimulator,
  { token, apiKey, appKey }: Pick<TwoServers, 'token' | 'apiKey' | 'appKey'>,
): unknown {
  const { tenantId, clientId, clientSecret, url: authorityUrl, graphUrl } = entra;
  const rule = { attribute: 'roles', value: 'Admin', role: 'Admin' };
  return {
    apiKeys: [
      { name: 'ops', key: apiKey, role: 'Admin' },
      { name: 'app', key: appKey, role: 'Developer' },
    ],
    providers: [
      {
        ...providerBlock('entra', token),
        ...{ tenantId, clientId, clientSecret, authorityUrl, graphUrl },
        attributeRoleMappings: [rule],
      },
    ],
  };
}

interface Running {
  servers: readonly Bifrost[];
  entra: LoginSimulator;
  balancer: { close(): Promise<void> };
  database: FreshDatabase;
  folder: string;
}

async function stopAll({ servers, entra, balancer, database, folder }: Running): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
  await entra.close();
  await balancer.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
}
