// The declarative configuration: what is read of it, what it leaves out, and every problem it can have.

import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/config.ts';
import {
  ENTRA_SECRET,
  entra,
  env,
  errorOf,
  example,
  OPS_KEY,
  problemsOf,
  providerProblem,
  SCIM_TOKEN,
  settingsOf,
} from './sample.ts';

const declaredProvider = (change: Record<string, unknown> = {}) =>
  settingsOf({ providers: [{ ...entra, ...change }] }).declared!.providers[0]!;

describe('what is read', () => {
  test("the contract's example, with its env references put in", () => {
    const { declared } = settingsOf(example);
    expect(declared?.apiKeys).toEqual([{ name: 'ops', key: OPS_KEY, role: 'Admin' }]);
    expect(declared?.trustedNetworks).toEqual([{ cidr: '10.20.0.0/16', description: 'On-prem' }]);
    expect(declared?.providers[0]).toMatchObject({
      kind: 'entra',
      clientSecret: ENTRA_SECRET,
      scim: { enabled: true, provisioningToken: SCIM_TOKEN },
      reconcile: { mode: 'heal', everyMs: 86_400_000 },
      attributeRoleMappings: [{ attribute: 'roles', value: 'admin', role: 'Admin', sticky: false }],
      attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*', sticky: false }],
      claimScimAttributes: { groups: { attributeType: 'group', attributeValue: 'displayName' } },
    });
  });

  test('the defaults of the contract, and which keys the file wrote', () => {
    expect(declaredProvider()).toEqual({
      ...entra,
      cloud: 'commercial',
      audience: '',
      appIdUri: '',
      enabled: true,
      scope: 'assigned',
      allowedTenants: ['contoso.com'],
      groupsMatchedBy: 'displayName',
      memberReplaceIsAdd: false,
      guard: { percent: 20, count: 500 },
      claimsSyncMode: 'both',
      roleResolutionStrategy: 'most-permissions',
      reconcile: { mode: 'heal', everyMs: 86_400_000 },
      declaredKeys: ['name', 'kind', 'tenantId', 'clientId'],
    });
  });

  test('an absent list is not an empty one: absent, the dashboard owns it', () => {
    expect(declaredProvider()).not.toHaveProperty('attributeTeamMappings');
    expect(declaredProvider({ attributeTeamMappings: [] })).toHaveProperty('attributeTeamMappings', []);
    expect(settingsOf({}).declared).toEqual({ providers: [], apiKeys: [] });
    expect(settingsOf({ trustedNetworks: [] }).declared?.trustedNetworks).toEqual([]);
  });

  test('where SCIM alone decides, reconciliation reports unless told otherwise (SEMANTICS 6)', () => {
    const scimAlone = { claimsSyncMode: 'scim', scim: { enabled: true } };
    expect(declaredProvider(scimAlone).reconcile.mode).toBe('report');
    expect(declaredProvider({ ...scimAlone, reconcile: { mode: 'heal' } }).reconcile.mode).toBe('heal');
    expect(declaredProvider({ claimsSyncMode: 'scim' }).reconcile.mode).toBe('heal');
  });

  test.each([
    ['1s', 1_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['400d', 400 * 86_400_000],
  ])('the duration %s is %i ms', (every, everyMs) => {
    expect(declaredProvider({ reconcile: { every } }).reconcile.everyMs).toBe(everyMs);
  });

  test('sessions, retention and permissions', () => {
    const settings = settingsOf({
      $schema: './bifrost.schema.json',
      sessions: { cap: '8h' },
      retention: { requests: '7d' },
      permissions: [{ resource: 'Invoices', operations: ['View', 'Approve'] }],
    });
    expect(settings.sessions).toEqual({ refreshAfter: '15m', cap: '8h' });
    expect(settings.declared?.sessions).toEqual(settings.sessions);
    expect(settings.retention).toEqual({ requestsMs: 7 * 86_400_000, removedUsersMs: 400 * 86_400_000 });
    expect(settings.declared?.permissions).toEqual([
      { resource: 'Invoices', operations: ['View', 'Approve'], description: '' },
    ]);
  });

  test('every kind, with the keys of its own', () => {
    const providers = [
      entra,
      { name: 'okta', kind: 'okta', clientId: 'a', issuer: 'https://contoso.okta.com' },
      { name: 'kc', kind: 'keycloak', clientId: 'a', serverUrl: 'https://kc.example.com', realm: 'staff' },
      { name: 'google', kind: 'google', clientId: 'a', domain: 'contoso.com' },
      { name: 'oidc', kind: 'oidc', clientId: 'a', issuer: 'https://id.example.com/x' },
    ];
    expect(settingsOf({ providers }).declared?.providers.map(({ kind }) => kind)).toEqual([
      'entra',
      'okta',
      'keycloak',
      'google',
      'oidc',
    ]);
  });

  test('any text may be a reference: a kind, a choice, a duration, a text of a rule', () => {
    const provider = {
      ...entra,
      kind: 'env.KIND',
      scope: 'env.SCOPE',
      reconcile: { every: 'env.EVERY' },
      attributeRoleMappings: [{ attribute: 'roles', value: 'env.VALUE', role: 'Viewer' }],
    };
    const more = { KIND: 'entra', SCOPE: 'all', EVERY: '2h', VALUE: 'ops' };
    expect(settingsOf({ providers: [provider] }, more).declared?.providers[0]).toMatchObject({
      kind: 'entra',
      scope: 'all',
      reconcile: { everyMs: 7_200_000 },
      attributeRoleMappings: [{ value: 'ops' }],
    });
  });

  test('in development an identity provider may be http and on this machine', () => {
    const providers = [{ name: 'local', kind: 'oidc', clientId: 'a', issuer: 'http://localhost:9000' }];
    expect(settingsOf({ providers }, { BIFROST_DEVELOPMENT: '1' }).declared?.providers).toHaveLength(1);
  });
});

const rule = { attribute: 'groups', value: '*', team: '*' };

describe('what is refused in a provider', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'an unknown kind',
      { kind: 'entrra' },
      'providers[0].kind: must be one of entra, okta, keycloak, google, oidc: did you mean entra?',
    ],
    ['a kind that is no text', { kind: 7 }, 'providers[0].kind: must be one of'],
    ["a key of another kind's", { issuer: 'https://x.example.com' }, 'providers[0].issuer: is no key'],
    [
      'a mistyped key',
      { tenantID: 'x' },
      'providers[0].tenantID: is no key of the configuration: did you mean tenantId?',
    ],
    [
      'a mistyped key within',
      { scim: { enable: true } },
      'providers[0].scim.enable: is no key of the configuration: did you mean enabled?',
    ],
    ['a key that is no word', { 'a b': 1 }, 'providers[0]["a b"]: is no key'],
    ['a tenant that is none', { tenantId: 'common' }, 'providers[0].tenantId: is no tenant'],
    [
      'an allowed tenant that is none',
      { allowedTenants: ['contoso.com', '*'] },
      'providers[0].allowedTenants[1]: is no tenant',
    ],
    ['nobody allowed', { allowedTenants: [] }, 'providers[0].allowedTenants: must not be empty'],
    ['a number for text', { clientId: 7 }, 'providers[0].clientId: must be text: put it in quotes'],
    ['an empty text', { clientId: '' }, 'providers[0].clientId: is empty'],
    [
      'no value',
      { attributeTeamMappings: null },
      'providers[0].attributeTeamMappings: has no value: write one ([]',
    ],
    ['text for a flag', { enabled: 'yes' }, 'providers[0].enabled: must be true or false'],
    [
      'another cloud',
      { cloud: 'gcc' },
      'providers[0].cloud: must be one of commercial, gcc-high, dod, china',
    ],
    [
      'a duration without unit',
      { reconcile: { every: '24' } },
      'providers[0].reconcile.every: is no duration',
    ],
    ['a duration of nothing', { reconcile: { every: '0h' } }, 'providers[0].reconcile.every: is no duration'],
    [
      'an endless duration',
      { reconcile: { every: '3651d' } },
      'providers[0].reconcile.every: is longer than 3650 days',
    ],
    [
      'a percentage over 100',
      { guard: { percent: 101 } },
      'providers[0].guard.percent: must be a whole number from 0 to 100',
    ],
    ['a half user', { guard: { count: 0.5 } }, 'providers[0].guard.count: must be a whole number'],
    ['a list for an object', { guard: [] }, 'providers[0].guard: must be an object'],
    [
      'an object for a list',
      { attributeTeamMappings: {} },
      'providers[0].attributeTeamMappings: must be a list',
    ],
    [
      'a short token',
      { scim: { provisioningToken: 'x'.repeat(23) } },
      'providers[0].scim.provisioningToken: is shorter than 24 characters',
    ],
    [
      'a token with a line break',
      { scim: { provisioningToken: `${'x'.repeat(24)}\n` } },
      'providers[0].scim.provisioningToken: has spaces, line breaks',
    ],
    [
      'an empty role',
      { attributeRoleMappings: [{ attribute: 'roles', value: 'a', role: '' }] },
      'providers[0].attributeRoleMappings[0].role: is empty',
    ],
    [
      'a rule without a target',
      { attributeTeamMappings: [{ attribute: 'a', value: 'b' }] },
      'providers[0].attributeTeamMappings[0].team: is missing',
    ],
    [
      'two captures',
      { attributeTeamMappings: [{ ...rule, value: '${*}-${*}' }] },
      'providers[0].attributeTeamMappings[0].value: has more than one',
    ],
    [
      'a star inside a target',
      { attributeTeamMappings: [{ ...rule, team: 'team *' }] },
      'providers[0].attributeTeamMappings[0].team: may be',
    ],
    [
      'the same rule twice',
      { attributeTeamMappings: [rule, rule] },
      'providers[0].attributeTeamMappings[1]: is the same as providers[0].attributeTeamMappings[0]',
    ],
    [
      'a long value',
      { attributeTeamMappings: [{ ...rule, value: 'x'.repeat(1025) }] },
      'providers[0].attributeTeamMappings[0].value: is longer than 1024',
    ],
    [
      'too many rules',
      { attributeTeamMappings: Array.from({ length: 501 }, (_, i) => ({ ...rule, value: `v${i}` })) },
      'providers[0].attributeTeamMappings: has 501 entries, and may have 500',
    ],
    [
      'another attribute type',
      { claimScimAttributes: { groups: { attributeType: 'team', attributeValue: 'x' } } },
      'providers[0].claimScimAttributes.groups.attributeType: must be one of user, group',
    ],
    ['a name that ends in a space', { name: 'entra ' }, 'providers[0].name: has control characters'],
    [
      'a reference to nothing',
      { clientSecret: 'env.NOT_THERE' },
      'providers[0].clientSecret: is not set: set it, or write the value here (from the environment variable NOT_THERE)',
    ],
    [
      'a reference to what every object has',
      { clientSecret: 'env.constructor' },
      'providers[0].clientSecret: is not set',
    ],
  ])('%s', (_, change, problem) => {
    const lines = providerProblem(change);
    expect(lines.startsWith(problem)).toBe(true);
    expect(lines.split('\n')).toHaveLength(1);
  });

  test('what each kind needs and has not', () => {
    const providers = ['entra', 'okta', 'keycloak', 'google', 'oidc'].map((kind) => ({ kind, name: kind }));
    expect(problemsOf({ providers }).map(({ path }) => path)).toEqual([
      'providers[0].tenantId',
      'providers[0].clientId',
      'providers[1].issuer',
      'providers[1].clientId',
      'providers[2].serverUrl',
      'providers[2].realm',
      'providers[2].clientId',
      'providers[3].domain',
      'providers[3].clientId',
      'providers[4].issuer',
      'providers[4].clientId',
    ]);
  });

  test('an identity provider over http, or on this machine, outside development', () => {
    const providers = [
      { name: 'a', kind: 'oidc', clientId: 'a', issuer: 'http://id.example.com' },
      { name: 'b', kind: 'keycloak', clientId: 'a', serverUrl: 'https://localhost', realm: 'r' },
      { name: 'c', kind: 'oidc', clientId: 'a', issuer: 'id.example.com' },
    ];
    expect(problemsOf({ providers })).toEqual([
      { path: 'providers[2].issuer', message: expect.stringContaining('is no web address') },
      { path: 'providers[0].issuer', message: expect.stringContaining('BIFROST_DEVELOPMENT=1') },
      { path: 'providers[1].serverUrl', message: expect.stringContaining('BIFROST_DEVELOPMENT=1') },
    ]);
  });

  test('what stands in for Entra or Graph is for development alone, even with https', () => {
    const standIn = { ...entra, authorityUrl: 'https://login.example', graphUrl: 'http://localhost:1/graph' };
    const oidc = { name: 'o', kind: 'oidc', clientId: 'app', issuer: 'https://id.example' };
    const providers = [standIn, { ...oidc, tokenEndpoint: 'http://id.example/token' }];
    expect(problemsOf({ providers }).map(({ path }) => path)).toEqual([
      'providers[0].authorityUrl',
      'providers[0].graphUrl',
      'providers[1].tokenEndpoint',
    ]);
    expect(settingsOf({ providers }, { BIFROST_DEVELOPMENT: '1' }).declared?.providers).toHaveLength(2);
  });

  test('with an unknown kind, what all kinds share is still checked', () => {
    const provider = { kind: 'ldap', clientId: '', scim: { provisioningToken: 'short' }, basedn: 'x' };
    expect(problemsOf({ providers: [provider] }).map(({ path }) => path)).toEqual([
      'providers[0].kind',
      'providers[0].name',
      'providers[0].clientId',
      'providers[0].scim.provisioningToken',
    ]);
  });
});

