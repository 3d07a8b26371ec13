// Events as they are shown, the words for their types, and pages of them with the newest first.

import type { EventType } from '../../identity/event.ts';
import type { EventQuery, Ledger, StoredEvent } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import type { NameParts } from './actor-names.ts';
import type { EventJson } from './contract.ts';
import { showEvents } from './event-names.ts';
import { findProvider } from './look-up.ts';
import { readIdCursor, showTotal, writeIdCursor } from './page.ts';
import { readTime } from './time-filter.ts';

export const eventWords = {
  'user.created': 'A user came to be.',
  'user.updated': 'Attributes of a user changed.',
  'user.suspended': 'An active user was suspended.',
  'user.reactivated': 'The last reason of a suspension was lifted.',
  'user.suspension_changed': 'The reasons of a suspension changed, and it stands.',
  'user.binned': 'The provider put a user into its recycle bin.',
  'user.restored': 'The provider took a user out of its recycle bin.',
  'user.removed': 'A user was removed.',
  'user.purged': 'What was personal of a removed user was erased.',
  'group.created': 'A group came to be.',
  'group.updated': 'Attributes of a group changed.',
  'group.removed': 'A group was removed.',
  'membership.added': 'A user or group joined a group.',
  'membership.removed': 'A user or group left a group.',
  'grant.added': 'A user has a role, team or business unit for one more reason.',
  'grant.removed':
    'One reason for a role, team or business unit is gone; `stillHeld` says whether another stands.',
  'grant.changed':
    'The reason for which a user has something is told otherwise, or another role outweighs theirs; nothing is gained or lost.',
  'team.created': 'A team came to be.',
  'team.renamed': 'A team followed the name of its group.',
  'business_unit.created': 'A business unit came to be.',
  'business_unit.renamed': 'A business unit followed the name of its group.',
  'provider.created': 'A provider was added.',
  'provider.updated': 'Settings of a provider changed.',
  'provider.removed': 'A provider was removed.',
  'provider.verified': 'A provider was tried, step by step.',
  'provider.secret_expiring':
    'The client secret ends in `days` days, or has ended (0): said 30, 14, 7 and 1 day before and at the end.',
  'token.created': 'A provisioning token was made.',
  'token.revoked': 'A provisioning token was ended, at once or for a time to come.',
  'token.expiring':
    'A provisioning token ends in `days` days, or has ended (0): said 30, 14, 7 and 1 day before and at the end.',
  'mapping.applied': 'The rules of a provider changed.',
  'key.rotated': 'The stored secrets were sealed with a new key.',
  'user.signed_in': 'A user signed in.',
  'user.adopted': 'SCIM took over a user whom a sign-in had made.',
  'user.linked': 'A user was linked with who they are at their provider.',
  'user.unlinked': 'Such a link was taken away.',
  'link.requested':
    'A sign-in wants a link by name that would make an administrator: somebody has to decide.',
  'link.refused': 'An administrator refused such a link.',
  'sign_in.refused': 'A sign-in was refused.',
  'session.ended': 'A session ended before its time.',
  'admin.created': 'A break-glass administrator was made.',
  'admin.password_set': 'A break-glass administrator has a new password.',
  'admin.signed_in': 'A break-glass administrator signed in.',
  'admin.locked': 'Too many wrong passwords: a break-glass administrator has to wait.',
  'admin.removed': 'A break-glass administrator was removed.',
  'setup_link.issued': 'A set-up link was issued.',
  'api_key.created': 'An API key was made.',
  'api_key.revoked': 'An API key was revoked.',
  'role.created': 'A role was made.',
  'role.updated': 'A role permits something else, or has another name.',
  'role.removed': 'A role was removed.',
  'settings.updated': 'A setting of the whole installation changed.',
  'members.replaced_with_one': 'A group of several members was replaced by one member.',
  'reconciliation.started': 'Comparing with the directory began.',
  'reconciliation.finished': 'Comparing with the directory ended, with its report.',
  'reconciliation.failed': 'The directory could not be read; nothing was changed.',
  'import.started': 'An import of people from the directory began.',
  'import.finished': 'An import of people from the directory ended.',
  'drift.ignored': 'Somebody said to leave differences alone, or to look at them again.',
  'drift.healed': 'Somebody had differences healed.',
  'batch.held': 'More was to be taken from people than the guard lets pass: somebody has to decide.',
  'batch.approved': 'Somebody approved a held batch.',
  'batch.applied': 'A held batch was applied.',
  'batch.dropped': 'Somebody dropped a held batch.',
  'batch.dissolved': 'What a batch was held for is not so any more.',
  'batch.undone': 'What a batch took was given back.',
  'guard.alarm': 'SCIM took out more people than the guard would let pass; it was not held.',
  'webhook.created': 'A webhook was made.',
  'webhook.updated': 'A webhook goes elsewhere, or wants other events.',
  'webhook.rotated': 'A webhook has a new secret.',
  'webhook.paused': 'Nothing is sent to a webhook any more, until somebody resumes it; `reason` says why.',
  'webhook.resumed': 'A paused webhook goes on where it stopped.',
  'webhook.replayed': 'A webhook was told to go on from another place in the feed.',
  'webhook.removed': 'A webhook was removed.',
} satisfies Record<EventType, string>;

