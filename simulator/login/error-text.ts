// An error of the table in Microsoft's words: the text of several lines with its ids, and the body of the token endpoint.

import { jsonReply, type Reply } from '../http-message.ts';
import { type EntraError, type ErrorRow, errorRow } from './aadsts.ts';
import type { LoginState } from './login-state.ts';

export interface ErrorReport {
  readonly row: ErrorRow;
  /** `AADSTS...` and three more lines, each ended by CR LF but the last. */
  readonly description: string;
  readonly timestamp: string;
  readonly traceId: string;
  readonly correlationId: string;
}

export function reportError(state: LoginState, error: EntraError, correlationId?: string): ErrorReport {
  const row = errorRow(error.errorName);
  const traceId = state.random.guid();
  const correlation = correlationId ?? state.random.guid();
  const timestamp = `${new Date(state.clock.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const text = row.text.replace(/\{(\w+)\}/g, (_, name: string) => error.facts[name] ?? '');
  const lines = [
    `AADSTS${row.code}: ${text}`,
    `Trace ID: ${traceId}`,
    `Correlation ID: ${correlation}`,
    `Timestamp: ${timestamp}`,
  ];
  return { row, description: lines.join('\r\n'), timestamp, traceId, correlationId: correlation };
}

/** `oauthError` overrides the table for documents that have an error of their own. */
export function errorBody(
  state: LoginState,
  error: EntraError,
  correlationId?: string,
  oauthError?: string,
): Reply {
  const report = reportError(state, error, correlationId);
  const { status, error: name, suberror } = report.row.token ?? { status: 400, error: 'server_error' };
  return jsonReply(
    status,
    {
      error: oauthError ?? name,
      error_description: report.description,
      error_codes: [report.row.code],
      timestamp: report.timestamp,
      trace_id: report.traceId,
      correlation_id: report.correlationId,
      error_uri: `${state.url}/error?code=${report.row.code}`,
      ...(suberror === undefined ? {} : { suberror }),
    },
    status === 429 ? { 'retry-after': '5' } : {},
  );
}
