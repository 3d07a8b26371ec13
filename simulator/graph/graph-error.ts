// Microsoft Graph's ways to say no, in its envelope.

import { jsonReply, type Reply } from '../http-message.ts';

const STATUS = {
  InvalidAuthenticationToken: 401,
  Authorization_RequestDenied: 403,
  Request_ResourceNotFound: 404,
  Request_BadRequest: 400,
  Request_UnsupportedQuery: 400,
  syncStateNotFound: 410,
  resyncRequired: 410,
  NotImplemented: 501,
  TooManyRequests: 429,
} as const;

export class GraphError extends Error {
  readonly code: keyof typeof STATUS;
  /** Where to start again; null where that helps nobody. */
  readonly location: string | null;

  constructor(code: keyof typeof STATUS, message: string, location: string | null = null) {
    super(message);
    this.code = code;
    this.location = location;
  }
}

export function resourceMissing(name: string | undefined): GraphError {
  return new GraphError(
    'Request_ResourceNotFound',
    `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** `clientRequestId` is the caller's own, given back to it. */
export function graphErrorReply(
  error: GraphError,
  now: number,
  requestId: string,
  clientRequestId: string | undefined,
): Reply {
  const headers: Record<string, string> = {};
  if (error.code === 'InvalidAuthenticationToken') headers['www-authenticate'] = 'Bearer';
  if (error.location !== null) headers.location = error.location;
  const ids = { now, requestId, clientRequestId, headers };
  return errorEnvelope(STATUS[error.code], error.code, error.message, ids);
}

interface Envelope {
  readonly now: number;
  readonly requestId: string;
  readonly clientRequestId?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export function errorEnvelope(status: number, code: string, message: string, around: Envelope): Reply {
  const { now, requestId, clientRequestId, headers } = around;
  const innerError = {
    date: new Date(now).toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': clientRequestId ?? requestId,
  };
  return jsonReply(status, { error: { code, message, innerError } }, headers);
}
