// Roles and what they permit, and the catalogue of what there is to permit. Changing them: role-changes.ts.

import { type Static, Type } from 'typebox';
import type { Ledger, StoredRole } from '../../ledger/ledger.ts';
import { choice, count, listQuery, pageOf, search, sortedBy, text } from './contract.ts';
import { catalogue } from './declared-permissions.ts';
import { rulesFor } from './feeding-rules.ts';
import { needRole } from './look-up.ts';
import { pageInMemory } from './page.ts';
import { permissionOf } from './permissions.ts';
import { type Route, route } from './route.ts';
import { revisionTag } from './version-check.ts';

const permission = { resource: 'roles', operation: 'read' } as const;

const roleShape = Type.Object({
  id: text(),
  name: text(),
  description: text(),
  system: Type.Boolean({ description: 'Comes with the product; it can be edited, not removed.' }),
  permissionCount: count(),
  revision: count('Also its ETag.'),
});

const listedRoleShape = Type.Object({
  ...roleShape.properties,
  members: count('Who holds it, suspended ones included.'),
  membersIsCapped: Type.Optional(Type.Boolean({ description: 'True: `members` is where counting stopped.' })),
  rules: count('Rules that give it, of all providers.'),
});
export type RoleJson = Static<typeof listedRoleShape>;

export const wholeRoleShape = Type.Object({
  ...roleShape.properties,
  permissions: Type.Array(text(), { description: 'Each `resource:operation`.' }),
});
export type WholeRoleJson = Static<typeof wholeRoleShape>;

function showRole({ id, name, description, system, permissionCount, revision }: StoredRole) {
  return { id, name, description, system, permissionCount, revision };
}

export function roleAnswer(role: StoredRole) {
  return {
    headers: { etag: revisionTag(role.revision) },
    body: { ...showRole(role), permissions: [...role.permissions] },
  };
}

const listRoles = route({
  method: 'GET',
  path: '/roles',
  permission,
  summary: 'All roles, by name',
  query: Type.Object(
    { ...listQuery, search, sort: sortedBy('name', '-name') },
    { additionalProperties: false },
  ),
  response: pageOf(listedRoleShape),
  async handle({ parts: { ledger }, query }) {
    const page = pageInMemory('roles', (await ledger.roles()).map(showRole), query);
    const states = await ledger.providers();
    const items: RoleJson[] = [];
    for (const role of page.items) {
      const rules = states.flatMap((state) => rulesFor(state, 'role', role.name)).length;
      items.push({ ...role, ...(await membersOf(ledger, role.id)), rules });
    }
    return { body: { ...page, items } };
  },
});

async function membersOf(ledger: Ledger, role: string) {
  const sort = { by: 'createdAt', descending: false } as const;
  const { total, totalIsCapped } = await ledger.listUsers({ role, sort, after: null, limit: 0 });
  return { members: total, ...(totalIsCapped && { membersIsCapped: true }) };
}

const getRole = route({
  method: 'GET',
  path: '/roles/{id}',
  permission,
  summary: 'One role, with what it permits',
  response: wholeRoleShape,
  versioned: true,
  async handle({ parts: { ledger }, params }) {
    return roleAnswer(await needRole(ledger, params.id));
  },
});

// --- permissions ------------------------------------------------------------------------------------------------

const permissionShape = Type.Object({
  permission: text('As the access answer has it: `resource:operation`.'),
  resource: text(),
  operation: text(),
  description: text('What it lets people do; empty where nobody said.'),
  from: choice(
    ['product', 'configuration', 'people', 'nowhere'],
    'configuration: of an application, in the configuration file; people: the same, declared here; nowhere: no more in the catalogue.',
  ),
});
export type PermissionJson = Static<typeof permissionShape>;

const permissionQuery = Type.Object(
  { ...listQuery, search, sort: sortedBy('name', '-name') },
  { additionalProperties: false },
);

function permissionPage(list: string, permissions: readonly PermissionJson[], query: Listed) {
  const named = permissions.map((each) => ({ ...each, id: each.permission, name: each.permission }));
  const page = pageInMemory(list, named, query);
  return { ...page, items: page.items.map(({ id: _, name: __, ...each }) => each) };
}
type Listed = Static<typeof permissionQuery>;

const getPermissions = route({
  method: 'GET',
  path: '/roles/{id}/permissions',
  permission,
  summary: 'The permissions of a role',
  query: permissionQuery,
  response: pageOf(permissionShape),
  versioned: true,
  async handle({ parts, params, query }) {
    const role = await needRole(parts.ledger, params.id);
    const declared = new Map((await catalogue(parts)).map((each) => [each.permission, each]));
    const unknown = { description: '', from: 'nowhere' as const };
    const held = role.permissions.map(
      (name) => declared.get(name) ?? { permission: name, ...permissionOf(name), ...unknown },
    );
    return {
      headers: { etag: revisionTag(role.revision) },
      body: permissionPage(`permissions ${role.id}`, held, query),
    };
  },
});

const listPermissions = route({
  method: 'GET',
  path: '/permissions',
  permission,
  summary: 'Everything that a role can permit',
  description: "This product's own, and what applications declare: in the configuration file, or here.",
  query: permissionQuery,
  response: pageOf(permissionShape),
  async handle({ parts, query }) {
    return { body: permissionPage('permissions', await catalogue(parts), query) };
  },
});

export const roleRoutes: readonly Route[] = [listRoles, getRole, getPermissions, listPermissions];
