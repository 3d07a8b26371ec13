// A server that takes its word back in the same breath in which it gave it, as PostgreSQL does that is stopped while somebody comes:
// one packet says that it is ready, and that it ends. Played by a socket, since a real one does so only now and then.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DatabaseClient } from '../../src/ledger/postgres/client.ts';
import { isAway } from '../../src/ledger/postgres/database-error.ts';
import { connectionPool } from '../../src/ledger/postgres/pool.ts';

let server: Server;
let url: string;

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const authenticationOk = message('R', Buffer.alloc(4));
const readyForQuery = message('Z', Buffer.from('I'));
const shutDown = message(
  'E',
  Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(Buffer.concat([authenticationOk, readyForQuery, shutDown])));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `postgres://bifrost@127.0.0.1:${(server.address() as AddressInfo).port}/bifrost`;
});
afterAll(() => server.close());

it('is away for whoever asked the pool, and ends no process', async () => {
  const pool = connectionPool(url);
  const asked = Array.from({ length: 8 }, () => pool.query('SELECT 1').catch((error: unknown) => error));
  const errors = await Promise.all(asked);
  expect(errors.map(isAway)).toEqual(errors.map(() => true));
  const broken = await pool.transaction(async () => {}).catch((error: unknown) => error);
  expect(isAway(broken)).toBe(true);
  await pool.close();
});

it('is away for a connection of its own', async () => {
  const client = new DatabaseClient({ connectionString: url });
  await client.connect();
  await expect(client.query('SELECT 1')).rejects.toSatisfy(isAway);
  await client.end();
});
