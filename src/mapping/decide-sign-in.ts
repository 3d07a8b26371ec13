// Whether a person comes in, decided on the user as the token leaves them: facts told by the same funnel as SCIM's, access
// resolved, and the session begun in the same change, or refused with what there was to see.

import { type ChangeSet, emptyChangeSet } from '../identity/change-set.ts';
import { type ClaimsTold, createUserByClaims, settleClaims } from '../identity/claims.ts';
import type { IdentityKey, LinkedBy, NewSession } from '../identity/sign-in.ts';
import { type Settled, statusOf, type User } from '../identity/user.ts';
import {
  type DecisionContext,
  decideAccess,
  decideUserCreated,
  decideUserSettled,
  type LoadedUser,
} from './decide.ts';
import type { Role } from './ruleset.ts';

export interface SignInAsked {
  /** null where claims have nothing to say here: the provider's users come from SCIM alone. */
  told: ClaimsTold | null;
  /** Who they are at their provider. */
  key: IdentityKey;
  /** How the user was found, where the link is new. */
  linkedBy: LinkedBy | null;
  /** Somebody at the provider could have chosen the name that led here: an administrator has to confirm the link. */
  isNameWeak: boolean;
  /** The name that the token gives is somebody else's here. */
  keepName: boolean;
  session: Omit<NewSession, 'person'>;
}

export type SignInOutcome =
  | { readonly kind: 'signed-in'; readonly user: User; readonly role: Role }
  /** Facts are told, and nothing speaks for a role. */
  | { readonly kind: 'no-role'; readonly user: User }
  | { readonly kind: 'suspended'; readonly user: User }
  | { readonly kind: 'removed'; readonly user: User }
  /** A link by name that waits for an administrator; nothing is told and nobody is in. */
  | { readonly kind: 'needs-approval'; readonly user: User };

export interface SignInDecision {
  changes: ChangeSet | null;
  outcome: SignInOutcome;
}

/** Of a user who is there. */
export function decideSignIn(
  context: DecisionContext,
  loaded: LoadedUser,
  asked: SignInAsked,
): SignInDecision {
  const status = statusOf(loaded.user);
  if (status !== 'active') return { changes: null, outcome: { kind: status, user: loaded.user } };
  const { told, keepName } = asked;
  const settled: Settled = told
    ? settleClaims(loaded.user, told, context.at, { keepName })
    : { after: loaded.user, events: [] };
  const changes =
    settled.after === loaded.user
      ? decideAccess(context, loaded)
      : decideUserSettled(context, loaded, settled).changes;
  return enter(context, changes, settled.after, roleAfter(context, changes, loaded.role), asked);
}

/** Of somebody who was never here, where the provider's mode lets a sign-in make users. */
export function decideFirstSignIn(
  context: DecisionContext,
  made: { id: string; formerly: string | null },
  asked: SignInAsked & { told: ClaimsTold },
): SignInDecision {
  const settled = createUserByClaims(
    { provider: context.state.provider.id, ...made },
    asked.told,
    context.at,
  );
  const changes = decideUserCreated(context, settled);
  return enter(context, changes, settled.after, roleAfter(context, changes, null), asked);
}

/** Claims read anew while somebody is signed in; null where they say what already is. */
export function decideRefresh(
  context: DecisionContext,
  loaded: LoadedUser,
  told: ClaimsTold,
  { keepName }: Pick<SignInAsked, 'keepName'>,
): ChangeSet | null {
  if (statusOf(loaded.user) === 'removed') return null;
  return decideUserSettled(context, loaded, settleClaims(loaded.user, told, context.at, { keepName }))
    .changes;
}

function roleAfter(context: DecisionContext, changes: ChangeSet | null, before: string | null): Role | null {
  const written = changes?.users[0] ?? changes?.resolved[0];
  const id = written ? written.role : before;
  return context.state.roles.find((role) => role.id === id) ?? null;
}

function enter(
  context: DecisionContext,
  changes: ChangeSet | null,
  user: User,
  role: Role | null,
  asked: SignInAsked,
): SignInDecision {
  const { key, linkedBy } = asked;
  const byName = linkedBy === 'userName';
  // Before all else: what such a token says of somebody is not told of them until it is theirs.
  if (byName && (asked.isNameWeak || (role && isAdministrator(context, role)))) {
    return { changes: null, outcome: { kind: 'needs-approval', user } };
  }
  if (!role) return { changes, outcome: { kind: 'no-role', user } };
  const entering = changes ?? emptyChangeSet(user.provider, context.at, context.actor, context.cause);
  const session = { ...asked.session, person: { provider: user.provider, id: user.id } };
  const link = linkedBy && { key, by: linkedBy, person: user.id, since: context.at };
  const subject = { kind: 'user' as const, id: user.id };
  if (link) entering.events.push({ type: 'user.linked', subject, data: { ...link.key, by: link.by } });
  const object = { kind: 'session' as const, id: session.id };
  entering.events.push({ type: 'user.signed_in', subject, object, data: { remote: session.remote } });
  const advanced = entering.resolved.length > 0 ? 1 : 0;
  entering.signIn = { user: user.id, revision: user.revision + advanced, key, link, session };
  return { changes: entering, outcome: { kind: 'signed-in', user, role } };
}

/** Who may do as much as an administrator is one, whatever the role is called. */
function isAdministrator({ state }: DecisionContext, role: Role): boolean {
  const admin = state.roles.find((each) => each.id === 'admin');
  return role.id === 'admin' || (admin !== undefined && role.permissionCount >= admin.permissionCount);
}
