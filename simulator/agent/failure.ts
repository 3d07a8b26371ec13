// What Entra would count as a failure, in words for a person and with the name that its provisioning log would show.

import type { Exchange } from './connection.ts';

const PREFIX = 'SystemForCrossDomainIdentityManagement';

/** Names seen in provisioning logs. */
export const LOG_NAME = {
  badRequest: `${PREFIX}BadRequest`,
  badResponse: `${PREFIX}BadResponse`,
  invalidCredentials: `${PREFIX}InvalidCredentials`,
  incompatible: `${PREFIX}ServiceIncompatible`,
  incompatibleFiltering: `${PREFIX}ServiceIncompatibleFiltering`,
  multipleEntries: `${PREFIX}ServiceMultipleEntriesInResponse`,
  duplicateTarget: 'DuplicateTargetEntries',
  conflict: 'EntryConflict',
  exportAdd: 'EntryExportAdd',
  exportUpdate: 'EntryExportUpdate',
  invalidAnchor: 'InvalidAnchor',
  insufficientRights: 'InsufficientRights',
  tooManyRequests: 'TooManyRequests',
  serverError: 'InternalServerError',
  timeout: 'Timeout',
  webException: 'WebExceptionProtocolError',
} as const;

export type LogName = (typeof LOG_NAME)[keyof typeof LOG_NAME];

export interface Failure {
  /** Whom or what it is about, as an administrator knows it. */
  readonly subject: string;
  readonly method: string;
  readonly path: string;
  /** 0: no answer at all. */
  readonly status: number;
  readonly problem: string;
  /** The application's own words. */
  readonly detail: string;
  readonly entra: LogName;
  readonly sent: unknown;
}

export function failureOf(exchange: Exchange, subject: string, problem: string, entra: LogName): Failure {
  const { method, path, status, body } = exchange;
  return { subject, method, path, status, problem, detail: detailOf(exchange), entra, sent: body ?? null };
}

/** For what is missing from the application rather than wrong in one answer. */
export function missing(subject: string, path: string, problem: string): Failure {
  return {
    subject,
    method: 'GET',
    path,
    status: 200,
    problem,
    detail: '',
    entra: LOG_NAME.exportUpdate,
    sent: null,
  };
}

const DETAIL_CHARACTERS = 400;

function detailOf(exchange: Exchange): string {
  if (exchange.status === 0) return exchange.error;
  try {
    const body: unknown = JSON.parse(exchange.text);
    if (typeof body === 'object' && body !== null && 'detail' in body) return String(body.detail);
  } catch {
    // Not JSON: the text itself is the best that there is to show.
  }
  return exchange.status < 300 ? '' : exchange.text.slice(0, DETAIL_CHARACTERS);
}

/** The log's name for a status that was not the hoped-for one. */
export function logNameOf(exchange: Exchange, isDisabling = false): LogName {
  const { status, method, path, error } = exchange;
  if (status === 0) return error === 'Timeout' ? LOG_NAME.timeout : LOG_NAME.webException;
  if (status === 401) return LOG_NAME.invalidCredentials;
  if (status === 403) return LOG_NAME.insufficientRights;
  if (status === 404) return path.includes('filter=') ? LOG_NAME.incompatible : LOG_NAME.invalidAnchor;
  if (status === 409) return isDisabling ? LOG_NAME.incompatibleFiltering : LOG_NAME.conflict;
  if (status === 429) return LOG_NAME.tooManyRequests;
  if (status >= 500) return LOG_NAME.serverError;
  if (status >= 400) return LOG_NAME.badRequest;
  return method === 'POST' ? LOG_NAME.exportAdd : LOG_NAME.exportUpdate;
}

/** Bad credentials and "not SCIM compliant" put a job into quarantine at once, whatever else went well. */
export function quarantinesAtOnce(failure: Failure): boolean {
  return (
    failure.entra === LOG_NAME.invalidCredentials ||
    failure.status === 403 ||
    (failure.status === 404 && failure.entra === LOG_NAME.incompatible) ||
    failure.entra === LOG_NAME.badResponse
  );
}
