// Discovery documents and keys: whose they are, how long they are kept, and what a provider that is away costs.

import { beforeAll, describe, expect, it } from 'vitest';
import { endpointsOf, entraIssuer } from '../../src/provider/endpoints.ts';
import { signInMetadata, tenantId } from '../../src/provider/metadata.ts';
import { findKey } from '../../src/provider/signing-keys.ts';
import {
  away,
  CLIENT,
  discoveryOf,
  entra,
  LOGIN,
  OTHER_TENANT,
  providerOf,
  type Signer,
  serveEntra,
  signer,
  TENANT,
  V2,
  type World,
  world,
} from './world.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DOCUMENT = `${V2}/.well-known/openid-configuration`;
const KEYS = `${V2}/keys`;

describe('addresses', () => {
  const of = (connection: Record<string, unknown>, development = false) =>
    endpointsOf(providerOf('entra', { tenantId: TENANT, ...connection }), development);

  it.each([
    ['commercial', 'login.microsoftonline.com', 'login.microsoftonline.com', 'graph.microsoft.com'],
    ['gcc-high', 'login.microsoftonline.us', 'login.microsoftonline.us', 'graph.microsoft.us'],
    ['dod', 'login.microsoftonline.us', 'login.microsoftonline.us', 'dod-graph.microsoft.us'],
    [
      'china',
      'login.chinacloudapi.cn',
      'login.partner.microsoftonline.cn',
      'microsoftgraph.chinacloudapi.cn',
    ],
  ])('of the cloud %s', (cloud, login, issuer, graph) => {
    const endpoints = of({ cloud });
    expect(endpoints).toMatchObject({
      authority: `https://${login}`,
      graphUrl: `https://${graph}/v1.0`,
      graphScope: `https://${graph}/.default`,
    });
    if (endpoints.kind !== 'entra') throw new Error('no Entra');
    expect(entraIssuer(endpoints, TENANT)).toBe(`https://${issuer}/${TENANT}/v2.0`);
  });

  it('that stand in for Entra are for development alone, wherever the settings came from', () => {
    const standIn = { authorityUrl: 'http://127.0.0.1:1/', graphUrl: 'http://127.0.0.1:1/graph' };
    expect(() => of(standIn)).toThrow(expect.objectContaining({ reason: 'bad_settings' }));
    expect(() => of({ graphUrl: standIn.graphUrl })).toThrow(
      expect.objectContaining({ reason: 'bad_settings' }),
    );
    expect(of(standIn, true)).toMatchObject({
      authority: 'http://127.0.0.1:1',
      issuerTemplate: 'http://127.0.0.1:1/{tenantid}/v2.0',
      graphUrl: 'http://127.0.0.1:1/graph/v1.0',
    });
  });

  it('of the other kinds', () => {
    const at = (kind: 'keycloak' | 'okta' | 'google' | 'oidc', connection: Record<string, unknown>) =>
      endpointsOf(providerOf(kind, connection), false);
    expect(at('keycloak', { serverUrl: 'https://kc.example/auth/', realm: 'my realm' })).toMatchObject({
      issuer: 'https://kc.example/auth/realms/my%20realm',
      discoveryUrl: 'https://kc.example/auth/realms/my%20realm/.well-known/openid-configuration',
    });
    const inside = { serverUrl: 'https://kc.inside', realm: 'r', issuer: 'https://kc.example/realms/r' };
    expect(at('keycloak', inside)).toMatchObject({
      issuer: 'https://kc.example/realms/r',
      discoveryUrl: 'https://kc.inside/realms/r/.well-known/openid-configuration',
    });
    expect(at('google', { domain: 'Contoso.com' })).toMatchObject({
      issuer: 'https://accounts.google.com',
      domain: 'contoso.com',
    });
  });

  it('that the settings of an issuer name are taken before those of its document', async () => {
    const here = world();
    const issuer = 'https://id.example/';
    here.on('https://id.example/.well-known', { body: discoveryOf('https://id.example', issuer) });
    const some = endpointsOf(providerOf('oidc', { issuer, jwksUri: 'https://id.example/own' }), false);
    expect(await signInMetadata(here.reach, some)).toMatchObject({
      issuer,
      jwksUri: 'https://id.example/own',
      tokenEndpoint: 'https://id.example/token',
    });
    const all = { issuer: 'https://old.example', authorizationEndpoint: 'https://old.example/a' };
    const rest = { tokenEndpoint: 'https://old.example/t', jwksUri: 'https://old.example/k' };
    const named = endpointsOf(providerOf('oidc', { ...all, ...rest }), false);
    expect(await signInMetadata(here.reach, named)).toMatchObject({ ...all, ...rest });
    expect(here.asked('https://old.example')).toBe(0);
  });
});

