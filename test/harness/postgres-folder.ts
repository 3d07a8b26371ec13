// A temporary folder of one PostgreSQL server, the account that owns it, and the keeper: a small process that ends the
// server and removes the folder when the tests end, whichever way they do.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Whom the server runs as; empty where that is us. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export interface ServerFolder {
  readonly path: string;
  readonly account: Account;
  /** The process to end should this one die; null when there is none. */
  guard(pid: number | null): void;
  /** Ends what is guarded, removes the folder. */
  remove(): Promise<void>;
}

const REMOVE_MS = 15_000;
const MEMORY_FOLDER = '/dev/shm';
const MEMORY_WANTED_BYTES = 2 * 2 ** 30;

/** `onDisk`: false where memory will do as well, which makes a new database in 12 ms instead of 20 to 400. */
export async function makeServerFolder(onDisk: boolean): Promise<ServerFolder> {
  const account = await serverAccount();
  const parent = !onDisk && (await hasRoom(MEMORY_FOLDER)) ? MEMORY_FOLDER : tmpdir();
  // The programs are under tmpdir() in any case.
  await refuseClosedFolder(tmpdir(), account);
  const path = await mkdtemp(join(parent, 'bifrost-postgres-data-'));
  const keeper = startKeeper(path);
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid);
  return {
    path,
    account,
    guard: (pid) => void keeper.stdin!.write(`${pid ?? 0}\n`),
    remove: async () => {
      if (keeper.exitCode !== null) return;
      keeper.ref();
      const gone = once(keeper, 'exit', { signal: AbortSignal.timeout(REMOVE_MS) });
      keeper.stdin!.end();
      await gone.catch((cause: unknown) => {
        throw new Error(`${path} was not removed within ${REMOVE_MS} ms: see what still uses it`, { cause });
      });
    },
  };
}

/**
 * Reads the ids of what to end until this process closes the pipe or dies, even by SIGKILL. A session of its own: Ctrl-C
 * in the terminal is for the tests. Numbers of an id that is gone may be given anew, hence `guard(null)`.
 */
const KEEPER = `
pid=0
while read -r line; do pid=$line; done
if [ "$pid" -gt 1 ] && kill -QUIT "$pid"; then
  tries=50
  while [ $tries -gt 0 ] && kill -0 "$pid"; do sleep 0.1; tries=$((tries - 1)); done
  [ $tries -gt 0 ] || kill -KILL "$pid"
fi
rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`;

function startKeeper(path: string): ChildProcess {
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'bifrost-postgres-keeper', path], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.unref();
  // Whoever ends the keeper by hand does not end the tests.
  keeper.stdin!.on('error', () => {});
  (keeper.stdin as unknown as { unref(): void }).unref();
  return keeper;
}

// --- the account ------------------------------------------------------------------------------------------------

/** PostgreSQL refuses to run as root, and initdb wants an account that the system knows. */
async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody', 'daemon']) {
    const [, , uid, gid] = lines.find(([name]) => name === wanted) ?? [];
    if (Number(uid)) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL does not run as root, and /etc/passwd knows no postgres, nobody or daemon: run the tests as an ' +
      'ordinary user, or set TEST_DATABASE_URL to a server of your own.',
  );
}

async function refuseClosedFolder(path: string, account: Account): Promise<void> {
  if (account.uid === undefined) return;
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if ((await stat(folder)).mode & 0o001) continue;
    throw new Error(
      `The account of PostgreSQL may not enter ${folder}: set TMPDIR to a folder such as /tmp.`,
    );
  }
}

async function hasRoom(path: string): Promise<boolean> {
  const room = await statfs(path).catch(() => null);
  return room !== null && room.bavail * room.bsize > MEMORY_WANTED_BYTES;
}
