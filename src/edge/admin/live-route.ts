// GET /api/live: server-sent events for open pages (https://html.spec.whatwg.org/multipage/server-sent-events.html).

import { type Route, route } from './route.ts';

const live = route({
  method: 'GET',
  path: '/live',
  permission: 'signed-in',
  summary: 'That something changed, while a page is open',
  description:
    'Server-sent events. `data` is `{"position":123,"topics":["users","teams"]}`: the place of the newest event, and the first parts of the addresses that may answer something else now, of those that you may read. At most two a second. `Last-Event-ID` goes on from a position. `event: ended` comes when your session or key is over.',
  streams: {
    media: ['text/event-stream'],
    description: 'Until the client leaves, or may not come in any more.',
  },
  refuses: { 503: 'Too many pages follow already' },
  async handle({ parts, caller, again, lastEventId, gone }) {
    const after = lastEventId !== null && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
    const body = await parts.live.open(caller, again, after);
    if (gone.aborted) body.destroy();
    gone.addEventListener('abort', () => body.destroy(), { once: true });
    const headers = {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      // Nothing else comes on it, and a stopping server waits for no idle connection.
      connection: 'close',
      // Proxies that gather answers would keep it to themselves.
      'x-accel-buffering': 'no',
    };
    return { headers, body };
  },
});

export const liveRoutes: readonly Route[] = [live];
