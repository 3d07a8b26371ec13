// Who somebody was and what they had, by their events alone: one after the other, up to the moment that is asked for. Nothing
// is decided here; what stood then was written down then.

import { fold } from '../fold.ts';
import { userNameOf } from '../identity/claims.ts';
import type { Event, EventType } from '../identity/event.ts';
import type { GrantReason, TargetKind } from '../identity/grant.ts';
import type { Named, UserStatus } from '../identity/user.ts';
import { equalJson, isObject } from '../scim/json.ts';

export interface PastGrant {
  readonly kind: TargetKind;
  readonly target: string;
  /** What the target was called when this was told last, and where: null once the person was erased. */
  readonly name: string | null;
  readonly namedAt: number;
  /** null once the person was erased. */
  readonly reason: GrantReason | null;
  readonly since: number;
  /** The request, job or rules whose effect it was. */
  readonly cause: string | null;
  /** A role that stays stored while another one is theirs. */
  readonly outweighed: boolean;
}

export interface PastPerson {
  readonly id: string;
  /** null while there is nobody yet. */
  provider: string | null;
  status: UserStatus;
  /** What was personal in the events was erased: edges are known, names and reasons are not. */
  erased: boolean;
  named: Named;
  grants: PastGrant[];
  /** Of groups by id: what they were called when the person joined. */
  readonly groups: Map<string, string | null>;
  /** SCIM has told of them: from then on claims name nobody. */
  provisioned: boolean;
  claims: Readonly<Record<string, unknown>>;
}

export const grantTypes = ['grant.added', 'grant.changed', 'grant.removed'] as const satisfies EventType[];

/** Every event that says something about what a person is and has. */
export const pastTypes = [
  'user.created',
  'user.updated',
  'user.suspended',
  'user.reactivated',
  'user.binned',
  'user.restored',
  'user.adopted',
  'user.removed',
  'membership.added',
  'membership.removed',
  ...grantTypes,
] as const satisfies EventType[];

export function nobodyYet(id: string): PastPerson {
  const named = { document: { schemas: [], userName: '' }, kept: null };
  return {
    id,
    provider: null,
    status: 'active',
    erased: false,
    named,
    grants: [],
    groups: new Map(),
    provisioned: false,
    claims: {},
  };
}

export type Told = Pick<Event, 'type' | 'object' | 'data' | 'at' | 'position' | 'cause' | 'provider'>;

/** The person as they are once that has happened too. */
export function hear(person: PastPerson, event: Told): void {
  hearing[event.type as (typeof pastTypes)[number]]?.(person, event);
}

type Hearing = (person: PastPerson, event: Told) => void;

const hearing: Readonly<Record<(typeof pastTypes)[number], Hearing>> = {
  'user.created': created,
  'user.updated': updated,
  'user.suspended': (person) => {
    person.status = 'suspended';
  },
  'user.reactivated': (person) => {
    person.status = 'active';
  },
  'user.binned': (person, { data }) => {
    if (typeof data?.userName !== 'string') return;
    person.named = { ...person.named, kept: { userName: data.userName, email: null } };
  },
  'user.restored': (person) => {
    person.named = { ...person.named, kept: null };
  },
  'user.adopted': (person) => {
    person.provisioned = true;
  },
  'user.removed': (person) => {
    person.status = 'removed';
  },
  'membership.added': ({ groups }, { object, data }) => {
    groups.set(object!.id, typeof data?.group === 'string' ? data.group : null);
  },
  'membership.removed': ({ groups }, { object }) => {
    groups.delete(object!.id);
  },
  'grant.added': added,
  'grant.changed': changed,
  'grant.removed': ({ grants }, { object, data }) => {
    const at = placeOf(grants, object!, data?.reason as GrantReason | undefined);
    if (at >= 0) grants.splice(at, 1);
  },
};

// --- names ------------------------------------------------------------------------------------------------------

function created(person: PastPerson, { data, provider }: Told): void {
  person.provider = provider;
  person.provisioned = data?.channel === undefined;
  person.erased = data === undefined;
  if (isObject(data?.after)) called(person, data.after);
}

function updated(person: PastPerson, { data }: Told): void {
  const [before, after] = [asObject(data?.before), asObject(data?.after)];
  if (data?.channel === undefined) {
    const { document } = person.named;
    const left = Object.entries(document).filter(([name]) => !Object.hasOwn(before, name));
    called(person, { ...Object.fromEntries(left), ...after });
  } else if (!person.provisioned) {
    person.claims = { ...person.claims, ...after };
    const { name, given_name: givenName, family_name: familyName } = person.claims;
    const userName = userNameOf(person.claims) ?? person.named.document.userName;
    called(person, { userName, displayName: name, name: { givenName, familyName } });
  }
}

function called(person: PastPerson, document: Record<string, unknown>): void {
  const { userName, displayName, name, externalId } = document;
  const told = Object.entries({ userName, displayName, name, externalId }).filter(
    ([, value]) => value !== undefined,
  );
  person.named = { ...person.named, document: { schemas: [], ...Object.fromEntries(told) } };
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

// --- grants -----------------------------------------------------------------------------------------------------

function added({ grants }: PastPerson, { object, data, position, at, cause }: Told): void {
  grants.push({
    kind: object!.kind as TargetKind,
    target: object!.id,
    name: typeof data?.name === 'string' ? data.name : null,
    namedAt: position,
    reason: (data?.reason as GrantReason | undefined) ?? null,
    since: at,
    cause: cause?.id ?? null,
    outweighed: false,
  });
}

function changed({ grants }: PastPerson, { object, data, position }: Told): void {
  const at = placeOf(grants, object!, data?.before as GrantReason | undefined);
  const was = grants[at];
  if (!was) return;
  const named = typeof data?.name === 'string' ? { name: data.name, namedAt: position } : {};
  const reason = (data?.after as GrantReason | undefined) ?? null;
  grants[at] = { ...was, ...named, reason, outweighed: data?.outweighed === true };
}

/** Of an erased person, and where an older version told less, the nearest that it can be. */
function placeOf(
  grants: readonly PastGrant[],
  { kind, id }: { kind: string; id: string },
  reason: GrantReason | undefined,
): number {
  const isOf = (each: PastGrant) => each.target === id && each.kind === kind;
  const exact = grants.findIndex((each) => isOf(each) && equalJson(each.reason, reason));
  if (exact >= 0) return exact;
  const alike = grants.findIndex((each) => isOf(each) && reason && isAlike(each.reason, reason));
  return alike >= 0 ? alike : grants.findIndex(isOf);
}

function isAlike(a: GrantReason | null, b: GrantReason): boolean {
  if (a?.by !== 'rule' || b.by !== 'rule') return a?.by === b.by;
  return (
    a.rule === b.rule && a.group === b.group && (a.group !== undefined || fold(a.value) === fold(b.value))
  );
}

// --- rules that had not reached everybody ------------------------------------------------------------------------

/** Number of the rules that made it, where it only follows them to somebody whom they had not reached. */
export function catchesUpWith({ data }: Pick<Event, 'data'>): number | null {
  return typeof data?.ruleset === 'number' ? data.ruleset : null;
}
