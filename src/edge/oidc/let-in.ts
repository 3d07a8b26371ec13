// From "the provider says who this is" to "this is our user, and they are in" or to the reason why not. Whom a sign-in may be
// about is asked of the ledger; each candidate is looked at again by the decision that would let them in.

import { fold } from '../../fold.ts';
import { newId } from '../../id.ts';
import type { ClaimsTold } from '../../identity/claims.ts';
import type { Provider } from '../../identity/provider.ts';
import type { LinkedBy } from '../../identity/sign-in.ts';
import { externalIdOf, settleSuspension, type User } from '../../identity/user.ts';
import type { Change, Ledger, Loaded } from '../../ledger/ledger.ts';
import { type Candidates, LinkTaken } from '../../ledger/sign-in.ts';
import { decideUserSettled } from '../../mapping/decide.ts';
import {
  decideFirstSignIn,
  decideSignIn,
  type SignInAsked,
  type SignInOutcome,
} from '../../mapping/decide-sign-in.ts';
import { GUID } from '../../provider/endpoints.ts';
import type { PersonInGraph } from '../../provider/graph-people.ts';
import type { SignedIn } from '../../provider/sign-in.ts';
import { Refusal } from '../../refusal.ts';

export type LetIn =
  | SignInOutcome
  /** SCIM alone makes users here, and it has not made this one. */
  | { readonly kind: 'not-provisioned' }
  /** Was here, and was removed by the provider (or purged since): only SCIM or a person brings them back. */
  | { readonly kind: 'gone'; readonly user: string | null }
  /** Several users have this externalId. */
  | { readonly kind: 'ambiguous'; readonly users: readonly string[] }
  /** A user has the name, and nothing proves that it is they. */
  | { readonly kind: 'not-confirmed'; readonly user: string | null; readonly why: string };

/** What of the provider this needs beside the token. */
export interface Confirming {
  personInGraph(provider: Provider, oid: string): Promise<PersonInGraph>;
}

export interface Entering {
  ledger: Ledger;
  provider: Provider;
  signedIn: Pick<SignedIn, 'key' | 'idToken' | 'claims'>;
  session: SignInAsked['session'];
  by: Change;
}

const ANOTHERS = 'That user has another object id (externalId).';

/** Others may link or make the same person at the same moment. */
const TRIES = 4;

export async function letIn(entering: Entering, confirming: Confirming): Promise<LetIn> {
  let keepName = false;
  for (let tries = 1; ; tries++) {
    try {
      return await tryLetIn(entering, confirming, keepName);
    } catch (error) {
      if (tries === TRIES) throw error instanceof LinkTaken ? tooMany(error) : error;
      if (error instanceof Refusal && error.reason === 'uniqueness') keepName = true;
      else if (!(error instanceof LinkTaken)) throw error;
    }
  }
}

function tooMany(cause: Error): Refusal {
  const refusal = new Refusal(
    'unavailable',
    'Others are changing the same person at this moment. Try again.',
  );
  refusal.cause = cause;
  return refusal;
}

async function tryLetIn(entering: Entering, confirming: Confirming, keepName: boolean): Promise<LetIn> {
  const { ledger, provider, signedIn } = entering;
  const key = { issuer: signedIn.key.authority, subject: signedIn.key.subject };
  const found = await ledger.identities.candidates(provider.id, { key, userName: signedIn.idToken.userName });
  const known = await enterKnown(entering, confirming, found, keepName);
  if (known) return known;
  // Before whoever is gone: SCIM brings people back as new users, and most directories send no object id with them.
  if (found.byUserName !== null) return enterByName(entering, confirming, found.byUserName, keepName);
  if (found.removed !== null || found.purged) return { kind: 'gone', user: found.removed };
  return mayMakeUsers(provider) ? enterFirst(entering, keepName) : { kind: 'not-provisioned' };
}

