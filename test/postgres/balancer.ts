// What stands before replicas: each request goes to the next of those that are thought to be there. Where a replica is
// gone the client's connection is cut, as its own would be; nothing is sent twice.

import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Balancer {
  url: string;
  /** Answers of each replica, by place. */
  answered: number[];
  /** Requests whose connection was cut. */
  cut(): number;
  /** Where the replica of that place is from now on. */
  goTo(place: number, url: string): void;
  /** Takes it out, as a check of its health would. */
  leaveOut(place: number): void;
  close(): Promise<void>;
}

interface Behind {
  hostname: string;
  port: string;
  agent: Agent;
}

export async function startBalancer(places: number): Promise<Balancer> {
  const behind: (Behind | null)[] = Array(places).fill(null);
  const answered: number[] = Array(places).fill(0);
  let next = 0;
  let cut = 0;

  function turn(): number {
    for (let tries = 0; tries < places; tries++) {
      const place = next++ % places;
      if (behind[place]) return place;
    }
    return -1;
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const place = turn();
    const target = behind[place];
    const cutOff = () => {
      if (outgoing.destroyed || outgoing.writableFinished) return;
      cut++;
      incoming.socket.destroy();
    };
    if (!target) {
      cutOff();
      return;
    }
    const { hostname, port, agent } = target;
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, agent, method, path: url, headers }, (answer) => {
      answer.on('error', cutOff);
      answer.on('aborted', cutOff);
      answer.on('end', () => answered[place]!++);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => {
      // The client went, and says nothing of the replica.
      if (outgoing.destroyed) return;
      if (behind[place] === target) leaveOut(place);
      cutOff();
    });
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  function leaveOut(place: number): void {
    behind[place]?.agent.destroy();
    behind[place] = null;
  }

  const server = createServer(forward);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    cut: () => cut,
    goTo(place, url) {
      const { hostname, port } = new URL(url);
      behind[place] = { hostname, port, agent: new Agent({ keepAlive: true }) };
    },
    leaveOut,
    async close() {
      for (let place = 0; place < places; place++) leaveOut(place);
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
