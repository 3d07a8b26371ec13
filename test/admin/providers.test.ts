// GET, POST, PATCH and DELETE /api/providers..., and what the configuration file locks.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { scimClient } from '../harness/scim-client.ts';
import { type Fixture, type Page, startFixture, told, userBody } from './fixture.ts';

let api: Fixture;
let next = 0;

beforeAll(async () => {
  api = await startFixture();
});
afterAll(() => api.stop());

const block = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: `Contoso ${++next}`,
  kind: 'entra',
  tenantId: randomUUID(),
  clientId: randomUUID(),
  ...more,
});
const post = (body: unknown) => api.send<ProviderJson>('POST', '/api/providers', { body });
const patch = (id: string, body: unknown, headers: Record<string, string> = {}) =>
  api.send<ProviderJson>('PATCH', `/api/providers/${id}`, { body, headers });
const add = async (more?: Record<string, unknown>) => (await post(block(more))).body;

describe('POST /api/providers 201', () => {
  it('adds one with the defaults of the configuration file', async () => {
    const body = block();
    const events = await api.eventsOf(async () => {
      const { status, body: made, headers } = await post(body);
      expect(status).toBe(201);
      expect(headers.get('etag')).toBe('"1"');
      expect(made).toMatchObject({
        id: `contoso-${next}`,
        name: body.name,
        enabled: true,
        declared: false,
        locked: [],
        scim: { enabled: false, endpoint: `${api.server.url}/scim/v2` },
        claimsSyncMode: 'both',
        roleResolutionStrategy: 'most-permissions',
        scope: 'assigned',
        guard: { percent: 20, count: 500 },
        reconcile: { mode: 'heal', every: '24h' },
        connection: { tenantId: body.tenantId, cloud: 'commercial', allowedTenants: [body.tenantId] },
        hasClientSecret: false,
        hasDirectoryToken: false,
      });
      expect(made.scim).not.toHaveProperty('token');
    });
    expect(events.map((event) => event.type)).toEqual(['provider.created', 'mapping.applied']);
  });

  it('with SCIM it gives the endpoint and, once, a token that works', async () => {
    const made = await add({ scim: {} });
    expect(made.scim.token).toMatch(/^bifrost_scim_/);
    const scim = scimClient(made.scim.endpoint, made.scim.token!);
    expect((await scim.get('/Users')).status).toBe(200);
    scim.close();
    const again = (await api.get<ProviderJson>(`/api/providers/${made.id}`)).text;
    expect(again).not.toContain(made.scim.token);
    expect((await api.get(`/api/audit?limit=10`)).text).not.toContain(made.scim.token);
  });

  it('takes a token that the administrator has, and does not show it', async () => {
    const provisioningToken = 'a-token-the-administrator-has-1';
    const made = await post(block({ scim: { provisioningToken } }));
    expect(made.body.scim.token).toBeUndefined();
    expect(made.text).not.toContain(provisioningToken);
    const scim = scimClient(made.body.scim.endpoint, provisioningToken);
    expect((await scim.get('/Users')).status).toBe(200);
    scim.close();
    expect((await post(block({ scim: { provisioningToken } }))).problem).toMatchObject({
      status: 409,
      reason: 'uniqueness',
    });
  });

  it('keeps a client secret sealed and shows it to nobody', async () => {
    const clientSecret = 'hush-hush-secret-value';
    const made = await post(block({ clientSecret }));
    expect(made.body.hasClientSecret).toBe(true);
    expect(made.text).not.toContain(clientSecret);
    expect(made.text).not.toContain('sealed');
    expect((await api.get('/api/audit?limit=10')).text).not.toContain(clientSecret);
    const elsewhere = await patch(made.body.id, { tenantId: '99999999-8888-4777-8666-555555555555' });
    expect([elsewhere.status, elsewhere.text]).toEqual([400, expect.stringContaining('must be sent anew')]);
    const without = await patch(made.body.id, { clientSecret: null });
    expect(without.body.hasClientSecret).toBe(false);
  });

  it('keeps an API token of Okta sealed beside the client secret, and shows it to nobody', async () => {
    const [clientSecret, directoryToken] = ['hush-hush-secret-value', '00hush-hush-api-token'];
    const { tenantId: _, ...shared } = block({ kind: 'okta', issuer: 'https://contoso.okta.com' });
    const made = await post({ ...shared, clientSecret, directoryToken });
    expect(made.body).toMatchObject({ hasClientSecret: true, hasDirectoryToken: true });
    const seen = [made.text, (await api.get('/api/audit?limit=10')).text].join();
    for (const hidden of [clientSecret, directoryToken, 'sealed']) expect(seen).not.toContain(hidden);
    // The application's secret goes to whoever is asked for tokens, the API token to the org alone.
    const elsewhere = { issuer: 'https://fabrikam.okta.com', clientSecret };
    expect((await patch(made.body.id, elsewhere)).problem).toMatchObject({
      problems: [{ path: '/directoryToken' }],
    });
    const another = await patch(made.body.id, { clientId: 'another', clientSecret });
    expect(another.body).toMatchObject({ hasClientSecret: true, hasDirectoryToken: true });
    const without = await patch(made.body.id, { directoryToken: null });
    expect(without.body).toMatchObject({ hasClientSecret: true, hasDirectoryToken: false });
    expect((await post(block({ name: 'Entra too', directoryToken }))).status).toBe(400);
  });

  it('takes rules with it', async () => {
    const rule = { attribute: 'department', value: '*', role: 'Viewer' };
    const made = await add({ attributeRoleMappings: [rule], roleResolutionStrategy: 'first-match' });
    const { body } = await api.get(`/api/providers/${made.id}/mappings`);
    expect(body).toMatchObject({
      ruleset: 1,
      roleResolutionStrategy: 'first-match',
      attributeRoleMappings: [{ ...rule, sticky: false }],
      attributeTeamMappings: [],
    });
  });

  it.each(['okta', 'keycloak', 'google', 'oidc'])('knows the kind %s', async (kind) => {
    const own = {
      okta: { issuer: 'https://contoso.okta.com' },
      keycloak: { serverUrl: 'https://keycloak.contoso.com', realm: 'staff' },
      google: { domain: 'contoso.com' },
      oidc: { issuer: 'https://id.contoso.com' },
    }[kind];
    const { status, body } = await post({ name: `A ${kind}`, kind, clientId: 'x', ...own });
    expect([status, body.kind]).toEqual([201, kind]);
    expect(body.connection).toMatchObject(own!);
  });
});

