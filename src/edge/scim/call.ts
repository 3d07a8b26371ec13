// One SCIM request as the handlers see it, and the answer they give: the same for a request by itself and for an
// operation inside a Bulk request.

import type { Actor, Cause } from '../../identity/event.ts';
import type { Ledger, RequestRow } from '../../ledger/ledger.ts';
import type { DecisionContext, ProviderState } from '../../mapping/decide.ts';
import type { ListQuery } from '../../scim/search-request.ts';

/** Where the SCIM endpoint is mounted: the Tenant URL without the host. */
export const SCIM_BASE = '/scim/v2';

/** Whom the provisioning token names. */
export interface Caller {
  provider: string;
  token: string;
}

export interface ScimCall {
  ledger: Ledger;
  caller: Caller;
  /** Set when a person has a logged request take effect once more: who, and which one. */
  sentAgain?: { readonly by: Actor; readonly of: string };
  state: ProviderState;
  requestId: string;
  /** When it arrived: the time of everything that it changes. */
  at: number;
  /** Monotonic milliseconds at its arrival, for the duration. */
  startedMs: number;
  method: string;
  path: string;
  query: ListQuery;
  body: unknown;
  /** The body as it came, already masked, for the request log. */
  loggedBody: string | null;
  ifMatch: string | null;
  ifNoneMatch: string | null;
  remote: string | null;
  /** `https://host/scim/v2` */
  base: string;
}

export interface ScimAnswer {
  status: number;
  /** JSON text, or an object to be made one; null for no body. */
  body: string | object | null;
  version?: string;
  location?: string;
}

/** What the request log says of an outcome. */
export interface Outcome {
  status: number;
  /** In plain words. */
  action: string;
  resource?: string | null;
  tags?: readonly string[];
  detail?: string;
}

export function requestRow(call: Omit<ScimCall, 'state' | 'query' | 'body'>, outcome: Outcome): RequestRow {
  return {
    id: call.requestId,
    at: call.at,
    provider: call.caller.provider || null,
    token: call.caller.token || null,
    method: call.method,
    path: call.path,
    action: outcome.action,
    body: call.loggedBody,
    status: outcome.status,
    durationMs: Math.round((performance.now() - call.startedMs) * 1000) / 1000,
    tags: [...(call.sentAgain ? [`replay:${call.sentAgain.of}`] : []), ...(outcome.tags ?? [])],
    detail: outcome.detail ?? null,
    remote: call.remote,
    resource: outcome.resource ?? null,
  };
}

export function contextOf(call: ScimCall, state: ProviderState): DecisionContext {
  const actor: Actor = call.sentAgain?.by ?? { kind: 'token', id: call.caller.token };
  const cause: Cause = { kind: 'request', id: call.requestId };
  return { state, at: call.at, actor, cause };
}
