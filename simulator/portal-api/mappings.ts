// The attribute mappings of the enterprise application: the rows as an administrator edits them, and what the agent makes of them.

import {
  constantIn,
  DEFAULT_GROUP_ROWS,
  defaultUserRows,
  GROUP_SOURCES,
  type MappingRow,
  ROLE_LIST_EXPRESSIONS,
  USER_SOURCES,
} from '../agent/attribute-sources.ts';
import type { MappingSettings } from '../agent/mapping.ts';
import { ENTERPRISE_URN, isTarget } from '../agent/target.ts';
import { ENTRA } from '../provisioning.ts';
import type { Kind, MappingJson } from './contract.ts';
import { KINDS, oneOf, type PortalCall, PortalRefusal, type PortalRoutes } from './portal-call.ts';

export interface Mapping {
  readonly isEnabled: boolean;
  readonly rows: readonly MappingRow[];
}

export type Mappings = Readonly<Record<Kind, Mapping>>;

export const DEFAULT_MAPPINGS: Mappings = {
  user: { isEnabled: true, rows: defaultUserRows(ENTRA.mapping.externalId) },
  group: { isEnabled: true, rows: DEFAULT_GROUP_ROWS },
};

export const MAPPING_ROUTES: PortalRoutes = {
  'GET /mappings/*': showMapping,
  'PUT /mappings/*': saveMapping,
  /** Entra's own default for a new application is the nickname. */
  'GET /mappings/user/defaults': ({ query }) => ({
    rows: defaultUserRows(query.get('externalId') === 'mailNickname' ? 'mailNickname' : 'objectId'),
  }),
  'GET /mappings/group/defaults': () => ({ rows: DEFAULT_GROUP_ROWS }),
};

const ROLE_LISTS: Readonly<Record<string, 'complex' | 'assertive'>> = ROLE_LIST_EXPRESSIONS;
/** By which the agent looks for people and groups: a job without it finds nobody. */
const MATCHED: Readonly<Record<Kind, string>> = {
  user: ENTRA.matchUsersBy[0]!,
  group: ENTRA.matchGroupsBy,
};
const MOST_ROWS = 100;

const SOURCES: Readonly<Record<Kind, readonly string[]>> = {
  user: [...USER_SOURCES.keys(), ...Object.keys(ROLE_LIST_EXPRESSIONS)],
  group: [...GROUP_SOURCES.keys()],
};

/** Beside the default rows: what the schemas of SCIM know, and can be chosen without being typed. */
const MORE_TARGETS: Readonly<Record<Kind, readonly string[]>> = {
  user: [
    ...['nickName', 'locale', 'timezone', 'userType', 'profileUrl', 'name.honorificPrefix'],
    'emails[type eq "other"].value',
    'roles',
    'roles[primary eq "True"].value',
    ...['costCenter', 'division', 'organization'].map((name) => `${ENTERPRISE_URN}:${name}`),
  ],
  group: [],
};

export function mappingSettings({ user, group }: Mappings): MappingSettings {
  const list = user.rows.find(({ source }) => source in ROLE_LISTS);
  return {
    ...ENTRA.mapping,
    roles: (list && ROLE_LISTS[list.source]) ?? 'none',
    users: user.rows.filter((row) => row !== list),
    groups: group.rows,
  };
}

function showMapping({ desk, names }: PortalCall): MappingJson {
  const kind = oneOf(names[0], 'mapping', KINDS);
  const { isEnabled, rows } = desk.settings().mappings[kind];
  const usual = DEFAULT_MAPPINGS[kind].rows.map(({ target }) => target);
  const targets = [...usual, ...MORE_TARGETS[kind]];
  return { isEnabled, rows, sources: SOURCES[kind], targets, matchedBy: MATCHED[kind] };
}

function saveMapping(call: PortalCall): MappingJson {
  const { desk, names, body } = call;
  const kind = oneOf(names[0], 'mapping', KINDS);
  if (typeof body.isEnabled !== 'boolean') throw new PortalRefusal(400, 'isEnabled: true or false');
  const mapping = { isEnabled: body.isEnabled, rows: readRows(body.rows, kind) };
  desk.save({ mappings: { ...desk.settings().mappings, [kind]: mapping } }, { resync: true });
  return showMapping(call);
}

function readRows(value: unknown, kind: Kind): MappingRow[] {
  if (!Array.isArray(value) || value.length > MOST_ROWS)
    throw new PortalRefusal(400, 'rows: a list is needed');
  const rows = value.map((one: unknown) => readRow(one, kind));
  for (const [position, { target }] of rows.entries()) {
    if (rows.findIndex((other) => other.target === target) !== position) {
      throw new PortalRefusal(409, `${target} is the target of two mappings`);
    }
  }
  if (!rows.some(({ target }) => target === MATCHED[kind])) {
    throw new PortalRefusal(409, `${MATCHED[kind]} is what ${kind}s are matched by: its mapping has to stay`);
  }
  return rows;
}

function readRow(value: unknown, kind: Kind): MappingRow {
  const { source, target } = (value ?? {}) as Record<string, unknown>;
  if (typeof source !== 'string' || typeof target !== 'string') {
    throw new PortalRefusal(400, 'Each mapping has a source attribute and a target attribute');
  }
  if (!SOURCES[kind].includes(source) && constantIn(source) === null) {
    throw new PortalRefusal(400, `${source} is no attribute of ${kind}s, and no constant in double quotes`);
  }
  if (!isTarget(target)) throw new PortalRefusal(400, `${target} is no attribute name that SCIM could have`);
  if (source in ROLE_LISTS && target !== 'roles') {
    throw new PortalRefusal(400, `${source} gives a list, which only roles can hold`);
  }
  return { source, target };
}
