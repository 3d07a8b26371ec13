// Answers of Graph that are wrong on command: rows that are not there or say nothing, links that lead astray, a tenant as
// it once was. What breaks the connection or the whole reply is in `login/faults.ts`, and so is the list of what is ordered.

import type { Reply } from '../http-message.ts';
import type { GraphCall, GraphSource } from './graph-call.ts';
import { errorEnvelope } from './graph-error.ts';

export type AnswerFault =
  /** The next page is at another host; a client that goes there carries its token along. */
  | { readonly kind: 'foreignNextLink'; readonly origin?: string }
  /** The next page is this one. Until cleared (`times: null`) it never ends. */
  | { readonly kind: 'loopNextLink' }
  /** A page without rows, and behind it the same page under another address. Until cleared it never ends. */
  | { readonly kind: 'endlessNextLink' }
  /** The tenant as a snapshot of that name keeps it: a replica that lags behind. */
  | { readonly kind: 'stale'; readonly snapshot: string }
  /** The whole list is empty. */
  | { readonly kind: 'emptyList' }
  /** The same, of the members of a group, direct or transitive. */
  | { readonly kind: 'emptyMembers' }
  /** The rows of this page are lost; the pages after it are not. */
  | { readonly kind: 'missingPage' }
  /** Rows with type and id, and null for the rest: the permission for their type is missing. */
  | { readonly kind: 'limitedRows' }
  /** Taken from the application, whatever its token says. Until cleared, unless told otherwise. */
  | { readonly kind: 'permissionRevoked'; readonly permission: string };

/** For the compiler to count them. */
const ANSWER_KINDS: Readonly<Record<AnswerFault['kind'], true>> = {
  foreignNextLink: true,
  loopNextLink: true,
  endlessNextLink: true,
  stale: true,
  emptyList: true,
  emptyMembers: true,
  missingPage: true,
  limitedRows: true,
  permissionRevoked: true,
};

const FOREIGN_ORIGIN = 'https://graph.elsewhere.example';
const MEMBERS = /\/groups\/[^/]+\/(members|transitiveMembers)\b/;
/** Makes the addresses of an endless list differ. No route reads it. */
const ENDLESS = 'sim_page';

export function isAnswerFault<T extends { readonly kind: string }>(fault: T): fault is T & AnswerFault {
  return Object.hasOwn(ANSWER_KINDS, fault.kind);
}

/** What an answer fault needs of a request beyond what was ordered with it. */
export function fitsAnswer(fault: AnswerFault, target: string): boolean {
  return fault.kind !== 'emptyMembers' || MEMBERS.test(target);
}

/** The call as the faults let it be seen. */
export function faultyCall(call: GraphCall, faults: readonly AnswerFault[]): GraphCall {
  let { tenant, caller } = call;
  for (const fault of faults) {
    if (fault.kind === 'stale') {
      const snapshot = call.source.snapshot(fault.snapshot);
      if (snapshot?.tenantId === tenant.tenantId) tenant = snapshot;
    } else if (fault.kind === 'permissionRevoked') {
      const permissions = caller.permissions.filter((one) => one !== fault.permission);
      caller = { ...caller, permissions };
    }
  }
  return { ...call, tenant, caller };
}

type Row = Readonly<Record<string, unknown>>;

interface List {
  readonly value: readonly Row[];
  readonly '@odata.nextLink'?: string;
  readonly [member: string]: unknown;
}

/** `target` is the address after Graph's base, with the query. Errors and single objects stay as they are. */
export function faultyReply(
  source: GraphSource,
  target: string,
  faults: readonly AnswerFault[],
  reply: Reply,
): Reply {
  if (faults.length === 0 || reply.status !== 200) return reply;
  const list = readList(reply.body);
  if (!list) return reply;
  const changed = faults.reduce((before, fault) => CHANGES[fault.kind](before, target, source, fault), list);
  return { ...reply, body: JSON.stringify(changed) };
}

function readList(body: string): List | null {
  const parsed: unknown = JSON.parse(body);
  const isList = typeof parsed === 'object' && parsed !== null && 'value' in parsed;
  return isList && Array.isArray(parsed.value) ? (parsed as List) : null;
}

type Change = (list: List, target: string, source: GraphSource, fault: AnswerFault) => List;

const CHANGES: Readonly<Record<AnswerFault['kind'], Change>> = {
  foreignNextLink(list, target, source, fault) {
    const link = list['@odata.nextLink'] ?? source.url + target;
    const origin = (fault.kind === 'foreignNextLink' && fault.origin) || FOREIGN_ORIGIN;
    return withNextLink(list, link.replace(/^https?:\/\/[^/]+/, origin));
  },
  loopNextLink: (list, target, source) => withNextLink(list, source.url + target),
  endlessNextLink(list, target, source) {
    const link = new URL(source.url + target);
    link.searchParams.set(ENDLESS, String(Number(link.searchParams.get(ENDLESS) ?? 0) + 1));
    return withNextLink({ ...list, value: [] }, link.href);
  },
  emptyList: empty,
  emptyMembers: empty,
  missingPage: (list) => ({ ...list, value: [] }),
  limitedRows: (list) => ({ ...list, value: list.value.map(limitedRow) }),
  stale: (list) => list,
  permissionRevoked: (list) => list,
};

/** A list with a next page has no end yet, so no delta link either. */
function withNextLink({ '@odata.deltaLink': _, ...list }: List, link: string): List {
  return { ...list, '@odata.nextLink': link };
}

function empty({ '@odata.nextLink': _, ...list }: List): List {
  return { ...list, ...(list['@odata.count'] === undefined ? {} : { '@odata.count': 0 }), value: [] };
}

function limitedRow(row: Row): Row {
  const isKept = (name: string): boolean => name === 'id' || name === '@odata.type';
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, isKept(name) ? value : null]));
}

const CODES: Readonly<Record<number, string>> = {
  401: 'InvalidAuthenticationToken',
  403: 'Authorization_RequestDenied',
  404: 'Request_ResourceNotFound',
  410: 'SyncStateNotFound',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  504: 'GatewayTimeout',
};

/** An ordered status, in Graph's envelope. A 410 says where to start again, as delta queries do. */
export function orderedReply(
  source: GraphSource,
  target: string,
  status: number,
  retryAfterSeconds: number | undefined,
): Reply {
  const code = CODES[status] ?? 'ServiceNotAvailable';
  const headers: Record<string, string> = {};
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  if (status === 410) headers.location = `${source.url}${target.split('?')[0]}?$deltatoken=`;
  const around = { now: source.now(), requestId: source.newId(), headers };
  return errorEnvelope(status, code, 'Ordered by the control API.', around);
}
