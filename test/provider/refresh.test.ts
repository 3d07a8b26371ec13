// What a refresh can end in, and that nothing but OAuth's `error` decides it.

import { beforeAll, describe, expect, it } from 'vitest';
import { type RefreshOutcome, refreshClaims } from '../../src/provider/refresh.ts';
import {
  away,
  CLIENT,
  entra,
  entraClaims,
  GRAPH,
  OID,
  OTHER_TENANT,
  SECRET,
  type Signer,
  START,
  serveEntra,
  signer,
  TENANT,
  V2,
  type World,
  world,
} from './world.ts';

let key: Signer;
const TOKEN = `${V2}/token`;
const ada = { authority: TENANT, subject: OID };

beforeAll(async () => {
  key = await signer('current');
});

function ready(answer: Parameters<World['on']>[1]): World {
  const here = world();
  serveEntra(here, [key]);
  here.on(TOKEN, answer);
  return here;
}

const refresh = (here: World): Promise<RefreshOutcome> => refreshClaims(here.reach, entra, 'old', ada, START);

const idToken = (changed = {}) => key.token(entraClaims('', { nonce: undefined, ...changed }));

describe('a refresh', () => {
  it('brings claims and the newest refresh token', async () => {
    const here = ready({ body: { id_token: await idToken({ roles: ['viewer'] }), refresh_token: 'new' } });
    const renewed = await refresh(here);
    expect(renewed).toMatchObject({
      outcome: 'renewed',
      refreshToken: 'new',
      person: { key: ada, claims: { roles: ['viewer'] }, claimsUnknown: [] },
    });
    expect(here.calls.find(({ url }) => url === TOKEN)?.form).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'old',
      client_id: CLIENT,
      client_secret: SECRET,
    });
  });

  it('keeps the refresh token where no new one came', async () => {
    const here = ready({ body: { id_token: await idToken() } });
    expect(await refresh(here)).toMatchObject({ outcome: 'renewed', refreshToken: 'old' });
  });

  it('without an ID token that can be believed is no news, and the grant stands', async () => {
    const unsigned = `${(await idToken()).split('.').slice(0, 2).join('.')}.`;
    const bodies: [string, Record<string, unknown>][] = [
      ['no_id_token', { refresh_token: 'new' }],
      ['bad_signature', { id_token: unsigned, refresh_token: 'new' }],
      ['expired', { id_token: await idToken({ exp: START / 1000 - 600 }), refresh_token: 'new' }],
      ['wrong_audience', { id_token: await idToken({ aud: 'other' }), refresh_token: 'new' }],
      // OpenID Connect Core 12.2
      ['no_subject', { id_token: await idToken({ oid: OTHER_TENANT }), refresh_token: 'new' }],
    ];
    for (const [reason, body] of bodies) {
      const outcome = await refresh(ready({ body }));
      expect(outcome).toMatchObject({ outcome: 'withoutClaims', refreshToken: 'new', refusal: { reason } });
    }
  });

  const table: readonly (readonly [RefreshOutcome['outcome'], number, unknown])[] = [
    ['grantEnded', 400, { error: 'invalid_grant', error_description: 'AADSTS700082: expired' }],
    ['interactionNeeded', 400, { error: 'interaction_required', error_description: 'AADSTS50076: MFA' }],
    ['interactionNeeded', 400, { error: 'login_required' }],
    ['interactionNeeded', 400, { error: 'consent_required' }],
    ['appCredentials', 401, { error: 'invalid_client', error_description: 'AADSTS7000222: expired' }],
    ['appCredentials', 400, { error: 'unauthorized_client' }],
    // A number that elsewhere means a disabled account, and what nobody knows, end nobody's session.
    ['appCredentials', 400, { error: 'invalid_request', error_description: 'AADSTS50057: disabled' }],
    ['appCredentials', 400, { error: 'something new' }],
    ['unreachable', 400, { error: 'temporarily_unavailable' }],
    ['unreachable', 429, { error: 'invalid_grant' }],
    ['unreachable', 500, { error: 'invalid_grant' }],
    ['unreachable', 503, '<html>'],
    ['unreachable', 200, '<html>'],
    ['unreachable', 404, '<html>'],
    ['unreachable', 400, '{"error":'],
  ];

  for (const [outcome, status, body] of table) {
    it(`answered with ${status} ${typeof body === 'string' ? body : JSON.stringify(body)}: ${outcome}`, async () => {
      expect((await refresh(ready({ status, body }))).outcome).toBe(outcome);
    });
  }

  it('tells for how long a busy provider wants to be left alone', async () => {
    const wait = async (header: string) => {
      const outcome = await refresh(ready({ status: 429, headers: { 'retry-after': header }, body: {} }));
      return outcome.outcome === 'unreachable' ? outcome.retryAfterMs : outcome.outcome;
    };
    expect(await wait('30')).toBe(30_000);
    expect(await wait(new Date(START + 60_000).toUTCString())).toBe(60_000);
    expect(await wait(new Date(START - 60_000).toUTCString())).toBe(0);
    expect(await wait('999999999')).toBe(3_600_000);
    expect(await wait('soon')).toBeNull();
  });

  it('that did not get through, or whose keys cannot be had, ends nothing', async () => {
    expect((await refresh(ready(away('timeout')))).outcome).toBe('unreachable');
    const here = world();
    expect((await refresh(here)).outcome).toBe('unreachable');
    const keyless = ready({ body: { id_token: await idToken() } });
    keyless.on(`${V2}/keys`, away());
    expect((await refresh(keyless)).outcome).toBe('withoutClaims');
  });
});

