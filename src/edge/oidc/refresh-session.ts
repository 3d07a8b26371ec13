// Claims of somebody who is signed in, read anew when they are old: on demand, by one request at a time across all replicas.
// What an answer of the provider means for the session, and for the person, is decided here and nowhere else.

import type { ClaimsTold } from '../../identity/claims.ts';
import type { Provider } from '../../identity/provider.ts';
import { type IdentityKey, sessionIdentity } from '../../identity/sign-in.ts';
import { settleSuspension } from '../../identity/user.ts';
import type { Change } from '../../ledger/ledger.ts';
import type { Session } from '../../ledger/sign-in.ts';
import { decideUserSettled } from '../../mapping/decide.ts';
import { decideRefresh } from '../../mapping/decide-sign-in.ts';
import { personInGraph } from '../../provider/graph-people.ts';
import { refreshClaims } from '../../provider/refresh.ts';
import { Refusal } from '../../refusal.ts';
import type { Parts } from '../parts.ts';
import { mayMakeUsers } from './let-in.ts';

/** Whoever may read does so within this, or another may. */
const LEASE_MS = 45_000;
/** After the provider was away, or our own credentials were refused, it is left alone for this long. */
const PAUSE_MS = 60_000;

export type Refreshed = 'kept' | 'ended';

/** At once where the claims are young, there is nothing to refresh with, or another request is at it. */
export async function refreshIfOld(parts: Parts, session: Session, at: number): Promise<Refreshed> {
  const { ledger } = parts;
  const { provider: id } = session.person;
  if (id === null || session.refreshToken === null) return 'kept';
  if (session.claimsAt + parts.sessionRules().refreshAfterMs > at) return 'kept';
  const [state, [link]] = await Promise.all([
    ledger.provider(id),
    ledger.identities.linksOf(id, session.person.id),
  ]);
  if (!state || !link) return 'kept';
  if (!(await ledger.sessions.takeRefresh(session.hash, session.claimsAt, at, at + LEASE_MS))) return 'kept';
  const token = opened(parts, session);
  if (token === null) {
    await ledger.sessions.end(session.id, 'grant-ended', {
      at,
      actor: { kind: 'system', id: 'refresh' },
      cause: null,
    });
    return 'ended';
  }
  return refresh(parts, state.provider, { session, token, key: link.key }, at);
}

/** null where no key of this server opens it: there is nothing to refresh with, now or later. */
function opened({ keys, log }: Parts, { id, refreshToken }: Session): string | null {
  try {
    return keys.open(refreshToken!, sessionIdentity(id));
  } catch (error) {
    log.warn({ err: error }, 'a session ends: its refresh token does not open');
    return null;
  }
}

interface Refreshing {
  session: Session;
  token: string;
  key: IdentityKey;
}

async function refresh(
  parts: Parts,
  provider: Provider,
  refreshing: Refreshing,
  at: number,
): Promise<Refreshed> {
  const { ledger, reach, keys, log } = parts;
  const { session, token, key } = refreshing;
  const by: Change = { at, actor: { kind: 'system', id: 'refresh' }, cause: null };
  const person = { authority: key.issuer, subject: key.subject };
  const answer = await refreshClaims(reach, provider, token, person, at);
  switch (answer.outcome) {
    case 'renewed':
    case 'withoutClaims': {
      // The newest token first: some providers take the use of an older one for a theft.
      const sealed = keys.seal(answer.refreshToken, sessionIdentity(session.id));
      await ledger.sessions.refreshed(session.hash, at, sealed);
      if (answer.outcome === 'withoutClaims') {
        log.warn(
          { provider: provider.id, reason: answer.refusal.reason },
          'a refresh brought no claims to believe',
        );
        return 'kept';
      }
      await tell(
        parts,
        provider,
        session,
        { channel: 'refresh', claims: answer.person.claims, subject: key.subject },
        by,
      );
      return 'kept';
    }
    case 'grantEnded':
      await ledger.sessions.end(session.id, 'grant-ended', by);
      await askWhy(parts, provider, refreshing, by);
      return 'ended';
    case 'interactionNeeded':
      await ledger.sessions.end(session.id, 'grant-ended', by);
      return 'ended';
    case 'appCredentials':
      log.error(
        { provider: provider.id, reason: answer.refusal.reason, advice: answer.refusal.advice },
        'claims cannot be refreshed',
      );
      return pause(parts, session, PAUSE_MS, at);
    case 'unreachable':
      log.warn(
        { provider: provider.id, detail: answer.detail },
        'the provider is away: sessions stay as they are',
      );
      return pause(parts, session, Math.max(PAUSE_MS, answer.retryAfterMs ?? 0), at);
  }
}

/** Nobody's session ends for it; the next try is a while from now. */
async function pause(
  { ledger, sessionRules }: Parts,
  session: Session,
  ms: number,
  at: number,
): Promise<Refreshed> {
  await ledger.sessions.refreshed(session.hash, at - sessionRules().refreshAfterMs + ms, null);
  return 'kept';
}

async function tell(
  { ledger }: Parts,
  provider: Provider,
  { person }: Session,
  told: ClaimsTold,
  by: Change,
) {
  if (!mayMakeUsers(provider)) return;
  const settle = (keepName: boolean) =>
    ledger.transact({
      provider: provider.id,
      needs: { user: person.id },
      decide: ({ state, user }) => ({
        changes: user && decideRefresh({ state, ...by }, user, told, { keepName }),
        answer: null,
      }),
    });
  // The name that the token gives may be somebody else's here; everything else that it says is news all the same.
  await settle(false).catch((error: unknown) => {
    if (error instanceof Refusal && error.reason === 'uniqueness') return settle(true);
    throw error;
  });
}

/**
 * A grant ends for many reasons: a new password, an administrator, time. Only the directory's own word that the account is
 * disabled or gone suspends, and only where SCIM does not speak for itself.
 */
async function askWhy(
  parts: Parts,
  provider: Provider,
  { session, key }: Refreshing,
  by: Change,
): Promise<void> {
  if (provider.scimEnabled || provider.settings.kind !== 'entra') return;
  const seen = await personInGraph(parts.reach, provider, key.subject);
  if (!seen.known || (seen.found && seen.accountEnabled)) return;
  await parts.ledger.transact({
    provider: provider.id,
    needs: { user: session.person.id },
    decide({ state, user }) {
      const context = { state, ...by };
      if (!user || user.user.removedAt !== null) return { changes: null, answer: null };
      const settled = settleSuspension(user.user, 'directory', true, by.at);
      return { changes: decideUserSettled(context, user, settled).changes, answer: null };
    },
  });
}
