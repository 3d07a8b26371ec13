// Who may do what: the catalogue of this product's own permissions, and what the three system roles hold of it.
// Each route names the one permission it needs, beside the route.

const catalogue = {
  users: ['read', 'suspend', 'grant', 'purge'],
  teams: ['read'],
  businessUnits: ['read'],
  roles: ['read'],
  access: ['read'],
  providers: ['read', 'create', 'edit', 'delete'],
  tokens: ['read', 'create', 'revoke'],
  mappings: ['read', 'apply'],
  events: ['read'],
  audit: ['read'],
  requests: ['read'],
  system: ['read', 'verify', 'export', 'rotate'],
} as const;

type Resource = keyof typeof catalogue;

/** One resource and one operation that the catalogue has for it. */
export type Permission = {
  [R in Resource]: { resource: R; operation: (typeof catalogue)[R][number] };
}[Resource];

/** As roles store it and API answers show it: `users:suspend`. */
export function permissionText(permission: Permission): string {
  return `${permission.resource}:${permission.operation}`;
}

const everything = Object.entries(catalogue).flatMap(([resource, operations]) =>
  operations.map((operation) => `${resource}:${operation}`),
);
const everythingToRead = everything.filter((permission) => permission.endsWith(':read'));
/** People and where they belong; nothing of how the system is set up or what it was sent. */
const peopleToRead = ['users:read', 'teams:read', 'businessUnits:read', 'roles:read'];

/**
 * The roles that are there from the first start. `most-permissions` compares how many permissions roles have, so this
 * is also their order: Admin over Developer over Viewer.
 */
export const systemRoles: { name: string; permissions: string[] }[] = [
  { name: 'Admin', permissions: everything },
  { name: 'Developer', permissions: everythingToRead },
  { name: 'Viewer', permissions: peopleToRead },
];
