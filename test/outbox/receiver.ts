// A receiver of webhooks on this machine, which answers as a test tells it: well, badly, never, elsewhere, or without end.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { EventJson } from '../../src/edge/admin/contract.ts';

const require = createRequire(import.meta.url);

/** The reference implementation: what it accepts, receivers accept. */
const { Webhook } = require('standardwebhooks') as {
  Webhook: new (secret: string) => { verify(body: string, headers: Record<string, string>): unknown };
};

export interface Got {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly message: { type: string; timestamp: string; data: EventJson };
}

/** `hang`: nothing, ever. `endless`: 200 and bytes for as long as somebody reads. */
export type Reply = number | 'hang' | 'endless' | { readonly redirect: string };

export interface Receiver {
  readonly url: string;
  readonly got: Got[];
  /** Bytes that endless answers got rid of. */
  endlessBytes(): number;
  /** From now on; 204 at first. */
  reply(how: (got: Got) => Reply): void;
  types(): string[];
  /** Until it is true of what came; fails after 20 s. */
  until(is: (got: readonly Got[]) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Throws where the reference implementation refuses it. */
export function verifyWith(secret: string, { body, headers }: Got): unknown {
  return new Webhook(secret).verify(body, headers);
}

export function isSignedBy(secret: string, got: Got): boolean {
  try {
    verifyWith(secret, got);
    return true;
  } catch {
    return false;
  }
}

/** What came first of each event, came in the order of the feed for each subject. */
export function isInOrder(got: readonly Got[]): boolean {
  const last = new Map<string, number>();
  const seen = new Set<string>();
  return got.every(({ id, message: { data } }) => {
    if (seen.has(id)) return true;
    seen.add(id);
    const before = last.get(data.subject.id) ?? 0;
    last.set(data.subject.id, data.position);
    return data.position > before;
  });
}

export async function until(
  is: () => boolean | Promise<boolean>,
  what = 'it',
  withinMs = 20_000,
): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await is())) {
    if (performance.now() > endMs) throw new Error(`${what} did not come to be`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function startReceiver({ delayMs = 0 } = {}): Promise<Receiver> {
  const got: Got[] = [];
  let how: (got: Got) => Reply = () => 204;
  let endlessBytes = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    const each = { id: headers['webhook-id']!, headers, body, message: JSON.parse(body) };
    got.push(each);
    const reply = how(each);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (reply === 'hang') return;
    if (reply === 'endless') endlessBytes += await pour(response);
    else if (typeof reply === 'object') response.writeHead(307, { location: reply.redirect }).end();
    else response.writeHead(reply).end(reply === 204 ? undefined : 'as the test said');
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got,
    endlessBytes: () => endlessBytes,
    reply: (next) => {
      how = next;
    },
    types: () => got.map(({ message }) => message.type),
    until: (is) => until(() => is(got), `with ${got.map(({ id }) => id).join(', ')} it`),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A gigabyte at most; gives how much was taken. */
async function pour(response: ServerResponse): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let bytes = 0;
  function* endless() {
    for (; bytes < 1024 ** 3; bytes += chunk.length) yield chunk;
  }
  await pipeline(endless(), response).catch(() => {}); // cut, as it should be
  return bytes;
}