describe('what is refused elsewhere', () => {
  const key = 'k'.repeat(24);
  test.each<[string, unknown, string]>([
    ['a list as the whole', [], 'configuration: must be an object'],
    [
      'a mistyped key',
      { trustedNetwork: [] },
      'trustedNetwork: is no key of the configuration: did you mean trustedNetworks?',
    ],
    ['a prototype as a key', JSON.parse('{"__proto__": {}}'), '__proto__: is no key'],
    ['a provider that is text', { providers: ['entra'] }, 'providers[0]: must be an object'],
    [
      'two providers of one name',
      { providers: [entra, { ...entra, name: 'ENTRA' }] },
      'providers[1].name: is the same as providers[0].name',
    ],
    [
      'a short API key',
      { apiKeys: [{ name: 'a', key: 'short', role: 'Admin' }] },
      'apiKeys[0].key: is shorter than 24',
    ],
    [
      'a role that is no system role',
      { apiKeys: [{ name: 'a', key, role: 'admin' }] },
      'apiKeys[0].role: must be one of Admin, Developer, Viewer: did you mean Admin?',
    ],
    [
      'two API keys of one name',
      {
        apiKeys: [
          { name: 'a', key, role: 'Admin' },
          { name: 'A', key: `${key}2`, role: 'Admin' },
        ],
      },
      'apiKeys[1].name: is the same as apiKeys[0].name',
    ],
    [
      'one secret for two',
      {
        apiKeys: [{ name: 'a', key, role: 'Admin' }],
        providers: [{ ...entra, scim: { provisioningToken: key } }],
      },
      'providers[0].scim.provisioningToken: is the same secret as apiKeys[0].key',
    ],
    [
      'a host as a network',
      { trustedNetworks: [{ cidr: 'db.example.com' }] },
      'trustedNetworks[0].cidr: is no network',
    ],
    [
      'a prefix that is too long',
      { trustedNetworks: [{ cidr: '10.0.0.0/33' }] },
      'trustedNetworks[0].cidr: is no network',
    ],
    [
      'a session that ends too soon',
      { sessions: { refreshAfter: '1h', cap: '5m' } },
      'sessions: ends a session',
    ],
    [
      'a resource without operations',
      { permissions: [{ resource: 'X', operations: [] }] },
      'permissions[0].operations: must not be empty',
    ],
  ])('%s', (_, config, problem) => {
    const problems = problemsOf(config);
    expect(problems).toHaveLength(1);
    expect(`${problems[0]?.path}: ${problems[0]?.message}`).toContain(problem);
  });

  test('a hundred problems are shown, and all are kept', () => {
    const trustedNetworks = Array.from({ length: 130 }, (_, i) => ({ cidr: `host${i}` }));
    const error = errorOf(() => settingsOf({ trustedNetworks }));
    expect(error.problems).toHaveLength(130);
    expect(error.message).toMatch(/\n {2}and 30 more$/);
  });

  test('no message holds a value, whatever is wrong with it', () => {
    const secret = 'hunter2-hunter2';
    const everything = {
      apiKeys: [{ name: 'a', key: secret, role: secret }],
      trustedNetworks: [{ cidr: secret }],
      providers: [
        {
          ...entra,
          clientSecret: { deep: secret },
          tenantId: secret,
          scim: { provisioningToken: 'env.SHORT' },
        },
        { ...entra, name: 'b', kind: secret, cloud: secret, guard: secret, reconcile: { every: secret } },
        { name: 'c', kind: 'oidc', clientId: 'c', issuer: `http://me:${secret}@id.example.com` },
      ],
      sessions: secret,
    };
    const more = { SHORT: secret, DATABASE_URL: `postgres://me:${secret}@db/x`, BIFROST_SECRET_KEY: secret };
    const error = errorOf(() => readSettings({ env: { ...env, ...more }, config: everything }));
    expect(error.problems.length).toBeGreaterThan(10);
    expect(error.message).not.toContain(secret);
    expect(error.message).toContain('from the environment variable SHORT');
  });
});
