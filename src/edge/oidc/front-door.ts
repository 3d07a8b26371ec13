// The addresses at which people arrive before they are anybody: choosing how to sign in, the break-glass password, the first
// set-up, and signing out. What the provider sends back is in sign-in.ts.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../../identity/sign-in.ts';
import type { Change } from '../../ledger/ledger.ts';
import type { LocalAdmin } from '../../ledger/sign-in.ts';
import { limits } from '../../limits.ts';
import { Refusal } from '../../refusal.ts';
import { failedAttempts } from '../admin/caller.ts';
import { frameworkRefusal } from '../admin/problem.ts';
import type { Parts } from '../parts.ts';
import { pageHeaders, sendPage, sendRefusal, wantsJson } from './answer.ts';
import { assets } from './assets.ts';
import { beginSession, giveSession, takeSession } from './begin-session.ts';
import { setUpPage, signedOutPage, signInPage, signOutPage, type Way } from './pages.ts';
import { LOCAL_CAP_MS, type PasswordSignIn, passwordSignIn } from './password-sign-in.ts';
import { readReturnTo } from './return-to.ts';
import { isFromOurPages } from './same-origin.ts';
import { sessionHash } from './session-credential.ts';
import { setUp } from './set-up.ts';

const FORM_BYTES = 16 * 1024;

export interface FrontDoor {
  parts: Parts;
  password: PasswordSignIn;
  /** Counts a try of an address. @throws Refusal `throttled` when there were too many. */
  countTry(request: FastifyRequest, at: number): void;
  /** Providers that people can sign in with. */
  ways(returnTo: string): Promise<Way[]>;
  /** Where the provider of a session ends its own; null where it has no such place. */
  signOutAtProvider(hash: string, at: number): Promise<{ name: string; href: string } | null>;
}

export function frontDoor(parts: Parts, others: Pick<FrontDoor, 'ways' | 'signOutAtProvider'>): FrontDoor {
  const tries = failedAttempts(limits.passwordTriesPerMinute);
  return {
    ...others,
    parts,
    password: passwordSignIn(parts.ledger, parts.passwords),
    countTry({ ip }, at) {
      const waitMs = tries.note(ip, at);
      if (waitMs === 0) return;
      const retryAfterSeconds = Math.ceil(waitMs / 1000);
      const detail = `Too many tries came from ${ip}. Try again in ${retryAfterSeconds} seconds.`;
      throw new Refusal('throttled', detail, { retryAfterSeconds });
    },
  };
}

/** Forms, and refusals as pages. */
export function answerPeople(app: FastifyInstance, parts: Parts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_BYTES },
    async (_request: FastifyRequest, text: string) => Object.fromEntries(new URLSearchParams(text)),
  );
  app.setErrorHandler((error, request, reply) => {
    const requestId = request.id;
    const refusal = error instanceof Refusal ? error : frameworkRefusal(error);
    if (!refusal) parts.log.error({ err: error, requestId }, 'a sign-in failed');
    if (refusal?.cause) parts.log.error({ err: refusal.cause, requestId }, refusal.message);
    return sendRefusal(request, reply, refusal, requestId);
  });
}

export function registerFrontDoor(app: FastifyInstance, door: FrontDoor): void {
  app.get<{ Params: { name: string } }>('/sign-in/:name', async (request, reply) => {
    const asset = Object.hasOwn(assets, request.params.name) ? assets[request.params.name]! : null;
    if (!asset) throw new Refusal('notFound', 'There is nothing here.');
    const headers = { ...pageHeaders, 'cache-control': 'public, max-age=3600' };
    return reply.headers(headers).type(asset.type).send(asset.text);
  });
  app.post('/login', async (request, reply) => postPassword(door, request, reply));
  app.get('/setup', async (_request, reply) => sendPage(reply, 200, setUpPage()));
  app.post('/setup', async (request, reply) => postSetUp(door, request, reply));
  app.get('/logout', async (request, reply) => {
    const hash = sessionHash(request.headers.cookie);
    const isIn =
      hash !== null && (await door.parts.ledger.sessions.find(hash, byRequest(door, request).at)) !== null;
    return sendPage(reply, 200, isIn ? signOutPage() : signedOutPage({ atProvider: null }));
  });
  app.post('/logout', async (request, reply) => postLogOut(door, request, reply));
}

export async function showSignIn(
  door: FrontDoor,
  reply: FastifyReply,
  { returnTo, problem = null, name = '', status = 200, hasEnded = false }: ShownSignIn,
): Promise<FastifyReply> {
  const isNew = (await door.parts.ledger.localAdmins.list()).length === 0;
  const ways = await door.ways(returnTo);
  return sendPage(reply, status, signInPage({ ways, returnTo, problem, name, isNew, hasEnded }));
}

