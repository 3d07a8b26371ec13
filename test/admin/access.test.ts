// GET /api/access: the answer an app needs per request.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scimClient } from '../harness/scim-client.ts';
import { providerBlock } from '../harness/server.ts';
import { type Fixture, startFixture, userBody } from './fixture.ts';

interface Access {
  active: boolean;
  user: { id: string; provider: string; status: string };
  role: { id: string; name: string } | null;
  permissions: string[];
  teams: { name: string }[];
  businessUnits: { name: string }[];
}

const SECOND_TOKEN = 'token-of-the-second-provider-01';
const OID = 'a3f5b0de-7c11-4c9e-9d25-0f6f8f0c1d2e';
let api: Fixture;
let amara: string;

beforeAll(async () => {
  const config = { providers: [] as object[] };
  const first = providerBlock('entra', 'token-of-the-first-provider-001');
  config.providers.push(first, providerBlock('fabrikam', SECOND_TOKEN));
  api = await startFixture({ config });
  const scim = scimClient(api.server.scim, 'token-of-the-first-provider-001');
  const second = scimClient(api.server.scim, SECOND_TOKEN);
  amara = (await scim.post('/Users', { ...userBody('amara@contoso.com/Sales'), externalId: OID })).resource
    .id;
  await scim.post('/Users', userBody('shared@contoso.com/Sales'));
  await second.post('/Users', userBody('shared@contoso.com/Finance'));
  const bela = (await scim.post('/Users', userBody('bela@contoso.com/Sales'))).resource.id;
  await scim.patch(`/Users/${bela}`, [{ op: 'replace', path: 'active', value: false }]);
  const chen = (await scim.post('/Users', userBody('chen@contoso.com/Sales'))).resource.id;
  await scim.delete(`/Users/${chen}`);
  const again = (await scim.post('/Users', userBody('again@contoso.com/Sales'))).resource.id;
  await scim.delete(`/Users/${again}`);
  await scim.post('/Users', userBody('again@contoso.com/Sales'));
  await scim.post('/Users', { ...userBody('twin1@contoso.com'), externalId: 'twins' });
  await scim.post('/Users', { ...userBody('twin2@contoso.com'), externalId: 'twins' });
  await scim.post('/Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Platform',
    members: [{ value: amara }],
  });
  scim.close();
  second.close();
});
afterAll(() => api.stop());

const ask = (query: string, headers: Record<string, string> = {}) =>
  api.get<Access>(`/api/access?${query}`, { headers });

describe('GET /api/access 200', () => {
  it.each([
    'userName=amara@contoso.com',
    'userName=AMARA@Contoso.com',
    `externalId=${OID}`,
    `oid=${OID}`,
    `oid=${OID.toUpperCase()}`,
    'userName=amara@contoso.com&provider=entra',
  ])('finds by %s', async (query) => {
    const { body } = await ask(query);
    expect(body).toMatchObject({
      active: true,
      user: { id: amara, provider: 'entra', status: 'active' },
      role: { id: 'viewer', name: 'Viewer' },
      permissions: expect.arrayContaining(['users:read']),
      teams: [{ name: 'Platform' }],
      businessUnits: [{ name: 'Sales' }],
    });
  });

  it('finds by id', async () => {
    expect((await ask(`id=${amara}`)).body.user.id).toBe(amara);
  });

  it.each([
    ['bela@contoso.com', 'suspended'],
    ['chen@contoso.com', 'removed'],
  ])('says of %s, who is %s: not active, and nothing else to rely on', async (userName, status) => {
    expect((await ask(`userName=${userName}`)).body).toMatchObject({
      active: false,
      user: { status },
      role: null,
      permissions: [],
      teams: [],
      businessUnits: [],
    });
  });

  it('prefers the live holder of a name to a removed one', async () => {
    expect((await ask('userName=again@contoso.com')).body.active).toBe(true);
  });

  it('says no at once when somebody is suspended here', async () => {
    const before = await ask(`id=${amara}`);
    await api.send('PATCH', `/api/users/${amara}`, { body: { suspended: true } });
    expect((await ask(`id=${amara}`)).body.active).toBe(false);
    await api.send('PATCH', `/api/users/${amara}`, { body: { suspended: false } });
    expect((await ask(`id=${amara}`)).body).toEqual(before.body);
  });
});

describe('GET /api/access 304', () => {
  it('while nothing changed, and 200 once something did', async () => {
    const etag = (await ask(`id=${amara}`)).headers.get('etag')!;
    expect((await ask(`id=${amara}`, { 'if-none-match': etag })).status).toBe(304);
    expect((await ask(`id=${amara}`, { 'if-none-match': `W/${etag}, "x"` })).status).toBe(304);
    await api.send('POST', `/api/users/${amara}/grants`, { body: { kind: 'role', target: 'Developer' } });
    const after = await ask(`id=${amara}`, { 'if-none-match': etag });
    expect([after.status, after.body.role?.name]).toEqual([200, 'Developer']);
  });
});

describe('GET /api/access refusals', () => {
  it.each(['userName=nobody@contoso.com', 'externalId=x', 'oid=x', 'id=x', `id=AMARA&provider=fabrikam`])(
    '404 for somebody never seen: %s',
    async (query) => {
      expect((await ask(query)).problem).toMatchObject({ status: 404, reason: 'notFound' });
    },
  );

  it('404 in a provider that is not theirs', async () => {
    expect((await ask(`id=${amara}&provider=fabrikam`)).problem.status).toBe(404);
    expect((await ask('userName=amara@contoso.com&provider=fabrikam')).problem.status).toBe(404);
    expect((await ask('userName=amara@contoso.com&provider=okta')).problem.status).toBe(404);
  });

  it('409 when a name stands in several providers and none was named', async () => {
    expect((await ask('userName=shared@contoso.com')).problem).toMatchObject({
      status: 409,
      reason: 'conflict',
      providers: ['entra', 'fabrikam'],
    });
    const named = await ask('userName=shared@contoso.com&provider=fabrikam');
    expect(named.body.businessUnits).toMatchObject([{ name: 'Finance' }]);
  });

  it('409 when several users have one externalId', async () => {
    expect((await ask('externalId=twins')).problem.status).toBe(409);
  });

  it.each(['', 'userName=a&id=b', 'provider=entra', 'email=a@b.c', 'userName='])(
    '400 for "%s"',
    async (query) => {
      expect((await ask(query)).problem).toMatchObject({ status: 400, reason: 'invalidValue' });
    },
  );
});
