// Every error of the table, caused, wherever it can be seen: on a page, in a redirect, from the token endpoint. A row that
// nobody causes here fails the last test.

import { describe, expect, test } from 'vitest';
import { AADSTS, type ErrorName, errorRow } from '../../simulator/login/aadsts.ts';
import type { LoginSimulator } from '../../simulator/login/login-server.ts';
import {
  authorizeUrl,
  type Fields,
  loginFixture,
  postToken,
  redeem,
  refresh,
  type Seen,
  signIn,
  somebody,
  type TokenAnswer,
  tokensFor,
  visit,
} from './login-client.ts';

const start = Date.parse('2026-05-04T08:00:00Z');
const login = loginFixture({ clock: () => start });

const GUID = '11111111-1111-4111-8111-111111111111';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

type Cause<T> = (sim: LoginSimulator) => Promise<T>;
type Causes<T> = Partial<Record<ErrorName, Cause<T>>>;

function asking(changes: Fields, segment?: string): Cause<Seen> {
  return (sim) => signIn(sim, changes, segment);
}

/** A sign-in after something has happened. */
function after(happens: (sim: LoginSimulator) => void, changes: Fields = {}): Cause<Seen> {
  return (sim) => {
    happens(sim);
    return signIn(sim, changes);
  };
}

function ordered(error: ErrorName): Cause<Seen> {
  return after((sim) => sim.setFault({ at: 'authorize', kind: 'error', error }));
}

/** Something happens between sign-in and refresh. */
function meanwhile(happens: (sim: LoginSimulator) => void, changes: Fields = {}): Cause<TokenAnswer> {
  return async (sim) => {
    const { body } = await tokensFor(sim);
    happens(sim);
    return refresh(sim, body.refresh_token, changes);
  };
}

