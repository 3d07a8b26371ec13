// Spans for OpenTelemetry, which whoever runs the server brings by `node --import` (docs/observability.md). Without it nothing
// is made: every call here ends at one comparison. Attributes are counts, routes, kinds and ids: no names, queries or bodies.

import {
  type Attributes,
  type Context,
  context,
  type ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { version } from './version.ts';

let registered: Tracer | null | undefined;

/** Who brings an SDK has registered it before the server is loaded, so that it is asked once. */
function tracer(): Tracer | null {
  if (registered === undefined) {
    const provider = trace.getTracerProvider() as ProxyTracerProvider;
    const isThere = provider.getDelegateTracer?.('bifrost', version) !== undefined;
    registered = isThere ? trace.getTracer('bifrost', version) : null;
  }
  return registered;
}

export function isTraced(): boolean {
  return tracer() !== null;
}

/** A span around the work, below the one that is under way. `to` is told what is known only then. */
export async function spanned<Answer>(
  name: string,
  attributes: Attributes,
  work: (to: (more: Attributes) => void) => Promise<Answer>,
  kind: 'internal' | 'client' = 'internal',
): Promise<Answer> {
  const made = tracer();
  if (!made) return work(ignore);
  const span = made.startSpan(name, {
    attributes,
    kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
  });
  try {
    const to = (more: Attributes) => void span.setAttributes(more);
    return await context.with(trace.setSpan(context.active(), span), () => work(to));
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function ignore(): void {}

/** What an error says may quote what somebody sent: its kind is enough to look for it in the log. */
function fail(span: Span, error: unknown): void {
  const kind = error instanceof Error ? error.name : 'unknown';
  const { reason } = error as { reason?: unknown };
  span.setAttribute('error.type', typeof reason === 'string' ? reason : kind);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Of something that is over; times of `performance.now()`. */
export function spanOf(name: string, beganMs: number, endedMs: number, attributes: Attributes = {}): void {
  const at = (ms: number) => performance.timeOrigin + ms;
  tracer()
    ?.startSpan(name, { attributes, startTime: at(beganMs) })
    .end(at(endedMs));
}

/** One request of somebody else, from its first line to its answer. */
export interface ServerSpan {
  /** What is done within is below it. */
  within(work: () => void): void;
  end(status: number): void;
}

/** `carrier`: headers that say of which trace it is a part, from whom that is believed. */
export function serverSpan(
  name: string,
  attributes: Attributes,
  carrier: Record<string, unknown> | null,
): ServerSpan | null {
  const made = tracer();
  if (!made) return null;
  const before: Context = carrier ? propagation.extract(ROOT_CONTEXT, carrier) : ROOT_CONTEXT;
  const span = made.startSpan(name, { kind: SpanKind.SERVER, attributes }, before);
  const own = trace.setSpan(before, span);
  return {
    within: (work) => context.with(own, work),
    end(status) {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}
