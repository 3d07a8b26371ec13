// A whole Bifrost in this process, on a free port, with storage of its own that goes when it stops.
// Owns the declarative configuration that black-box tests start from; what a test needs otherwise it merges over it.

import { randomBytes, randomUUID } from 'node:crypto';
import type { Address } from '../../src/app.ts';
import type { Clock } from '../../src/clock.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { startBifrost } from '../../src/main.ts';
import { checkEvents } from './event-check.ts';
import { storage } from './storage.ts';

export interface TestServer {
  url: string;
  /** Base of the SCIM endpoint, without a trailing slash. */
  scim: string;
  token: string;
  apiKey: string;
  /** Name of the (first) provider. */
  provider: string;
  /** The set-up link that a first start prints; null once somebody is an administrator. */
  setUpLink(): Promise<string | null>;
  /** For what no route makes yet, such as a session. */
  ledger: Ledger;
  /** Everything that is mounted. */
  addresses: readonly Address[];
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Merged over the default provider. */
  provider?: Record<string, unknown>;
  /** Merged over the whole declarative configuration. */
  config?: Record<string, unknown>;
  clock?: Clock;
  /** Over the environment. */
  env?: Record<string, string>;
}

const randomToken = (): string => randomBytes(32).toString('base64url');

/** The provider block that tests start from: SCIM on, one rule of each kind. */
export function providerBlock(name: string, provisioningToken: string): Record<string, unknown> {
  return {
    name,
    kind: 'entra',
    tenantId: randomUUID(),
    clientId: randomUUID(),
    scim: { enabled: true, provisioningToken },
    attributeRoleMappings: [
      { attribute: 'roles', value: 'admin', role: 'Admin' },
      { attribute: 'department', value: '*', role: 'Viewer' },
    ],
    attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
    attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
  };
}

/** The same provider, whose rules nobody has declared: they are changed over the API. */
export function providerWithoutRules(name: string, provisioningToken: string): Record<string, unknown> {
  const rules = /^attribute.*Mappings$/;
  const block = providerBlock(name, provisioningToken);
  return Object.fromEntries(Object.entries(block).filter(([key]) => !rules.test(key)));
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const token = randomToken();
  const apiKey = randomToken();
  const config = {
    apiKeys: [{ name: 'ops', key: apiKey, role: 'Admin' }],
    providers: [{ ...providerBlock('entra', token), ...options.provider }],
    ...options.config,
  };
  const { env, remove } = await storage();
  const bifrost = await startBifrost({
    env: { PORT: '0', HOST: '127.0.0.1', ...env, VITEST: '1', ...options.env },
    config,
    ...(options.clock ? { clock: options.clock } : {}),
  }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    url: bifrost.url,
    scim: `${bifrost.url}/scim/v2`,
    token,
    apiKey,
    provider: 'entra',
    setUpLink: async () => (await bifrost.offerSetUp())?.url ?? null,
    ledger: bifrost.ledger,
    addresses: bifrost.addresses,
    async stop() {
      try {
        await checkEvents(bifrost.ledger);
      } finally {
        await bifrost.stop();
        await remove();
      }
    },
  };
}
