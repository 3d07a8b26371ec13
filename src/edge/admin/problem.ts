// How the admin API says no: Problem Details (RFC 9457), one table from reason to status, complete by the compiler.

import { type Reason, Refusal } from '../../refusal.ts';

const answers = {
  invalidFilter: [400, 'The filter is not valid'],
  tooMany: [400, 'Too many at once'],
  uniqueness: [409, 'Somebody has that already'],
  mutability: [400, 'That cannot be changed'],
  invalidSyntax: [400, 'The request could not be read'],
  invalidPath: [400, 'The path is not valid'],
  noTarget: [400, 'There is nothing at that path'],
  invalidValue: [400, 'A value is not valid'],
  invalidVers: [400, 'The version is not supported'],
  sensitive: [403, 'That does not belong into an address'],
  invalidCursor: [400, 'The cursor is not valid'],
  expiredCursor: [400, 'The cursor has expired'],
  invalidCount: [400, 'The number of items is not valid'],
  unauthenticated: [401, 'No valid API key was sent'],
  throttled: [429, 'Too many failed attempts'],
  forbidden: [403, 'Not permitted'],
  notFound: [404, 'Not found'],
  methodNotAllowed: [405, 'Not possible on this address'],
  unsupportedMediaType: [415, 'The media type is not supported'],
  tooLarge: [413, 'The request is too large'],
  stale: [412, 'Somebody else changed it'],
  conflict: [409, 'In conflict with what is there'],
  notSupported: [501, 'Not supported'],
  unavailable: [503, 'Not available at the moment'],
} satisfies Record<Reason, [status: number, title: string]>;

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  reason: string;
  requestId: string;
  [fact: string]: unknown;
}

export interface ProblemAnswer {
  status: number;
  headers: Record<string, string>;
  body: Problem;
}

/** Seconds after which a client may try again where the refusal does not say. */
const RETRY_AFTER_S = 5;

export function problemAnswer(refusal: Refusal, requestId: string): ProblemAnswer {
  const { reason, facts, message } = refusal;
  const [status, title] = answers[reason];
  const headers: Record<string, string> = {};
  if (reason === 'unauthenticated') headers['www-authenticate'] = challengeOf(facts);
  if (reason === 'throttled' || reason === 'unavailable') {
    headers['retry-after'] = String(facts.retryAfterSeconds ?? RETRY_AFTER_S);
  }
  if (reason === 'methodNotAllowed' && Array.isArray(facts.allowed)) headers.allow = facts.allowed.join(', ');
  const type = `urn:bifrost:problem:${reason}`;
  const members = { type, title, status, detail: message, reason, requestId };
  // Facts stand behind the members that every problem has, and never in their place.
  return { status, headers, body: { ...members, ...facts, ...members } };
}

/** RFC 6750 3: no error code where no credential was sent. */
function challengeOf(facts: Refusal['facts']): string {
  return facts.credential === 'wrong'
    ? 'Bearer realm="bifrost", error="invalid_token"'
    : 'Bearer realm="bifrost"';
}

/** A bug of ours: the client learns the request id and nothing else. */
export function bugAnswer(requestId: string): ProblemAnswer {
  const body = {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: `Something went wrong on our side. The log has it under request ${requestId}.`,
    reason: 'internal',
    requestId,
  };
  return { status: 500, headers: {}, body };
}

/** What Fastify itself refuses, in our words; null for anything that is not the client's fault. */
export function frameworkRefusal(error: unknown): Refusal | null {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (statusCode === 413 || code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new Refusal('tooLarge', 'The request body is larger than the admin API takes.');
  }
  if (statusCode === 415 || code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new Refusal('unsupportedMediaType', 'Send application/json.');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Refusal('invalidSyntax', 'The request could not be read.');
  }
  return null;
}
