// What the tests of the configuration start from: the example of the outside contract, and a way to read changes of it.

import { ConfigError, type ConfigProblem, readSettings, type Settings } from '../../src/config.ts';

export const SCIM_TOKEN = 'a-provisioning-token-of-the-operator';
export const OPS_KEY = 'an-api-key-of-the-operations-team';
export const ENTRA_SECRET = 'the-client-secret-of-entra';

export const env = {
  BIFROST_OPS_KEY: OPS_KEY,
  ENTRA_SECRET,
  BIFROST_SCIM_TOKEN: SCIM_TOKEN,
};

/** The contract's example, word for word but for the two ids that it leaves open. */
export const example = {
  apiKeys: [{ name: 'ops', key: 'env.BIFROST_OPS_KEY', role: 'Admin' }],
  trustedNetworks: [{ cidr: '10.20.0.0/16', description: 'On-prem' }],
  providers: [
    {
      name: 'entra',
      kind: 'entra',
      tenantId: '0b2d6a0e-31f4-4c5a-9c57-6a1a6a3c8e11',
      clientId: '5a2f8c7d-8f65-4a0b-8a53-0f4c3b1d2e3f',
      clientSecret: 'env.ENTRA_SECRET',
      cloud: 'commercial',
      audience: '',
      appIdUri: '',
      claimsSyncMode: 'both',
      roleResolutionStrategy: 'most-permissions',
      scim: { enabled: true, provisioningToken: 'env.BIFROST_SCIM_TOKEN' },
      reconcile: { mode: 'heal', every: '24h' },
      attributeRoleMappings: [{ attribute: 'roles', value: 'admin', role: 'Admin' }],
      attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
      attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
      claimScimAttributes: { groups: { attributeType: 'group', attributeValue: 'displayName' } },
    },
  ],
};

/** A provider with the least that its kind needs. */
export const entra = { name: 'entra', kind: 'entra', tenantId: 'contoso.com', clientId: 'app' };

export function settingsOf(config: unknown, more: Record<string, string> = {}): Settings {
  return readSettings({ env: { ...env, ...more }, config });
}

export function errorOf(read: () => unknown): ConfigError {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the settings were read without a problem');
}

export function problemsOf(config: unknown, more: Record<string, string> = {}): readonly ConfigProblem[] {
  return errorOf(() => settingsOf(config, more)).problems;
}

/** The one problem of a provider block, as `path: message`. */
export function providerProblem(change: Record<string, unknown>): string {
  const problems = problemsOf({ providers: [{ ...entra, ...change }] });
  return problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
}
