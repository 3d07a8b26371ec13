// Signing in at a provider and coming back: what is sealed into the browser meanwhile, what the callback is held against, and the
// session or the page that it ends with. Every refusal is an event.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../../id.ts';
import { isClosed, type Provider } from '../../identity/provider.ts';
import { actorOf, sessionIdentity } from '../../identity/sign-in.ts';
import type { Change } from '../../ledger/ledger.ts';
import { limits } from '../../limits.ts';
import { personInGraph } from '../../provider/graph-people.ts';
import {
  beginSignIn,
  finishSignIn,
  type Purpose,
  type SignedIn,
  type SignInTransaction,
  TRANSACTION_MS,
} from '../../provider/sign-in.ts';
import { SignInRefusal } from '../../provider/sign-in-refusal.ts';
import { Refusal } from '../../refusal.ts';
import { type FailedAttempts, failedAttempts, mayNot } from '../admin/caller.ts';
import { discoverClaims } from '../guarded-pages.ts';
import { DISCOVER_CALLBACK, SIGN_IN_PATH } from './addresses.ts';
import { openerHeaders, sendPage } from './answer.ts';
import { beginSession, giveSession } from './begin-session.ts';
import { forMs, forNever, underWayName, underWayTooMany } from './cookies.ts';
import { byRequest, endOwn, type FrontDoor, showSignIn } from './front-door.ts';
import { type LetIn, letIn } from './let-in.ts';
import { claimsPage, notLetInPage, type Way } from './pages.ts';
import { type Refused, refusedByProvider, refusedByUs } from './refused.ts';
import { readReturnTo } from './return-to.ts';
import { signedInCaller } from './session-credential.ts';

const pathOf = { 'sign-in': SIGN_IN_PATH, 'discover-claims': DISCOVER_CALLBACK } satisfies Record<
  Purpose,
  string
>;

/** A visit that leads to the provider, or comes from it. */
interface Visit {
  door: FrontDoor;
  request: FastifyRequest;
  reply: FastifyReply;
  by: ReturnType<typeof byRequest>;
  /** Refusals of one address: more than some in a minute are for whoever made them, not for the log of events. */
  failures: FailedAttempts;
}

/** What a token holds is looked at before the provider is enabled. */
function canSignIn(provider: Provider, purpose: Purpose = 'sign-in'): boolean {
  const { enabled, settings } = provider;
  if (isClosed(provider) || !(enabled || purpose === 'discover-claims')) return false;
  return typeof settings.connection.clientId === 'string';
}

export async function waysIn(door: Pick<FrontDoor, 'parts'>, returnTo: string): Promise<Way[]> {
  const states = await door.parts.ledger.providers();
  return states
    .filter(({ provider }) => canSignIn(provider))
    .map(({ provider }) => {
      const query = new URLSearchParams({ provider: provider.id, ...(returnTo !== '/' && { returnTo }) });
      return { name: provider.name, href: `${SIGN_IN_PATH}?${query}` };
    });
}

export function registerProviderSignIn(app: FastifyInstance, door: FrontDoor): void {
  const failures = failedAttempts(limits.failedAuthenticationsPerMinute);
  app.get(SIGN_IN_PATH, async (request, reply) => {
    const query = queryOf(request);
    const visit = { door, request, reply, by: byRequest(door, request), failures };
    if (isCallback(query)) return comeBack(visit, 'sign-in', query);
    const returnTo = readReturnTo(query.get('returnTo'));
    const wanted = query.get('provider');
    if (wanted === null) return showSignIn(door, reply, { returnTo, hasEnded: query.has('ended') });
    return goThere(visit, await providerNamed(door, wanted, 'sign-in'), 'sign-in', returnTo);
  });
  app.get(discoverClaims.path, async (request, reply) => {
    const by = byRequest(door, request);
    const caller = await signedInCaller(door.parts, request.raw, by.at);
    if (!caller) {
      const back = new URLSearchParams({ returnTo: request.url });
      return reply.header('cache-control', 'no-store').redirect(`${SIGN_IN_PATH}?${back}`, 303);
    }
    const refusal = mayNot(caller, discoverClaims.needs);
    if (refusal) throw refusal;
    const wanted = await providerNamed(door, queryOf(request).get('provider') ?? '', 'discover-claims');
    return goThere({ door, request, reply, by, failures }, wanted, 'discover-claims', '/');
  });
  app.get(DISCOVER_CALLBACK, async (request, reply) => {
    const visit = { door, request, reply, by: byRequest(door, request), failures };
    return comeBack(visit, 'discover-claims', queryOf(request));
  });
}