/** The client's own request. */
function asApp(changes: Fields, segment?: string): Cause<TokenAnswer> {
  const fields = { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' };
  return (sim) => postToken(sim, { ...fields, ...changes }, segment);
}

function orderedAtToken(error: ErrorName): Cause<TokenAnswer> {
  return (sim) => {
    sim.setFault({ at: 'token', kind: 'error', error });
    return asApp({})(sim);
  };
}

/** A code that is redeemed with something wrong. */
function redeeming(changes: Fields): Cause<TokenAnswer> {
  return async (sim) => redeem(sim, (await signIn(sim)).back.get('code'), changes);
}

const unassign = (sim: LoginSimulator): void => {
  const id = somebody(sim);
  sim.unassignUser(id);
  for (const group of sim.tenant().groups.values()) {
    if (group.memberIds.has(id)) sim.unassignGroup(group.objectId);
  }
};
const disable = (sim: LoginSimulator): void => sim.editUser(somebody(sim), { accountEnabled: false });
const bin = (sim: LoginSimulator): void => sim.editUser(somebody(sim), { softDeleted: true });
const block = (sim: LoginSimulator): void => sim.setPolicy(somebody(sim), { isBlocked: true });

const onPage: Causes<Seen> = {
  redirectUriUnknown: asking({ redirect_uri: 'http://127.0.0.1:8080/login/' }),
  tenantUnknown: asking({}, GUID),
  appUnknown: asking({ client_id: GUID }),
  singleTenantApp: asking({}, 'common'),
  parameterMissing: asking({ client_id: null }),
};

const redirected: Causes<Seen> = {
  parameterMissing: asking({ scope: null }),
  responseTypeDisabled: asking({ response_type: 'id_token' }),
  responseModeUnknown: asking({ response_mode: 'web_message' }),
  promptUnknown: asking({ prompt: 'maybe' }),
  challengeMalformed: asking({ code_challenge: 'short' }),
  scopeInvalid: asking({ scope: 'openid <profile>' }),
  noSession: asking({ prompt: 'none' }),
  accountOfAnotherTenant: (sim) =>
    signIn(sim, { sim_user: [...sim.tenant(sim.attacker.tenantId).users.keys()][0]! }),
  accountMissing: after(bin),
  accountDisabled: after(disable),
  notAssigned: after(unassign),
  consentMissing: async (sim) => {
    const { cookie } = await signIn(sim);
    sim.changeApp({ consentMissing: 'user' });
    return visit(authorizeUrl(sim, { prompt: 'none' }), cookie);
  },
  adminConsentMissing: after((sim) => sim.changeApp({ consentMissing: 'admin' })),
  userDeclined: after((sim) => sim.changeApp({ consentMissing: 'user' }), { sim_consent: 'decline' }),
  conditionalAccess: after(block),
  mfaRequired: async (sim) => {
    const { cookie } = await signIn(sim);
    sim.setPolicy(somebody(sim), { requiresMfa: true });
    return visit(authorizeUrl(sim, { prompt: 'none' }), cookie);
  },
  appDisabled: after((sim) => sim.changeApp({ accountEnabled: false })),
  loopDetected: ordered('loopDetected'),
  throttled: ordered('throttled'),
  transient: ordered('transient'),
};

const answered: Causes<TokenAnswer> = {
  tenantUnknown: asApp({}, GUID),
  appUnknown: asApp({ client_id: GUID }),
  singleTenantApp: async (sim) => redeem(sim, (await signIn(sim)).back.get('code'), {}, 'organizations'),
  parameterMissing: redeeming({ redirect_uri: null }),
  scopeInvalid: async (sim) => {
    const { body } = await tokensFor(sim);
    return refresh(sim, body.refresh_token, { scope: `User.Read api://${sim.clientId}/access` });
  },
  accountMissing: meanwhile(bin),
  accountDisabled: meanwhile(disable),
  notAssigned: meanwhile(unassign),
  consentMissing: meanwhile((sim) => sim.changeApp({ consentMissing: 'user' })),
  adminConsentMissing: meanwhile((sim) => sim.changeApp({ consentMissing: 'admin' })),
  conditionalAccess: meanwhile(block),
  mfaRequired: meanwhile((sim) => sim.setPolicy(somebody(sim), { requiresMfa: true })),
  appDisabled: (sim) => {
    sim.changeApp({ accountEnabled: false });
    return asApp({})(sim);
  },
  codeRedeemed: async (sim) => {
    const code = (await signIn(sim)).back.get('code');
    await redeem(sim, code);
    return redeem(sim, code);
  },
  grantExpired: async (sim) => {
    const code = (await signIn(sim)).back.get('code');
    sim.advanceClock(10 * MINUTE_MS);
    return redeem(sim, code);
  },
  grantUnknown: meanwhile(() => undefined, { refresh_token: 'made-up' }),
  grantOfAnotherTenant: (sim) =>
    redeeming({ client_id: sim.other.clientId, client_secret: sim.other.clientSecret })(sim),
  verifierMismatch: redeeming({ code_verifier: 'another-verifier-that-is-long-enough-as-well' }),
  redirectUriChanged: redeeming({ redirect_uri: 'http://127.0.0.1:8080/elsewhere' }),
  refreshTokenInactive: meanwhile((sim) => sim.advanceClock(90 * DAY_MS)),
  grantRevoked: meanwhile((sim) => sim.revokeSessions(somebody(sim))),
  signInTooOld: meanwhile((sim) => {
    sim.setPolicy(somebody(sim), { signInFrequencyMs: 60 * MINUTE_MS });
    sim.advanceClock(60 * MINUTE_MS);
  }),
  secretMissing: asApp({ client_secret: null }),
  secretWrong: asApp({ client_secret: 'the-id-of-the-secret' }),
  secretExpired: (sim) => {
    sim.advanceClock(181 * DAY_MS);
    return asApp({})(sim);
  },
  sharedEndpointForApp: asApp({}, 'common'),
  grantTypeUnknown: asApp({ grant_type: 'password' }),
  defaultScopeMissing: asApp({ scope: 'User.Read.All' }),
  resourceUnknown: asApp({ scope: 'https://elsewhere.example/.default' }),
  loopDetected: orderedAtToken('loopDetected'),
  throttled: orderedAtToken('throttled'),
  transient: orderedAtToken('transient'),
};

const TEXT = (code: number): RegExp =>
  new RegExp(
    `^AADSTS${code}: [^{}]+\\r\\nTrace ID: [0-9a-f-]{36}\\r\\nCorrelation ID: [0-9a-f-]{36}\\r\\nTimestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`,
  );

function each<T>(causes: Causes<T>): [number, ErrorName, Cause<T>][] {
  return (Object.entries(causes) as [ErrorName, Cause<T>][]).map(([name, cause]) => [
    errorRow(name).code,
    name,
    cause,
  ]);
}

describe('on a page, because the redirect cannot be trusted', () => {
  test.each(each(onPage))('%i %s', async (code, _, cause) => {
    const seen = await cause(login());
    expect(seen.status).toBe(400);
    expect(seen.headers.get('location')).toBeNull();
    expect(seen.text).toContain(`AADSTS${code}: `);
    expect(seen.text).toContain('Trace ID: ');
  });
});

describe('sent back to the application', () => {
  test.each(each(redirected))('%i %s', async (code, name, cause) => {
    const seen = await cause(login());
    expect(seen.status).toBe(302);
    expect(seen.back.get('error')).toBe(errorRow(name).redirect);
    expect(seen.back.get('error_description')).toMatch(TEXT(code));
    expect(seen.back.get('state')).toBe('the-state');
    expect(seen.back.has('code')).toBe(false);
  });
});

describe('answered by the token endpoint', () => {
  test.each(each(answered))('%i %s', async (code, name, cause) => {
    const { status, body, headers } = await cause(login());
    const row = errorRow(name).token!;
    expect(body).toMatchObject({
      error: row.error,
      error_codes: [code],
      error_description: expect.stringMatching(TEXT(code)),
      error_uri: `${login().url}/error?code=${code}`,
      ...(row.suberror === undefined ? {} : { suberror: row.suberror }),
    });
    for (const id of [body.trace_id, body.correlation_id, body.timestamp]) {
      expect(body.error_description).toContain(id);
    }
    expect(status).toBe(row.status);
    expect(headers.has('retry-after')).toBe(status === 429);
  });
});

test('the table holds nothing that is not caused here, and says where each is seen', () => {
  const seen = (causes: object): string[] => Object.keys(causes).sort();
  const inTable = (where: 'page' | 'redirect' | 'token'): string[] =>
    (Object.keys(AADSTS) as ErrorName[]).filter((name) => errorRow(name)[where] !== undefined).sort();
  expect(seen(onPage)).toEqual(inTable('page'));
  expect(seen(redirected)).toEqual(inTable('redirect'));
  expect(seen(answered)).toEqual(inTable('token'));
});

test('a sign-in at a screen satisfies MFA, and the refresh after it too', async () => {
  const sim = login();
  sim.setPolicy(somebody(sim), { requiresMfa: true });
  const { body } = await tokensFor(sim);
  expect((await refresh(sim, body.refresh_token)).status).toBe(200);
});

test('consent is asked for on a page, and remembered', async () => {
  const sim = login();
  sim.changeApp({ consentMissing: 'user' });
  expect((await signIn(sim)).text).toContain('Permissions requested');
  expect((await signIn(sim, { sim_consent: 'accept' })).back.has('code')).toBe(true);
  expect((await signIn(sim)).back.has('code')).toBe(true);
});

test('an application that needs no assignment lets everybody in', async () => {
  const sim = login();
  unassign(sim);
  sim.changeApp({ appRoleAssignmentRequired: false });
  expect((await signIn(sim)).back.has('code')).toBe(true);
});

test('the link of an error explains it', async () => {
  expect(await (await fetch(`${login().url}/error?code=50105`)).text()).toContain('AADSTS50105');
});
