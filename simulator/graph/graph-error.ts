// Microsoft Graph's ways to say no, in its envelope.

import { jsonReply, type Reply } from '../http-message.ts';

const STATUS = {
  InvalidAuthenticationToken: 401,
  Authorization_RequestDenied: 403,
  Request_ResourceNotFound: 404,
  Request_BadRequest: 400,
  Request_UnsupportedQuery: 400,
  NotImplemented: 501,
  TooManyRequests: 429,
} as const;

export class GraphError extends Error {
  readonly code: keyof typeof STATUS;

  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.code = code;
  }
}

/** `clientRequestId` is the caller's own, given back to it. */
export function graphErrorReply(
  error: GraphError,
  now: number,
  requestId: string,
  clientRequestId: string | undefined,
): Reply {
  const headers = error.code === 'InvalidAuthenticationToken' ? { 'www-authenticate': 'Bearer' } : {};
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
