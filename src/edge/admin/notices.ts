// Notices: what whoever runs this should know without having asked. Looked up when asked for, by index, and never counted; the
// same things are events or metrics, for programs.

import { isRemoved } from '../../identity/provider.ts';
import { severities } from '../../mapping/finding.ts';
import { type NoticeJson, noticesShape } from './notice-contract.ts';
import { providerNotices } from './provider-notices.ts';
import { type Route, route } from './route.ts';
import { systemNotices } from './system-notices.ts';

const getNotices = route({
  method: 'GET',
  path: '/notices',
  permission: { resource: 'system', operation: 'read' },
  summary: 'What should be known or done by now: ends to come, what waits, what fails',
  description:
    'Each with a sentence, what to do, and the command or the page of the dashboard that helps. It is told anew each time: what was put right is not among them any more.',
  response: noticesShape,
  async handle({ parts, at }) {
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
    return { body: { ok: items.every(({ severity }) => severity !== 'problem'), items } };
  },
});

export const noticeRoutes: readonly Route[] = [getNotices];