describe('more groups than a token holds', () => {
  const overage = {
    _claim_names: { groups: 'src1' },
    _claim_sources: { src1: { endpoint: 'https://graph.windows.net/x' } },
  };
  const GROUPS = `${GRAPH}/users/${OID}/getMemberObjects`;

  async function withGraph(answer: Parameters<World['on']>[1], changed: object = overage) {
    const id_token = await idToken(changed);
    const here = ready((call) =>
      call.form.grant_type === 'client_credentials'
        ? { body: { access_token: 'app', expires_in: 3599 } }
        : { body: { id_token } },
    );
    here.on(GROUPS, answer);
    return { here, outcome: await refresh(here) };
  }

  it('are asked of Graph by the object id; where the token points to is not called', async () => {
    const { here, outcome } = await withGraph({ body: { value: [TENANT, OTHER_TENANT] } });
    expect(outcome).toMatchObject({
      outcome: 'renewed',
      person: { claims: { groups: [TENANT, OTHER_TENANT] }, claimsUnknown: [] },
    });
    expect(here.asked('https://graph.windows.net')).toBe(0);
    const call = here.calls.find(({ url }) => url === GROUPS);
    expect(call).toMatchObject({ method: 'POST', body: '{"securityEnabledOnly":true}' });
    expect(call?.headers?.authorization).toBe('Bearer app');
  });

  it('are unknown, never empty, where Graph does not say', async () => {
    const failures = [
      { status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'no' } } },
      { status: 404, body: { error: { code: 'Request_ResourceNotFound', message: 'no' } } },
      { status: 500 },
      { status: 200, body: '<html>' },
      { status: 200, body: {} },
      { status: 200, body: { value: null } },
      { status: 200, body: { value: [null] } },
      { status: 200, body: { value: ['no id'] } },
      { status: 200, body: { value: [TENANT], '@odata.nextLink': `${GROUPS}?next` } },
      away(),
    ];
    for (const failure of failures) {
      const { outcome } = await withGraph(failure);
      expect(outcome).toMatchObject({ outcome: 'renewed', person: { claimsUnknown: ['groups'] } });
      expect(outcome.outcome === 'renewed' && 'groups' in outcome.person.claims).toBe(false);
    }
  });

  it('are meant by `hasgroups` too, and a list beside the pointer is not believed', async () => {
    const { outcome } = await withGraph({ status: 500 }, { hasgroups: true });
    expect(outcome).toMatchObject({ person: { claimsUnknown: ['groups'] } });
    const both = await withGraph({ status: 500 }, { ...overage, groups: [TENANT] });
    expect(both.outcome).toMatchObject({ person: { claimsUnknown: ['groups'] } });
    expect(both.outcome.outcome === 'renewed' && 'groups' in both.outcome.person.claims).toBe(false);
  });
});
