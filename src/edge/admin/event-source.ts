// Server-sent events as a browser's EventSource reads them (https://html.spec.whatwg.org/multipage/server-sent-events.html):
// the header fields of such an answer, the text of one message, and how they end with the server.

export const EVENT_STREAM = 'text/event-stream';

export const eventStreamHeaders: Readonly<Record<string, string>> = {
  'content-type': EVENT_STREAM,
  'cache-control': 'no-store, no-transform',
  // Nothing else comes on it, and a stopping server waits for no idle connection.
  connection: 'close',
  // Proxies that gather answers would keep it to themselves.
  'x-accel-buffering': 'no',
};

/** What a stop gives the last words to get out. */
const GRACE_MS = 500;

/** Proxies cut what says nothing for long: below what they allow. */
export const HEARTBEAT_MS = 15_000;

/** `id` alone moves the place from which a client goes on, and is no message to it. */
export function eventStreamText(message: { event?: string; id?: number; data?: unknown }): string {
  const { event, id, data } = message;
  const lines = [
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(data === undefined ? [] : [`data: ${JSON.stringify(data)}`]),
  ];
  return `${lines.join('\n')}\n\n`;
}

/** Whether a client asks for the stream rather than for a page. */
export function wantsEventStream(accept: string | null): boolean {
  return (accept ?? '').split(',').some((each) => each.split(';')[0]!.trim().toLowerCase() === EVENT_STREAM);
}

/** Whoever does not read would keep the server from stopping. */
export function cutSoon(open: Iterable<{ cut(): void }>): void {
  const left = [...open];
  setTimeout(() => {
    for (const one of left) one.cut();
  }, GRACE_MS).unref();
}
