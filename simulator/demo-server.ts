// The server of the demo: a child process on a free port, with a data directory and secrets that live as long as it.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface DemoServer {
  readonly url: string;
  readonly token: string;
  readonly apiKey: string;
  /** Id of the one provider. */
  readonly provider: string;
  /** As the server told it; null until it did. */
  setUpLink(): string | null;
  /** Settles when the server ends, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const PROVIDER = 'entra';
const START_MS = 30_000;
/** The link comes in the line after the address, if it comes. */
const LINK_MS = 1_000;
const STOP_MS = 5_000;
const KEPT_COMPLAINT_CHARACTERS = 2_000;

/** Where people sign in: the local Entra. */
export interface DemoLogin {
  readonly url: string;
  readonly graphUrl: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** `script`: the built server. Nothing is left behind, whichever way this process ends. */
export async function startDemoServer(script: string, login: DemoLogin): Promise<DemoServer> {
  if (!existsSync(script)) throw new Error(`${script} is not there: build it first (npm run build)`);
  const token = randomBytes(32).toString('base64url');
  const apiKey = randomBytes(32).toString('base64url');
  const directory = mkdtempSync(join(tmpdir(), 'bifrost-demo-'));
  const configFile = join(directory, 'bifrost.json');
  writeFileSync(configFile, JSON.stringify(demoConfig(login, token, apiKey), null, 2), { mode: 0o600 });
  const child = spawn(process.execPath, [script, 'start', '--json'], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      BIFROST_DATA_DIR: join(directory, 'data'),
      BIFROST_CONFIG: configFile,
      BIFROST_DEVELOPMENT: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for the demo, which then ends its server: not for both at once.
    detached: true,
  });
  const cleanUp = (): void => {
    process.off('exit', cleanUp);
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    const { url, setUpLink } = await readStart(child);
    const ending = { ended, stop: () => stop(child, ended).finally(cleanUp) };
    return { url, token, apiKey, provider: PROVIDER, setUpLink, ...ending };
  } catch (error) {
    cleanUp();
    throw error;
  }
}

function demoConfig(login: DemoLogin, token: string, apiKey: string): unknown {
  const { url, graphUrl, tenantId, clientId, clientSecret } = login;
  return {
    apiKeys: [{ name: 'demo', key: apiKey, role: 'Admin' }],
    providers: [
      {
        name: PROVIDER,
        kind: 'entra',
        tenantId,
        clientId,
        clientSecret,
        authorityUrl: url,
        graphUrl,
        scim: { enabled: true, provisioningToken: token },
        attributeRoleMappings: [
          { attribute: 'roles', value: 'admin', role: 'Admin' },
          { attribute: 'roles', value: 'developer', role: 'Developer' },
          { attribute: 'roles', value: 'viewer', role: 'Viewer' },
        ],
        attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
        attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
      },
    ],
  };
}

interface Started {
  url: string;
  setUpLink(): string | null;
}

/** The first line that starts with a brace says where the server listens; one of the next, how to become administrator. */
function readStart(child: ChildProcess): Promise<Started> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    let setUpLink: string | null = null;
    let follow: (() => void) | null = null;
    const late = setTimeout(() => reject(new Error('the server did not start in time')), START_MS);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-KEPT_COMPLAINT_CHARACTERS);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(late);
      reject(new Error(`the server ended with code ${code} before it listened\n${complaint}`));
    });
    let isFound = false;
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const said: { url?: unknown; setUpLink?: unknown } = JSON.parse(line);
      if (typeof said.setUpLink === 'string') {
        setUpLink = said.setUpLink;
        follow?.();
      }
      if (isFound) return;
      isFound = true;
      clearTimeout(late);
      const { url } = said;
      if (typeof url === 'string') {
        follow = () => resolve({ url, setUpLink: () => setUpLink });
        setTimeout(follow, LINK_MS).unref();
      } else reject(new Error(`the server's first line names no url: ${line}`));
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(hard);
}
