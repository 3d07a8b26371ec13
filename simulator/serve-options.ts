// The options of `simulator serve`: read once from the command line, checked together, then trusted.

import { parseArgs } from 'node:util';
import type { CloudName } from './login/cloud.ts';
import type { OrganisationSize } from './sample-organisation.ts';
import { FULL_SCALE, scaleProblem } from './scale-organisation.ts';
import { isWebAddress, oneOf, readToken, UsageError, wholeNumber } from './usage.ts';

export const SERVE_HELP = `simulator serve: the sign-in, the directory and the Graph of a made-up Entra tenant, on loopback.

  --port N               port on 127.0.0.1; 0 takes any free one (9000)
  --tenant-users N       people in the directory (1000)
  --tenant-groups N      groups (40)
  --tenant-members N     memberships in all groups together (3 per person)
  --scale                a large directory, of which some groups are assigned and together hold everybody: 100,000 people,
                         10,000 groups, 1,500,000 memberships, unless the three above say otherwise
  --assigned-groups N    of the groups, with --scale (50)
  --seed N               same seed and sizes: same people, tenant id, client id and secret (1)
  --speed N              codes and tokens live N times shorter: with 60 an hour passes in a minute (1)
  --bifrost URL          where Bifrost is; its redirect URIs and its logout URL follow from that (http://127.0.0.1:8080)
  --redirect-uri URL     a redirect URI, in place of those; may be given several times
  --logout-url URL       where front-channel logout is announced, in place of that
  --cloud C              what discovery says: commercial, gcc-high, dod or china (commercial)
  --push-base URL        provisions from this same tenant to that Tenant URL, as Entra would: once now, then on schedule
  --push-token T         its secret token; env.NAME takes it from the environment
  --push-every TIME      such as 40m, 30s or 2h; never means by order only (40m)
  --json                 the first line of output is a JSON object with all that a client needs

Two base addresses stand for Microsoft's hosts:
  http://127.0.0.1:9000         login.microsoftonline.com
  http://127.0.0.1:9000/graph   graph.microsoft.com
The page at the first one shows the tenant id, client id, secret, and a bifrost.json to start with. In a browser, sign-in
asks which account; without one, add sim_user=<user name or object id> to the authorize request, or order the next user:
  curl -d '{"user":"..."}' http://127.0.0.1:9000/control/next-user
GET /control lists everything that can be ordered: faults, wrong tokens, key rotation, disabled people and more.

Ends with Ctrl-C.
`;

export interface ServeOptions {
  readonly port: number;
  readonly size: OrganisationSize;
  /** Null: the small sample, in which every group is assigned. */
  readonly assignedGroups: number | null;
  readonly push: PushSchedule | null;
  readonly seed: number;
  readonly speed: number;
  readonly redirectUris: readonly string[];
  readonly logoutUrl: string;
  readonly cloud: CloudName;
  readonly json: boolean;
}

export interface PushSchedule {
  readonly base: string;
  readonly token: string;
  /** Null: by order only. */
  readonly everyMs: number | null;
}

const OPTIONS = {
  port: { type: 'string', default: '9000' },
  'tenant-users': { type: 'string' },
  'tenant-groups': { type: 'string' },
  'tenant-members': { type: 'string' },
  scale: { type: 'boolean', default: false },
  'assigned-groups': { type: 'string' },
  'push-base': { type: 'string' },
  'push-token': { type: 'string' },
  'push-every': { type: 'string', default: '40m' },
  seed: { type: 'string', default: '1' },
  speed: { type: 'string', default: '1' },
  bifrost: { type: 'string', default: 'http://127.0.0.1:8080' },
  'redirect-uri': { type: 'string', multiple: true },
  'logout-url': { type: 'string' },
  cloud: { type: 'string', default: 'commercial' },
  json: { type: 'boolean', default: false },
} as const;

const LARGEST_PORT = 65_535;
const LONGEST_PERIOD_MS = 24 * 3_600_000;
/** Groups that somebody is in, in the mean. */
const MEMBERSHIPS_AT_SCALE = FULL_SCALE.members / FULL_SCALE.users;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

