// Somebody who follows a stream of server-sent events, and what they heard.

export interface Heard<Data> {
  event: string;
  id: string | null;
  data: Data;
  /** Milliseconds since the connection was opened. */
  atMs: number;
}

export interface EventSourceReader<Data> {
  status: number;
  headers: Headers;
  heard: readonly Heard<Data>[];
  /** The place from which it would go on. */
  lastId(): string | null;
  isOver(): boolean;
  /** Resolves with the first that fits, heard or to come. */
  next(fits: (heard: Heard<Data>) => boolean): Promise<Heard<Data>>;
  over(): Promise<void>;
  close(): void;
}

const WAIT_MS = 10_000;
const LOOK_MS = 10;

export async function followStream<Data>(
  url: string,
  headers: Record<string, string>,
): Promise<EventSourceReader<Data>> {
  const leaving = new AbortController();
  const began = performance.now();
  const accept = { accept: 'text/event-stream', ...headers };
  const response = await fetch(url, { headers: accept, signal: leaving.signal });
  const heard: Heard<Data>[] = [];
  let lastId: string | null = null;
  let over = false;

  const take = (block: string) => {
    const fields = new Map(
      block
        .split('\n')
        .map((line): [string, string] => [
          line.slice(0, line.indexOf(':')),
          line.slice(line.indexOf(':') + 2),
        ]),
    );
    lastId = fields.get('id') ?? lastId;
    const data = fields.get('data');
    if (data === undefined) return;
    const atMs = performance.now() - began;
    heard.push({
      event: fields.get('event') ?? 'message',
      id: fields.get('id') ?? null,
      data: JSON.parse(data),
      atMs,
    });
  };

  const read = async () => {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) take(block);
    }
  };
  read()
    .catch(() => {}) // cut
    .finally(() => {
      over = true;
    });

  const until = async (isSo: () => boolean, what: string) => {
    const limit = performance.now() + WAIT_MS;
    while (!isSo()) {
      if (performance.now() > limit) throw new Error(`${what}: heard ${JSON.stringify(heard)}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };

  return {
    status: response.status,
    headers: response.headers,
    heard,
    lastId: () => lastId,
    isOver: () => over,
    async next(fits) {
      await until(() => heard.some(fits), 'nothing that fits came');
      return heard.find(fits)!;
    },
    over: () => until(() => over, 'it did not end'),
    close: () => leaving.abort(),
  };
}
