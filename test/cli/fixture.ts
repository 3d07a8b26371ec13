// A data folder with a configuration, a server on it where a test wants one, and the CLI run in this process as an
// operator would run it in a shell.

import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExitCode } from '../../src/cli/failure.ts';
import { runCli } from '../../src/cli/run.ts';
import type { SecretSource } from '../../src/cli/secret-input.ts';
import { type Bifrost, startBifrost } from '../../src/main.ts';
import { storage } from '../harness/storage.ts';

export interface Ran {
  code: ExitCode;
  out: string;
  err: string;
  /** Standard output as one JSON document. */
  json<Shape>(): Shape;
}

export type Environment = Record<string, string>;

export interface RunOptions {
  stop?: AbortSignal;
  onOut?: (text: string) => void;
  onErr?: (text: string) => void;
  /** What is piped in; a list: what somebody types, key by key. */
  stdin?: string | readonly string[];
  /** Somebody sits at a terminal, and types that. */
  ask?: (question: string) => Promise<string>;
}

export async function run(env: Environment, argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const stdout = (text: string) => {
    out += text;
    options.onOut?.(text);
  };
  const stderr = (text: string) => {
    err += text;
    options.onErr?.(text);
  };
  const code = await runCli({
    argv,
    env: { VITEST: '1', ...env },
    stdout: { write: stdout },
    stderr: { write: stderr },
    ...(options.stop ? { stop: options.stop } : {}),
    ...(options.stdin === undefined ? {} : { stdin: inputOf(options.stdin) }),
    ...(options.ask ? { ask: options.ask } : {}),
  });
  return { code, out, err, json: () => JSON.parse(out) };
}

function inputOf(text: string | readonly string[]): SecretSource {
  const chunks = typeof text === 'string' ? [text] : text;
  const source = (async function* () {
    yield* chunks;
  })();
  return Object.assign(source, { isTTY: typeof text !== 'string' });
}

/** A run in words, split at spaces. */
export function words(line: string): string[] {
  return line.split(' ').filter((word) => word !== '');
}

export interface Site {
  /** What a shell beside the data has. */
  env: Environment;
  token: string;
  apiKey: string;
  dataDir: string;
  serve(): Promise<Bifrost>;
  remove(): Promise<void>;
}

/** Two providers of the file: `entra` with SCIM and rules, and `bare` without either. */
export async function makeSite(publicUrl: string | null = 'https://bifrost.example.com'): Promise<Site> {
  const { folder, env: ofStorage, remove } = await storage();
  const secret = () => randomBytes(32).toString('base64url');
  const token = secret();
  const apiKey = secret();
  const config = {
    apiKeys: [{ name: 'ops', key: apiKey, role: 'Admin' }],
    providers: [
      {
        name: 'entra',
        kind: 'entra',
        tenantId: randomUUID(),
        clientId: randomUUID(),
        scim: { enabled: true, provisioningToken: token },
        attributeRoleMappings: [
          { attribute: 'title', value: 'Head*', role: 'Admin' },
          { attribute: 'department', value: 'Support', role: 'Viewer' },
        ],
        attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
        attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
      },
      { name: 'bare', kind: 'oidc', issuer: 'https://login.example.com', clientId: 'bifrost' },
    ],
  };
  const configPath = join(folder, 'bifrost.json');
  await writeFile(configPath, JSON.stringify(config));
  const env: Environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    ...ofStorage,
    BIFROST_CONFIG: configPath,
    ...(publicUrl === null ? {} : { BIFROST_PUBLIC_URL: publicUrl }),
  };
  return {
    env,
    token,
    apiKey,
    dataDir: ofStorage.BIFROST_DATA_DIR,
    serve: () => startBifrost({ env: { VITEST: '1', ...env } }),
    remove,
  };
}

/** One request as the provider sends it, without a network. */
export type Push = (method: string, path: string, body?: unknown) => Promise<{ status: number; id: string }>;

export function pushTo(bifrost: Bifrost, token: string): Push {
  return async (method, path, body) => {
    const answer = await bifrost.inject({
      method: method as 'GET',
      url: `/scim/v2${path}`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const resource = (answer.payload === '' ? {} : JSON.parse(answer.payload)) as { id?: string };
    return { status: answer.statusCode, id: resource.id ?? '' };
  };
}

const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export function userBody(userName: string, more: Record<string, unknown> = {}, department?: string) {
  return {
    schemas: [userUrn, enterpriseUrn],
    userName,
    active: true,
    ...more,
    ...(department === undefined ? {} : { [enterpriseUrn]: { department } }),
  };
}

export interface People {
  amara: string;
  noor: string;
  kim: string;
  group: string;
}

/** An administrator whose rules both match, a suspended one, one without a role; the first two in a group. */
export async function provision(push: Push): Promise<People> {
  const amara = await push(
    'POST',
    '/Users',
    userBody(
      'amara@contoso.com',
      { displayName: 'Amara Osei', externalId: 'ext-amara', title: 'Head of Support' },
      'Support',
    ),
  );
  const noor = await push(
    'POST',
    '/Users',
    userBody('noor@contoso.com', { displayName: 'Noor Haddad', active: false }, 'Support'),
  );
  const kim = await push('POST', '/Users', userBody('kim@contoso.com', { title: 'Engineer' }, 'Sales'));
  const group = await push('POST', '/Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Platform',
    members: [{ value: amara.id }, { value: noor.id }],
  });
  return { amara: amara.id, noor: noor.id, kim: kim.id, group: group.id };
}
