// Notices: what whoever runs this should know without having asked. Looked up when asked for, by index, and never counted; the
// same things are events or metrics, for programs.

import { isRemoved } from '../../identity/provider.ts';
import { severities } from '../../mapping/finding.ts';
import { holds } from './caller.ts';
import { type NoticeCode, type NoticeJson, noticesShape } from './notice-contract.ts';
import type { Permission } from './permissions.ts';
import { providerNotices } from './provider-notices.ts';
import { type Route, route } from './route.ts';
import { systemNotices } from './system-notices.ts';

const toRead = <R extends Permission['resource']>(resource: R) => ({ resource, operation: 'read' }) as const;

/** A notice names tokens, webhooks and so on: it is told to whoever may look at them. */
const noticeNeeds = {
  'no-live-token': toRead('tokens'),
  'token-ended': toRead('tokens'),
  'token-ends': toRead('tokens'),
  'client-secret-ended': toRead('providers'),
  'client-secret-ends': toRead('providers'),
  'client-secret-end-differs': toRead('providers'),
  'endpoint-unreachable': toRead('providers'),
  'provider-silent': toRead('providers'),
  'sign-in-failed-trial': toRead('providers'),
  'directory-not-compared': toRead('reconciliations'),
  'directory-comparison-failed': toRead('reconciliations'),
  'batches-held': toRead('guard'),
  'scim-wave': toRead('guard'),
  'links-wait': toRead('links'),
  'webhook-paused': toRead('webhooks'),
  'webhook-failing': toRead('webhooks'),
  'jobs-failing': toRead('system'),
  'feed-late': toRead('system'),
  'verification-failed': toRead('system'),
  'versions-differ': toRead('system'),
  'disk-full': toRead('system'),
  'replica-deaf': toRead('system'),
  'no-administrator': toRead('system'),
  'no-break-glass': toRead('system'),
} as const satisfies Record<NoticeCode, Permission>;

const getNotices = route({
  method: 'GET',
  path: '/notices',
  permission: { resource: 'system', operation: 'read' },
  summary: 'What should be known or done by now: ends to come, what waits, what fails',
  description:
    'Each with a sentence, what to do, and the command or the page of the dashboard that helps. It is told anew each time: what was put right is not among them any more. What is about tokens, providers, reconciliations, the guard, links or webhooks is told to whoever may read those as well.',
  response: noticesShape,
  async handle({ parts, at, caller }) {
    const items: NoticeJson[] = (await systemNotices(parts, at)).map((each) => ({ ...each, provider: null }));
    for (const { provider } of await parts.ledger.providers()) {
      if (isRemoved(provider)) continue;
      const { id, name } = provider;
      for (const each of await providerNotices(parts, provider, at)) {
        items.push({ ...each, provider: { id, name } });
      }
    }
    const rank = ({ severity }: NoticeJson) => severities.indexOf(severity);
    items.sort((a, b) => rank(a) - rank(b));
    const ok = items.every(({ severity }) => severity !== 'problem');
    return { body: { ok, items: items.filter(({ code }) => holds(caller, noticeNeeds[code])) } };
  },
});

export const noticeRoutes: readonly Route[] = [getNotices];
