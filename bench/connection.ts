// One keep-alive HTTP/1.1 connection with one request in flight, on a bare socket: a generator that shares two cores
// with the server must cost far less than the server. Understands answers with a Content-Length, and those without
// a body; anything else ends the connection with an error.

import { connect } from 'node:net';

export interface Reply {
  status: number;
  /** Status line and headers. */
  head: string;
  body: Buffer;
}

export interface Connection {
  /** One at a time: the next one after `onReply`. */
  exchange(request: string, onReply: (reply: Reply) => void): void;
  close(): void;
}

export interface Address {
  host: string;
  port: number;
}

/** `onLost` is called at most once, also when no request is in flight. */
export function openConnection(address: Address, onLost: (reason: string) => void): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    let waiting: ((reply: Reply) => void) | null = null;
    let closed = false;
    const lose = (reason: string) => {
      if (closed) return;
      closed = true;
      socket.destroy();
      onLost(reason);
    };
    const read = replyReader((reply) => {
      const tell = waiting;
      if (!tell) return lose('an answer that nobody asked for');
      waiting = null;
      tell(reply);
    }, lose);
    socket.setNoDelay(true);
    socket.on('data', read);
    socket.once('error', (error) => {
      reject(error);
      lose(error.message);
    });
    socket.once('close', () => lose('the server closed the connection'));
    socket.once('connect', () =>
      resolve({
        exchange(request, onReply) {
          waiting = onReply;
          socket.write(request, 'latin1');
        },
        close() {
          closed = true;
          socket.destroy();
        },
      }),
    );
  });
}

function replyReader(
  onReply: (reply: Reply) => void,
  onBroken: (reason: string) => void,
): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let have = 0;
  /** Bytes of the whole answer, once its head is here. */
  let wanted = 0;
  let bodyAt = 0;
  let head = '';
  return (chunk) => {
    chunks.push(chunk);
    have += chunk.length;
    if (wanted === 0) {
      const first = chunks.length === 1 ? chunk : Buffer.concat(chunks);
      const headEnd = first.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      head = first.toString('latin1', 0, headEnd);
      const length = bodyLength(head);
      if (length === null) return onBroken('an answer without Content-Length');
      bodyAt = headEnd + 4;
      wanted = bodyAt + length;
      chunks = [first];
    }
    if (have < wanted) return;
    if (have > wanted) return onBroken('more bytes than Content-Length says');
    const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    chunks = [];
    have = 0;
    wanted = 0;
    onReply({ status: Number(head.slice(9, 12)), head, body: whole.subarray(bodyAt) });
  };
}

/** null when it cannot be told from the head. */
function bodyLength(head: string): number | null {
  const found = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (found) return Number(found[1]);
  return head.startsWith('204', 9) || head.startsWith('304', 9) ? 0 : null;
}
