// Roles and what they permit.

import { type Static, Type } from 'typebox';
import type { StoredRole } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { count, listQuery, pageOf, search, sortedBy, text } from './contract.ts';
import { findRole } from './look-up.ts';
import { pageInMemory } from './page.ts';
import { type Route, route } from './route.ts';

const permission = { resource: 'roles', operation: 'read' } as const;

const roleShape = Type.Object({
  id: text(),
  name: text(),
  system: Type.Boolean({ description: 'Comes with the product.' }),
  permissionCount: count(),
});

function showRole({ id, name, system, permissionCount }: StoredRole): Static<typeof roleShape> {
  return { id, name, system, permissionCount };
}

const permissionShape = Type.Object({
  permission: text('As the access answer has it: `resource:operation`.'),
  resource: text(),
  operation: text(),
});

function showPermission(permission: string): Static<typeof permissionShape> {
  const [resource = '', operation = ''] = permission.split(':');
  return { permission, resource, operation };
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
  response: pageOf(roleShape),
  async handle({ parts: { ledger }, query }) {
    return { body: pageInMemory('roles', (await ledger.roles()).map(showRole), query) };
  },
});

const getPermissions = route({
  method: 'GET',
  path: '/roles/{id}/permissions',
  permission,
  summary: 'The permissions of a role',
  query: Type.Object(
    { ...listQuery, search, sort: sortedBy('name', '-name') },
    { additionalProperties: false },
  ),
  response: pageOf(permissionShape),
  async handle({ parts: { ledger }, params, query }) {
    const role = await findRole(ledger, params.id);
    if (!role) throw new Refusal('notFound', `There is no role ${shorten(params.id)}.`);
    const named = role.permissions.map((name) => ({ id: name, name }));
    const page = pageInMemory(`permissions ${role.id}`, named, query);
    return { body: { ...page, items: page.items.map(({ name }) => showPermission(name)) } };
  },
});

export const roleRoutes: readonly Route[] = [listRoles, getPermissions];
