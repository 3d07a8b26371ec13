// Every way in which a sign-in ends without a session, in words for the person, for the administrator, and for the log.

import type { SuspensionReason, User } from '../../identity/user.ts';
import type { FullUser, Ledger } from '../../ledger/ledger.ts';
import type { SignInRefusal } from '../../provider/sign-in-refusal.ts';
import { whatRulesSaw } from '../admin/user-access.ts';
import type { LetIn } from './let-in.ts';
import type { NotLetIn } from './pages.ts';

export interface Refused extends Omit<NotLetIn, 'references' | 'again'> {
  /** For the event: a word of a closed list. */
  reason: string;
  status: 400 | 403 | 502 | 503;
  /** Whom it is about, where that is known. */
  user: string | null;
  references: readonly { name: string; value: string }[];
}

type NotIn = Exclude<LetIn, { kind: 'signed-in' }>;

const ASK = 'Ask your administrator; the request number below tells them which sign-in it was.';

export async function refusedByUs(outcome: NotIn, ledger: Ledger): Promise<Refused> {
  const none = { references: [], status: 403 as const, reason: outcome.kind };
  switch (outcome.kind) {
    case 'no-role':
      return { ...none, ...(await withoutRole(outcome.user.id, ledger)) };
    case 'suspended':
      return {
        ...none,
        user: outcome.user.id,
        title: 'Your account is suspended',
        words: 'Your organisation has suspended this account, so it cannot be used here.',
        advice: ASK,
        forAdministrator: `Suspended by ${suspendedBy(outcome.user)}. What the provider suspended is lifted at the provider; what an administrator suspended, here.`,
      };
    case 'removed':
    case 'gone':
      return {
        ...none,
        reason: 'removed',
        user: outcome.kind === 'removed' ? outcome.user.id : outcome.user,
        title: 'Your account was removed',
        words: 'Your organisation has removed this account here. Signing in does not bring it back.',
        advice: ASK,
        forAdministrator:
          'The provider brings the person back by provisioning them again (assign them to the application).',
      };
    case 'not-provisioned':
      return {
        ...none,
        user: null,
        title: 'You have no account here yet',
        words: 'Accounts are made by your organisation’s provisioning, and it has not made one for you.',
        advice: 'Ask your administrator to provision you.',
        forAdministrator:
          'Assign the person, or a group they are directly in, to the enterprise application; they arrive with the next cycle, or at once with Provision on demand. If they have arrived, compare their externalId with their object id: the mapping must send objectId.',
      };
    case 'ambiguous':
      return {
        ...none,
        user: null,
        title: 'Several accounts are yours',
        words: 'More than one account carries your id, so none of them was chosen.',
        advice: ASK,
        forAdministrator: `These users have the same externalId: ${outcome.users.join(', ')}. Remove all but one at the provider.`,
      };
    case 'not-confirmed':
      return {
        ...none,
        user: outcome.user,
        title: 'It could not be confirmed who you are',
        words:
          'An account here has your sign-in name, but nothing proves that it is yours. A name alone is not enough.',
        advice: ASK,
        forAdministrator: `${outcome.why} Let provisioning send the object id as externalId (source attribute objectId), and the account is found by it.`,
      };
    case 'needs-approval':
      return {
        ...none,
        user: outcome.user.id,
        title: 'An administrator has to confirm you',
        words:
          'You were found by your sign-in name alone, and this account is one that a name alone does not open. Your request waits for an administrator.',
        advice: 'Sign in again when they have confirmed it.',
        forAdministrator: 'Confirm or refuse it under link requests (GET /api/link-requests).',
      };
  }
}

const suspenders: Readonly<Record<SuspensionReason, string>> = {
  scim: 'provisioning (SCIM)',
  directory: 'the directory',
  admin: 'an administrator here',
};

function suspendedBy({ suspensions }: User): string {
  const reasons = Object.keys(suspensions) as SuspensionReason[];
  return reasons.map((reason) => suspenders[reason]).join(' and ');
}

async function withoutRole(id: string, ledger: Ledger) {
  const full = await ledger.fullUser(id);
  return {
    user: id,
    title: 'You have no role here',
    words: 'You were recognised, but none of the rules gives you a role, and without one nobody comes in.',
    advice: 'Ask your administrator to give you one.',
    forAdministrator:
      'Give the attribute a value that a rule matches, add a rule, or give the person a role. Attribute names are matched exactly, case included.',
    looked: full ? attributesSeen(full) : [],
  };
}

function attributesSeen(full: FullUser): NonNullable<Refused['looked']> {
  const seen = whatRulesSaw(full).map(({ attribute, values }) => ({
    what: attribute,
    held: values.length === 0 ? 'nothing' : values.map(({ value }) => value).join(', '),
  }));
  return seen.length > 0 ? seen : [{ what: 'no attribute', held: 'no rule gives a role' }];
}

const unreachable: ReadonlySet<string> = new Set(['provider_unreachable']);
const ours: ReadonlySet<string> = new Set(['app_credentials', 'bad_settings', 'bad_metadata']);

export function refusedByProvider(refusal: SignInRefusal): Refused {
  const { reason, message, advice, detail, diagnosis } = refusal;
  const references = [
    { name: 'Provider said', value: diagnosis?.code ?? diagnosis?.error ?? null },
    { name: 'Trace id', value: diagnosis?.traceId ?? null },
    { name: 'Correlation id', value: diagnosis?.correlationId ?? null },
    { name: 'Provider’s time', value: diagnosis?.timestamp ?? null },
  ].filter((each): each is { name: string; value: string } => each.value !== null);
  const means = diagnosis?.means ?? detail;
  return {
    reason,
    status: unreachable.has(reason) ? 503 : ours.has(reason) ? 502 : 400,
    user: null,
    title: 'You are not signed in',
    words: message,
    forAdministrator: means ? `${means} ${advice}` : advice,
    references,
  };
}
