// A wire to PostgreSQL that breaks when it is told to: before a statement arrives, or after the commit of its transaction
// was done and before the answer to that comes back.

import { createConnection, createServer, type Socket } from 'node:net';

export interface CuttingWire {
  url: string;
  /** Breaks once, for the next statement with that text. */
  cutAt(statement: string, when: 'before' | 'committed'): void;
  /** Ends the connections that began with that text, and takes no more of them until it is called with null. */
  shut(beginning: string | null): void;
  /** How often it broke. */
  cuts(): number;
  close(): Promise<void>;
}

export async function cuttingWire(databaseUrl: string): Promise<CuttingWire> {
  const to = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let armed: { statement: string; when: 'before' | 'committed' } | null = null;
  let cuts = 0;
  let shutFor: string | null = null;
  /** What each client said first: its name stands there. */
  const beginnings = new Map<Socket, Buffer>();

  const isShut = (client: Socket) => shutFor !== null && beginnings.get(client)?.includes(shutFor) === true;

  function join(client: Socket): void {
    const server = createConnection(Number(to.port), to.hostname);
    /** This connection carried the statement. */
    let isMeant = false;
    let swallowed = false;
    for (const each of [client, server]) {
      sockets.add(each);
      each.on('error', () => {});
      each.on('close', () => {
        sockets.delete(each);
        beginnings.delete(client);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (data) => {
      if (!beginnings.has(client)) beginnings.set(client, data);
      if (isShut(client)) {
        client.destroy();
        return;
      }
      if (armed && data.includes(armed.statement)) {
        const { when } = armed;
        armed = null;
        if (when === 'before') {
          cuts++;
          client.destroy();
          return;
        }
        isMeant = true;
      }
      swallowed = isMeant && data.includes('COMMIT');
      server.write(data);
    });
    server.on('data', (data) => {
      if (!swallowed) {
        client.write(data);
        return;
      }
      cuts++;
      client.destroy();
    });
  }

  const wire = createServer(join);
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((wire.address() as { port: number }).port);
  return {
    url: url.href,
    cutAt(statement, when) {
      armed = { statement, when };
    },
    shut(beginning) {
      shutFor = beginning;
      for (const client of beginnings.keys()) if (isShut(client)) client.destroy();
    },
    cuts: () => cuts,
    async close() {
      for (const each of sockets) each.destroy();
      await new Promise((resolve) => wire.close(resolve));
    },
  };
}
