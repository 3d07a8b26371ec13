// Notices that are about no single provider: who can still come in, work that fails, receivers that hear nothing, replicas.

import type { Ledger } from '../../ledger/ledger.ts';
import type { PauseReason, Webhook } from '../../ledger/webhooks.ts';
import { deafWords, fullWords } from '../trouble.ts';
import { administrators, hasAdminUser } from './administrators.ts';
import { rfc3339 } from './contract.ts';
import type { Notice } from './notice-contract.ts';
import type { AdminParts } from './route.ts';

/** A receiver that is being started again is none. */
const FAILING_MS = 3_600_000;
/** Sealing takes milliseconds. */
const FEED_LATE_MS = 60_000;

export async function systemNotices(parts: AdminParts, at: number): Promise<Notice[]> {
  const { ledger } = parts;
  return [
    ...storageNotices(parts),
    ...(await administratorNotices(parts)),
    ...(await workNotices(parts, at)),
    ...verificationNotices(parts),
    ...(await linkNotices(parts)),
    ...(await ledger.webhooks.list()).flatMap((webhook) => webhookNotices(webhook, at)),
    ...(await versionNotices(parts)),
  ];
}

function storageNotices({ ledger }: AdminParts): Notice[] {
  const full = fullWords(ledger);
  const deaf = deafWords(ledger);
  const nowhere = { command: null, page: null, at: null };
  return [
    ...(full ? [{ code: 'disk-full', severity: 'problem', ...full, ...nowhere } as const] : []),
    ...(deaf ? [{ code: 'replica-deaf', severity: 'warning', ...deaf, ...nowhere } as const] : []),
  ];
}

async function administratorNotices({ ledger }: AdminParts): Promise<Notice[]> {
  if ((await ledger.localAdmins.list()).length > 0) return [];
  const todo = { command: 'bifrost admin reset', page: '/settings/administrators', at: null };
  const advice = 'Make a break-glass administrator: the command prints a link that sets name and password.';
  const isAny = await hasAdminUser(ledger, await administrators(ledger));
  if (!isAny) {
    const words = 'Nobody can sign in as an administrator.';
    return [{ code: 'no-administrator', severity: 'warning', words, advice, ...todo }];
  }
  const words =
    'There is no break-glass administrator: whoever a wrong rule or a provider locks out stays out.';
  return [{ code: 'no-break-glass', severity: 'hint', words, advice, ...todo }];
}

type Lag = Awaited<ReturnType<Ledger['lags']>>['jobs'][number];

async function workNotices({ ledger }: AdminParts, at: number): Promise<Notice[]> {
  const { jobs, unsealedSince } = await ledger.lags();
  const failing = jobs.filter((job) => job.failing > 0);
  const isLate = unsealedSince !== null && at - unsealedSince > FEED_LATE_MS;
  return [
    ...failing.map(jobNotice),
    ...(isLate
      ? [
          {
            code: 'feed-late',
            severity: 'problem',
            words: `Events have waited for their place in the feed since ${rfc3339(unsealedSince)}: whoever follows it, webhooks too, is behind.`,
            advice: 'The log says what stops the sealing of events; it goes on by itself once that is gone.',
            command: null,
            page: null,
            at: rfc3339(unsealedSince),
          } as const,
        ]
      : []),
  ];
}

function jobNotice({ kind, failing, since }: Lag): Notice {
  const words = `${failing === 1 ? 'A job' : `${failing} jobs`} of the kind ${kind} broke and ${failing === 1 ? 'is' : 'are'} tried again.`;
  return {
    code: 'jobs-failing',
    severity: 'problem',
    words,
    advice: 'The command says what broke last.',
    command: 'bifrost status',
    page: null,
    at: rfc3339(since),
  };
}

function verificationNotices({ verification }: AdminParts): Notice[] {
  const last = verification.last();
  if (!last || last.problemCount === 0) return [];
  const { problems, problemCount, at } = last;
  return [
    {
      code: 'verification-failed',
      severity: 'problem',
      words: `The last check of everything that is stored found ${problemCount === 1 ? 'a problem' : `${problemCount} problems`}: ${problems[0]}`,
      advice: 'Keep a copy of the data as it is, then read "verify" in docs/operations.md.',
      command: 'bifrost verify',
      page: '/governance/audit',
      at: rfc3339(at),
    },
  ];
}

async function linkNotices({ ledger }: AdminParts): Promise<Notice[]> {
  const waiting = await ledger.identities.requests();
  if (waiting.length === 0) return [];
  const since = Math.min(...waiting.map(({ askedAt }) => askedAt));
  return [
    {
      code: 'links-wait',
      severity: 'warning',
      words: `${waiting.length === 1 ? 'A sign-in waits' : `${waiting.length} sign-ins wait`} to be linked with a user who would be an administrator.`,
      advice: 'Approve or refuse: GET /api/link-requests, then POST .../approve or DELETE.',
      command: null,
      page: null,
      at: rfc3339(since),
    },
  ];
}

const pauses: Readonly<Record<PauseReason, Pick<Notice, 'severity' | 'words' | 'advice'>>> = {
  person: {
    severity: 'hint',
    words: 'is paused: events wait for it.',
    advice: 'Resume it when its receiver is ready.',
  },
  gone: {
    severity: 'problem',
    words: 'was paused because its receiver answered 410 (gone).',
    advice: 'Give it another address and resume it, or remove it.',
  },
  failing: {
    severity: 'problem',
    words: 'was paused because nothing arrived for three days.',
    advice: 'Put its receiver right, try "webhook test", then resume it.',
  },
};

function webhookNotices({ id, name, pausedAt, pauseReason, failingSince }: Webhook, at: number): Notice[] {
  const page = `/governance/webhooks/${id}`;
  if (pausedAt !== null) {
    const { words, ...pause } = pauses[pauseReason ?? 'person'];
    const command = `bifrost webhook resume ${id}`;
    return [
      {
        code: 'webhook-paused',
        words: `The webhook ${name} ${words}`,
        ...pause,
        command,
        page,
        at: rfc3339(pausedAt),
      },
    ];
  }
  if (failingSince === null || at - failingSince <= FAILING_MS) return [];
  return [
    {
      code: 'webhook-failing',
      severity: 'warning',
      words: `Nothing has arrived at the webhook ${name} since ${rfc3339(failingSince)}.`,
      advice: 'It is tried again, and paused after three days. The command says what its receiver answers.',
      command: `bifrost webhook deliveries ${id}`,
      page,
      at: rfc3339(failingSince),
    },
  ];
}

async function versionNotices({ ledger, version }: AdminParts): Promise<Notice[]> {
  const others = (await ledger.versions()).filter((each) => each !== version);
  if (others.length === 0) return [];
  const named = others.map((each) => each || 'one that does not say').join(', ');
  return [
    {
      code: 'versions-differ',
      severity: 'hint',
      words: `Replicas of different versions serve this database: ${version} and ${named}.`,
      advice: 'That is right while an upgrade goes on. Otherwise bring all of them to one version.',
      command: null,
      page: null,
      at: null,
    },
  ];
}