describe('the discovery document', () => {
  const endpoints = endpointsOf(entra, false);
  const ask = (here: World) => signInMetadata(here.reach, endpoints);

  it('is fetched once for a crowd, and kept', async () => {
    const here = world();
    serveEntra(here, []);
    await Promise.all(Array.from({ length: 20 }, () => ask(here)));
    here.pass(59 * MINUTE);
    await ask(here);
    expect(here.asked(DOCUMENT)).toBe(1);
  });

  it('is renewed beside whoever asks after an hour, and waited for after a day', async () => {
    const here = world();
    serveEntra(here, []);
    await ask(here);
    const renewed = { body: discoveryOf(V2, `${LOGIN}/${TENANT}/v2.0`, { token_endpoint: `${V2}/new` }) };
    here.on(DOCUMENT, renewed);
    here.pass(HOUR);
    expect((await ask(here)).tokenEndpoint).toBe(`${V2}/token`);
    await new Promise(setImmediate);
    expect((await ask(here)).tokenEndpoint).toBe(`${V2}/new`);
    serveEntra(here, []);
    here.pass(25 * HOUR);
    expect((await ask(here)).tokenEndpoint).toBe(`${V2}/token`);
  });

  it('stays, however old, while the provider is away, which is tried once a minute', async () => {
    const here = world();
    serveEntra(here, []);
    await ask(here);
    here.on(DOCUMENT, away());
    here.pass(72 * HOUR);
    for (let i = 0; i < 5; i++) expect((await ask(here)).issuer).toBe(`${LOGIN}/${TENANT}/v2.0`);
    expect(here.asked(DOCUMENT)).toBe(2);
    here.pass(MINUTE);
    await ask(here);
    expect(here.asked(DOCUMENT)).toBe(3);
  });

  it('that never came is asked for each time', async () => {
    const here = world();
    here.on(DOCUMENT, { status: 503 });
    await expect(ask(here)).rejects.toMatchObject({ reason: 'provider_unreachable' });
    serveEntra(here, []);
    expect((await ask(here)).issuer).toBe(`${LOGIN}/${TENANT}/v2.0`);
  });

  it.each([
    ['of another tenant', discoveryOf(V2, `${LOGIN}/${OTHER_TENANT}/v2.0`), 'bad_metadata'],
    ['of another host', discoveryOf(V2, `https://evil.example/${TENANT}/v2.0`), 'bad_metadata'],
    ['without a token endpoint', { ...discoveryOf(V2, V2), token_endpoint: undefined }, 'bad_metadata'],
    [
      'that leads from https to http',
      { ...discoveryOf(V2, V2), token_endpoint: 'http://x.example' },
      'bad_metadata',
    ],
    [
      'that leads to a script',
      { ...discoveryOf(V2, V2), authorization_endpoint: 'javascript:x' },
      'bad_metadata',
    ],
    ['that is a list', [], 'bad_metadata'],
    ['that is a page', '<html>', 'provider_unreachable'],
  ])('%s is not taken', async (_, body, reason) => {
    const here = world();
    here.on(DOCUMENT, { body });
    await expect(ask(here)).rejects.toMatchObject({ reason });
  });

  it('tells the id of a tenant that is written as a domain, in China too', async () => {
    const here = world();
    const provider = providerOf('entra', { tenantId: 'contoso.cn', cloud: 'china' });
    const china = endpointsOf(provider, false);
    if (china.kind !== 'entra') throw new Error('no Entra');
    const base = 'https://login.chinacloudapi.cn/contoso.cn/v2.0';
    here.on(base, { body: discoveryOf(base, `https://login.partner.microsoftonline.cn/${TENANT}/v2.0`) });
    expect(await tenantId(here.reach, china, 'contoso.cn')).toBe(TENANT);
    expect(await tenantId(here.reach, china, OTHER_TENANT.toUpperCase())).toBe(OTHER_TENANT);
    here.on('https://login.chinacloudapi.cn/other.cn', { body: discoveryOf(base, 'https://evil.example/x') });
    await expect(tenantId(here.reach, china, 'other.cn')).rejects.toMatchObject({ reason: 'bad_metadata' });
  });
});

