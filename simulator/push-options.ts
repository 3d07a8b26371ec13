// The options of `simulator push`: read once from the command line, checked together, then trusted.

import { parseArgs } from 'node:util';
import {
  DIALECTS,
  type Dialect,
  type DialectName,
  dialectOf,
  type ManagerClearing,
  type ManagerForm,
} from './agent/dialect.ts';
import type { JobSettings } from './agent/job.ts';
import type { MappingSettings } from './agent/mapping.ts';
import { SMALLEST_CAST } from './change-script.ts';
import type { OrganisationSize } from './sample-organisation.ts';
import type { Scope } from './tenant.ts';
import { isWebAddress, oneOf, readToken, UsageError, wholeNumber } from './usage.ts';

export const PUSH_HELP = `simulator push: plays one initial provisioning cycle as Microsoft Entra would, reads everything back,
and reports every answer that Entra would count as a failure or patch again for ever.

  --base URL             Tenant URL, as typed into the portal (a trailing slash and ?aadOptscim062020 travel along)
  --token T              secret token; env.NAME takes it from the environment
  --users N              people in the sample organisation (200)
  --groups N             groups (12)
  --members N            memberships in all groups together (3 per person)
  --seed N               same seed and sizes, same organisation (1)
  --dialect D            legacy, flag, gallery or verbose (legacy; flag when the URL carries aadOptscim062020)
  --concurrency N        requests at once (8)
  --changes              afterwards plays hires, renames, moves, joins, leaves, suspensions, recycle bin, deletes
  --verify-only          writes nothing: whatever would be written is reported as a failure
  --json                 one JSON object on standard output

How Entra would look things up and write them:
  --match-users-by A,B   matching attributes by precedence (userName): userName, externalId, emails[type eq "work"].value
  --match-groups-by A    displayName or externalId (displayName)
  --member-check C       memberships of groups found there: probe (one request each, as Entra) or bulk (probe)
  --members-per-patch N  the documentation says several, the service has only been seen to send one (1)
  --replace-members      joins are sent as "replace members", as reported in 2026
  --external-id A        objectId or mailNickname (objectId)
  --roles F              app roles: none, single, complex or assertive (none)
  --scope S              assigned or all (assigned)
  --recycle-bin R        rename, rename-mail or keep (rename)
  --clearing C           an emptied attribute sends: silence, empty, null or remove (silence)
  --manager-form F       list, text or object (by dialect)
  --manager-clearing C   empty, remove or filter (by dialect)
  --no-managers          managers are not mapped
  --no-read-back         ends after the writing cycles
  --timeout SECONDS      for each request (30)

Exit codes: 0 no failure, 1 failures, 2 wrong usage.
`;

export interface PushOptions {
  readonly size: OrganisationSize;
  readonly seed: number;
  readonly scope: Scope;
  readonly dialectName: DialectName;
  readonly job: JobSettings;
  readonly changes: boolean;
  readonly verifyOnly: boolean;
  readonly readsBack: boolean;
  readonly json: boolean;
}

const OPTIONS = {
  base: { type: 'string' },
  token: { type: 'string' },
  users: { type: 'string', default: '200' },
  groups: { type: 'string', default: '12' },
  members: { type: 'string' },
  seed: { type: 'string', default: '1' },
  dialect: { type: 'string' },
  concurrency: { type: 'string', default: '8' },
  changes: { type: 'boolean', default: false },
  'verify-only': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  'match-users-by': { type: 'string', default: 'userName' },
  'match-groups-by': { type: 'string', default: 'displayName' },
  'member-check': { type: 'string', default: 'probe' },
  'members-per-patch': { type: 'string', default: '1' },
  'replace-members': { type: 'boolean', default: false },
  'external-id': { type: 'string', default: 'objectId' },
  roles: { type: 'string', default: 'none' },
  scope: { type: 'string', default: 'assigned' },
  'recycle-bin': { type: 'string', default: 'rename' },
  clearing: { type: 'string', default: 'silence' },
  'manager-form': { type: 'string' },
  'manager-clearing': { type: 'string' },
  'no-managers': { type: 'boolean', default: false },
  'no-read-back': { type: 'boolean', default: false },
  timeout: { type: 'string', default: '30' },
} as const;

