// Who may do what: the catalogue of this product's own permissions in plain words, those that applications declare
// beside it, and what the three system roles hold. Each route names what it needs, beside the route.

import type { DeclaredResource } from '../../config.ts';
import { fold } from '../../fold.ts';
import type { RoleSeed } from '../../ledger/ledger.ts';

/** Resource, operation, and what it lets people do. */
const catalogue = {
  users: {
    read: 'See people, what they have and why, and what happened to them.',
    suspend: 'Suspend people, and lift that suspension.',
    grant:
      'Give people roles, teams and business units by hand, also the role Admin: as good as being an administrator.',
    purge: 'Erase what is personal of removed people, for good.',
  },
  teams: { read: 'See teams and their members.' },
  businessUnits: { read: 'See business units and their members.' },
  roles: {
    read: 'See roles and what they permit.',
    create: 'Make roles.',
    edit: 'Change what roles permit, their own included: as good as being an administrator.',
    delete: 'Remove roles that nobody has.',
  },
  access: { read: 'Ask what a person may do, as applications ask for each request.' },
  providers: {
    read: 'See identity providers and how they do.',
    create: 'Add identity providers.',
    edit: 'Change and verify identity providers, switch them on and off.',
    delete: 'Remove identity providers, with what becomes of their people.',
  },
  tokens: {
    read: 'See provisioning tokens, never their text.',
    create: 'Make provisioning tokens, and rotate them.',
    revoke: 'End provisioning tokens.',
  },
  mappings: {
    read: 'See the rules from which roles, teams and business units follow.',
    apply: 'Change those rules: who gets which role.',
  },
  guard: {
    read: 'See what is held back because it would take something from many, and alarms.',
    decide:
      'Approve, drop and undo what is held back: what others asked for takes access from many, or erases people, by their word.',
  },
  reconciliations: {
    read: 'See comparisons with directories: what they found, who has not arrived, what was done.',
    run: 'Compare with a directory now, which heals where the provider is set so, and cancel that.',
    heal: 'Heal differences by hand, also where the provider only reports, and say which to leave alone.',
    import: 'Bring people from a directory, after a look at whom, or without.',
  },
  events: { read: 'Follow what happens, event by event.' },
  webhooks: {
    read: 'See where events are sent, and what became of each delivery.',
    create: 'Have events sent to another address, with all that they say of people.',
    edit: 'Change where events are sent, pause that, and replace secrets.',
    delete: 'Remove webhooks.',
    send: 'Send a test, and send events again.',
  },
  audit: { read: 'Look back at who did what.' },
  requests: {
    read: 'See what identity providers sent, and what it would do now.',
    replay: 'Have what they sent take effect once more: what it gives and takes, it gives and takes again.',
  },
  sessions: {
    read: 'See who is signed in, since when and from where.',
    end: 'Sign people out.',
  },
  apiKeys: {
    read: "See everybody's API keys, never their text.",
    create: 'Make and end API keys of their own, which may no more than they themselves.',
    revoke: "End everybody's API keys.",
  },
  links: {
    read: 'See who at the provider is who here, and who asks to be linked.',
    approve: 'Decide about those who ask to be linked, and take links away.',
  },
  admins: {
    read: 'See the break-glass administrators.',
    create:
      'Make a set-up link for a break-glass administrator, or for a new password of one: as good as being an administrator.',
    delete: 'Remove break-glass administrators, but for the last.',
  },
  settings: {
    read: 'See the trusted networks, and how long sessions last.',
    edit: 'Change the trusted networks, which outbound requests may reach, and how long sessions last.',
  },
  system: {
    read: 'See how the system does.',
    verify: 'Check everything that is stored.',
    export: 'Take everything away as a file, with the hashes of all secrets.',
    rotate: 'Seal the stored secrets with a new key.',
  },
} as const;

type Catalogue = typeof catalogue;

/** One resource and one operation that the catalogue has for it. */
export type Permission = {
  [R in keyof Catalogue]: { resource: R; operation: keyof Catalogue[R] & string };
}[keyof Catalogue];

/**
 * What a route needs. `signed-in`: any caller, whatever they may. `oneOf`: where the first is enough for what is one's own,
 * the handler asks for more where it is not. `open`: nothing at all, with the reason in open-routes.ts.
 */
export type Needs = Permission | { oneOf: readonly [Permission, ...Permission[]] } | 'signed-in' | 'open';

/** As roles store it and API answers show it: `users:suspend`. */
export function permissionText(permission: { resource: string; operation: string }): string {
  return `${permission.resource}:${permission.operation}`;
}

/** A resource of an application may have colons in its name; operations are the rest behind the last. */
export function permissionOf(text: string): { resource: string; operation: string } {
  const at = text.lastIndexOf(':');
  return { resource: text.slice(0, at), operation: text.slice(at + 1) };
}

export interface CataloguedPermission {
  permission: string;
  resource: string;
  operation: string;
  description: string;
  /** An application's where it is not the product's: the configuration file declares it, or people do. */
  from: 'product' | 'configuration' | 'people';
}

const ownPermissions: readonly CataloguedPermission[] = Object.entries(catalogue).flatMap(
  ([resource, operations]) =>
    Object.entries(operations).map(([operation, description]) => ({
      permission: permissionText({ resource, operation }),
      resource,
      operation,
      description: description as string,
      from: 'product' as const,
    })),
);

/** Everything that a role can hold: our own, what the configuration file declares, what people declare here. */
export function allPermissions(
  ofFile: readonly DeclaredResource[],
  ofPeople: readonly DeclaredResource[],
): CataloguedPermission[] {
  const catalogued = (declared: readonly DeclaredResource[], from: CataloguedPermission['from']) =>
    declared.flatMap(({ resource, operations, description }) =>
      operations.map((operation) => ({
        permission: permissionText({ resource, operation }),
        resource,
        operation,
        description,
        from,
      })),
    );
  return [...ownPermissions, ...catalogued(ofFile, 'configuration'), ...catalogued(ofPeople, 'people')];
}

/** True for a name that would make an application's permissions those of this product. */
export function isOwnResource(name: string): boolean {
  return Object.keys(catalogue).some((resource) => fold(resource) === fold(name));
}

// --- the system roles -------------------------------------------------------------------------------------------

/** Of this product's own; what applications declare, people give. */
export const everything: readonly string[] = ownPermissions.map(({ permission }) => permission);

const everythingToReadAndOwnKeys = everything.filter(
  (permission) => permission.endsWith(':read') || permission === 'apiKeys:create',
);
/** People and where they belong; nothing of how the system is set up or what it was sent. */
const peopleToRead = ['users:read', 'teams:read', 'businessUnits:read', 'roles:read'];

/**
 * The roles that are there from the first start. `most-permissions` compares how many permissions roles have, so this
 * is also their order: Admin over Developer over Viewer.
 */
export const systemRoles: readonly RoleSeed[] = [
  {
    id: 'admin',
    name: 'Admin',
    description: 'May do everything.',
    permissions: everything,
  },
  {
    id: 'developer',
    name: 'Developer',
    description: 'Sees everything that is no secret, and has API keys.',
    permissions: everythingToReadAndOwnKeys,
  },
  {
    id: 'viewer',
    name: 'Viewer',
    description: 'Sees people and where they belong.',
    permissions: peopleToRead,
  },
];

export const ADMIN_ROLE = 'admin';

/** What the role Admin always keeps: with these an administrator can undo whatever became of the others. */
export const adminCore: readonly string[] = ['roles:read', 'roles:edit', 'users:read', 'users:grant'];
