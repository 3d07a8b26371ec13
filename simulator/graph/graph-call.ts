// One request to Graph with everything a route needs to answer it, and what Graph needs from whoever runs it: directories,
// applications, tokens and time. It knows nothing of how sign-in works.

import type { Reply, SimRequest } from '../http-message.ts';
import type { Tenant } from '../tenant.ts';
import type { DeltaRounds } from './delta-rounds.ts';
import { GraphError } from './graph-error.ts';
import type { AnswerFault } from './graph-faults.ts';
import type { Throttle } from './throttle.ts';

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 999;

export interface Caller {
  readonly tenantId: string;
  readonly appId: string;
  /** Application permissions, or the scopes that a person delegated. */
  readonly permissions: readonly string[];
  /** The person on whose behalf the application calls; null for the application itself. */
  readonly userId: string | null;
  readonly subject: string;
}

/** As much of an application as Graph shows. */
export interface ServicePrincipal {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
  readonly appRoleAssignmentRequired: boolean;
  /** False for one that knows no roles of the tenant. */
  readonly ownsAssignments: boolean;
  /** Of the registration, as far as it has any. */
  readonly secrets?: readonly { id: string; displayName: string; value: string; expiresAt: number }[];
}

export interface GraphSource {
  /** Base of Graph, without the version. */
  readonly url: string;
  now(): number;
  newId(): string;
  tenantOf(tenantId: string): Tenant | undefined;
  /** Enterprise applications of a tenant. */
  servicePrincipals(tenantId: string): readonly ServicePrincipal[];
  /** Null for a token that is not one of ours, or no longer valid. */
  readToken(token: string): Promise<Caller | null>;
  readonly throttle: Throttle;
  readonly deltas: DeltaRounds;
  /** A tenant as it was when the snapshot of this name was taken. */
  snapshot(name: string): Tenant | undefined;
  /** Faults that were ordered for this address after Graph's base, and are used up by asking. */
  takeAnswerFaults(target: string): readonly AnswerFault[];
  /** A whole reply that was ordered for a part of a batch. */
  takeReply(target: string): Reply | null;
}

export interface GraphCall {
  readonly source: GraphSource;
  readonly request: SimRequest;
  readonly caller: Caller;
  readonly tenant: Tenant;
  /** What the pattern of the route caught, decoded. */
  readonly caught: readonly string[];
}

/** Read once for all the rows of a page. */
const selections = new WeakMap<URLSearchParams, readonly string[]>();

function selection(query: URLSearchParams): readonly string[] | null {
  const known = selections.get(query);
  if (known) return known;
  const select = query.get('$select');
  if (select === null) return null;
  const names = select
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  selections.set(query, names);
  return names;
}

/** `$select` against everything a resource has; without it the default properties. */
export function selected(
  call: GraphCall,
  resource: Readonly<Record<string, unknown>>,
  defaults: readonly string[],
): { readonly names: readonly string[]; readonly values: Record<string, unknown> } {
  const names = selection(call.request.query) ?? defaults;
  const values: Record<string, unknown> = {};
  for (const name of names) if (Object.hasOwn(resource, name)) values[name] = resource[name] ?? null;
  return { names, values };
}

/** The address by which answers say what they hold. */
export function contextOf(call: GraphCall, what: string, names: readonly string[] | null = null): string {
  const select = names !== null && call.request.query.has('$select') ? `(${names.join(',')})` : '';
  return `${call.source.url}/v1.0/$metadata#${what}${select}`;
}

/** The JSON object of a POST. */
export function readBody({ request }: Pick<GraphCall, 'request'>): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(request.body);
    if (typeof body === 'object' && body !== null) return { ...body };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new GraphError('Request_BadRequest', 'Unable to read JSON request payload.');
}

/** A list of ids in a body, in lower case, of at most so many. */
export function idsIn(value: unknown, name: string, most: number): string[] {
  const isList = Array.isArray(value) && value.every((id) => typeof id === 'string');
  if (!isList) throw new GraphError('Request_BadRequest', `${name} is not a list of ids.`);
  if (value.length > most) throw new GraphError('Request_BadRequest', `${name} has more than ${most} ids.`);
  return value.map((id) => id.toLowerCase());
}

/** One page of a list, and the opaque link to the next; `$top` beyond the largest page gives the largest. */
export function pageOf<T>(
  call: GraphCall,
  all: readonly T[],
): { readonly items: readonly T[]; readonly nextLink: { '@odata.nextLink'?: string } } {
  const { query, path } = call.request;
  const top = Number(query.get('$top') ?? DEFAULT_PAGE);
  if (!Number.isInteger(top) || top < 1) {
    throw new GraphError('Request_BadRequest', `Invalid page size specified: '${query.get('$top')}'.`);
  }
  const from = Number(query.get('$skiptoken') ?? 0) || 0;
  const to = from + Math.min(top, LARGEST_PAGE);
  const next = new URLSearchParams(query);
  next.set('$skiptoken', String(to));
  const link = `${call.source.url}${path.slice(path.indexOf('/v1.0'))}?${next}`;
  return { items: all.slice(from, to), nextLink: to < all.length ? { '@odata.nextLink': link } : {} };
}
