// Making, changing and removing roles. Each change is checked against the catalogue, and on the revision that was read.

import { Type } from 'typebox';
import { newId } from '../../id.ts';
import type { RoleWords, StoredRole } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { equalJson, shorten } from '../../scim/json.ts';
import { text } from './contract.ts';
import { findRole, needRole } from './look-up.ts';
import { readPermissions } from './permission-list.ts';
import { ADMIN_ROLE, adminCore } from './permissions.ts';
import { badInput } from './read-input.ts';
import { checkRoleLosses } from './role-guard.ts';
import { roleAnswer, wholeRoleShape } from './roles.ts';
import { type AdminParts, type Call, changeBy, type Route, route } from './route.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

/** More than the configuration file can declare beside our own. */
const PERMISSIONS = 30_000;

const nameOf = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\s\\u0000-\\u001f]([^\\u0000-\\u001f]*[^\\s\\u0000-\\u001f])?$',
  description: 'Unique without regard to case; it neither begins nor ends with a space.',
});
const descriptionOf = Type.String({ maxLength: 1_000, pattern: '^[^\\u0000]*$' });
const permissionsOf = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
  maxItems: PERMISSIONS,
  description: 'Each `resource:operation`, as GET /permissions has them.',
});

const createRole = route({
  method: 'POST',
  path: '/roles',
  permission: { resource: 'roles', operation: 'create' },
  summary: 'Make a role',
  description: 'With the permissions that are named, or with those of another role (`copyOf`).',
  body: Type.Object(
    {
      name: nameOf,
      description: Type.Optional(descriptionOf),
      permissions: Type.Optional(permissionsOf),
      copyOf: Type.Optional(text('Id or exact name of a role.')),
    },
    { additionalProperties: false },
  ),
  status: 201,
  response: wholeRoleShape,
  versioned: true,
  refuses: { 409: 'Another role has that name' },
  async handle(call) {
    const { parts, body, at } = call;
    if (body.permissions && body.copyOf !== undefined) {
      throw badInput('The body', [{ path: '/copyOf', problem: 'cannot stand beside permissions' }]);
    }
    refuseReserved(body.name);
    const model = body.copyOf === undefined ? null : await modelOf(parts, body.copyOf);
    const role: RoleWords = {
      id: newId(at),
      name: body.name,
      description: body.description ?? model?.description ?? '',
      system: false,
      permissions: model?.permissions ?? (await readPermissions(parts, body.permissions ?? [])),
    };
    const revision = await parts.ledger.saveRole(role, 0, changeBy(call));
    return roleAnswer({ ...role, permissionCount: role.permissions.length, revision });
  },
});

/** Lists of people take it for: without a role. */
const NOBODYS = 'none';

function refuseReserved(name: string): void {
  if (name.toLowerCase() !== NOBODYS) return;
  throw badInput('The body', [
    { path: '/name', problem: `cannot be "${name}": that asks for people without a role` },
  ]);
}

async function modelOf({ ledger }: AdminParts, named: string): Promise<StoredRole> {
  const model = await findRole(ledger, named);
  if (model) return model;
  throw badInput('The body', [{ path: '/copyOf', problem: `names no role: there is no ${shorten(named)}` }]);
}

const patchRole = route({
  method: 'PATCH',
  path: '/roles/{id}',
  permission: { resource: 'roles', operation: 'edit' },
  summary: 'Change the name or the description of a role',
  description:
    'A role keeps its name while rules give it by that name; those that come with the product keep theirs.',
  body: Type.Object(
    { name: Type.Optional(nameOf), description: Type.Optional(descriptionOf) },
    { additionalProperties: false },
  ),
  response: wholeRoleShape,
  versioned: true,
  refuses: { 409: 'Another role has that name, or rules give this one by its name' },
  handle: (call) =>
    changeRole(call, (role) => {
      const { name = role.name, description = role.description } = call.body;
      if (name !== role.name) {
        refuseReserved(name);
        if (role.system) {
          throw new Refusal('conflict', `The role "${role.name}" comes with the product and keeps its name.`);
        }
      }
      return { name, description };
    }),
});

const putPermissions = route({
  method: 'PUT',
  path: '/roles/{id}/permissions',
  permission: { resource: 'roles', operation: 'edit' },
  summary: 'Change what a role permits',
  description:
    'The whole list takes the place of the former, and counts from the next request on. Where the strategy most-permissions compares it with other roles, people are resolved anew: answers are right at once, stored access follows. Where that takes something from more people than the guard of a provider lets pass, `confirm` has to say from how many.',
  query: Type.Object(
    {
      confirm: Type.Optional(
        Type.Integer({ minimum: 0, description: 'From how many it takes a role, where it asks for that.' }),
      ),
    },
    { additionalProperties: false },
  ),
  body: Type.Object({ permissions: permissionsOf }, { additionalProperties: false }),
  response: wholeRoleShape,
  versioned: true,
  refuses: {
    409: 'The role Admin would lose what an administrator needs to undo it, or many people would lose something',
  },
  handle: (call) =>
    changeRole(call, async (role) => {
      const permissions = await readPermissions(call.parts, call.body.permissions, role.permissions);
      refuseLockOut(role, permissions);
      await checkRoleLosses(call, role, permissions.length, call.query.confirm);
      return { permissions };
    }),
});

/** The same words again change nothing, and make no event. */
async function changeRole(
  call: Call & { params: { id: string } },
  change: (role: StoredRole) => Partial<RoleWords> | Promise<Partial<RoleWords>>,
) {
  const { parts, params, ifMatch } = call;
  const role = await needRole(parts.ledger, params.id);
  checkIfMatch(ifMatch, revisionTag(role.revision));
  const wanted = { ...role, ...(await change(role)) };
  if (equalJson(wanted, role)) return roleAnswer(role);
  const revision = await parts.ledger.saveRole(wanted, role.revision, changeBy(call));
  parts.wakeWork();
  return roleAnswer({ ...wanted, permissionCount: wanted.permissions.length, revision });
}

const deleteRole = route({
  method: 'DELETE',
  path: '/roles/{id}',
  permission: { resource: 'roles', operation: 'delete' },
  summary: 'Remove a role that nobody has',
  status: 204,
  versioned: true,
  refuses: { 409: 'It comes with the product, rules give it, or people hold it' },
  async handle(call) {
    const { parts, params, ifMatch } = call;
    const role = await needRole(parts.ledger, params.id);
    checkIfMatch(ifMatch, revisionTag(role.revision));
    await parts.ledger.removeRole(role.id, role.revision, changeBy(call));
    return {};
  },
});

export const roleChangeRoutes: readonly Route[] = [createRole, patchRole, putPermissions, deleteRole];

/** Whatever else an administrator takes away, this way back stays open. */
function refuseLockOut(role: StoredRole, permissions: readonly string[]): void {
  if (role.id !== ADMIN_ROLE) return;
  const missing = adminCore.filter((permission) => !permissions.includes(permission));
  if (missing.length === 0) return;
  const detail = `The role "${role.name}" always keeps ${adminCore.join(', ')}, so that an administrator can undo every other change; ${missing.join(', ')} would be gone.`;
  throw new Refusal('conflict', detail, { kept: adminCore, missing });
}
