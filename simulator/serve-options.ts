// The options of `simulator serve`: read once from the command line, checked together, then trusted.

import { parseArgs } from 'node:util';
import type { CloudName } from './login/cloud.ts';
import type { OrganisationSize } from './sample-organisation.ts';
import { isWebAddress, oneOf, UsageError, wholeNumber } from './usage.ts';

export const SERVE_HELP = `simulator serve: the sign-in, the directory and the Graph of a made-up Entra tenant, on loopback.

  --port N               port on 127.0.0.1; 0 takes any free one (9000)
  --tenant-users N       people in the directory (1000)
  --tenant-groups N      groups (40)
  --tenant-members N     memberships in all groups together (3 per person)
  --seed N               same seed and sizes: same people, tenant id, client id and secret (1)
  --speed N              codes and tokens live N times shorter: with 60 an hour passes in a minute (1)
  --bifrost URL          where Bifrost is; its redirect URIs and its logout URL follow from that (http://127.0.0.1:8080)
  --redirect-uri URL     a redirect URI, in place of those; may be given several times
  --logout-url URL       where front-channel logout is announced, in place of that
  --cloud C              what discovery says: commercial, gcc-high, dod or china (commercial)
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
  readonly seed: number;
  readonly speed: number;
  readonly redirectUris: readonly string[];
  readonly logoutUrl: string;
  readonly cloud: CloudName;
  readonly json: boolean;
}

const OPTIONS = {
  port: { type: 'string', default: '9000' },
  'tenant-users': { type: 'string', default: '1000' },
  'tenant-groups': { type: 'string', default: '40' },
  'tenant-members': { type: 'string' },
  seed: { type: 'string', default: '1' },
  speed: { type: 'string', default: '1' },
  bifrost: { type: 'string', default: 'http://127.0.0.1:8080' },
  'redirect-uri': { type: 'string', multiple: true },
  'logout-url': { type: 'string' },
  cloud: { type: 'string', default: 'commercial' },
  json: { type: 'boolean', default: false },
} as const;

const LARGEST_PORT = 65_535;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

export function readServeOptions(args: readonly string[]): ServeOptions {
  const problems: string[] = [];
  const values = readValues(args);
  const users = wholeNumber('tenant-users', values['tenant-users'], 1, problems);
  const groups = wholeNumber('tenant-groups', values['tenant-groups'], 0, problems);
  const fitting = String(Math.min(users * 3, users * groups));
  const members = wholeNumber('tenant-members', values['tenant-members'] ?? fitting, 0, problems);
  if (members > users * groups) {
    problems.push(`--tenant-members ${members}: ${users} people and ${groups} groups have no room`);
  }
  const port = wholeNumber('port', values.port, 0, problems);
  if (port > LARGEST_PORT) problems.push(`--port ${port}: ports end at ${LARGEST_PORT}`);
  const options: ServeOptions = {
    port,
    size: { users, groups, members },
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
