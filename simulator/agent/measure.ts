// Counts and times what the agent sends: how many requests of each kind, and how long they took.

import type { Exchange, RequestKind } from './connection.ts';

export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Measure {
  readonly seen: (exchange: Exchange) => void;
  requests(): number;
  writes(): number;
  connectionErrors(): number;
  /** Milliseconds, per kind of request, in the order in which the kinds first occurred. */
  latencies(): Map<RequestKind, Latency>;
}

export function newMeasure(): Measure {
  const times = new Map<RequestKind, number[]>();
  let requests = 0;
  let writes = 0;
  let connectionErrors = 0;
  return {
    seen(exchange) {
      requests++;
      if (exchange.method !== 'GET') writes++;
      if (exchange.status === 0) connectionErrors++;
      const list = times.get(exchange.kind);
      if (list) list.push(exchange.milliseconds);
      else times.set(exchange.kind, [exchange.milliseconds]);
    },
    requests: () => requests,
    writes: () => writes,
    connectionErrors: () => connectionErrors,
    latencies: () => new Map([...times].map(([kind, list]) => [kind, latencyOf(list)])),
  };
}

function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = Float64Array.from(milliseconds).sort();
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!);
  return {
    count: sorted.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: round(sorted[sorted.length - 1]!),
  };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
