// Connections that never asked anything: browsers and clients open some in advance. A stopping server would wait for them as for
// requests under way (Node.js takes only those for idle that have asked before).

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Gives the way to end them. */
export function silentConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return () => {
    for (const socket of silent) socket.destroy();
  };
}
