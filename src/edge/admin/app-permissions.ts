// Permissions of applications: seeing what they declare, declaring it, taking it back. What the configuration file declares, it owns.
// What roles hold of a resource that goes they keep, and it is shown as declared nowhere, until somebody takes it out of them.

import { type Static, Type } from 'typebox';
import type { DeclaredResource } from '../../config.ts';
import { fold } from '../../fold.ts';
import { Refusal } from '../../refusal.ts';
import { equalJson, shorten } from '../../scim/json.ts';
import { reference, text } from './contract.ts';
import {
  type KeptResources,
  ofFile,
  ofPeople,
  PERMISSIONS_SETTING,
  readKept,
} from './declared-permissions.ts';
import { whereDeclared } from './lock.ts';
import { isOwnResource, permissionText } from './permissions.ts';
import { badInput } from './read-input.ts';
import { type AdminParts, type Call, changeBy, type Route, route } from './route.ts';

/** As many as the configuration file may declare. */
const RESOURCES = 500;
const OPERATIONS = 50;
/** Two who change different ones at once: each is done. */
const TRIES = 5;

const read = { resource: 'roles', operation: 'read' } as const;
const edit = { resource: 'roles', operation: 'edit' } as const;

const resourceShape = Type.Object({
  resource: text(),
  operations: Type.Array(text()),
  description: text(),
  locked: Type.Boolean({ description: 'The configuration file declares it, and owns it.' }),
  roles: Type.Array(reference, { description: 'Those that hold something of it.' }),
});
export type AppResourceJson = Static<typeof resourceShape>;

const listResources = route({
  method: 'GET',
  path: '/app-permissions',
  permission: read,
  summary: 'What applications declare that there is to permit, by resource',
  response: Type.Object({ items: Type.Array(resourceShape) }),
  async handle({ parts }) {
    const kept = ofPeople(parts, await readKept(parts));
    const holders = await readHolders(parts);
    const items = [
      ...ofFile(parts).map((each) => showResource(each, holders, true)),
      ...kept.map((each) => showResource(each, holders, false)),
    ];
    return { body: { items: items.sort((a, b) => a.resource.localeCompare(b.resource, 'en')) } };
  },
});

interface Holder {
  id: string;
  name: string;
  permissions: ReadonlySet<string>;
}

async function readHolders({ ledger }: Pick<AdminParts, 'ledger'>): Promise<Holder[]> {
  const roles = await ledger.roles();
  return roles.map(({ id, name, permissions }) => ({ id, name, permissions: new Set(permissions) }));
}

function showResource(
  declared: DeclaredResource,
  holders: readonly Holder[],
  locked: boolean,
): AppResourceJson {
  const { resource, operations, description } = declared;
  const roles = holdersOf(holders, permissionsOf(declared)).map(({ id, name }) => ({ id, name }));
  return { resource, operations: [...operations], description, locked, roles };
}

const permissionsOf = ({ resource, operations }: DeclaredResource): string[] =>
  operations.map((operation) => permissionText({ resource, operation }));

function holdersOf(holders: readonly Holder[], permissions: readonly string[]): Holder[] {
  return holders.filter((holder) => permissions.some((each) => holder.permissions.has(each)));
}

const confirm = Type.Object(
  {
    confirm: Type.Optional(
      Type.Integer({ minimum: 0, description: 'How many roles hold what goes, where it asks for that.' }),
    ),
  },
  { additionalProperties: false },
);

const refuses = {
  409: 'The configuration file declares it, or roles hold what goes and `confirm` does not say how many',
};

const putResource = route({
  method: 'PUT',
  path: '/app-permissions/{resource}',
  permission: edit,
  summary: 'Declare a resource of an application, or change it',
  description:
    'Roles can hold its operations from then on, and the access answers of who has such a role say them as `resource:operation`. What roles hold of an operation that goes they keep, declared nowhere.',
  query: confirm,
  body: Type.Object(
    {
      operations: Type.Array(
        Type.String({
          minLength: 1,
          maxLength: 64,
          pattern: '^[^\\s:\\u0000-\\u001f]([^:\\u0000-\\u001f]*[^\\s:\\u0000-\\u001f])?$',
          description: 'Such as `approve`; without a colon.',
        }),
        { minItems: 1, maxItems: OPERATIONS, uniqueItems: true },
      ),
      description: Type.Optional(Type.String({ maxLength: 256, pattern: '^[^\\u0000]*$' })),
    },
    { additionalProperties: false },
  ),
  response: resourceShape,
  refuses,
  async handle(call) {
    const resource = readName(call.params.resource);
    const { operations, description = '' } = call.body;
    const wanted: DeclaredResource = { resource, operations, description };
    await change(call, (kept) => {
      const others = kept.filter((each) => !isNamed(each, resource));
      if (others.length >= RESOURCES) {
        throw new Refusal('conflict', `There are ${RESOURCES} resources of applications already.`);
      }
      // In its place: a change of one moves no other.
      return others.length === kept.length
        ? [...kept, wanted]
        : kept.map((each) => (isNamed(each, resource) ? wanted : each));
    });
    return { body: showResource(wanted, await readHolders(call.parts), false) };
  },
});

