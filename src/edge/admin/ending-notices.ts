// Notices of what ends by itself: provisioning tokens and the client secret of one provider.

import type { Provider } from '../../identity/provider.ts';
import { isEnded, type Token } from '../../ledger/ledger.ts';
import { NEAR_MS, readExpiry, type SecretEnd, secretEndOf } from '../expiry.ts';
import { rfc3339 } from './contract.ts';
import { lockedKeys, whereDeclared } from './lock.ts';
import type { Notice } from './notice-contract.ts';
import type { AdminParts } from './route.ts';
import { isLive } from './tokens.ts';

const DAY_MS = 86_400_000;

export async function endingNotices(parts: AdminParts, provider: Provider, at: number): Promise<Notice[]> {
  const { ledger, settings } = parts;
  const tokens = await ledger.tokens(provider.id);
  const end = secretEndOf(provider, (await readExpiry(ledger, provider.id)).expiry);
  const file = lockedKeys(settings, provider).includes('clientSecret') ? whereDeclared(settings) : null;
  return [...tokenNotices(provider, tokens, at), ...(end ? secretNotices(provider, end, { at, file }) : [])];
}

function tokenNotices(provider: Provider, tokens: readonly Token[], at: number): Notice[] {
  if (!provider.scimEnabled) return [];
  const rotate = {
    command: `bifrost token rotate ${provider.id}`,
    page: `/governance/user-provisioning/${provider.id}`,
  };
  if (!tokens.some((token) => isLive(token, at))) {
    return [
      {
        code: 'no-live-token',
        severity: 'problem',
        words: `No provisioning token of ${provider.name} is live: every request of it is refused.`,
        advice: 'Make a new token and enter it at the provider.',
        ...rotate,
        at: null,
      },
    ];
  }
  return tokens
    .filter((token) => endsNear(token, tokens, at))
    .map((token) => ({ ...told(token), ...rotate }));

  function told({ name, lastFour, expiresAt }: Token) {
    const hasEnded = expiresAt! <= at;
    const which = `The provisioning token "${name}" (...${lastFour}) of ${provider.name}`;
    return {
      code: hasEnded ? 'token-ended' : 'token-ends',
      severity: hasEnded ? 'problem' : 'warning',
      words: `${which} ${endWords(expiresAt!, at)}`,
      advice: 'Make a new token, enter it at the provider, and let this one end once the new one was used.',
      at: rfc3339(expiresAt!),
    } as const;
  }
}

/** One that has ended and that a later one was used after is no news: it was replaced in time. */
function endsNear(token: Token, tokens: readonly Token[], at: number): boolean {
  const { expiresAt } = token;
  if (expiresAt === null || isEnded(token, at)) return false;
  if (expiresAt > at) return expiresAt - at <= NEAR_MS;
  const isReplaced = tokens.some(({ lastUsedAt }) => lastUsedAt !== null && lastUsedAt > expiresAt);
  return at - expiresAt <= NEAR_MS && !isReplaced;
}

/** `file`: what declares the secret, so that it is changed there alone. */
function secretNotices(
  { id, name }: Provider,
  end: SecretEnd,
  { at, file }: { at: number; file: string | null },
): Notice[] {
  const page = `/governance/user-provisioning/${id}?open=configuration`;
  const differs: Notice[] =
    end.typedOtherwise === null
      ? []
      : [
          {
            code: 'client-secret-end-differs',
            severity: 'hint',
            words: `Microsoft Graph says that the client secret of ${name} ends on ${dayOf(end.at)}, and ${dayOf(end.typedOtherwise)} was typed. What Graph says counts.`,
            advice: 'Correct what was typed, or leave it empty.',
            command: null,
            page,
            at: null,
          },
        ];
  if (end.at - at > NEAR_MS) return differs;
  const hasEnded = end.at <= at;
  return [
    {
      code: hasEnded ? 'client-secret-ended' : 'client-secret-ends',
      severity: hasEnded ? 'problem' : 'warning',
      words: `The client secret of ${name} ${endWords(end.at, at)}${end.saidBy === 'person' ? ' So it was typed here: Graph does not say.' : ''}`,
      advice: `Nobody signs in and no directory is read without it. Make a new one at the provider (Entra: App registrations, Certificates & secrets) and ${entering(end, file)}`,
      command: file === null ? `bifrost provider set-secret ${id}` : null,
      page,
      at: rfc3339(end.at),
    },
    ...differs,
  ];
}

function entering({ saidBy }: SecretEnd, file: string | null): string {
  if (file === null) return 'enter it here.';
  // A start does not see that the secret is another one, so nothing takes away what was typed of the one before.
  const typed = saidBy === 'person' ? ' Correct its end (clientSecretExpiresAt) as well.' : '';
  return `put it where ${file} takes it from, then start again.${typed}`;
}

function endWords(endsAt: number, at: number): string {
  if (endsAt <= at) return `has ended, on ${dayOf(endsAt)}.`;
  const days = Math.ceil((endsAt - at) / DAY_MS);
  return `ends on ${dayOf(endsAt)}, ${days === 1 ? 'within a day' : `in ${days} days`}.`;
}

function dayOf(at: number): string {
  return rfc3339(at).slice(0, 10);
}
