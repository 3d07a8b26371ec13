// What a route of the admin API is: its address, the permission it needs, the schemas of what goes in and out, and the
// function that answers. From the same table come the mounted routes, the checks of input, and the OpenAPI document.

import type { Readable } from 'node:stream';
import type { Static, TObject, TSchema } from 'typebox';
import type { Actor, Cause } from '../../identity/event.ts';
import type { Change, Ledger, StoredRole } from '../../ledger/ledger.ts';
import type { Parts } from '../parts.ts';
import type { Caller } from './caller.ts';
import type { EventStreams } from './event-streams.ts';
import type { EventWaiters } from './event-waiters.ts';
import type { KeptPlans } from './kept-plans.ts';
import type { LiveFeed } from './live.ts';
import type { Needs } from './permissions.ts';
import { bodyReader, queryReader } from './read-input.ts';
import type { Surveys } from './survey.ts';
import type { Verification } from './verification.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Shared by all requests of one server. */
export interface AdminParts extends Parts {
  /** For what SCIM says once more: it counts towards the alarm of a wave. */
  scimLedger: Ledger;
  waiters: EventWaiters;
  live: LiveFeed;
  streams: EventStreams;
  verification: Verification;
  plans: KeptPlans;
  surveys: Surveys;
  /** The OpenAPI document. */
  describe(): Record<string, unknown>;
}

/** One request as every handler sees it, before its query and body are read. */
export interface Call {
  parts: AdminParts;
  caller: Caller;
  requestId: string;
  /** When it arrived: the time of everything that it changes. */
  at: number;
  ifMatch: string | null;
  ifNoneMatch: string | null;
  /** The media types that the client asks for. */
  accept: string | null;
  lastEventId: string | null;
  /** Who asks, looked up anew: for an answer that goes on for long. @throws Refusal when they may not come in any more. */
  again(): Promise<Caller>;
  /** Aborted when the connection ends before the answer did. */
  gone: AbortSignal;
  /** Ends the connection: of an answer that goes on, and that nobody takes. */
  cut(): void;
}

/** A request as it arrives at a route. */
export interface RawCall extends Call {
  params: Readonly<Record<string, string>>;
  query: unknown;
  body: unknown;
}

/** `'/users/{id}/grants/{kind}'` has the parameters `id` and `kind`. */
type ParameterOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never;

interface RouteCall<Path extends string, Query, Body> extends Call {
  params: Readonly<Record<ParameterOf<Path>, string>>;
  query: Query;
  body: Body;
}

export interface Answer<Body> {
  /** What the route's table says when absent. */
  status?: 200 | 201 | 202 | 204 | 304;
  headers?: Readonly<Record<string, string>>;
  /** Absent with 204, 304, and where a 202 says nothing. */
  body?: Body;
  /** The roles that held at the moment that it shows: of a route that `confirms`. */
  byRoles?: readonly StoredRole[];
}

interface Described {
  method: Method;
  /** Under `/api`, parameters in braces. */
  path: string;
  permission: Needs;
  summary: string;
  description?: string;
  /** 200 when absent. */
  status?: 200 | 201 | 202 | 204;
  /** Other ways to succeed, without a body. */
  done?: Readonly<Record<204, string>>;
  /** Another way to succeed, with an answer of its own. */
  accepted?: { readonly why: string; readonly response: TSchema };
  /** Refusals beyond those that every route has, for the OpenAPI document. */
  refuses?: Readonly<Record<number, string>>;
  /** The answer is, or with `response` may be, a stream of one of these media types, and `body` a Readable. */
  streams?: { media: readonly string[]; description: string };
  /** Takes If-Match, gives ETag. */
  versioned?: true;
  /**
   * It reads, and its answer says by which roles it is: whoever asks is let in by those that this replica holds, and gets the
   * answer where they are the same. So an app that asks per request waits for the database once.
   */
  confirms?: true;
  /** No body is the same as an empty object. */
  optionalBody?: true;
  /** What the OpenAPI document says of a body that has a reader of its own. */
  bodySchema?: Readonly<Record<string, unknown>>;
}

interface RouteDefinition<
  Path extends string,
  Query extends TObject,
  Body extends TSchema,
  Response extends TSchema,
  Accepted extends TSchema,
> extends Described {
  path: Path;
  query?: Query;
  body?: Body;
  response?: Response;
  accepted?: { readonly why: string; readonly response: Accepted };
  handle(
    call: RouteCall<Path, Static<Query>, Static<Body>>,
  ): Promise<Answer<Static<Response> | Static<Accepted> | Readable>>;
}

export interface Route extends Described {
  query?: TObject;
  body?: TSchema;
  response?: TSchema;
  run(call: RawCall): Promise<Answer<unknown>>;
}

export function route<
  const Path extends string,
  Query extends TObject,
  Body extends TSchema,
  Response extends TSchema,
  Accepted extends TSchema = never,
>(definition: RouteDefinition<Path, Query, Body, Response, Accepted>): Route {
  const { handle, ...described } = definition;
  const readQuery = queryReader<Query>(definition.query);
  const readBody = bodyReader<Body>(definition.body, definition.optionalBody === true);
  return {
    ...described,
    run: (raw) => handle({ ...raw, query: readQuery(raw.query), body: readBody(raw.body) }),
  };
}

/** Who changes something, when and by which request: for the events. */
export function changeBy(call: Call): Change & { cause: Cause; actor: Actor } {
  return { at: call.at, actor: call.caller.actor, cause: { kind: 'request', id: call.requestId } };
}
