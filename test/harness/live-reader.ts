// Somebody who follows /api/live, and what they heard.

export interface Heard {
  event: string;
  id: string | null;
  data: { position?: number; topics?: string[] };
  /** Milliseconds since the connection was opened. */
  atMs: number;
}

export interface LiveReader {
  status: number;
  headers: Headers;
  heard: readonly Heard[];
  comments(): number;
  isOver(): boolean;
  /** Resolves with the first that fits, heard or to come. */
  next(fits: (heard: Heard) => boolean): Promise<Heard>;
  over(): Promise<void>;
  close(): void;
}

const WAIT_MS = 10_000;
const LOOK_MS = 10;

export async function followLive(url: string, headers: Record<string, string>): Promise<LiveReader> {
  const leaving = new AbortController();
  const began = performance.now();
  const response = await fetch(`${url}/api/live`, { headers, signal: leaving.signal });
  const heard: Heard[] = [];
  let comments = 0;
  let over = false;

  const take = (block: string) => {
    if (block.startsWith(':')) comments++;
    const fields = new Map(
      block
        .split('\n')
        .map((line): [string, string] => [
          line.slice(0, line.indexOf(':')),
          line.slice(line.indexOf(':') + 2),
        ]),
    );
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
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk).toString();
      const blocks = text.split('\n\n');
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
    comments: () => comments,
    isOver: () => over,
    async next(fits) {
      await until(() => heard.some(fits), 'nothing that fits came');
      return heard.find(fits)!;
    },
    over: () => until(() => over, 'it did not end'),
    close: () => leaving.abort(),
  };
}
