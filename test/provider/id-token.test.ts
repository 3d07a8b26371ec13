// Every way in which a token can be wrong has a reason of its own, and none of them signs anybody in.

import { beforeAll, describe, expect, it } from 'vitest';
import { beginSignIn, finishSignIn, type SignInResult } from '../../src/provider/sign-in.ts';
import type { SignInReason } from '../../src/provider/sign-in-refusal.ts';
import {
  CLIENT,
  discoveryOf,
  entra,
  entraClaims,
  LOGIN,
  OID,
  OTHER_TENANT,
  providerOf,
  REDIRECT,
  type Signer,
  START,
  serveEntra,
  signer,
  TENANT,
  V1,
  V2,
  world,
} from './world.ts';

let key: Signer;
let stranger: Signer;
const at = START / 1000;

beforeAll(async () => {
  key = await signer('current');
  stranger = await signer('current');
});

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs in with what `make` gives as ID token, knowing the nonce. */
async function signIn(
  make: (nonce: string) => Promise<string> | string | null,
  {
    provider = entra,
    serve = (to: ReturnType<typeof world>) => serveEntra(to, [key]),
    token = `${V2}/token`,
  } = {},
): Promise<SignInResult> {
  const here = world();
  serve(here);
  const { transaction } = await beginSignIn(here.reach, provider, {
    redirectUri: REDIRECT,
    purpose: 'sign-in',
  });
  const idToken = await make(transaction.nonce);
  here.on(token, { body: { token_type: 'Bearer', ...(idToken !== null && { id_token: idToken }) } });
  const callback = new URLSearchParams({ code: 'code', state: transaction.state });
  return finishSignIn(here.reach, provider, transaction, callback, START);
}

function reasonOf(result: SignInResult): SignInReason | 'signed in' {
  return result.ok ? 'signed in' : result.refusal.reason;
}

