// PUT /api/me/password: a break-glass administrator chooses another password. Nobody else has one here.

import { Type } from 'typebox';
import type { LocalAdmin } from '../../ledger/sign-in.ts';
import { Refusal } from '../../refusal.ts';
import { lockFor, passwordProblem } from '../oidc/passwords.ts';
import { type Call, changeBy, type Route, route } from './route.ts';

const text = (description: string) => Type.String({ minLength: 1, maxLength: 1_024, description });

const putPassword = route({
  method: 'PUT',
  path: '/me/password',
  permission: 'signed-in',
  summary: 'Change the password of the break-glass account that you are signed in with',
  description:
    'Its other sessions end. A lost password is set anew with a set-up link (bifrost admin reset).',
  body: Type.Object(
    { current: text('The password until now.'), password: text('The new one, at least 15 characters.') },
    { additionalProperties: false },
  ),
  status: 204,
  refuses: {
    403: 'You have no password here, or the one sent is wrong',
    409: 'It was changed by somebody else at the same moment',
    429: 'Too many wrong passwords',
  },
  async handle(call) {
    const { parts, caller, body } = call;
    const admin = await adminOf(call);
    const problem = passwordProblem(body.password, admin.name);
    if (problem) throw new Refusal('invalidValue', problem, { problems: [{ path: '/password', problem }] });
    await checkCurrent(call, admin, body.current);
    const hash = await parts.passwords.hash(body.password);
    const keep = caller.session?.hash ?? null;
    if (!(await parts.ledger.localAdmins.setPassword(admin, hash, keep, changeBy(call)))) {
      throw new Refusal(
        'conflict',
        'The password was changed at the same moment. Sign in with the newer one.',
      );
    }
    return {};
  },
});

async function adminOf({ parts, caller }: Call): Promise<LocalAdmin> {
  const { person, via } = caller;
  const isTheirs = via === 'session' && person?.provider === null;
  const admin = isTheirs ? await parts.ledger.localAdmins.find(person.id) : null;
  if (!admin)
    throw new Refusal('forbidden', 'Only a break-glass account that is signed in has a password here.');
  return admin;
}

/** Guessed at as slowly as at the front door: whoever sits at an open session is not let near it faster. */
async function checkCurrent(call: Call, admin: LocalAdmin, current: string): Promise<void> {
  const { at } = call;
  const { ledger, passwords } = call.parts;
  const begun = await ledger.localAdmins.beginTry(admin.id, at, lockFor);
  if (!begun) {
    const until = (await ledger.localAdmins.find(admin.id))?.lockedUntil ?? at;
    const retryAfterSeconds = Math.max(1, Math.ceil((until - at) / 1000));
    const detail = `Too many wrong passwords. Try again in ${retryAfterSeconds} seconds.`;
    throw new Refusal('throttled', detail, { retryAfterSeconds });
  }
  if (!(await passwords.isRight(admin.password, current))) {
    const subject = { kind: 'admin' as const, id: admin.id };
    const draft = { type: 'sign_in.refused' as const, subject, data: { reason: 'wrong-password' } };
    await ledger.refusals.note(draft, { ...changeBy(call), provider: null });
    throw new Refusal('forbidden', 'The current password is wrong.');
  }
  await ledger.localAdmins.confirmed(admin);
}

export const ownPasswordRoutes: readonly Route[] = [putPassword];