export function readServeOptions(args: readonly string[], env: NodeJS.ProcessEnv = {}): ServeOptions {
  const problems: string[] = [];
  const values = readValues(args);
  const port = wholeNumber('port', values.port, 0, problems);
  if (port > LARGEST_PORT) problems.push(`--port ${port}: ports end at ${LARGEST_PORT}`);
  const options: ServeOptions = {
    port,
    ...readSize(values, problems),
    push: readPush(values, env, problems),
    seed: wholeNumber('seed', values.seed, 0, problems),
    speed: wholeNumber('speed', values.speed, 1, problems),
    ...readAddresses(values, problems),
    cloud: oneOf<CloudName>('cloud', values.cloud, ['commercial', 'gcc-high', 'dod', 'china'], problems),
    json: values.json,
  };
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return options;
}

function readValues(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readSize(values: Values, problems: string[]): Pick<ServeOptions, 'size' | 'assignedGroups'> {
  const usual = values.scale ? FULL_SCALE : { users: 1_000, groups: 40 };
  const users = wholeNumber('tenant-users', values['tenant-users'] ?? String(usual.users), 1, problems);
  const groups = wholeNumber('tenant-groups', values['tenant-groups'] ?? String(usual.groups), 0, problems);
  const fitting = values.scale ? users * MEMBERSHIPS_AT_SCALE : Math.min(users * 3, users * groups);
  const given = values['tenant-members'] ?? String(fitting);
  const members = wholeNumber('tenant-members', given, 0, problems);
  const size = { users, groups, members };
  if (!values.scale) {
    if (values['assigned-groups'] !== undefined) problems.push('--assigned-groups is for --scale');
    if (members > users * groups) {
      problems.push(`--tenant-members ${members}: ${users} people and ${groups} groups have no room`);
    }
    return { size, assignedGroups: null };
  }
  const wanted = values['assigned-groups'] ?? String(Math.min(FULL_SCALE.assignedGroups, groups));
  const assignedGroups = wholeNumber('assigned-groups', wanted, 1, problems);
  const problem = scaleProblem({ ...size, assignedGroups });
  if (problem !== null) problems.push(`--scale: ${problem}`);
  return { size, assignedGroups };
}

function readPush(values: Values, env: NodeJS.ProcessEnv, problems: string[]): PushSchedule | null {
  const base = values['push-base'];
  if (base === undefined) {
    if (values['push-token'] !== undefined) problems.push('--push-token is for --push-base');
    return null;
  }
  if (!isWebAddress(base)) problems.push(`--push-base ${base}: not an http or https address`);
  const token = readToken('push-token', values['push-token'], env, problems);
  return { base, token, everyMs: readPeriod(values['push-every'], problems) };
}

function readPeriod(text: string, problems: string[]): number | null {
  if (text === 'never') return null;
  const [, count = '', unit = ''] = /^(\d+)([smh])$/.exec(text) ?? [];
  const ms = Number(count) * ({ s: 1_000, m: 60_000, h: 3_600_000 }[unit] ?? 0);
  if (ms > 0 && ms <= LONGEST_PERIOD_MS) return ms;
  problems.push(`--push-every ${text}: a time such as 40m, 30s or 2h, at most 24h, or never`);
  return null;
}

function readAddresses(values: Values, problems: string[]): Pick<ServeOptions, 'redirectUris' | 'logoutUrl'> {
  const bifrost = values.bifrost.replace(/\/$/, '');
  const redirectUris = values['redirect-uri'] ?? [
    `${bifrost}/login`,
    `${bifrost}/workspace/scim/oauth-discover-callback`,
  ];
  const logoutUrl = values['logout-url'] ?? `${bifrost}/login/front-channel-logout`;
  const given: [string, string][] = [
    ['bifrost', values.bifrost],
    ['logout-url', logoutUrl],
    ...redirectUris.map((uri): [string, string] => ['redirect-uri', uri]),
  ];
  for (const [name, address] of given) {
    if (!isWebAddress(address)) problems.push(`--${name} ${address}: not an http or https address`);
  }
  return { redirectUris, logoutUrl };
}
