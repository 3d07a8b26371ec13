// GET /api/live: server-sent events for open pages.

import { EVENT_STREAM, eventStreamHeaders } from './event-source.ts';
import { type Route, route } from './route.ts';

const live = route({
  method: 'GET',
  path: '/live',
  permission: 'signed-in',
  summary: 'That something changed, while a page is open',
  description:
    'Server-sent events. `data` is `{"position":123,"topics":["users","teams"]}`: the place of the newest event, and the first parts of the addresses that may answer something else now, of those that you may read. At most two a second. `Last-Event-ID` goes on from a position. `event: ended` comes when your session or key is over.',
  streams: {
    media: [EVENT_STREAM],
    description: 'Until the client leaves, or may not come in any more.',
  },
  refuses: { 503: 'Too many pages follow already' },
  async handle({ parts, caller, again, lastEventId, gone, cut }) {
    const after = lastEventId !== null && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
    const body = await parts.live.open({ caller, again, cut }, after);
    if (gone.aborted) body.destroy();
    gone.addEventListener('abort', () => body.destroy(), { once: true });
    return { headers: eventStreamHeaders, body };
  },
});

export const liveRoutes: readonly Route[] = [live];
