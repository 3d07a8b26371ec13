// Reads answers as strictly as Entra does. Each reader gives the object that Entra goes on with, or null where it
// could not go on, and reports everything that Entra would count against the application on the way.

import type { Exchange } from './connection.ts';
import { type Failure, failureOf, LOG_NAME, type LogName, logNameOf } from './failure.ts';
import type { Change } from './mapping.ts';
import { ENTERPRISE_URN, GROUP_URN, isJson, type Json, USER_URN } from './target.ts';

export type Report = (failure: Failure) => void;

/** A resource whose id is known to be a text, with the answer that it came in. */
export interface Read {
  readonly id: string;
  readonly resource: Json;
  readonly exchange: Exchange;
}

const LIST_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** True when the status is one of those that Entra accepts for this request; else the failure is reported. */
export function isAccepted(
  exchange: Exchange,
  accepted: readonly number[],
  subject: string,
  report: Report,
  isDisabling = false,
): boolean {
  if (accepted.includes(exchange.status)) return true;
  const problem =
    exchange.status === 0
      ? `no answer (${exchange.error})`
      : `answered ${exchange.status}, expected ${accepted.join(' or ')}`;
  report(failureOf(exchange, subject, problem, logNameOf(exchange, isDisabling)));
  checkErrorBody(exchange, subject, report);
  return false;
}

function checkErrorBody(exchange: Exchange, subject: string, report: Report): void {
  if (exchange.status < 400) return;
  const body = parsed(exchange.text);
  const isError =
    isJson(body) &&
    listsSchema(body, ERROR_URN) &&
    body.status === String(exchange.status) &&
    isScim(exchange);
  if (isError) return;
  report(
    failureOf(
      exchange,
      subject,
      `the error is no SCIM error object (schemas, status as text, ${SCIM_MEDIA_TYPE})`,
      LOG_NAME.incompatible,
    ),
  );
}

const SCIM_MEDIA_TYPE = 'application/scim+json';

function isScim(exchange: Exchange): boolean {
  return exchange.mediaType.split(';')[0]!.trim().toLowerCase() === SCIM_MEDIA_TYPE;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listsSchema(body: Json, urn: string): boolean {
  return Array.isArray(body.schemas) && body.schemas.includes(urn);
}

function readBody(exchange: Exchange, subject: string, report: Report): Json | null {
  const body = parsed(exchange.text);
  if (!isJson(body)) {
    const what = exchange.text === '' ? 'an empty body' : 'a body that is no JSON object';
    report(
      failureOf(exchange, subject, `${what}: not able to deserialize the resource`, LOG_NAME.badResponse),
    );
    return null;
  }
  if (!isScim(exchange)) {
    const problem = `media type "${exchange.mediaType}" instead of ${SCIM_MEDIA_TYPE}`;
    report(failureOf(exchange, subject, problem, LOG_NAME.incompatible));
  }
  return body;
}

/** The elements of a ListResponse; null when it is none, which Entra calls not SCIM compliant. */
export function readList(exchange: Exchange, subject: string, report: Report): Json[] | null {
  const body = readBody(exchange, subject, report);
  if (!body) return null;
  const resources = body.Resources;
  if (!listsSchema(body, LIST_URN) || typeof body.totalResults !== 'number' || !Array.isArray(resources)) {
    const problem = 'no ListResponse (schemas, totalResults as a number, Resources as a list)';
    report(failureOf(exchange, subject, problem, LOG_NAME.badResponse));
    return null;
  }
  if (body.totalResults < resources.length) {
    const problem = `totalResults is ${body.totalResults}, but ${resources.length} resources are listed`;
    report(failureOf(exchange, subject, problem, LOG_NAME.badResponse));
  }
  return resources.filter(isJson);
}

/** A resource from an answer that holds one alone. `id`: the one that it must still have. */
export function readResource(
  exchange: Exchange,
  kind: 'user' | 'group',
  id: string | null,
  subject: string,
  report: Report,
): Read | null {
  const body = readBody(exchange, subject, report);
  return body && checkResource(exchange, body, kind, id, subject, report);
}

export function checkResource(
  exchange: Exchange,
  resource: Json,
  kind: 'user' | 'group',
  id: string | null,
  subject: string,
  report: Report,
): Read | null {
  const fail = (problem: string, entra: LogName): void =>
    report(failureOf(exchange, subject, problem, entra));
  if (typeof resource.id !== 'string' || resource.id === '') {
    fail('the resource has no id', LOG_NAME.badResponse);
    return null;
  }
  if (id !== null && resource.id !== id) {
    fail(`the id changed from ${id} to ${resource.id}`, LOG_NAME.invalidAnchor);
    return null;
  }
  if (!listsSchema(resource, kind === 'user' ? USER_URN : GROUP_URN)) {
    fail(`the resource does not list its schema`, LOG_NAME.incompatible);
  }
  if (kind === 'group') {
    if (isMemberless(exchange) && resource.members !== undefined) {
      fail('members are listed although they were excluded', LOG_NAME.multipleEntries);
    }
  } else {
    checkUser(resource, fail);
  }
  return { id: resource.id, resource, exchange };
}

function isMemberless(exchange: Exchange): boolean {
  return exchange.path.includes('excludedAttributes=members') || exchange.path.includes('&attributes=id');
}

function checkUser(resource: Json, fail: (problem: string, entra: LogName) => void): void {
  if (resource.active !== undefined && typeof resource.active !== 'boolean') {
    fail(`active is ${JSON.stringify(resource.active)}, not a JSON boolean`, LOG_NAME.incompatible);
  }
  const enterprise = resource[ENTERPRISE_URN];
  const manager = isJson(enterprise) ? enterprise.manager : undefined;
  if (manager === undefined || manager === null) return;
  if (!isJson(manager) || typeof manager.value !== 'string') {
    fail(
      `manager is ${JSON.stringify(manager)}, not an object with a value: the user fails in each cycle`,
      LOG_NAME.incompatible,
    );
  }
}

/** The id of the manager that a resource shows, in the one form that Entra understands. */
export function managerIn(resource: Json): string | null {
  const enterprise = resource[ENTERPRISE_URN];
  const manager = isJson(enterprise) ? enterprise.manager : undefined;
  return isJson(manager) && typeof manager.value === 'string' ? manager.value : null;
}

/** What was written and does not read back: Entra sends it again in each cycle, without end. */
export function reportLasting(
  exchange: Exchange,
  changes: readonly Change[],
  subject: string,
  report: Report,
): void {
  for (const change of changes) {
    const shown = change.read === undefined ? 'nothing' : JSON.stringify(change.read);
    const problem = `would be patched again for ever: ${change.target.path} is ${JSON.stringify(change.value)}, answered as ${shown}`;
    report(failureOf(exchange, subject, problem, LOG_NAME.exportUpdate));
  }
}
