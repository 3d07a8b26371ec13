// From a reason to SCIM's own error: one table, kept complete by the compiler.

import { type Reason, Refusal } from '../../refusal.ts';
import { type ErrorBody, errorBody } from '../../scim/messages.ts';

const statuses = {
  invalidFilter: 400,
  tooMany: 400,
  uniqueness: 409,
  mutability: 400,
  invalidSyntax: 400,
  invalidPath: 400,
  noTarget: 400,
  invalidValue: 400,
  invalidVers: 400,
  sensitive: 403,
  invalidCursor: 400,
  expiredCursor: 400,
  invalidCount: 400,
  unauthenticated: 401,
  throttled: 429,
  forbidden: 403,
  notFound: 404,
  methodNotAllowed: 405,
  unsupportedMediaType: 415,
  tooLarge: 413,
  stale: 412,
  conflict: 409,
  notSupported: 501,
  unavailable: 503,
} satisfies Record<Reason, number>;

/** The reasons that are words of SCIM (RFC 7644 table 9, RFC 9865 2.1); the others go by their status alone. */
const scimTypes: ReadonlySet<Reason> = new Set<Reason>([
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
  'invalidVers',
  'sensitive',
  'invalidCursor',
  'expiredCursor',
  'invalidCount',
]);

export function errorAnswer(refusal: Refusal): { status: number; body: ErrorBody } {
  const status = statuses[refusal.reason];
  const scimType = scimTypes.has(refusal.reason) ? refusal.reason : undefined;
  return { status, body: errorBody(status, scimType, refusal.message) };
}

/** A bug of ours: the client learns the request id and nothing else. */
export function bugAnswer(requestId: string): { status: number; body: ErrorBody } {
  const detail = `Something went wrong on our side. Request ${requestId}.`;
  return { status: 500, body: errorBody(500, undefined, detail) };
}

/** What Fastify itself refuses (too large, wrong media type), in our words; null for a bug. */
export function frameworkRefusal(error: unknown): Refusal | null {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || statusCode === 413) {
    return new Refusal('tooLarge', 'The request body is larger than this server takes.');
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || statusCode === 415) {
    return new Refusal('unsupportedMediaType', 'Send application/scim+json or application/json.');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Refusal('invalidSyntax', 'The request could not be read.');
  }
  return null;
}