describe('a token that is good', () => {
  it('signs in the person of (tid, oid), whatever the address says', async () => {
    const result = await signIn((nonce) => key.token(entraClaims(nonce, { tid: TENANT.toUpperCase() })));
    expect(result).toMatchObject({
      ok: true,
      key: { authority: TENANT, subject: OID },
      idToken: { oid: OID, tid: TENANT, userName: 'ada@contoso.example', email: 'ada@elsewhere.example' },
      claimsUnknown: [],
      refreshToken: null,
      received: null,
    });
    expect(result.ok && Object.keys(result.claims).sort()).toEqual([
      'email',
      'name',
      'preferred_username',
      'roles',
      'tid',
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['expired less than five minutes ago', { exp: at - 299 }],
    ['valid in less than five minutes', { nbf: at + 299, iat: at + 299 }],
    ['for several audiences, saying that it is ours', { aud: [CLIENT, 'other'], azp: CLIENT }],
    ['for a list of one', { aud: [CLIENT] }],
  ])('%s', async (_, changed) => {
    expect(reasonOf(await signIn((nonce) => key.token(entraClaims(nonce, changed))))).toBe('signed in');
  });

  it('of version 1.0 is checked by the document and the keys of version 1.0', async () => {
    const claims = (nonce: string) =>
      entraClaims(nonce, {
        ver: '1.0',
        iss: `https://sts.windows.net/${TENANT}/`,
        unique_name: 'ada@v1.example',
      });
    expect(reasonOf(await signIn((nonce) => key.token(claims(nonce))))).toBe('signed in');
    const crossed = await signIn((nonce) => key.token({ ...claims(nonce), ver: '2.0' }));
    expect(reasonOf(crossed)).toBe('wrong_issuer');
  });

  it('of version 1.0 may name the application ID URI, one of version 2.0 may not', async () => {
    const provider = providerOf('entra', { tenantId: TENANT, appIdUri: `api://${CLIENT}` });
    const aud = `api://${CLIENT}`;
    const one = { ver: '1.0', iss: `https://sts.windows.net/${TENANT}/`, aud };
    expect(reasonOf(await signIn((nonce) => key.token(entraClaims(nonce, one)), { provider }))).toBe(
      'signed in',
    );
    const two = await signIn((nonce) => key.token(entraClaims(nonce, { aud })), { provider });
    expect(reasonOf(two)).toBe('wrong_audience');
  });
});

describe('a token that is not', () => {
  const table: readonly (readonly [string, SignInReason, Record<string, unknown>])[] = [
    ['of another tenant', 'wrong_tenant', { tid: OTHER_TENANT, iss: `${LOGIN}/${OTHER_TENANT}/v2.0` }],
    ['whose tid and iss disagree', 'wrong_issuer', { iss: `${LOGIN}/${OTHER_TENANT}/v2.0` }],
    ['without a tenant', 'wrong_tenant', { tid: undefined }],
    ['whose tenant is no id', 'wrong_tenant', { tid: 'contoso.com' }],
    ['of personal accounts', 'wrong_tenant', { tid: '9188040d-6c67-4c5b-b112-36a304b66dad' }],
    ['of another issuer', 'wrong_issuer', { iss: 'https://evil.example/v2.0' }],
    ['whose issuer ends with a slash', 'wrong_issuer', { iss: `${LOGIN}/${TENANT}/v2.0/` }],
    ['without an issuer', 'wrong_issuer', { iss: undefined }],
    ['whose issuer is a list', 'wrong_issuer', { iss: [`${LOGIN}/${TENANT}/v2.0`] }],
    ['of version 1.0 with the issuer of version 2.0', 'wrong_issuer', { ver: '1.0' }],
    ['for another application', 'wrong_audience', { aud: OTHER_TENANT }],
    ['without an audience', 'wrong_audience', { aud: undefined }],
    ['for several, without saying for whom', 'wrong_audience', { aud: [CLIENT, 'other'] }],
    ['made for another party', 'wrong_audience', { azp: 'other' }],
    ['expired', 'expired', { exp: at - 301 }],
    ['without an end', 'malformed_token', { exp: undefined }],
    ['whose end is a text', 'malformed_token', { exp: String(at + 600) }],
    ['without a beginning', 'malformed_token', { iat: undefined }],
    ['not valid yet', 'not_yet_valid', { nbf: at + 301 }],
    ['issued in the future', 'not_yet_valid', { iat: at + 301, nbf: undefined }],
    ['without a nonce', 'missing_nonce', { nonce: undefined }],
    ['with the nonce of another sign-in', 'wrong_nonce', { nonce: 'of another' }],
    ['without an object id', 'no_subject', { oid: undefined }],
    ['whose object id is none', 'no_subject', { oid: 'ada@contoso.example' }],
    ['without a subject', 'no_subject', { sub: undefined }],
    ['whose subject is empty', 'no_subject', { sub: '' }],
  ];

  for (const [what, reason, changed] of table) {
    it(`${what}: ${reason}`, async () => {
      const result = await signIn((nonce) => key.token(entraClaims(nonce, changed)));
      expect(reasonOf(result)).toBe(reason);
      expect(!result.ok && result.refusal.message.length > 10 && result.refusal.advice.length > 10).toBe(
        true,
      );
    });
  }

  it('of somebody who knows the key id: bad_signature', async () => {
    expect(reasonOf(await signIn((nonce) => stranger.token(entraClaims(nonce))))).toBe('bad_signature');
  });

  it('altered on the way: bad_signature', async () => {
    const altered = async (nonce: string) => {
      const [header, , signature] = (await key.token(entraClaims(nonce))).split('.');
      return [header, base64(entraClaims(nonce, { roles: ['owner'] })), signature].join('.');
    };
    expect(reasonOf(await signIn(altered))).toBe('bad_signature');
  });

  it('of a key that nobody published: unknown_key', async () => {
    const unknown = await signIn((nonce) => stranger.token(entraClaims(nonce), { kid: 'unheard of' }));
    expect(reasonOf(unknown)).toBe('unknown_key');
  });

  it('not signed, or with a secret that everybody knows: alg_not_allowed', async () => {
    const unsigned = (alg: string) => (nonce: string) =>
      `${base64({ alg, kid: 'current' })}.${base64(entraClaims(nonce))}.${alg === 'none' ? '' : 'c2ln'}`;
    for (const alg of ['none', 'None', 'HS256', 'RS1', 'EdDSA']) {
      expect([alg, reasonOf(await signIn(unsigned(alg)))]).toEqual([alg, 'alg_not_allowed']);
    }
  });

  it('of Entra and signed otherwise than with RS256: alg_not_allowed', async () => {
    for (const alg of ['PS256', 'ES256', 'RS512']) {
      const other = await signer('current', alg);
      const serve = (to: ReturnType<typeof world>) => serveEntra(to, [other]);
      const result = await signIn((nonce) => other.token(entraClaims(nonce)), { serve });
      expect(reasonOf(result)).toBe('alg_not_allowed');
    }
  });

  it('with a critical header that we do not know, unreadable, or too large: malformed_token', async () => {
    const critical = (nonce: string) =>
      `${base64({ alg: 'RS256', kid: 'current', crit: ['x'], x: 1 })}.${base64(entraClaims(nonce))}.c2ln`;
    for (const make of [critical, () => 'nonsense', () => 'a.b.c', () => `${'x'.repeat(300_000)}.b.c`]) {
      expect(reasonOf(await signIn(make))).toBe('malformed_token');
    }
  });

  it('missing: no_id_token', async () => {
    expect(reasonOf(await signIn(() => null))).toBe('no_id_token');
  });

  it('of a key that is for one tenant alone: unknown_key', async () => {
    const serve = (to: ReturnType<typeof world>) => {
      serveEntra(to, [key]);
      to.on(`${V2}/keys`, { body: { keys: [{ ...key.jwk, issuer: `${LOGIN}/${OTHER_TENANT}/v2.0` }] } });
    };
    expect(reasonOf(await signIn((nonce) => key.token(entraClaims(nonce)), { serve }))).toBe('unknown_key');
  });
});

describe('several tenants', () => {
  const provider = providerOf('entra', { tenantId: TENANT, allowedTenants: [TENANT, OTHER_TENANT] });
  const shared = `${LOGIN}/organizations/v2.0`;
  const serve = (to: ReturnType<typeof world>) => {
    to.on(`${shared}/.well-known`, { body: discoveryOf(shared, `${LOGIN}/{tenantid}/v2.0`) });
    to.on(`${shared}/keys`, { body: { keys: [{ ...key.jwk, issuer: `${LOGIN}/{tenantid}/v2.0` }] } });
  };
  const options = { provider, serve, token: `${shared}/token` };
  const of = (tid: string) => ({ tid, iss: `${LOGIN}/${tid}/v2.0` });

  it('sign in by the shared address, each by its own issuer, and no other one', async () => {
    for (const tid of [TENANT, OTHER_TENANT]) {
      const result = await signIn((nonce) => key.token(entraClaims(nonce, of(tid))), options);
      expect(result).toMatchObject({ ok: true, key: { authority: tid, subject: OID } });
    }
    const third = '11111111-2222-3333-4444-555555555555';
    expect(reasonOf(await signIn((nonce) => key.token(entraClaims(nonce, of(third))), options))).toBe(
      'wrong_tenant',
    );
    const templated = { tid: TENANT, iss: `${LOGIN}/{tenantid}/v2.0` };
    expect(reasonOf(await signIn((nonce) => key.token(entraClaims(nonce, templated)), options))).toBe(
      'wrong_issuer',
    );
  });
});

describe('other issuers', () => {
  const issuer = 'https://id.example';
  const claims = (nonce: string, changed = {}) => ({
    iss: issuer,
    aud: CLIENT,
    sub: 'ada',
    nonce,
    iat: at,
    exp: at + 3600,
    ...changed,
  });
  const serving =
    (signing: Signer, algorithms: string[] | undefined, of = issuer) =>
    (to: ReturnType<typeof world>) => {
      to.on(`${of}/.well-known`, {
        body: discoveryOf(of, of, { id_token_signing_alg_values_supported: algorithms }),
      });
      to.on(`${of}/keys`, { body: { keys: [signing.jwk] } });
    };
  const provider = providerOf('oidc', { issuer });
  const token = `${issuer}/token`;

  it('sign with what they list among RS, PS and ES; persons are (iss, sub)', async () => {
    for (const alg of ['RS256', 'PS256', 'ES256', 'ES384']) {
      const own = await signer('k', alg);
      const serve = serving(own, [alg, 'none', 'HS256']);
      const result = await signIn((nonce) => own.token(claims(nonce)), { provider, serve, token });
      expect(result).toMatchObject({ ok: true, key: { authority: issuer, subject: 'ada' } });
    }
  });

  it('sign with nothing that they do not list, and with RS256 where they list nothing', async () => {
    const own = await signer('k', 'ES256');
    for (const listed of [['RS256'], ['HS256', 'none'], undefined]) {
      const serve = serving(own, listed);
      const result = await signIn((nonce) => own.token(claims(nonce)), { provider, serve, token });
      expect(reasonOf(result)).toBe('alg_not_allowed');
    }
    const secret = (nonce: string) => `${base64({ alg: 'HS256' })}.${base64(claims(nonce))}.c2ln`;
    const serve = serving(own, ['HS256', 'ES256']);
    expect(reasonOf(await signIn(secret, { provider, serve, token }))).toBe('alg_not_allowed');
  });

  it('may leave the key id out where they have one key', async () => {
    const serve = serving(key, ['RS256']);
    const result = await signIn((nonce) => key.token(claims(nonce), { kid: undefined }), {
      provider,
      serve,
      token,
    });
    expect(reasonOf(result)).toBe('signed in');
  });

  it('of Google sign in their own domain alone, under either spelling of the issuer', async () => {
    const google = 'https://accounts.google.com';
    const options = {
      provider: providerOf('google', { domain: 'Contoso.com' }),
      serve: serving(key, ['RS256'], google),
      token: `${google}/token`,
    };
    for (const iss of [google, 'accounts.google.com']) {
      const result = await signIn((nonce) => key.token(claims(nonce, { iss, hd: 'contoso.com' })), options);
      expect(result).toMatchObject({ ok: true, key: { authority: google, subject: 'ada' } });
    }
    for (const hd of [undefined, 'evil.example', 'contoso.com.evil.example', ['contoso.com']]) {
      const changed = { iss: google, hd, email: 'ceo@contoso.com', email_verified: true };
      expect(reasonOf(await signIn((nonce) => key.token(claims(nonce, changed)), options))).toBe(
        'wrong_tenant',
      );
    }
  });
});

describe('Keycloak', () => {
  const realm = 'https://kc.example/realms/main';
  const provider = providerOf('keycloak', { serverUrl: 'https://kc.example/', realm: 'main' });

  async function signInWith(access: (own: Record<string, unknown>) => Promise<string> | string) {
    const here = world();
    here.on(`${realm}/.well-known`, { body: discoveryOf(realm, realm) });
    here.on(`${realm}/keys`, { body: { keys: [key.jwk] } });
    const { transaction } = await beginSignIn(here.reach, provider, {
      redirectUri: REDIRECT,
      purpose: 'sign-in',
    });
    const shared = { iss: realm, sub: 'ada', azp: CLIENT, iat: at, exp: at + 300 };
    const id = await key.token({
      ...shared,
      aud: CLIENT,
      nonce: transaction.nonce,
      name: 'Ada',
      groups: ['id'],
    });
    const accessToken = await access({ ...shared, aud: 'account', typ: 'Bearer', groups: ['access'] });
    here.on(`${realm}/token`, { body: { id_token: id, access_token: accessToken } });
    const callback = new URLSearchParams({ code: 'code', state: transaction.state });
    const result = await finishSignIn(here.reach, provider, transaction, callback, START);
    return result.ok ? result.claims : result.refusal.reason;
  }

  it('has roles in the access token, which is verified; the ID token comes first', async () => {
    const roles = { realm_access: { roles: ['admin'] } };
    expect(await signInWith((own) => key.token({ ...own, ...roles }))).toEqual({
      name: 'Ada',
      groups: ['id'],
      ...roles,
    });
  });

  it('says nothing by an access token that is not its own, not of this person, or no JWT', async () => {
    const roles = { realm_access: { roles: ['admin'] } };
    const plain = { name: 'Ada', groups: ['id'] };
    expect(await signInWith((own) => stranger.token({ ...own, ...roles }))).toEqual(plain);
    expect(await signInWith((own) => key.token({ ...own, ...roles, sub: 'eve' }))).toEqual(plain);
    expect(await signInWith((own) => key.token({ ...own, ...roles, azp: 'other' }))).toEqual(plain);
    expect(await signInWith((own) => key.token({ ...own, ...roles, iss: V1 }))).toEqual(plain);
    expect(await signInWith(() => 'opaque')).toEqual(plain);
  });
});