/** With SCIM on, and left to decide alone, a sign-in neither makes nor changes anybody. */
export function mayMakeUsers({ scimEnabled, settings }: Provider): boolean {
  return !(scimEnabled && settings.claimsSyncMode === 'scim');
}

// --- who it is --------------------------------------------------------------------------------------------------

/** Linked before, or provisioned under the very id that the token carries. null where nobody is. */
async function enterKnown(
  entering: Entering,
  confirming: Confirming,
  found: Candidates,
  keepName: boolean,
): Promise<LetIn | null> {
  if (found.linked !== null) {
    await liftDirectory(entering, confirming, found.linked);
    const isByCreation = await wasMadeBySignIn(entering, found.linked);
    const outcome = await enter(entering, found.linked, null, { isByCreation, keepName });
    // A link outlives its user; whoever was provisioned anew under the same id takes it over.
    if (outcome.kind !== 'removed') return outcome;
  }
  const [first, ...others] = found.byExternalId;
  if (first === undefined) return null;
  if (others.length > 0) return { kind: 'ambiguous', users: found.byExternalId };
  return enter(entering, first, 'externalId', { keepName });
}

/**
 * Without SCIM only the directory tells of a leaver, and only the directory takes it back: where it says that the account may be
 * used again, its own reason goes. One of an administrator stays.
 */
async function liftDirectory(entering: Entering, confirming: Confirming, id: string): Promise<void> {
  const { ledger, provider, signedIn, by } = entering;
  if (provider.scimEnabled || provider.settings.kind !== 'entra') return;
  const full = await ledger.fullUser(id);
  if (full?.loaded.user.suspensions.directory === undefined) return;
  const seen = await confirming.personInGraph(provider, signedIn.key.subject);
  if (!seen.known || !seen.found || !seen.accountEnabled) return;
  await ledger.transact({
    provider: provider.id,
    needs: { user: id },
    decide({ state, user }) {
      if (!user || user.user.removedAt !== null) return { changes: null, answer: null };
      const settled = settleSuspension(user.user, 'directory', false, by.at);
      return { changes: decideUserSettled({ state, ...by }, user, settled).changes, answer: null };
    },
  });
}

/**
 * Only somebody whose externalId says nothing, and only where the directory confirms that this id has that name. Other
 * issuers let people choose their name, and no directory is there to ask: an administrator decides.
 */
async function enterByName(
  entering: Entering,
  confirming: Confirming,
  user: string,
  keepName: boolean,
): Promise<LetIn> {
  const { provider, signedIn } = entering;
  const isNameWeak = provider.settings.kind !== 'entra';
  if (!isNameWeak) {
    const seen = await confirming.personInGraph(provider, signedIn.key.subject);
    if (!seen.known) return { kind: 'not-confirmed', user, why: seen.why };
    const name = seen.found ? seen.userPrincipalName : null;
    if (name === null || fold(name) !== fold(signedIn.idToken.userName ?? '')) {
      return { kind: 'not-confirmed', user, why: 'The directory knows this person by another name.' };
    }
  }
  const full = await entering.ledger.fullUser(user);
  if (full && !isStillThe('userName', full.loaded.user, signedIn)) {
    return { kind: 'not-confirmed', user, why: ANOTHERS };
  }
  return enter(entering, user, 'userName', { isNameWeak, keepName });
}

/** @throws LinkTaken where they are not who they were a moment ago. */
async function enter(
  entering: Entering,
  id: string,
  linkedBy: LinkedBy | null,
  more: { isNameWeak?: boolean; isByCreation?: boolean; keepName: boolean },
): Promise<LetIn> {
  const { ledger, provider, signedIn, by } = entering;
  const asked = askedOf(entering, linkedBy, more);
  return ledger.transact<LetIn>({
    provider: provider.id,
    needs: { user: id },
    decide({ state, user: loaded }) {
      refuseClosed(state.provider);
      if (!loaded || !isStillThe(linkedBy, loaded.user, signedIn)) throw new LinkTaken();
      if (linkedBy === null && isAnothers(state.provider, loaded.user, signedIn)) {
        return { changes: null, answer: { kind: 'not-confirmed', user: id, why: ANOTHERS } };
      }
      if (more.isByCreation && isTakenOver(state.provider, loaded.user, signedIn)) {
        return { changes: null, answer: { kind: 'needs-approval', user: loaded.user } };
      }
      const { changes, outcome } = decideSignIn({ state, ...by }, loaded, asked);
      return { changes, answer: outcome };
    },
  });
}