describe('POST /api/providers refusals', () => {
  it.each([
    [{ kind: 'entra' }, ['/name', '/tenantId', '/clientId']],
    [{ name: 'x', kind: 'ldap', clientId: 'x' }, ['/kind']],
    [block({ tenantId: 'not a tenant' }), ['/tenantId']],
    [block({ colour: 'blue' }), ['/colour']],
    [block({ scim: { provisioningToken: 'short' } }), ['/scim/provisioningToken']],
    [block({ clientSecret: 'env.HOME' }), ['/clientSecret']],
    [
      block({ attributeRoleMappings: [{ attribute: 'a', value: '*', role: 'Boss' }] }),
      ['/attributeRoleMappings/0/role'],
    ],
    [{ name: 'o', kind: 'okta', clientId: 'x', issuer: 'http://contoso.okta.com' }, ['/issuer']],
  ])('400 for %j, naming %j', async (body, paths) => {
    const events = await api.eventsOf(async () => {
      const { problem } = await post(body);
      expect(problem).toMatchObject({ status: 400, reason: 'invalidValue' });
      const named = (problem.problems as { path: string }[]).map((each) => each.path);
      expect(named.sort()).toEqual([...paths].sort());
    });
    expect(events).toEqual([]);
  });

  it('409 for a name that is there, in any case', async () => {
    const made = await add();
    expect((await post(block({ name: made.name.toUpperCase() }))).problem).toMatchObject({
      status: 409,
      reason: 'conflict',
    });
  });
});

