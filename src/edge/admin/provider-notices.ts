// Notices of one provider: what runs out, who does not call, what was not compared, what waits for a decision. A few look-ups by
// index for each, however many people it has.

import { isClosed, type Provider } from '../../identity/provider.ts';
import { isScheduled } from '../../reconcile/schedule.ts';
import { whyUnreachableFor } from '../reachable.ts';
import { rfc3339 } from './contract.ts';
import { directoryFor } from './directory-state.ts';
import { endingNotices } from './ending-notices.ts';
import { alarmsOf } from './guard.ts';
import type { Notice } from './notice-contract.ts';
import { contactOf, lastUseOf } from './provider-health.ts';
import { lastVerification } from './provider-verification.ts';
import type { AdminParts } from './route.ts';
import { endpointOf } from './tokens.ts';

const pageOf = ({ id }: Provider) => `/governance/user-provisioning/${id}`;

export async function providerNotices(parts: AdminParts, provider: Provider, at: number): Promise<Notice[]> {
  const decisions = await decisionNotices(parts, provider, at);
  if (isClosed(provider) || !provider.enabled) return decisions;
  return [
    ...(await endingNotices(parts, provider, at)),
    ...(await contactNotices(parts, provider, at)),
    ...(await signInNotices(parts, provider)),
    ...(await directoryNotices(parts, provider, at)),
    ...decisions,
  ];
}

async function contactNotices(parts: AdminParts, provider: Provider, at: number): Promise<Notice[]> {
  const { settings, name, scimEnabled } = provider;
  if (!scimEnabled || settings.kind !== 'entra') return [];
  const heardAt = await lastUseOf(parts.ledger, provider.id);
  const outside = whyUnreachableFor(settings.kind, endpointOf(parts));
  // Whoever has called was able to: Entra's provisioning agent stands on the same network. So does the local Entra.
  if (heardAt === null && outside !== null && settings.connection.authorityUrl === undefined) {
    return [
      {
        code: 'endpoint-unreachable',
        severity: 'warning',
        words: `Entra cannot reach the SCIM endpoint of ${name}: ${outside}`,
        advice:
          "Set BIFROST_PUBLIC_URL to an https address that Microsoft's servers reach, or let Entra's provisioning agent on your network call it.",
        command: null,
        page: pageOf(provider),
        at: null,
      },
    ];
  }
  if (contactOf(provider, heardAt, at).contact !== 'silent') return [];
  return [
    {
      code: 'provider-silent',
      severity: 'warning',
      words: `${name} has missed more than two of its cycles: the last request came at ${rfc3339(heardAt!)}.`,
      advice:
        'Its provisioning job is probably in quarantine or stopped: look in Entra under Provisioning, and start it again there.',
      command: null,
      page: pageOf(provider),
      at: rfc3339(heardAt),
    },
  ];
}

async function signInNotices({ ledger }: AdminParts, provider: Provider): Promise<Notice[]> {
  const last = await lastVerification(ledger, provider);
  if (!last || last.ok) return [];
  return [
    {
      code: 'sign-in-failed-trial',
      severity: 'warning',
      words: `Signing in with ${provider.name} was tried, and this failed: ${last.failed.join(', ')}.`,
      advice: 'Try it again: each step says what is wrong and what to do.',
      command: `bifrost provider verify ${provider.id}`,
      page: pageOf(provider),
      at: last.at,
    },
  ];
}

const ENDS = ['complete', 'partial', 'failed', 'cancelled'] as const;
/** Of the interval: one run may fail or take long. */
const LATE = 2;

async function directoryNotices(parts: AdminParts, provider: Provider, at: number): Promise<Notice[]> {
  const { directory, obstacle } = directoryFor(parts, provider);
  if (!isScheduled(provider) || directory === null || obstacle !== null) return [];
  const { reconciliations } = parts.ledger;
  const { id, name, settings, createdAt } = provider;
  const last = await reconciliations.latest(id, 'reconciliation', ENDS);
  const complete = await reconciliations.latest(id, 'reconciliation', ['complete']);
  const todo = { command: `bifrost reconcile ${id}`, page: `/governance/reconciliation?provider=${id}` };
  if (last?.outcome === 'failed') {
    return [
      {
        code: 'directory-comparison-failed',
        severity: 'warning',
        words: `The last comparison with the directory of ${name} failed: ${last.problems[0] ?? 'it does not say why.'}`,
        advice: 'Put right what it says, and compare again.',
        ...todo,
        at: rfc3339(last.finishedAt),
      },
    ];
  }
  const since = complete?.finishedAt ?? createdAt;
  if (at - since <= LATE * settings.reconcile.everyMs) return [];
  const words = complete
    ? `was last compared completely at ${rfc3339(since)}`
    : 'was never compared completely';
  return [
    {
      code: 'directory-not-compared',
      severity: 'warning',
      words: `The directory of ${name} ${words}: what SCIM loses meanwhile is not noticed.`,
      advice: 'Compare now, and look at what the run says.',
      ...todo,
      at: complete && rfc3339(since),
    },
  ];
}

async function decisionNotices({ ledger }: AdminParts, provider: Provider, at: number): Promise<Notice[]> {
  const { id, name } = provider;
  const page = `/governance/held?provider=${id}`;
  const held = await ledger.heldBatches.list({ provider: id, states: ['held'], after: null, limit: 1 });
  const alarms = await alarmsOf(ledger, id, at);
  const [batch] = held.items;
  const [alarm] = alarms;
  return [
    ...(batch
      ? [
          {
            code: 'batches-held',
            severity: 'warning',
            words: `The guard holds back ${held.total === 1 ? 'a change' : `${held.total} changes`} of ${name} that would take something from many.`,
            advice: 'Look at it, and apply or drop it.',
            command: held.total === 1 ? `bifrost batch show ${batch.id}` : 'bifrost batch list',
            page,
            at: rfc3339(batch.createdAt),
          } as const,
        ]
      : []),
    ...(alarm
      ? [
          {
            code: 'scim-wave',
            severity: 'warning',
            words: `SCIM has suspended or removed ${alarm.people} of ${alarm.active} active users of ${name} since ${alarm.since}. It is in effect.`,
            advice: 'If it was a mistake, put it right at the provider.',
            command: `bifrost user list --provider ${id} --status suspended`,
            page: `/governance/users?provider=${id}&status=suspended`,
            at: alarm.at,
          } as const,
        ]
      : []),
  ];
}