interface ShownSignIn {
  returnTo: string;
  problem?: string | null;
  name?: string;
  status?: number;
  hasEnded?: boolean;
}

// --- forms ------------------------------------------------------------------------------------------------------

/** @throws Refusal where the request is not from a page of ours: somebody else's must not sign anybody in. */
function readForm(door: FrontDoor, request: FastifyRequest): Record<string, string> {
  if (!isFromOurPages(request.headers, door.parts.publicUrl())) {
    const detail = `This form was not sent by a page of ${door.parts.publicUrl()}. Open ${door.parts.publicUrl()}/login and try again.`;
    throw new Refusal('forbidden', detail);
  }
  return (request.body ?? {}) as Record<string, string>;
}

async function postPassword(door: FrontDoor, request: FastifyRequest, reply: FastifyReply) {
  const form = readForm(door, request);
  const by = byRequest(door, request);
  door.countTry(request, by.at);
  const { name = '', password = '', returnTo: wanted } = form;
  const returnTo = readReturnTo(wanted);
  const { signIns } = door.parts.metrics;
  const count = (result: string) => signIns.inc({ provider: 'break-glass', result });
  try {
    const admin = await door.password.check(name, password, by);
    await enter(door, request, reply, admin, by);
    count('signed-in');
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason === 'unavailable') throw error;
    count(error.reason === 'throttled' ? 'throttled' : 'wrong-password');
    if (error.reason === 'unauthenticated') await noteWrong(door, request, error, by);
    const status = error.reason === 'throttled' ? 429 : 401;
    if (error.facts.retryAfterSeconds) reply.header('retry-after', String(error.facts.retryAfterSeconds));
    return showSignIn(door, reply, { returnTo, problem: error.message, name: name.slice(0, 100), status });
  }
  return reply.redirect(returnTo, 303);
}

/** Of a name that somebody has; what strangers try is for the log of requests, not for the chain. */
async function noteWrong(
  door: FrontDoor,
  request: FastifyRequest,
  refusal: Refusal,
  by: Omit<Change, 'actor'>,
) {
  const { admin } = refusal.facts;
  if (typeof admin !== 'string') return;
  await door.parts.ledger.refusals.note(
    {
      type: 'sign_in.refused',
      subject: { kind: 'admin', id: admin },
      data: { reason: 'wrong-password', remote: request.ip },
    },
    { ...by, actor: { kind: 'system', id: 'sign-in' }, provider: null },
  );
}

async function postSetUp(door: FrontDoor, request: FastifyRequest, reply: FastifyReply) {
  const { token = '', name = '', password = '' } = readForm(door, request);
  const by = byRequest(door, request);
  door.countTry(request, by.at);
  const admin = await setUp(door.parts.ledger, door.parts.passwords, { token, name, password }, by);
  await enter(door, request, reply, admin, by);
  return wantsJson(request) ? reply.code(204).headers(pageHeaders).send() : reply.redirect('/', 303);
}

/** A new session, whatever the browser came with; the one it came with ends. */
async function enter(
  door: FrontDoor,
  request: FastifyRequest,
  reply: FastifyReply,
  admin: LocalAdmin,
  by: Omit<Change, 'actor'>,
): Promise<void> {
  const { secret, session } = beginSession(request, by.at, LOCAL_CAP_MS);
  const person = { provider: null, id: admin.id };
  const change = { ...by, actor: actorOf(person) };
  await endOwn(door, request, change);
  if (!(await door.parts.ledger.localAdmins.enter(admin, { ...session, person }, change))) {
    throw new Refusal(
      'unauthenticated',
      'The password was changed at this moment. Sign in with the new one.',
    );
  }
  giveSession(reply, secret, LOCAL_CAP_MS);
}

async function postLogOut(door: FrontDoor, request: FastifyRequest, reply: FastifyReply) {
  readForm(door, request);
  const { at, cause } = byRequest(door, request);
  const hash = sessionHash(request.headers.cookie);
  const atProvider = hash === null ? null : await door.signOutAtProvider(hash, at);
  await endOwn(door, request, { at, cause, actor: { kind: 'system', id: 'sign-out' } });
  takeSession(reply);
  return sendPage(reply, 200, signedOutPage({ atProvider }));
}

export async function endOwn(door: FrontDoor, request: FastifyRequest, by: Change): Promise<void> {
  const { sessions } = door.parts.ledger;
  const hash = sessionHash(request.headers.cookie);
  const session = hash === null ? null : await sessions.find(hash, by.at);
  if (!session) return;
  await sessions.end(session.id, 'signed-out', { ...by, actor: actorOf(session.person) });
}

export function byRequest(
  { parts }: FrontDoor,
  request: FastifyRequest,
): Omit<Change, 'actor'> & { cause: NonNullable<Change['cause']> } {
  return { at: parts.clock.now(), cause: { kind: 'request', id: request.id } };
}
