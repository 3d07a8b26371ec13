// An nginx for the test of its example: the one that is installed, or Debian's, unpacked beside the tests without installing
// anything. Where neither is to be had, the reason.

import { execFile, spawn } from 'node:child_process';
import {
  access,
  chmod,
  chown,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DOWNLOAD_MS = 60_000;
const UNPACK_MS = 20_000;
const READY_MS = 15_000;
const cache = join(tmpdir(), `bifrost-nginx-${process.getuid?.() ?? 0}`);

export async function findNginx(): Promise<{ program: string } | { missing: string }> {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']) {
    if (folder !== '' && (await isThere(join(folder, 'nginx')))) return { program: join(folder, 'nginx') };
  }
  const program = join(cache, 'usr', 'sbin', 'nginx');
  try {
    if (!(await isThere(program))) await fetchNginx();
    const about = await lstat(cache);
    if (about.uid !== process.getuid?.() || about.mode & 0o022) throw new Error(`${cache} belongs to others`);
    await run(program, ['-v'], { timeout: UNPACK_MS });
    return { program };
  } catch (error) {
    return { missing: `no nginx here, and none to be had: ${(error as Error).message.split('\n')[0]}` };
  }
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function fetchNginx(): Promise<void> {
  const folder = await mkdtemp(`${cache}-`);
  try {
    await run('apt-get', ['download', 'nginx', 'nginx-common'], { cwd: folder, timeout: DOWNLOAD_MS });
    for (const file of await readdir(folder)) {
      if (file.endsWith('.deb'))
        await run('dpkg-deb', ['-x', file, folder], { cwd: folder, timeout: UNPACK_MS });
    }
    await chmod(folder, 0o755);
    // Somebody else may have been first.
    await rename(folder, cache).catch(() => {});
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Nginx {
  stop(): Promise<void>;
}

/** As an ordinary user, in a folder of its own; resolves when it listens. */
export async function startNginx(program: string, config: string, port: number): Promise<Nginx> {
  const account = await ordinaryAccount();
  const prefix = await mkdtemp(join(tmpdir(), 'bifrost-nginx-run-'));
  await writeFile(join(prefix, 'nginx.conf'), config);
  if (account.uid !== undefined) await chown(prefix, account.uid, account.gid!);
  const args = ['-p', `${prefix}/`, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'];
  const child = spawn(program, args, { ...account, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4_000);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(prefix, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + READY_MS; !(await listens(port)); ) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`nginx does not listen: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { stop };
}

/** Nobody's, where the tests run as root. */
async function ordinaryAccount(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = lines.find(([name]) => name === 'nobody') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