/** As it came: a parameter that is there twice is seen twice. */
function queryOf({ url }: FastifyRequest): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}

function isCallback(query: URLSearchParams): boolean {
  return ['code', 'error', 'state'].some((name) => query.has(name));
}

async function providerNamed({ parts }: FrontDoor, id: string, purpose: Purpose): Promise<Provider> {
  const state = await parts.ledger.provider(id.slice(0, 200));
  if (state && canSignIn(state.provider, purpose)) return state.provider;
  throw new Refusal('notFound', 'There is no such provider to sign in with. It may have been disabled.');
}

// --- there ------------------------------------------------------------------------------------------------------

async function goThere(
  visit: Visit,
  provider: Provider,
  purpose: Purpose,
  returnTo: string,
): Promise<FastifyReply> {
  const { request, reply } = visit;
  const { parts } = visit.door;
  const redirectUri = parts.publicUrl() + pathOf[purpose];
  try {
    const { url, transaction } = await beginSignIn(parts.reach, provider, { redirectUri, purpose, returnTo });
    for (const name of underWayTooMany(request.cookies)) reply.setCookie(name, '', forNever);
    const sealed = parts.keys.seal(JSON.stringify(transaction), cookieIdentity(transaction.state));
    reply.setCookie(underWayName(transaction.state), sealed, forMs(TRANSACTION_MS));
    return reply.header('cache-control', 'no-store').redirect(url, 303);
  } catch (error) {
    if (!(error instanceof SignInRefusal)) throw error;
    return refuse(visit, provider, refusedByProvider(error), {});
  }
}

function cookieIdentity(state: string): string {
  return `sign-in/${state}`;
}

// --- and back ---------------------------------------------------------------------------------------------------

async function comeBack(visit: Visit, purpose: Purpose, query: URLSearchParams): Promise<FastifyReply> {
  const { door, request, reply, by } = visit;
  const begun = await readBegun(visit, query, purpose);
  if (!begun) return refuse(visit, null, refusedByProvider(new SignInRefusal('state_mismatch')), {});
  const { transaction, provider } = begun;
  const { ledger, reach } = door.parts;
  const result = await finishSignIn(reach, provider, transaction, query, by.at);
  if (!result.ok) return refuse(visit, provider, refusedByProvider(result.refusal), {});
  if (result.purpose === 'discover-claims') {
    const text = claimsPage({ provider: provider.name, claims: result.received ?? {} });
    return sendPage(reply, 200, text, openerHeaders);
  }
  const { secret, session } = sessionFor(visit, result);
  const change: Change = { ...by, actor: { kind: 'system', id: 'sign-in' } };
  const outcome = await letIn(
    { ledger, provider, signedIn: result, session, by: change },
    { personInGraph: (of, oid) => personInGraph(reach, of, oid) },
  );
  if (outcome.kind !== 'signed-in') {
    await askForLink(visit, provider, outcome, result);
    return refuse(visit, provider, await refusedByUs(outcome, ledger), { key: result.key });
  }
  await endOwn(door, request, { ...by, actor: actorOf({ provider: provider.id, id: outcome.user.id }) });
  giveSession(reply, secret, door.parts.sessionRules().capMs);
  door.parts.metrics.signIns.inc({ provider: provider.name, result: 'signed-in' });
  return reply.header('cache-control', 'no-store').redirect(readReturnTo(result.returnTo), 303);
}