const deleteResource = route({
  method: 'DELETE',
  path: '/app-permissions/{resource}',
  permission: edit,
  summary: 'Take a resource of an application out of what there is to permit',
  description:
    'Roles keep what they hold of it, and answers go on to say it, until somebody takes it out of them: GET /roles/{id}/permissions shows it as declared nowhere. One that is not there changes nothing.',
  query: confirm,
  status: 204,
  refuses,
  async handle(call) {
    const { resource } = call.params;
    await change(call, (kept) => kept.filter((each) => !isNamed(each, resource)));
    return {};
  },
});

const isNamed = (each: DeclaredResource, resource: string) => fold(each.resource) === fold(resource);

/** The rule of the configuration file. */
function readName(name: string): string {
  const problem =
    name.length > 100
      ? 'is longer than 100 characters'
      : /\p{Cc}/u.test(name) || name.trim() !== name || name === ''
        ? 'has control characters, or begins or ends with a space'
        : isOwnResource(name)
          ? 'is a resource of Bifrost itself: choose another name'
          : null;
  if (problem) throw badInput('The address', [{ path: '/resource', problem }]);
  return name;
}

type Changing = Call & { params: { resource: string }; query: Static<typeof confirm> };

async function change(
  call: Changing,
  next: (kept: readonly DeclaredResource[]) => readonly DeclaredResource[],
): Promise<void> {
  const { parts, params } = call;
  refuseOfFile(parts, params.resource);
  for (let tried = 1; ; tried++) {
    const kept = await readKept(parts);
    const wanted = next(kept.resources);
    if (equalJson(wanted, kept.resources)) return;
    await refuseHeld(call, kept, wanted);
    try {
      await save(call, kept, wanted);
      return;
    } catch (error) {
      const isLate = error instanceof Refusal && error.reason === 'stale';
      if (!isLate || tried === TRIES) throw error;
    }
  }
}

function refuseOfFile(parts: AdminParts, resource: string): void {
  const declared = ofFile(parts).find((each) => isNamed(each, resource));
  if (!declared) return;
  const where = whereDeclared(parts.settings);
  const detail = `${where} declares ${declared.resource} and owns it: change it there and start again.`;
  throw new Refusal('conflict', detail, { locked: ['permissions'], where });
}

/** What goes may be held: whoever asks has to know by how many roles. */
async function refuseHeld(
  { parts, query }: Changing,
  { resources }: KeptResources,
  wanted: readonly DeclaredResource[],
): Promise<void> {
  const stay = new Set(wanted.flatMap(permissionsOf));
  const gone = resources.flatMap(permissionsOf).filter((each) => !stay.has(each));
  const holders = holdersOf(await readHolders(parts), gone);
  if (holders.length === 0 || query.confirm === holders.length) return;
  const names = holders.slice(0, 10).map(({ name }) => name);
  const shown = gone.slice(0, 5).map((each) => shorten(each));
  const detail = `${holders.length === 1 ? 'The role' : 'The roles'} ${names.join(', ')} ${holders.length === 1 ? 'holds' : 'hold'} ${shown.join(', ')}: they keep it, declared nowhere, until somebody takes it out of them.`;
  const advice = `Send confirm=${holders.length} to go on.`;
  throw new Refusal('conflict', detail, { confirm: holders.length, roles: names, advice });
}

/** The event says what changed, and not the whole list. */
async function save(
  call: Changing,
  { resources, revision }: KeptResources,
  wanted: readonly DeclaredResource[],
): Promise<void> {
  const of = (all: readonly DeclaredResource[]) =>
    all.find((each) => isNamed(each, call.params.resource)) ?? null;
  const draft = {
    type: 'settings.updated' as const,
    subject: { kind: 'settings' as const, id: PERMISSIONS_SETTING },
    data: { name: PERMISSIONS_SETTING, before: of(resources), after: of(wanted) },
  };
  const told = { draft, provider: null };
  await call.parts.ledger.ownSettings.save(PERMISSIONS_SETTING, wanted, revision, changeBy(call), told);
}

export const appPermissionRoutes: readonly Route[] = [listResources, putResource, deleteResource];