export interface EventFilters {
  type?: string;
  provider?: string;
  actor?: string;
  subject?: string;
  object?: string;
  cause?: string;
  from?: string;
  to?: string;
}

export type StoredEventFilters = Pick<
  EventQuery,
  'types' | 'provider' | 'actor' | 'subject' | 'object' | 'cause' | 'since' | 'until' | 'among'
>;

/** Types may be several, separated by commas. A provider that is gone still has its events, by its id. */
export async function readEventFilters(ledger: Ledger, wanted: EventFilters): Promise<StoredEventFilters> {
  const { type, provider, actor, subject, object, cause, from, to } = wanted;
  return {
    ...(type !== undefined && { types: readTypes(type) }),
    ...(provider !== undefined && {
      provider: (await findProvider(ledger, provider))?.provider.id ?? provider,
    }),
    ...(actor !== undefined && { actor }),
    ...(subject !== undefined && { subject }),
    ...(object !== undefined && { object }),
    ...(cause !== undefined && { cause }),
    ...(from !== undefined && { since: readTime('from', from) }),
    ...(to !== undefined && { until: readTime('to', to) }),
  };
}

function readTypes(text: string): string[] {
  const types = text.split(',').map((each) => each.trim());
  const unknown = types.find((type) => !Object.hasOwn(eventWords, type));
  if (unknown === undefined) return types;
  const known = Object.keys(eventWords).join(', ');
  throw new Refusal(
    'invalidValue',
    `There are no events of the type ${shorten(unknown)}. There are ${known}.`,
    {
      problems: [{ path: 'type', problem: 'is unknown' }],
    },
  );
}

export interface EventPage {
  items: EventJson[];
  nextCursor: string | null;
  total: number;
  totalIsCapped?: true;
}

export type EventOrder = 'position' | '-position';

/** A page by position, the newest first unless it is said otherwise. */
export async function eventPage(
  parts: NameParts,
  filters: StoredEventFilters,
  { limit = 50, cursor, sort = '-position' }: { limit?: number; cursor?: string; sort?: EventOrder },
): Promise<EventPage> {
  const order = `events ${sort}`;
  const after = readPosition(readIdCursor(order, cursor) ?? '0');
  const newestFirst = sort === '-position';
  const { events, next } = await eventSlice(parts.ledger, filters, { after, limit, newestFirst });
  const nextCursor = writeIdCursor(order, next === null ? null : String(next));
  return {
    items: await showEvents(parts, events),
    nextCursor,
    ...(await total(parts.ledger, filters)),
  };
}

/** Places that one page looks at where no index leads to what it wants: the next goes on behind them. */
const PLACES_AT_ONCE = 50_000;

/** Events of one page, and the place behind which the next begins; null at the end. */
export async function eventSlice(
  ledger: Ledger,
  filters: StoredEventFilters,
  { after, limit, newestFirst }: { after: number; limit: number; newestFirst: boolean },
): Promise<{ events: StoredEvent[]; next: number | null }> {
  const asked = { ...filters, after, limit: limit + 1, newestFirst };
  if (!isScan(filters)) {
    const events = await ledger.events(asked);
    return {
      events: events.slice(0, limit),
      next: events.length > limit ? events[limit - 1]!.position : null,
    };
  }
  const last = await ledger.lastPosition();
  const from = newestFirst ? (after === 0 ? last + 1 : after) : after;
  const end = newestFirst ? Math.max(0, from - 1 - PLACES_AT_ONCE) : Math.min(last, from + PLACES_AT_ONCE);
  const among = newestFirst ? { above: end, upTo: from - 1 } : { above: from, upTo: end };
  const events = await ledger.events({ ...asked, among });
  if (events.length > limit) return { events: events.slice(0, limit), next: events[limit - 1]!.position };
  const isOver = newestFirst ? end === 0 : end === last;
  return { events, next: isOver ? null : newestFirst ? end + 1 : end };
}

/** Neither of these has an index; where another one leads to little, it does not matter. */
function isScan({ provider, actor, object, types, subject, cause, among }: StoredEventFilters): boolean {
  if (among) return false;
  const isWide = provider !== undefined || actor !== undefined || object !== undefined;
  return isWide && types === undefined && subject === undefined && cause === undefined;
}

export function readPosition(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new Refusal('invalidCursor', `${shorten(text)} is no place in the feed.`);
  return Number(text);
}

/** Of all that the filters want; positions are consecutive, so without filters the last one counts. */
export async function total(
  ledger: Ledger,
  filters: StoredEventFilters,
): Promise<{ total: number; totalIsCapped?: true }> {
  if (Object.keys(filters).length === 0) return { total: await ledger.lastPosition() };
  if (!isScan(filters)) return showTotal(await ledger.countEvents({ ...filters, after: 0 }));
  const last = await ledger.lastPosition();
  const above = Math.max(0, last - PLACES_COUNTED);
  const counted = await ledger.countEvents({ ...filters, after: above });
  return showTotal({ ...counted, totalIsCapped: counted.totalIsCapped || above > 0 });
}

/** Where no index helps, so many of the newest places are counted. */
const PLACES_COUNTED = 200_000;
