// Which pages an event concerns: the first part of the addresses that they ask, so that what is told and what is asked again have
// one name.

import type { EventType } from '../../identity/event.ts';
import type { StoredEvent } from '../../ledger/ledger.ts';

type Family = EventType extends `${infer Name}.${string}` ? Name : never;

const people = ['users', 'teams', 'business-units', 'roles'];

const topics: Readonly<Record<Family, readonly string[]>> = {
  user: [...people, 'providers', 'status', 'access'],
  group: ['teams', 'business-units', 'providers', 'status'],
  membership: people,
  grant: people,
  team: ['teams'],
  business_unit: ['business-units'],
  provider: ['providers', ...people, 'status', 'jobs'],
  token: ['providers'],
  mapping: ['providers', ...people, 'status', 'jobs'],
  key: ['status'],
  link: ['link-requests', 'users'],
  sign_in: ['users', 'providers'],
  session: ['sessions', 'users', 'me'],
  admin: ['admins', 'sessions'],
  setup_link: ['admins'],
  api_key: ['api-keys', 'users', 'me'],
  role: ['roles', 'permissions', 'users', 'me'],
  settings: ['settings', 'app-permissions', 'permissions'],
  members: ['teams', 'providers'],
  reconciliation: ['reconciliations', 'providers', 'jobs'],
  import: ['reconciliations', 'providers', 'jobs'],
  drift: ['reconciliations', 'users'],
  batch: ['batches', 'guard', 'reconciliations', 'providers', 'jobs', 'users'],
  guard: ['batches', 'providers', 'guard'],
  webhook: ['webhooks'],
};

/** Every event is in the log; what a request caused stands on its row. */
export function topicsOf({ type, cause }: Pick<StoredEvent, 'type' | 'cause'>): readonly string[] {
  const family = type.slice(0, type.indexOf('.')) as Family;
  const log = cause?.kind === 'request' ? ['audit', 'events', 'requests'] : ['audit', 'events'];
  return changesSomebody({ type }) ? [...topics[family], ...log, 'me'] : [...topics[family], ...log];
}

/** Somebody may be out by it, or may see something else. */
export function changesSomebody({ type }: Pick<StoredEvent, 'type'>): boolean {
  return changing.has(type);
}

const changing: ReadonlySet<EventType> = new Set([
  'user.suspended',
  'user.removed',
  'user.purged',
  'session.ended',
  'grant.added',
  'grant.removed',
  'grant.changed',
  'role.updated',
  'role.removed',
  'mapping.applied',
  'admin.removed',
  'api_key.revoked',
  'provider.updated',
  'provider.removed',
]);
