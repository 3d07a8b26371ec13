// Grants that people give and take back. What they mean is mapping's (manual.ts).

import { Type } from 'typebox';
import type { ChangeSet } from '../../identity/change-set.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { DecisionContext, LoadedUser } from '../../mapping/decide.ts';
import { decideManualGrant, decideManualWithdrawal } from '../../mapping/manual.ts';
import type { Target } from '../../mapping/resolve.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { choice, targetKinds, userShape } from './contract.ts';
import { showFullUser } from './current-access.ts';
import { findRole, findTarget, needUser } from './look-up.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

type Kind = (typeof targetKinds)[number];

const permission = { resource: 'users', operation: 'grant' } as const;

const addGrant = route({
  method: 'POST',
  path: '/users/{id}/grants',
  permission,
  summary: 'Give a user a role, team or business unit by hand',
  description:
    'It stands until people take it back. A role given by hand wins over rules and replaces one given before.',
  body: Type.Object(
    {
      kind: choice(targetKinds),
      target: Type.String({ minLength: 1, maxLength: 300, description: 'Id or exact name.' }),
    },
    { additionalProperties: false },
  ),
  response: userShape,
  status: 201,
  versioned: true,
  refuses: { 409: 'The user was removed' },
  async handle(call) {
    const { parts, params, body } = call;
    const { loaded } = await needUser(parts.ledger, params.id);
    const target = await readTarget(parts.ledger, loaded.user.provider, body.kind, body.target);
    if (!target) {
      const detail = `There is no ${body.kind} ${shorten(body.target)} at the provider ${loaded.user.provider}.`;
      throw new Refusal('invalidValue', detail, { problems: [{ path: '/target', problem: 'is unknown' }] });
    }
    await change(call, loaded.user, (context, user) => {
      // It may have been removed since it was looked up.
      if (target.kind === 'role' && !context.state.roles.some((role) => role.id === target.id)) {
        throw new Refusal('notFound', `There is no role ${shorten(body.target)} any more.`);
      }
      return decideManualGrant(context, user, target);
    });
    return answer(parts.ledger, params.id);
  },
});

const removeGrant = route({
  method: 'DELETE',
  path: '/users/{id}/grants/{kind}/{target}',
  permission,
  summary: 'Take back what was given by hand',
  response: userShape,
  versioned: true,
  refuses: { 409: 'A rule gives it, or the user was removed' },
  async handle(call) {
    const { parts, params } = call;
    const kind = targetKinds.find((each) => each === params.kind);
    const { loaded } = await needUser(parts.ledger, params.id);
    const target = kind && (await readTarget(parts.ledger, loaded.user.provider, kind, params.target));
    if (!target) throw new Refusal('notFound', `There is no ${params.kind} ${shorten(params.target)}.`);
    await change(call, loaded.user, (context, user) => decideManualWithdrawal(context, user, target));
    return answer(parts.ledger, params.id);
  },
});

export const manualGrantRoutes: readonly Route[] = [addGrant, removeGrant];

async function readTarget(
  ledger: Ledger,
  provider: string,
  kind: Kind,
  name: string,
): Promise<Target | null> {
  if (kind === 'role') {
    const role = await findRole(ledger, name);
    return role && { kind, id: role.id, name: role.name, key: role.id };
  }
  const target = await findTarget(ledger, kind, name, provider);
  return target && { kind, id: target.id, name: target.name, key: target.key };
}

type Decide = (context: DecisionContext, loaded: LoadedUser) => ChangeSet | null;

async function change(call: Call, user: { provider: string; id: string }, decide: Decide): Promise<void> {
  await call.parts.ledger.transact({
    provider: user.provider,
    needs: { user: user.id },
    decide({ user: loaded, state }) {
      if (!loaded) throw new Refusal('notFound', `There is no user with the id ${user.id}.`);
      checkIfMatch(call.ifMatch, revisionTag(loaded.user.revision));
      return { changes: decide({ state, ...changeBy(call) }, loaded), answer: undefined };
    },
  });
}

async function answer(ledger: Ledger, id: string) {
  const full = await needUser(ledger, id);
  return { headers: { etag: revisionTag(full.loaded.user.revision) }, body: showFullUser(full) };
}
