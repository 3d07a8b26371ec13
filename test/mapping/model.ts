// A small organisation as a list of facts, and what three sets of rules make of it, said in the plainest way: the other
// opinion that the server's answers are held against.

export interface ModelUser {
  id: string;
  userName: string;
  department: string | null;
  title: string | null;
  roles: Set<string>;
  active: boolean;
  removed: boolean;
}

export interface ModelGroup {
  id: string;
  name: string;
  members: Set<string>;
}

export interface Given {
  role: string | null;
  teams: string[];
  businessUnits: string[];
}

export interface RuleSet {
  name: string;
  /** As the admin API takes it. */
  mappings: Record<string, unknown>;
  gives(user: ModelUser, groups: readonly string[]): Given;
}

const none = { attributeRoleMappings: [], attributeTeamMappings: [], attributeBusinessUnitMappings: [] };

const everything: RuleSet = {
  name: 'every group a team, every department a unit',
  mappings: {
    ...none,
    roleResolutionStrategy: 'most-permissions',
    attributeRoleMappings: [
      { attribute: 'department', value: '*', role: 'Viewer' },
      { attribute: 'roles', value: 'admin', role: 'Admin' },
    ],
    attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '*' }],
    attributeBusinessUnitMappings: [{ attribute: 'department', value: '*', businessUnit: '*' }],
  },
  gives: (user, groups) => ({
    role: user.roles.has('admin') ? 'Admin' : user.department === null ? null : 'Viewer',
    teams: [...groups],
    businessUnits: user.department === null ? [] : [user.department],
  }),
};

const engineers: RuleSet = {
  name: 'captured parts, the first role that fits',
  mappings: {
    ...none,
    roleResolutionStrategy: 'first-match',
    attributeRoleMappings: [
      { attribute: 'title', value: 'Lead*', role: 'Viewer' },
      { attribute: 'groups', value: 'eng-*', role: 'Developer' },
      { attribute: 'roles', value: '*', role: 'Admin' },
    ],
    attributeTeamMappings: [{ attribute: 'groups', value: 'eng-${*}', team: 'Team ${*}' }],
    attributeBusinessUnitMappings: [
      { attribute: 'groups', value: '*', businessUnit: 'Everybody in a group' },
    ],
  },
  gives: (user, groups) => {
    const inEng = groups.filter((name) => name.startsWith('eng-'));
    const role = user.title?.startsWith('Lead')
      ? 'Viewer'
      : inEng.length > 0
        ? 'Developer'
        : user.roles.size > 0
          ? 'Admin'
          : null;
    return {
      role,
      teams: inEng.map((name) => `Team ${name.slice('eng-'.length)}`),
      businessUnits: groups.length > 0 ? ['Everybody in a group'] : [],
    };
  },
};

const titles: RuleSet = {
  name: 'titles and roles make teams, nobody has a role',
  mappings: {
    ...none,
    roleResolutionStrategy: 'most-permissions',
    attributeTeamMappings: [
      { attribute: 'title', value: '*', team: '*' },
      { attribute: 'roles', value: 'a*', team: 'Starts with a' },
    ],
  },
  gives: (user) => ({
    role: null,
    teams: [
      ...(user.title === null ? [] : [user.title]),
      ...([...user.roles].some((each) => each.startsWith('a')) ? ['Starts with a'] : []),
    ],
    businessUnits: [],
  }),
};

export const ruleSets: readonly RuleSet[] = [everything, engineers, titles];

export interface Model {
  users: ModelUser[];
  groups: ModelGroup[];
  rules: RuleSet;
}

/** What one user has by the rules of the moment. */
export function expectedOf(model: Model, user: ModelUser): Given & { status: string } {
  const status = user.removed ? 'removed' : user.active ? 'active' : 'suspended';
  if (user.removed) return { status, role: null, teams: [], businessUnits: [] };
  const groups = model.groups.filter((each) => each.members.has(user.id)).map((each) => each.name);
  const given = model.rules.gives(user, groups);
  return {
    status,
    role: given.role,
    teams: [...given.teams].sort(),
    businessUnits: [...given.businessUnits].sort(),
  };
}
