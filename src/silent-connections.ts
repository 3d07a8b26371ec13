// Connections that a stopping server would wait for though nothing comes: those that never asked anything (browsers and clients
// open some in advance; Node.js takes only those for idle that have asked before), and those whose answer had begun before the
// stop, which says that they stay open: when it has ended they would be kept for as long as any idle one.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const LOOK_EVERY_MS = 50;

/** Gives the way to end them, until the server is closed. */
export function silentConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return () => {
    for (const socket of silent) socket.destroy();
    if (!server.listening) return;
    const looking = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS);
    looking.unref();
    server.once('close', () => clearInterval(looking));
  };
}
