// The authorize endpoint: who signs in, whether they may, and the code that says so. Headless by the parameter
// `sim_user`, by `login_hint`, or by an order given before; else a page asks.

import { cookieOf, parametersOf, type Reply, type SimRequest } from '../http-message.ts';
import { EntraError } from './aadsts.ts';
import { accountPage, consentPage, errorPage } from './account-pages.ts';
import { tenantIdOf } from './authority.ts';
import { sendBack, sendErrorBack } from './authorize-reply.ts';
import { type ReturnTarget, readTarget, readWanted, type Wanted } from './authorize-request.ts';
import { type Account, accountOf, type BrowserSession, findAccount, type LoginState } from './login-state.ts';
import { checkAccount } from './sign-in-policy.ts';

/** Ours and not Entra's, so that it cannot be mistaken on a host that other servers share. */
export const SESSION_COOKIE = 'sim_entra_session';

/** Everything one sign-in is about. */
interface SignIn {
  readonly state: LoginState;
  readonly target: ReturnTarget;
  readonly wanted: Wanted;
  readonly parameters: URLSearchParams;
  readonly session: BrowserSession | null;
}

export function authorize(state: LoginState, request: SimRequest, segment: string): Reply {
  const parameters = parametersOf(request);
  const correlationId = parameters.get('client-request-id') ?? undefined;
  let target: ReturnTarget | null = null;
  try {
    target = readTarget(state, segment, parameters);
    const wanted = readWanted(parameters);
    const ordered = state.faults.takeError('authorize');
    if (ordered) throw new EntraError(ordered, { clientId: target.app.clientId });
    const session = sessionFor(state, request, target);
    return signIn({ state, target, wanted, parameters, session });
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    if (target === null) return errorPage(state, error, correlationId);
    return sendErrorBack(state, target, error, correlationId);
  }
}

export function sessionOf(state: LoginState, request: SimRequest): BrowserSession | null {
  return state.sessions.get(cookieOf(request, SESSION_COOKIE) ?? '') ?? null;
}

/** The browser's session, as far as it is one of this authority and its person still exists. */
function sessionFor(state: LoginState, request: SimRequest, target: ReturnTarget): BrowserSession | null {
  const session = sessionOf(state, request);
  if (!session || !accountOf(state, session.tenantId, session.userId)) return null;
  const tenantId = tenantIdOf(target.authority);
  return tenantId === null || tenantId === session.tenantId ? session : null;
}

function signIn(signing: SignIn): Reply {
  const { state, target, wanted, parameters, session } = signing;
  if (parameters.has('sim_cancel')) throw new EntraError('userDeclined');
  const isSilent = wanted.prompt === 'none';
  const account = isSilent ? accountOfSession(signing) : chosenAccount(signing);
  if (!account) {
    if (isSilent) throw new EntraError('noSession');
    return accountPage(state, target, parameters);
  }
  const tenantId = tenantIdOf(target.authority);
  if (tenantId !== null && account.tenant.tenantId !== tenantId) {
    const { clientId } = target.app;
    throw new EntraError('accountOfAnotherTenant', {
      user: account.user.userPrincipalName,
      tenant: tenantId,
      clientId,
    });
  }
  const continues = session?.userId === account.user.objectId && wanted.prompt !== 'login' ? session : null;
  checkAccount(state, account, target.app, isSilent ? (session?.hasMfa ?? false) : true);
  if (!hasConsent(signing)) return consentPage(account, target, parameters);
  return issueCode(signing, account, continues);
}

function accountOfSession({ state, session }: SignIn): Account | null {
  return session ? accountOf(state, session.tenantId, session.userId) : null;
}

/** In this order: chosen on the page or by the test, ordered before, hinted by the application, signed in already. */
function chosenAccount(signing: SignIn): Account | null {
  const { state, target, wanted, parameters } = signing;
  const tenantId = tenantIdOf(target.authority);
  const named = parameters.get('sim_user') ?? state.next.user;
  if (named !== null) {
    if (!parameters.has('sim_user')) state.next.user = null;
    const account = findAccount(state, named, tenantId);
    if (!account) throw new EntraError('accountMissing', { user: named });
    return account;
  }
  // The documentation rules out a hint beside select_account; a search on our page wants the page again.
  if (wanted.prompt === 'select_account' || parameters.has('sim_search')) return null;
  const hinted = wanted.loginHint === null ? null : findAccount(state, wanted.loginHint, tenantId);
  return hinted ?? (wanted.prompt === 'login' ? null : accountOfSession(signing));
}

/** False while a page has to ask. */
function hasConsent({ state, target: { app }, wanted, parameters }: SignIn): boolean {
  if (app.consentMissing === 'admin') throw new EntraError('adminConsentMissing');
  const decision = parameters.get('sim_consent');
  if (decision === 'decline') throw new EntraError('userDeclined');
  if (decision === 'accept') {
    if (app.consentMissing !== null) state.apps.set(app.clientId, { ...app, consentMissing: null });
    return true;
  }
  if (app.consentMissing !== null && wanted.prompt === 'none') {
    throw new EntraError('consentMissing', { clientId: app.clientId });
  }
  return app.consentMissing === null && wanted.prompt !== 'consent';
}

function issueCode(signing: SignIn, account: Account, continues: BrowserSession | null): Reply {
  const { state, target, wanted } = signing;
  const session = continues ?? newSession(state, account);
  session.clientIds.add(target.app.clientId);
  const code = `1.${state.random.guid()}${state.random.guid()}`.replaceAll('-', '');
  state.codes.set(code, {
    clientId: target.app.clientId,
    tenantId: account.tenant.tenantId,
    userId: account.user.objectId,
    scopes: wanted.scopes,
    sid: session.sid,
    signedInAt: session.signedInAt,
    hasMfa: session.hasMfa,
    redirectUri: target.redirectUri,
    nonce: wanted.nonce,
    challenge: wanted.challenge,
    expiresAt: state.clock.now() + state.lifetimes.codeMs,
    isRedeemed: false,
    isRevoked: false,
  });
  const cookie = `${SESSION_COOKIE}=${session.id}; Path=/; HttpOnly; SameSite=Lax`;
  return sendBack(target, { code, session_state: session.sid }, { 'set-cookie': cookie });
}

/** With a second factor if the policy of the moment asks for one: at a screen everybody can give it. */
function newSession(state: LoginState, account: Account): BrowserSession {
  const { objectId } = account.user;
  const session: BrowserSession = {
    id: state.random.guid(),
    sid: state.random.guid(),
    tenantId: account.tenant.tenantId,
    userId: objectId,
    signedInAt: state.clock.now(),
    hasMfa: state.policies.get(objectId)?.requiresMfa ?? false,
    clientIds: new Set(),
  };
  state.sessions.set(session.id, session);
  return session;
}
