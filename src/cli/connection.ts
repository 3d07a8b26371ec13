// Which way the commands take: a remote server that the environment names, else the socket of the server that has the
// data folder, else the data itself.

import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join, relative, resolve } from 'node:path';
import type { Transport } from './api.ts';
import { inProcessTransport, startHere } from './bifrost-process.ts';
import { CliFailure, exit, usageFailure } from './failure.ts';
import { type RemoteServer, remoteTransport, socketTransport } from './http-transport.ts';

/** As main.ts names it. */
const SOCKET_NAME = 'bifrost.sock';

/** @throws CliFailure when no way leads to data. */
export async function openTransport(env: NodeJS.ProcessEnv): Promise<Transport> {
  const server = await openServer(env);
  if (server) return server;
  needDataHere(env);
  return inProcessTransport(await startHere(env, false));
}

/** The server that the environment names, or that has the data folder; null when there is none. */
export async function openServer(env: NodeJS.ProcessEnv): Promise<Transport | null> {
  const remote = readRemote(env);
  if (remote) return remoteTransport(remote);
  const dataDir = dataDirOf(env);
  const socketPath = shorter(join(dataDir, SOCKET_NAME));
  return (await isAnswered(socketPath)) ? socketTransport(socketPath, dataDir) : null;
}

/** @throws CliFailure when no server ever made data in the folder; opening it would make some. */
export function needDataHere(env: NodeJS.ProcessEnv): void {
  const dataDir = dataDirOf(env);
  if (env.DATABASE_URL?.trim() || existsSync(join(dataDir, 'bifrost.db'))) return;
  throw new CliFailure(
    exit.unavailable,
    `There is no data of Bifrost in ${dataDir}, and no server runs there.`,
    'Start one with "bifrost start", or set BIFROST_DATA_DIR to its data folder, or BIFROST_URL and BIFROST_API_KEY.',
  );
}

function dataDirOf(env: NodeJS.ProcessEnv): string {
  return resolve(env.BIFROST_DATA_DIR?.trim() || './data');
}

function readRemote(env: NodeJS.ProcessEnv): RemoteServer | null {
  const address = env.BIFROST_URL?.trim();
  const apiKey = env.BIFROST_API_KEY?.trim();
  if (!address) return null;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw usageFailure(
      'BIFROST_URL is no web address.',
      'Write it as https://host, or unset it to use the data on this machine.',
    );
  }
  if (!apiKey) {
    throw usageFailure(
      'BIFROST_URL is set, but BIFROST_API_KEY is not.',
      'Set it to an API key of that server, or unset BIFROST_URL to use the data on this machine.',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw usageFailure(
      'BIFROST_API_KEY has characters that no key has.',
      'Copy the key again, without spaces or line breaks.',
    );
  }
  return { url, apiKey };
}

/** The path of a socket may have about a hundred characters: from here it may be shorter than from the root. */
function shorter(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}

/** A socket file stays behind when a server dies; only one that somebody answers counts. */
function isAnswered(socketPath: string): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      settle(true);
    });
    // Not allowed to open it is an answer too: the request then says so.
    socket.once('error', (error: NodeJS.ErrnoException) =>
      settle(error.code === 'EACCES' || error.code === 'EPERM'),
    );
  });
}