/** It may have been disabled, or its removal begun, while the person was at the provider. */
function refuseClosed({ enabled, name }: Provider): void {
  if (!enabled) throw new Refusal('forbidden', `Signing in with ${name} was switched off meanwhile.`);
}

/** A link does not outlast the word of provisioning: it took the user over for somebody else at the provider. */
function isAnothers({ settings }: Provider, user: User, { key }: Entering['signedIn']): boolean {
  const externalId = externalIdOf(user);
  if (settings.kind !== 'entra' || externalId === null || user.removedAt !== null) return false;
  return GUID.test(externalId) && externalId.toLowerCase() !== key.subject;
}

async function wasMadeBySignIn({ ledger, provider, signedIn }: Entering, user: string): Promise<boolean> {
  const { authority, subject } = signedIn.key;
  const links = await ledger.identities.linksOf(provider.id, user);
  return links.some(
    ({ key, by }) => by === 'creation' && key.issuer === authority && key.subject === subject,
  );
}

/**
 * Provisioning found by its name a user whom a sign-in had made, and says nothing of whoever that was. At an issuer where
 * people choose their name anybody could have waited there for what somebody else is to be given.
 */
function isTakenOver({ settings }: Provider, user: User, { key }: Entering['signedIn']): boolean {
  if (settings.kind === 'entra' || user.lastProvisionedAt === null || user.removedAt !== null) return false;
  return externalIdOf(user) !== key.subject;
}

/** What led here is looked at again, on the user as they are now. */
function isStillThe(linkedBy: LinkedBy | null, user: User, { key, idToken }: Entering['signedIn']): boolean {
  if (linkedBy === null) return true;
  const externalId = externalIdOf(user);
  if (linkedBy === 'externalId') return externalId === key.subject;
  const isNameTheirs = fold(String(user.document.userName)) === fold(idToken.userName ?? '') && !user.kept;
  return isNameTheirs && (externalId === null || !GUID.test(externalId));
}

/** `isTaken`: a try before this one found the name to be somebody else's, whom this person is not linked with. */
async function enterFirst(entering: Entering, isTaken: boolean): Promise<LetIn> {
  const { ledger, provider, by } = entering;
  const asked = askedOf(entering, 'creation', { keepName: false });
  const { told } = asked;
  if (!told) return { kind: 'not-provisioned' };
  const id = newId(by.at);
  const name = entering.signedIn.idToken.userName;
  if (isTaken) return { kind: 'not-confirmed', user: null, why: 'Somebody else has that name here.' };
  return ledger.transact<SignInOutcome>({
    provider: provider.id,
    needs: name === null ? {} : { formerHolderOf: fold(name) },
    decide({ state, formerly }: Loaded) {
      refuseClosed(state.provider);
      const made = { id, formerly };
      const { changes, outcome } = decideFirstSignIn({ state, ...by }, made, { ...asked, told });
      return { changes, answer: outcome };
    },
  });
}

function askedOf(
  { provider, signedIn, session }: Entering,
  linkedBy: LinkedBy | null,
  { isNameWeak = false, keepName }: { isNameWeak?: boolean; keepName: boolean },
): SignInAsked {
  const { claims } = signedIn;
  const key = { issuer: signedIn.key.authority, subject: signedIn.key.subject };
  const told: ClaimsTold | null = mayMakeUsers(provider)
    ? { channel: 'login', claims, subject: key.subject }
    : null;
  return { told, key, linkedBy, isNameWeak, keepName, session };
}