describe('GET /api/providers', () => {
  it('200: by name, searched and paged', async () => {
    const all = (await api.get<Page<ProviderJson>>('/api/providers')).body;
    expect(all.items.map((each) => each.name)).toContain('entra');
    const found = (await api.get<Page<ProviderJson>>('/api/providers?search=ENTR')).body;
    expect(found.items.map((each) => each.name)).toEqual(['entra']);
    const first = (await api.get<Page<ProviderJson>>('/api/providers?limit=1')).body;
    const second = (await api.get<Page<ProviderJson>>(`/api/providers?limit=1&cursor=${first.nextCursor}`))
      .body;
    expect([...first.items, ...second.items]).toEqual(all.items.slice(0, 2));
  });

  it('404 for none', async () => {
    expect((await api.get('/api/providers/nobody')).problem.status).toBe(404);
  });
});

describe('PATCH /api/providers/{id} 200', () => {
  it('changes what is named and leaves the rest', async () => {
    const made = await add({ guard: { percent: 10 } });
    const events = await api.eventsOf(async () => {
      const { body } = await patch(made.id, {
        guard: { count: 7 },
        scope: 'all',
        reconcile: { every: '90m' },
      });
      expect(body).toEqual({
        ...made,
        guard: { percent: 10, count: 7 },
        scope: 'all',
        reconcile: { mode: 'heal', every: '90m' },
        revision: 2,
      });
    });
    expect(told(events)).toEqual([`provider.updated -> provider ${made.id}`]);
  });

  it('the same again changes nothing', async () => {
    const made = await add();
    const events = await api.eventsOf(async () => {
      expect((await patch(made.id, { name: made.name, enabled: true })).body).toEqual(made);
    });
    expect(events).toEqual([]);
  });

  it('the tenants that may sign in follow the tenant, and the mode of reconciliation the others', async () => {
    const made = await add({ scim: {} });
    const tenantId = randomUUID();
    const { body } = await patch(made.id, { tenantId, claimsSyncMode: 'scim' });
    expect(body.connection).toMatchObject({ tenantId, allowedTenants: [tenantId] });
    expect(body.reconcile.mode).toBe('report');
  });

  it('enabling SCIM adds the visible team rule and gives a token, once', async () => {
    const made = await add();
    const events = await api.eventsOf(async () => {
      const { body } = await patch(made.id, { scim: { enabled: true } });
      expect(body.scim).toEqual({
        enabled: true,
        unreachable: '127.0.0.1 is this machine alone.',
        endpoint: `${api.server.url}/scim/v2`,
        token: expect.stringMatching(/^bifrost_scim_/),
      });
    });
    expect(events.map((event) => event.type)).toEqual([
      'provider.updated',
      'mapping.applied',
      'token.created',
    ]);
    const { body } = await api.get(`/api/providers/${made.id}/mappings`);
    expect(body).toMatchObject({ attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }] });

    const again = await api.eventsOf(async () => {
      expect((await patch(made.id, { scim: { enabled: true } })).body.scim.token).toBeUndefined();
    });
    expect(again).toEqual([]);
  });

  it('enabling SCIM leaves team rules alone that are there', async () => {
    const team = { attribute: 'groups', value: 'eng-*', team: 'Engineering', sticky: false };
    const made = await add({ attributeTeamMappings: [team] });
    await patch(made.id, { scim: { enabled: true } });
    const { body } = await api.get(`/api/providers/${made.id}/mappings`);
    expect(body).toMatchObject({ ruleset: 1, attributeTeamMappings: [team] });
  });

  it('disabling SCIM keeps the users and refuses the token', async () => {
    const made = await add({ scim: {} });
    const scim = scimClient(made.scim.endpoint, made.scim.token!);
    await scim.post('/Users', userBody('kept@contoso.com'));
    const refused = async () => {
      const { status, text } = await scim.get('/Users');
      return [status, text];
    };
    await patch(made.id, { enabled: false });
    expect(await refused()).toEqual([403, expect.stringContaining('is disabled: enable it first')]);
    await patch(made.id, { enabled: true, scim: { enabled: false, people: 'keep' } });
    expect(await refused()).toEqual([403, expect.stringContaining('SCIM provisioning is switched off')]);
    scim.close();
    expect((await api.get<Page<object>>(`/api/users?provider=${made.id}`)).body.total).toBe(1);
  });
});

