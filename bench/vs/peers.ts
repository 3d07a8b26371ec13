// The peers of `npm run bench -- --vs`: installed from npm into dist/vs by their own lock file the first time they are wanted, and
// started as the processes that bench/vs/*.mjs are. The product's own installation knows nothing of them.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Address } from '../connection.ts';
import { cpuSecondsOf } from '../process-use.ts';

export interface Peer {
  address: Address;
  token: string;
  cpuSeconds(): number;
  stop(): Promise<void>;
}

const dist = dirname(fileURLToPath(import.meta.url));
const source = join(dirname(dist), 'bench', 'vs');
const folder = join(dist, 'vs');
const files = ['package.json', 'package-lock.json', 'peer.mjs', 'scimmy.mjs', 'polis.mjs'];
/** Some 480 packages, 260 MB. */
const INSTALL_LIMIT_MS = 10 * 60_000;
const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 5_000;

/** Nothing to do where the lock file is that of the last installation. What is half installed has no stamp, and is made anew. */
export async function installPeers(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of files) copyFileSync(join(source, file), join(folder, file));
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const stamp = join(folder, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write(`installing the peers into ${folder}, once ...\n`);
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', args, { cwd: folder, timeout: INSTALL_LIMIT_MS });
  writeFileSync(stamp, lock);
}

export function versionOf(name: string): string {
  const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Throws with what it printed when it ends before it says where it is. */
export async function startPeer(program: string, databaseUrl: string | null): Promise<Peer> {
  const { DATABASE_URL: _theirs, ...environment } = process.env;
  const env = {
    ...environment,
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    NODE_ENV: 'production',
    DO_NOT_TRACK: '1',
  };
  const child = spawn(process.execPath, [join(folder, program)], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
  const { url, token } = await firstWords(program, child);
  const { hostname, port } = new URL(url);
  return {
    address: { host: hostname, port: Number(port) },
    token,
    cpuSeconds: () => cpuSecondsOf(child.pid!) ?? Number.NaN,
    stop: () => stop(child),
  };
}

function firstWords(program: string, child: ChildProcess): Promise<{ url: string; token: string }> {
  return new Promise((resolve, reject) => {
    let said = '';
    let complaint = '';
    const fail = (what: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${program} ${what}:\n${complaint || said}`));
    };
    const timer = setTimeout(() => fail(`did not say its address in ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-4_000);
      const line = said.split('\n').find((each) => each.startsWith('{"url"') && each.endsWith('}'));
      if (!line) return;
      clearTimeout(timer);
      resolve(JSON.parse(line) as { url: string; token: string });
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaint = `${complaint}${text}`.slice(-4_000);
    });
    child.once('exit', (code) => fail(`ended with code ${code}`));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}
