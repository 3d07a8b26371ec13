// A real server in a process of its own, on a data directory that outlives it, to be killed without warning. Nothing
// that was started here is left running, whatever way the tests end.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { providerBlock } from '../harness/server.ts';

const program = fileURLToPath(new URL('../../dist/bifrost.js', import.meta.url));
const START_LIMIT_MS = 20_000;

export interface Victim {
  url: string;
  scim: string;
  token: string;
  apiKey: string;
  /** From the start of the process to its first answer on /readyz. */
  readyMs: number;
  /** SIGKILL, and until the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and until the process is gone; gives its exit code. */
  stop(): Promise<number | null>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const token = 'crash-test-provisioning-token-0123456789';
const apiKey = 'crash-test-api-key-0123456789-0123456789';

export interface VictimOptions {
  /** Over what every victim is given. */
  env?: Readonly<Record<string, string>>;
  /** Merged over the provider that the file declares; undefined takes a key away. */
  provider?: Readonly<Record<string, unknown>>;
}

export async function startVictim(folder: string, options: VictimOptions = {}): Promise<Victim> {
  const config = join(folder, 'bifrost.json');
  const declared = {
    apiKeys: [{ name: 'ops', key: apiKey, role: 'Admin' }],
    providers: [
      { ...providerBlock('entra', token), tenantId: TENANT, clientId: TENANT, ...options.provider },
    ],
  };
  await writeFile(config, JSON.stringify(declared));
  const startedMs = performance.now();
  const child = spawn(process.execPath, [program, 'start', '--json'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      HOST: '127.0.0.1',
      BIFROST_DATA_DIR: join(folder, 'data'),
      BIFROST_CONFIG: config,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  try {
    const url = await addressOf(child);
    await firstAnswer(`${url}/readyz`);
    const readyMs = performance.now() - startedMs;
    return {
      url,
      scim: `${url}/scim/v2`,
      token,
      apiKey,
      readyMs,
      kill: () => end(child, 'SIGKILL').then(() => {}),
      stop: () => end(child, 'SIGTERM'),
    };
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
}

const TENANT = '6f1c2a34-0000-4000-8000-000000000001';

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  return child.exitCode;
}

/** The first line of output that starts with `{` tells the address (CONTRACT, Environment). */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Error(`no address within ${START_LIMIT_MS} ms\n${said}`)),
      START_LIMIT_MS,
    );
    child.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`ended with ${code ?? signal} before it served\n${said}`)),
    );
    createInterface({ input: child.stdout! }).on('line', (line) => {
      said += `${line}\n`;
      // What is said of a failure is an object too, over several lines.
      if (!line.startsWith('{"url"')) return;
      const { url } = JSON.parse(line) as { url: string };
      clearTimeout(timer);
      resolve(url);
    });
  });
}

async function firstAnswer(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