describe('PATCH /api/providers/{id} refusals', () => {
  it.each([
    [{ kind: 'okta' }, '/kind'],
    [{ attributeTeamMappings: [] }, '/attributeTeamMappings'],
    [{ roleResolutionStrategy: 'first-match' }, '/roleResolutionStrategy'],
    [{ scim: { provisioningToken: 'a-token-the-administrator-has-2' } }, '/scim/provisioningToken'],
    [{ scim: { on: true } }, '/scim/on'],
    [{ scope: 'some' }, '/scope'],
    [{ tenantId: null }, '/tenantId'],
    [{ sealedClientSecret: 'x' }, '/sealedClientSecret'],
  ])('400 for %j', async (body, path) => {
    const made = await add();
    const { problem } = await patch(made.id, body);
    expect(problem).toMatchObject({ status: 400, problems: [{ path }] });
  });

  it('412 for a stale If-Match, 200 for the current one', async () => {
    const made = await add();
    await patch(made.id, { scope: 'all' }, { 'if-match': '"1"' });
    expect((await patch(made.id, { scope: 'assigned' }, { 'if-match': '"1"' })).problem).toMatchObject({
      status: 412,
      reason: 'stale',
      version: '"2"',
    });
  });

  it('of many edits at once none is lost without being told', async () => {
    const made = await add();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => patch(made.id, { guard: { count: i } }, { 'if-match': '"1"' })),
    );
    expect(answers.map((each) => each.status).sort()).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
  });

  it('409 for the name of another', async () => {
    const [one, other] = [await add(), await add()];
    expect((await patch(one.id, { name: other.name })).problem.status).toBe(409);
  });
});

describe('what the configuration file declares', () => {
  it('is shown locked', async () => {
    const { body } = await api.get<ProviderJson>('/api/providers/entra');
    expect(body.declared).toBe(true);
    expect(body.locked).toEqual(
      expect.arrayContaining(['name', 'tenantId', 'scim', 'attributeTeamMappings']),
    );
  });

  it.each([{ tenantId: 'contoso.com' }, { clientId: 'y' }, { scim: { enabled: false } }, { name: 'x' }])(
    '409 for %j, saying where to change it',
    async (body) => {
      const events = await api.eventsOf(async () => {
        const { problem } = await patch('entra', body);
        expect(problem).toMatchObject({ status: 409, reason: 'conflict', locked: Object.keys(body) });
        expect(problem.detail).toContain('change it there');
      });
      expect(events).toEqual([]);
    },
  );

  it('409 for its removal', async () => {
    const { problem } = await api.send('DELETE', '/api/providers/entra?people=remove');
    expect(problem).toMatchObject({ status: 409, reason: 'conflict' });
  });
});

describe('what the file leaves out', () => {
  it('the API owns: SCIM and rules of a declared provider', async () => {
    const own = await startFixture({
      config: { providers: [{ name: 'plain', kind: 'entra', tenantId: randomUUID(), clientId: 'x' }] },
    });
    try {
      const { body } = await own.send<ProviderJson>('PATCH', '/api/providers/plain', {
        body: { scim: { enabled: true } },
      });
      expect(body.scim.token).toMatch(/^bifrost_scim_/);
      const rule = { attribute: 'department', value: '*', role: 'Viewer' };
      const put = await own.send('PUT', '/api/providers/plain/mappings', {
        body: { attributeRoleMappings: [rule] },
      });
      expect(put.status).toBe(200);
      const locked = await own.send('PATCH', '/api/providers/plain', { body: { clientId: 'y' } });
      expect(locked.problem.status).toBe(409);
    } finally {
      await own.stop();
    }
  });
});

describe('DELETE /api/providers/{id}', () => {
  it('204 for one without users', async () => {
    const made = await add();
    const events = await api.eventsOf(async () => {
      expect((await api.send('DELETE', `/api/providers/${made.id}`)).status).toBe(204);
    });
    expect(events.map((event) => event.type)).toEqual(['provider.updated', 'provider.removed']);
    expect((await api.get(`/api/providers/${made.id}`)).status).toBe(404);
  });

  it('412 for a stale If-Match', async () => {
    const made = await add();
    const headers = { 'if-match': '"9"' };
    expect((await api.send('DELETE', `/api/providers/${made.id}`, { headers })).problem.status).toBe(412);
  });
});