const MATCHABLE_USER_ATTRIBUTES = ['userName', 'externalId', 'emails[type eq "work"].value'];

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

export function readPushOptions(args: readonly string[], env: NodeJS.ProcessEnv): PushOptions {
  const problems: string[] = [];
  const values = readValues(args);
  const base = readBase(values.base, problems);
  const dialectName = oneOf<DialectName>(
    'dialect',
    values.dialect ?? dialectOf(base),
    ['legacy', 'flag', 'gallery', 'verbose'],
    problems,
  );
  const users = wholeNumber('users', values.users, 0, problems);
  const groups = wholeNumber('groups', values.groups, 0, problems);
  const members = wholeNumber('members', values.members ?? String(groups === 0 ? 0 : users * 3), 0, problems);
  if (members > users * groups)
    problems.push(`--members ${members}: ${users} people and ${groups} groups have no room`);
  if (values.changes && (users < SMALLEST_CAST.users || groups < SMALLEST_CAST.groups)) {
    problems.push(`--changes needs at least ${SMALLEST_CAST.users} users and ${SMALLEST_CAST.groups} groups`);
  }
  if (values.changes && values['verify-only'])
    problems.push('--changes and --verify-only exclude one another');
  const options: PushOptions = {
    size: { users, groups, members },
    seed: wholeNumber('seed', values.seed, 0, problems),
    scope: oneOf('scope', values.scope, ['assigned', 'all'], problems),
    dialectName,
    job: {
      tenantUrl: base,
      token: readToken('token', values.token, env, problems),
      dialect: readDialect(dialectName, values, problems),
      concurrency: wholeNumber('concurrency', values.concurrency, 1, problems),
      timeoutMs: wholeNumber('timeout', values.timeout, 1, problems) * 1000,
      mapping: readMapping(values, problems),
      ...readMatching(values, problems),
      managers: !values['no-managers'],
    },
    changes: values.changes,
    verifyOnly: values['verify-only'],
    readsBack: !values['no-read-back'],
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

function readBase(base: string | undefined, problems: string[]): string {
  if (base === undefined)
    problems.push('--base is missing: the Tenant URL, for example http://127.0.0.1:8080/scim/v2');
  else if (!isWebAddress(base)) problems.push(`--base ${base}: not an http or https address`);
  return base ?? '';
}

function readDialect(name: DialectName, values: Values, problems: string[]): Dialect {
  const form = values['manager-form'];
  const clearing = values['manager-clearing'];
  return {
    ...DIALECTS[name],
    ...(form && { manager: oneOf<ManagerForm>('manager-form', form, ['list', 'text', 'object'], problems) }),
    ...(clearing && {
      managerClearing: oneOf<ManagerClearing>(
        'manager-clearing',
        clearing,
        ['empty', 'remove', 'filter'],
        problems,
      ),
    }),
  };
}

function readMapping(values: Values, problems: string[]): MappingSettings {
  return {
    externalId: oneOf('external-id', values['external-id'], ['objectId', 'mailNickname'], problems),
    roles: oneOf('roles', values.roles, ['none', 'single', 'complex', 'assertive'], problems),
    recycleBin: oneOf('recycle-bin', values['recycle-bin'], ['rename', 'rename-mail', 'keep'], problems),
    clearing: oneOf('clearing', values.clearing, ['silence', 'empty', 'null', 'remove'], problems),
  };
}

function readMatching(
  values: Values,
  problems: string[],
): Pick<
  JobSettings,
  'matchUsersBy' | 'matchGroupsBy' | 'memberCheck' | 'membersPerPatch' | 'replaceMembers'
> {
  const matchUsersBy = values['match-users-by'].split(',');
  for (const name of matchUsersBy) oneOf('match-users-by', name, MATCHABLE_USER_ATTRIBUTES, problems);
  return {
    matchUsersBy,
    matchGroupsBy: oneOf(
      'match-groups-by',
      values['match-groups-by'],
      ['displayName', 'externalId'],
      problems,
    ),
    memberCheck: oneOf('member-check', values['member-check'], ['probe', 'bulk'], problems),
    membersPerPatch: wholeNumber('members-per-patch', values['members-per-patch'], 1, problems),
    replaceMembers: values['replace-members'],
  };
}