describe('keys', () => {
  let one: Signer;
  let two: Signer;
  const find = (here: World, kid: string, sources = [KEYS]) =>
    findKey(here.reach, sources, { kid, alg: 'RS256' });

  beforeAll(async () => {
    [one, two] = await Promise.all([signer('one'), signer('two')]);
  });

  it('are fetched once for a crowd, and an unknown one leads to a fetch at once, the first time', async () => {
    const here = world();
    serveEntra(here, [one]);
    await Promise.all(Array.from({ length: 20 }, () => find(here, 'one')));
    expect(here.asked(KEYS)).toBe(1);
    serveEntra(here, [one, two]);
    const found = await Promise.all(Array.from({ length: 20 }, () => find(here, 'two')));
    expect(found.every((key) => key?.kid === 'two')).toBe(true);
    expect(here.asked(KEYS)).toBe(2);
  });

  it('that nobody has lead to a fetch every five minutes, whatever their number', async () => {
    const here = world();
    serveEntra(here, [one]);
    await find(here, 'one');
    for (let i = 0; i < 50; i++) expect(await find(here, `made-up-${i}`)).toBeNull();
    expect(here.asked(KEYS)).toBe(2);
    here.pass(5 * MINUTE);
    await Promise.all(Array.from({ length: 50 }, (_, i) => find(here, `made-up-${i}`)));
    expect(here.asked(KEYS)).toBe(3);
  });

  it('that were taken back are gone with the next fetch', async () => {
    const here = world();
    serveEntra(here, [one]);
    await find(here, 'one');
    serveEntra(here, [two]);
    expect((await find(here, 'two'))?.kid).toBe('two');
    expect(await find(here, 'one')).toBeNull();
  });

  it('stay while the provider is away, and a new one is known a minute after it is back', async () => {
    const here = world();
    serveEntra(here, [one]);
    await find(here, 'one');
    here.on(KEYS, away());
    here.pass(72 * HOUR);
    expect((await find(here, 'one'))?.kid).toBe('one');
    await expect(find(here, 'two')).rejects.toMatchObject({ reason: 'provider_unreachable' });
    serveEntra(here, [two]);
    here.pass(MINUTE);
    expect((await find(here, 'two'))?.kid).toBe('two');
  });

  it("of the application itself are found under ?appid=, without asking for Entra's own each time", async () => {
    const here = world();
    serveEntra(here, [one]);
    const sources = [KEYS, `${KEYS}?appid=${CLIENT}`];
    here.on(sources[1]!, { body: { keys: [two.jwk] } });
    expect((await find(here, 'two', sources))?.kid).toBe('two');
    const before = here.calls.length;
    for (let i = 0; i < 5; i++) await find(here, 'two', sources);
    expect(here.calls.length).toBe(before);
  });

  it('that are secrets, for encryption or of another kind are no keys', async () => {
    const here = world();
    const odd = [
      { kty: 'oct', kid: 'one', k: 'c2VjcmV0' },
      { ...one.jwk, use: 'enc' },
      { ...one.jwk, alg: 'PS256' },
    ];
    here.on(KEYS, { body: { keys: [...odd, null, 'x', { ...one.jwk, kid: 7 }] } });
    expect(await find(here, 'one')).toBeNull();
  });
});