/** null for a callback that was not begun in this browser, at this address, for a provider that is still there. */
async function readBegun(
  { door, request, reply }: Visit,
  query: URLSearchParams,
  purpose: Purpose,
): Promise<{ transaction: SignInTransaction; provider: Provider } | null> {
  const { keys, ledger } = door.parts;
  const state = query.get('state') ?? '';
  const name = underWayName(state);
  const sealed = request.cookies[name];
  if (sealed === undefined) return null;
  reply.setCookie(name, '', forNever);
  let transaction: SignInTransaction;
  try {
    transaction = JSON.parse(keys.open(sealed, cookieIdentity(state))) as SignInTransaction;
  } catch {
    return null; // of another state, altered, or sealed with a key that is gone
  }
  if (transaction.purpose !== purpose) return null;
  const found = await ledger.provider(transaction.provider);
  return found && canSignIn(found.provider, purpose) ? { transaction, provider: found.provider } : null;
}

function sessionFor({ door, request, by }: Visit, signedIn: SignedIn) {
  const { keys, sessionRules } = door.parts;
  const { iss, sid, loginHint } = signedIn.idToken;
  const begun = beginSession(request, by.at, sessionRules().capMs, { issuer: iss, sid, loginHint });
  const { refreshToken } = signedIn;
  const sealed = refreshToken === null ? null : keys.seal(refreshToken, sessionIdentity(begun.session.id));
  return { ...begun, session: { ...begun.session, refreshToken: sealed } };
}

async function askForLink(visit: Visit, provider: Provider, outcome: LetIn, signedIn: SignedIn) {
  if (outcome.kind !== 'needs-approval') return;
  const { by, door } = visit;
  const { authority, subject } = signedIn.key;
  await door.parts.ledger.identities.request(
    {
      id: newId(by.at),
      provider: provider.id,
      key: { issuer: authority, subject },
      person: outcome.user.id,
      userName: signedIn.idToken.userName ?? subject,
      askedAt: by.at,
    },
    { ...by, actor: { kind: 'system', id: 'sign-in' } },
  );
}

/** `provider` null: nobody began it here. */
async function refuse(
  visit: Visit,
  provider: Provider | null,
  refused: Refused,
  about: { key?: SignedIn['key'] },
): Promise<FastifyReply> {
  const { request, reply, by, door } = visit;
  door.parts.metrics.signIns.inc({ provider: provider?.name ?? '', result: refused.reason });
  const waitMs = visit.failures.note(request.ip, by.at);
  if (waitMs > 0 && !provider) throw tooOften(request.ip, waitMs);
  // Whose token was good, or who is known here, is on record however often it happens.
  if (waitMs === 0 || about.key || refused.user) await noteRefusal(visit, provider, refused, about);
  const references = [{ name: 'Request', value: by.cause.id }, ...refused.references];
  return sendPage(reply, refused.status, notLetInPage({ ...refused, references, again: SIGN_IN_PATH }));
}

async function noteRefusal(
  { door, request, by }: Visit,
  provider: Provider | null,
  { reason, user, references }: Refused,
  { key }: { key?: SignedIn['key'] },
): Promise<void> {
  const said = Object.fromEntries(references.map(({ name, value }) => [name, value]));
  await door.parts.ledger.refusals.note(
    {
      type: 'sign_in.refused',
      subject: user
        ? { kind: 'user', id: user }
        : { kind: provider ? 'provider' : 'settings', id: provider?.id ?? 'sign-in' },
      data: {
        reason,
        remote: request.ip,
        ...(key && { issuer: key.authority, subject: key.subject }),
        ...said,
      },
    },
    { ...by, actor: { kind: 'system', id: 'sign-in' }, provider: provider?.id ?? null },
  );
}

function tooOften(remote: string, waitMs: number): Refusal {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  const detail = `Too many sign-ins that nobody began came from ${remote}. Try again in ${retryAfterSeconds} seconds.`;
  return new Refusal('throttled', detail, { retryAfterSeconds });
}
